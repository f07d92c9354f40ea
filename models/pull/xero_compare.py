from functools import partial

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...xero.catalogue import CATALOGUE
from ..core.kinds import GONE
from ..core.words import joined, lazy_amount, lazy_date
from ..documents.xero_difference import CONTENT, INSIDE

_lt = LazyTranslate(__name__)

#: What is compared after each pull.
COMPARED = ('document', 'status', 'total', 'currency', 'date', 'due_date', 'number', 'contact',
            'amount_due', 'credit', 'missing', *INSIDE)
#: Problems that are over once both books agree: they are not put right in Odoo's mappings, contacts
#: or connection, where something would still be wrong.
SETTLED_BY_AGREEMENT = frozenset(
    code for code, text in CATALOGUE.items() if text.where in ('document', 'log', 'xero')
) - {'corrected_in_xero'}


class XeroCompare(models.AbstractModel):
    """Whether both books agree about documents."""

    _name = 'xero.compare'
    _description = "Compare with Xero"

    def _compare(self, connection, documents):
        """List what differs between both books, and take from the list what agrees again.

        :param recordset connection: `xero.connection`
        :param dict documents: {`account.move`: documents.Document}
        :return: the documents that agree in everything
        :rtype: set
        """
        found = {(move.id, field): values for move, document in documents.items()
                 for field, *values in self._differences(move, document)}
        inside, unsent, follows = self.env['xero.compare.content']._find(connection, documents)
        found |= inside
        moves = self.env['account.move'].union(*documents)
        differing = self.env['xero.difference']._replace(
            connection, moves, COMPARED, found,
            {move.id for move, document in documents.items() if document.is_fixed}, unsent, follows)
        self.env['xero.compare.content']._keep_lines(documents, found)
        self._settle_refusals(connection, documents, found)
        self._release_held(moves, found)
        self.env['xero.differing']._update(moves)
        return {move for move in documents if move.id not in differing}

    def _settle_refusals(self, connection, documents, found):
        """A document that failed, and of which Xero has all the content, needs nothing more.

        :param dict documents: {`account.move`: documents.Document}
        :param dict found: {(id of a document, field): values} of what differs
        """
        moves = self.env['account.move'].union(*(
            move for move, document in documents.items()
            if move.xero_state == 'failed' and move.state == 'posted'
            and move.xero_error_code in SETTLED_BY_AGREEMENT and document.status not in GONE
            and not any((move.id, field) in found for field in CONTENT)))
        # Not by `_xero_store`: nothing was sent that the log could tell of.
        models.Model.write(moves.sudo(), {
            name: value or False for name, value in moves._xero_success().items()})
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, _lt(
                "What Xero had refused is over: it has the document as it is here."))
            for move in moves])

    def _release_held(self, moves, found):
        """Send what waited for a decision and agrees inside by now.

        :param recordset moves: `account.move`
        :param dict found: {(id of a document, field): values} of what differs
        """
        moves.filtered(
            lambda move: move.xero_state == 'failed'
            and move.xero_error_code == 'corrected_in_xero'
            and not any((move.id, field) in found for field in INSIDE),
        ).with_context(xero_pulling=False)._xero_queue(manual=True)

    def _differences(self, move, document):
        """Yield in what a document and Xero's differ, as far as that is not about to change.

        :param recordset move: `account.move`
        :param documents.Document document: as Xero has it
        :return: iterator of (field of `xero.difference`, here, there, explanation)
        """
        made_there = _lt("It was made in Xero and is not sent there. Change it on one side.")
        for differences in self._contributors():
            for field, here, there, text in differences(move, document):
                yield field, here, there, (
                    made_there if move.xero_origin and field != 'amount_due' else text)
        if state := self.env['xero.differing']._state_difference(move):
            yield 'status', *state
        if move.state == 'draft':
            yield from self._differences_of_draft(move, document)

    def _contributors(self):
        """:return: list of what is compared in turn, callables as :meth:`_differences`"""
        return [self._differences_of_fields, self.env['xero.apply.credit']._differences,
                self.env['xero.apply.void']._differences]

    def _differences_of_draft(self, move, document):
        """Yield in what a draft differs from what Xero has, which the posting is to send."""
        if document.status in GONE \
                or document.total in (None, move._xero_decimal(move.amount_total)):
            return
        yield ('total', lazy_amount(move.currency_id, move.amount_total),
               lazy_amount(move.currency_id, document.total), _lt(
                   "It was changed in Xero after its import as a draft. Change the draft.")
               if move.xero_origin else _lt(
                   "It was changed here since it was reset to draft. Post it to send the change."))

    def _differences_of_fields(self, move, document):
        if move.xero_state not in ('synced', 'failed') or move.state != 'posted' \
                or document.status in GONE:
            return
        decided = _lt(
            "Payments or credits are applied to it in Xero, which takes no change of it now. "
            "Change it here, or take those off in Xero.") if document.is_fixed \
            else _lt("Keep Odoo's sends it again. To keep Xero's, change it here.")
        total = move._xero_decimal(move.amount_total)
        due = self.env['xero.payment.link']._left_to_pay(move)
        pairs = [
            ('number', move._xero_document_number(), document.number, str),
            ('date', self.env['xero.redated']._get_date(move), document.date, self._day),
            ('currency', move.currency_id.name, document.currency_code, str),
            ('contact', move._xero_partner().xero_contact_id, document.contact_id,
             self._contact_name),
            ('total', total, document.total, partial(lazy_amount, move.currency_id)),
        ]
        if document.kind in ('ACCREC', 'ACCPAY'):
            pairs.append(('due_date', self.env['xero.redated']._get_due_date(move),
                          document.due_date, self._day))
        for field, here, there, text in pairs:
            if there not in (None, '') and here != there:
                yield field, text(here), text(there), decided
        if document.total == total and document.amount_due is not None \
                and document.amount_due != due \
                and not self.env['xero.allocation']._among(move, 'pending'):
            yield ('amount_due', lazy_amount(move.currency_id, due),
                   lazy_amount(move.currency_id, document.amount_due),
                   self._due_text(move, document, due))

    def _due_text(self, move, document, due):
        """:param Decimal due: what is open here
        :return: why another amount is open in Xero, and what can be done"""
        deduction = document.cis_deduction
        if deduction and document.amount_due + deduction == due:
            return _lt(
                "Xero has deducted %(amount)s for the Construction Industry Scheme, which is paid "
                "to HMRC. Register it here, too, as a payment through a journal of its own.",
                amount=lazy_amount(move.currency_id, deduction))
        parts = self.env['xero.payment.link']._paid_parts(move)
        sends = move.company_id.id in self.env['res.company']._xero_sending_payments_ids()
        names = ', '.join(dict.fromkeys(
            offer.name for offer in self.env['xero.apply.recognise']._offers_of_documents(
                move, parts))) if due < document.amount_due else ''
        return joined(' ', (
            _lt("Payments or credits are registered on one side only. Enter them on the "
                       "other side, too, or take them off, and Compare again."),
            names and not sends and _lt(
                "With “Send payments” on the connection, what is matched here from then on is paid "
                "there, too."),
            names and _lt(
                "Here these pay it: %s. Open payments leads there: cancel what was not paid, or "
                "unreconcile from the document what pays something else, too, as an entry of a "
                "point of sale does.", names)))

    def _contact_name(self, contact_id):
        """:return: a contact of Xero, for people"""
        partner = self.env['res.partner'].search([('xero_contact_id', '=', contact_id)], limit=1)
        return partner.display_name or _lt("a contact that is not linked here")

    def _day(self, day):
        """:return: a date, or none, for people"""
        return lazy_date(self.env, day) if day else '–'
