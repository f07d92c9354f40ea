from odoo import fields, models
from odoo.exceptions import UserError

from ...xero.twins import Own
from ..core.kinds import XERO_KINDS
from .showing import name_in_xero


class XeroOwn(models.AbstractModel):
    """Documents here as they are compared with those of Xero that nothing links to them."""

    _name = 'xero.own'
    _description = "Documents Compared with Xero's"

    def _of(self, move):
        """:return: a document as it is compared with those of Xero
        :rtype: xero.twins.Own"""
        return Own(
            kind=XERO_KINDS[move.move_type], number=move._xero_document_number(),
            contact_id=move._xero_partner().xero_contact_id or None,
            date=self.env['xero.redated']._get_date(move) or None,
            currency_code=move.currency_id.name,
            total=move._xero_decimal(move.amount_total), url=self._url(move))

    def _url(self, move):
        """:return: the address of a document, which Xero keeps with its own"""
        return f'{move.get_base_url()}/mail/view?model=account.move&res_id={move.id}'

    def _link(self, move, connection, document):
        """Link a document to one that Xero has already. It counts as sent from here.

        :param recordset connection: `xero.connection`
        :param document: documents.Document, or a record that stands for one
        """
        move.with_context(xero_pulling=True, skip_is_manually_modified=True).write({
            **move._xero_success(), 'xero_seek': False, 'xero_document_id': document.xero_id,
            'xero_linked_at': fields.Datetime.now(),
            'xero_number': document.number, 'xero_status': document.status})
        move.env['xero.log']._add_pulls(connection, [(move, 'success', None, self.env._(
            "Linked to %s in Xero: the same document on both sides.", name_in_xero(move)))])

    # === WHAT XERO HAS NO MORE === #

    def _leave_missing(self, moves, seek):
        """Forget where documents were in Xero that it does not have any more, and queue them.

        :param bool seek: to be looked for only, and not sent
        :return: a notification
        :raise UserError: Xero has not said so of any of these
        """
        moves._xero_check_may_sync()
        rows = self.env['xero.difference'].sudo()._of_documents(moves).filtered(
            lambda row: row.field == 'missing')
        missing = moves.sudo().filtered(
            lambda move: move.state == 'posted' and not move.xero_origin and (
                move.xero_error_code == 'not_in_xero' or move.id in rows.mapped('res_id')))
        if not missing:
            raise UserError(self.env._("Xero has these documents, as far as is known here."))
        models.Model.write(missing, {
            'xero_document_id': False, 'xero_status': False, 'xero_payload_hash': False,
            'xero_pull_hash': False, 'xero_updated': False, 'xero_seek': seek})
        rows.filtered(lambda row: row.res_id in missing.ids).unlink()
        return missing.with_env(moves.env).action_xero_sync_now()

    # === WHAT WAS MADE IN XERO === #

    def _fetch_now(self, moves):
        """Fetch documents, which were made in Xero, because somebody asks for it.

        :return: a notification
        :raise UserError: the company is not connected
        """
        company = moves.company_id[:1]
        connection = company._xero_connections().get(company.id)
        if not connection:
            raise UserError(self.env._("The company is not connected to Xero."))
        moves._xero_queue_pull()
        return connection._notify('success', self.env._("Queued"), self.env._(
            "%s document(s) were made in Xero. They are fetched from there, not sent.",
            len(moves)))
