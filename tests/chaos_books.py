"""The two sides of a chaos run: accountants in Odoo, people in Xero, and the comparison of both."""
import zlib
from collections import Counter, defaultdict
from decimal import Decimal

from .common_process import connect

PRICES = (38.41, 4.99, 87.5, 12.0, 9.33, 249.99, 0.05)
QUANTITIES = (1, 2, 3, 0.5, 2.333, 1.25)
LIVE = ('AUTHORISED', 'PAID')
#: What happens to a document, by a number made of its own number: most are paid in Xero.
EDITED, CANCELLED, VOIDED = range(3)
FATES = 12


def fate(number):
    """:return: int below FATES, always the same for a document's number"""
    return zlib.crc32(number.encode()) % FATES


class Company:
    """A company in Odoo, and its organisation in Xero.

    :param call: function(model, ids, method, *arguments) that an Odoo process runs
    :param query: function(statement, *values) that runs SQL and returns the rows
    :param int company: id
    """

    def __init__(self, call, query, sandbox, app, company):
        self.call, self.query, self.company = call, query, company
        call('account.chart.template', [], 'try_loading', 'generic_coa', company)
        self.org, self.connection, _expense = connect(call, sandbox, app, company)
        self.journals, self.taxes, self.count = {}, {}, 0
        [target] = call('xero.tax.rate', [], 'search', [
            ('connection_id', '=', self.connection), ('tax_type', '=', 'INPUT2')])
        for use in ('sale', 'purchase'):
            [self.journals[use]] = call('account.journal', [], 'search', [
                ('company_id', '=', company), ('type', '=', use)], 0, 1)
            [self.taxes[use]] = call('account.tax', [], 'search', [
                ('company_id', '=', company), ('type_tax_use', '=', use),
                ('amount_type', '=', 'percent')], 0, 1)
            call('account.tax', [self.taxes[use]], 'write', {
                'amount': 20, 'xero_tax_rate_id': target})
        self.partners = []

    # === IN ODOO === #

    def post(self, dice, number):
        """Make and post documents, some of them of new partners."""
        names = [f"Partner {self.company}-{len(self.partners) + n}" for n in range(1 + number // 5)]
        self.partners += self.call('res.partner', [], 'create', [{'name': name} for name in names])
        moves = self.call('account.move', [], 'create', [
            self._document(dice) for _number in range(number)])
        self.call('account.move', moves, 'action_post')

    def _document(self, dice):
        self.count += 1
        kind = dice.choice(('out_invoice', 'out_invoice', 'in_invoice', 'in_invoice',
                            'out_refund', 'in_refund'))
        use = 'sale' if kind.startswith('out') else 'purchase'
        return {
            'move_type': kind, 'journal_id': self.journals[use], 'invoice_date': '2026-03-02',
            'partner_id': dice.choice(self.partners), 'ref': f'R{self.company}-{self.count}',
            'invoice_line_ids': [[0, 0, {
                'name': "Work", 'price_unit': dice.choice(PRICES),
                'quantity': dice.choice(QUANTITIES), 'tax_ids': [[6, 0, [self.taxes[use]]]],
            }] for _line in range(dice.randint(1, 4))]}

    def _documents(self):
        """:return: list of dict: the documents as Odoo has them now"""
        names = ('id', 'number', 'state', 'xero_state', 'total', 'residual', 'xero_id', 'message')
        return [dict(zip(names, row, strict=True)) for row in self.query(
            "SELECT id, CASE WHEN move_type LIKE 'in%%' THEN ref ELSE name END, state, xero_state,"
            " amount_total::text, amount_residual::text, xero_document_id, xero_error_message"
            " FROM account_move WHERE company_id = %s AND move_type <> 'entry'", self.company)]

    def work_in_odoo(self, dice):
        """Change or cancel a document that is on its way, or there."""
        moves = [move for move in self._documents()
                 if fate(move['number']) in (EDITED, CANCELLED) and move['state'] == 'posted']
        if not moves:
            return
        move = dice.choice(moves)
        self.call('account.move', [move['id']], 'button_draft')
        if fate(move['number']) == CANCELLED:
            self.call('account.move', [move['id']], 'button_cancel')
            return
        [[line]] = self.query(
            "SELECT min(id) FROM account_move_line WHERE move_id = %s"
            " AND display_type = 'product'", move['id'])
        self.call('account.move.line', [line], 'write', {'price_unit': dice.choice(PRICES)})
        self.call('account.move', [move['id']], 'action_post')

    def sync_failed(self):
        """Press *Sync now* on what failed. :return: number of documents"""
        failed = [move['id'] for move in self._documents() if move['xero_state'] == 'failed']
        if failed:
            self.call('account.move', failed, 'action_xero_sync_now')
        return len(failed)

    # === IN XERO === #

    def _there(self):
        return {row.get('InvoiceID') or row['CreditNoteID']: row
                for row in [*self.org.invoices, *self.org.credit_notes]}

    def work_in_xero(self, dice):
        """Pay a document in full or in part, delete a payment, or void a document."""
        with self.org.lock:
            rows = [(xero_id, row) for xero_id, row in self._there().items()
                    if row['Status'] in LIVE and fate(_number(row)) not in (EDITED, CANCELLED)]
            if not rows:
                return
            xero_id, row = dice.choice(rows)
            if fate(_number(row)) == VOIDED:
                self.org.as_person.void(xero_id)
            elif row['Payments'] and dice.random() < 0.3:
                self.org.as_person.delete_payment(dice.choice(row['Payments'])['PaymentID'])
            elif _due(row) > 0:
                part = max(Decimal('0.01'), round(_due(row) / 3, 2))
                self.org.as_person.pay(xero_id, dice.choice((None, part)))

    # === BOTH === #

    def compare(self):
        """:return: Counter of what was compared, and list of texts: in what both books disagree"""
        there, problems = self._there(), []
        moves = [move for move in self._documents() if move['state'] != 'draft']
        payments = defaultdict(dict)
        for move, xero_id, amount in self.query(
                "SELECT link.invoice_id, payment.xero_payment_id, payment.amount::text"
                "  FROM account_payment payment"
                "  JOIN account_move__account_payment link ON link.payment_id = payment.id"
                " WHERE payment.company_id = %s AND payment.state IN ('in_process', 'paid')",
                self.company):
            if xero_id in payments[move]:
                problems.append(f"payment {xero_id} is doubled")
            payments[move][xero_id] = Decimal(amount)
        for move in moves:
            problems += [f"{move['number']}: {text}" for text in self._apart(
                move, there.get(move['xero_id']), payments[move['id']])]
        linked = {move['xero_id'] for move in moves}
        problems += [f"{_number(row)} is in Xero without a document here"
                     for xero_id, row in there.items()
                     if row['Status'] in LIVE and xero_id not in linked]
        names = Counter(contact['Name'] for contact in self.org.contacts)
        problems += [f"contact {name} is doubled" for name in names if names[name] > 1]
        problems += [f"difference: {row}" for row in self.query(
            "SELECT document, field, here, there, message FROM xero_difference"
            " WHERE connection_id = %s", self.connection)]
        return Counter({
            'documents': len(moves), 'payments': sum(map(len, payments.values())),
            'cancelled or voided': sum(move['state'] == 'cancel' for move in moves)}), problems

    @staticmethod
    def _apart(move, row, payments):
        """:return: iterator of texts: in what a document and Xero's disagree"""
        gone = row is None or row['Status'] not in LIVE
        if move['state'] == 'cancel':
            if not gone:
                yield f"cancelled here, {row['Status']} in Xero"
            return
        if gone or move['xero_state'] != 'synced':
            yield (f"{move['xero_state']} here, {row and row['Status']} in Xero:"
                   f" {move['message']}")
            return
        if row['Total'] != Decimal(move['total']):
            yield f"{move['total']} here, {row['Total']} in Xero"
        if _due(row) != Decimal(move['residual']):
            yield f"{move['residual']} due here, {_due(row)} in Xero"
        in_xero = {payment['PaymentID']: payment['Amount'] for payment in row['Payments']}
        if payments != in_xero:
            yield f"payments {payments} here, {in_xero} in Xero"


def _number(row):
    return row.get('InvoiceNumber') or row['CreditNoteNumber']


def _due(row):
    return row['AmountDue'] if 'AmountDue' in row else row['RemainingCredit']
