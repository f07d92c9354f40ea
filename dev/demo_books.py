"""The books of a small British company, made with Odoo's own ORM: customers, invoices, bills."""

import random

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

CUSTOMERS, INVOICES, BILLS, VENDORS = 60, 150, 50, 12
GOODS = (
    ("Oak shelf, cut to size", 38.4075), ("Brass screws, box", 4.995), ("Consulting", 87.5),
    ("Delivery", 12.0), ("Paint, litre", 9.3333), ("Door handle", 17.49), ("Survey", 249.99),
    ("Glass pane", 23.125), ("Ash veneer, metre", 6.6667), ("Maintenance plan", 33.0),
)
#: Origin of the documents that were posted before the company was connected.
BACKLOG = "Backlog"
RENTAL_ACCOUNT, OLD_TAX = "Tool rental", "VAT 17.5% (until 2011)"
TOWNS = (("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("York", "YO1 7HH"), ("Bath", "BA1 1SU"))


def build(database, base_url):
    """Fill a database with the company and its draft documents, the same ones each time.

    :param str database: with the modules account_xero and l10n_uk installed
    :param str base_url: where users reach Odoo
    :return: None; committed
    """
    dice = random.Random(19)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        company = make_company(env, base_url)
        env = env(context={'allowed_company_ids': company.ids})
        partners = _partners(env, dice)
        taxes = {
            use: [find_tax(env, use, rate) for rate in (20, 20, 20, 5, 0)]
            for use in ('sale', 'purchase')
        }
        _documents(env, dice, 'out_invoice', INVOICES, partners[:CUSTOMERS], taxes['sale'])
        _documents(env, dice, 'in_invoice', BILLS, partners[CUSTOMERS:], taxes['purchase'])
        _backlog(env, dice, partners, taxes['sale'])


def make_company(env, base_url):
    company = env.ref('base.main_company')
    company.write({
        'name': "Alder & Finch Joinery Ltd", 'country_id': env.ref('base.uk').id,
        'currency_id': env.ref('base.GBP').id, 'street': "4 Mill Lane", 'city': "Leeds",
    })
    env['account.chart.template'].try_loading('uk', company, install_demo=False)
    euro = env.ref('base.EUR')
    euro.active = True
    env['res.currency.rate'].create({
        'currency_id': euro.id, 'company_id': company.id, 'name': '2026-01-01',
        'company_rate': 1.153847,
    })
    parameters = env['ir.config_parameter']
    parameters.set_param('web.base.url', base_url)
    parameters.set_param('web.base.url.freeze', 'True')
    env.ref('base.user_admin').write({
        'group_ids': [Command.link(env.ref('account.group_account_manager').id)]})
    return company


def find_tax(env, use, rate):
    return env['account.tax'].search([
        ('company_id', '=', env.company.id), ('type_tax_use', '=', use), ('amount', '=', rate),
        ('amount_type', '=', 'percent'),
    ]).filtered(lambda tax: not tax.has_negative_factor)[:1]


def _partners(env, dice):
    values = []
    for number in range(CUSTOMERS + VENDORS):
        town, postcode = dice.choice(TOWNS)
        kind = "Customer" if number < CUSTOMERS else "Supplier"
        values.append({
            'name': f"{kind} {number + 1:03} of {town}", 'is_company': True,
            # Some have no e-mail address: it is left out then, never sent blank.
            'email': f'books{number + 1}@example.com' if number % 5 else False,
            'street': f"{number + 1} High Street", 'city': town, 'zip': postcode,
            'country_id': env.ref('base.uk').id,
        })
    return env['res.partner'].create(values)


def _documents(env, dice, move_type, count, partners, taxes):
    euro = env.ref('base.EUR')
    env['account.move'].create([{
        'move_type': move_type,
        'partner_id': partners[number % len(partners)].id,
        'invoice_date': f'2026-{dice.randint(1, 9):02}-{dice.randint(1, 28):02}',
        'ref': f"SUP-{number + 1:04}" if move_type == 'in_invoice' else f"PO {number + 7000}",
        'invoice_payment_term_id': env.ref('account.account_payment_term_30days').id,
        'currency_id': euro.id if number % 6 == 5 else env.company.currency_id.id,
        'invoice_line_ids': [Command.create(_line(dice, taxes))
                             for _line_number in range(dice.randint(1, 6))],
    } for number in range(count)])


def _backlog(env, dice, partners, taxes):
    """Post invoices before the company is connected: good ones, and such as are held up."""
    income = env['account.account'].search(
        [('company_ids', 'in', env.company.ids), ('account_type', '=', 'income')], limit=1)
    account = income.copy({'name': RENTAL_ACCOUNT, 'code': '200950'})
    tax = taxes[0].copy({'name': OLD_TAX, 'amount': 17.5})
    yen = env.ref('base.JPY')
    yen.active = True
    env['res.currency.rate'].create({
        'currency_id': yen.id, 'company_id': env.company.id, 'name': '2026-01-01',
        'company_rate': 190.0,
    })
    kept_out = partners[0].copy({'name': "Finch family", 'xero_exclude': True})
    cases = [
        *[({}, {})] * 12,
        *[({'partner_id': kept_out.id}, {})] * 2,
        *[({}, {'account_id': account.id})] * 4,
        *[({}, {'tax_ids': [Command.set(tax.ids)]})] * 3,
        *[({'currency_id': yen.id}, {'price_unit': dice.randint(5_000, 90_000)})] * 3,
    ]
    env['account.move'].create([{
        'move_type': 'out_invoice',
        'partner_id': partners[number % CUSTOMERS].id,
        'invoice_date': f'2025-12-{number + 1:02}',
        'invoice_origin': BACKLOG,
        'invoice_line_ids': [Command.create({**_line(dice, taxes), **line})],
        **values,
    } for number, (values, line) in enumerate(cases)]).action_post()


def _line(dice, taxes):
    name, price = dice.choice(GOODS)
    return {
        'name': name,
        'quantity': dice.choice((1, 2, 3, 7, 0.5, 1.25, 2.333, 12)),
        'price_unit': price,
        'discount': dice.choice((0, 0, 0, 5, 10, 12.5, 33.33)),
        'tax_ids': [Command.set(dice.choice(taxes).ids)],
    }
