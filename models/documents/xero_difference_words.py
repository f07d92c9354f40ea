"""What a difference is called, in one line, and with what only follows from it."""
from functools import partial

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..core.words import joined, lazy_of

_lt = LazyTranslate(__name__)


class XeroDifference(models.Model):
    _inherit = 'xero.difference'

    def _in_words(self):
        """:return: the difference in one line, for people"""
        self.ensure_one()
        return self._words(self.field, self.here, self.there, self.message)

    @api.model
    def _words(self, field, here, there, message):
        """As :meth:`_in_words`, of the values of a row."""
        return self.env._("%(what)s: %(here)s in Odoo, %(there)s in Xero. %(explanation)s",
                          what=_label(field, self), here=here, there=there,
                          explanation=message or '')

    def _with_effects(self, found, follows):
        """
        :param dict found: {(id, field): values as of :meth:`_note`}
        :param dict follows: {key: key of what it follows from}
        :return: ``found``, with both values of what follows in the explanation of its cause
        :rtype: dict
        """
        effects = {}
        for key, cause in follows.items():
            here, there, *_message = found[key]
            effects.setdefault(cause, []).append(_lt(
                "%(what)s: %(here)s in Odoo, %(there)s in Xero",
                what=lazy_of(self, partial(_label, key[1])), here=here, there=there))
        return {key: (here, there, joined('\n', [
            _lt("It explains this, too:"), *effects[key], *message])
            ) if key in effects else (here, there, *message)
            for key, (here, there, *message) in found.items()}


def _label(field, differences):
    """:return: how people call what differs, in the language of some `xero.difference`"""
    return dict(differences._fields['field']._description_selection(differences.env))[field]
