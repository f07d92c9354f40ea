"""Starting over with a connection: what people want who would delete it."""
from odoo import models
from odoo.exceptions import UserError

from ..core.xero_guard_mixin import MODULE

#: What says with whom and by which app, beside what a copy goes without.
KEPT = {'company_id', 'app_type'}


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def action_start_over(self):
        """Set all settings back, and drop all mappings. What documents, payments and partners are
        linked to stays, and so does what Xero has not answered yet: connected to the same
        organisation again, nothing is sent twice.

        :return: a notification
        :raise UserError: it is not disconnected
        """
        self.ensure_one()
        self.check_access('write')
        if self.state != 'disconnected':
            raise UserError(self.env._("Disconnect from Xero first."))
        connection_sudo = self.sudo()
        self.env['xero.organisation.mixin']._xero_start_over_all(connection_sudo)
        names = [name for name, field in self._fields.items()
                 if MODULE in field._modules and field.store and field.copy
                 and not field.readonly and not field.compute and name not in KEPT]
        defaults = connection_sudo.default_get(names)
        connection_sudo.write({
            **{name: defaults.get(name, False) for name in names},
            'payment_journal_id': False,
            'reference_date': False})
        self.env['xero.log'].sudo()._add_event(connection_sudo, self.env._(
            "Started over: settings and mappings were set back, links were kept."))
        return self._notify(
            'success', self.env._("Started over"), self.env._(
                "Connect to Xero again, and map accounts and taxes. What Xero has already stays "
                "linked."))
