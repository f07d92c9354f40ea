"""Many companies, each connected to an organisation of its own, with the fewest records that a bill
needs: a chart of accounts for each would take minutes.

Shared with the bench, so it imports nothing of the other tests.
"""
from collections import namedtuple

#: Ids: of the company, its connection, its journal of bills, the account of their lines.
Company = namedtuple('Company', 'id connection journal expense')
CODE = '429'


def found(call, client, token, organisations, currency):
    """Found a company for each organisation, and connect it as the sign-in does.

    :param call: function(model, ids, method, *arguments) that Odoo runs
    :param str client: id and secret of the app
    :param dict token: of a person who may use all of the organisations; see `xero.token`
    :param list organisations: (tenant id, name)
    :param int currency: id
    :return: list of Company
    """
    ids = call('res.company', [], 'create', [
        {'name': name, 'currency_id': currency} for _tenant, name in organisations])
    accounts = call('account.account', [], 'create', [
        {'name': kind, 'code': code, 'account_type': kind, 'company_ids': [[6, 0, [company]]]}
        for company in ids for code, kind in (('2100', 'liability_payable'), ('5000', 'expense'))])
    expenses = accounts[1::2]
    journals = call('account.journal', [], 'create', [
        {'name': "Bills", 'code': 'BILL', 'type': 'purchase', 'company_id': company,
         'default_account_id': account} for company, account in zip(ids, expenses, strict=True)])
    [chain] = call('xero.token', [], 'create', {'client_id': client, **token})
    connections = call('xero.connection', [], 'create', [
        {'company_id': company, 'client_id': client, 'client_secret': client, 'token_id': chain,
         'tenant_id': tenant, 'tenant_name': name, 'state': 'connected'}
        for company, (tenant, name) in zip(ids, organisations, strict=True)])
    companies = [Company(*row) for row in zip(ids, connections, journals, expenses, strict=True)]
    for company in companies:
        call('xero.connection', [company.connection], '_refresh_reference_data')
        [target] = call('xero.account', [], 'search', [
            ('connection_id', '=', company.connection), ('code', '=', CODE)])
        call('ir.default', [], 'set', 'account.account', 'xero_account_id', target, False,
             company.id)
    return companies


def post_bills(call, companies, number, name):
    """Post bills of a new vendor in each company, two calls to Xero for each: bills, because Xero
    takes the number of one twice.

    :param int number: for each company
    :param str name: of this lot
    :return: ids
    """
    vendors = call('res.partner', [], 'create', [
        {'name': f"Vendor {name}-{company.id}"} for company in companies])
    moves = call('account.move', [], 'create', [
        {'move_type': 'in_invoice', 'journal_id': company.journal, 'partner_id': vendor,
         'ref': f'{name}-{company.id}-{count}', 'invoice_date': '2026-03-02',
         'invoice_line_ids': [[0, 0, {'name': "Work", 'price_unit': 100 + count,
                                      'account_id': company.expense, 'tax_ids': [[6, 0, []]]}]]}
        for company, vendor in zip(companies, vendors, strict=True) for count in range(number)])
    call('account.move', moves, 'action_post')
    return moves
