"""What Xero shows of what entries pay here."""
from odoo import models
from odoo.tools.translate import LazyTranslate

from ..core.words import lazy_amount

_lt = LazyTranslate(__name__)


class XeroSettlement(models.Model):
    _inherit = 'xero.settlement'

    def _apply(self, connection, xero_payments):
        """Apply what Xero says of these: one whose answer was lost, or that a person made there,
        is adopted; what was deleted there is matched no more.

        :param recordset connection: `xero.connection`
        :param dict xero_payments: {document: list of its live documents.Payment}
        :return: ``xero_payments`` without these
        """
        ours = self.filtered(lambda one: one.state != 'deleted')
        if not ours:
            return xero_payments
        live = {payment.xero_id for payments in xero_payments.values() for payment in payments}
        taken, adopted = self._taken(connection, live), {}
        for move, payments in xero_payments.items():
            new = ours.filtered(lambda one, move=move: one.move_id == move
                                and one.state == 'new' and one._get_part())
            adopted |= new._match(
                [payment for payment in payments if payment.xero_id not in taken])
        self.browse()._mark_live({one: payment.xero_id for one, payment in adopted.items()})
        gone = ours.filtered(lambda one: one.state == 'live' and one.xero_payment_id not in live)
        for one in gone:
            one._undo(connection)
        self.browse().union(*adopted)._xero_conclude()
        ours._drop_settled_requests(connection)
        known = set((ours - gone).filtered(lambda one: one.state == 'live').mapped(
            'xero_payment_id'))
        return {move: [payment for payment in payments if payment.xero_id not in known]
                for move, payments in xero_payments.items()}

    def _undo(self, connection):
        """It was deleted in Xero: it pays this document no more, unless that was asked for here.

        :param recordset connection: `xero.connection`
        :raise UserError: Odoo refuses it
        """
        if self._get_part() and not self._is_deletion_on_its_way(connection):
            lines = self.entry_id.with_context(
                xero_pulling=True, skip_is_manually_modified=True).line_ids
            (lines.matched_debit_ids | lines.matched_credit_ids).filtered(
                lambda part: self.move_id in (part.debit_move_id | part.credit_move_id).move_id
            ).unlink()
            self.env['xero.log']._add_pulls(connection, [(self.move_id, 'success', None, _lt(
                "The payment of %(amount)s in Xero was deleted there, so %(name)s is matched with "
                "this no more. Match it with what it belongs to.",
                amount=lazy_amount(self.currency_id, self.amount),
                name=self.entry_id.display_name))])
        self._mark_deleted()
        self._xero_conclude()
