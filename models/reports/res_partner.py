from odoo import api, fields, models
from odoo.fields import Domain

from ..core.opening import in_company


class ResPartner(models.Model):
    _inherit = 'res.partner'

    xero_margin = fields.Monetary(
        "Margin this Year", compute='_compute_xero_margin',
        groups='account_xero.group_xero_manager,account.group_account_readonly',
        help="Revenue less cost in Odoo's books since the beginning of the financial year.")

    @api.depends_context('company', 'uid')
    def _compute_xero_margin(self):
        Row, company = self.env['xero.profitability'], self.env.company
        margins = {}
        if company.id in company._xero_connected_ids() and Row.has_access('read'):
            margins = dict(Row._read_group(
                self._xero_margin_domain(), ['partner_id'], ['margin:sum']))
        for partner in self:
            partner.xero_margin = margins.get(partner.commercial_partner_id, 0)

    def _xero_margin_domain(self):
        """:return: Domain of the rows of `xero.profitability` that are these partners', this year
        """
        company, today = self.env.company, fields.Date.context_today(self)
        return Domain([
            ('company_id', '=', company.id),
            ('partner_id', 'in', self.commercial_partner_id.ids),
            ('date', '>=', company.compute_fiscalyear_dates(today)['date_from']),
            ('date', '<=', today)])

    def action_xero_view_margin(self):
        """:return: action that shows what a customer brings and costs"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id(
            'account_xero.action_xero_profitability')
        return in_company({
            **action, 'context': {'graph_groupbys': ['date:month']},
            'domain': [('partner_id', '=', self.commercial_partner_id.id)]}, self.env.company)
