"""What a push has written of documents, payments, contacts and matches, in the own language."""
from datetime import date

from odoo.tests import tagged
from odoo.tools.misc import formatLang

from ..xero.catalogue import CATALOGUE
from .common import written
from .common_languages import XeroLanguagesCommon

REFUSED = "Email address must be valid."


@tagged('post_install', '-at_install')
class TestLanguagesPush(XeroLanguagesCommon):

    def _money(self, env, amount):
        return formatLang(env, amount, currency_obj=self.env.company.currency_id)

    def _sum(self, env, amount):
        """:return: an amount of Xero's, whose currency is a code there"""
        return f'{formatLang(env, amount)} {self.env.company.currency_id.name}'

    def _log(self, record):
        return self.env['xero.log'].search([
            ('res_model', '=', record._name), ('res_id', '=', record.id)], limit=1)

    # === DOCUMENTS === #

    def test_refused_with_what_is_paid_there(self):
        bill = self._pushed('in_invoice', lines=[{'price_unit': 2000}])
        self.org.as_person.pay(bill.xero_document_id, 1234.5, date='2026-03-12')
        bill.button_draft()
        bill.invoice_line_ids.price_unit = 2500
        bill.action_post()
        self._push()
        self.assertEqual(bill.xero_error_code, 'document_not_editable')
        own = bill.with_context(lang='en_US').xero_error_message.split('\n')[-1]
        for record, field in ((bill, 'xero_error_message'), (self._log(bill), 'message')):
            self._assert_read(
                record, field, "%(amount)s paid on %(date)s",
                lambda env: {'amount': self._sum(env, 1234.5),
                             'date': written(env, date(2026, 3, 12))}, own)
            self._assert_read(
                record, field, "Remove that in Xero and press Sync now; or keep the amounts as "
                "they were, and make a credit note or a second document for the difference.")

    def test_number_of_another_document(self):
        move = self._invoice()
        contact = self.org.as_person.create_contact("Somebody else")
        self.org.as_person.create_invoice(
            {'ContactID': contact['ContactID']},
            [{'Description': "Other", 'Quantity': 1, 'UnitAmount': 1234.5, 'AccountCode': '200',
              'TaxType': 'NONE'}], InvoiceNumber=move.name, Date='2026-03-12')
        self._push()
        self.assertEqual(move.xero_error_code, 'number_taken')
        self._assert_read(
            move, 'xero_error_message', "Xero has another document %(number)s: %(total)s of "
            "%(date)s.", lambda env: {
                'number': move.name, 'total': self._sum(env, 1234.5),
                'date': written(env, date(2026, 3, 12))}, fields=('alerts',))

    def test_role(self):
        self._link(self.partner_a)
        self.sandbox.inject('role_missing', 'PUT', '/Invoices')
        move = self._invoice()
        self._push()
        self.assertEqual(move.xero_error_code, 'role_missing')
        self._assert_read(
            move, 'xero_error_message', "The role in Xero of the user who connected Odoo does not "
            "cover %(about)s (%(endpoint)s).", lambda env: {
                'about': self._said("invoices, bills and credit notes", env.lang),
                'endpoint': 'Invoices'})

    def test_a_fault_here(self):
        move = self._invoice()
        self._break('_xero_prepare_document', move)
        with self.assertLogs('odoo.addons.account_xero', 'ERROR'):
            self._push()
        self._assert_read(move, 'xero_error_message',
                          "It cannot be prepared for Xero. The server's log says more.")

    def test_the_connection(self):
        self._link(self.partner_a)
        self.sandbox.inject('429_day', 'PUT', '/Invoices')
        self._invoice()
        self._push()
        self._assert_read(self.connection, 'last_error', CATALOGUE['rate_limited'].title)

    # === CONTACTS === #

    def test_contact(self):
        self.sandbox.inject('html_400', 'PUT', '/Contacts', body={
            'ErrorNumber': 10, 'Type': 'ValidationException', 'Message': REFUSED})
        partner = self.env['res.partner'].create({'name': "Brook Ltd"})
        self.env['xero.contact.sync']._queue(self.connection, partner, manual=True)
        self._push()
        row = self.env['xero.contact.sync'].sudo().search([('partner_id', '=', partner.id)])
        self.assertEqual(row.xero_error_message, REFUSED)
        for lang in self.readers:
            self.assertIn(REFUSED, self._read(partner, 'xero_contact_error', lang), "Xero's words")

    def test_contact_with_a_fault_here(self):
        partner = self.env['res.partner'].create({'name': "Brook Ltd"})
        self._break('_xero_prepare_contact', partner)
        move = self._invoice(partner_id=partner.id)
        with self.assertLogs('odoo.addons.account_xero', 'ERROR'):
            self._push()
        for lang in self.readers:
            reason = self._said("It cannot be prepared for Xero. The server's log says more.", lang)
            self.assertIn(
                self._said("Contact %(name)s: %(reason)s", lang) % {
                    'name': "Brook Ltd", 'reason': reason},
                self._read(move, 'xero_error_message', lang))

    # === PAYMENTS === #

    def test_journal(self):
        self.journal.sudo().xero_account_id = False
        for lang, name in (('fr_FR', "Banque"), ('de_DE', "Hausbank")):
            self.journal.with_context(lang=lang).name = name
        payment = self._pay(self._pushed())
        self._push()
        self._failed(payment, 'unmapped_account')
        self._assert_read(
            payment, 'xero_error_text', "The journal %s has no account in Xero that payments go "
            "to. Choose one on the journal.",
            lambda env: self.journal.with_env(env).display_name)

    def test_unclear_payment(self):
        move = self._pushed(lines=[{'price_unit': 2000}])
        payment = self._pay(move, amount=1234.5)
        self.org.as_person.pay(move.xero_document_id, 1234.5, date='2026-03-30')
        self._push()
        self._failed(payment, 'payment_unclear')
        for record, field in ((payment, 'xero_error_text'), (self._log(payment), 'message')):
            self._assert_read(
                record, field, "%(document)s: Xero has a payment of %(amount)s dated %(there)s; "
                "this one is dated %(here)s.", lambda env: {
                    'document': move.display_name, 'amount': self._money(env, 1234.5),
                    'there': written(env, date(2026, 3, 30)),
                    'here': written(env, date(2026, 3, 10))})

    def test_sent_payment(self):
        move = self._pushed(lines=[{'price_unit': 2000}])
        payment = self._pay(move, amount=1234.5)
        self._push()
        self.assertEqual(payment.xero_state, 'synced')
        self._assert_read(
            self._log(payment), 'message', "%(document)s: %(amount)s of %(date)s",
            lambda env: {'document': move.display_name, 'amount': self._money(env, 1234.5),
                         'date': written(env, date(2026, 3, 10))})

    # === MATCHES === #

    def test_match(self):
        invoice = self._pushed(lines=[{'price_unit': 2000}])
        note = self._pushed('out_refund', lines=[{'price_unit': 2000}])
        self.org.as_person.pay(invoice.xero_document_id, 1400)
        lines = note._xero_payment_terms() + invoice._xero_payment_terms()
        lines.reconcile()
        self._push()
        pair = self.env['xero.allocation'].sudo().search([('credit_id', '=', note.id)])
        self.assertEqual(pair.xero_error_code, 'allocation_exceeds')
        self._assert_read(
            note, 'alerts', "%(document)s has only %(left)s left to pay in Xero of the %(amount)s "
            "that %(other)s credits here. The rest was paid, or credited, there.", lambda env: {
                'document': invoice.display_name, 'other': note.display_name,
                'left': self._money(env, 1000), 'amount': self._money(env, 2400)})
