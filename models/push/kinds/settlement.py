"""What journal entries pay without a payment: sent and deleted as payments are."""
from odoo import fields, models

from ...documents.account_payment_plan import PAYABLE


class XeroPushSettlement(models.AbstractModel):
    _name = 'xero.push.settlement'
    _inherit = 'xero.push.payment'
    _description = "Entries Sent to Xero as Payments"

    _model = 'xero.settlement'
    _link_model = 'xero.settlement'
    _operations = {'settle': "Send payments by entries"}
    _makes = {'settle': 'settlement_id'}

    def _domain(self, connections):
        # OVERRIDES 'account_xero': what waits for its document has no state of its own
        companies = connections.filtered('push_payments').company_id._xero_together()
        return fields.Domain([
            ('company_id', 'in', companies.ids), ('xero_state', '=', 'pending'),
            '|', ('state', '=', 'live'), '&', ('move_id.xero_state', '=', 'synced'),
            ('move_id.xero_status', 'in', PAYABLE)])

    def _busy_domain(self, connection):
        # OVERRIDES 'account_xero'
        ids = {record_id for kind in ('xero.push.settlement', 'xero.push.settlement.deletion')
               for record_id in self.env[kind]._requests(connection)._record_ids()}
        return fields.Domain('id', 'in', list(ids))


class XeroPushSettlementDeletion(models.AbstractModel):
    _name = 'xero.push.settlement.deletion'
    _inherit = 'xero.push.payment.deletion'
    _description = "Entries That Are No Payments in Xero Any More"

    _model = 'xero.settlement'
    _link_model = 'xero.settlement'
    _operations = {'unsettle': "Delete a payment by an entry"}

    def _domain(self, connections):
        # OVERRIDES 'account_xero'
        return self.env['xero.push.settlement']._domain(connections)

    def _busy_domain(self, connection):
        # OVERRIDES 'account_xero'
        return self.env['xero.push.settlement']._busy_domain(connection)
