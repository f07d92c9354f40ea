"""Payments that people register here, on their way to Xero."""
from odoo import api, models
from odoo.exceptions import UserError

from ...xero import money, payload
from ..core.kinds import XERO_KINDS


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    # === HOOKS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_its_way(self):
        Element = self.env['xero.request.element']
        for link in self.sudo().xero_link_ids.filtered(lambda link: link.state != 'deleted'):
            if link.state == 'live' or not Element._release('link_id', link):
                raise UserError(self.env._(
                    "%s is in Xero, or on its way there. Cancel it instead; it is deleted in Xero "
                    "then.", link.payment_id.display_name))

    # === WHAT IS SENT === #

    def _xero_prepare_links(self, parts):
        """Return the links of what is to be sent, as it is now; those of what is not any more go.

        :param dict parts: {document: Part}
        :return: {document: `xero.payment.link`}
        """
        known = {link.move_id: link for link in self.xero_link_ids if link.state == 'new'}
        for move in [move for move in known if move not in parts]:
            known.pop(move).unlink()
        for move, part in parts.items():
            values = self._xero_prepare_link(part)
            if move in known:
                known[move].write(values)
            else:
                known[move] = self.env['xero.payment.link'].create({
                    **values, 'payment_id': self.id, 'move_id': move.id})
        return known

    def _xero_prepare_body(self, connection, link, part):
        """Return a part of this payment in Xero's terms.

        :param recordset connection: `xero.connection`
        :param recordset link: `xero.payment.link` of the part
        :param Part part: what it pays
        :rtype: dict
        """
        return payment_body(connection, link, part, self.journal_id)


def payment_body(connection, link, part, journal):
    """Return what pays a document, in Xero's terms.

    :param recordset connection: `xero.connection`
    :param recordset link: what is sent, with `xero.paid.mixin`
    :param Part part: what it pays
    :param recordset journal: `account.journal` that pays
    :rtype: dict
    """
    journal = journal.with_company(connection.company_id)
    move, account = link.move_id, journal.xero_account_id
    base_currency = connection.base_currency
    rated = move.currency_id.name != base_currency \
        and connection.company_id.currency_id.name == base_currency
    return payload.payment_body(
        XERO_KINDS[move.move_type], move.xero_document_id,
        account_id=account.xero_id, date=link.date, amount=part.amount,
        currency_rate=money.base_rate(part.amount, part.base) if rated else None,
        # The rate alone can be a cent off, because it has six places only.
        bank_amount=part.base if rated and account.currency_code == base_currency else None,
        reference=link.reference or None)
