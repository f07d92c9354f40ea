from odoo import api, fields, models


class XeroTrackingOption(models.Model):
    """An option of a tracking category, which an analytic account can stand for."""

    _name = 'xero.tracking.option'
    _description = "Xero Tracking Option"
    _inherit = ['xero.reference.mixin']
    _order = 'category_id, name'

    category_id = fields.Many2one(
        'xero.tracking.category', required=True, index=True, ondelete='cascade', readonly=True)
    xero_id = fields.Char("Xero ID", required=True, readonly=True)

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "A tracking option is listed once a connection.")

    @api.model
    def _xero_find(self, connection, wanted):
        """Find the options that lines of documents name: by identifier, else by category and name,
        as Xero compares them, without case. Of two with one name that which is in use is meant,
        but what a line was given before its option was archived is still its option.

        :param recordset connection: one `xero.connection`
        :param wanted: set of documents.LineTracking
        :return: {documents.LineTracking: `xero.tracking.option`} of those that are known here
        """
        if not wanted:
            return {}
        by_id, by_name = {}, {}
        for option in self.with_context(active_test=False).search(
                [('connection_id', '=', connection.id)], order='active DESC, id'):
            by_id[option.xero_id] = option
            category = option.category_id
            for known_as in (category.xero_id, _folded(category.name)):
                by_name.setdefault((known_as, _folded(option.name)), option)
        found = {tracking: by_id.get(tracking.option_id) or by_name.get(
            (tracking.category_id or _folded(tracking.category), _folded(tracking.option)))
            for tracking in wanted}
        return {tracking: option for tracking, option in found.items() if option}

    @api.depends('category_id.name', 'name')
    def _compute_display_name(self):
        for option in self:
            option.display_name = f"{option.category_id.name}: {option.name}"


def _folded(name):
    return (name or '').strip().casefold()
