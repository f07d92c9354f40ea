"""What cannot be imported waits with its reason, and comes by itself once that is gone."""
from urllib.parse import unquote

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..xero import oauth
from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestUnmatched(XeroImportCommon):

    def _wait_for(self, reason, document):
        """:return: the row of a document that was not imported"""
        self._pull()
        self.assertFalse(self._here(document))
        [row] = self._waiting().filtered(lambda row: row.xero_id == self._id(document))
        self.assertEqual(row.reason, reason, row.message)
        return row

    def _comes(self, *documents):
        self._pull_at_once()
        for document in documents:
            self._assert_as_there(document)
        self.assertFalse(self._waiting())

    # === REASONS === #

    def test_contact_linked_by_hand(self):
        contact = self._contact(name="Rook Ltd")
        documents = [self._there(contact), self._there(contact), self._there(
            contact, kind='ACCRECCREDIT')]
        self._later(hours=4)
        row = self._wait_for('contact_missing', documents[0])
        self.assertEqual((row.contact_name, len(self._waiting())), ("Rook Ltd", 3))
        self._settled()
        self.partner_b.xero_contact_id = contact['ContactID']
        self.assertEqual(set(self._waiting().mapped('released')), {True})
        self.sandbox.ledger.reset()
        self._comes(*documents)
        self.assertEqual(
            len(self.sandbox.calls_to('GET', '/Invoices')), 1, "both by one call")
        self.assertEqual(self._here(documents[0]).partner_id, self.partner_b)
        self._settled()

    def test_many_credit_notes_at_once(self):
        contact = self._contact(name="Rook Ltd")
        notes = [self._there(contact, kind='ACCRECCREDIT') for _number in range(12)]
        self._later(hours=4)
        self._wait_for('contact_missing', notes[0])
        self.person.void(self._id(notes[0]))
        self.sandbox.ledger.reset()
        self.partner_b.xero_contact_id = contact['ContactID']
        self._comes(*notes[1:])
        self.assertFalse(self._here(notes[0]))
        self.assertLessEqual(len([call for call in self.sandbox.calls
                                  if '/CreditNotes' in call.path]), 2)

    def test_contact_chosen_in_the_dialog(self):
        contact = self._contact(name="Rook Ltd")
        document = self._there(contact)
        row = self._wait_for('contact_missing', document)
        action = row.action_link_contact()
        self.env[action['res_model']].with_context(**action['context']).create(
            {'partner_id': self.partner_b.id}).action_link()
        self._comes(document)

    def test_another_contact_is_not_taken_over(self):
        self._contact(self.partner_b)
        row = self._wait_for('contact_missing', self._there(self._contact(name="Rook Ltd")))
        with self.assertRaises(UserError):
            self.env['xero.unmatched.link'].create(
                {'unmatched_id': row.id, 'partner_id': self.partner_b.id}).action_link()

    def test_partner_created(self):
        contact = self.person.create_contact(
            "Rook Ltd", EmailAddress='rook@example.com', TaxNumber='GB123456782')
        document = self._there({'ContactID': contact['ContactID']})
        row = self._wait_for('contact_missing', document)
        row.action_create_partner()
        self._comes(document)
        partner = self._here(document).partner_id
        self.assertEqual((partner.name, partner.email, partner.vat, partner.xero_contact_id),
                         ("Rook Ltd", 'rook@example.com', 'GB123456782', contact['ContactID']))

    def test_account(self):
        self.org.add_account('777', "Royalties", 'REVENUE', 'OUTPUT2')
        self.connection._refresh_reference_data()
        document = self._there(self._contact(self.partner_a), self._line(AccountCode='777'))
        row = self._wait_for('unmapped_account', document)
        self.assertIn('777', row.message)
        self.assertEqual(row.action_open_mapping()['res_model'], 'account.account')
        self.income.copy({'code': '777777'}).xero_account_id = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', '777')])
        self._comes(document)

    def test_account_that_is_new_in_xero(self):
        self.org.add_account('777', "Royalties", 'REVENUE', 'OUTPUT2')
        document = self._there(self._contact(self.partner_a), self._line(AccountCode='777'))
        row = self._wait_for('unmapped_account', document)
        self.assertIn('777', row.message)
        self.connection._refresh_reference_data()
        self.income.copy({'code': '777777'}).xero_account_id = self.env['xero.account'].search(
            [('connection_id', '=', self.connection.id), ('code', '=', '777')])
        self._comes(document)

    def test_tax(self):
        document = self._there(self._contact(self.partner_a), self._line(TaxType='EXEMPTOUTPUT'))
        row = self._wait_for('unmapped_tax', document)
        self.assertEqual(row.action_open_mapping()['res_model'], 'account.tax')
        self._tax("Exempt S", 0, 'sale').xero_tax_rate_id = self.env['xero.tax.rate'].search([
            ('connection_id', '=', self.connection.id), ('tax_type', '=', 'EXEMPTOUTPUT')])
        self._comes(document)

    def test_several_taxes_are_told_apart_by_use_rate_and_default(self):
        rate = self.tax_sale_20.xero_tax_rate_id
        self._tax("Wrong rate", 15, 'sale').xero_tax_rate_id = rate
        self._tax("Wrong use", 20, 'purchase').xero_tax_rate_id = rate
        contact = self._contact(self.partner_a)
        document = self._there(contact)
        self._pull()
        self.assertEqual(self._here(document).invoice_line_ids.tax_ids, self.tax_sale_20)
        twin = self._tax("Twin", 20, 'sale')
        twin.xero_tax_rate_id = rate
        unclear = self._there(contact)
        row = self._wait_for('unmapped_tax', unclear)
        self.assertIn("Twin", row.message)
        self.income.tax_ids = twin
        self.env.company.account_sale_tax_id = self.tax_sale_20
        row.action_try_again()
        self._comes(unclear)
        self.assertEqual(self._here(unclear).invoice_line_ids.tax_ids, twin)

    def test_currency(self):
        self.org.add_currency('NOK', '13')
        self.env.ref('base.NOK').active = False
        document = self._there(self._contact(self.partner_a), CurrencyCode='NOK')
        row = self._wait_for('currency', document)
        self.env.ref('base.NOK').active = True
        self.assertTrue(row.released)
        self._comes(document)

    def test_refused_by_odoo(self):
        self.company_data['default_journal_sale'].active = False
        document = self._there(self._contact(self.partner_a))
        row = self._wait_for('validation_error', document)
        self.assertTrue(row.message)
        self.company_data['default_journal_sale'].active = True
        row.action_try_again()
        self._comes(document)

    def test_a_fault_keeps_nothing_else_from_coming(self):
        """Another module raises what nobody expects; its document waits, the next one comes."""
        Move = self.registry['account.move']
        check = Move._affect_tax_report

        def fail(moves):
            if 'V-bad' in moves.mapped('xero_number'):
                raise KeyError('V-bad')
            return check(moves)

        self.patch(Move, '_affect_tax_report', fail)
        contact = self._contact(self.partner_a)
        wrong = self._there(contact, kind='ACCPAY', InvoiceNumber='V-bad')
        good = self._there(contact, kind='ACCPAY', InvoiceNumber='V-good')
        with mute_logger('odoo.addons.account_xero.models.imports.xero_import'):
            row = self._wait_for('validation_error', wrong)
        self.assertNotIn('V-bad', row.message, "the log has it")
        self._assert_as_there(good)

    def test_a_module_that_extends_what_is_imported_fails(self):
        """Its document waits, the next one comes."""
        Import = type(self.env['xero.import'])
        prepare = Import._prepare

        def fail(service, connection, document, row, maps):
            if document.number == 'V-bad':
                raise KeyError('V-bad')
            return prepare(service, connection, document, row, maps)

        self.patch(Import, '_prepare', fail)
        contact = self._contact(self.partner_a)
        wrong = self._there(contact, kind='ACCPAY', InvoiceNumber='V-bad')
        good = self._there(contact, kind='ACCPAY', InvoiceNumber='V-good')
        with mute_logger('odoo.addons.account_xero.models.imports.xero_import'):
            row = self._wait_for('validation_error', wrong)
        self.assertNotIn('V-bad', row.message, "the log has it")
        self._assert_as_there(good)

    def test_another_organisation(self):
        """What waited of the one before is nothing to the next one."""
        self._wait_for('contact_missing', self._there(self._contact(name="Rook Ltd")))
        self.env['xero.first.sync.wizard'].create(
            {'connection_id': self.connection.id}).action_start()
        other = self.sandbox.add_organisation("Another one")
        self.sandbox.connect(self.app, [other])
        self.env['xero.sign.in']._bind_organisation(
            self.connection, self.connection.token_id.id, oauth.Tenant.from_json({
            'id': other.tenant_id, 'tenantId': other.tenant_id, 'tenantName': other.name}))
        self.assertFalse(self._waiting())
        self.assertFalse(self.connection.first_sync_state)

    # === BY HAND === #

    def test_ignored(self):
        contact = self._contact(name="Rook Ltd")
        document = self._there(contact)
        row = self._wait_for('contact_missing', document)
        row.action_ignore()
        self.assertFalse(self.connection.unmatched_count)
        self.partner_b.xero_contact_id = contact['ContactID']
        self.person.pay(self._id(document), 5)
        self._pull()
        self.assertFalse(self._here(document))
        self._settled()
        row.action_try_again()
        self._comes(document)

    def test_one_that_the_policy_only_lists(self):
        self.connection.import_policy = 'list'
        contact = self._contact(self.partner_a)
        one, other = self._there(contact), self._there(contact)
        row = self._wait_for('policy', one)
        row.action_try_again()
        self._pull_at_once()
        self.assertEqual(self._here(one).state, 'draft', "to be looked at")
        self.assertEqual(self._waiting().xero_id, self._id(other))

    def test_who_may(self):
        row = self._wait_for('contact_missing', self._there(self._contact(name="Rook Ltd")))
        user = new_test_user(self.env, 'xero-reader', 'account_xero.group_xero_user',
                             company_id=self.env.company.id)
        self.assertEqual(row.with_user(user).contact_name, "Rook Ltd")
        for action in ('action_create_partner', 'action_link_contact', 'action_ignore',
                       'action_try_again', 'action_open_mapping'):
            with self.assertRaises(AccessError):
                getattr(row.with_user(user), action)()
        with self.assertRaises(AccessError):
            row.with_user(new_test_user(self.env, 'invoicer', 'account.group_account_invoice',
                                        company_id=self.env.company.id)).read(['number'])


@tagged('post_install', '-at_install')
class TestHereAlready(XeroImportCommon):
    """Documents that both sides have are linked, not doubled."""

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)
        self.connection.auto_sync = False

    def _count(self):
        return self.env['account.move'].search_count([('move_type', '!=', 'entry')])

    def test_same_bill_on_both_sides(self):
        bill = self._invoice('in_invoice', ref='V-7')
        document = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-7')
        self.person.pay(self._id(document), 20)
        before = self._count()
        self._pull()
        self.assertEqual(self._here(document), bill)
        self.assertEqual((self._count(), bill.xero_state, bill.xero_origin, bill.amount_residual),
                         (before, 'synced', False, 100))
        self._settled()

    def test_same_invoice_on_both_sides(self):
        invoice = self._invoice()
        document = self._there(self.contact, InvoiceNumber=invoice.name)
        self._pull()
        self.assertEqual(self._here(document), invoice)
        self._settled()

    def test_pushed_from_here_but_not_linked(self):
        invoice = self._invoice()
        document = self._there(self.contact, InvoiceNumber='X-1', Url=(
            f'{invoice.get_base_url()}/mail/view?model=account.move&res_id={invoice.id}'))
        self._pull()
        self.assertEqual(self._here(document), invoice)

    def test_what_is_on_its_way_is_left_to_the_push(self):
        invoice = self._invoice()
        self.sandbox.inject('cut_after', 'PUT', '/Invoices')
        invoice.action_xero_sync_now()
        self._push()
        [document] = self.org.invoices
        before = self._count()
        self._pull()
        self.assertEqual((self._count(), self._waiting()), (before, self._waiting().browse()))
        self._push_on(invoice)
        self.assertEqual(self._here(document), invoice)
        self.assertFalse(invoice.xero_origin)

    def test_unclear_ones_wait(self):
        self._invoice('in_invoice', ref='V-7')
        for text, values, line in (
                ("other total", {'InvoiceNumber': 'V-7'}, self._cost('99.00')),
                ("here twice", {'InvoiceNumber': 'V-7'}, self._cost())):
            with self.subTest(text):
                document = self._there(self.contact, line, kind='ACCPAY', **values)
                before = self._count()
                self._pull()
                self.assertFalse(self._here(document))
                self.assertEqual(self._count(), before)
                [row] = self._waiting()
                self.assertEqual(row.reason, 'duplicate')
                self.person.void(self._id(document))
                self._invoice('in_invoice', ref='V-7')
        self._pull()
        self.assertFalse(self._waiting())

    def test_same_number_every_month(self):
        """The bill of the same day is linked, the other one is made."""
        bill = self._invoice('in_invoice', ref='RENT', invoice_date='2026-02-01')
        later, same = (self._there(
            self.contact, kind='ACCPAY', InvoiceNumber='RENT', Date=f'2026-{month}-01')
            for month in ('03', '02'))
        self._pull()
        self.assertEqual(self._here(same), bill)
        self._assert_as_there(later)
        self.assertTrue(self._here(later).xero_origin)
        self.assertFalse(self._waiting())

    def test_the_one_there_can_be_looked_at(self):
        self._invoice('in_invoice', ref='RENT', invoice_date='2026-02-01')
        self._there(self.contact, kind='ACCPAY', InvoiceNumber='RENT', Date='2026-03-01')
        self._pull()
        [row] = self._waiting()
        self.assertEqual(row.reason, 'duplicate')
        self.assertIn('/AccountsPayable/Edit.aspx', unquote(row.action_open()['url']))

    def test_draft_here_waits(self):
        bill = self._invoice('in_invoice', ref='V-8', post=False)
        document = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-8')
        self._pull()
        self.assertEqual(self._waiting().reason, 'duplicate')
        bill.action_post()
        self._waiting().action_try_again()
        self._pull_at_once()
        self.assertEqual(self._here(document), bill)
        self.assertFalse(self._waiting())

    def test_another_vendors_number_is_another_bill(self):
        self._invoice('in_invoice', ref='V-9', partner_id=self.partner_b.id)
        document = self._there(self.contact, kind='ACCPAY', InvoiceNumber='V-9')
        self._pull()
        self._assert_as_there(document)
