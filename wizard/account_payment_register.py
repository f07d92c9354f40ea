from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    _name = 'account.payment.register'
    _inherit = ['account.payment.register', 'xero.guard.mixin']

    xero_unsent_text = fields.Text(compute='_compute_xero_unsent_text')
    xero_can_send = fields.Boolean(compute='_compute_xero_unsent_text')

    @api.depends('line_ids')
    @api.depends_context('lang', 'uid')
    def _compute_xero_unsent_text(self):
        absence = self.env['xero.absence']
        for wizard in self:
            connections = absence._get_not_paying(wizard.line_ids.move_id)
            wizard.xero_can_send = absence._is_switchable(connections)
            wizard.xero_unsent_text = absence._get_payment_text(connections)

    def action_xero_send_payments(self):
        """Have payments sent to Xero from now on, this one among them.

        :return: action that shows the same dialog again
        """
        self.ensure_one()
        # The user's own rights decide.
        self.env['xero.absence']._get_not_paying(self.line_ids.move_id).sudo(False).write(
            {'push_payments': True})
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Pay"), 'res_model': self._name,
            'res_id': self.id, 'view_mode': 'form', 'views': [(False, 'form')], 'target': 'new'}
