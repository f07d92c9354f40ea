"""Contacts that are sent for themselves: because they have changed, or by hand."""
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_contact import XeroContactCommon


@tagged('post_install', '-at_install')
class TestContactUpdate(XeroContactCommon):

    def setUp(self):
        super().setUp()
        self.connection.update_contacts = True

    def _linked(self, partner=None):
        """Let a push create the partner's contact."""
        partner = partner or self.partner
        partner.action_xero_sync_now()
        self._push()
        self.assertTrue(partner.xero_contact_id)
        self.sandbox.ledger.reset()

    def test_a_change_is_one_call(self):
        self._linked()
        self.partner.email = 'new@brook.example.com'
        self.assertEqual(self.partner.xero_contact_state, 'pending')
        self._push()
        [call] = self.sandbox.calls
        self.assertEqual((call.method, call.path, call.query.get('summarizeErrors')),
                         ('POST', '/Contacts', 'false'))
        self.assertEqual(call.body['Contacts'], [{
            'ContactID': self.partner.xero_contact_id, 'Name': "Brook Ltd",
            'EmailAddress': 'new@brook.example.com'}])
        self.assertEqual(self._contact()['EmailAddress'], 'new@brook.example.com')
        self.assertEqual(self.partner.xero_contact_state, 'synced')
        self.assertTrue(self.partner.xero_contact_last_push)

    def test_nothing_changed_is_no_call(self):
        self._linked()
        self.partner.write({'email': self.partner.email, 'phone': False})
        self.partner.comment = "Not for Xero"
        self._push()
        self.assertFalse(self.sandbox.calls)
        self.assertEqual(self.partner.xero_contact_state, 'synced')

    def test_what_is_empty_stays_in_xero(self):
        self._linked()
        self.partner.write({'email': False, 'phone': '0113 4960000'})
        self._push()
        [call] = self.sandbox.calls
        self.assertNotIn('EmailAddress', call.body['Contacts'][0])
        self.assertEqual(self._contact()['EmailAddress'], 'office@brook.example.com')
        self.assertEqual(self._contact()['Phones'][0]['PhoneNumber'], '0113 4960000')

    def test_switched_off_nothing_is_sent(self):
        self._linked()
        self.partner.email = 'new@brook.example.com'
        self.connection.update_contacts = False
        self.partner.phone = '1'
        self._push()
        self.assertFalse(self.sandbox.calls)
        self.assertFalse(self.partner.xero_contact_state)

    def test_addresses(self):
        """The place, and where invoices are sent to; those of other kinds do not count."""
        country = self.env.ref('base.uk')
        self.partner.write({'street': '1 Mill Lane', 'street2': 'Unit 4', 'city': 'Leeds',
                            'zip': 'LS1 1AA', 'country_id': country.id})
        self._linked()
        place = {'AddressLine1': '1 Mill Lane', 'AddressLine2': 'Unit 4', 'City': 'Leeds',
                 'PostalCode': 'LS1 1AA', 'Country': 'United Kingdom'}
        slots = {slot.pop('AddressType'): slot for slot in map(dict, self._contact()['Addresses'])}
        self.assertEqual(slots, {'POBOX': place, 'STREET': place})
        office = self.env['res.partner'].create({
            'name': "Accounts", 'type': 'invoice', 'parent_id': self.partner.id,
            'street': 'PO Box 7', 'city': 'York'})
        self._push()
        slots = {slot.pop('AddressType'): slot for slot in map(dict, self._contact()['Addresses'])}
        self.assertEqual(slots['STREET'], place)
        self.assertEqual((slots['POBOX']['AddressLine1'], slots['POBOX']['City']),
                         ('PO Box 7', 'York'))
        office.city = 'Hull'
        self._push()
        self.assertIn('Hull', [slot['City'] for slot in self._contact()['Addresses']])
        office.unlink()
        self._push()
        self.assertEqual({slot['City'] for slot in self._contact()['Addresses']}, {'Leeds'})
        self.assertEqual(self._calls(), [('POST', '/Contacts')] * 3)

    def test_sixty_changed_partners_are_two_calls(self):
        partners = self.env['res.partner'].create([
            {'name': f"Customer {number}"} for number in range(60)])
        self._linked(partners[0])
        partners.action_xero_sync_now()
        self._push()
        self.assertEqual(len(set(partners.mapped('xero_contact_id'))), 60)
        self.sandbox.ledger.reset()
        for partner in partners:
            partner.phone = f'0113 {partner.id}'
        self._push()
        self.assertEqual(self._calls(), [('POST', '/Contacts')] * 2)
        self.assertEqual(set(partners.mapped('xero_contact_state')), {'synced'})
        self.assertEqual({self._contact(p)['Phones'][0]['PhoneNumber'] for p in partners},
                         set(partners.mapped('phone')))

    def test_as_many_queries_for_many_as_for_few(self):
        """What is sent is prepared, and what is answered is applied, for all at once."""
        partners = self.env['res.partner'].create([
            {'name': f"Customer {number}", 'city': "Leeds"} for number in range(24)])
        self._linked()      # what is asked once only has been asked then
        counts = []
        for some in (partners[:4], partners[4:]):
            some.action_xero_sync_now()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._push()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(set(partners.mapped('xero_contact_id'))), 24)
        self.assertLessEqual(counts[1], counts[0] + 5, counts)

    def test_one_of_a_batch_is_refused(self):
        """Archived, gone, a name that is taken: each says why, and the others are done."""
        partners = self.env['res.partner'].create([
            {'name': f"Customer {number}"} for number in range(4)])
        partners.action_xero_sync_now()
        self._push()
        good, archived, taken, gone = partners
        self.person.archive_contact(archived.xero_contact_id)
        self.person.create_contact("Taken")
        gone.xero_contact_id = '5a3e1d3c-0000-4000-8000-000000000001'
        taken.name = "Taken"
        partners.phone = '0113 4960000'
        self._push()
        self.assertEqual(partners.mapped('xero_contact_state'),
                         ['synced', 'failed', 'failed', 'failed'])
        self.assertIn("archived", archived.xero_contact_error)
        self.assertIn("already assigned", taken.xero_contact_error)
        self.assertIn("not in Xero", gone.xero_contact_error)
        self.assertEqual(self._contact(good)['Phones'][0]['PhoneNumber'], '0113 4960000')
        rows = self.env['xero.log'].search([
            ('res_model', '=', 'res.partner'), ('outcome', '=', 'failure')])
        self.assertEqual({(row.res_id, row.error_code) for row in rows}, {
            (archived.id, 'contact_archived'), (taken.id, 'contact_collision'),
            (gone.id, 'contact_missing')})
        taken.name = "Free"
        self._push()
        self.assertEqual(taken.xero_contact_state, 'synced')

    def test_an_update_without_an_answer(self):
        for fault in ('cut_before', 'cut_after'):
            for minutes in (2, 7):
                with self.subTest(fault=fault, minutes=minutes):
                    self._linked()
                    self.partner.phone = f'{fault} {minutes}'
                    self.sandbox.inject(fault, 'POST', '/Contacts')
                    self._push()
                    self.assertEqual(self.partner.xero_contact_state, 'pending')
                    self._later(minutes=minutes)
                    self._push()
                    self.assertEqual(self.partner.xero_contact_state, 'synced')
                    self.assertEqual(self._contact()['Phones'][0]['PhoneNumber'],
                                     f'{fault} {minutes}')
                    self.assertFalse(self._requests())

    def test_three_attempts_without_an_answer(self):
        self._linked()
        self.partner.phone = '1'
        for _attempt in range(3):
            self.sandbox.inject('cut_after', 'POST', '/Contacts')
            self._push()
            self._later(minutes=6)
        self._push()
        self.assertEqual(self.partner.xero_contact_state, 'failed')
        self.assertIn("could not be reached", self.partner.xero_contact_error)
        self.partner.action_xero_sync_now()
        self._push()
        self.assertEqual(self.partner.xero_contact_state, 'synced')

    def test_changed_again_while_it_is_on_its_way(self):
        self._linked()
        self.partner.phone = '1'
        self.sandbox.inject('cut_after', 'POST', '/Contacts')
        self._push()
        self.partner.phone = '2'
        self._later(minutes=2)
        self._push()
        self.assertEqual(self._contact()['Phones'][0]['PhoneNumber'], '2')
        self.assertEqual(self.partner.xero_contact_state, 'synced')

    def test_who_is_kept_out_is_not_updated(self):
        self._linked()
        self.partner.xero_exclude = True
        self.partner.phone = '1'
        self._push()
        self.assertFalse(self.sandbox.calls)

    def test_two_companies(self):
        """Each has its own organisation, contact, state and switch."""
        company = self.env['res.company'].create({
            'name': "Second", 'currency_id': self.env.company.currency_id.id})
        self.env.user.company_ids += company
        org = self.sandbox.add_organisation("Second", base_currency='USD', currencies=['USD'])
        connection = self.env['xero.connection'].sudo().create({'company_id': company.id})
        tokens = self.sandbox.connect(self.app, [org])
        connection.write({
            'client_id': self.connection.client_id, 'tenant_id': org.tenant_id,
            'client_secret': 'test-secret', 'state': 'connected'})
        connection.token_id = self.env['xero.token'].sudo().create({
            'client_id': connection.client_id, 'owner': 'second', 'expires_at': '2099-01-01',
            'access_token': tokens['access_token'], 'refresh_token': tokens['refresh_token']})
        self._linked()
        second = self.partner.with_company(company)
        self.assertFalse(second.xero_contact_state)
        second.action_xero_sync_now()
        self._push()
        self.assertNotEqual(second.xero_contact_id, self.partner.xero_contact_id)
        self.assertEqual([c['ContactID'] for c in org.contacts], [second.xero_contact_id])
        self.partner.phone = '0113'
        self.assertEqual((self.partner.xero_contact_state, second.xero_contact_state),
                         ('pending', 'synced'))
        self._push()
        self.assertNotIn('Phones', org.contacts[0])
        self.assertTrue(self._contact()['Phones'])


@tagged('post_install', '-at_install')
class TestContactByHand(XeroContactCommon):

    def test_sync_now_creates_and_updates(self):
        answer = self.partner.action_xero_sync_now()
        self.assertEqual(answer['params']['title'], "Queued")
        self.assertEqual(self.partner.xero_contact_state, 'pending')
        self._push()
        self.assertEqual(self._contact()['Name'], "Brook Ltd")
        self.assertEqual(self.partner.xero_contact_state, 'synced')
        self.partner.email = 'new@brook.example.com'
        self._push()
        self.assertEqual(self._contact()['EmailAddress'], 'office@brook.example.com',
                         "the switch is off")
        self.partner.action_xero_sync_now()
        self._push()
        self.assertEqual(self._contact()['EmailAddress'], 'new@brook.example.com')
        self.assertEqual(self._calls(), [('PUT', '/Contacts'), ('POST', '/Contacts')])

    def test_a_lost_answer_creates_it_once(self):
        for fault in ('cut_before', 'cut_after'):
            for minutes in (2, 7):
                with self.subTest(fault=fault, minutes=minutes):
                    self.partner = self.env['res.partner'].create({
                        'name': f"{fault} {minutes}"})
                    self.sandbox.inject(fault, 'PUT', '/Contacts')
                    self.partner.action_xero_sync_now()
                    self._push()
                    self.assertEqual(self.partner.xero_contact_state, 'pending')
                    self._later(minutes=minutes)
                    self._push()
                    self._push()
                    self.assertEqual(self.partner.xero_contact_state, 'synced')
                    self.assertEqual([c['ContactID'] for c in self.org.contacts
                                      if c['Name'] == self.partner.name],
                                     [self.partner.xero_contact_id])
                    self.assertFalse(self._requests())

    def test_a_collision_is_solved_without_a_document(self):
        contact = self.person.create_contact("Brook Ltd")
        self.partner.action_xero_sync_now()
        self._push()
        self.assertEqual(self.partner.xero_contact_state, 'failed')
        self._wizard(self.partner.action_xero_contact_wizard()).action_apply()
        self.assertEqual(self.partner.xero_contact_id, contact['ContactID'])
        self.assertFalse(self.partner.xero_contact_state)

    def test_a_child_is_sent_as_its_company(self):
        child = self.env['res.partner'].create({'name': "Ann", 'parent_id': self.partner.id})
        child.action_xero_sync_now()
        self._push()
        self.assertTrue(self.partner.xero_contact_id)
        self.assertFalse(child.xero_active)
        self.assertTrue(self.partner.xero_active)

    def test_a_document_takes_the_contact_that_is_created_by_hand(self):
        move = self._invoice(partner_id=self.partner.id)
        self.partner.action_xero_sync_now()
        self._push()
        self._synced(move)
        self.assertEqual(self._calls(), [('PUT', '/Contacts')])

    def test_open_in_xero(self):
        self._link(self.partner)
        url = self.partner.action_xero_open()['url']
        self.assertIn(f'%2FContacts%2FView%2F{self.partner.xero_contact_id}', url)

    def test_access(self):
        plain = new_test_user(self.env, 'plain', 'account.group_account_invoice')
        sync = new_test_user(self.env, 'sync', 'account_xero.group_xero_user')
        contact = self.person.create_contact("Brook Ltd")
        move = self._invoice(partner_id=self.partner.id)
        self._push()
        action = move._get_alerts()['xero_failed']['action']
        for name in ('action_xero_sync_now', 'action_xero_contact_wizard'):
            with self.assertRaises(AccessError):
                getattr(self.partner.with_user(plain), name)()
        with self.assertRaises(AccessError):
            self._wizard(action, plain)
        for model in ('xero.contact.sync', 'xero.contact.candidate'):
            with self.assertRaises(AccessError):
                self.env[model].with_user(plain).search([])
            self.assertTrue(self.env[model].with_user(sync).search([]))
            with self.assertRaises(AccessError):
                self.env[model].with_user(sync).search([]).unlink()
        self.assertNotIn('action', move.with_user(plain)._get_alerts()['xero_failed'])
        self.partner.with_user(sync).action_xero_sync_now()
        with self.assertRaises(AccessError):
            self._wizard(action, sync, mode='rename', new_name="Not mine").action_apply()
        self._wizard(action, sync).action_apply()
        self.assertEqual(self.partner.xero_contact_id, contact['ContactID'])

    def test_another_company_s_contacts_are_not_shown(self):
        self.person.create_contact("Brook Ltd")
        move = self._invoice(partner_id=self.partner.id)
        self._push()
        company = self.env['res.company'].create({'name': "Another company"})
        stranger = new_test_user(self.env, 'stranger', 'account_xero.group_xero_user',
                                 company_id=company.id, company_ids=company.ids)
        action = move._get_alerts()['xero_failed']['action']
        with self.assertRaises(AccessError):
            self._wizard(action, stranger, mode='create', new_name="Mine")
        del action['context']['allowed_company_ids']    # as somebody who writes the call by hand
        wizard = self._wizard(action, stranger, mode='create', new_name="Mine")
        self.assertFalse(wizard.candidate_ids)
        self.assertFalse(wizard.error)
        with self.assertRaises(AccessError):
            wizard.action_apply()
        with self.assertRaises(UserError):
            self.partner.with_user(stranger).with_company(company).action_xero_sync_now()
