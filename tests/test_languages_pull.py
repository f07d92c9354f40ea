"""What a pull has written of documents, payments and differences, read in the own language."""
from datetime import date

from odoo.tests import tagged
from odoo.tools.misc import formatLang

from .common import written
from .common_languages import XeroLanguagesCommon


@tagged('post_install', '-at_install')
class TestLanguagesPull(XeroLanguagesCommon):

    def _money(self, env, amount):
        return formatLang(env, amount, currency_obj=self.env.company.currency_id)

    def _log(self, record):
        return self.env['xero.log'].search([
            ('res_model', '=', record._name), ('res_id', '=', record.id)], limit=1)

    # === THE LOG === #

    def test_status(self):
        self.connection.push_status = 'DRAFT'
        move = self._pushed()
        self.org.as_person.approve(move.xero_document_id)
        self._pull()
        self._assert_read(
            self._log(move), 'message', "Status in Xero: %(before)s → %(after)s", lambda env: {
                'before': self._said("Draft", env.lang),
                'after': self._said("Approved, awaiting payment", env.lang)})

    def test_payment(self):
        move = self._pushed(lines=[{'price_unit': 2000}])
        self.org.as_person.pay(move.xero_document_id, 1234.5, date='2026-03-12')
        self._pull()
        [payment] = move.matched_payment_ids
        source = "Payment of %(amount)s dated %(date)s booked as %(name)s."
        [row] = self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', move.id),
            ('message', 'ilike', "booked as")])
        self._assert_read(row, 'message', source, lambda env: {
            'amount': self._money(env, 1234.5), 'date': written(env, date(2026, 3, 12)),
            'name': payment.name})

    def test_payment_deleted(self):
        move = self._pushed(lines=[{'price_unit': 2000}])
        there = self.org.as_person.pay(move.xero_document_id, 1234.5, date='2026-03-12')
        self._pull()
        [payment] = move.matched_payment_ids
        self.org.as_person.delete_payment(there['PaymentID'])
        self._pull()
        [row] = self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', move.id),
            ('message', 'ilike', "cancelled here")])
        self._assert_read(
            row, 'message', "The payment %(name)s of %(amount)s was deleted in Xero and cancelled "
            "here.", lambda env: {
                'name': payment.display_name, 'amount': self._money(env, 1234.5)})

    def test_void(self):
        move = self._pushed()
        self.org.as_person.void(move.xero_document_id)
        self._pull()
        [row] = self.env['xero.log'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', move.id),
            ('message', 'ilike', "It was cancelled here, too.")])
        self._assert_read(row, 'message', "It was cancelled here, too.")

    def test_compared(self):
        self._reconcile()
        [row] = self.env['xero.log'].search([
            ('connection_id', '=', self.connection.id),
            ('message', 'ilike', "Both books compared")])
        self._assert_read(
            row, 'message', "Both books compared; differences to decide: %s", lambda _env: 0)

    # === DIFFERENCES === #

    def test_total(self):
        bill = self._pushed('in_invoice', lines=[{'price_unit': 2000}])
        bill.button_draft()
        bill.invoice_line_ids.price_unit = 2500
        self.connection.sync_purchases = False
        self._reconcile()
        row = self._row(bill, 'status')
        self._assert_read(row, 'here', "Reset to draft")
        self._assert_read(row, 'there', "Approved, awaiting payment")
        self._assert_read(
            row, 'message', "It was reset to draft here only. Post it to send it as it is then, "
            "or cancel it to void it in Xero, too.")

    def test_due(self):
        move = self._pushed(lines=[{'price_unit': 2000}])
        self.connection.push_payments = False
        self._pay(move, amount=1234.5)
        self._reconcile()
        row = self._row(move, 'amount_due')
        for field, amount in (('here', 1165.5), ('there', 2400)):
            for lang, reader in self.readers.items():
                env = self.env(user=reader, context={'lang': lang})
                self.assertEqual(self._read(row, field, lang), self._money(env, amount))
        self._assert_read(
            row, 'message', "Payments or credits are registered on one side only. Enter them on "
            "the other side, too, or take them off, and Compare again.")
        self._assert_read(
            move, 'alerts', "Payments or credits are registered on one side only. Enter them on "
            "the other side, too, or take them off, and Compare again.",
            fields=('xero_tooltip',))

    def test_dates(self):
        move = self._pushed()
        self._in_xero(move, Date='2026-03-12')
        self._reconcile()
        row = self._row(move, 'date')
        for lang, reader in self.readers.items():
            env = self.env(user=reader, context={'lang': lang})
            self.assertEqual(
                (self._read(row, 'here', lang), self._read(row, 'there', lang)),
                (written(env, move.invoice_date), written(env, date(2026, 3, 12))))

    def test_known_ones_stay_decided(self):
        """Equal values are no new difference, whoever reads or runs."""
        move = self._pushed()
        self._in_xero(move, Date='2026-03-12')
        self._reconcile()
        row = self._row(move, 'date')
        row.with_user(self.readers['fr_FR']).with_context(lang='fr_FR').action_ignore()
        self._reconcile()
        self.assertEqual(row.state, 'ignored')
        self._in_xero(move, Date='2026-03-13')
        self._reconcile()
        self.assertEqual(row.state, 'open')
        self.assertIn("13.03.2026", self._read(row, 'there', 'de_DE'))

    # === WHAT WAITS === #

    def test_unmatched(self):
        self.connection.write({'import_policy': 'post', 'import_from': False})
        self.env.flush_all()    # the pull has a cursor of its own
        contact = self.org.as_person.create_contact("Elm")
        self.org.as_person.create_invoice(
            {'ContactID': contact['ContactID']}, [{
                'Description': "Rent", 'Quantity': 1, 'UnitAmount': 1234.5, 'AccountCode': '429',
                'TaxType': 'NONE'}], type='ACCPAY', InvoiceNumber='RENT', Date='2026-03-02')
        self._pull()
        [row] = self.env['xero.unmatched'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual(row.reason, 'contact_missing')
        self._assert_read(row, 'message', "The contact %s is not linked to a partner.",
                          lambda _env: "Elm")
        self.partner_b.with_company(self.env.company).xero_contact_id = contact['ContactID']
        self.expense.sudo().xero_account_id = False
        self.env.flush_all()
        self._pull()
        self.assertEqual(row.reason, 'unmapped_account')
        self._assert_read(row, 'message', "No account here is mapped to Xero's account %s.",
                          lambda _env: self._account('429').display_name)

    def _row(self, record, field):
        [row] = self.env['xero.difference'].search([
            ('res_model', '=', record._name), ('res_id', '=', record.id), ('field', '=', field)])
        return row

    def _in_xero(self, move, **values):
        """Somebody changes a document in Xero."""
        self.org.as_person.edit(move.xero_document_id, **values)
