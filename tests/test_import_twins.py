"""Documents of one vendor under one number: which one in Xero is which one here, by their dates."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestImportTwins(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.contact = self._contact(self.partner_a)
        self.connection.auto_sync = False

    def _rent(self, month, ref='RENT', day=1, **values):
        return self._invoice(
            'in_invoice', ref=ref, invoice_date=f'2026-{month:02}-{day:02}', **values)

    def _rent_there(self, month, number='RENT', day=1, amount='100.00', **values):
        return self._there(self.contact, self._cost(amount), kind='ACCPAY', InvoiceNumber=number,
                           Date=f'2026-{month:02}-{day:02}', **values)

    def _row(self, document):
        """:return: the row under which a document waits"""
        self.assertFalse(self._here(document))
        return self._waiting().filtered(lambda row: row.xero_id == self._id(document))

    def _open(self, row):
        """:return: the dialog in which the document here is chosen"""
        action = row.action_link_document()
        return self.env[action['res_model']].with_context(**action['context']).create({})

    # === BY THEIR OWN DATES === #

    def test_months_on_both_sides(self):
        bills = [self._rent(month) for month in (8, 9, 10)]
        documents = [self._rent_there(month) for month in (10, 9, 8)]
        self._pull()
        self.assertEqual([self._here(document) for document in documents], bills[::-1])
        self.assertFalse(self._waiting())
        self._settled()

    def test_another_month_is_not_linked(self):
        """October's of Xero is not September's of Odoo, and a push does not make it so."""
        september = self._rent(9)
        october = self._rent_there(10)
        self._pull()
        self.assertFalse(september.xero_document_id)
        self.assertEqual(self._row(october).reason, 'duplicate')
        september.action_xero_sync_now()
        self._push()
        self.assertEqual(september.xero_error_code, 'maybe_in_xero')
        self.env['xero.twin'].search([('move_id', '=', september.id)]).action_send()
        self._push()
        self.assertEqual(september.xero_state, 'synced', september.xero_error_message)
        self.assertNotEqual(september.xero_document_id, self._id(october))
        self._pull()
        self.assertEqual(
            sorted(str(bill['Date']) for bill in self.org.invoices), ['2026-09-01', '2026-10-01'])

    def test_what_has_none_comes(self):
        """Once September's is linked, nothing here can be October's."""
        bill = self._rent(9)
        later = self._rent_there(10)
        self._pull()
        self.assertEqual(self._row(later).reason, 'duplicate')
        same = self._rent_there(9)
        self._pull()
        self.assertEqual(self._here(same), bill)
        self._pull_at_once()
        self.assertTrue(self._assert_as_there(later).xero_origin)
        self.assertFalse(self._waiting())
        self._settled()

    def test_a_reference_that_repeats_tells_nothing(self):
        """Two months are here, so a third one with another date is another bill."""
        self._rent(8)
        bill = self._rent(9)
        documents = [self._rent_there(9), self._rent_there(10)]
        self._pull()
        self.assertEqual(self._here(documents[0]), bill)
        self.assertTrue(self._assert_as_there(documents[1]).xero_origin)
        self.assertFalse(self._waiting())

    def test_neither_date_nor_total(self):
        self._rent(9, ref='Elec.')
        document = self._rent_there(10, number='Elec.', amount='80.00')
        self._pull()
        self.assertTrue(self._assert_as_there(document).xero_origin)

    def test_vendor_credit_notes(self):
        september, october = (self._invoice(
            'in_refund', ref='BONUS', invoice_date=f'2026-{month:02}-01') for month in (9, 10))
        documents = [self._there(self.contact, kind='ACCPAYCREDIT', CreditNoteNumber='BONUS',
                                 Date=f'2026-{month:02}-01') for month in (10, 9)]
        self._later(hours=4)
        self._pull()
        self.assertEqual([self._here(document) for document in documents], [october, september])

    # === A PERSON DECIDES === #

    def test_a_few_days_apart_is_asked_and_linked(self):
        bill = self._rent(9, day=1)
        document = self._rent_there(9, day=3)
        self._pull()
        row = self._row(document)
        self.assertEqual(row.reason, 'duplicate')
        self.assertIn(bill.name, row.message)
        dialog = self._open(row)
        self.assertEqual(dialog.move_id, bill)
        dialog.action_link()
        self.assertEqual((self._here(document), bill.xero_state, bill.xero_origin),
                         (bill, 'synced', False))
        self.assertFalse(self._waiting())
        self._pull_at_once()
        self.assertEqual({what for _name, what in self._differences()}, {'date', 'due_date'})

    def test_a_few_days_apart_is_asked_and_imported(self):
        bill = self._rent(9, day=1)
        document = self._rent_there(9, day=3)
        self._pull()
        self._row(document).action_import()
        self._pull_at_once()
        self.assertTrue(self._assert_as_there(document).xero_origin)
        self.assertFalse(bill.xero_document_id)
        self.assertFalse(self._waiting())
        self._settled()

    def test_two_alike_on_both_sides(self):
        bills = [self._rent(9) for _number in range(2)]
        documents = [self._rent_there(9) for _number in range(2)]
        self._pull()
        self.assertEqual(len(self._waiting()), 2)
        for document, bill in zip(documents, bills, strict=True):
            dialog = self._open(self._row(document))
            dialog.move_id = bill
            dialog.action_link()
        self.assertEqual([self._here(document) for document in documents], bills)
        self.assertFalse(self._waiting())

    def test_what_may_not_be_chosen(self):
        document = self._rent_there(9, day=3)
        draft = self._rent(9, post=False)
        other = self._invoice('out_invoice')
        self._pull()
        for move in (draft, other):
            dialog = self._open(self._row(document))
            dialog.move_id = move
            with self.assertRaises(UserError):
                dialog.action_link()
        draft.action_post()
        dialog = self._open(self._row(document))
        dialog.move_id = draft
        dialog.action_link()
        self.assertEqual(self._here(document), draft)

    def test_one_that_is_linked_already_is_not_made_again(self):
        """Pushed from here, and entered by hand in Xero: the second one is not booked twice."""
        bill = self._rent(9)
        first = self._rent_there(9)
        self._pull()
        self.assertEqual(self._here(first), bill)
        second = self._rent_there(9)
        self._pull()
        row = self._row(second)
        self.assertEqual(row.reason, 'duplicate')
        self.assertIn(bill.name, row.message)
        self.person.void(self._id(second))
        self._pull()
        self.assertFalse(self._waiting())
