"""Documents that count in another month here than Xero would have them count by their own date."""
from odoo import models
from odoo.tools.misc import format_date

from ..core.kinds import GONE, RECEIPTS


class XeroRedated(models.AbstractModel):
    """A lock date, or a person, gives a document an accounting date in another month than its own.
    Xero has one date only, and its tax return goes by that."""

    _name = 'xero.redated'
    _description = "Documents Booked in Another Month"

    # === WHICH DATE === #

    def _get_booked(self, move):
        """
        :param recordset move: one `account.move`
        :return: the date under which it counts here, of a draft the one that posting gives it
        :rtype: datetime.date | None
        """
        if move.state != 'draft' or not move.date:
            return move.date or None
        taxed = move._affect_tax_report()
        locks = move._get_violated_lock_dates(move.date, taxed)
        return move._get_accounting_date(
            move._get_accounting_date_source(), taxed, lock_dates=locks) if locks else move.date

    def _is_redated(self, move):
        """
        :param recordset move: one `account.move`
        :return: whether it counts in another month here than its own date
        :rtype: bool
        """
        own, booked = move.invoice_date, self._get_booked(move)
        return bool(own and booked) and (own.year, own.month) != (booked.year, booked.month)

    def _get_date(self, move, choice=None):
        """
        :param recordset move: one `account.move`
        :param str choice: of its dates, instead of what was chosen
        :return: the date that Xero gets
        :rtype: datetime.date
        """
        if (choice or move.xero_date) == 'accounting' and self._is_redated(move):
            return self._get_booked(move)
        return move.invoice_date

    def _get_due_date(self, move):
        """
        :param recordset move: one `account.move`
        :return: when Xero gets it as due; what a receipt is for is paid at once
        :rtype: datetime.date
        """
        date = self._get_date(move)
        return date if move.move_type in RECEIPTS else move.invoice_date_due or date

    # === THE CHOICE === #

    def _get_choice(self, connection, move):
        """
        :param recordset connection: the `xero.connection` of the document's company
        :param recordset move: one `account.move`
        :return: which date Xero gets of it; what is there keeps the one that it has
        :rtype: str
        """
        return move.xero_date or (
            'invoice' if move.xero_document_id else connection.redated_date)

    def _get_choices(self, connection, moves):
        """
        :param recordset connection: the `xero.connection` of the documents' company
        :param recordset moves: `account.move`
        :return: {document: which date Xero gets} of those that count in another month here
        :rtype: dict
        """
        return {move: self._get_choice(connection, move)
                for move in moves if self._is_redated(move)}

    def _settle(self, moves, connections):
        """Hold on to what the connection says now: a document does not get another date in Xero
        because somebody changes that.

        :param recordset moves: `account.move` on their way to Xero
        :param dict connections: {company id: `xero.connection`}
        """
        open_ones = moves.filtered(lambda move: move.company_id.id in connections
                                   and not move.xero_date and self._is_redated(move))
        for choice, some in open_ones.grouped(lambda move: self._get_choice(
                connections[move.company_id.id], move)).items():
            models.Model.write(some.sudo(), {'xero_date': choice})

    def _can_choose(self, move):
        """
        :param recordset move: one `account.move`
        :return: whether the user may choose, and Xero would still take it
        :rtype: bool
        """
        settled = move.xero_document_id and (
            move.payment_state != 'not_paid' or move.xero_status == 'PAID')
        return move.xero_active and not move.xero_origin and not settled \
            and self.env.user.has_group('account_xero.group_xero_user')

    def _choose(self, moves, choice):
        """
        :param recordset moves: `account.move`
        :param str choice: which of their dates Xero gets
        """
        moves._xero_check_may_sync()
        moves = moves.filtered(lambda move: self._can_choose(move) and self._is_redated(move))
        models.Model.write(moves.sudo(), {'xero_date': choice})
        moves.sudo()._xero_queue_changed()

    # === IN WORDS === #

    def _get_alert(self, move):
        """
        :param recordset move: one `account.move`
        :return: what is said above it of its two dates, and the button that chooses the other one
        :rtype: dict
        """
        if not move.xero_active or move.state == 'cancel' or move.xero_status in GONE \
                or not self._is_redated(move):
            return {}
        connection = move.company_id._xero_connections()[move.company_id.id]
        choice = self._get_choice(connection, move)
        alert = {'level': 'info', 'message': self._get_text(move, choice)}
        if self._can_choose(move):
            alert |= {
                'action_text': self.env._("Send the invoice date"),
                'action_call': (move._name, 'action_xero_send_invoice_date', move.ids),
            } if choice == 'accounting' else {
                'action_text': self.env._("Send the accounting date"),
                'action_call': (move._name, 'action_xero_send_accounting_date', move.ids),
            }
        return {'xero_redated': alert}

    def _get_text(self, move, choice):
        """
        :param recordset move: one `account.move`
        :param str choice: which of its dates Xero gets
        :return: when it counts here and in Xero
        :rtype: str
        """
        values = {'own': format_date(self.env, move.invoice_date),
                  'booked': format_date(self.env, self._get_booked(move))}
        if choice == 'accounting' and not move.xero_origin:
            return self.env._(
                "Xero gets the accounting date %(booked)s and not the invoice date %(own)s, so "
                "that it counts in the same tax period on both sides.", **values)
        return self.env._(
            "It counts on %(booked)s here, because of a lock date or by hand, and in Xero on its "
            "invoice date %(own)s: maybe in another tax period.", **values)
