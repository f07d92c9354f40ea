"""What Xero shows of the payments that were sent from here."""
from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..core.words import lazy_amount
from ..documents.account_payment_plan import COUNTS

_lt = LazyTranslate(__name__)


class XeroPaymentLink(models.Model):
    _inherit = 'xero.payment.link'

    @api.model
    def _of(self, moves):
        """:return: these payments of some documents, deleted ones too"""
        return self.sudo().search([
            ('company_id', 'in', moves.company_id._xero_together().ids),
            ('move_id', 'in', moves.ids)])

    def _loose(self):
        """:return: those of which the money is still here: taken off their document when they were
            deleted in Xero, while the payment stays with what it pays else"""
        return self.filtered(
            lambda link: link.state == 'deleted' and link.payment_id.state in COUNTS
            and link.payment_id.move_id and not link.payment_id.is_reconciled
            and 'live' in link.payment_id.xero_link_ids.mapped('state')
            and link.move_id not in link.payment_id._xero_parts())

    def _apply(self, connection, xero_payments):
        """Apply what Xero says of payments that were sent from here: one whose answer was lost is
        adopted, one that was deleted there is undone.

        :param recordset connection: `xero.connection`
        :param dict xero_payments: {document: list of its live documents.Payment}
        :return: ``xero_payments`` without the payments that were sent from here
        """
        links = self.filtered(lambda link: link.state != 'deleted')
        if not links:
            return xero_payments
        live = {payment.xero_id for payments in xero_payments.values() for payment in payments}
        taken = self._taken(connection, live)
        adopted = self.browse()
        for move, payments in xero_payments.items():
            found = links.filtered(
                lambda link, move=move: link.move_id == move and link.state == 'new'
            )._match([payment for payment in payments if payment.xero_id not in taken])
            self.browse()._mark_live({link: payment.xero_id for link, payment in found.items()})
            adopted |= links.browse().union(*found)
        gone = links.filtered(
            lambda link: link.state == 'live' and link.xero_payment_id not in live)
        gone -= gone._relink(connection, {
            move: [payment for payment in payments
                   if payment.xero_id not in taken | set(links.mapped('xero_payment_id'))]
            for move, payments in xero_payments.items()})
        for link in gone:
            link._undo(connection)
        adopted.payment_id._xero_conclude()
        links._drop_settled_requests(connection)
        ours = set((links - gone).mapped('xero_payment_id'))
        return {move: [payment for payment in payments if payment.xero_id not in ours]
                for move, payments in xero_payments.items()}

    def _relink(self, connection, unknown):
        """Keep what was removed in Xero and registered there anew.

        :param dict unknown: {document: list of documents.Payment that nothing here is linked to}
        :return: those that have another payment in Xero now
        """
        found = {}
        for link in self:
            redone = next((payment for payment in unknown[link.move_id]
                           if payment.amount == link._decimal()), None)
            if redone and link.move_id in link.payment_id._xero_parts() \
                    and not link._is_deletion_on_its_way(connection):
                unknown[link.move_id].remove(redone)
                found[link] = redone
        done = self.browse().union(*found)
        self.browse()._mark_live({link: redone.xero_id for link, redone in found.items()})
        journals = self.env['xero.apply.recognise']._mapped_journals(
            connection, list(found.values())) if found else {}
        for link, redone in found.items():
            if link.payment_id.xero_link_ids == link:
                link.payment_id.xero_journal_id = journals[redone.xero_id]
        self.env['xero.log']._add_pulls(connection, [(link.move_id, 'success', None, _lt(
            "The payment %(name)s was removed in Xero and registered there again. It stays here, "
            "linked to the new one.", name=link.payment_id.display_name)) for link in done])
        return done

    def _undo(self, connection):
        """This payment was deleted in Xero: take it back here, too, unless that is what was asked
        for from here.

        :param recordset connection: `xero.connection`
        :raise UserError: Odoo refuses it
        """
        payment, move = self.payment_id, self.move_id
        asked = self._is_deletion_on_its_way(connection)
        parts = payment._xero_parts()
        pulling = payment.with_context(xero_pulling=True, skip_is_manually_modified=True)
        if not asked and parts.keys() == {move} and (payment.is_reconciled or not payment.move_id):
            self.env['xero.apply.booking']._undo(connection, pulling)
        elif not asked and move in parts:
            lines = pulling.move_id.line_ids
            (lines.matched_debit_ids | lines.matched_credit_ids).filtered(
                lambda part: move in (part.debit_move_id | part.credit_move_id).move_id).unlink()
            self.env['xero.log']._add_pulls(connection, [(move, 'success', None, _lt(
                "The part of %(amount)s that %(name)s paid of this was deleted in Xero and taken "
                "back here. The payment stays with what it pays else; its rest is open for this "
                "partner. Match it with what it belongs to, or cancel it if the money is gone.",
                amount=lazy_amount(self.currency_id, self.amount), name=payment.display_name))])
        self._mark_deleted()
