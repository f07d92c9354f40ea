from odoo import models

from ..connection.xero_scope import ATTACHMENTS

READ = f'{ATTACHMENTS}.read'


class XeroScope(models.AbstractModel):
    _inherit = 'xero.scope'

    def _get_switches(self):
        # EXTENDS 'account_xero'
        return [*super()._get_switches(), 'import_attachments']

    def _get_wanted(self, connection):
        # EXTENDS 'account_xero'
        wanted = super()._get_wanted(connection)
        if connection.import_attachments:
            purpose = self.env._("fetching the attachments of bills")
            if ATTACHMENTS in wanted:
                wanted[ATTACHMENTS] += f', {purpose}'
            else:
                wanted[READ] = purpose
        return wanted
