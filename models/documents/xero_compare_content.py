from decimal import Decimal
from functools import partial
from typing import NamedTuple

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero import sums
from ..core.kinds import GONE
from ..core.words import joined, lazy_amount
from .xero_difference import INSIDE

_lt = LazyTranslate(__name__)

#: Xero: places of CurrencyRate.
RATE = Decimal('0.000001')


class Content(NamedTuple):
    """What is inside a document: its currency's rate, None where none is needed or told, and the
    sums of its lines, None where they are not told."""

    rate: Decimal | None
    sums: dict | None
    tax: Decimal | None


class XeroCompareContent(models.AbstractModel):
    """Whether both sides have the same inside of documents, whatever the totals are: tax, rate of
    the currency, and what the lines come to an account, a tax rate and a tracking option.

    A document that is in Xero as it is here is held against what was sent: what an account or a tax
    is mapped to may have changed since. Where that is not known, as of what was made in Xero, it is
    held against what would be sent now.
    """

    _name = 'xero.compare.content'
    _description = "Compare the Inside of Documents with Xero"

    def _compare(self, connection, documents):
        """List what differs inside, and take from the list what agrees again.

        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        """
        moves = self.env['account.move'].union(*documents)
        found, unsent, follows = self._find(connection, documents)
        self.env['xero.difference']._replace(
            connection, moves, INSIDE, found,
            {move.id for move, document in documents.items() if document.is_fixed}, unsent, follows)
        self._keep_lines(documents, found)

    def _keep_lines(self, documents, found):
        """Keep the lines that Xero has of the documents in which anything differs.

        :param dict documents: {`account.move`: documents.Document}
        :param dict found: {(id, field): values} of what differs
        """
        differing = {move_id for move_id, _field in found}
        if some := {move: document for move, document in documents.items()
                    if move.id in differing and document.raw_lines}:
            self.env['xero.difference']._keep_lines(some)

    def _find(self, connection, documents):
        """
        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        :return: what differs inside, {(id, field of `xero.difference`): (here, there,
            explanation)}, which of it has changed here only, and what only follows from another
            difference, {(id, field): field}
        :rtype: tuple(dict, set, dict)
        """
        compared = {
            move.with_company(connection.company_id): document
            for move, document in documents.items()
            if document.status not in GONE and (
                move.state == 'posted' or move.state == 'draft' and move.xero_origin)}
        if not compared:
            return {}, set(), {}
        theirs, mapped = self._contents_there(connection, compared.values())
        known = self.env['xero.difference'].sudo()._of_documents(
            self.env['account.move'].union(*compared)).grouped('res_id')
        found, unsent, follows = {}, set(), {}
        for move, document in compared.items():
            here, there, names, own = self._differing(
                move, connection, theirs[document.xero_id], mapped, known.get(move.id))
            unsent |= {(move.id, name) for name in own}
            explanation = names and self._explanation(move, document)
            found |= {(move.id, name): (here, there, move, explanation) for name in names}
            follows |= {(move.id, name): cause for name, cause in self._consequences(
                move, document, here, there).items() if cause in names}
        return self._in_words(connection, found) if found else {}, unsent, follows

    def _consequences(self, move, document, here, there):
        """:return: which differences of a document follow from another one, as of
            :func:`sums.consequences`"""
        if None in (here.tax, there.tax, document.total):
            return {}
        return sums.consequences(
            here.sums, there.sums, there.tax - here.tax,
            document.total - move._xero_decimal(move.amount_total))

    def _counting(self, here, there, mapped):
        """
        :param Content here: here
        :param Content there: in Xero
        :param set mapped: identifiers of tracking options that something here is mapped to
        :return: the Content in Xero without the tracking options that nothing here knows
        """
        options = there.sums and there.sums[sums.TRACKING]
        if not options:
            return there
        known = mapped | ((here.sums or {}).get(sums.TRACKING) or {}).keys()
        return there._replace(sums={**there.sums, sums.TRACKING: {
            key: amounts for key, amounts in options.items() if key in known}})

    def _differing(self, move, connection, there, mapped, known):
        """
        :param Content there: in Xero
        :param set mapped: identifiers of tracking options that something here is mapped to
        :param recordset known: `xero.difference` of this document, or None
        :return: the Content here, that in Xero as far as both are to be compared, the fields that
            differ, and those that have changed here only
        :rtype: tuple(Content, Content, set, set)
        """
        base = self._content_sent(move)
        if base and move.xero_state == 'synced':
            there = self._counting(base, there, mapped)
            return base, there, self._names(base, there), set()
        no_tax = self.env['xero.tax.rate']._no_tax_type(connection)
        here = self._content_here(move, connection, no_tax)
        # What came from there without tax has none here, whatever is chosen for that.
        here, whole = (each._replace(sums=sums.with_no_tax(each.sums, no_tax))
                       for each in (here, there))
        there = self._counting(here, whole, mapped)
        names = self._names(here, there)
        if move.xero_state not in ('pending', 'failed') or move.xero_origin:
            return here, there, names, set()
        changed = self._names(base, self._counting(base, whole, mapped)) if base else set(
            known.filtered(lambda row: not row.unsent).mapped('field') if known else ())
        # What has changed here only is about to be sent, or was refused.
        return (here, there, names & changed, set()) if move.xero_state == 'pending' \
            else (here, there, names, names - changed)

    def _names(self, here, there):
        """:return: the fields of `xero.difference` in which two contents differ
        :rtype: set(str)"""
        names = set()
        if None not in (here.rate, there.rate) and here.rate != there.rate:
            names.add('rate')
        if None not in (here.tax, there.tax) and here.tax != there.tax:
            names.add('tax')
        for what in (sums.ACCOUNT, sums.TAX_RATE, sums.TRACKING):
            mine, others = ((each.sums or {}).get(what) for each in (here, there))
            if None not in (mine, others) and mine != others:
                names.add(what)
        return names

    # === BOTH SIDES === #

    def _content_sent(self, move):
        """:return: the Content that Xero got last, None where that is not known"""
        sent = move.xero_sent
        if not sent or move.xero_origin:
            return None
        rate, content = sent['header'].get('CurrencyRate'), sums.from_json(sent['sums'])
        return Content(rate and Decimal(str(rate)).quantize(RATE), content,
                       sums.total_tax(content))

    def _content_here(self, move, connection, no_tax):
        """:return: the Content that would be sent now"""
        base = connection.base_currency
        rated = move.currency_id.name != base and move.company_currency_id.name == base
        content = sums.add_up(self.env['xero.amounts']._sum_rows(move, no_tax))
        return Content(
            Decimal(f'{move.invoice_currency_rate:.6f}') if rated else None, content,
            sums.total_tax(content))

    def _contents_there(self, connection, documents):
        """
        :param documents: documents.Document
        :return: {identifier: Content}, and the identifiers of the tracking options in it that
            analytic accounts are mapped to
        """
        documents = list(documents)
        lines = [line for document in documents for line in document.lines]
        accounts = self.env['xero.account']._xero_find(
            connection, [line for line in lines if not line.account_id])
        options = self.env['xero.tracking.option']._xero_find(
            connection, {tracking for line in lines for tracking in line.tracking})
        found = self.env['xero.tracking.option'].union(*options.values())
        mapped = self.env['account.analytic.account'].with_company(connection.company_id).search([
            ('company_id', 'in', (False, *connection.company_id._xero_together().ids)),
            ('xero_tracking_option_id', 'in', found.ids),
        ]).xero_tracking_option_id if found else found
        by_code = {key: account.xero_id for key, account in accounts.items()}
        ids = {tracking: option.xero_id for tracking, option in options.items()}
        return {
            document.xero_id: Content(
                document.currency_rate.quantize(RATE)
                if document.currency_rate and document.currency_code != connection.base_currency
                else None,
                sums.of_document(document, by_code, ids), document.total_tax)
            for document in documents
        }, set(mapped.mapped('xero_id'))

    # === FOR PEOPLE === #

    def _in_words(self, connection, found):
        """
        :param dict found: {(id, field): (Content here, Content there, `account.move`,
            explanation)}
        :return: as :meth:`_find`
        """
        keys = {what: {key for (_id, name), (*contents, _move, _text) in found.items()
                       if name == what for content in contents for key in content.sums[what]}
                for what in (sums.ACCOUNT, sums.TAX_RATE, sums.TRACKING)}
        names = {
            what: {row[row._xero_key]: row.display_name for row in self.env[model].with_context(
                active_test=False).search([
                    ('connection_id', '=', connection.id),
                    (self.env[model]._xero_key, 'in', list(keys[what]))])} if keys[what] else {}
            for what, model in ((sums.ACCOUNT, 'xero.account'), (sums.TAX_RATE, 'xero.tax.rate'),
                                (sums.TRACKING, 'xero.tracking.option'))}
        names[sums.TAX_RATE].setdefault('NONE', _lt("No tax"))
        return {
            (move_id, field): (*self._values(field, here, there, move, names), text)
            for (move_id, field), (here, there, move, text) in found.items()}

    def _values(self, field, here, there, move, names):
        """:return: what one field is here and there, texts, which may be lazy ones
        :rtype: list"""
        money = partial(lazy_amount, move.currency_id)
        if field == 'rate':
            return [f'{each.rate.normalize():f}' for each in (here, there)]
        if field == 'tax':
            return [money(each.tax) for each in (here, there)]
        parts = [each.sums[field] for each in (here, there)]
        differing = [key for key in dict.fromkeys((*parts[0], *parts[1]))
                     if parts[0].get(key) != parts[1].get(key)]
        return [joined('; ', [_lt(
            "%(name)s: %(amounts)s", name=names[field].get(key, key),
            amounts=joined(' + ', map(money, part[key])))
            for key in differing if key in part]) or '–' for part in parts]

    def _explanation(self, move, document):
        """:return: what a difference inside a document means, and what can be done"""
        kept = move.xero_kept_reason and _lt(
            "It could not be taken over: %s", move.xero_kept_reason)
        text = _lt(
            "It was made in Xero and is not sent there. Take Xero's brings its lines here."
        ) if move.xero_origin else _lt(
            "Payments or credits are applied to it in Xero, which takes no change of it now. Take "
            "Xero's brings its lines here.") if document.is_fixed else _lt(
            "Nothing here writes over what was changed in Xero. Keep Odoo's sends it again, and "
            "Take Xero's brings its lines here.")
        return joined(' ', (kept, text))
