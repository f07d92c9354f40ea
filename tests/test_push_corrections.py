"""What somebody has corrected in Xero is not undone by what changes here."""
from odoo import Command
from odoo.tests import tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestPushCorrections(XeroPullCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.EUR').active = True

    def _document(self, move):
        return self.org.store['Invoices'].get(move.xero_document_id)

    def _correct(self, move, position=0, **values):
        lines = [{'LineItemID': line['LineItemID']} for line in self._document(move)['LineItems']]
        lines[position].update(values)
        self.org.as_person.edit(move.xero_document_id, LineItems=lines)

    def _sent(self):
        """:return: the elements of the updates since the last call of it"""
        elements = [call.body['Invoices'][0] for call in self.sandbox.calls
                    if call.method == 'POST' and '/Invoices/' in call.path]
        self.sandbox.reset_calls()
        return elements

    def _found(self, move):
        """:return: what is on the list of a document, to decide"""
        return self.env['xero.difference'].search([
            ('res_id', '=', move.id), ('state', '=', 'open')]).mapped('field')

    def _change_lines(self, move, *commands):
        move.button_draft()
        move.invoice_line_ids = list(commands)
        move.action_post()

    # === ONLY WHAT HAS CHANGED === #

    def test_a_new_reference_leaves_lines_and_dates_alone(self):
        for wait in (False, True):
            with self.subTest(found_before=wait):
                move = self._pushed()
                self._correct(move, AccountCode='260', TaxType='ZERORATEDOUTPUT', UnitAmount=120)
                self.org.as_person.edit(move.xero_document_id, DueDate='2026-05-05')
                if wait:
                    self._pull()
                self._sent()
                move.ref = "PO 4711"
                self._push()
                self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
                [element] = self._sent()
                self.assertEqual(element, {
                    'InvoiceID': move.xero_document_id, 'Status': 'AUTHORISED',
                    'Reference': "PO 4711"})
                document = self._document(move)
                [line] = document['LineItems']
                self.assertEqual((line['AccountCode'], line['TaxType'], document['Reference']),
                                 ('260', 'ZERORATEDOUTPUT', "PO 4711"))
                self.assertEqual(str(document['DueDate']), '2026-05-05')
                self.assertIn('account', self._found(move), "by the answer, if not before")

    def test_lines_that_agree_keep_their_identifiers(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}, {'price_unit': 7}])
        before = {line['UnitAmount']: line['LineItemID']
                  for line in self._document(move)['LineItems']}
        self._sent()
        for price in (60, 70):
            self._change_lines(
                move, Command.update(move.invoice_line_ids[1].id, {'price_unit': price}))
            self._push()
            self._synced(move)
            [element] = self._sent()
            self.assertEqual([line.get('LineItemID') for line in element['LineItems']],
                             [before[100], None, before[7]])
            self.assertNotIn('Date', element)
        self._pull()
        self.assertEqual(self._differences(), {})

    def test_a_line_removed_here_is_removed_there(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        self._change_lines(move, Command.delete(move.invoice_line_ids[1].id))
        self._push()
        self.assertEqual(len(self._synced(move)['LineItems']), 1)

    def test_identifiers_that_xero_has_given_anew(self):
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        for pulled in (True, False):
            with self.subTest(pulled=pulled):
                self.org.as_person.edit(move.xero_document_id, DueDate='2026-05-05')
                if pulled:
                    self._pull()
                self._sent()
                self._change_lines(move, Command.update(
                    move.invoice_line_ids[1].id, {'price_unit': 60 + pulled}))
                self._push()
                if not pulled:
                    self.assertIn("does not belong", move.xero_error_message)
                    move.action_xero_sync_now()
                    self._push()
                self._synced(move)

    def test_the_rate_of_the_currency(self):
        move = self._pushed(currency_id=self.env.ref('base.EUR').id)
        self.org.as_person.edit(move.xero_document_id, CurrencyRate=1.5)
        self._pull()
        move.ref = "PO 4711"
        self._push()
        document = self._document(move)
        self.assertEqual((float(document['CurrencyRate']), document['Reference']),
                         (1.5, "PO 4711"))

    # === HELD BACK === #

    def _held(self):
        """:return: an invoice corrected in Xero, whose lines have changed here, too"""
        move = self._pushed(lines=[{}, {'price_unit': 50}])
        self._correct(move, AccountCode='260')
        self._pull()
        self._change_lines(
            move, Command.update(move.invoice_line_ids[1].id, {'price_unit': 60}))
        self._push()
        return move

    def test_a_change_of_the_lines_waits_for_a_decision(self):
        move = self._held()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'corrected_in_xero'))
        self.assertIn('260', move.xero_error_message)
        self.assertEqual(self._document(move)['LineItems'][0]['AccountCode'], '260')
        alert = move.alerts['xero_failed']
        self.assertEqual(alert['action_text'], "Decide")
        self.assertIn('account', self.env['xero.difference'].search(
            alert['action']['domain']).mapped('field'))
        self._pull()
        self._reconcile()
        self.assertEqual(move.xero_state, 'failed')
        self.assertIn('account', self._found(move))

    def test_push_lets_odoos_side_count(self):
        move = self._held()
        self.env['xero.difference'].search([
            ('res_id', '=', move.id), ('field', '=', 'account')]).action_push()
        self._pull_at_once()
        self._push()
        self.assertEqual({line['AccountCode'] for line in self._synced(move)['LineItems']}, {'200'})
        self.assertFalse(move.sudo().xero_overwrite)
        self.assertEqual(self._differences(), {}, "the answer says so")

    def test_ignored_is_not_written_over(self):
        move = self._pushed()
        self._correct(move, AccountCode='260')
        self._pull()
        self.env['xero.difference'].search([('res_id', '=', move.id)]).action_ignore()
        self._change_lines(
            move, Command.update(move.invoice_line_ids.id, {'price_unit': 60}))
        self._push()
        self.assertEqual(move.xero_error_code, 'corrected_in_xero')
        self.assertIn('account', self._found(move), "to decide again")

    def test_changed_here_to_what_xero_has(self):
        other = self.income.copy({'code': '499260', 'name': "Other"})
        other.xero_account_id = self.env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('code', '=', '260')])
        move = self._pushed()
        self._correct(move, AccountCode='260')
        self._pull()
        move.invoice_line_ids.account_id = other
        self._push()
        self.assertEqual(move.xero_state, 'failed')
        self._pull_at_once()
        self._push()
        self._synced(move)
        self.assertEqual(self._differences(), {})
