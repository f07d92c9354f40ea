"""What a month end costs beside what Odoo's own *Create Invoices* and *Confirm* need for as many
orders, in portions of the same size.

    ACCOUNT_XERO_BENCH_ORDERS  orders to invoice on each side, 1000 by default; of 3 lines each
"""

import os

from odoo import Command

import demo_books
from bench_kit import Meter, bench, make_customers, say, table

PORTION = 100       # that of models/invoicing/xero_invoicing_generate.py
ORDERS = int(os.environ.get("ACCOUNT_XERO_BENCH_ORDERS", 1000))
DAY = "2026-03-31"


def month():
    """:return: whether each order was invoiced once"""
    with bench() as (env, connection, _xero):
        partners = make_customers(env, max(1, ORDERS // 2))
        product = env["product.product"].create({
            "name": "Plan", "type": "service", "invoice_policy": "order", "list_price": 38.4,
            "taxes_id": [Command.set(demo_books.find_tax(env, "sale", 20).ids)]})
        _by_odoo(env, _orders(env, partners[:1], product, 2))   # what Odoo keeps in memory
        orders = _orders(env, partners, product, ORDERS)
        connection.auto_sync = False
        say(f"Invoicing {ORDERS} orders by Odoo alone")
        with Meter() as odoo:
            for start in range(0, ORDERS, PORTION):
                _by_odoo(env, orders[start:start + PORTION])
                env.cr.commit()
        connection.auto_sync = True
        orders = _orders(env, partners, product, ORDERS)
        run = env["xero.invoicing.run"].create({"date_to": DAY})
        say("Listing as many in a month end")
        with Meter() as listed:
            run.action_prepare()
            env.cr.commit()
        run.action_generate()
        env.cr.commit()
        say("Generating it")
        with Meter() as made:
            while run.state == "running":
                env["xero.schedule"]._run(connection, ["xero.invoicing.generate"])
                env.invalidate_all()
        invoiced = len(orders.invoice_ids.filtered(lambda move: move.state == "posted"))
        once = run.item_ids.mapped("state") == ["made"] * ORDERS
    say()
    table([
        ("", "Odoo: create, post", "generate", "prepare"),
        ("CPU time an order", *(f"{1000 * each.cpu / ORDERS:.2f} ms"
                                for each in (odoo, made, listed))),
        ("CPU time against Odoo's own (goal: 110 %)", "100 %",
         f"{100 * made.cpu / odoo.cpu:.1f} %", f"{100 * listed.cpu / odoo.cpu:.1f} %"),
        ("SQL queries an order", *(f"{each.queries / ORDERS:.2f}"
                                   for each in (odoo, made, listed))),
        ("Time for all of them", *(f"{each.wall:.1f} s" for each in (odoo, made, listed))),
        ("Invoices made", "", f"{invoiced}", ""),
    ], 42, 20, 12, 12)
    return once


def _orders(env, partners, product, count):
    """:return: confirmed orders of the period"""
    orders = env["sale.order"].create([{
        "partner_id": partners[number // 2 % len(partners)].id,
        "order_line": [Command.create({"product_id": product.id, "product_uom_qty": quantity})
                       for quantity in (1, 2, 3)],
    } for number in range(count)])
    orders.action_confirm()
    orders.date_order = "2026-03-05 10:00:00"
    env.cr.commit()
    return orders


def _by_odoo(env, orders):
    moves = orders._create_invoices(final=True)
    moves.invoice_date = DAY
    moves.action_post()
