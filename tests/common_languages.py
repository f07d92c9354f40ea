"""What the tests of languages share: people who read French and German, and a run in English."""
from odoo.tests import HttpCase, new_test_user
from odoo.tools.translate import code_translations

from .common_payment import XeroPaymentCommon
from .common_web_client import WebClient

LANGUAGES = ('fr_FR', 'de_DE', 'en_US')
GROUPS = ','.join((
    'account.group_account_manager', 'account_xero.group_xero_manager', 'base.group_allow_export'))


class XeroLanguagesCommon(XeroPaymentCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        readers = {}
        for lang in LANGUAGES:
            cls.env['res.lang']._activate_lang(lang)
            readers[lang] = new_test_user(
                cls.env, f'reader_{lang}', GROUPS, lang=lang, password=f'reader_{lang}',
                company_id=cls.env.company.id, company_ids=[cls.env.company.id])
        cls.readers = readers

    def _read(self, record, field, lang):
        """:return: a field as the form of somebody's web client shows it"""
        client = WebClient(self, self.readers[lang])
        [row] = client.call(record._name, 'web_read', record.ids, specification={field: {}})
        return row[field]

    def _said(self, source, lang):
        """:return: a text of the code in a language"""
        return code_translations.get_python_translations('account_xero', lang).get(source, source)

    def _assert_read(self, record, field, source, values=None, own='', fields=()):
        """Each reads a text in the own language, with amounts and dates as they are written there.

        :param str source: the English text
        :param values: callable that gets an environment of a reader, for what is in the text
        :param str own: words of Xero's that are in it for all
        :param fields: further fields that have the text in them
        """
        seen = set()
        for lang, reader in self.readers.items():
            env = self.env(user=reader, context={'lang': lang})
            said = self._said(source, lang) % (values(env) if values else ())
            seen.add(said)
            for name in (field, *fields):
                shown = self._read(record, name, lang)
                shown = '\n'.join(alert['message'] for alert in shown.values()) \
                    if isinstance(shown, dict) else shown
                self.assertIn(said, shown, f"{name} in {lang}")
                self.assertIn(own, shown, f"{name} in {lang}")
        self.assertEqual(len(seen), len(LANGUAGES), "each in a language of its own")
