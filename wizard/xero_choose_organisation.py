from odoo import fields, models
from odoo.exceptions import UserError

from ..xero.errors import XeroError
from ..xero.parse import Tenant


class XeroChooseOrganisation(models.TransientModel):
    """Which of the organisations that the user gave access to keeps this company's books."""

    _name = 'xero.choose.organisation'
    _description = "Choose the Xero Organisation"
    _rec_name = 'company_id'

    connection_id = fields.Many2one('xero.connection', required=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id')
    token_id = fields.Many2one('xero.token', ondelete='cascade', groups=fields.NO_ACCESS)
    line_ids = fields.One2many('xero.choose.organisation.line', 'wizard_id')
    chosen_id = fields.Many2one(
        'xero.choose.organisation.line', string="Organisation",
        domain="[('wizard_id', '=', id)]")

    def action_choose(self):
        """Connect the company to the chosen organisation.

        :raise UserError: none is chosen, or it cannot be connected
        """
        self.ensure_one()
        self.connection_id.check_access('write')
        chosen = self.chosen_id & self.line_ids
        if not chosen:
            raise UserError(self.env._("Choose an organisation first."))
        sign_in = self.env['xero.sign.in']
        try:
            sign_in._take_organisation(
                self.connection_id, self.sudo().token_id.id, chosen._tenant())
        except XeroError as error:
            raise UserError(
                self.env['xero.health']._in_words(error, self.connection_id)) from error
        return sign_in._action_form(self.connection_id)


class XeroChooseOrganisationLine(models.TransientModel):
    _name = 'xero.choose.organisation.line'
    _description = "Xero Organisation to Choose"

    wizard_id = fields.Many2one('xero.choose.organisation', required=True, ondelete='cascade')
    name = fields.Char(required=True)
    tenant_id = fields.Char(required=True)
    tenant_connection_id = fields.Char()

    def _tenant(self):
        """:rtype: Tenant"""
        return Tenant(
            connection_id=self.tenant_connection_id, tenant_id=self.tenant_id, name=self.name,
            type='ORGANISATION', auth_event_id=None)
