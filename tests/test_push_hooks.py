"""A module that extends what is sent, or what an answer does, and fails for one record."""
from datetime import date

from odoo.tests import tagged

from .common_hooks import ELSEWHERE, GUARDS, HOOKS, Case, Scenario, XeroHookCommon, hooks_of

PDF = b'%PDF-1.4 as the customer has got it'


@tagged('post_install', '-at_install')
class TestPushHooks(XeroHookCommon):

    def setUp(self):
        super().setUp()
        self.connection.attach_pdf = True
        self.names = iter(range(1000))

    # === DOCUMENTS === #

    def _partner(self, linked=True):
        partner = self.env['res.partner'].create({'name': f"Partner {next(self.names)}"})
        if linked:
            self._link(partner)
        return partner

    def _posted(self, count, linked=True, **values):
        """:return: Cases of documents that were sent to their customers and wait for Xero"""
        cases = []
        for _number in range(count):
            partner = self._partner(linked)
            move = self._invoice(partner_id=partner.id, **values)
            self._keep_pdf(move)
            cases.append(Case((move, partner)))
        return cases

    def _keep_pdf(self, move):
        self.env['ir.attachment'].create({
            'name': f'{move.id}.pdf', 'raw': PDF, 'mimetype': 'application/pdf',
            'res_model': move._name, 'res_id': move.id, 'res_field': 'invoice_pdf_report_file'})
        move.invalidate_recordset(['invoice_pdf_report_id', 'invoice_pdf_report_file'])

    def _there(self, count):
        """:return: Cases of documents that Xero has"""
        cases = self._posted(count)
        self._push()
        for case in cases:
            self.assertEqual(case.move.xero_state, 'synced', case.move.xero_error_message)
        return cases

    def _changed(self, count):
        cases = self._there(count)
        for case in cases:
            case.move.button_draft()
            case.move.invoice_line_ids.price_unit = 250
            case.move.action_post()
            self._keep_pdf(case.move)
        return cases

    def _cancelled(self, count):
        cases = self._there(count)
        for case in cases:
            case.move.button_cancel()
        return cases

    def _is_synced(self, case):
        return case.move.xero_state == 'synced' and case.move.xero_pdf_state != 'pending' and (
            case.move.state == 'cancel' or case.move.xero_pdf_state == 'attached')

    def _is_refused(self, case):
        return case.move.xero_state == 'failed' and "fault" not in case.move.xero_error_message

    def _sync(self, case):
        case.move.action_xero_sync_now()

    def _lose(self):
        """The answers are lost, and Xero does not remember the requests."""
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        self._push()
        self._later(minutes=7)

    def _forget(self):
        """The same, of a database that was restored from a backup since."""
        self._lose()
        self._requests().unlink()

    def _refused_line(self, count):
        account = self._account('400')
        self.org.store['Accounts'].put({**next(
            a for a in self.org.accounts if a['Code'] == '400'), 'Status': 'ARCHIVED'})
        bad = self.expense.copy({'code': f'6991{next(self.names):03}'})
        bad.xero_account_id = account
        return self._posted(count, lines=[{'account_id': bad.id}])

    # === CONTACTS === #

    def _asked(self, count):
        cases = [Case((self._partner(linked=False),)) for _number in range(count)]
        for case in cases:
            self._ask(case)
        return cases

    def _taken(self, count):
        """:return: Cases of contacts that Xero has under the same name and address"""
        cases = self._asked(count)
        for case in cases:
            [partner] = case.records
            partner.email = f'{partner.id}@example.com'
            self.org.as_person.create_contact(partner.name, EmailAddress=partner.email)
        return cases

    def _is_there(self, case):
        [partner] = case.records
        return bool(partner.xero_contact_id) and self.env['xero.contact.sync'].search(
            [('partner_id', '=', partner.id)]).xero_state in ('synced', False)

    def _ask(self, case):
        case.records[0].action_xero_sync_now()

    # === PAYMENTS === #

    def _paid(self, count):
        return [Case((*case.records, self._pay(case.move))) for case in self._there(count)]

    def _paid_in_time(self, count):
        """:return: Cases of payments whose period is going to be locked"""
        self.org.period_lock_date = None
        return self._paid(count)

    def _paid_there(self, count):
        cases = self._paid(count)
        self._push()
        self.assertTrue(all(map(self._is_paid, cases)))
        return cases

    def _taken_back(self, count):
        cases = self._paid_there(count)
        for case in cases:
            case.records[2].action_cancel()
        return cases

    def _taken_back_there(self, count):
        """:return: Cases of payments that somebody has deleted in Xero, too"""
        cases = self._paid_there(count)
        for case in cases:
            self.org.as_person.delete_payment(case.records[2].xero_payment_id)
            case.records[2].action_cancel()
        return cases

    def _is_paid(self, case):
        return case.records[2].xero_state == 'synced'

    def _is_taken_back(self, case):
        return set(case.records[2].xero_link_ids.mapped('state')) == {'deleted'}

    def _is_refused_payment(self, case):
        return case.records[2].xero_error_code == 'period_locked'

    def _pay_again(self, case):
        case.records[2].action_xero_sync_now()

    def _lose_payments(self):
        self.sandbox.inject('cut_after', 'PUT', '/Payments')
        self._push()
        self._later(minutes=7)

    def _lock(self):
        self.org.period_lock_date = date(2026, 3, 31)

    # === SCENARIOS === #

    def _scenarios(self):
        document = {'run': self._push, 'done': self._is_synced, 'again': self._sync}
        contact = {'run': self._push, 'done': self._is_there, 'again': self._ask}
        payment = {'run': self._push, 'done': self._is_paid, 'again': self._pay_again}
        return {
            'created': Scenario(self._posted, **document),
            'created with its contact': Scenario(
                lambda count: self._posted(count, linked=False), **document),
            'changed': Scenario(self._changed, **document),
            'cancelled': Scenario(self._cancelled, **document),
            'lost': Scenario(self._posted, ready=self._lose, **document),
            'taken': Scenario(self._posted, ready=self._forget, **document),
            'refused': Scenario(self._refused_line, **{**document, 'done': self._is_refused}),
            'contact': Scenario(self._asked, **contact),
            'contact taken': Scenario(self._taken, **contact),
            'paid': Scenario(self._paid, **payment),
            'payment lost': Scenario(self._paid, ready=self._lose_payments, **payment),
            'payment refused': Scenario(self._paid_in_time, ready=self._lock, **{
                **payment, 'done': self._is_refused_payment}),
            'taken back': Scenario(self._taken_back, **{**payment, 'done': self._is_taken_back}),
            'taken back there': Scenario(self._taken_back_there, **{
                **payment, 'done': self._is_taken_back}),
        }

    def test_every_hook_has_its_place(self):
        """A new one is entered in one of the tables."""
        self.assertEqual(set(hooks_of(self.registry)), GUARDS | HOOKS | ELSEWHERE)
        self.assertFalse(GUARDS & HOOKS or GUARDS & ELSEWHERE or HOOKS & ELSEWHERE)

    def test_created(self):
        self._check(self._scenarios()['created'])

    def test_created_with_its_contact(self):
        self._check(self._scenarios()['created with its contact'])

    def test_changed(self):
        self._check(self._scenarios()['changed'])

    def test_cancelled(self):
        self._check(self._scenarios()['cancelled'])

    def test_lost(self):
        self._check(self._scenarios()['lost'])

    def test_taken(self):
        self._check(self._scenarios()['taken'])

    def test_refused(self):
        self._check(self._scenarios()['refused'])

    def test_contact(self):
        self._check(self._scenarios()['contact'])

    def test_contact_taken(self):
        self._check(self._scenarios()['contact taken'])

    def test_paid(self):
        self._check(self._scenarios()['paid'])

    def test_payment_lost(self):
        self._check(self._scenarios()['payment lost'])

    def test_payment_refused(self):
        self._check(self._scenarios()['payment refused'])

    def test_taken_back(self):
        self._check(self._scenarios()['taken back'])

    def test_taken_back_there(self):
        self._check(self._scenarios()['taken back there'])
