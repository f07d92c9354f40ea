"""Documents that somebody made in Xero, from the poll to the books."""
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import written
from .common_import import DAY, XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportPolicy(XeroImportCommon):

    def test_left_alone_by_default(self):
        self.connection.write({'import_policy': 'none'})
        self.assertEqual(
            self.env['xero.connection'].new({}).import_policy, 'none')
        document = self._there(self._contact(self.partner_a))
        self._pull()
        self.assertFalse(self._here(document))
        self.assertFalse(self._waiting())

    def test_list_only(self):
        self.connection.import_policy = 'list'
        document = self._there(self._contact(self.partner_a))
        self._pull()
        self.assertFalse(self._here(document))
        [row] = self._waiting()
        self.assertEqual((row.reason, row.number, row.total, row.contact_name, row.status),
                         ('policy', document['InvoiceNumber'], 120, self.partner_a.name,
                          'AUTHORISED'))
        self.assertEqual(self.connection.unmatched_count, 1)
        self._settled()
        self.connection.import_policy = 'post'
        self._pull_at_once()
        self._assert_as_there(document)
        self.assertFalse(self._waiting())
        self._settled()

    def test_as_draft(self):
        self.connection.import_policy = 'draft'
        contact = self._contact(self.partner_a)
        approved, draft = self._there(contact), self._there(contact, Status='DRAFT')
        self.person.pay(approved['InvoiceID'], 30)
        self._pull()
        moves = self._assert_as_there(approved) | self._assert_as_there(draft)
        self.assertEqual(set(moves.mapped('state')), {'draft'})
        move = self._here(approved)
        self.assertEqual(set(self._differences()), {(move.display_name, 'status')},
                         "it counts in Xero, and not here")
        self._settled()
        move.action_post()
        self._pull_at_once()
        self.assertEqual(move.amount_residual, 90, "the payment came with the posting")
        self.assertFalse(self._differences())
        self._settled()

    def test_draft_that_is_changed_there(self):
        self.connection.import_policy = 'draft'
        document = self._there(self._contact(self.partner_a), Status='DRAFT')
        self._pull()
        self.person.edit(document['InvoiceID'], LineItems=[self._line('50.00')])
        self._pull()
        move = self._here(document)
        self.assertIn((move.display_name, 'total'), self._differences())
        move.invoice_line_ids.price_unit = 50
        move._xero_queue_pull()
        self._pull_at_once()
        self.assertFalse(self._differences())
        self._settled()

    def test_draft_that_is_voided_there(self):
        self.connection.import_policy = 'draft'
        document = self._there(self._contact(self.partner_a))
        self._pull()
        self.person.void(self._id(document))
        self._pull()
        self.assertEqual(self._here(document).state, 'cancel')
        self.assertFalse(self._differences())
        self._settled()

    def test_draft_waits_for_its_approval(self):
        document = self._there(self._contact(self.partner_a), Status='DRAFT')
        self._pull()
        self.assertFalse(self._here(document) or self._waiting())
        self.person.approve(document['InvoiceID'])
        self._pull()
        self.assertEqual(self._assert_as_there(document).state, 'posted')

    def test_voided_ones_never(self):
        document = self._there(self._contact(name="Nobody"))
        self._pull()
        self.assertEqual(self._waiting().reason, 'contact_missing')
        self.person.void(document['InvoiceID'])
        self._pull()
        self.assertFalse(self._here(document) or self._waiting())

    def test_older_ones_are_left_alone(self):
        self.connection.import_from = '2026-03-02'
        contact = self._contact(self.partner_a)
        old, new = self._there(contact, Date='2026-03-01'), self._there(contact)
        self._pull()
        self.assertFalse(self._here(old) or self._waiting())
        self._assert_as_there(new)

    def test_the_day_the_policy_is_chosen_is_the_first(self):
        self.connection.write({'import_policy': 'none', 'import_from': False})
        self.connection.import_policy = 'list'
        self.assertTrue(self.connection.import_from)

    def test_left_alone_later(self):
        """What waits when the policy goes back stays, and comes when somebody asks for it."""
        self.connection.import_policy = 'list'
        contact = self._contact(self.partner_a)
        documents = [self._there(contact), self._there(contact)]
        self._pull()
        self.connection.import_policy = 'none'
        for document in documents:
            self.person.edit(self._id(document), Reference="Changed")
        self._there(contact)
        self._pull()
        self.assertEqual(set(self._waiting().mapped('xero_id')), set(map(self._id, documents)))
        self._waiting().filtered(
            lambda row: row.xero_id == self._id(documents[0])).action_try_again()
        self._pull_at_once()
        self.assertEqual(self._assert_as_there(documents[0]).state, 'draft')
        self.assertEqual(self._waiting().xero_id, self._id(documents[1]))
        self.assertFalse(self._waiting().released)
        self._settled()

    def test_locked_period(self):
        """Odoo dates the entry after the lock; the document says so."""
        self.env.company.fiscalyear_lock_date = '2026-03-31'
        document = self._there(self._contact(self.partner_a))
        self._pull()
        move = self._assert_as_there(document)
        self.assertEqual(str(move.invoice_date), DAY)
        self.assertGreater(str(move.date), '2026-03-31')
        self.assertIn(written(self.env, move.date), move.message_ids[:1].preview)
        self.assertFalse(self._differences())
        self._settled()

    def test_by_webhook(self):
        contact = self._contact(self.partner_a)
        self._pull()
        document = self._there(contact)
        note = self._there(contact, kind='ACCRECCREDIT')
        self._hint_of('INVOICE', document['InvoiceID'])
        self._hint_of('CREDITNOTE', note['CreditNoteID'])
        self._pull_at_once()
        self._assert_as_there(document)
        self._assert_as_there(note)

    def _hint_of(self, category, xero_id):
        self.env['xero.event'].sudo().create({
            'connection_id': self.connection.id, 'category': category, 'event_type': 'CREATE',
            'resource_id': xero_id, 'event_date': DAY})


@tagged('post_install', '-at_install')
class TestImportKinds(XeroImportCommon):

    def test_every_kind(self):
        contact = self._contact(self.partner_a)
        documents = {
            'out_invoice': self._there(contact, Reference='PO 7', DueDate='2026-04-01'),
            'in_invoice': self._there(contact, kind='ACCPAY', InvoiceNumber='V-1',
                                      DueDate='2026-04-02'),
            'out_refund': self._there(contact, kind='ACCRECCREDIT'),
            'in_refund': self._there(contact, kind='ACCPAYCREDIT', CreditNoteNumber='V-2'),
        }
        self._later(hours=4)
        self._pull()
        for move_type, document in documents.items():
            move = self._assert_as_there(document)
            number = document.get('InvoiceNumber') or document.get('CreditNoteNumber')
            self.assertEqual((move.move_type, move.partner_id, str(move.invoice_date),
                              move.xero_number, move.xero_state, move.xero_origin, move.state),
                             (move_type, self.partner_a, DAY, number, 'synced', True, 'posted'))
        sale, bill = self._here(documents['out_invoice']), self._here(documents['in_invoice'])
        self.assertEqual((sale.ref, sale.payment_reference, str(sale.invoice_date_due)),
                         ('PO 7', documents['out_invoice']['InvoiceNumber'], '2026-04-01'))
        self.assertEqual((bill.ref, str(bill.invoice_date_due)), ('V-1', '2026-04-02'))
        self.assertNotEqual(sale.name, sale.xero_number, "Odoo's own numbers go on")
        self.assertFalse(self._differences())
        self._settled()

    def test_payments_and_credits_come_with_it(self):
        contact = self._contact(self.partner_a)
        invoice, note = self._there(contact), self._there(
            contact, self._line('25.00'), kind='ACCRECCREDIT')
        self.person.pay(invoice['InvoiceID'], 50)
        self.person.allocate(note['CreditNoteID'], invoice['InvoiceID'], 30)
        paid = self._there(contact)
        self.person.pay(paid['InvoiceID'])
        self._later(hours=7)
        self._pull()
        for document in (invoice, note, paid):
            self._assert_as_there(document)
        self.assertEqual(self._here(invoice).amount_residual, 40)
        self.assertFalse(self._differences())
        self._settled()

    def test_interrupted_before_its_payment(self):
        document = self._there(self._contact(self.partner_a))
        self.person.pay(self._id(document), 50)
        self.sandbox.inject('500', 'GET', '/Payments')
        self._pull()
        self.assertEqual(self._here(document).amount_residual, 120)
        self._later(minutes=10)
        self._pull()
        self._assert_as_there(document)
        self._settled()

    def test_item_tracking_notes_and_accounts(self):
        self.org.add_item('DESK', "Desk")
        self.connection._refresh_reference_data()
        product = self.env['product.product'].create({'name': "Desk"})
        product.xero_item_id = self.env['xero.item'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', 'DESK')])
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        analytic = self.env['account.analytic.account'].create({'name': "N", 'plan_id': plan.id})
        analytic.xero_tracking_option_id = self.env['xero.tracking.option'].search(
            [('connection_id', '=', self.connection.id), ('name', '=', 'North')])
        other = self.income.copy({'code': '999998'})
        other.xero_account_id = self.income.xero_account_id
        document = self._there(
            self._contact(self.partner_a),
            {'Description': "As agreed"},
            self._line(ItemCode='DESK', Quantity=Decimal(3), DiscountRate=Decimal(10),
                       Tracking=[{'Name': 'Region', 'Option': 'North'}]))
        self._pull()
        note, line = self._assert_as_there(document).invoice_line_ids
        self.assertEqual((note.display_type, note.name), ('line_note', "As agreed"))
        self.assertEqual((line.product_id, line.quantity, line.price_unit, line.discount,
                          line.tax_ids, line.account_id, line.analytic_distribution),
                         (product, 3, 100, 10, self.tax_sale_20,
                          min(self.income | other, key=lambda a: a.code), {str(analytic.id): 100}))

    def test_never_pushed_back(self):
        document = self._there(self._contact(self.partner_a))
        self._pull()
        move = self._here(document)
        self._push()
        move.ref = "Changed here"
        self.assertEqual(move.xero_state, 'synced')
        move.action_xero_sync_now()
        self.env['xero.push.wizard']._open(move)
        self._push()
        self._pull_at_once()
        self.assertFalse([call for call in self.sandbox.calls if call.method != 'GET'
                          and call.tenant_id])
        [problem] = self.env['xero.preflight']._find(move, self.connection)[move]
        self.assertEqual(problem.code, 'not_sent')
        with self.assertRaises(UserError):
            move.button_draft()
            move.unlink()

    def test_cancelled_here_is_a_difference(self):
        document = self._there(self._contact(self.partner_a))
        self._pull()
        move = self._here(document)
        move.button_draft()
        move.button_cancel()
        self._push()
        self._pull_at_once()
        self.assertEqual(self.org.store['Invoices'].get(document['InvoiceID'])['Status'],
                         'AUTHORISED')
        self.assertIn((move.display_name, 'status'), self._differences())

    def test_voided_there_later(self):
        document = self._there(self._contact(self.partner_a))
        self._pull()
        self.person.void(document['InvoiceID'])
        self._pull()
        self.assertEqual(self._here(document).state, 'cancel')
        self._settled()
