"""What goes on in the background says how far it is, and each number of it what it is of."""
from odoo.tests import tagged

from .common_import import XeroImportCommon


@tagged('post_install', '-at_install')
class TestProgress(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.connection.write({'import_policy': 'none', 'import_from': False})

    def _start(self):
        """Press *Start*. :return: the first synchronisation"""
        self.env['xero.first.sync.wizard'].create({
            'connection_id': self.connection.id, 'scope': 'all'}).action_start()
        return self._of_connection('xero.first.sync')[:1]

    def _of_connection(self, model):
        return self.env[model].search([('connection_id', '=', self.connection.id)])

    def _text(self):
        self.env.invalidate_all()
        return self.connection.first_sync_text

    def test_each_document_that_was_read_is_one_of_the_numbers(self):
        mine, stranger = self._contact(self.partner_a), {
            'ContactID': self.person.create_contact("Stranger")['ContactID']}
        before = self._there(stranger)
        self.connection.write({'import_policy': 'post', 'import_from': False})
        self._pull()
        self.assertEqual(len(self._waiting()), 1, "it waits since before")
        self.connection.import_policy = 'none'
        here = self._pushed()
        come = [self._there(mine) for _number in range(2)]
        for _number in range(3):
            self._there(stranger)
        self._there(mine, {'Description': "Odd", 'Quantity': 1, 'UnitAmount': 5,
                           'AccountCode': '260'})
        self._later(days=3)
        run = self._start()
        self.assertIn("It begins within a minute.", self._text())
        self._pull_at_once()
        self.assertEqual((run.state, run.read_count), ('done', 8), self._text())
        self.assertTrue(here.xero_document_id and before)
        self.assertIn(
            "8 of 8 documents read: 2 imported, 5 waiting under Unmatched (Contact not linked: 4; "
            "Account not mapped: 1), 1 here already.", self._text())
        listed = self.env['account.move'].search(
            self.connection.action_view_first_sync()['domain'])
        self.assertEqual(set(listed.mapped('xero_document_id')), {
            self._id(document) for document in come})
        self._of_connection('xero.unmatched').sorted('id')[-1:].action_ignore()
        self.assertIn("4 waiting under Unmatched", self._text())
        self.assertIn("1 ignored under Unmatched", self._text())

    def test_it_is_stopped_and_goes_on_where_it_was(self):
        mine = self._contact(self.partner_a)
        documents = [self._there(mine) for _number in range(3)]
        self._later(days=3)
        run = self._start()
        self.connection.action_stop_first_sync()
        self._pull_at_once()
        self.assertEqual((run.state, run.read_count), ('stopped', 0))
        self.connection.action_continue_first_sync()
        self.assertEqual(run.state, 'running')
        self._pull_at_once()
        self.assertEqual((run.state, run.read_count), ('done', 3), self._text())
        self.assertEqual(len(self._of_connection('xero.first.sync')), 1)
        self.assertIn("3 imported", self._text())
        self.assertEqual(len(documents), 3)
        self.connection.action_continue_first_sync()
        self.assertEqual(run.state, 'done', "what is over stays so")

    def test_each_contact_is_one_of_the_numbers(self):
        self.env['res.partner'].search([('parent_id', '=', False)]).xero_exclude = True
        self.assertFalse(self.connection.contacts_text)
        linked, likely = (self.env['res.partner'].create({'name': name, 'is_company': True})
                          for name in ("Linked Ltd", "Likely Ltd"))
        self.env['res.partner'].create([
            {'name': "Both Ltd", 'is_company': True} for _number in range(2)])
        linked.xero_contact_id = self.person.create_contact("Somebody")['ContactID']
        for name in ("LIKELY LIMITED", "Both Limited", "Only There"):
            self.person.create_contact(name)
        self.connection.action_match_contacts()
        self.env.invalidate_all()
        self.assertEqual((self.connection.contacts_state, self.connection.contacts_text), (
            'running', "Contacts are fetched from Xero: 0 so far."))
        self._pull_at_once()
        self.env.invalidate_all()
        self.assertEqual(self.connection.contacts_state, 'done')
        self.assertEqual(
            self.connection.contacts_text,
            "4 contacts in Xero: 1 linked, 1 proposed (0 certain), 1 only there, 1 fit several "
            "partners, or are archived there.")
        self.assertTrue(likely)
