from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Take the payment method Xero Sync from journals without a payment from Xero: each bank and
    cash journal of each company had it. It is made where it is needed."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env['account.payment.method.line'].search([('code', '=', 'xero_sync')])
    used = env['account.payment'].search([
        ('payment_method_line_id', 'in', lines.ids)]).payment_method_line_id
    (lines - used).unlink()
