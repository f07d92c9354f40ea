"""The pages of the app Xero as people work on them, in a real browser."""
from odoo.tests import new_test_user, tagged

from .common_tour import XeroTourCommon

MANAGER = ('account_xero.group_xero_manager,base.group_system,account.group_account_manager,'
           'base.group_partner_manager')
LINE = {'Description': "Work", 'Quantity': 1, 'UnitAmount': 100, 'AccountCode': '200'}


@tagged('post_install', '-at_install')
class TestToursPages(XeroTourCommon):

    def setUp(self):
        super().setUp()
        self.person = self.org.as_person

    def _tour(self, name, groups=MANAGER):
        user = new_test_user(self.env, name, groups=groups, company_id=self.env.company.id)
        self.start_tour('/odoo/xero', name, login=user.login, timeout=120)
        self.env.invalidate_all()

    def _partner(self, name, **values):
        return self.env['res.partner'].create({'name': name, 'is_company': True, **values})

    def _linked(self, name):
        """:return: a partner, and its contact as documents name it"""
        partner = self._partner(name)
        partner.xero_contact_id = self.person.create_contact(name)['ContactID']
        return partner, {'ContactID': partner.xero_contact_id}

    def _pull(self):
        with self.enter_registry_test_mode():
            self.env.ref('account_xero.ir_cron_pull').sudo().method_direct_trigger()
        self.env.invalidate_all()

    def test_contacts_are_proposed_confirmed_corrected_and_created(self):
        # Partners of the database have nothing to do with the test.
        self.env['res.partner'].search([('parent_id', '=', False)]).xero_exclude = True
        alder = self._partner("Alder Joinery", email='office@alder.example.com')
        birch, cedar = self._partner("Birch Ltd"), self._partner("Cedar & Sons")
        dogwood = self._partner("Dogwood Ltd")
        self.connection.auto_sync = False
        self._invoice(partner_id=dogwood.id)
        there = {name: self.person.create_contact(name, **values) for name, values in {
            "Alder Joinery": {'EmailAddress': 'office@alder.example.com'}, "BIRCH LIMITED": {},
            "Birch Trading": {}, "CEDAR AND SONS": {}, "Elm Trading": {}}.items()}
        self._tour('account_xero_contacts')
        for partner, name in ((alder, "Alder Joinery"), (birch, "Birch Trading"),
                              (cedar, "CEDAR AND SONS")):
            self.assertEqual(partner.xero_contact_id, there[name]['ContactID'])
        self.assertEqual((birch.name, cedar.name), ("Birch Ltd", "Cedar & Sons"))
        elm = self.env['res.partner'].search([('name', '=', "Elm Trading")])
        self.assertEqual(elm.xero_contact_id, there["Elm Trading"]['ContactID'])
        [made] = [c for c in self.org.contacts if c['ContactID'] == dogwood.xero_contact_id]
        self.assertEqual(made['Name'], "Dogwood Ltd")
        self.assertEqual(len(self.org.contacts), len(there) + 1)

    def test_what_waits_is_released_by_a_partner_and_by_a_mapping(self):
        self.connection.write({'import_policy': 'post', 'import_from': False})
        self.org.add_account('777', "Royalties", 'REVENUE', 'OUTPUT2')
        self.connection._refresh_reference_data()
        royalties = self.income.copy({'code': '499777', 'name': "Royalties"})
        _partner, linked = self._linked("Linked Ltd")
        rook, wren = (
            {'ContactID': self.person.create_contact(name)['ContactID']}
            for name in ("Rook Ltd", "Wren Ltd"))
        come = [self.person.create_invoice(contact, [{**LINE, 'AccountCode': code}])
                for contact, code in ((rook, '200'), (rook, '200'), (linked, '777'))]
        left = self.person.create_invoice(wren, [LINE])
        self._tour('account_xero_unmatched')
        moves = self.env['account.move'].search([('company_id', '=', self.env.company.id)])
        self.assertEqual({move.xero_document_id: move.amount_total for move in moves},
                         {document['InvoiceID']: float(document['Total']) for document in come})
        self.assertEqual(set(moves.mapped('state')), {'posted'})
        self.assertCountEqual(moves.partner_id.mapped('xero_contact_id'),
                              [contact['ContactID'] for contact in (rook, linked)])
        self.assertIn(royalties, moves.invoice_line_ids.account_id)
        waiting = self.env['xero.unmatched'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual((waiting.xero_id, waiting.state), (left['InvoiceID'], 'ignored'))

    def test_first_synchronisation(self):
        _partner, linked = self._linked("Linked Ltd")
        rook = {'ContactID': self.person.create_contact("Rook Ltd")['ContactID']}
        documents = [self.person.create_invoice(contact, [LINE]) for contact in (
            linked, linked, linked, rook)]
        self.person.pay(documents[0]['InvoiceID'])
        self._tour('account_xero_first_sync')
        moves = self.env['account.move'].search([
            ('company_id', '=', self.env.company.id), ('move_type', '=', 'out_invoice')])
        self.assertEqual(set(moves.mapped('xero_document_id')),
                         {document['InvoiceID'] for document in documents[:3]})
        self.assertEqual(
            moves.filtered(lambda move: move.payment_state in ('paid', 'in_payment')).mapped(
                'xero_document_id'), [documents[0]['InvoiceID']])

    def test_differences_for_who_may_synchronise(self):
        """Push, pull and ignore, and what this user only sees on the other pages."""
        moves = [self._invoice(ref=ref) for ref in ("To push", "To pull", "To leave")]
        self._push()
        for move in moves:
            self.person.edit(move.xero_document_id, LineItems=[{**LINE, 'UnitAmount': 50}])
            move._xero_queue_pull()
        self.connection.import_policy = 'list'
        rook = {'ContactID': self.person.create_contact("Rook Ltd")['ContactID']}
        self.person.create_invoice(rook, [LINE])
        self.connection.import_policy = 'post'
        self.connection.import_from = False
        self.connection.action_match_contacts()
        self._pull()
        differences = self.env['xero.difference'].search(
            [('connection_id', '=', self.connection.id)])
        self.assertEqual(
            set(differences.mapped('field')), {'total', 'tax', 'account', 'tax_rate'})
        differences = differences.filtered(lambda row: row.field == 'total')
        self.assertEqual(len(differences), 3)
        # Somebody has put one of them right in Xero.
        push, pull, leave = moves
        self.person.edit(pull.xero_document_id, LineItems=[LINE])
        self._tour('account_xero_differences', 'account_xero.group_xero_user')
        self._push()
        for move in moves:
            move._xero_queue_pull()
        self._pull()
        totals = {d['InvoiceID']: float(d['Total']) for d in self.org.invoices}
        self.assertEqual([totals[move.xero_document_id] for move in moves], [120, 120, 60])
        self.assertEqual([(row.res_id, row.state) for row in differences.exists()],
                         [(leave.id, 'ignored')])
        self.assertEqual(push.amount_total, 120)
