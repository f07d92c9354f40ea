"""The two sides of a chaos run: accountants in Odoo, and people in Xero."""
import zlib
from decimal import Decimal

from .common_process import connect

PRICES = (38.41, 4.99, 87.5, 12.0, 9.33, 249.99, 0.05)
QUANTITIES = (1, 2, 3, 0.5, 2.333, 1.25)
LIVE = ('AUTHORISED', 'PAID')
#: What happens to a document, by a number made of its own number: most are paid in Xero. What is
#: CREDITED is matched here with a credit note; CORRECTED in Xero, at an equal total; left DRAFTED
#: here; of those SHARED a part payment is entered on both sides.
FATES = 16
EDITED, CANCELLED, VOIDED, CREDITED, CORRECTED, DRAFTED, SHARED = range(7)
#: The account that a correction in Xero chooses, and the bank's.
OTHER_ACCOUNT, BANK = '400', '090'


def fate(number):
    """:return: int below FATES, always the same for a document's number"""
    return zlib.crc32(number.encode()) % FATES


class Company:
    """A company in Odoo, and its organisation in Xero.

    :param call: function(model, ids, method, *arguments) that an Odoo process runs
    :param query: function(statement, *values) that runs SQL and returns the rows
    :param int company: id
    :param bool sends_payments: those registered here
    """

    def __init__(self, call, query, sandbox, app, company, sends_payments):
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
                'amount': 20, 'xero_tax_rate_id': target}, company=company)
        self.partners = []
        #: What a document went through only once: {number}
        self.credited, self.corrected, self.shared = set(), set(), set()
        [self.bank] = call('account.journal', [], 'search', [
            ('company_id', '=', company), ('type', '=', 'bank')], 0, 1)
        [account] = call('xero.account', [], 'search', [
            ('connection_id', '=', self.connection), ('code', '=', BANK)])
        call('account.journal', [self.bank], 'write', {'xero_account_id': account},
             company=company)
        call('xero.connection', [self.connection], 'write', {'push_payments': sends_payments})

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

    def documents(self):
        """:return: list of dict: the documents as Odoo has them now"""
        names = ('id', 'number', 'state', 'kind', 'xero_state', 'xero_id', 'message', 'date')
        amounts = ('total', 'tax', 'residual')
        rows = self.query(
            "SELECT id, CASE WHEN move_type LIKE 'in%%' THEN ref ELSE name END, state, move_type,"
            " xero_state, xero_document_id, xero_error_message, invoice_date::text,"
            " amount_total::text, amount_tax::text, amount_residual::text"
            "  FROM account_move WHERE company_id = %s AND move_type <> 'entry'", self.company)
        return [dict(zip(names + amounts, [*row[:-3], *map(Decimal, row[-3:])], strict=True))
                for row in rows]

    def work_in_odoo(self, dice):
        """Change, cancel, credit or reset a document that is on its way, or there."""
        by_fate = {}
        for move in self.documents():
            if move['state'] == 'posted' and move['number'] not in self.credited | self.shared:
                by_fate.setdefault(fate(move['number']), []).append(move)
        for work, fates in ((self._edit, (EDITED,)), (self._cancel, (CANCELLED,)),
                            (self._credit, (CREDITED,)), (self._reset, (DRAFTED,))):
            moves = [move for each in fates for move in by_fate.get(each, ())]
            if moves and dice.random() < 0.5:
                work(dice.choice(moves), dice)

    def _reset(self, move, _dice):
        self.call('account.move', [move['id']], 'button_draft')

    def _cancel(self, move, _dice):
        self.call('account.move', [move['id']], 'button_draft')
        self.call('account.move', [move['id']], 'button_cancel')

    def _edit(self, move, dice):
        self.call('account.move', [move['id']], 'button_draft')
        [[line]] = self.query(
            "SELECT min(id) FROM account_move_line WHERE move_id = %s"
            " AND display_type = 'product'", move['id'])
        self.call('account.move.line', [line], 'write', {'price_unit': dice.choice(PRICES)})
        self.call('account.move', [move['id']], 'action_post')

    def _credit(self, move, dice):
        """Make a credit note of an invoice or bill, for all or a part of it; Odoo matches both."""
        if move['kind'] not in ('out_invoice', 'in_invoice'):
            return
        self.count += 1
        ref = f'R{self.company}-{self.count}'
        [note] = self.call('account.move', [move['id']], '_reverse_moves', [
            {'invoice_date': move['date'], 'ref': ref}])
        if dice.random() < 0.5:
            [[line]] = self.query(
                "SELECT min(id) FROM account_move_line WHERE move_id = %s"
                " AND display_type = 'product'", note)
            self.call('account.move.line', [line], 'write', {'price_unit': dice.choice(PRICES)})
        self.call('account.move', [note], 'action_post')
        [[number]] = self.query(
            "SELECT CASE WHEN move_type LIKE 'in%%' THEN ref ELSE name END"
            "  FROM account_move WHERE id = %s", note)
        self.credited |= {move['number'], number}

    def _pay(self, move, amount, day):
        [[line]] = self.query(
            "SELECT id FROM account_move_line WHERE move_id = %s"
            " AND display_type = 'payment_term'", move['id'])
        [register] = self.call('account.payment.register', [], 'create', {
            'line_ids': [[6, 0, [line]]], 'journal_id': self.bank, 'payment_date': day,
            'amount': float(amount), 'payment_difference_handling': 'open'})
        self.call('account.payment.register', [register], '_create_payments')

    def sync_failed(self):
        """Press *Sync now* on what failed. :return: number of documents"""
        failed = [move['id'] for move in self.documents() if move['xero_state'] == 'failed']
        if failed:
            self.call('account.move', failed, 'action_xero_sync_now')
        return len(failed)

    # === IN XERO === #

    def there(self):
        """:return: {identifier: document} of those that Xero has"""
        return {row.get('InvoiceID') or row['CreditNoteID']: row
                for row in [*self.org.invoices, *self.org.credit_notes]}

    def work_in_xero(self, dice):
        """Pay a document in full or in part, delete a payment, void or correct a document."""
        with self.org.lock:
            rows = [(xero_id, row) for xero_id, row in self.there().items()
                    if row['Status'] in LIVE and number_of(row) not in self.credited
                    and fate(number_of(row)) not in (EDITED, CANCELLED, CREDITED, DRAFTED, SHARED)]
            if not rows:
                return
            xero_id, row = dice.choice(rows)
            if fate(number_of(row)) == VOIDED:
                self.org.as_person.void(xero_id)
            elif fate(number_of(row)) == CORRECTED:
                self._correct(xero_id, row, dice)
            elif row['Payments'] and dice.random() < 0.3:
                self.org.as_person.delete_payment(dice.choice(row['Payments'])['PaymentID'])
            elif due(row) > 0:
                part = max(Decimal('0.01'), round(due(row) / 3, 2))
                self.org.as_person.pay(xero_id, dice.choice((None, part)), account=BANK)

    def _correct(self, xero_id, row, dice):
        """Another account, or no tax, at the same total: a tax that was entered stays."""
        if number_of(row) in self.corrected:
            return
        self.corrected.add(number_of(row))
        if dice.random() < 0.5:
            lines = [{'LineItemID': line['LineItemID'], 'AccountCode': OTHER_ACCOUNT,
                      'TaxAmount': line['TaxAmount']} for line in row['LineItems']]
        else:
            lines = [{'Description': "Corrected", 'Quantity': 1, 'UnitAmount': row['Total'],
                      'AccountCode': '429', 'TaxType': 'NONE'}]
        self.org.as_person.edit(xero_id, LineItems=lines)

    def pay_on_both_sides(self, dice):
        """Enter the same part payment here and, a day later by its date, in Xero."""
        there = self.there()
        moves = [move for move in self.documents()
                 if move['xero_state'] == 'synced' and move['state'] == 'posted'
                 and fate(move['number']) == SHARED and move['number'] not in self.shared
                 and move['xero_id'] in there and due(there[move['xero_id']]) > Decimal('0.1')]
        if not moves:
            return
        move = dice.choice(moves)
        self.shared.add(move['number'])
        part = round(due(there[move['xero_id']]) / 3, 2)
        if dice.random() < 0.5:
            self._pay(move, part, '2026-03-12')
            self.org.as_person.pay(move['xero_id'], part, '2026-03-13', BANK)
        else:
            self.org.as_person.pay(move['xero_id'], part, '2026-03-12', BANK)
            self._pay(move, part, '2026-03-13')


def number_of(row):
    """:return: the number of a document of Xero"""
    return row.get('InvoiceNumber') or row['CreditNoteNumber']


def due(row):
    """:return: what is open of a document of Xero"""
    return row['AmountDue'] if 'AmountDue' in row else row['RemainingCredit']
