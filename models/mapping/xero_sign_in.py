from odoo import models


class XeroSignIn(models.AbstractModel):
    _inherit = 'xero.sign.in'

    def _prepare_organisation(self, connection):
        # EXTENDS 'account_xero': what documents refer to comes first
        connection._refresh_reference_data()
        connection.action_auto_map()
        return super()._prepare_organisation(connection)
