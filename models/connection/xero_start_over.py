from odoo import models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..core.xero_guard_mixin import MODULE

_lt = LazyTranslate(__name__)

#: What says with whom and by which app, beside what a copy goes without.
KEPT = {'company_id', 'app_type'}


class XeroStartOver(models.AbstractModel):
    """Starting over with a connection: what people want who would delete it."""

    _name = 'xero.start.over'
    _description = "Start Over with a Connection"

    def _run(self, connection):
        """Set all settings back, and drop all mappings. What documents, payments and partners are
        linked to stays, and so does what Xero has not answered yet: connected to the same
        organisation again, nothing is sent twice.

        :param recordset connection: one `xero.connection`, with all rights
        :raise UserError: it is not disconnected
        """
        if connection.state != 'disconnected':
            raise UserError(self.env._("Disconnect from Xero first."))
        self.env['xero.organisation.mixin']._xero_start_over_all(connection)
        names = [name for name, field in connection._fields.items()
                 if MODULE in field._modules and field.store and field.copy
                 and not field.readonly and not field.compute and name not in KEPT]
        defaults = connection.default_get(names)
        connection.write({
            **{name: defaults.get(name, False) for name in names},
            'payment_journal_id': False,
            'reference_date': False})
        self.env['xero.log'].sudo()._add_event(connection, _lt(
            "Started over: settings and mappings were set back, links were kept."))
