from odoo import api, models


class XeroPaymentLink(models.Model):
    _inherit = 'xero.payment.link'

    _kind = 'xero.push.payment'

    @api.model
    def _on_their_way(self, connection):
        """:return: those whose request to Xero has no answer yet, deletions included"""
        requests = self.env[self._kind]._requests(connection) \
            | self._deletions()._requests(connection)
        return self.browse(requests._record_ids()).exists()
