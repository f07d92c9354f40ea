import logging
from functools import partial

from odoo import Command, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools.translate import LazyTranslate

from ..core.apart import apart
from ..core.kinds import GONE
from ..core.words import in_words, joined, lazy_date, lazy_of, lazy_sum
from ..documents.showing import name_in_xero
from .maps import APPROVED, MOVE_TYPES, ImportBlocker, ImportMaps
from .xero_import_existing import back_link

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)


class TotalsDiffer(Exception):
    """Documents whose totals would not be Xero's: {position: total here}."""


class XeroImport(models.AbstractModel):
    """What becomes of documents of Xero that are not linked here: linked, made, or listed."""

    _name = 'xero.import'
    _description = "Import from Xero"

    def _take(self, connection, documents):
        """Link, import or list documents that no document here is linked to.

        Nothing of it is done twice, and nothing is asked of Xero. One for which something fails is
        listed, and holds up no other.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :return: {document here: documents.Document} of those that are linked now
        """
        made = apart(self.env, documents, partial(self._take_together, connection),
                     partial(self._save_faulty, connection))
        return {move: document for part in made for move, document in part.items()}

    def _rows(self, connection, documents):
        """:return: {identifier: `xero.unmatched`} of documents that wait already"""
        return {row.xero_id: row for row in self.env['xero.unmatched'].search([
            ('connection_id', '=', connection.id),
            ('xero_id', 'in', [document.xero_id for document in documents])])}

    def _save_faulty(self, connection, faults):
        """List documents that something fails for.

        :param list faults: (documents.Document, exception)
        """
        self.env['xero.unmatched']._note(
            connection, self._rows(connection, [document for document, _error in faults]), [
                (document, [ImportBlocker('validation_error', self._refusal(document, error))])
                for document, error in faults])

    def _take_together(self, connection, documents):
        """As :meth:`_take`, all or none."""
        self = self.with_context(xero_pulling=True)
        connection = connection.with_env(self.env)
        Unmatched, known = self.env['xero.unmatched'], self._rows(connection, documents)
        if connection.import_policy == 'none':
            # What somebody asked for comes all the same, and what was sent from here is here or
            # missing; the rest is as it was.
            documents = [document for document in documents
                         if known.get(document.xero_id, Unmatched).forced
                         or back_link(self.env, document)]
        wanted = [document for document in documents
                  if self._wants(connection, document, known.get(document.xero_id))]
        dropped = Unmatched.union(*(
            known[document.xero_id] for document in documents
            if document.xero_id in known and document not in wanted))
        dropped.filtered(lambda row: row.state == 'waiting').unlink()
        if not wanted:
            return {}
        maps = ImportMaps(connection, wanted)
        linked, rows = self.env['xero.import.existing']._link(connection, [
            document for document in wanted
            if not known.get(document.xero_id, Unmatched).separate], maps.partners)
        ready = []
        for document in wanted:
            if document.xero_id not in linked and document.xero_id not in rows:
                prepared = self._prepare(
                    connection, document, known.get(document.xero_id, Unmatched), maps)
                (ready.append(prepared) if not isinstance(prepared, list)
                 else rows.update({document.xero_id: prepared}))
        for xero_id, made in self._make(connection, ready).items():
            if isinstance(made, ImportBlocker):
                rows[xero_id] = [made]
            else:
                linked[xero_id] = made
        Unmatched._note(connection, known, [
            (document, rows[document.xero_id]) for document in wanted
            if rows.get(document.xero_id)])
        # A released row stays until what was paid of its document is here, too.
        Unmatched.union(*(known[xero_id] for xero_id in linked if xero_id in known)).filtered(
            lambda row: not row.released).unlink()
        return {linked[document.xero_id]: document for document in wanted
                if document.xero_id in linked}

    def _wants(self, connection, document, row):
        """:param recordset row: `xero.unmatched`, where the document waits already, or None
        :return: whether a document has any business here"""
        if document.kind not in MOVE_TYPES or document.status in GONE:
            return False
        if row and row.state == 'ignored':
            return False
        if document.status not in APPROVED and connection.import_policy == 'post':
            return False
        return bool(row or not connection.import_from or not document.date
                    or document.date >= connection.import_from or back_link(self.env, document))

    def _prepare(self, connection, document, row, maps):
        """
        :param recordset connection: `xero.connection`
        :param documents.Document document: as Xero has it
        :param recordset row: `xero.unmatched`, empty where the document does not wait yet
        :param ImportMaps maps: what the documents of the batch refer to
        :return: Import, or list of ImportBlocker
        """
        if connection.import_policy not in ('draft', 'post') and not row.forced:
            return [ImportBlocker('policy', _lt(
                "The connection lists what was made in Xero and does not import it."))]
        prepared = maps.prepare(document)
        if row.reason == 'lost' and not isinstance(prepared, list):
            self._restore(prepared.values)
        return prepared

    def _restore(self, values):
        """Let a document that was sent from here, and lost, be what it was: of Odoo, and under its
        number, so that no other one gets that.

        :param dict values: of its `account.move`, are changed
        """
        values['xero_origin'] = False
        if values['move_type'].startswith('out') and not self.env['account.move'].search_count([
                ('name', '=', values['xero_number']),
                ('company_id', '=', values['company_id'])], limit=1):
            values['name'] = values['xero_number']
            if values['ref'] == values['name']:
                values['ref'] = False

    # === MAKING THEM === #

    def _make(self, connection, imports):
        """Make documents as Xero has them. What cannot be made to the cent leaves no trace.

        :param recordset connection: `xero.connection`
        :param list imports: Import of each document
        :return: {identifier: document here, or ImportBlocker}
        """
        self = self.with_context(
            xero_pulling=True, skip_is_manually_modified=True, mail_create_nosubscribe=True,
            tracking_disable=True)
        result = {}
        for made in apart(
                self.env, imports, partial(self._make_fitting, connection),
                lambda faults: result.update({
                    one.document.xero_id: ImportBlocker(
                        'validation_error', self._refusal(one.document, error))
                    for one, error in faults})):
            result.update(made)
        return result

    def _make_fitting(self, connection, imports):
        """As :meth:`_make`, all or none, but for those whose totals would differ."""
        result = {}
        while imports:
            try:
                with self.env.cr.savepoint():
                    moves = self._make_all(connection, imports)
            except TotalsDiffer as error:
                [differing] = error.args
                for position, here in differing.items():
                    document = imports[position].document
                    result[document.xero_id] = ImportBlocker('total_mismatch', _lt(
                        "The total in Xero is %(there)s, and here it would be %(here)s.",
                        there=lazy_sum(self.env, document.total, document.currency_code),
                        here=lazy_sum(self.env, here, document.currency_code)))
                imports = [one for position, one in enumerate(imports) if position not in differing]
            else:
                result.update(zip((i.document.xero_id for i in imports), moves, strict=True))
                break
        return result

    def _refusal(self, document, error):
        """:param Exception error: Odoo's refusal, or a fault of the software, which is logged
        :return: why a document cannot be imported, for people"""
        if isinstance(error, UserError | RedirectWarning):
            return str(error.args[0])
        _logger.error("%s of Xero cannot be imported", document.xero_id, exc_info=error)
        return _lt("It cannot be imported. The server's log says more.")

    def _make_all(self, connection, imports):
        """:return: the documents, in the order of ``imports``
        :raise TotalsDiffer: some would have another total than in Xero"""
        moves = self.env['account.move'].create([one.values for one in imports])
        for move, one in zip(moves, imports, strict=True):
            self._fit_taxes(move, one.taxes)
        differing = {
            position: move._xero_decimal(move.amount_total)
            for position, (move, one) in enumerate(zip(moves, imports, strict=True))
            if move._xero_decimal(move.amount_total) != one.document.total}
        if differing:
            raise TotalsDiffer(differing)
        days = {move: move.date for move in moves}
        # What was sent from here had been posted.
        ready = moves.filtered(
            lambda move: move.xero_status in APPROVED and not move.xero_origin)
        if connection.import_policy == 'post':
            ready |= moves.filtered(lambda move: move.xero_status in APPROVED)
        ready._post(soft=False)
        redated = moves.filtered(lambda move: move.date != days[move])
        texts = {move: joined('. ', (
            _lt("Imported from Xero: %s", lazy_of(move, name_in_xero)),
            move in redated and _lt("That period is locked, so the journal entry is dated %s.",
                                    lazy_date(self.env, move.date)))) for move in moves}
        redated._message_log_batch(
            {move.id: in_words(self.env, texts[move]) for move in redated})
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, text) for move, text in texts.items()])
        return moves

    def _fit_taxes(self, move, taxes):
        """Let the taxes of a draft be those of Xero, where they were rounded line by line or
        edited by hand.

        :param dict taxes: {id of `account.tax`: Decimal}
        """
        changes = []
        tax_lines = move.line_ids.filtered('tax_line_id')
        for tax in self.env['account.tax'].browse(taxes):
            own = tax_lines.filtered(
                lambda line, tax=tax: (line.group_tax_id or line.tax_line_id) == tax)
            if tax.has_negative_factor or not own:
                continue
            here = move._xero_decimal(move.direction_sign * sum(own.mapped('amount_currency')))
            if here != taxes[tax.id]:
                line = max(own, key=lambda line: abs(line.amount_currency))
                changes.append(Command.update(line.id, {
                    'amount_currency': line.amount_currency
                    + move.direction_sign * float(taxes[tax.id] - here)}))
        if changes:
            move.write({'line_ids': changes})
