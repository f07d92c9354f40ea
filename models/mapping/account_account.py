from odoo import api, fields, models

from .xero_mapping_mixin import Match, fold, unique_by

#: Never on a line that Xero gets: Odoo's own side of a document, and where its payments go.
NOT_ON_LINES = ('asset_receivable', 'liability_payable', 'asset_cash', 'liability_credit_card',
                'off_balance')
#: Odoo's groups of accounts and the classes of Xero. Source: Xero's "Types and codes" page.
CLASSES = {'income': 'REVENUE', 'expense': 'EXPENSE', 'asset': 'ASSET', 'liability': 'LIABILITY',
           'equity': 'EQUITY'}


class AccountAccount(models.Model):
    _name = 'account.account'
    _inherit = ['account.account', 'xero.mapping.mixin']
    _xero_target_field = 'xero_account_id'
    _xero_line_field = 'account_id'
    _xero_error_code = 'unmapped_account'

    xero_account_id = fields.Many2one(
        'xero.account', company_dependent=True, prefetch='xero', check_company=True,
        domain="[('type', '!=', 'BANK'), ('system_account', 'in', (False, '', 'ROUNDING'))]",
        help="The account of the Xero organisation that lines on this account are sent to.",
    )

    @api.model
    def _xero_match_domain(self, company):
        # EXTENDS 'account_xero'
        return [('company_ids', 'parent_of', company.id),
                ('account_type', 'not in', NOT_ON_LINES)]

    def _xero_find_matches(self, connection, targets):
        # EXTENDS 'account_xero'
        by_code = unique_by(targets, lambda target: fold(target.code))
        by_name = unique_by(targets, lambda target: fold(target.name))
        none = targets.browse()
        return [account._xero_match_account(by_code.get(fold(account.code), none),
                                            by_name.get(fold(account.name), none))
                for account in self]

    def _xero_match_account(self, coded, named):
        """:param recordset coded: the `xero.account` with this account's code, or none
        :param recordset named: the one with its name, or none
        :rtype: Match"""
        target = coded or named
        if not target:
            return Match(self, target, self.env._("no account with this code or name"), False)
        if coded == named:
            return Match(self, target, self.env._("same code and name"), True)
        reason = self.env._("same code") if coded else self.env._("same name")
        if CLASSES.get(self.internal_group) != target.class_name:
            return Match(self, target, self.env._(
                "%s, but another type of account", reason), False)
        if coded and named:
            return Match(self, target, self.env._(
                "same code, but %s has the name", named.display_name), False)
        return Match(self, target, reason, True)
