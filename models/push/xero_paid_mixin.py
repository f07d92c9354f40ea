"""What pays documents in Xero, on its way there."""
from odoo import models


class XeroPaidMixin(models.AbstractModel):
    _inherit = 'xero.paid.mixin'

    #: The kind that sends it, beside which there is one that deletes it.
    _kind = None

    def unlink(self):
        # EXTENDS 'base': what code drops is settled; what people delete takes its links along
        # without coming here, and is kept from it while they are on their way
        [element] = self.env[self._kind]._makes.values()
        self.env['xero.request.element'].sudo().search([(element, 'in', self.ids)]).unlink()
        return super().unlink()

    def _deletions(self):
        """:return: the kind that deletes it in Xero"""
        return self.env[f'{self._kind}.deletion']

    def _is_deletion_on_its_way(self, connection):
        # OVERRIDES 'account_xero'
        return self.id in self._deletions()._requests(connection)._record_ids()

    def _drop_settled_requests(self, connection):
        # OVERRIDES 'account_xero'
        for kind in (self.env[self._kind], self._deletions()):
            kind._requests(connection).filtered(kind._is_settled).unlink()
