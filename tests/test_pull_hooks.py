"""A module that extends what Xero's state does here, and fails for one record."""
from odoo import fields
from odoo.tests import tagged

from .common_hooks import Case, Scenario, XeroHookCommon
from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestPullHooks(XeroHookCommon, XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.connection.push_payments = False
        self.names = iter(range(1000))

    def _partner(self):
        partner = self.env['res.partner'].create({'name': f"Partner {next(self.names)}"})
        self._link(partner)
        return partner

    def _case(self, move, *records):
        ids = {move.xero_document_id, *(record.xero_document_id for record in records)}
        return Case((move, *records), frozenset(ids))

    # === DOCUMENTS THAT BOTH SIDES HAVE === #

    def _there_too(self, count, *move_types):
        """:return: lists of documents of one partner each, that Xero has"""
        found = []
        for _number in range(count):
            partner = self._partner()
            found.append([self._invoice(move_type, partner_id=partner.id)
                          for move_type in move_types or ['out_invoice']])
        self._push()
        self._pull()
        return found

    def _paid(self, count):
        moves = [move for [move] in self._there_too(count)]
        for move in moves:
            self.person.pay(move.xero_document_id)
        return list(map(self._case, moves))

    def _delete_payment(self, case):
        [document] = self._documents(case.move)
        self.person.delete_payment(document['Payments'][0]['PaymentID'])

    def _payment_deleted(self, count):
        cases = self._paid(count)
        self._pull()
        for case in cases:
            self._delete_payment(case)
        return cases

    def _never_known(self, count):
        """:return: Cases of payments that were made and deleted before they were read"""
        cases = self._paid(count)
        for case in cases:
            self._delete_payment(case)
        return cases

    def _voided(self, count):
        moves = [move for [move] in self._there_too(count)]
        for move in moves:
            self.person.void(move.xero_document_id)
        return list(map(self._case, moves))

    def _credited(self, count):
        cases = []
        for move, note in self._there_too(count, 'out_invoice', 'out_refund'):
            self.person.allocate(note.xero_document_id, move.xero_document_id, 120)
            cases.append(self._case(move, note))
        return cases

    def _is_paid(self, case):
        return not case.move.amount_residual

    def _is_open_again(self, case):
        return case.move.amount_residual == 120

    def _is_told(self, case):
        return bool(self.env['xero.log'].search_count([
            ('error_code', '=', 'payment_delete_no_match'), ('res_id', '=', case.move.id)]))

    def _is_cancelled(self, case):
        return case.move.state == 'cancel'

    def _fetch_again(self, case):
        self._hint(case.move)
        self._compare(case)

    def _compare(self, _case):
        """The night's comparison reads all that has changed, also what was read before."""
        for cursor in self.connection.sudo().cursor_ids:
            cursor.repair_since = fields.Datetime.subtract(fields.Datetime.now(), days=7)

    def _reconcile_all(self):
        """The night's comparison, and what a minute's calls leave of it."""
        self._reconcile()
        self._pull()
        self._pull()

    # === DOCUMENTS OF XERO === #

    def _made_there(self, **values):
        partner = self._partner()
        document = self._there({'ContactID': partner.xero_contact_id}, **values)
        if not values:
            self.person.pay(document['InvoiceID'])
        return Case((partner,), frozenset({document['InvoiceID']}))

    def _made(self, count):
        return [self._made_there() for _number in range(count)]

    def _on_both_sides(self, count):
        return [self._entered_twice() for _number in range(count)]

    def _entered_twice(self):
        partner = self._partner()
        self.connection.auto_sync = False
        move = self._invoice(partner_id=partner.id)
        self.connection.auto_sync = True
        document = self._there(
            {'ContactID': partner.xero_contact_id}, InvoiceNumber=move.name)
        return Case((move, partner), frozenset({document['InvoiceID']}))

    def _with_files(self, count):
        return [self._with_file() for _number in range(count)]

    def _with_file(self):
        case = self._made_there(kind='ACCPAY', InvoiceNumber=f'V-{next(self.names)}')
        [xero_id] = case.xero_ids
        self._attach({'InvoiceID': xero_id}, 'scan.pdf')
        return case

    def _found(self, case):
        return self.env['account.move'].search([
            ('xero_document_id', 'in', list(case.xero_ids))])

    def _is_imported(self, case):
        move = self._found(case)
        return move.state == 'posted' and not move.amount_residual

    def _is_linked(self, case):
        return self._found(case) == case.move

    def _has_file(self, case):
        move = self._found(case)
        return bool(move) and not move.xero_files_pending and bool(
            self.env['ir.attachment'].search_count([
                ('res_model', '=', move._name), ('res_id', '=', move.id),
                ('name', '=', 'scan.pdf')]))

    def _try_again(self, case):
        self.env['xero.unmatched'].search(
            [('xero_id', 'in', list(case.xero_ids))]).action_try_again()
        self._compare(case)

    def _fetch_files_again(self, case):
        self._try_again(case)
        self._found(case).sudo().xero_files_pending = True

    # === CONTACTS === #

    def _merged(self, count):
        return [self._merge() for _number in range(count)]

    def _merge(self):
        partner = self._partner()
        other = self.person.create_contact(f"{partner.name} Ltd")['ContactID']
        old = partner.xero_contact_id
        self.person.merge_contact(old, other)
        return Case((partner,), frozenset({old, other}))

    def _is_followed(self, case):
        [partner] = case.records
        [contact] = [c for c in self.org.contacts if c['ContactID'] == partner.xero_contact_id]
        return contact['ContactStatus'] == 'ACTIVE'

    # === SCENARIOS === #

    def _scenarios(self):
        document = {'run': self._pull, 'again': self._fetch_again}
        compared = {'run': self._reconcile_all, 'again': self._compare}
        new = {'run': self._pull, 'again': self._try_again}
        return {
            'paid': Scenario(self._paid, done=self._is_paid, **document),
            'payment deleted': Scenario(
                self._payment_deleted, done=self._is_open_again, **document),
            'never known': Scenario(self._never_known, done=self._is_told, **compared),
            'voided': Scenario(self._voided, done=self._is_cancelled, **document),
            'credited': Scenario(self._credited, done=self._is_paid, **compared),
            'imported': Scenario(self._made, done=self._is_imported, **new),
            'on both sides': Scenario(self._on_both_sides, done=self._is_linked, **new),
            'file': Scenario(self._with_files, done=self._has_file, run=self._pull,
                             again=self._fetch_files_again),
            'merged': Scenario(self._merged, done=self._is_followed, **compared),
        }

    def test_paid(self):
        self._check(self._scenarios()['paid'])

    def test_payment_deleted(self):
        self._check(self._scenarios()['payment deleted'])

    def test_never_known(self):
        self._check(self._scenarios()['never known'])

    def test_voided(self):
        self._check(self._scenarios()['voided'])

    def test_credited(self):
        self._check(self._scenarios()['credited'])

    def test_imported(self):
        self._check(self._scenarios()['imported'])

    def test_on_both_sides(self):
        self._check(self._scenarios()['on both sides'])

    def test_file(self):
        self.connection.import_attachments = True
        self._check(self._scenarios()['file'])

    def test_merged(self):
        self._check(self._scenarios()['merged'])
