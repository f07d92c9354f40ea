from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...xero.twins import Own
from ..core.kinds import XERO_KINDS
from ..core.words import lazy_of
from .showing import name_in_xero

_lt = LazyTranslate(__name__)


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
        move.env['xero.log']._add_pulls(connection, [(move, 'success', None, _lt(
            "Linked to %s in Xero: the same document on both sides.",
            lazy_of(move, name_in_xero)))])
