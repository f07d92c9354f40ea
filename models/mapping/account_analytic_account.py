from odoo import fields, models

from .xero_mapping_mixin import Match, fold, unique_by


class AccountAnalyticAccount(models.Model):
    _name = 'account.analytic.account'
    _inherit = ['account.analytic.account', 'xero.mapping.mixin']
    _xero_target_field = 'xero_tracking_option_id'
    _xero_line_field = 'analytic_distribution'
    _xero_error_code = 'unmapped_tracking'

    xero_tracking_option_id = fields.Many2one(
        'xero.tracking.option', company_dependent=True, prefetch='xero',
        help="The tracking option that lines of this analytic account are sent with.")

    def _xero_find_matches(self, connection, targets):
        # EXTENDS 'account_xero'
        targets = targets.filtered('category_id.active')
        by_both = unique_by(
            targets, lambda target: (fold(target.category_id.name), fold(target.name)))
        by_name = unique_by(targets, lambda target: fold(target.name))
        matches = []
        for account in self:
            name = fold(account.name)
            if target := by_both.get((fold(account.plan_id.name), name)):
                matches.append(Match(account, target, self.env._(
                    "same name, and the plan has the name of the category"), True))
            elif target := by_name.get(name):
                matches.append(Match(account, target, self.env._("same name"), False))
            else:
                matches.append(Match(account, targets.browse(), self.env._(
                    "no tracking option has this name alone"), False))
        return matches
