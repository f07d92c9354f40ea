from .models.core.kinds import XERO_SYNC


def uninstall_hook(env):
    """Hand the payments that came from Xero over to Odoo's manual method, or their method could
    not go. They keep its name."""
    lines = env['account.payment.method.line'].search([('code', '=', XERO_SYNC)])
    for payment_type, name in (('inbound', 'in'), ('outbound', 'out')):
        used = env['account.payment'].search([
            ('payment_method_line_id', 'in', lines.ids), ('payment_type', '=', payment_type),
        ]).payment_method_line_id
        used.payment_method_id = env.ref(f'account.account_payment_method_manual_{name}')
