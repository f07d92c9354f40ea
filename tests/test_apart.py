"""What fails for one thing fails by itself."""
import psycopg2

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.core.apart import apart


@tagged('post_install', '-at_install')
class TestApart(TransactionCase):

    def _apart(self, things, broken, error=KeyError):
        """:return: what was done, what failed, and with how many things each call was made"""
        calls, faults = [], []

        def work(some):
            calls.append(len(some))
            for thing in some:
                if thing in broken:
                    raise error(thing)
            return list(some)

        done = apart(self.env, things, work, faults.extend)
        return [one for part in done for one in part], [thing for thing, _e in faults], calls

    def test_all_at_once(self):
        self.assertEqual(self._apart(list(range(64)), ()), (list(range(64)), [], [64]))
        self.assertEqual(self._apart([], ()), ([], [], []))

    def test_one_of_many_is_found_with_few_calls(self):
        done, faults, calls = self._apart(list(range(64)), {13})
        self.assertEqual((done, faults), ([n for n in range(64) if n != 13], [13]))
        self.assertEqual(len(calls), 1 + 8 + 8)

    def test_all_of_many(self):
        done, faults, calls = self._apart(list(range(64)), set(range(64)))
        self.assertEqual((done, faults), ([], list(range(64))))
        self.assertEqual(len(calls), 1 + 8 + 64)

    def test_a_conflict_is_passed_on(self):
        for error in (psycopg2.OperationalError, psycopg2.errors.SerializationFailure):
            with self.subTest(error=error), self.assertRaises(error):
                self._apart([1, 2], {2}, error)

    def test_what_was_done_is_taken_back(self):
        partners = self.env['res.partner'].create([{'name': f"P{n}"} for n in range(20)])

        def work(some):
            some.name = "Done"
            for partner in some:
                if partner == partners[7]:
                    partner.env.cr.execute('SELECT 1 / 0')

        def failed(faults):
            for partner, _error in faults:
                partner.name = "Failed"

        with mute_logger('odoo.sql_db'):
            apart(self.env, partners, work, failed)
        self.assertEqual(partners[7].name, "Failed")
        self.assertEqual(set((partners - partners[7]).mapped('name')), {"Done"})

    def test_a_failure_that_cannot_be_written_down(self):
        """It is logged, and keeps no other from being written down."""
        noted = []

        def failed(faults):
            for thing, _error in faults:
                if thing == 1:
                    raise KeyError(thing)
                noted.append(thing)

        def work(_some):
            raise KeyError

        with self.assertLogs('odoo.addons.account_xero.models.core.apart', 'ERROR') as log:
            self.assertEqual(apart(self.env, [1, 2, 3], work, failed), [])
        self.assertEqual((noted, len(log.records)), ([2, 3], 1))

    def test_queries_do_not_grow(self):
        def queries(count):
            before = self.env.cr.sql_log_count
            self._apart(list(range(count)), ())
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(300), queries(3))
