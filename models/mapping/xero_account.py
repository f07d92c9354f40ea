from odoo import api, fields, models

#: Accounts that Xero keeps by itself and takes no journals on (facts 15.2), beside those of banks.
NOT_IN_JOURNALS = ('DEBTORS', 'CREDITORS', 'RETAINEDEARNINGS')


class XeroAccount(models.Model):
    """An account of the connected organisation's chart, as last fetched."""

    _name = 'xero.account'
    _description = "Xero Account"
    _inherit = ['xero.reference.mixin']
    _order = 'code, name'
    _rec_names_search = ['code', 'name']

    xero_id = fields.Char("Xero ID", required=True, readonly=True)
    code = fields.Char(readonly=True)
    type = fields.Char(readonly=True)
    type_label = fields.Char("Kind of Account", compute='_compute_type_label')
    class_name = fields.Char("Class", readonly=True)
    tax_type = fields.Char("Default Tax Type", readonly=True)
    system_account = fields.Char(
        readonly=True, help="Kept by Xero itself, for instance Accounts Receivable.")
    payments_enabled = fields.Boolean(readonly=True)
    currency_code = fields.Char("Currency", readonly=True)
    bank_account_number = fields.Char(readonly=True)

    _id_uniq = models.Constraint(
        'UNIQUE(connection_id, xero_id)', "An account is listed once a connection.")

    @api.depends('type')
    @api.depends_context('lang')
    def _compute_type_label(self):
        # Source: Xero: Accounting API, Types, Account types.
        labels = {
            'BANK': self.env._("Bank"),
            'CURRENT': self.env._("Current asset"),
            'CURRLIAB': self.env._("Current liability"),
            'DEPRECIATN': self.env._("Depreciation"),
            'DIRECTCOSTS': self.env._("Direct costs"),
            'EQUITY': self.env._("Equity"),
            'EXPENSE': self.env._("Expense"),
            'FIXED': self.env._("Fixed asset"),
            'INVENTORY': self.env._("Inventory"),
            'LIABILITY': self.env._("Liability"),
            'NONCURRENT': self.env._("Non-current asset"),
            'OTHERINCOME': self.env._("Other income"),
            'OVERHEADS': self.env._("Overhead"),
            'PREPAYMENT': self.env._("Prepayment"),
            'REVENUE': self.env._("Revenue"),
            'SALES': self.env._("Sales"),
            'TERMLIAB': self.env._("Non-current liability"),
            'PAYGLIABILITY': self.env._("PAYG liability"),
            'SUPERANNUATIONEXPENSE': self.env._("Superannuation expense"),
            'SUPERANNUATIONLIABILITY': self.env._("Superannuation liability"),
            'WAGESEXPENSE': self.env._("Wages expense"),
        }
        for account in self:
            account.type_label = labels.get(account.type, account.type)

    @api.depends('code', 'name')
    def _compute_display_name(self):
        for account in self:
            account.display_name = f"{account.code} {account.name}" if account.code \
                else account.name

    def _is_on_documents(self):
        """:return: whether Xero takes the account on lines of invoices and bills: none of those
            that it keeps by itself, but that of roundings
        :rtype: bool"""
        return self.type != 'BANK' and self.system_account in (False, '', 'ROUNDING')

    def _is_in_journals(self):
        """:return: whether Xero takes the account in manual journals (facts 15.2)
        :rtype: bool"""
        return self.type != 'BANK' and self.system_account not in NOT_IN_JOURNALS

    @api.model
    def _xero_find(self, connection, lines):
        """Find the accounts that lines of documents name, archived ones too.

        :param recordset connection: one `xero.connection`
        :param list lines: documents.Line
        :return: {identifier, and code: `xero.account`} of those that are known here
        """
        found = {}
        for account in self.with_context(active_test=False).search([
                ('connection_id', '=', connection.id),
                '|', ('code', 'in', list({line.account_code for line in lines})),
                ('xero_id', 'in', list({line.account_id for line in lines}))]) if lines else ():
            found[account.xero_id] = account
            if account.code:
                found[account.code] = account
        return found

    @api.model
    def _prepare_values(self, account):
        """
        :param parse.Account account: as Xero has it
        :return: values of a record
        """
        return {
            'xero_id': account.xero_id,
            'code': account.code,
            'name': account.name or account.code or account.xero_id,
            'type': account.type,
            'class_name': account.class_,
            'tax_type': account.tax_type,
            'system_account': account.system_account,
            'payments_enabled': bool(account.payments_enabled),
            'currency_code': account.currency_code,
            'bank_account_number': account.bank_account_number,
            'active': account.status in (None, 'ACTIVE'),
        }
