from odoo import api, fields, models

from .account_move import XERO_KINDS


class XeroMappingMixin(models.AbstractModel):
    """A record of Odoo that has a counterpart among an organisation's reference data."""

    _name = 'xero.mapping.mixin'
    _description = "Mapped to Xero"

    #: Field that holds the counterpart.
    _xero_target_field = None
    #: Field of `account.move.line` that refers to the record.
    _xero_line_field = None
    #: Code of the error catalogue under which documents fail without the counterpart.
    _xero_error_code = None

    xero_broken = fields.Boolean(
        "Archived in Xero", compute='_compute_xero_broken', search='_search_xero_broken',
        help="What this is mapped to is gone in Xero.")
    xero_in_use = fields.Boolean(
        "Used on open invoices", compute='_compute_xero_in_use', search='_search_xero_in_use')

    @api.depends_context('company')
    def _compute_xero_broken(self):
        for record in self:
            target = record[self._xero_target_field]
            record.xero_broken = bool(target) and not target.active

    def _search_xero_broken(self, operator, value):
        if operator != 'in':
            return NotImplemented
        targets = self.env[self._fields[self._xero_target_field].comodel_name].with_context(
            active_test=False).search([('active', '=', False)])
        return [(self._xero_target_field, 'in', targets.ids)]

    @api.depends_context('company')
    def _compute_xero_in_use(self):
        used = self._xero_used_ids()
        for record in self:
            record.xero_in_use = record.id in used

    def _search_xero_in_use(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return [('id', 'in', list(self._xero_used_ids()))]

    def _xero_used_ids(self):
        """:return: ids of the records on lines of documents that are posted and not paid"""
        groups = self.env['account.move.line']._read_group([
            ('company_id', '=', self.env.company.id),
            ('parent_state', '=', 'posted'),
            ('move_id.move_type', 'in', list(XERO_KINDS)),
            ('move_id.payment_state', 'in', ('not_paid', 'partial')),
            ('display_type', '=', 'product'),
            (self._xero_line_field, '!=', False),
        ], [self._xero_line_field], ['__count'])
        # Odoo groups by analytic accounts with their ids, and by other fields with records.
        return {getattr(record, 'id', record) for record, _count in groups}

    def write(self, vals):
        result = super().write(vals)
        if self._xero_target_field in vals:
            self.env['account.move']._xero_release(self.env.company, [self._xero_error_code])
        return result
