"""Messages and manual call buttons, menus and fields by the names that these have."""
import io
import re
from pathlib import Path

import polib
from docutils.core import publish_doctree
from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

#: Names in README.rst that are Odoo's own or Xero's.
OF_ODOO = {'Accounting', 'Apps', 'Configuration', 'Group of Taxes', 'Invoicing', 'Resequence',
           'Run Manually', 'Settings', 'Update Apps List'}
OF_XERO = {'My Apps', 'New app', 'Webhooks', 'Webhooks key', 'Invoices', 'Credit notes',
           'BAS Excluded', 'No VAT', 'Mobile or desktop app', 'custom connection',
           'Send "Intent to receive"', 'Settings > Connected apps',
           'Settings', 'Connected apps', 'Prepayments', 'Overpayments', 'History'}
#: Buttons that a document's alert has, which no view names.
OF_ALERTS = {'Void it in Xero', 'Ask ...'}
#: What README.rst emphasises and is no name.
OTHER = {'Server', 'wkhtmltopdf', 'Documents stay grey.', 'An old invoice says Not in Xero.',
         'The webhook stays unverified in Xero.'}


@tagged('post_install', '-at_install')
class TestTexts(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        exported = io.BytesIO()
        trans_export(None, ['account_xero'], exported, 'po', cls.env)
        cls.texts = {' '.join(re.sub('<[^>]+>', '', entry.msgid).split())
                     for entry in polib.pofile(exported.getvalue().decode())}

    def _buttons(self):
        views = self.env['ir.ui.view'].search([]).filtered(
            lambda view: view.xml_id.startswith('account_xero.'))
        return {name for view in views for name in etree.fromstring(view.arch).xpath(
            '//button/@string')}

    def test_messages_name_buttons_that_there_are(self):
        buttons = {*self._buttons(), *OF_ALERTS, 'Send "Intent to receive"'}
        button = re.compile(f"({'|'.join(map(re.escape, buttons))})($|[.,;]| (and|in|on|to)\\b)")
        named = [(text, rest) for text in self.texts
                 for rest in re.findall(r'\b[Pp]ress (.*)', text)]
        self.assertGreater(len(named), 8)
        self.assertEqual([text for text, rest in named if not button.match(rest)], [])

    def test_messages_name_menus_that_there_are(self):
        pages = tuple(self.env.ref('account_xero.menu_xero_mapping').child_id.mapped('name'))
        named = [rest for text in self.texts for rest in re.findall('Mapping > (.*)', text)]
        self.assertGreater(len(named), 3)
        self.assertEqual([rest for rest in named if not rest.startswith(pages)], [])

    def test_messages_have_no_markup(self):
        self.assertEqual([text for text in self.texts if re.search(r'\*\w[^*]*\*|``', text)], [])

    def test_the_manual_is_drawn_as_it_is_meant(self):
        for path in Path(__file__).parent.parent.glob('*.rst'):
            with self.subTest(path=path.name):
                # What docutils does not understand is raised.
                drawn = publish_doctree(path.read_text(), settings_overrides={
                    'report_level': 2, 'halt_level': 2})
                self.assertTrue(drawn.children)

    def test_the_manual_names_what_there_is(self):
        text = (Path(__file__).parent.parent / 'README.rst').read_text()
        text, _rest = text.split('\nWhat it survives\n')
        names = [' '.join(name.split()) for name in re.findall(
            r'(?<![*\w`])\*(\w[^*]{0,60})\*(?![*\w])', text)]
        self.assertGreater(len(names), 80)
        module = self.env.ref('base.module_account_xero')
        known = {name.rstrip('.').casefold() for name in (
            *self.texts, *OF_ALERTS, *OF_ODOO, *OF_XERO, *OTHER, module.shortdesc)}
        self.assertEqual([name for name in names for part in name.split(' > ')
                          if part.rstrip('.').casefold() not in known], [])
