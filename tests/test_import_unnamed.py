"""Documents that have no number in Xero, such as bills: named by contact and total."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.core.words import in_words
from ..xero.documents import Document
from .common_import import XeroImportCommon

NAMES = ("Elm", "120.00")


@tagged('post_install', '-at_install')
class TestImportUnnamed(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.partner = self.env['res.partner'].create({'name': "Elm"})
        self.contact = self._contact(self.partner)

    def _imported(self):
        document = self._there(self.contact, kind='ACCPAY')
        self._pull()
        move = self._here(document)
        self.assertTrue(move)
        self.assertFalse(move.xero_number)
        return document, move

    def _assert_named(self, text):
        for name in NAMES:
            self.assertIn(name, text)
        self.assertNotIn('False', text)

    def test_what_is_said_of_an_imported_one(self):
        document, move = self._imported()
        self._assert_named(self.env['xero.tooltip']._get_synced(move)[0])
        problems = list(self.env['xero.preflight']._check_origin(move))
        self._assert_named(in_words(self.env, problems[0].words))
        move.button_draft()
        with self.assertRaises(UserError) as refused:
            move.unlink()
        self.assertIn("made in Xero as Elm,", str(refused.exception))
        self.env['xero.pull.document']._note_missing(self.connection, move)
        [difference] = self.env['xero.difference'].sudo()._of_documents(move)
        self._assert_named(difference.message)
        move.sudo().xero_status = 'VOIDED'
        for problem in self.env['xero.preflight']._check_origin(move):
            self._assert_named(in_words(self.env, problem.words))
        self.assertTrue(document)

    def test_one_that_waits(self):
        self.connection.import_policy = 'list'
        self._there(self.contact, kind='ACCPAY')
        self._pull()
        self._assert_named(self._waiting().display_name)

    def test_a_twin_and_the_document_linked_to_it(self):
        document = self._there(self.contact, kind='ACCPAY')
        bill = self._invoice('in_invoice', partner_id=self.partner.id, ref=False)
        parsed = self._parsed(document)
        self.env['xero.twin'].sudo()._replace(self.connection, {bill: [parsed]})
        twin = self.env['xero.twin'].sudo().search([('move_id', '=', bill.id)])
        self._assert_named(twin.display_name)
        self.env['xero.own']._link(bill.sudo(), self.connection, parsed)
        log = self.env['xero.log'].sudo().search(
            [('res_model', '=', 'account.move'), ('res_id', '=', bill.id)], limit=1)
        self._assert_named(log.message)

    def test_a_change_of_one_that_is_paid(self):
        """What stands in the way is said of it by its name."""
        bill = self._invoice('in_invoice', partner_id=self.partner.id, ref=False)
        bill.action_xero_sync_now()
        self._push()
        self.assertEqual(bill.xero_state, 'synced', bill.xero_error_message)
        self.org.as_person.edit(bill.xero_document_id, InvoiceNumber='')
        self.org.as_person.pay(bill.xero_document_id, 20)
        bill.button_draft()
        bill.invoice_line_ids.price_unit = 300
        bill.action_post()
        self._push()
        self.assertEqual(bill.xero_error_code, 'document_not_editable')
        self._assert_named(bill.xero_error_message)

    def _parsed(self, document):
        found = self.connection._ask_xero(
            lambda client: client.get(f"Invoices/{document['InvoiceID']}").data)
        return Document.from_json(found['Invoices'][0])
