"""What the dashboard says: is everything in Xero, do the books agree, what is to be done."""
from odoo.tests import new_test_user, tagged

from .common_pull import XeroPullCommon


@tagged('post_install', '-at_install')
class TestOverview(XeroPullCommon):

    def _read(self, *names):
        self.env.invalidate_all()
        return [self.connection[name] for name in names]

    def _unmapped(self, amount, name):
        account = self.income.copy({'code': f'4991{amount:02}', 'name': name})
        return self._invoice(lines=[{
            'account_id': account.id, 'price_unit': amount, 'tax_ids': []}])

    # === IS EVERYTHING IN XERO? === #

    def test_number_money_and_age_of_what_is_missing(self):
        self._pushed()
        self.assertEqual(self._read('missing_count', 'missing_text'), [0, False])
        self._unmapped(30, "Small")
        self._push()
        self._invoice('in_invoice', invoice_date='2026-02-01', ref='B-1', lines=[{
            'price_unit': 50, 'tax_ids': []}])
        count, amount, since, text = self._read(
            'missing_count', 'missing_amount', 'missing_since', 'missing_text')
        self.assertEqual((count, amount, str(since)), (2, 80, '2026-02-01'))
        self.assertIn("1 failed: An account has no usable Xero account.", text)
        self.assertIn("1 wait", text)
        action = self.connection.action_view_missing()
        self.assertEqual(self.env['account.move'].search_count(action['domain']), 2)

    def test_what_a_switch_leaves_out_is_missing(self):
        self.connection.auto_sync = False
        left_out = self._invoice()
        self.assertFalse(left_out.xero_state)
        self.assertEqual(self._read('missing_count', 'missing_text'), [
            1, "1 are sent by hand only."])
        self.partner_a.xero_exclude = True
        self.assertEqual(self._read('missing_count'), [0], "nobody wants it there")

    # === WHAT MUST I DO? === #

    def test_most_money_first_and_five_at_most(self):
        for amount in (10, 60, 20, 40, 30, 50):
            self._unmapped(amount, f"Account {amount}")
        self._push()
        [todo] = self._read('todo')
        self.assertEqual([row['value'] for row in todo], [60, 50, 40, 30, 20])
        first = todo[0]
        self.assertIn("Account 60", first['detail'])
        self.assertEqual((first['model'], first['method'], first['button']),
                         ('xero.problem', 'action_fix', "Put right"))
        [problem] = self.env['xero.problem'].browse(first['ids'])
        self.assertEqual(problem.amount, 60)

    def test_differences_are_to_be_decided(self):
        move = self._pushed()
        self.org.as_person.edit(move.xero_document_id, LineItems=[{
            'Description': "Work", 'Quantity': 1, 'UnitAmount': 50, 'AccountCode': '200'}])
        self._pull()
        todo, amount = self._read('todo', 'differing_amount')
        self.assertEqual([(row['button'], row['value']) for row in todo],
                         [("Decide", move.amount_total)])
        self.assertEqual(amount, move.amount_total)

    def test_what_is_held_has_its_button_for_who_may_press_it(self):
        self.connection.hold_sending = True
        self._invoice()
        [todo] = self._read('todo')
        self.assertEqual([row['method'] for row in todo], ['action_resume'])
        clerk = new_test_user(self.env, 'clerk', groups='account_xero.group_xero_user',
                              company_id=self.env.company.id)
        self.env.invalidate_all()
        self.assertFalse(self.connection.with_user(clerk).todo)

    def test_it_costs_the_same_for_one_and_for_many(self):
        def queries():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.connection.mapped('todo')
            return self.cr.sql_log_count - before
        for amount in range(1, 6):
            self._unmapped(amount, f"Account {amount}")
        self._push()
        queries()
        few = queries()
        for amount in range(11, 23):
            self._unmapped(amount, f"Account {amount}")
        self._push()
        self.assertEqual(queries(), few)

    def test_it_costs_the_same_for_one_company_and_for_several(self):
        self._unmapped(10, "Account")
        self._push()
        companies = self.env['res.company'].sudo().create(
            [{'name': f"Company {number}"} for number in range(3)])
        connections = self.connection.sudo() | self.connection.sudo().create([{
            'company_id': company.id, 'state': 'connected', 'tenant_name': company.name,
            'tenant_id': f'Organisation {company.id}', 'connected_at': '2026-01-01',
        } for company in companies])

        def queries(of):
            self.env.invalidate_all()
            of.mapped('company_id.currency_id.name')
            before = self.cr.sql_log_count
            of.mapped('todo')
            return self.cr.sql_log_count - before
        queries(connections)
        self.assertEqual(queries(connections), queries(self.connection.sudo()))
