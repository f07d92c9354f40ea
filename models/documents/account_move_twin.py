"""What people do about documents that Xero does not have any more."""
from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_seek = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Xero has lost it. It is looked for there, and not sent.")

    def action_xero_seek(self):
        """Look in Xero for documents that it does not have any more where they were.

        :return: a notification
        """
        return send_missing(self, seek=True)

    def action_xero_send_anew(self):
        """Send documents again that Xero does not have any more.

        :return: a notification
        """
        return send_missing(self, seek=False)


def send_missing(moves, seek):
    """Forget where documents were in Xero that it does not have any more, and queue them.

    :param recordset moves: `account.move`
    :param bool seek: to be looked for only, and not sent
    :return: a notification
    :raise UserError: Xero has not said so of any of these
    """
    moves._xero_check_may_sync()
    rows = moves.env['xero.difference'].sudo()._of_documents(moves).filtered(
        lambda row: row.field == 'missing')
    missing = moves.sudo().filtered(
        lambda move: move.state == 'posted' and not move.xero_origin and (
            move.xero_error_code == 'not_in_xero' or move.id in rows.mapped('res_id')))
    if not missing:
        raise UserError(moves.env._("Xero has these documents, as far as is known here."))
    models.Model.write(missing, {
        'xero_document_id': False, 'xero_status': False, 'xero_payload_hash': False,
        'xero_pull_hash': False, 'xero_updated': False, 'xero_seek': seek})
    rows.filtered(lambda row: row.res_id in missing.ids).unlink()
    return missing.with_env(moves.env).action_xero_sync_now()
