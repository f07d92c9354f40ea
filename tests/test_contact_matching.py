"""Existing books: which partner is which contact, and what is outstanding on it."""
from datetime import datetime, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ..xero import matching
from .common_pull import XeroPullCommon

#: What matching leaves as it is on either side.
TABLES = ('res_partner', 'res_partner_bank', 'account_move')


@tagged('post_install', '-at_install')
class TestContactMatching(XeroPullCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Partners of the database have nothing to do with the tests.
        cls.env['res.partner'].search([('parent_id', '=', False)]).xero_exclude = True

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person

    def _partner(self, name, **values):
        return self.env['res.partner'].create({'name': name, 'is_company': True, **values})

    def _fetch(self):
        self.connection.action_fetch_contacts()
        self._pull_at_once()

    def _open(self):
        """Press *Match contacts*, and wait for Xero. :return: the work list"""
        self.connection.action_match_contacts()
        self._pull_at_once()
        return self.env['xero.contact.match'].search(
            self.connection.action_match_contacts()['domain'])

    def _row(self, record, rows=None):
        """:return: the row of a partner, or of a contact of the sandbox"""
        rows = self._open() if rows is None else rows
        if isinstance(record, dict):
            [row] = [r for r in rows if r.contact_id.xero_id == record['ContactID']]
        else:
            [row] = rows.filtered(lambda r: r.partner_id == record)
        return row

    def _contacts(self):
        return self.env['xero.contact'].search([('connection_id', '=', self.connection.id)])

    def _lists_read(self):
        return self.sandbox.calls_to('GET', '/Contacts')

    def test_proposals_are_there_once_the_contacts_are(self):
        """Without pressing *Match contacts* a second time."""
        partner = self._partner("Alder Joinery")
        contact = self.person.create_contact("Alder Joinery")
        action = self.connection.action_match_contacts()
        Match = self.env[action['res_model']]
        self.assertFalse(Match.search(action['domain']))
        self._pull_at_once()
        row = Match.search(action['domain'])
        self.assertEqual((row.partner_id, row.contact_id.xero_id),
                         (partner, contact['ContactID']))

    # === EVIDENCE === #

    def test_each_evidence(self):
        """(partner, contact, what is said, how sure)"""
        cases = {
            'tax': ({'name': "Alder", 'vat': "GB 123 4567 82"},
                    {'name': "Elsewhere 1", 'TaxNumber': "123456782"}, 'tax', 'likely'),
            'e-mail': ({'name': "Birch", 'email': "Office@Birch.example.com"},
                       {'name': "Elsewhere 2", 'EmailAddress': "office@birch.EXAMPLE.com"},
                       'email', 'likely'),
            'name': ({'name': "Cédar & Söhne GmbH"}, {'name': "cedar and sohne"},
                     'name', 'likely'),
            'bank': ({'name': "Dogwood"},
                     {'name': "Elsewhere 3", 'BankAccountDetails': "60-16-13 31926819"},
                     'bank', 'likely'),
            'two': ({'name': "The Elm Company Pty. Ltd.", 'email': "elm@example.com"},
                    {'name': "ELM", 'EmailAddress': "elm@example.com"}, 'email,name', 'certain'),
            'against': ({'name': "Fir Ltd", 'vat': "GB111111111"},
                        {'name': "Fir Limited", 'TaxNumber': "GB222222222"},
                        'name,other_tax', 'likely'),
        }
        made = {}
        for name, (mine, theirs, _evidence, _certainty) in cases.items():
            made[name] = (self.env['res.partner'].with_context(no_vat_validation=True).create(mine),
                          self.person.create_contact(theirs.pop('name'), **theirs))
        made['bank'][0].bank_ids = [(0, 0, {'acc_number': "GB29 NWBK 6016 1331 9268 19"})]
        rows = self._open()
        for name, (_mine, _theirs, evidence, certainty) in cases.items():
            with self.subTest(name):
                partner, contact = made[name]
                row = self._row(partner, rows)
                self.assertEqual(row.contact_id.xero_id, contact['ContactID'])
                self.assertEqual((row.evidence, row.certainty), (evidence, certainty))
                self.assertEqual(row.score, min(99, sum(
                    matching.WEIGHTS.get(code, -matching.PENALTY)
                    for code in evidence.split(','))))
        self.assertEqual(self._row(made['two'][0], rows).reason,
                         "Same e-mail address, same name")
        self.assertFalse(any(partner.xero_contact_id for partner, _contact in made.values()),
                         "nothing is linked before somebody confirms it")

    def test_our_own_number_is_proof(self):
        partner = self._partner("Gorse")
        contact = self.person.create_contact(
            "Renamed long ago", ContactNumber=partner._xero_contact_number())
        row = self._row(partner)
        self.assertEqual((row.contact_id.xero_id, row.score, row.certainty),
                         (contact['ContactID'], 100, 'certain'))

    def test_the_same_tax_number_of_another_country_is_none(self):
        partner = self._partner("Hazel")
        partner.with_context(no_vat_validation=True).vat = "GB123456789"
        contact = self.person.create_contact("Elsewhere", TaxNumber="DE123456789")
        rows = self._open()
        self.assertFalse(rows.filtered(lambda row: row.partner_id == partner))
        self.assertEqual(self._row(contact, rows).certainty, 'there')

    # === CONFLICTS === #

    def test_two_contacts_that_fit_equally_well(self):
        partner = self._partner("Iris", email="iris@example.com")
        contacts = [self.person.create_contact(name, EmailAddress="iris@example.com")
                    for name in ("One", "Two")]
        rows = self._open()
        row = self._row(partner, rows)
        self.assertEqual((row.certainty, row.contact_id.id), ('ambiguous', False))
        self.assertEqual(row.reason, "Same e-mail address. Several fit equally well: One; Two")
        self.assertFalse([r for r in rows if r.contact_id], "nobody makes a third of them")
        with self.assertRaises(UserError):
            row.action_confirm()
        row.contact_id = row.rival_ids[1]
        row.action_confirm()
        self.assertEqual(partner.xero_contact_id, contacts[1]['ContactID'])

    def test_a_contact_that_fits_two_partners(self):
        first, second = self._partner("Jasmine Ltd"), self._partner("Jasmine Limited")
        self.person.create_contact("Jasmine")
        rows = self._open()
        for partner, other in ((first, second), (second, first)):
            row = self._row(partner, rows)
            self.assertEqual((row.certainty, row.contact_id.id), ('ambiguous', False))
            self.assertEqual(row.reason, f"Same name. Jasmine fits these, too: {other.name}")

    def test_the_better_match_wins_and_the_rest_is_not_guessed(self):
        exact = self._partner("Kale Ltd", email="kale@example.com")
        other = self._partner("Kale Limited")
        self.person.create_contact("Kale", EmailAddress="kale@example.com")
        self._invoice(partner_id=other.id)
        rows = self._open()
        self.assertEqual(self._row(exact, rows).certainty, 'certain')
        self.assertEqual(self._row(other, rows).certainty, 'here')
        self.assertFalse(self._row(other, rows).contact_id)

    def test_archived_and_linked_contacts_are_named_but_not_proposed(self):
        holder = self._partner("Holder")
        archived, linked = self._partner("Lime"), self._partner("Maple")
        contact = self.person.create_contact("Lime Ltd")
        self.person.archive_contact(contact['ContactID'])
        holder.xero_contact_id = self.person.create_contact("Maple Ltd")['ContactID']
        rows = self._open()
        self.assertEqual(self._row(archived, rows).reason, "Lime Ltd fits, but is archived in Xero")
        self.assertEqual(self._row(linked, rows).reason,
                         "Maple Ltd fits, but is linked to Holder")
        self.assertFalse(rows.contact_id)
        statuses = {row.name: row.status for row in self._contacts()}
        self.assertEqual(statuses, {"Lime Ltd": 'ARCHIVED', "Maple Ltd": 'ACTIVE'})

    def test_only_partners_with_documents_or_with_a_match_are_listed(self):
        silent, trading = self._partner("Nettle"), self._partner("Oak")
        self._invoice(partner_id=trading.id)
        rows = self._open()
        self.assertEqual(rows.partner_id, trading)
        self.assertTrue(rows.has_documents)
        self.person.create_contact("Nettle")
        self.assertEqual(self._open().partner_id, trading | silent)

    # === CONFIRMING === #

    def _pair(self, name):
        """:return: partner and contact that plainly are the same"""
        return (self._partner(f"{name} Ltd", email=f"{name}@example.com".lower()),
                self.person.create_contact(name, EmailAddress=f"{name}@example.com".lower()))

    def _books(self):
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(SQL(
                "SELECT md5(string_agg((to_jsonb(t) - 'xero_contact_id' - 'write_date')::text, ''"
                " ORDER BY id)) FROM %s t", SQL.identifier(table)))
            found[table] = self.env.cr.fetchone()
        return found

    def test_several_at_once_and_nothing_but_the_link_changes(self):
        pairs = [self._pair(name) for name in ("Pine", "Quince", "Rose")]
        mail = self._partner("Waits")
        self.connection.create_contacts = False
        invoice = self._invoice(partner_id=pairs[0][0].id)
        self._push()
        self.assertEqual(invoice.xero_error_code, 'contact_missing')
        rows = self._open().filtered(lambda row: row.certainty == 'certain')
        self.assertEqual(len(rows), 3)
        self.connection.update_contacts = True
        there, books = [dict(contact) for contact in self.org.contacts], self._books()
        self.sandbox.ledger.reset()
        message = rows.action_confirm()['params']['message']
        self.assertEqual(message, "Partners linked: 3")
        for partner, contact in pairs:
            self.assertEqual(partner.xero_contact_id, contact['ContactID'])
        self.assertFalse(mail.xero_contact_id)
        self.assertEqual(invoice.xero_state, 'pending', "what waited goes out")
        self.assertFalse(rows.exists())
        invoice.flush_recordset()
        changed = {table: value for table, value in self._books().items()
                   if value != books[table]}
        self.assertLessEqual(changed.keys(), {'account_move'}, "the invoice that was queued")
        self.assertFalse(self.sandbox.calls)
        self.assertEqual(there, [dict(contact) for contact in self.org.contacts])
        self._push()
        self._synced(invoice)
        self.assertEqual([c['UpdatedDateUTC'] for c in there],
                         [c['UpdatedDateUTC'] for c in self.org.contacts])

    def _versions(self, rows):
        """:return: [(id, place on disk)], which every update changes"""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "SELECT id, ctid::text FROM xero_contact_match WHERE id = ANY(%s) ORDER BY id",
            rows.ids))
        return self.env.cr.fetchall()

    def test_a_second_run_proposes_nothing_new(self):
        self._pair("Sage")
        self._partner("Thyme", email="thyme@example.com")
        self.person.create_contact("Only there")
        rows = self._open()
        versions = self._versions(rows)
        # As in another transaction, in which a write would leave its own moment.
        self.env.cr._now = self.env.cr.now() + timedelta(minutes=1)
        self.assertEqual(self._versions(self._open()), versions, "no row is written")
        rows.filtered(lambda row: row.certainty == 'certain').action_confirm()
        rows = self._open()
        self.assertEqual(rows.mapped('certainty'), ['there'])
        self.assertFalse(rows.partner_id)

    def test_a_contact_that_is_chosen_twice_is_refused(self):
        first, second, third = map(self._partner, ("Ulmus", "Violet", "Willow"))
        for partner in (first, second, third):
            self._invoice(partner_id=partner.id)
        self.person.create_contact("Both")
        free = self.person.create_contact("Free")
        rows = self._open()
        both, alone = (self._contacts().filtered(lambda c, n=n: c.name == n)
                       for n in ("Both", "Free"))
        for partner, contact in ((first, both), (second, both), (third, alone)):
            self._row(partner, rows.filtered('partner_id')).contact_id = contact
        chosen = rows.filtered(lambda row: row.certainty == 'chosen')
        action = chosen.action_confirm()
        self.assertEqual(action['params']['type'], 'warning')
        self.assertEqual(action['params']['message'].split('\n'), [
            "Partners linked: 1",
            "Both is chosen for several partners. A contact of Xero belongs to one."])
        self.assertEqual((first | second).mapped('xero_contact_id'), [False, False])
        self.assertEqual(third.xero_contact_id, free['ContactID'])
        with self.assertRaises(UserError) as refused:
            chosen.exists().action_confirm()
        self.assertIn("A contact of Xero belongs to one.", str(refused.exception))

    def test_a_partner_that_has_two_is_refused(self):
        partner = self._partner("Yew")
        contacts = [self.person.create_contact(name) for name in ("Left", "Right")]
        rows = self._open()
        for contact in contacts:
            self._row(contact, rows).partner_id = partner
        with self.assertRaises(UserError) as refused:
            rows.action_confirm()
        self.assertIn("Several contacts are chosen for Yew.", str(refused.exception))
        self.assertFalse(partner.xero_contact_id)

    def test_what_was_linked_meanwhile_is_refused_or_gone(self):
        first, second = self._partner("Aster"), self._partner("Begonia")
        self._invoice(partner_id=first.id)
        contact = self.person.create_contact("Contested")
        rows = self._open()
        row = self._row(first, rows)
        row.contact_id = self._contacts()
        second.xero_contact_id = contact['ContactID']
        self.assertEqual((row.contact_id.id, row.certainty), (False, 'here'))
        self.assertEqual(row.reason, "Contested fits, but is linked to Begonia")
        row.contact_id = self._contacts()
        with self.assertRaises(UserError) as refused:
            row.action_confirm()
        self.assertIn("Contested is linked to Begonia already.", str(refused.exception))
        self.assertFalse(self._open().filtered(lambda r: r.contact_id))
        first.xero_contact_id = self.person.create_contact("Another")['ContactID']
        self.assertFalse(row.exists())

    # === CORRECTING AND CREATING === #

    def test_a_choice_survives_the_next_look(self):
        partner, _contact = self._pair("Cherry")
        wrong = self.person.create_contact("Cherry of London")
        row = self._row(partner)
        chosen = self._contacts().filtered(lambda c: c.xero_id == wrong['ContactID'])
        with Form(row) as form:
            form.contact_id = chosen
        self.assertEqual(row.certainty, 'chosen')
        rows = self._open()
        self.assertEqual(self._row(partner, rows).contact_id, chosen)
        self.assertEqual(set(rows.mapped('certainty')), {'chosen', 'there'})
        self._row(partner, rows).action_confirm()
        self.assertEqual(partner.xero_contact_id, wrong['ContactID'])

    def test_partners_are_created_from_contacts(self):
        contact = self.person.create_contact(
            "Dahlia plc", EmailAddress="d@example.com", TaxNumber="123 not checked",
            Phones=[{'PhoneType': 'DEFAULT', 'PhoneAreaCode': '020', 'PhoneNumber': '7946 0000'}],
            Addresses=[{'AddressType': 'STREET', 'AddressLine1': "1 High Street",
                        'AddressLine2': "Floor 2", 'City': "Leeds", 'PostalCode': "LS1 1AA",
                        'Country': "united kingdom"}])
        other = self.person.create_contact("Erica")
        rows = self._open()
        rows.action_create_partner()
        partners = self.env['res.partner'].search(
            [('xero_contact_id', 'in', [contact['ContactID'], other['ContactID']])], order='name')
        self.assertEqual(partners.mapped('name'), ["Dahlia plc", "Erica"])
        partner = partners[0]
        self.assertEqual(
            (partner.email, partner.phone, partner.vat, partner.street, partner.street2,
             partner.city, partner.zip, partner.country_id.code),
            ("d@example.com", "020 7946 0000", "123NOTCHECKED", "1 High Street", "Floor 2",
             "Leeds", "LS1 1AA", 'GB'))
        self.assertFalse(rows.exists())
        self.assertFalse(self._open())

    def test_contacts_are_created_by_the_push(self):
        partner = self._partner("Fern")
        self._invoice(partner_id=partner.id, post=False)
        row = self._row(partner)
        self.assertEqual(row.certainty, 'here')
        row.action_create_contact()
        self._push()
        self.assertEqual([c['Name'] for c in self.org.contacts], ["Fern"])
        self.assertEqual(partner.xero_contact_id, self.org.contacts[0]['ContactID'])
        self.assertFalse(row.exists())

    def test_what_is_left_alone_stays_out(self):
        partner, _contact = self._pair("Ginkgo")
        row = self._row(partner)
        row.action_dismiss()
        self.assertEqual(self._open(), row)
        self.assertTrue(row.dismissed)
        row.action_restore()
        self.assertEqual((self._open(), row.dismissed), (row, False))

    # === FETCHING === #

    def test_contacts_are_fetched_in_large_pages_and_then_only_what_changed(self):
        for number in range(1200):
            self.person.create_contact(f"Contact {number}")
            if not number % 100:
                self.sandbox.advance(5)         # a second that is full of changes is read twice
        self._later(minutes=20)
        self.person.create_contact("The newest")
        self._fetch()
        self.assertEqual(len(self._contacts()), 1201)
        self.assertLessEqual(len(self._lists_read()), 2)
        self.assertNotEqual(self.connection.contacts_state, 'running')
        self._later(minutes=20)
        self.sandbox.ledger.reset()
        self.person.rename_contact(self.org.contacts[7]['ContactID'], "Changed")
        self._fetch()
        [call] = self._lists_read()
        since = datetime.fromisoformat(call.headers['If-Modified-Since'])
        self.assertGreater(since, datetime.utcnow() - timedelta(minutes=30), "what changed alone")
        self.assertEqual(len(self._contacts().filtered(lambda c: c.name == "Changed")), 1)
        self.assertEqual(len(self._contacts()), 1201)

    def test_a_fetch_goes_on_after_a_fault(self):
        for number in range(1100):
            self.person.create_contact(f"Contact {number}")
        self.sandbox.inject('503', path='/Contacts', after=1)
        self._fetch()
        some = len(self._contacts())
        self.assertTrue(0 < some < 1100, some)
        self.assertEqual(self.connection.contacts_state, 'running')
        self._later(minutes=3)
        self.sandbox.ledger.reset()
        self._fetch()       # somebody asks again
        self.assertEqual(len(self._contacts()), 1100)
        self.assertNotEqual(self.connection.contacts_state, 'running')
        self.assertTrue(all(call.headers.get('If-Modified-Since', '2006') > '2020'
                            for call in self._lists_read()), "not from the beginning")

    def test_nothing_is_asked_in_the_transaction_of_the_user(self):
        self.sandbox.ledger.reset()
        self.connection.action_match_contacts()
        self.connection.action_fetch_contacts()
        self.assertFalse(self.sandbox.calls)
        self.connection.state = 'paused'
        with self.assertRaises(UserError):
            self.connection.action_fetch_contacts()

    def test_queries_do_not_grow(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env['xero.contact.match'].sudo()._propose(self.connection)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        def make(start, count):
            self.env['res.partner'].create([
                {'name': f"Firm {n}", 'email': f"{n}@firm.example.com"}
                for n in range(start, start + count)])
            self.env['xero.contact'].sudo().create([
                {'connection_id': self.connection.id, 'xero_id': f"id-{n}", 'name': f"FIRM {n}",
                 'email': f"{n}@firm.example.com", 'status': 'ACTIVE'}
                for n in range(start, start + count)])

        make(0, 10)
        few = queries()
        make(1000, 300)
        self.assertLessEqual(queries(), few + 5, "inserts come in batches")
        rows = self.env['xero.contact.match'].search(
            [('connection_id', '=', self.connection.id)])
        self.assertEqual(rows.mapped('certainty'), ['certain'] * 310)

    # === WHO === #

    def test_managers_match_and_users_look(self):
        partner, _contact = self._pair("Holly")
        row = self._row(partner)
        user = new_test_user(self.env, 'clerk', groups='account_xero.group_xero_user',
                             company_id=self.env.company.id)
        mine = row.with_user(user)
        self.assertEqual(mine.reason, "Same e-mail address, same name")
        self.assertEqual(mine.contact_id.name, "Holly")
        for work in (mine.action_confirm, mine.action_dismiss, mine.action_create_partner,
                     mine.action_create_contact,
                     self.connection.with_user(user).action_match_contacts,
                     self.connection.with_user(user).action_fetch_contacts,
                     lambda: mine.write({'contact_id': False})):
            with self.assertRaises(AccessError):
                work()
        self.assertFalse(partner.xero_contact_id)
        manager = new_test_user(self.env, 'boss', groups='account_xero.group_xero_manager',
                                company_id=self.env.company.id)
        row.with_user(manager).action_confirm()
        self.assertTrue(partner.xero_contact_id)

    def test_companies_are_kept_apart(self):
        self._pair("Ivy")
        rows = self._open()
        other = self.setup_other_company()['company']
        stranger = new_test_user(
            self.env, 'stranger', groups='account_xero.group_xero_manager', company_id=other.id,
            company_ids=[(6, 0, other.ids)])
        for model in ('xero.contact', 'xero.contact.match'):
            self.assertTrue(self.env[model].search([]))
            self.assertFalse(self.env[model].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            rows.with_user(stranger).action_confirm()

    # === WHAT IS OUTSTANDING === #

    def test_the_partner_shows_what_is_outstanding(self):
        partner, contact = self._pair("Juniper")
        line = {'Description': "Work", 'Quantity': 1, 'AccountCode': '200', 'TaxType': 'NONE'}
        named = {'ContactID': contact['ContactID']}
        sale = self.person.create_invoice(named, [{**line, 'UnitAmount': 120.5}])
        self.person.create_invoice(named, [{**line, 'UnitAmount': 40}])
        self.person.create_invoice(
            named, [{**line, 'UnitAmount': 30, 'AccountCode': '429'}], type='ACCPAY',
            InvoiceNumber='B1')
        self.assertFalse(partner.xero_balance_at)
        self._row(partner).action_confirm()
        self.assertEqual((partner.xero_receivable, partner.xero_payable), (160.5, 30))
        first = partner.xero_balance_at
        self._later(minutes=10)
        self.person.create_contact("Newer, so that the list has been read beyond the first one")
        self._fetch()
        self.person.pay(sale['InvoiceID'], Decimal('20.5'))
        self._later(minutes=10)
        self.assertEqual(partner.xero_receivable, 160.5, "as of then")
        partner.action_xero_sync_now()
        self._pull_at_once()
        self.assertEqual(partner.xero_receivable, 140)
        self.assertGreater(partner.xero_balance_at, first)
        self.assertIn(contact['ContactID'], partner.action_xero_open()['url'])
        self.assertEqual(self._contacts().filtered('partner_id').mapped('receivable'), [140])
        user = new_test_user(self.env, 'clerk', groups='account_xero.group_xero_user',
                             company_id=self.env.company.id)
        arch = self.env['res.partner'].with_user(user).get_view(view_type='form')['arch']
        self.assertIn('name="xero_receivable"', arch)

    def test_linked_and_unlinked_contacts_are_found(self):
        partner, _contact = self._pair("Kelp")
        self.person.create_contact("Nobody")
        self._row(partner).action_confirm()
        Contact = self.env['xero.contact']
        mine = [('connection_id', '=', self.connection.id)]
        self.assertEqual(Contact.search([*mine, ('partner_id', '=', False)]).name, "Nobody")
        self.assertEqual(Contact.search([*mine, ('partner_id', '!=', False)]).name, "Kelp")
        self.assertEqual(Contact.search([*mine, ('partner_id', '=', partner.id)]).name, "Kelp")
