from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let payments to accounts of Xero that no journal is mapped to leave a journal that is mapped
    to another account: they went there unless somebody chose one. A journal that is mapped to none
    is kept."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for connection in env['xero.connection'].search([('payment_journal_id', '!=', False)]):
        journal = connection.payment_journal_id.with_company(connection.company_id)
        if not journal.xero_account_id:
            continue
        connection.payment_journal_id = False
        connection._message_log(body=env._(
            "Payments to accounts in Xero that no journal is mapped to are booked in the journal "
            "Xero Clearing from now on; they were booked in %(journal)s, which is mapped to "
            "%(account)s. Choose another journal under Journal for Payments if they belong there.",
            journal=journal.display_name, account=journal.xero_account_id.display_name))
