from odoo import models


class XeroLinked(models.AbstractModel):
    """Which records of Xero are here, by their identifiers there."""

    _name = 'xero.linked'
    _description = "Records of Xero in Odoo"

    def _moves_by_xero_id(self, connection, ids):
        """
        :param recordset connection: `xero.connection`
        :param ids: identifiers of documents of Xero
        :return: {identifier: `account.move`} of those that are linked here
        """
        moves = self.env['account.move'].search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('xero_document_id', 'in', list(ids))])
        return {move.xero_document_id: move for move in moves}

    def _partners_by_xero_id(self, ids):
        """
        :param ids: identifiers of contacts
        :return: {identifier: `res.partner`} of those that are linked here, archived ones too
        """
        partners = self.env['res.partner'].with_context(active_test=False).search(
            [('xero_contact_id', 'in', list(ids))])
        return {partner.xero_contact_id: partner for partner in partners}

    def _payments_live(self, connection, ids):
        """
        :param recordset connection: `xero.connection`
        :param ids: identifiers of payments of Xero
        :return: {identifier: whether it counts} of those that are known here
        """
        domain = [('company_id', 'in', connection.company_id._xero_together().ids),
                  ('xero_payment_id', 'in', list(ids))]
        payments = self.env['account.payment'].search_fetch(
            domain, ['xero_payment_id', 'xero_deleted'])
        # A payment here that pays several documents is several payments there.
        links = self.env['xero.payment.link'].search_fetch(domain, ['xero_payment_id', 'state'])
        settled = self.env['xero.settlement'].search_fetch(domain, ['xero_payment_id', 'state'])
        return {
            **{payment.xero_payment_id: not payment.xero_deleted for payment in payments},
            **{link.xero_payment_id: link.state == 'live' for link in [*links, *settled]}}
