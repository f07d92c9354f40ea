"""What the tests of imports share: people who make documents in Xero's own screens."""
from decimal import Decimal

import requests

from .common_pull import XeroPullCommon

DAY = '2026-03-02'
PDF = b'%PDF-1.4 what the vendor has sent'
#: No document here has this id.
NOBODY = 1_000_000_000


class XeroImportCommon(XeroPullCommon):

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person
        self.connection.write({'import_policy': 'post', 'import_from': False})

    def _contact(self, partner=None, name=None):
        """:return: a new contact, linked to a partner if one is given: as documents name it"""
        record = self.person.create_contact(name or partner.name)
        if partner:
            partner.xero_contact_id = record['ContactID']
        return {'ContactID': record['ContactID']}

    def _line(self, amount='100.00', **values):
        return {'Description': "Work", 'Quantity': Decimal(1), 'UnitAmount': Decimal(amount),
                'AccountCode': '200', 'TaxType': 'OUTPUT2', **values}

    def _cost(self, amount='100.00', **values):
        return self._line(amount, **{'AccountCode': '429', 'TaxType': 'INPUT2', **values})

    def _there(self, contact, *lines, kind='ACCREC', **values):
        """:return: a document that a person makes in Xero"""
        make = self.person.create_credit_note if kind.endswith('CREDIT') \
            else self.person.create_invoice
        return make(contact, list(lines) or [
            self._line() if kind.startswith('ACCREC') else self._cost()], type=kind,
            status=values.pop('Status', 'AUTHORISED'), **{'Date': DAY, **values})

    def _id(self, document):
        return document.get('InvoiceID') or document['CreditNoteID']

    def _here(self, document):
        """:return: the `account.move` of a document of Xero, or none"""
        return self.env['account.move'].search([
            ('xero_document_id', '=', self._id(document)),
            ('company_id', '=', self.env.company.id)])

    def _waiting(self):
        return self.env['xero.unmatched'].search([('connection_id', '=', self.connection.id)])

    def _assert_as_there(self, document, move=None):
        """Total, tax and what is due agree to the cent."""
        move = move or self._here(document)
        self.assertEqual(len(move), 1, self._waiting().mapped('message'))
        kind = 'Invoices' if 'InvoiceID' in document else 'CreditNotes'
        document = self.org.store[kind].get(self._id(document))
        for field, key in (('amount_total', 'Total'), ('amount_tax', 'TotalTax'),
                           ('amount_untaxed', 'SubTotal')):
            self.assertEqual(move._xero_decimal(move[field]), document[key], key)
        if move.state == 'posted':
            due = document.get('AmountDue', document.get('RemainingCredit'))
            self.assertEqual(move._xero_decimal(move.amount_residual), due)
        self._agrees_inside(move)
        return move

    def _settled(self):
        """Whatever brings the same state again changes nothing, in the queue neither."""
        rows = self._queue()
        self._assert_settled()
        self.assertEqual(self._queue(), rows)

    def _queue(self):
        return [tuple(row.values()) for row in self._waiting().sorted('id').read(
            ['xero_id', 'reason', 'message', 'state', 'released', 'write_date'])]

    # === LOST AFTER A BACKUP === #

    def _url(self, record_id):
        return f"{self.env['account.move'].get_base_url()}/mail/view?model=account.move" \
               f"&res_id={record_id}"

    def _sent(self, *args, **values):
        """:return: a document that was sent by hand"""
        move = self._invoice(*args, **values)
        move.action_xero_sync_now()
        self._push()
        self._synced(move)
        return move

    def _lose(self, move):
        """The database is one of a backup: it never had this document.

        :return: the document of Xero
        """
        store = self.org.store['CreditNotes' if 'refund' in move.move_type else 'Invoices']
        document = dict(store.get(move.xero_document_id))
        store.put({**document, 'Url': self._url(NOBODY)})
        move._xero_store([(move, {'xero_status': 'VOIDED'})])
        move.button_draft()
        move.name = False
        move.with_context(force_delete=True).unlink()
        return document

    # === FILES === #

    def _attach(self, document, name, content=PDF):
        """Attach a file as another app of the organisation would."""
        token = self.connection.sudo().token_id.access_token
        answer = requests.put(
            f'{self.sandbox.url}/api.xro/2.0/Invoices/{self._id(document)}/Attachments/{name}',
            data=content, timeout=10, headers={
                'Authorization': f'Bearer {token}', 'Xero-Tenant-Id': self.org.tenant_id,
                'Content-Type': 'application/octet-stream', 'Accept': 'application/json'})
        self.assertEqual(answer.status_code, 200, answer.text)

    def _files(self, document):
        return self.env['ir.attachment'].search([
            ('res_model', '=', 'account.move'), ('res_id', '=', self._here(document).id)])
