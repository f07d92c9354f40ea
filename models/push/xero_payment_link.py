from odoo import api, models


class XeroPaymentLink(models.Model):
    _inherit = 'xero.payment.link'

    def unlink(self):
        # EXTENDS 'base': what code drops is settled; what people delete takes its links along
        # without coming here, and is kept from it while they are on their way
        self.env['xero.request.element'].sudo().search([('link_id', 'in', self.ids)]).unlink()
        return super().unlink()

    @api.model
    def _on_their_way(self, connection):
        """:return: those whose request to Xero has no answer yet, deletions included"""
        requests = self.env['xero.push.payment']._requests(connection) \
            | self.env['xero.push.payment.deletion']._requests(connection)
        return self.browse(requests._record_ids()).exists()

    def _is_deletion_on_its_way(self, connection):
        # OVERRIDES 'account_xero'
        return self.id in self.env['xero.push.payment.deletion']._requests(
            connection)._record_ids()

    def _drop_settled_requests(self, connection):
        # OVERRIDES 'account_xero'
        for kind in ('xero.push.payment', 'xero.push.payment.deletion'):
            self.env[kind]._requests(connection).filtered(self.env[kind]._is_settled).unlink()
