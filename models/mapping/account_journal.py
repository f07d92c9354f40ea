import re

from odoo import api, fields, models

from ..core.kinds import XERO_SYNC
from .xero_mapping_mixin import Match, fold, unique_by

#: Stands for the account in Xero of what is no payment there: a credit that only Xero has.
NO_BANK = ''
#: Digits at the end of an IBAN that tell an account for sure.
ACCOUNT_DIGITS = 6


class AccountJournal(models.Model):
    _name = 'account.journal'
    _inherit = ['account.journal', 'xero.mapping.mixin']
    _xero_target_field = 'xero_account_id'

    xero_account_id = fields.Many2one(
        'xero.account', company_dependent=True, prefetch='xero', check_company=True,
        domain="['|', ('type', '=', 'BANK'), ('payments_enabled', '=', True)]",
        help="The bank account of the Xero organisation that this journal is, or an account that "
             "payments are enabled for.")

    xero_clearing = fields.Boolean(
        copy=False, prefetch='xero', readonly=True,
        help="What Xero has and no bank journal here is booked in this journal.")

    # === PAYMENT METHOD XERO SYNC === #

    def _xero_sync_method(self, payment_type):
        """
        :param str payment_type: inbound or outbound
        :return: `account.payment.method` Xero Sync
        """
        return self.env.ref({
            'inbound': 'account_xero.account_payment_method_xero_sync_in',
            'outbound': 'account_xero.account_payment_method_xero_sync_out'}[payment_type])

    def _default_inbound_payment_methods(self):
        # EXTENDS 'account', which makes the lines anew: a journal keeps the one it has had
        return super()._default_inbound_payment_methods() | self._xero_used_method('inbound')

    def _default_outbound_payment_methods(self):
        # EXTENDS 'account'
        return super()._default_outbound_payment_methods() | self._xero_used_method('outbound')

    def _xero_used_method(self, payment_type):
        """
        :param str payment_type: inbound or outbound
        :return: `account.payment.method` Xero Sync when these journals have it, else empty
        """
        methods = self[f'{payment_type}_payment_method_line_ids'].payment_method_id
        return methods.filtered(lambda method: method.code == XERO_SYNC)

    def _compute_available_payment_method_ids(self):
        # EXTENDS 'account': nobody chooses what only payments from Xero have
        result = super()._compute_available_payment_method_ids()
        for journal in self:
            journal.available_payment_method_ids = journal.available_payment_method_ids.filtered(
                lambda method: method.code != XERO_SYNC)
        return result

    @api.depends('type', 'currency_id')
    def _compute_inbound_payment_method_line_ids(self):
        # EXTENDS 'account': the lines are made anew, those in use are taken off the journal
        return super(AccountJournal, self.with_context(
            xero_journal_changes=True))._compute_inbound_payment_method_line_ids()

    @api.depends('type', 'currency_id')
    def _compute_outbound_payment_method_line_ids(self):
        # EXTENDS 'account'
        return super(AccountJournal, self.with_context(
            xero_journal_changes=True))._compute_outbound_payment_method_line_ids()

    def _get_available_payment_method_lines(self, payment_type):
        # EXTENDS 'account': what a person registers is no payment that came from Xero
        lines = super()._get_available_payment_method_lines(payment_type)
        return lines.filtered(lambda line: line.code != XERO_SYNC)

    def _xero_method_line(self, payment_type):
        """Return the line that payments from Xero are booked with, complete. It is made when the
        journal first needs it.

        It always has an outstanding account, so that a payment has a journal entry in every
        edition of Odoo: without one the invoice would keep its full residual until the bank's
        statement comes, and the books would not agree with Xero's.

        :param str payment_type: inbound or outbound
        :return: `account.payment.method.line`
        :raise UserError: the company has no outstanding account
        """
        self.ensure_one()
        lines = self[f'{payment_type}_payment_method_line_ids']
        line = lines.filtered(lambda line: line.code == XERO_SYNC)[:1]
        if not line:
            line = self.env['account.payment.method.line'].create({
                'journal_id': self.id,
                'payment_method_id': self._xero_sync_method(payment_type).id,
            })
        if self.xero_clearing:
            if line.payment_account_id != self.default_account_id:
                line.payment_account_id = self.default_account_id
        elif not line.payment_account_id:
            # That of the payments that people register here, or else Odoo's own default.
            line.payment_account_id = lines.payment_account_id[:1] or self.env[
                'account.payment'].new({'journal_id': self.id, 'company_id': self.company_id.id}
                                       )._get_outstanding_account(payment_type)
        return line

    # === MATCHING === #

    @api.model
    def _xero_company_domain(self, company):
        # OVERRIDES 'account_xero'
        return [('company_id', 'parent_of', company._xero_together().ids)]

    @api.model
    def _xero_match_domain(self, company):
        # EXTENDS 'account_xero'
        return [*super()._xero_match_domain(company),
                ('type', 'in', ('bank', 'cash', 'credit')), ('xero_clearing', '=', False)]

    def _xero_find_matches(self, connection, targets):
        # EXTENDS 'account_xero'
        return [journal._xero_match_journal(targets.filtered(
            lambda target, code=(journal.currency_id or journal.company_id.currency_id).name:
            target.currency_code in (code, '', False))) for journal in self]

    def _xero_match_journal(self, targets):
        """:param recordset targets: the `xero.account` of this journal's currency
        :rtype: Match"""
        number = re.sub(r'\D', '', self.bank_account_id.acc_number or '')
        same = targets.filtered(lambda target: _is_same_number(
            number, re.sub(r'\D', '', target.bank_account_number or '')))
        if len(same) == 1:
            return Match(self, same, self.env._("same account number"), True)
        same = unique_by(targets, lambda target: fold(target.name)).get(fold(self.name))
        if same:
            return Match(self, same, self.env._("same name and currency"), True)
        code = fold(self.default_account_id.code)
        same = unique_by(targets, lambda target: fold(target.code)).get(code)
        if same:
            return Match(self, same, self.env._("same code and currency"),
                         certain=False, likely=True)
        banks = targets.filtered(lambda target: target.type == 'BANK')
        if self.type == 'bank' and len(banks) == 1:
            return Match(self, banks, self.env._("the only bank account in this currency"),
                         certain=False, likely=True)
        return Match(self, targets.browse(), self.env._(
            "no account with this number, name or code in this currency"), False)

    # === WHERE PAYMENTS ARE BOOKED === #

    @api.model
    def _xero_payment_journals(self, connection, account_ids):
        """Return the journals of accounts in Xero that received payments.

        :param recordset connection: one `xero.connection`
        :param account_ids: Xero's ids of bank accounts, codes where no id is known, None where
            neither is, or NO_BANK
        :return: {account id: `account.journal`}; for an account that no journal is mapped to the
            one that was chosen for such payments, or an empty recordset
        :rtype: dict
        """
        self = self.sudo().with_company(connection.company_id)
        mapped = self.search([
            ('company_id', 'parent_of', connection.company_id._xero_together().ids),
            ('type', 'in', ('bank', 'cash', 'credit')),
            ('xero_account_id.connection_id', '=', connection.id),
        ])
        chosen = self.browse(connection.payment_journal_id.id)
        by_account = {}
        for journal in mapped:
            by_account.setdefault(journal.xero_account_id.xero_id, journal)
            by_account.setdefault(journal.xero_account_id.code, journal)
        by_account.pop(False, None)
        by_account[NO_BANK] = chosen.browse()
        return {account_id: by_account.get(account_id, chosen) for account_id in account_ids}

    @api.model
    def _xero_booking_journals(self, connection, account_ids):
        """Return where payments are booked: as :meth:`_xero_payment_journals`, and the clearing
        journal, if there may be one, where that has none."""
        journals = self._xero_payment_journals(connection, account_ids)
        if all(journals.values()):
            return journals
        clearing = self._xero_clearing_journal(connection)
        return {account_id: journal or clearing for account_id, journal in journals.items()}

    @api.model
    def _xero_clearing_journal(self, connection):
        """Return the journal for what is in no bank here. It is made when it is first needed, with
        an account of its own unless one was chosen on the connection.

        :return: `account.journal`; empty when somebody has archived it
        """
        journal = self.sudo().with_context(active_test=False).search([
            ('company_id', '=', connection.company_id.id), ('xero_clearing', '=', True)], limit=1)
        account = connection.clearing_account_id.sudo()
        if not journal:
            journal = self.sudo().with_company(connection.company_id).create({
                'name': self.env._("Xero Clearing"), 'type': 'cash', 'sequence': 100,
                'xero_clearing': True, 'company_id': connection.company_id.id,
                **({'default_account_id': account.id} if account else {})})
            if not account:
                journal.default_account_id.write({
                    'account_type': 'asset_current', 'reconcile': True})
                connection.sudo().clearing_account_id = journal.default_account_id
        elif account and journal.default_account_id != account:
            journal.default_account_id = account
        return journal.filtered('active')


def _is_same_number(here, there):
    """Whether two bank account numbers, as digits, are the same; an IBAN ends with the number."""
    short, long = sorted((here, there), key=len)
    return len(short) >= ACCOUNT_DIGITS and long.endswith(short)
