"""What is on its way to Xero stays here until Xero has answered, and is on its way once."""
from importlib.util import module_from_spec, spec_from_file_location

from psycopg2.errors import ForeignKeyViolation, RestrictViolation, UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from .common_payment import XeroPaymentCommon
from .common_process import XeroProcessCase


@tagged('post_install', '-at_install')
class TestPushElements(XeroPaymentCommon):

    def _values(self, *moves):
        return self.env['xero.request']._batches(
            self.connection, 'create', 'Invoices', [{'Type': 'ACCPAY'} for _move in moves],
            [{'id': move.id, 'revision': None} for move in moves], 'Invoices')

    def _prepared(self, *moves):
        """:return: a request that has not left yet, as a process that dies then leaves it"""
        return self.env['xero.request'].sudo()._store(self._values(*moves))

    def _elements(self):
        return self.env['xero.request.element'].sudo().search([])

    def test_deleted_between_prepared_and_departed(self):
        """It goes, and so does the request; the others of it go out from the queue."""
        bill, other = self._bill(), self._bill()
        request = self._prepared(bill, other)
        bill.button_draft()
        bill.unlink()
        self.assertFalse(request.exists())
        self.assertFalse(request._depart())
        self._push()
        self._synced(other)
        self.assertEqual(len(self.org.invoices), 1)

    def test_deleted_after_departure(self):
        bill = self._bill()
        self._prepared(bill)._depart()
        bill.button_draft()
        with self.assertRaisesRegex(UserError, "on its way"):
            bill.unlink()

    def test_deleted_before_it_is_stored(self):
        """It was prepared, and is not there any more when its request is stored."""
        bill, other = self._bill(), self._bill()
        values = self._values(bill, other)
        bill.button_draft()
        bill.unlink()
        self.assertFalse(self.env['xero.request'].sudo()._store(values))
        self._push()
        self._synced(other)

    def test_once_at_a_time(self):
        bill = self._bill()
        first = self._prepared(bill)
        self.assertFalse(self._prepared(bill), "left out")
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), \
                self.env.cr.savepoint():
            first.copy()
        first.unlink()
        self.assertTrue(self._prepared(bill))

    def test_a_payment(self):
        payment = self._pay(self._pushed(), amount=50)
        self.sandbox.inject('cut_before', 'PUT', '/Payments')
        self._push()
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "on its way"):
            payment.unlink()
        self._requests().write({'sent_at': False, 'attempts': 0})
        payment.unlink()
        self.assertFalse(self._requests())

    def test_what_could_not_be_applied_is_kept_alone(self):
        bad, good = self._bill(), self._bill()
        repair = self._break('_xero_apply_answer', bad)
        with mute_logger('odoo.addons.account_xero.models.push.xero_request'):
            self._push()
        self.assertEqual(self._elements().move_id, bad)
        self._synced(good)
        repair()
        self._push_on(bad)
        self._synced(bad)
        self.assertFalse(self._elements())

    def test_a_request_of_the_version_before(self):
        """The upgrade keeps its records, too."""
        bill = self._bill()
        request = self._prepared(bill)
        self._elements().unlink()
        spec = spec_from_file_location('post_migration', file_path(
            'account_xero/migrations/19.0.1.3.0/post-migration.py'))
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, '19.0.1.2.0')
        [element] = self._elements()
        self.assertEqual((element.request_id, element.move_id), (request, bill))


@tagged('post_install', '-at_install')
class TestPushElementsCrash(XeroProcessCase):

    def _held(self):
        """A bill whose request is stored, in a process that waits for a token.

        :return: (bill, process, hold)
        """
        bill = self._bill()
        self._link_partner(bill)
        self._sql("UPDATE xero_token SET expires_at = '2000-01-01'")
        hold = self.sandbox.hold('POST', '/connect/token')
        process = self.office.start('xero.connection', [self.connection], '_push')
        self.assertTrue(hold.wait())
        self.assertEqual(self._sql("SELECT sent_at FROM xero_request"), [(None,)])
        return bill, process, hold

    def test_a_transaction_that_does_not_see_the_request(self):
        """Whoever began before it was stored cannot delete what it is about."""
        bill, process, hold = self._held()
        with self.assertRaises((ForeignKeyViolation, RestrictViolation)):
            self._sql("DELETE FROM account_move WHERE id = %s", bill)
        hold.release()
        self.office.result(process)
        self.assertEqual(self._move(bill)[0], 'synced')

    def test_deleted_by_another_process(self):
        bill, process, hold = self._held()
        other = self._bill()
        self._link_partner(other)
        self.office.call('account.move', [bill], 'button_draft')
        self.office.call('account.move', [bill], 'unlink')
        hold.release()
        self.office.result(process)
        self.assertFalse(self._sql("SELECT id FROM xero_request"))
        self.office.call('xero.connection', [self.connection], '_push')
        self.assertEqual(self._move(other)[0], 'synced')
        self.assertEqual(len(self.org.invoices), 2)
