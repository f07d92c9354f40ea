"""The demo's month end: 40 sales orders become invoices, go to Xero as drafts, and are approved
there by a reviewer. It needs Odoo's module Sales, which `make demo` installs.
"""

from datetime import date, timedelta

from demo_inside import until

#: The reviewer approves some of the invoices, of which there is one a customer, and then the rest.
ORDERS, CUSTOMERS, FIRST = 40, 20, 17


def run(odoo, sandbox, organisation, say):
    """Invoice the orders of last month, send them, and have them approved.

    :param OdooServer odoo: running, logged in
    :param XeroSandbox sandbox: with one app, whose webhook is set up
    :param Organisation organisation: the sandbox's
    :param say: prints a line
    :return: whether every order was invoiced once, and every invoice is in Xero once and approved
    """
    if not odoo.call("ir.module.module", "search_count", [
            ("name", "=", "sale"), ("state", "=", "installed")]):
        return True
    say("\nMonth end")
    day = date.today().replace(day=1) - timedelta(days=1)
    orders = _make_orders(odoo, day)
    [month] = odoo.call("xero.invoicing.run", "create", [{"date_to": f"{day}"}])
    odoo.call("xero.invoicing.run", "action_prepare", [month])
    others = odoo.call("xero.invoicing.run.line", "search", [
        ("run_id", "=", month), ("item_ids.source", "!=", "xero.invoicing.order")])
    odoo.call("xero.invoicing.run.line", "write", others, {"included": False})
    values = _read(odoo, month)
    say(f"  {values['chosen_count']} orders of {CUSTOMERS} customers up to {day}, expected: "
        f"{values['chosen_text']}")
    odoo.call("xero.invoicing.run", "action_generate", [month])
    until(lambda: _read(odoo, month)["progress_state"] == "done", "The month end is not done")
    values = _read(odoo, month)
    say(f"  {values['progress_text']}")
    invoices = odoo.call("account.move", "read", values["move_ids"], ["xero_document_id"])
    drafts = {row["InvoiceID"] for row in organisation.invoices if row["Status"] == "DRAFT"}
    sent = [move["xero_document_id"] for move in invoices]
    for step in (sent[:FIRST], sent[FIRST:]):
        for xero_id in step:
            organisation.as_person.approve(xero_id)
        [app] = sandbox.identity.apps.values()
        sandbox.deliver_webhooks(app=app)
        wanted = values["approved_count"] + len(step)
        until(lambda wanted=wanted: _read(odoo, month)["approved_count"] == wanted,
              "What was approved in Xero is not known in Odoo")
        values = _read(odoo, month)
        say(f"  Approved in Xero: {values['approved_count']} of {values['made_count']}")
    rows = odoo.call("sale.order", "read", orders, ["invoice_status", "invoice_count"])
    invoiced = sum(
        row["invoice_status"] == "invoiced" and row["invoice_count"] == 1 for row in rows)
    right = set(sent) <= drafts and len(set(sent)) == len(sent) == CUSTOMERS \
        and values["approved_count"] == CUSTOMERS
    say(f"  {invoiced} of {ORDERS} orders are invoiced, each once, in {len(sent)} invoices that "
        f"are in Xero once each: {'yes' if right and invoiced == ORDERS else 'NO'}")
    return right and invoiced == ORDERS


def _make_orders(odoo, day):
    """:return: ids of confirmed orders of the month, two a customer"""
    customers = odoo.call("res.partner", "search", [
        ("customer_rank", ">", 0), ("xero_contact_id", "!=", False)], limit=CUSTOMERS)
    tax = odoo.call("account.tax", "search", [
        ("type_tax_use", "=", "sale"), ("amount", "=", 20),
        ("xero_tax_rate_id", "!=", False)], limit=1)
    [product] = odoo.call("product.product", "create", [{
        "name": "Joinery, monthly plan", "type": "service", "invoice_policy": "order",
        "list_price": 38.4, "taxes_id": [(6, 0, tax)]}])
    orders = odoo.call("sale.order", "create", [{
        "partner_id": customers[number % len(customers)],
        "order_line": [(0, 0, {"product_id": product, "product_uom_qty": 1 + number % 3})],
    } for number in range(ORDERS)])
    odoo.call("sale.order", "action_confirm", orders)
    odoo.call("sale.order", "write", orders, {"date_order": f"{day} 10:00:00"})
    return orders


def _read(odoo, month):
    return odoo.call("xero.invoicing.run", "read", [month], [
        "chosen_count", "chosen_text", "progress_state", "progress_text", "move_ids",
        "made_count", "approved_count"])[0]
