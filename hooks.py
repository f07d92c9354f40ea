import logging

from .models.core.kinds import XERO_SYNC

_logger = logging.getLogger(__name__)


def uninstall_hook(env):
    """Leave neither Xero nor Odoo with something that nobody sees to any more.

    :param Environment env: with all rights
    """
    _disconnect(env)
    env['ir.config_parameter'].search([('key', '=like', 'account_xero.%')]).unlink()
    _hand_over_payments(env)


def _disconnect(env):
    """Remove the connections in Xero; that it cannot be told keeps nothing from going."""
    for connection in env['xero.connection'].search([('state', '!=', 'disconnected')]):
        try:
            told = env['xero.sign.in']._remove_in_xero(connection)
        except Exception:
            _logger.exception("Xero cannot be told that a connection is gone")
            told = False
        if not told:
            _logger.warning(
                "Xero could not be told that the connection of company %s is gone. Remove the app "
                "there under Settings > Connected apps.", connection.company_id.id)


def _hand_over_payments(env):
    """Give the payments that came from Xero Odoo's manual method, or their own could not go. They
    keep its name, and no journal offers it."""
    lines = env['account.payment.method.line'].search([('code', '=', XERO_SYNC)])
    for payment_type, name in (('inbound', 'in'), ('outbound', 'out')):
        used = env['account.payment'].search([
            ('payment_method_line_id', 'in', lines.ids), ('payment_type', '=', payment_type),
        ]).payment_method_line_id
        used.payment_method_id = env.ref(f'account.account_payment_method_manual_{name}')
        used.unlink()       # Odoo takes those in use off their journals
