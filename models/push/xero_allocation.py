from odoo import models


class XeroAllocation(models.Model):
    _inherit = 'xero.allocation'

    def unlink(self):
        # EXTENDS 'base': what code drops is left to the pull; documents that people delete take
        # their matches along without coming here, and are kept from it while those are on their way
        self.env['xero.request.element'].sudo().search([('allocation_id', 'in', self.ids)]).unlink()
        return super().unlink()
