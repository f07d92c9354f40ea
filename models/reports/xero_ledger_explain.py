"""What explains that an account of both ledgers differs: what only one side has, and what is known
to differ."""
from collections import Counter, defaultdict
from decimal import Decimal

from odoo import models
from odoo.fields import Domain

from ...xero import sums, trial_balance
from ...xero.documents import GONE, Document
from ..core.kinds import XERO_KINDS
from ..documents.account_payment_plan import decimal_of
from ..documents.xero_differing import UNAPPROVED
from .xero_ledger_books import MONEY, PAYABLE, REALISED, RECEIVABLE, RETAINED

#: What Xero computes by itself when it is asked, for what is open in other currencies.
GAINS = ('UNREALISEDCURRENCYGAIN', 'BANKCURRENCYGAIN')
#: What Xero does not have for sure, and what somebody may have entered there by hand, or with its
#: opening balances: that counts only where it brings both ledgers nearer to each other.
CERTAIN = ('pending', 'failed', 'draft', 'voided', 'payment')
#: What each side may round, a journal item, and what the places of Xero's rates may make of one.
CENT, PLACES = Decimal('0.01'), Decimal('0.000001')
PERHAPS = ('before', 'excluded', 'left_out', 'entry', 'cost')


class XeroLedgerExplain(models.AbstractModel):
    _name = 'xero.ledger.explain'
    _description = "What Explains That Ledgers Differ"

    # === WHICH DOCUMENTS === #

    def _get_domains(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: {reason: domain of the `account.move` that Xero does not have in its ledger}
        :rtype: dict
        """
        kinds = Domain('move_type', 'in', list(XERO_KINDS))
        posted = Domain([
            ('state', '=', 'posted'),
            ('company_id', 'in', connection.company_id._xero_together().ids)])
        absent = posted & Domain([
            ('xero_document_id', '=', False), ('xero_from_void', '=', False),
            '|', ('move_type', '!=', 'entry'), ('xero_manual_journal_id', 'not any', [
                ('xero_journal_id', '!=', False), ('xero_status', 'not in', GONE)])])
        since = Domain('create_date', '>=', connection.connected_at) \
            if connection.connected_at else Domain.TRUE
        off = absent & Domain('xero_state', '=', False)
        entry = off & Domain('move_type', '=', 'entry') & self._get_own_entries(connection)
        unsent = entry & Domain('origin_payment_id', '!=', False) & Domain(
            'origin_payment_id.xero_payment_id', '=', False)
        entry &= Domain('origin_payment_id', '=', False)
        excluded = Domain('commercial_partner_id.xero_exclude', '=', True)
        return {
            'pending': absent & Domain('xero_state', '=', 'pending'),
            'failed': absent & Domain('xero_state', '=', 'failed'),
            'draft': posted & Domain('xero_status', 'in', UNAPPROVED) & (
                kinds & Domain('xero_document_id', '!=', False)
                | Domain('xero_manual_journal_id', '!=', False)),
            'voided': posted & kinds & (Domain('xero_from_void', '=', True) | Domain([
                ('xero_document_id', '!=', False), ('xero_status', 'in', GONE)])),
            'payment': unsent & since,
            'before': (off & kinds | entry | unsent) & ~since,
            'excluded': off & kinds & since & excluded,
            'left_out': off & kinds & since & ~excluded,
            'entry': entry & since,
            'cost': posted & kinds & Domain([
                ('xero_document_id', '!=', False),
                ('xero_status', 'not in', [*GONE, *UNAPPROVED]),
                ('line_ids.display_type', '=', 'cogs'),
                ('xero_manual_journal_id', 'not any', [('xero_status', '=', 'POSTED')])]),
        }

    def _get_own_entries(self, connection):
        """:return: domain of the journal entries that Xero does not make by itself, nor has of what
            they pay"""
        companies = connection.company_id._xero_together()
        paying = self.env['xero.settlement'].sudo()._search([
            ('company_id', 'in', companies.ids), ('state', '=', 'live'),
            ('entry_id', '!=', False)])
        return Domain([
            ('tax_cash_basis_rec_id', '=', False), ('tax_cash_basis_origin_move_id', '=', False),
            ('journal_id', 'not in', companies.sudo().currency_exchange_journal_id.ids),
            ('id', 'not in', paying.subselect('entry_id'))])

    def _get_changed(self, connection, day):
        """:return: the documents that both ledgers have, and each otherwise"""
        return self.env['account.move'].sudo().search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('move_type', 'in', list(XERO_KINDS)), ('state', '=', 'posted'), ('date', '<=', day),
            ('xero_document_id', '!=', False),
            ('xero_status', 'not in', [*GONE, *UNAPPROVED]),
            '|', ('xero_differs', '=', True), ('xero_state', 'in', ('pending', 'failed'))])

    # === HOW MUCH === #

    def _explain(self, connection, places, day, differences):
        """Find what the differences of accounts come of, in a number of queries that does not grow.

        :param recordset connection: one `xero.connection`, in its company
        :param Places places: of the connection
        :param date day: the last one that counts
        :param dict differences: {identifier of an account: Decimal}, those that are not nil
        :return: {identifier: {reason: Decimal}}
        :rtype: dict
        """
        found = defaultdict(Counter)
        if not differences:
            return found
        left = Counter(differences)
        domains = self._get_domains(connection)
        parts = {reason: self._get_amounts(
            connection, places, day, Domain('move_id', 'any', domains[reason])
            # Of an invoice that Xero has, it lacks no more than what the goods cost.
            & (Domain('display_type', '=', 'cogs') if reason == 'cost' else Domain.TRUE))
            for reason in (*CERTAIN, *PERHAPS)}
        parts |= self._get_differing(connection, places, day)
        parts['there'] = self._get_only_there(connection, places, day)
        for reason in sorted(parts, key=PERHAPS.__contains__):
            amounts = {place: amount for place, amount in parts[reason].items()
                       if place in differences and amount}
            after = sum(abs(left[place] - amount) for place, amount in amounts.items())
            if reason in PERHAPS and after >= sum(abs(left[place]) for place in amounts):
                continue
            for place, amount in amounts.items():
                left[place] -= amount
                found[place][reason] += amount
        self._explain_clearing(connection, left, found)
        self._explain_cents(connection, places, day, left, found)
        self._explain_gains(connection, places, day, left, found)
        return found

    def _get_amounts(self, connection, places, day, domain):
        """:return: {identifier: Decimal} of what the journal items of a domain come to"""
        return {place: booked.amount for place, booked in self.env['xero.ledger.books']
                ._get_balances(connection, places, day, domain).items()}

    def _get_differing(self, connection, places, day):
        """:return: {reason: {identifier: Decimal}} of what both sides have otherwise"""
        moves = self._get_changed(connection, day)
        rows = self.env['xero.difference'].sudo()._of_documents(moves).filtered('lines_there')
        there = {row.res_id: row.lines_there for row in rows}
        here = self._get_entries(connection, places, moves)
        found = {'changed': Counter(), 'differs': Counter()}
        start = self.env['xero.ledger.books']._get_year_start(connection, day)
        for move in moves:
            entry, own = self._get_entry_there(move, there.get(move.id), places), here[move.id]
            if entry is None:
                continue
            if move.date < start:
                entry, own = places.retain(entry), places.retain(own)
            reason = 'differs' if move.xero_differs else 'changed'
            for place in {*own, *entry}:
                found[reason][place] += own.get(place, 0) - entry.get(place, 0)
        return found

    def _get_entries(self, connection, places, moves):
        """:return: {id of a document: {identifier: Decimal}} of what documents are here"""
        books, currency = self.env['xero.ledger.books'], connection.company_id.currency_id
        entries = defaultdict(Counter)
        for move, account, journal, balance in self.env['account.move.line'].sudo()._read_group(
                [('move_id', 'in', moves.ids)], ['move_id', 'account_id', 'journal_id'],
                ['balance:sum']) if moves else ():
            entries[move.id][books._get_place(places, account, journal)] += decimal_of(
                currency, balance)
        return entries

    def _get_entry_there(self, move, lines, places):
        """
        :param recordset move: one `account.move`
        :param lines: that Xero had when both were compared, None where that is not kept
        :return: what it is in Xero's ledger, None where that is not known
        """
        kind = XERO_KINDS[move.move_type]
        rate = Decimal(f'{move.invoice_currency_rate:.6f}') \
            if move.currency_id != move.company_currency_id else None
        if lines:
            document = Document.from_json({
                'LineItems': lines, 'LineAmountTypes': lines[0].get('LineAmountTypes')})
            content = sums.of_document(document, places.codes, {})
        elif sent := self.env['xero.compare.content']._content_sent(move):
            content, rate = sent.sums, sent.rate or rate
        else:
            return None
        entry = trial_balance.entry_of(content, kind, rate)
        return entry and places.find(entry)

    def _get_only_there(self, connection, places, day):
        """:return: {identifier: Decimal} of the documents that only Xero has"""
        found = Counter()
        rows = self.env['xero.unmatched'].sudo().search_fetch([
            ('connection_id', '=', connection.id), ('date', '<=', day),
            ('entry_there', '!=', False)], ['date', 'entry_there'])
        start = self.env['xero.ledger.books']._get_year_start(connection, day)
        for row in rows:
            entry = places.find(
                {key: Decimal(amount) for key, amount in row.entry_there.items()})
            for place, amount in (
                    places.retain(entry) if row.date < start else entry).items():
                found[place] -= amount
        return found

    # === BANK ACCOUNTS THAT NO JOURNAL IS === #

    def _explain_clearing(self, connection, left, found):
        """What bank accounts of Xero have that no journal here is stands in the clearing journal
        here: where both come to nothing together, that explains them. As :meth:`_explain_gains`."""
        journals = self.env['account.journal'].sudo().with_context(active_test=False).search([
            ('company_id', 'in', connection.company_id._xero_together().ids),
            ('type', 'in', MONEY)]).with_company(connection.company_id)
        clearing = journals.filtered('xero_clearing').default_account_id
        banks = self.env['xero.account'].search([
            ('connection_id', '=', connection.id), ('type', '=', 'BANK')]) - \
            (journals - journals.filtered('xero_clearing')).xero_account_id
        pool = {*banks.mapped('xero_id'), *(f'odoo-{account.id}' for account in clearing)}
        if not sum(left[place] for place in pool):
            self._take(pool, 'clearing', left, found)

    def _take(self, pool, reason, left, found):
        """Let one reason explain all that is left of some accounts."""
        for place in pool:
            if left[place]:
                found[place][reason] += left[place]
                left[place] = Decimal(0)

    # === CENTS === #

    def _explain_cents(self, connection, places, day, left, found):
        """Each side brings amounts in other currencies to its own by itself: up to a cent a
        journal item, and what Xero knows of their rates, six places. As :meth:`_explain_gains`."""
        books, most = self.env['xero.ledger.books'], Counter()
        domain = books._get_domain(connection, day) & Domain(
            'currency_id', '!=', connection.company_id.currency_id.id)
        earlier = Domain('date', '<', books._get_year_start(connection, day)) & Domain(
            'account_id.internal_group', 'in', ('income', 'expense'))
        lines = self.env['account.move.line'].sudo()
        sums = ['__count', 'debit:sum', 'credit:sum']
        for account, journal, *total in lines._read_group(
                domain & ~earlier, ['account_id', 'journal_id'], sums):
            most[books._get_place(places, account, journal)] += _rounding(*total)
        [total] = lines._read_group(domain & earlier, [], sums)
        most[places.system.get(RETAINED)] += _rounding(*total)
        # What Xero makes of cents when something is paid is a gain.
        most[places.system.get(REALISED)] += sum(
            most[places.system.get(name)] for name in (RECEIVABLE, PAYABLE))
        self._take({place for place, amount in most.items() if abs(left[place]) <= amount},
                   'cents', left, found)

    # === RATES OF THE DAY === #

    def _explain_gains(self, connection, places, day, left, found):
        """Xero brings what is open in other currencies to the rate of the day, without a document:
        where what is left of these accounts comes to what its gains come to, that explains it.

        :param Counter left: of each account, what nothing else explains
        :param dict found: as :meth:`_explain` returns it
        """
        gains = {places.system[name] for name in GAINS if left[places.system.get(name)]}
        if not gains:
            return
        open_ = self._get_open_in_currencies(connection, places, day)
        accounts = {place for place in open_ if left[place]}
        for pool in (accounts | gains, accounts | gains | {places.system.get(RETAINED)}):
            if not sum(left[place] for place in pool):
                self._take(pool, 'gains', left, found)
                return

    def _get_open_in_currencies(self, connection, places, day):
        """:return: identifiers of the accounts for customers, vendors and money in which something
            is open in other currencies"""
        books, open_ = self.env['xero.ledger.books'], set()
        own = {places.system.get(RECEIVABLE), places.system.get(PAYABLE),
               *places.journals.values()}
        for account, journal, _currency, amount in self.env['account.move.line'].sudo()._read_group(
                books._get_domain(connection, day) & Domain(
                    'currency_id', '!=', connection.company_id.currency_id.id),
                ['account_id', 'journal_id', 'currency_id'], ['amount_currency:sum']):
            place = books._get_place(places, account, journal)
            if amount and place in own:
                open_.add(place)
        return open_


def _rounding(count, debit, credit):
    """:return: what rounding may make of so many journal items"""
    return CENT * count + PLACES * Decimal(str((debit or 0) + (credit or 0)))
