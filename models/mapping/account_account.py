from odoo import api, fields, models

from .likeness import LIKELY, most_alike
from .xero_mapping_mixin import Match, fold, unique_by

#: Never on a line that Xero gets: Odoo's own side of a document, and where its payments go.
NOT_ON_LINES = ('asset_receivable', 'liability_payable', 'asset_cash', 'liability_credit_card',
                'off_balance')
#: Odoo's groups of accounts and the classes of Xero. Source: Xero's "Types and codes" page.
CLASSES = {'income': 'REVENUE', 'expense': 'EXPENSE', 'asset': 'ASSET', 'liability': 'LIABILITY',
           'equity': 'EQUITY'}
#: Types of Xero's accounts of which the first by code is the usual one for a type of Odoo's.
USUAL_TYPES = {
    'income': ('SALES', 'REVENUE'), 'income_other': ('OTHERINCOME',),
    'expense_direct_cost': ('DIRECTCOSTS',), 'expense_depreciation': ('DEPRECIATN',),
    'asset_prepayments': ('PREPAYMENT',),
}
#: The usual one for other expenses has this name in each country's chart of Xero.
USUAL_EXPENSE = "General Expenses"
#: Where products say what lines they are on have as their account.
OF_PRODUCTS = {
    'product.category': ('property_account_income_categ_id', 'property_account_expense_categ_id'),
    'product.template': ('property_account_income_id', 'property_account_expense_id'),
}


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

    def _action_unmerge(self):
        # EXTENDS 'account', which names the counterpart when it makes and writes the accounts:
        # each company's stays, whoever splits them
        self._check_action_unmerge_possible()
        return super(AccountAccount, self.sudo())._action_unmerge()

    @api.model
    def _xero_company_domain(self, company):
        # OVERRIDES 'account_xero'
        return [('company_ids', 'parent_of', company._xero_together().ids)]

    @api.model
    def _xero_match_domain(self, company):
        # EXTENDS 'account_xero'
        return [*super()._xero_match_domain(company), ('account_type', 'not in', NOT_ON_LINES)]

    @api.model
    def _xero_used_ids(self):
        # EXTENDS 'account_xero'
        company = self.env.company.sudo()
        journals = company.env['account.journal'].search(
            [('company_id', 'parent_of', company.id), ('type', 'in', ('sale', 'purchase'))])
        accounts = company.income_account_id | company.expense_account_id \
            | journals.default_account_id
        for model, names in OF_PRODUCTS.items():
            for name in names:
                groups = company.env[model]._read_group([(name, '!=', False)], [name])
                accounts |= accounts.union(*(account for [account] in groups))
        return super()._xero_used_ids() | set(accounts.ids)

    def _xero_find_matches(self, connection, targets):
        # EXTENDS 'account_xero'
        by_code = unique_by(targets, lambda target: fold(target.code))
        by_name = unique_by(targets, lambda target: fold(target.name))
        by_class, none = targets.sorted('code').grouped('class_name'), targets.browse()
        matches, used = [], self._xero_used_ids()
        for account in self:
            match = account._xero_match_account(by_code.get(fold(account.code), none),
                                                by_name.get(fold(account.name), none))
            if not match.certain:
                match = account._xero_match_alike(
                    by_class.get(CLASSES.get(account.internal_group), none),
                    account.id in used) or match
            matches.append(match)
        # What lines are going to need comes first.
        return sorted(matches, key=lambda match: match.record.id not in used)

    def _xero_match_alike(self, targets, used):
        """
        :param recordset targets: `xero.account` of this account's class, by code
        :param bool used: whether documents or products have this account
        :return: the account in Xero with a similar name, or else the usual one; None without
        :rtype: Match | None
        """
        target, share = most_alike(self.name, targets)
        if target:
            return Match(self, target, self.env._("similar name"), False, share >= LIKELY)
        if self.account_type in ('expense', 'expense_other'):
            usual = targets.filtered(lambda target: fold(target.name) == fold(USUAL_EXPENSE))[:1]
        else:
            usual = next(filter(None, (
                targets.filtered(lambda target, kind=kind: target.type == kind)[:1]
                for kind in USUAL_TYPES.get(self.account_type, ()))), targets.browse())
        return Match(self, usual, self.env._("no similar name; the usual one for this type"),
                     False, used) if usual else None

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
