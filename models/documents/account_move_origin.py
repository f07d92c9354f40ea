"""Documents that are of Xero: made there, or taking back what was voided there. Never sent."""
from odoo import fields, models
from odoo.exceptions import UserError

from ..core.kinds import GONE
from ..core.problem import Problem
from .showing import name_in_xero


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_origin = fields.Boolean(
        "Made in Xero", copy=False, readonly=True, groups='base.group_user',
        help="It was imported from Xero, where it was made, and is never sent there.")
    xero_from_void = fields.Boolean(
        "Takes Back a Void in Xero", copy=False, readonly=True, groups='base.group_user',
        help="Reverses a document that was voided in Xero, so it has no place there itself.")

    def _xero_check_origin(self):
        """Yield why what is of Xero, or was voided there, cannot be sent.

        :rtype: Iterator[Problem]
        """
        self.ensure_one()
        if self.xero_from_void:
            yield Problem('not_sent', self.env._(
                "It takes back %(name)s, which was voided in Xero, so it has no counterpart there.",
                name=self.reversed_entry_id.name))
        if self.xero_document_id and self.xero_status in GONE:
            yield Problem('voided_in_xero', self.env._(
                "%(number)s was voided or deleted in Xero, which is final. Duplicate the document "
                "to send it as a new one, and cancel this one.", number=name_in_xero(self)))
        if self.xero_origin:
            yield Problem('not_sent', self.env._(
                "It was made in Xero as %s, so it is never sent there.",
                name_in_xero(self)))

    def _xero_refetch(self):
        """Fetch those that are not sent again, as those made in Xero or kept back by a switch, as
        something has changed here that it may matter to."""
        moves = self.filtered(lambda move: move.xero_origin or (
            move.xero_active and move.xero_state == 'synced'))
        if moves and not self.env.context.get('xero_pulling'):
            moves._xero_queue_pull()

    def _xero_fetch_now(self):
        """Fetch these documents, which were made in Xero, because somebody asks for it.

        :return: a notification
        :raise UserError: the company is not connected
        """
        company = self.company_id[:1]
        connection = company._xero_connections().get(company.id)
        if not connection:
            raise UserError(self.env._("The company is not connected to Xero."))
        self._xero_queue_pull()
        return connection._notify('success', self.env._("Queued"), self.env._(
            "%s document(s) were made in Xero. They are fetched from there, not sent.",
            len(self)))
