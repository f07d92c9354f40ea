"""Contacts: made once, adopted when they are ours or plainly the same, else left to the user."""
from odoo.tests import tagged

from .common import XeroTimeCommon


@tagged('post_install', '-at_install')
class TestPushContacts(XeroTimeCommon):

    def setUp(self):
        super().setUp()
        self.partner = self.env['res.partner'].create({
            'name': "Brook Ltd", 'email': 'office@brook.example.com', 'vat': False})
        self.person = self.org.as_person

    def _push_invoice(self, partner=None):
        move = self._invoice(partner_id=(partner or self.partner).id)
        self._push()
        return move

    def _assert_failed(self, move, code, *words):
        self.assertEqual((move.xero_state, move.xero_error_code), ('failed', code))
        for word in words:
            self.assertIn(word, move.xero_error_message)
        self.assertFalse(self.org.invoices)

    # === NEW === #

    def test_one_call_for_all_new_contacts(self):
        partners = self.partner | self.env['res.partner'].create([
            {'name': f"Customer {number}"} for number in range(3)])
        moves = self.env['account.move'].union(*(
            self._invoice(partner_id=partner.id) for partner in [*partners, *partners]))
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        [call] = self.sandbox.calls_to('PUT', '/Contacts')
        self.assertEqual(len(call.body['Contacts']), 4)
        self.assertEqual(len(self.org.contacts), 4)
        self.assertEqual({c['ContactID'] for c in self.org.contacts},
                         set(partners.mapped('xero_contact_id')))

    def test_a_document_names_its_contact_by_id_alone(self):
        self._push_invoice()
        [call] = self.sandbox.calls_to('PUT', '/Invoices')
        self.assertEqual(call.body['Invoices'][0]['Contact'],
                         {'ContactID': self.partner.xero_contact_id})

    def test_what_is_missing_is_left_out(self):
        for email in (False, 'no address'):
            with self.subTest(email=email):
                partner = self.env['res.partner'].create({'name': f"E-mail {email}",
                                                          'email': email})
                self.sandbox.ledger.reset()
                self.assertEqual(self._push_invoice(partner).xero_state, 'synced')
                [call] = self.sandbox.calls_to('PUT', '/Contacts')
                self.assertEqual(set(call.body['Contacts'][0]), {'Name', 'ContactNumber'})

    def test_a_refused_contact_holds_up_no_other(self):
        self.person.create_contact("Brook Ltd", EmailAddress='else@example.com')
        good, bad = self._invoice(), self._invoice(partner_id=self.partner.id)
        self._push()
        self.assertEqual(good.xero_state, 'synced', good.xero_error_message)
        self.assertEqual((bad.xero_state, bad.xero_error_code), ('failed', 'contact_collision'))

    # === WHAT XERO DOES NOT TAKE === #

    def _unfit(self):
        return self.env['res.partner'].create({
            'name': "Brook " * 50, 'email': 'müller@brook.example.com', 'vat': '/',
            'phone': '0113 496 0000 ' * 4, 'street': "Mill Lane " * 60, 'city': "L" * 256,
            'zip': 'LS1 ' * 20})

    def test_a_detail_that_xero_refuses_holds_up_no_invoice(self):
        partner = self._unfit()
        move = self._push_invoice(partner)
        self._synced(move)
        [contact] = self.org.contacts
        self.assertEqual(len(contact['Name']), 255)
        self.assertNotIn('TaxNumber', contact)
        [call] = self.sandbox.calls_to('PUT', '/Contacts')
        self.assertEqual(set(call.body['Contacts'][0]), {'Name', 'ContactNumber', 'Addresses'})
        lines = call.body['Contacts'][0]['Addresses'][0]
        self.assertEqual(' '.join((lines['AddressLine1'], lines['AddressLine2'])).strip(),
                         ("Mill Lane " * 60).strip(), "nothing is lost of what fits")

    def test_shortened_names_stay_different_and_the_same(self):
        one, other = self._unfit(), self._unfit()
        other.name += "of Leeds"
        moves = self._invoice(partner_id=one.id) | self._invoice(partner_id=other.id)
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        names = {contact['ContactID']: contact['Name'] for contact in self.org.contacts}
        self.assertEqual(len(set(names.values())), 2)
        one.phone = '1'
        one.action_xero_sync_now()
        self._push()
        self.assertEqual(names, {contact['ContactID']: contact['Name']
                                 for contact in self.org.contacts}, "an update renames nothing")

    def test_what_is_left_out_is_said(self):
        partner = self._unfit()
        for what in ("the name", "the e-mail address “müller@brook.example.com”",
                     "the phone number", "the city", "the postal code"):
            self.assertIn(what, partner.xero_misfit)
        self.assertNotIn("tax number", partner.xero_misfit, "a slash says that there is none")
        self.assertFalse(self.partner.xero_misfit)
        wizard = self.env['xero.push.wizard'].browse(
            self._invoice(partner_id=partner.id).action_xero_push_wizard()['res_id'])
        self.assertEqual((wizard.eligible_count, wizard.blocked_count), (1, 0))
        self.assertEqual(wizard.contact_note, partner.xero_misfit)

    def test_control_characters_are_not_sent(self):
        """As in texts that were pasted; Xero would refuse the whole request for one of them."""
        self.partner.write({'name': "Brook\x02 Ltd", 'street': "1 Mill\x1f Lane"})
        moves = self._invoice(partner_id=self.partner.id, lines=[{'name': "Oak\x0b shelf"}])
        moves |= self._invoice()
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Invoices')), 1)
        self.assertEqual(self.org.contacts[0]['Name'], "Brook Ltd")

    def test_a_branch_is_sent_as_its_company(self):
        child = self.env['res.partner'].create({
            'name': "Front desk", 'parent_id': self.partner.id, 'type': 'invoice'})
        self.assertEqual(self._push_invoice(child).xero_state, 'synced')
        self.assertEqual([c['Name'] for c in self.org.contacts], ["Brook Ltd"])

    # === THERE ALREADY === #

    def test_our_own_lost_creation_is_adopted_by_its_number(self):
        """Also when somebody has given it another name or address in Xero meanwhile."""
        for changes in ({}, {'Name': "Renamed", 'EmailAddress': 'other@example.com'}):
            with self.subTest(changes=changes):
                partner = self.env['res.partner'].create({'name': f"Lost {len(changes)}"})
                self.sandbox.inject('cut_after', 'PUT', '/Contacts')
                move = self._push_invoice(partner)
                [contact] = [c for c in self.org.contacts if c['Name'] == partner.name]
                self.person.edit_contact(contact['ContactID'], **changes)
                self._later(minutes=7)
                self._push()
                self._synced(move)
                self.assertEqual(partner.xero_contact_id, contact['ContactID'])
        self.assertEqual(len(self.org.contacts), 2)

    def test_same_name_and_address_is_the_same_contact(self):
        contact = self.person.create_contact("BROOK ltd", EmailAddress='Office@brook.example.com')
        move = self._push_invoice()
        self._synced(move)
        self.assertEqual(self.partner.xero_contact_id, contact['ContactID'])
        self.assertEqual([call.method for call in self.sandbox.calls], ['PUT', 'GET', 'PUT'])

    def test_same_name_and_tax_number_is_the_same_contact(self):
        self.partner.vat = 'GB123456782'
        contact = self.person.create_contact("Brook Ltd", TaxNumber='GB123456782')
        self._synced(self._push_invoice())
        self.assertEqual(self.partner.xero_contact_id, contact['ContactID'])

    def test_same_name_only_is_left_to_the_user(self):
        contact = self.person.create_contact("Brook Ltd", EmailAddress='else@example.com')
        move = self._push_invoice()
        self._assert_failed(move, 'contact_collision', "Brook Ltd", "already assigned")
        self.assertFalse(self.partner.xero_contact_id)
        self.partner.xero_contact_id = contact['ContactID']
        move.action_xero_sync_now()
        self._push()
        self._synced(move)

    def test_the_contact_of_another_partner_is_not_shared(self):
        contact = self.person.create_contact("Brook Ltd", EmailAddress='office@brook.example.com')
        other = self.env['res.partner'].create({
            'name': "Other", 'xero_contact_id': contact['ContactID'], 'active': False})
        self._assert_failed(self._push_invoice(), 'contact_collision')
        self.assertEqual(other.xero_contact_id, contact['ContactID'])

    def test_two_partners_of_one_name(self):
        twin = self.partner.copy({'name': "Brook Ltd"})
        first, second = self._invoice(partner_id=self.partner.id), self._invoice(partner_id=twin.id)
        self._push()
        self._synced(first)
        self.assertEqual((second.xero_state, second.xero_error_code),
                         ('failed', 'contact_collision'))
        self.assertEqual(len(self.org.contacts), 1)

    def test_archived_by_number(self):
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        move = self._push_invoice()
        self.person.archive_contact(self.org.contacts[0]['ContactID'])
        self._later(minutes=7)
        self._push()
        self._assert_failed(move, 'contact_archived')
        self.assertFalse(self.partner.xero_contact_id)

    def test_an_archived_contact_of_that_name_is_not_in_the_way(self):
        """Xero: a contact's name is unique across all active contacts."""
        contact = self.person.create_contact("Brook Ltd", EmailAddress='office@brook.example.com')
        self.person.archive_contact(contact['ContactID'])
        self._synced(self._push_invoice())
        self.assertNotEqual(self.partner.xero_contact_id, contact['ContactID'])

    def test_archived_after_it_was_linked(self):
        self._link(self.partner)
        self.person.archive_contact(self.partner.xero_contact_id)
        self._assert_failed(self._push_invoice(), 'contact_archived', "un-archived")

    def test_a_linked_contact_that_xero_does_not_know(self):
        self.partner.xero_contact_id = '5a3e1d3c-0000-4000-8000-000000000001'
        self._assert_failed(self._push_invoice(), 'contact_missing')

    def test_names_that_a_filter_cannot_hold(self):
        """They are found by their number all the same."""
        for name in ('The "Brook"', 'Back\\slash', "O'Brien & 50% <Söhne>", '小川' * 40):
            with self.subTest(name=name):
                partner = self.env['res.partner'].create({'name': name})
                self.sandbox.inject('cut_after', 'PUT', '/Contacts')
                move = self._push_invoice(partner)
                self._later(minutes=7)
                self._push()
                self._synced(move)

    def test_many_that_exist_fit_into_addresses(self):
        partners = self.env['res.partner'].create([
            {'name': f"{'A long name ' * 10}{number}"} for number in range(20)])
        moves = self.env['account.move'].union(*(
            self._invoice(partner_id=partner.id) for partner in partners))
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        self._push()
        self._later(minutes=7)
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})
        self.assertEqual(len(self.org.contacts), 20)
        for call in self.sandbox.calls_to('GET', '/Contacts'):
            self.assertLess(len(call.query['where']), 2000)

    # === MEANWHILE === #

    def test_a_partner_that_is_deleted_while_its_creation_is_unknown(self):
        for minutes in (2, 7):
            with self.subTest(minutes=minutes):
                partner = self.env['res.partner'].create({'name': f"Short-lived {minutes}"})
                self.sandbox.inject('cut_after', 'PUT', '/Contacts')
                gone, kept = self._invoice(partner_id=partner.id), self._invoice()
                self._push()
                gone.button_draft()
                gone.with_context(force_delete=True).unlink()
                partner.unlink()
                self._later(minutes=minutes)
                self._push()
                self._synced(kept)

    def test_a_creation_that_nobody_waits_for_any_more(self):
        """It does not stay in the outbox for ever."""
        def delete(partner, move):
            move.with_context(force_delete=True).unlink()
            partner.unlink()

        def link(partner, move):
            move.button_cancel()
            partner.xero_contact_id = self.org.contacts[-1]['ContactID']

        for work in (delete, link):
            with self.subTest(work.__name__):
                partner = self.env['res.partner'].create({'name': work.__name__})
                self.sandbox.inject('cut_after', 'PUT', '/Contacts')
                move = self._push_invoice(partner)
                move.button_draft()
                work(partner, move)
                self._later(minutes=7)
                self._push()
                self.assertFalse(self._requests())

    def test_documents_wait_for_a_contact_whose_creation_is_unknown(self):
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        first = self._push_invoice()
        second = self._push_invoice()
        self.assertEqual((first + second).mapped('xero_state'), ['pending', 'pending'])
        self.assertEqual(len(self.sandbox.calls), 1, "no second creation")
        self._later(minutes=2)
        self._push()
        self._synced(first)
        self._synced(second)
        self.assertEqual(len(self.org.contacts), 1)

    def test_cancelled_while_the_contact_is_unknown(self):
        self.sandbox.inject('cut_after', 'PUT', '/Contacts')
        move = self._push_invoice()
        move.button_cancel()
        self._later(minutes=2)
        self._push()
        self.assertFalse(move.xero_state)
        self.assertFalse(self.org.invoices)
        later = self._push_invoice()
        self._synced(later)
        self.assertEqual(len(self.org.contacts), 1)

    def test_the_link_of_a_cancelled_document_was_removed(self):
        """A void needs no contact."""
        move = self._push_invoice()
        self.partner.xero_contact_id = False
        move.button_cancel()
        self._push()
        self.assertEqual((move.xero_state, move.xero_status), ('synced', 'VOIDED'))
