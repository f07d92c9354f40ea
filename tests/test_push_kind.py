"""A kind of what is sent is one file: this one adds a kind, with nothing else touched."""
from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged

from ..models.core.problem import Problem
from .common import XeroTimeCommon

BRANCH, KIND = 'xero.test.branch', 'xero.push.test.branch'


class XeroTestBranch(models.Model):
    """A place of business, which is known in Xero as a contact."""

    _name = BRANCH
    _inherit = 'xero.sync.mixin'
    _description = "Branch"
    _module = None

    name = fields.Char(required=True)
    company_id = fields.Many2one('res.company', required=True)
    xero_contact_id = fields.Char()


class XeroPushTestBranch(models.AbstractModel):
    _name = KIND
    _inherit = 'xero.push.kind'
    _description = "Branches Sent to Xero"
    _module = None

    _model = BRANCH
    _operations = {'branch': "Create branches"}
    _identity = ('ContactID', 'ContactNumber')
    _id_fields = ('ContactID',)

    def _domain(self, connections):
        return fields.Domain([
            ('company_id', 'in', connections.company_id.ids), ('xero_state', '=', 'pending')])

    def _prepare(self, connection, records):
        return self.env['xero.request']._batches(
            connection, 'branch', 'Contacts', [self._body(record) for record in records],
            [{'id': record.id, 'revision': record.xero_revision} for record in records], 'Contacts')

    def _body(self, record):
        return {'Name': record.name, 'ContactNumber': f'BRANCH-{record.id}'}

    def _find_in_xero(self, request):
        return self.env['xero.push']._get_rows(request.connection_id, 'Contacts', [
            {'where': f'ContactNumber=="{element["ContactNumber"]}"'}
            for element in request._elements()])

    def _recover(self, request, found):
        self._link({row['ContactNumber']: row['ContactID'] for row in found})
        return super()._recover(request, found)

    def _apply(self, request, done, answer):
        self._link({f'BRANCH-{item["id"]}': result.xero_id for item, result in done}, answer)

    def _link(self, ids, answer=None):
        branches = self.env[BRANCH].browse(int(number.split('-')[1]) for number in ids)
        branches._xero_store([
            (branch, {**branch._xero_success(), 'xero_contact_id': ids[f'BRANCH-{branch.id}']})
            for branch in branches], answer)

    def _fail(self, connection, rejections):
        for rejection in rejections:
            for branch in self._get_rejected(connection, rejection)[0]:
                branch._xero_fail([Problem(rejection.code, self._words(rejection))])


class XeroConnection(models.Model):
    _name = 'xero.connection'
    _inherit = ['xero.connection']
    _module = None

    def _push_kinds(self):
        return [*super()._push_kinds(), self.env[KIND]]


@tagged('post_install', '-at_install')
class TestPushKind(XeroTimeCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        connection = cls.registry['xero.connection']
        cls.addClassCleanup(cls._forget, connection, connection._base_classes__)
        for model in (XeroTestBranch, XeroPushTestBranch, XeroConnection):
            add_to_registry(cls.registry, model)
        cls.registry._setup_models__(cls.env.cr, [BRANCH, KIND, 'xero.connection'])
        cls.registry.init_models(cls.env.cr, [BRANCH], {'module': 'account_xero'})

    @classmethod
    def _forget(cls, connection, bases):
        """Leave the registry as it was; the table goes with the transaction."""
        connection._base_classes__ = bases
        for name in (BRANCH, KIND):
            del cls.registry.models[name]
        cls.registry._setup_models__(cls.env.cr, ['xero.connection'])

    def _branches(self, *names):
        branches = self.env[BRANCH].sudo().create([
            {'name': name, 'company_id': self.company.id} for name in names])
        branches.write(branches._xero_queue_values())
        return branches

    def _in_xero(self):
        return [contact['Name'] for contact in self.org.contacts
                if (contact.get('ContactNumber') or '').startswith('BRANCH-')]

    def test_it_is_sent(self):
        branches = self._branches("North", "South")
        self._push()
        self.assertEqual(branches.mapped('xero_state'), ['synced'] * 2)
        self.assertTrue(all(branches.mapped('xero_contact_id')))
        self.assertEqual(sorted(self._in_xero()), ["North", "South"])
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Contacts')), 1)
        self.assertFalse(self._requests())
        self._push()
        self.assertEqual(len(self.sandbox.calls_to('PUT', '/Contacts')), 1)

    def test_once_whatever_becomes_of_the_answer(self):
        for fault in ('cut_before', 'cut_after'):
            for minutes in (2, 7):      # while Xero remembers the key, and later
                with self.subTest(fault=fault, minutes=minutes):
                    branch = self._branches(f"{fault} {minutes}")
                    self.sandbox.inject(fault, 'PUT', '/Contacts')
                    self._push()
                    self.assertEqual((branch.xero_state, branch.xero_attempts), ('pending', 1))
                    self._later(minutes=minutes)
                    self._push()
                    self.assertEqual(branch.xero_state, 'synced', branch.xero_error_message)
                    self.assertEqual(self._in_xero().count(branch.name), 1)
                    self.assertFalse(self._requests())

    def test_what_fails_says_why_and_holds_up_nothing(self):
        good, taken = self._branches("Good", "Taken")
        self.org.as_person.create_contact("Taken")
        faulty = self._branches("Faulty")
        repair = self._break_body(faulty)
        bill = self._bill()
        self._push()
        self.assertEqual((good.xero_state, taken.xero_state, faulty.xero_state),
                         ('synced', 'failed', 'failed'))
        self.assertEqual(taken.xero_error_code, 'contact_collision')
        self.assertIn("log", faulty.xero_error_message)
        self._synced(bill)
        repair()
        faulty.write(faulty._xero_queue_values(manual=True))
        self._push()
        self.assertEqual(faulty.xero_state, 'synced')

    def _break_body(self, branch):
        broken, original = [branch.id], self.registry[KIND]._body

        def body(kind, record):
            if record.id in broken:
                raise KeyError('theirs')
            return original(kind, record)
        self.patch(self.registry[KIND], '_body', body)
        return broken.clear

    def test_an_answer_to_it_is_nobody_else_s(self):
        """A branch has the id of a document, and is not taken for it."""
        branch = self._branches("Mine")
        bill = self._bill()
        self.env.flush_all()
        self.env.cr.execute("UPDATE xero_test_branch SET id = %s WHERE id = %s",
                            [bill.id, branch.id])
        self.env.invalidate_all()
        self._push()
        branch = self.env[BRANCH].sudo().browse(bill.id)
        self.assertEqual(branch.xero_state, 'synced')
        self.assertNotEqual(branch.xero_contact_id, bill.xero_document_id)
        self._synced(bill)
