"""Contacts that need a person: collisions and links."""
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common_contact import XeroContactCommon
from .common_process import XeroProcessCase


@tagged('post_install', '-at_install')
class TestContactWizard(XeroContactCommon):

    def _collision(self, **values):
        """:return: a document whose partner's name is taken, and the contact that has it"""
        contact = self.person.create_contact("Brook Ltd", **{
            'EmailAddress': 'else@example.com', 'TaxNumber': 'GB1',
            'Phones': [{'PhoneType': 'DEFAULT', 'PhoneAreaCode': '0113', 'PhoneNumber': '4960000'}],
            'Addresses': [{'AddressType': 'STREET', 'AddressLine1': '1 Mill Lane',
                           'City': 'Leeds'}], **values})
        move = self._invoice(partner_id=self.partner.id)
        self._push()
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'contact_collision'))
        return move, contact

    def test_both_sides_are_shown_without_a_call(self):
        move, contact = self._collision()
        self.sandbox.ledger.reset()
        wizard = self._wizard(move._get_alerts()['xero_failed']['action'])
        self.assertEqual((wizard.name, wizard.email), ("Brook Ltd", 'office@brook.example.com'))
        self.assertIn("already assigned", wizard.error)
        candidate = wizard.candidate_id
        self.assertEqual(wizard.candidate_ids, candidate)
        self.assertEqual(
            (candidate.xero_id, candidate.name, candidate.email, candidate.tax_number,
             candidate.phone, candidate.address, candidate.status),
            (contact['ContactID'], "Brook Ltd", 'else@example.com', 'GB1', '0113 4960000',
             '1 Mill Lane, Leeds', 'ACTIVE'))
        self.assertIn("another e-mail address", candidate.reason)
        self.assertFalse(self.sandbox.calls)

    def test_linked_to_the_existing_one(self):
        move, contact = self._collision()
        self.assertEqual(self.partner.xero_contact_state, 'failed')
        self._apply(move)
        self._synced(move)
        self.assertEqual(self.partner.xero_contact_id, contact['ContactID'])
        self.assertEqual(self._contact()['EmailAddress'], 'else@example.com', "it is as it was")
        self.assertFalse(self.partner.xero_contact_error)
        self.assertFalse(self.env['xero.contact.candidate'].search([
            ('partner_id', '=', self.partner.id)]))

    def test_in_the_dialog_of_the_web_client(self):
        move, contact = self._collision()
        action = move._get_alerts()['xero_failed']['action']
        dialog = Form(self.env[action['res_model']].with_context(**action['context']))
        self.assertEqual(dialog.new_name, "Brook Ltd")
        dialog.save().action_apply()
        self.assertEqual(self.partner.xero_contact_id, contact['ContactID'])

    def test_linked_by_the_address_of_its_page(self):
        move, _contact = self._collision()
        other = self.person.create_contact("Brook Holdings")
        self._apply(move, candidate_id=False, address_in_xero=(
            f"https://go.xero.com/app/!x/contacts/contact/{other['ContactID'].upper()}?a=1"))
        self._synced(move)
        self.assertEqual(self.partner.xero_contact_id, other['ContactID'])

    def test_created_under_another_name(self):
        move, contact = self._collision()
        self._apply(move, mode='create', new_name="Brook Ltd (York)")
        self._synced(move)
        self.assertEqual(self.partner.name, "Brook Ltd")
        self.assertEqual(self._contact()['Name'], "Brook Ltd (York)")
        self.assertNotEqual(self.partner.xero_contact_id, contact['ContactID'])
        self.assertFalse(self.env['xero.contact.candidate'].search([
            ('partner_id', '=', self.partner.id)]))

    def test_renamed(self):
        move, _contact = self._collision()
        self._apply(move, mode='rename', new_name="Brook & Sons Ltd")
        self._synced(move)
        self.assertEqual(self.partner.name, "Brook & Sons Ltd")
        self.assertEqual(self._contact()['Name'], "Brook & Sons Ltd")

    def test_what_cannot_be_chosen(self):
        move, contact = self._collision()
        action = move._get_alerts()['xero_failed']['action']
        for values in ({'candidate_id': False}, {'address_in_xero': 'https://go.xero.com/'},
                       {'mode': 'create', 'new_name': '  '},
                       {'mode': 'create', 'new_name': 'BROOK  ltd'}):
            with self.subTest(**values), self.assertRaises(UserError):
                self._wizard(action, **values).action_apply()
        self.env['res.partner'].create({
            'name': "Holder", 'xero_contact_id': contact['ContactID']})
        wizard = self._wizard(action)
        self.assertIn("linked to Holder", wizard.candidate_id.reason)
        with self._refused(ValidationError, "linked to Holder"):
            wizard.action_apply()
        self.assertFalse(self.partner.xero_contact_id)
        self.assertEqual(move.xero_state, 'failed')

    def test_the_candidates_of_the_last_look_up_count(self):
        move, contact = self._collision()
        self.person.edit_contact(contact['ContactID'], Name="Brook of old")
        other = self.person.create_contact("Brook Ltd")
        move.action_xero_sync_now()
        self._push()
        self.assertEqual(self.env['xero.contact.candidate'].search([
            ('partner_id', '=', self.partner.id)]).mapped('xero_id'), [other['ContactID']])

    def test_a_new_one_in_place_of_an_archived_one(self):
        """Its number is taken by the archived one; it gets another."""
        for linked in (True, False):
            with self.subTest(linked=linked):
                partner = self.partner = self.env['res.partner'].create({'name': f"Old {linked}"})
                if not linked:
                    self.sandbox.inject('cut_after', 'PUT', '/Contacts')
                first = self._invoice(partner_id=partner.id)
                self._push()
                [old] = [c for c in self.org.contacts if c['Name'] == partner.name]
                self.person.archive_contact(old['ContactID'])
                self._later(minutes=7)
                move = self._invoice(partner_id=partner.id) if linked else first
                self._push()
                self.assertEqual(move.xero_error_code, 'contact_archived')
                self._apply(move, mode='create', new_name=partner.name)
                self._synced(move)
                self.assertNotEqual(partner.xero_contact_id, old['ContactID'])
                self.assertEqual(self._contact()['Name'], partner.name)

    def test_creating_is_switched_off_but_somebody_asks_for_it(self):
        self.connection.create_contacts = False
        move = self._invoice(partner_id=self.partner.id)
        self._push()
        self.assertEqual(move.xero_error_code, 'contact_missing')
        action = move._get_alerts()['xero_failed']['action']
        self._wizard(action, mode='create').action_apply()
        self._push()
        self._synced(move)

    # === WHAT HEALS BY ITSELF === #

    def test_setting_the_link_releases_the_documents(self):
        move, contact = self._collision()
        self.partner.write({'xero_contact_id': contact['ContactID']})
        self.assertEqual(move.xero_state, 'pending')
        self._push()
        self._synced(move)

    def test_a_changed_partner_releases_its_documents(self):
        for values in ({'name': "Brook Limited"}, {'email': 'else@example.com'},
                       {'vat': 'GB1'}, {'xero_contact_name': "Brook Ltd (York)"}):
            with self.subTest(**values):
                self.org.store['Contacts'].__init__(
                    self.org, 'Contacts', 'ContactID', **self.org.store['Contacts']._keys)
                self.partner = self.env['res.partner'].create({
                    'name': "Brook Ltd", 'email': 'office@brook.example.com'})
                move, _contact = self._collision()
                self.partner.phone = '1'
                self.partner.write(values)
                self.assertEqual(move.xero_state, 'pending')
                self._push()
                self._synced(move)

    def test_another_name_releases_the_documents(self):
        self.person.create_contact(self.partner.name, EmailAddress='else@example.com')
        self.expense.xero_account_id = False
        move = self._invoice(partner_id=self.partner.id)
        other = self._invoice(partner_id=self.partner.id, lines=[{'account_id': self.expense.id}])
        self._push()
        self.assertEqual((move.xero_error_code, other.xero_error_code),
                         ('contact_collision', 'unmapped_account'))
        self.partner.name = "Brook Limited"
        self.assertEqual((move.xero_state, other.xero_state), ('pending', 'failed'))

    # === ONE CONTACT, ONE PARTNER === #

    def test_one_contact_of_two_partners_is_refused(self):
        contact = self.person.create_contact("Shared")['ContactID']
        holder = self.env['res.partner'].create({'name': "Holder", 'xero_contact_id': contact})
        with self._refused(ValidationError, "linked to Holder"):
            self.partner.xero_contact_id = contact
        with self._refused(ValidationError, "linked to Holder"):
            self.env['res.partner'].create({'name': "Third", 'xero_contact_id': contact})
        holder.active = False
        with self._refused(ValidationError, "linked to Holder"):
            self.partner.xero_contact_id = contact
        with self._refused(ValidationError, "linked to"):
            self.env['res.partner'].create([{'name': "A"}, {'name': "B"}]).write(
                {'xero_contact_id': '5a3e1d3c-0000-4000-8000-000000000001'})
        with self._refused(ValidationError, "linked to Holder"):
            self.partner.xero_contact_id = f' {contact.upper()} '
        company = self.env['res.company'].create({'name': "Another company"})
        self.partner.with_company(company).xero_contact_id = contact.upper()
        self.assertEqual(self.partner.with_company(company).xero_contact_id, contact)
        self.assertFalse(self.partner.xero_contact_id, "each company has its own organisation")

    def test_linked_by_a_person_to_what_a_lost_creation_made(self):
        """Neither partner loses its link, and the push goes on."""
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        move, other = self._invoice(partner_id=self.partner.id), self._invoice()
        self._push()
        [made] = [c for c in self.org.contacts if c['Name'] == "Brook Ltd"]
        holder = self.env['res.partner'].create({
            'name': "Holder", 'xero_contact_id': made['ContactID']})
        self._later(minutes=2)
        self._push()
        self._synced(other)
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', 'contact_collision'))
        self.assertIn("Holder", move.xero_error_message)
        self.assertFalse(self.partner.xero_contact_id)
        self.assertEqual(holder.xero_contact_id, made['ContactID'])

    def test_linked_while_its_creation_is_unknown(self):
        """What the user has chosen stays."""
        chosen = self.person.create_contact("Chosen")['ContactID']
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        move = self._invoice(partner_id=self.partner.id)
        self._push()
        self.partner.xero_contact_id = chosen
        self._later(minutes=2)
        self._push()
        self._synced(move)
        self.assertEqual(self.partner.xero_contact_id, chosen)


@tagged('post_install', '-at_install')
class TestContactsProcesses(XeroProcessCase):

    def test_one_contact_is_linked_by_two_people_at_once(self):
        self.office.call('xero.cursor', [], 'create', {
            'connection_id': self.connection, 'path': 'Contacts', 'changed_since': '2026-03-01'})
        partners = self.office.call(
            'res.partner', [], 'create', [{'name': "First"}, {'name': "Second"}])
        contact = '5a3e1d3c-0000-4000-8000-00000000000a'
        workers = self._workers(2)
        # Both have begun before either of them is done.
        holder = self._connect_to(self.database)
        self.addCleanup(holder.close)
        holder.cursor().execute("SELECT FROM xero_cursor FOR UPDATE")
        for worker, partner in zip(workers, partners, strict=True):
            worker.send('res.partner', [partner], 'write', {'xero_contact_id': contact})
        self._wait_for_locks(2)
        holder.rollback()
        [refusal] = [answer['message'] for answer in (worker.answer() for worker in workers)
                     if 'error' in answer]
        self.assertIn("is linked to", refusal)
        self.assertEqual(self._sql(
            "SELECT count(*) FROM res_partner WHERE xero_contact_id::text LIKE %s",
            f'%{contact}%'), [(1,)])
