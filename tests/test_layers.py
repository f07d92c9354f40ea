"""The check of `make lint` that keeps the packages of models/ to their layers."""
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import skipUnless

from odoo.tests import BaseCase, tagged

CHECK = Path(__file__).parent.parent / 'dev' / 'check_layers.py'
LOG = """
from odoo import fields, models

class XeroLog(models.Model):
    _name = 'xero.log'
    _inherit = 'xero.sync.mixin'

    move_id = fields.Many2one('account.move')
    error = fields.Char()
"""
MIXIN = """
from odoo import fields, models

class XeroSyncMixin(models.AbstractModel):
    _name = 'xero.sync.mixin'

    attempts = fields.Integer()

    def _retry(self):
        self.attempts += 1
"""
PULL = """
from odoo import fields, models

class XeroLog(models.Model):
    _inherit = 'xero.log'

    fetched = fields.Boolean()

    def _retry(self):
        # EXTENDS 'account_xero'
        return super()._retry()

    def _xero_fetch(self):
        self.error = False

class XeroEvent(models.Model):
    _name = 'xero.event'
"""
CRON = """<odoo>
    <record id="ir_cron_pull" model="ir.cron">
        <field name="model_id" ref="model_xero_log"/>
        <field name="code">model._xero_fetch()</field>
    </record>
</odoo>"""


@tagged('post_install', '-at_install')
@skipUnless(CHECK.exists(), "Installed without the development kit")
class TestLayers(BaseCase):

    def setUp(self):
        super().setUp()
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.checkout = Path(directory.name)
        self.put('dev/.keep', '')
        self.put('data/ir_cron.xml', CRON)
        self.put('models/__init__.py', 'from . import core\nfrom . import connection\n'
                                         'from . import push\nfrom . import pull\n')
        self.put('models/core/xero_sync_mixin.py', MIXIN)
        self.put('models/connection/xero_log.py', LOG)
        self.put('models/pull/xero_log.py', PULL)

    def put(self, path, text):
        path = self.checkout / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, *arguments):
        """:return: exit code, and what is printed without the summary"""
        done = subprocess.run([sys.executable, CHECK, self.checkout, *arguments],
                              capture_output=True, text=True)
        self.assertFalse(done.stderr)
        return done.returncode, [line for line in done.stdout.splitlines()
                                 if not line.startswith("Upward uses")]

    def names(self, text, path='models/connection/xero_connection.py'):
        """:return: what a file uses that it may not, as {'name, of package'}"""
        self.put(path, text)
        status, lines = self.check()
        self.assertEqual(bool(lines), bool(status))
        return {line.partition('may not use ')[2].rstrip('/') for line in lines}

    def test_what_is_below_may_be_used(self):
        self.assertEqual(self.check(), (0, []))

    def test_uses(self):
        """Every way to use what is above is found."""
        for use, found in (
            ("from ..pull.xero_log import XeroEvent", 'import pull.xero_log.XeroEvent, of pull'),
            ("from odoo.addons.account_xero.models.pull import xero_log",
             'import pull.xero_log, of pull'),
            ("def f(some):\n    some._xero_fetch()", '_xero_fetch, of pull'),
            ("def f(some):\n    getattr(some, '_xero_fetch')()", '_xero_fetch, of pull'),
            ("def f(env):\n    env['xero.event'].search([])", 'xero.event, of pull'),
            ("def f(env):\n    env.ref('account_xero.ir_cron_pull')",
             'account_xero.ir_cron_pull, of pull'),
            ("def f(env):\n    env['xero.log'].fetched", 'fetched, of pull'),
            ("def f(env):\n    env['xero.log'].search([('fetched', '=', True)])",
             'fetched, of pull'),
            ("def f(env):\n    for log in env['xero.log'].sudo().browse(1):\n"
             "        log.write({'fetched': True})", 'fetched, of pull'),
            ("def f(env):\n    env['xero.log'].filtered(lambda log: log.fetched)",
             'fetched, of pull'),
            ("def f(cr):\n    cr.execute('DELETE FROM xero_event WHERE true')",
             'xero.event, of pull'),
            ("from odoo import api, fields, models\n\nclass XeroLog(models.Model):\n"
             "    _inherit = 'xero.log'\n\n    @api.depends('move_id.name', 'fetched')\n"
             "    def _compute_text(self):\n        self.text = self.attempts",
             'fetched, of pull'),
        ):
            with self.subTest(use=use):
                self.assertEqual(self.names(use), {found})

    def test_override_is_a_use(self):
        """What extends a method of a higher package would vanish by the order of loading."""
        self.assertEqual(self.names(
            "from odoo import models\n\nclass XeroLog(models.Model):\n    _inherit = 'xero.log'\n\n"
            "    def _xero_fetch(self):\n        return super()._xero_fetch()"),
            {'_xero_fetch, of pull'})

    def test_no_use(self):
        """Names of Odoo's, texts for people and docstrings are no uses."""
        self.assertFalse(self.names(
            '"""Calls xero.event and _xero_fetch."""\n\ndef f(some):\n'
            '    """_xero_fetch"""\n    some.fetched = "was fetched"\n    some._retry()'))

    def test_push_and_pull_do_not_know_each_other(self):
        self.put('models/push/xero_request.py', MIXIN.replace('xero.sync.mixin', 'xero.request')
                   .replace('_retry', '_xero_send').replace('attempts', 'sent'))
        self.assertEqual(self.names("def f(some):\n    some._xero_send()", 'models/pull/run.py'),
                         {'_xero_send, of push'})
        self.put('models/pull/run.py', '')
        self.assertEqual(self.names("def f(some):\n    some._xero_fetch()", 'models/push/run.py'),
                         {'_xero_fetch, of pull'})

    def test_imports(self):
        """xero/ knows no Odoo, and nobody else speaks HTTP."""
        for path, text in (
            ('xero/client.py', "from odoo import fields"),
            ('xero/client.py', "from ..models.core import kinds"),
            ('models/core/kinds.py', "import urllib.request"),
            ('models/core/kinds.py', "from ...wizard import xero_push_wizard"),
            ('wizard/xero_push_wizard.py', "from requests import Session"),
        ):
            with self.subTest(path=path, text=text):
                self.put(path, text)
                status, [line] = self.check()
                self.assertEqual((status, line.split(' ')[0]), (1, f'{path}:1:'))
                self.put(path, '')
        self.put('models/core/kinds.py', "from ...xero import limits")
        self.assertEqual(self.check(), (0, []))

    def test_ceiling_only_shrinks(self):
        path, use = 'models/connection/use.py', "def f(some):\n    some._xero_fetch()\n"
        self.put(path, use + "    some._xero_fetch()\n")
        self.assertEqual(self.check('--write'), (0, []))
        ceiling = self.checkout / 'dev' / 'layers.json'
        self.assertEqual(json.loads(ceiling.read_text()), {
            'connection -> pull': {'_xero_fetch': [2, 'still to be cut']}})
        self.put(path, use)
        status, [line] = self.check()
        self.assertEqual(status, 1)
        self.assertIn("2 allowed, 1 left", line)
        self.assertEqual(self.check('--write'), (0, []))
        self.put(path, use + "    some._xero_fetch()\n    some._retry()\n")
        self.assertEqual(self.check('--write')[0], 1)
        self.put(path, '')
        self.assertEqual(self.check('--write'), (0, []))
        self.assertEqual(json.loads(ceiling.read_text()), {})

    def test_ceiling_wants_reasons(self):
        self.put('models/connection/use.py', "def f(some):\n    some._xero_fetch()\n")
        self.put('dev/layers.json', json.dumps({'connection -> pull': {'_xero_fetch': [1, '']}}))
        status, [line] = self.check()
        self.assertEqual(status, 1)
        self.assertIn("has no reason", line)

    def test_places(self):
        """Each file has a layer, and the layers are loaded from the ground up."""
        self.put('models/stray.py', '')
        self.put('models/__init__.py', 'from . import pull\nfrom . import core\n')
        status, lines = self.check()
        self.assertEqual((status, [line.split(' ')[0] for line in lines]),
                         (1, ['models/stray.py:1:', 'models/__init__.py:1:']))
