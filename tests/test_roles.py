"""*Who may do what* in README.rst says what the tables say that the tests ask by RPC."""
from pathlib import Path

from odoo.tests import BaseCase, tagged

from .access_table import FIELDS, MODELS

#: Columns of the table, by kind of user.
COLUMNS = ('invoicing', 'accountant', 'synchronise', 'manage', 'administrator')
#: What a row is about, by a word of it: the model and the operation that stand for it.
ROWS = {
    'badge': ('xero.payment.link', 'r'), 'dashboard': ('xero.problem', 'r'),
    'Month end': ('xero.invoicing.run', 'w'),
    'Sync now': ('xero.push.wizard', 'w'), 'contact in Xero': ('xero.contact.wizard', 'c'),
    'Choose accounts': ('xero.fix.wizard', 'c'), 'Match contacts': ('xero.contact.match', 'w'),
    'First synchronisation': ('xero.first.sync.wizard', 'c'),
    'import from': ('xero.unmatched', 'w'), 'delete a connection': ('xero.connection', 'd'),
}
#: The same for what certain fields stand for.
FIELD_ROWS = {
    'keep a partner out': ('res.partner', 'xero_exclude'),
    'Choose accounts': ('account.account', 'xero_account_id'),
    'switches': ('xero.connection', 'auto_sync'), 'secret': ('xero.connection', 'client_secret')}


@tagged('post_install', '-at_install')
class TestRoles(BaseCase):

    def setUp(self):
        super().setUp()
        manual = (Path(__file__).parents[1] / 'README.rst').read_text()
        table = manual.split('.. roles begin')[1].split('.. roles end')[0]
        _head, *rows = table.split('   * - ')[1:]
        self.rows = {}
        for row in rows:
            what, *cells = (' '.join(cell.split()) for cell in row.split('\n     - '))
            self.assertEqual(set(cells) - {'yes', '–'}, set(), what)
            self.rows[what] = {
                kind for kind, cell in zip(COLUMNS, cells, strict=True) if cell == 'yes'}

    def _who(self, word):
        [row] = [kinds for what, kinds in self.rows.items() if word in what]
        return row

    def test_models(self):
        for word, (model, operation) in ROWS.items():
            with self.subTest(word):
                self.assertEqual(self._who(word), {
                    kind for kind, operations in MODELS[model].items()
                    if operation in operations})

    def test_fields(self):
        for word, (model, name) in FIELD_ROWS.items():
            with self.subTest(word):
                [right] = [kind for kind, names in FIELDS[model].items() if name in names]
                self.assertEqual(self._who(word), {
                    'synchronise': {'synchronise', 'manage'}}.get(right, {right}))

    def test_who_may_not_asks(self):
        self.assertEqual(self._who('Ask by a button'), self._who('badge') - {'manage'})

    def test_each_row_is_checked(self):
        words = {*ROWS, *FIELD_ROWS, 'Ask by a button'}
        self.assertEqual(
            [what for what in self.rows if not any(word in what for word in words)], [])
