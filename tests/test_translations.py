"""Every text that a person reads can be translated, and is, into the languages that are here."""
import io
import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

FOLDER = Path(__file__).parent.parent / 'i18n'
LANGUAGES = ('de', 'es', 'fr')
PLACEHOLDER = re.compile(r'%\(\w+\)[.\d]*[sdf]|%[.\d]*[sdf]|<[^>]+>')


@tagged('post_install', '-at_install')
class TestTranslations(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = polib.pofile(str(FOLDER / 'account_xero.pot'))
        cls.texts = {entry.msgid for entry in cls.template}

    def test_no_text_is_missing_from_the_template(self):
        exported = io.BytesIO()
        trans_export(None, ['account_xero'], exported, 'po', self.env)
        now = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}
        self.assertFalse(now - self.texts, "not in the template: export it anew")
        self.assertFalse(self.texts - now, "no text of the module any more")

    def test_every_language_has_every_text(self):
        for language in LANGUAGES:
            with self.subTest(language=language):
                catalogue = polib.pofile(str(FOLDER / f'{language}.po'))
                self.assertEqual({entry.msgid for entry in catalogue}, self.texts)
                self.assertEqual([entry.msgid for entry in catalogue if not entry.msgstr], [])

    def test_placeholders_and_tags_are_kept(self):
        for language in LANGUAGES:
            with self.subTest(language=language):
                self.assertEqual([
                    entry.msgid for entry in polib.pofile(str(FOLDER / f'{language}.po'))
                    if sorted(PLACEHOLDER.findall(entry.msgstr)) != sorted(
                        PLACEHOLDER.findall(entry.msgid))], [])
