"""Texts that a run writes and people read: each reads them in a language of their own.

A run has nobody's language. What it writes is made with Odoo's ``LazyTranslate``, in which amounts,
dates and names are the ones of this file, and is kept in fields with ``translate=True``: in
English and in every language that is installed at the time. Whoever uses a language that was
installed later reads English, until it is written anew.

What Xero answers is a plain text, which is the same in all languages.
"""
from psycopg2.extras import Json

from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang
from odoo.tools.translate import LazyGettext


class _Value(LazyGettext):
    """A part of a text that each language writes in a way of its own.

    :param say: callable that gets the code of a language
    """

    __slots__ = ('_said', '_say')

    def __init__(self, say):
        super().__init__('', _module='account_xero')
        self._say, self._said = say, {}

    def _translate(self, lang=''):
        # OVERRIDES 'base'
        lang = lang or 'en_US'
        if lang not in self._said:
            self._said[lang] = self._say(lang)
        return self._said[lang]


def lazy_amount(currency, amount):
    """
    :param recordset currency: `res.currency`
    :param amount: Decimal or float
    :return: the amount with its currency, as part of a lazy text
    """
    return _Value(lambda lang: formatLang(
        currency.with_context(lang=lang).env, float(amount), currency_obj=currency))


def lazy_sum(env, amount, code):
    """
    :param amount: Decimal or float in a currency that may be unknown here, None for no amount
    :param str code: of the currency
    :return: the amount with the currency, as part of a lazy text
    """
    if amount is None:
        return ''
    return _Value(lambda lang: ' '.join(filter(None, (
        formatLang(env(context={**env.context, 'lang': lang}), float(amount)), code))))


def lazy_date(env, date):
    """:return: a date, as part of a lazy text, that nobody can read as another one, as they could
        09/03/2026 in a history that is in one language for all; none is left empty"""
    return _Value(lambda lang: format_date(env, date, lang_code=lang, date_format='medium'))


def lazy_name(records, field='display_name'):
    """
    :param recordset records: any number, of a model whose names may be translated
    :return: their names, as part of a lazy text
    """
    return _Value(lambda lang: ', '.join(filter(None, records.with_context(
        lang=lang).mapped(field))))


def lazy_of(record, what):
    """
    :param recordset record: that something is said of
    :param what: callable that gets it, in the language of who reads it, and returns a text
    :return: that text, as part of a lazy one
    """
    return _Value(lambda lang: what(record.with_context(lang=lang)))


def joined(separator, parts):
    """
    :param str separator: what is between two parts
    :param parts: texts, lazy ones and others; empty ones are left out
    :return: all of them as one text
    """
    parts = [part for part in parts if part or isinstance(part, LazyGettext)]
    if not any(isinstance(part, LazyGettext) for part in parts):
        return separator.join(parts)
    return _Value(lambda lang: separator.join(filter(None, (
        say(part, lang) for part in parts))))


def say(words, lang):
    """:return: str: a text, lazy or not, in one language"""
    return words._translate(lang) if isinstance(words, LazyGettext) else words


def languages_of(env):
    """:return: codes of the languages in which texts are kept: English, which all others fall back
        to, and those that are installed
    :rtype: set"""
    return {'en_US', *(code for code, _name in env['res.lang'].get_installed())}


def in_words(env, words):
    """:return: str: a text, lazy or not, in the language of who reads it"""
    return say(words, env.lang or 'en_US')


def write_words(record, values):
    """Write texts in every language, for a record that is not written by the thousand.

    :param recordset record: a single one
    :param dict values: {field with ``translate=True``: text, lazy or not}
    """
    for lang in sorted(languages_of(record.env), key='en_US'.__ne__):
        record.with_context(lang=lang).write(
            {name: say(words, lang) or False for name, words in values.items()})


def store_words(field, words):
    """Write a text of any number of records in every language, with one statement.

    :param str field: with ``translate=True``
    :param dict words: {record: text, lazy or not}
    """
    if not words:
        return
    records = next(iter(words)).union(*words)
    records.flush_recordset([field])
    records.env.cr.execute(SQL(
        "UPDATE %s AS old SET %s = new.words::jsonb FROM (VALUES %s) AS new (id, words)"
        " WHERE old.id = new.id", SQL.identifier(records._table), SQL.identifier(field),
        SQL(', ').join(SQL("%s", (record.id, column_value(record.env, text)))
                       for record, text in words.items())))
    records.invalidate_recordset([field])


def column_value(env, words):
    """:return: a text, lazy or not, as a column with ``translate=True`` has it"""
    languages = in_languages(env, words)
    return languages and Json(languages)


def in_languages(env, words):
    """
    :param words: a text, lazy or not
    :return: value of a column with ``translate=True``: {language: text}, None for no text
    :rtype: dict | None
    """
    if not isinstance(words, LazyGettext):
        return {'en_US': words} if words else None
    return {lang: say(words, lang) for lang in languages_of(env)}
