"""Which document of Xero is one of Odoo that is not linked to any."""
from odoo import fields, models
from odoo.exceptions import UserError

from ...xero.twins import Own
from ..core.kinds import XERO_KINDS
from .showing import name_in_xero


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_seek = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, groups='base.group_system',
        help="Xero has lost it. It is looked for there, and not sent.")

    def _xero_own(self):
        """:return: this document as it is compared with those of Xero
        :rtype: xero.twins.Own"""
        self.ensure_one()
        return Own(
            kind=XERO_KINDS[self.move_type], number=self._xero_document_number(),
            contact_id=self._xero_partner().xero_contact_id or None,
            date=self.invoice_date or None, currency_code=self.currency_id.name,
            total=self._xero_decimal(self.amount_total), url=self._xero_own_url())

    def _xero_own_url(self):
        """:return: the address of this document, which Xero keeps with its own"""
        return f'{self.get_base_url()}/mail/view?model=account.move&res_id={self.id}'

    def _xero_link_to(self, connection, document):
        """Link this document to one that Xero has already. It counts as sent from here.

        :param recordset connection: `xero.connection`
        :param document: documents.Document, or a record that stands for one
        """
        self.with_context(xero_pulling=True, skip_is_manually_modified=True).write({
            **self._xero_success(), 'xero_seek': False, 'xero_document_id': document.xero_id,
            'xero_linked_at': fields.Datetime.now(),
            'xero_number': document.number, 'xero_status': document.status})
        self.env['xero.log']._add_pulls(connection, [(self, 'success', None, self.env._(
            "Linked to %s in Xero: the same document on both sides.", name_in_xero(self)))])

    # === WHAT XERO HAS NO MORE === #

    def _xero_leave_missing(self, seek):
        """Forget where documents were in Xero that it does not have any more, and queue them.

        :param bool seek: to be looked for only, and not sent
        :return: a notification
        :raise UserError: Xero has not said so of any of these
        """
        self._xero_check_may_sync()
        rows = self.env['xero.difference'].sudo().search([
            ('res_model', '=', self._name), ('res_id', 'in', self.ids), ('field', '=', 'missing')])
        missing = self.sudo().filtered(
            lambda move: move.state == 'posted' and not move.xero_origin and (
                move.xero_error_code == 'not_in_xero' or move.id in rows.mapped('res_id')))
        if not missing:
            raise UserError(self.env._("Xero has these documents, as far as is known here."))
        models.Model.write(missing, {
            'xero_document_id': False, 'xero_status': False, 'xero_payload_hash': False,
            'xero_pull_hash': False, 'xero_updated': False, 'xero_seek': seek})
        rows.filtered(lambda row: row.res_id in missing.ids).unlink()
        return missing.with_env(self.env).action_xero_sync_now()

    def action_xero_seek(self):
        """Look in Xero for documents that it does not have any more where they were.

        :return: a notification
        """
        return self._xero_leave_missing(seek=True)

    def action_xero_send_anew(self):
        """Send documents again that Xero does not have any more.

        :return: a notification
        """
        return self._xero_leave_missing(seek=False)
