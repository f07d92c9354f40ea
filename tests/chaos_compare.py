"""The comparison at the end of a chaos run: whether both books agree, in all that they hold."""
from collections import Counter, defaultdict
from decimal import Decimal

from .chaos_books import BANK, LIVE, due, number_of

#: The account that all of Odoo's are mapped to, and the tax rate that all of its taxes are.
ACCOUNT, TAX = '429', 'INPUT2'


def compare(company):
    """Compare a company's books with its organisation's.

    :param chaos_books.Company company: with nothing on its way
    :return: (Counter of what was compared, list of texts: in what the books disagree without
        saying so, or say that they disagree although they do not)
    """
    return _Comparison(company).problems()


class _Comparison:

    def __init__(self, company):
        self.company, self.there = company, company.there()
        self.moves = [move for move in company.documents() if move['xero_id'] or
                      move['state'] != 'draft']
        self.payments, self.doubled = self._payments_here()
        self.matches = self._matches_here()
        self.listed = defaultdict(list)
        for res_id, field, here, there, message in company.query(
                "SELECT res_id, field, here, there, message FROM xero_difference"
                " WHERE connection_id = %s", company.connection):
            self.listed[res_id].append(f"{field}: {here} here, {there} in Xero: {message}")

    def problems(self):
        """:return: see :func:`compare`"""
        problems, counts = list(self.doubled), Counter()
        for move in self.moves:
            apart, row = list(self._apart(move)), self.there.get(move['xero_id'])
            if apart and move['id'] not in self.listed:
                problems += [f"{move['number']} ({row and number_of(row)}): {text}"
                             for text in apart]
            elif not apart:
                problems += [f"{move['number']}: listed, and both agree: {text}"
                             for text in self.listed.get(move['id'], ())]
            counts['differences, listed'] += bool(apart and move['id'] in self.listed)
        linked = {move['xero_id'] for move in self.moves}
        problems += [f"{number_of(row)} is in Xero without a document here"
                     for xero_id, row in self.there.items()
                     if row['Status'] in LIVE and xero_id not in linked]
        names = Counter(contact['Name'] for contact in self.company.org.contacts)
        problems += [f"contact {name} is doubled" for name in names if names[name] > 1]
        return Counter({
            'documents': len(self.moves), 'payments': sum(map(len, self.payments.values())),
            'allocations': sum(map(len, self.matches.values())) // 2,
            'cancelled or voided': sum(move['state'] == 'cancel' for move in self.moves),
            **counts}), problems

    def _payments_here(self):
        """:return: ({move: {identifier in Xero: (amount, account of Xero)}}, doubled ones)"""
        payments, doubled = defaultdict(dict), []
        for move, xero_id, amount, account in self.company.query(
                "SELECT link.invoice_id, payment.xero_payment_id, payment.amount::text,"
                "       account.code"
                "  FROM account_payment payment"
                "  JOIN account_move__account_payment link ON link.payment_id = payment.id"
                "  JOIN account_journal journal ON journal.id = payment.journal_id"
                "  LEFT JOIN xero_account account ON account.id ="
                "       (journal.xero_account_id ->> payment.company_id::text)::int"
                " WHERE payment.company_id = %s AND payment.state IN ('in_process', 'paid')",
                self.company.company):
            if xero_id in payments[move]:
                doubled.append(f"payment {xero_id} is doubled")
            payments[move][xero_id] = (Decimal(amount), account)
        return payments, doubled

    def _matches_here(self):
        """:return: {move: {document of Xero on the other side: amount}}"""
        matches = defaultdict(lambda: defaultdict(Decimal))
        for one, other, amount in self.company.query(
                "SELECT debit.move_id, credit.move_id, sum(part.amount)::text"
                "  FROM account_partial_reconcile part"
                "  JOIN account_move_line debit ON debit.id = part.debit_move_id"
                "  JOIN account_move_line credit ON credit.id = part.credit_move_id"
                "  JOIN account_move a ON a.id = debit.move_id AND a.move_type <> 'entry'"
                "  JOIN account_move b ON b.id = credit.move_id AND b.move_type <> 'entry'"
                " WHERE part.company_id = %s GROUP BY 1, 2", self.company.company):
            matches[one][other] += Decimal(amount)
            matches[other][one] += Decimal(amount)
        ids = {move['id']: move['xero_id'] for move in self.moves}
        return {move: {ids.get(other): amount for other, amount in others.items()}
                for move, others in matches.items()}

    def _matches_there(self, row):
        """:return: {document of Xero on the other side: amount} that a document lists"""
        if 'CreditNoteID' in row:
            parts = [(part['Invoice']['InvoiceID'], part['Amount'])
                     for part in row['Allocations']]
        else:
            parts = [(part['CreditNoteID'], part['AppliedAmount'])
                     for part in row['CreditNotes']]
        sums = defaultdict(Decimal)
        for other, amount in parts:
            sums[other] += amount
        return dict(sums)

    def _apart(self, move):
        """:return: iterator of texts: in what a document and Xero's disagree"""
        row = self.there.get(move['xero_id'])
        gone = row is None or row['Status'] not in LIVE
        if move['state'] == 'cancel' or (move['state'] == 'draft' and gone):
            if not gone:
                yield f"cancelled here, {row['Status']} in Xero"
            return
        if gone or move['state'] == 'draft' or move['xero_state'] != 'synced':
            yield (f"{move['state']} and {move['xero_state']} here, {row and row['Status']} in"
                   f" Xero: {move['message']}")
            return
        net, tax = move['total'] - move['tax'], move['tax']
        paid = {payment['PaymentID']: (payment['Amount'], BANK) for payment in row['Payments']}
        for what, here, there in (
                ('total', move['total'], row['Total']),
                ('tax', tax, row['TotalTax']),
                ('due', move['residual'], due(row)),
                ('accounts', _without_nil({ACCOUNT: net}), _sums(
                    row, 'AccountCode', 'LineAmount')),
                ('tax rates', _without_nil({TAX: tax}), _sums(row, 'TaxType', 'TaxAmount')),
                ('payments', self.payments[move['id']], paid),
                ('matched', self.matches.get(move['id'], {}), self._matches_there(row))):
            if here != there:
                yield f"{what}: {here} here, {there} in Xero"


def _sums(row, key, amount):
    """:return: {key: sum} of the lines of a document of Xero"""
    sums = defaultdict(Decimal)
    for line in row['LineItems']:
        sums[line[key]] += line[amount]
    return _without_nil(sums)


def _without_nil(sums):
    return {key: amount for key, amount in sums.items() if amount}
