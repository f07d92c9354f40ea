"""Why a posted document is not in Xero, and nothing takes it there by itself."""
from odoo import models
from odoo.tools.misc import format_date

from ..connection.xero_ask import MANAGER
from ..core.kinds import SWITCHES


class XeroAbsence(models.AbstractModel):
    _name = 'xero.absence'
    _description = "Why a Document Is Not in Xero"

    def _get_lines(self, connection, move):
        """
        :param recordset connection: the `xero.connection` of the document's company
        :param recordset move: one `account.move` that was never queued
        :return: lines of its hover text: why it is not in Xero, and what takes it there
        :rtype: list(str)
        """
        if move.xero_from_void:
            return [self.env._("Not in Xero."), self.env._(
                "It takes back what was voided in Xero, so it has no counterpart there.")]
        reasons = self._get_manual_reasons(connection, move.sudo())
        return [self.env._("Not in Xero."), *(reasons or [self._get_past(connection, move)]),
                self.env._("Push to Xero sends it.")]

    def _get_manual_reasons(self, connection, move):
        """
        :param recordset connection: the `xero.connection` of the document's company
        :param recordset move: one `account.move`
        :return: why it does not go to Xero by itself; by hand it does
        :rtype: list(str)
        """
        off = [name for name in ('auto_sync', SWITCHES[move.move_type]) if not connection[name]]
        reasons = [self.env._(
            "“%s” is switched off on the Xero connection.",
            connection._fields[name]._description_string(self.env)) for name in off]
        if move._xero_is_excluded():
            reasons.append(self.env._(
                "%s is excluded from Xero.", move._xero_partner().display_name))
        return reasons

    def _get_past(self, connection, move):
        """:return: why it was not queued when it was posted, as far as that can still be told
        :rtype: str"""
        since = connection.connected_at
        if since and move.create_date < since:
            return self.env._(
                "It was here before this company was connected to Xero on %s.",
                format_date(self.env, since))
        return self.env._("It was posted while it was switched off to send it by itself.")

    # === PAYMENTS === #

    def _get_not_paying(self, moves):
        """
        :param recordset moves: `account.move` that somebody is about to pay
        :return: the `xero.connection` that do not send payments of them, with all rights; none
            where Xero does not have the documents, or is not to get them
        """
        companies = moves.filtered(lambda move: move.xero_badge not in (
            False, 'absent', 'voided')).company_id
        paying = self.env['res.company']._xero_sending_payments_ids()
        companies = companies.filtered(lambda company: company.id not in paying)
        return self.env['xero.connection'].sudo().union(*companies._xero_connections().values())

    def _is_switchable(self, connections):
        """
        :param recordset connections: `xero.connection` that do not send payments
        :return: whether this user may let them
        :rtype: bool
        """
        return bool(connections) and self.env.user.has_group(MANAGER) \
            and connections.sudo(False).has_access('write')

    def _get_payment_text(self, connections):
        """
        :param recordset connections: `xero.connection` that do not send payments
        :return: what Xero will not know, and what helps; False where there is none
        :rtype: str | bool
        """
        if not connections:
            return False
        switch = connections._fields['push_payments']._description_string(self.env)
        lines = [
            self.env._(
                "Xero will not know this payment, and shows what it pays as open: “%s” is "
                "switched off on the Xero connection.", switch),
            self.env._("Register it there, too; Odoo then recognises it.")]
        if not self._is_switchable(connections):
            lines.append(self.env['xero.ask']._get_fix(
                connections.company_id[:1], self.env._("Switch “%s” on.", switch)))
        return '\n'.join(lines)
