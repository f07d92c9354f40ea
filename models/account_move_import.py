"""Documents that were made in Xero: found here, or made here, and never sent back."""
import logging
import re
from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError

from .account_move import GONE
from .account_move_preflight import Problem
from .fault import apart
from .xero_import_maps import APPROVED, MOVE_TYPES, Obstacle

_logger = logging.getLogger(__name__)

RECORD_ID = re.compile(r'[?&]res_id=(\d+)')


class TotalsDiffer(Exception):
    """Documents whose totals would not be Xero's: {position: total here}."""


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_origin = fields.Boolean(
        "Made in Xero", copy=False, readonly=True, groups='base.group_user',
        help="It was imported from Xero, where it was made, and is never sent there.")
    xero_files_pending = fields.Boolean(
        copy=False, prefetch='xero', readonly=True, index='btree_not_null',
        help="Its attachments in Xero are still to be fetched.")

    # === NEVER SENT BACK === #

    def _xero_queue(self, manual=False):
        # EXTENDS 'account_xero'
        return super(AccountMove, self.filtered(lambda move: not move.xero_origin))._xero_queue(
            manual)

    def _xero_is_automatic(self):
        # EXTENDS 'account_xero'
        return not self.xero_origin and super()._xero_is_automatic()

    def _xero_check_document(self, connection, currencies):
        # EXTENDS 'account_xero'
        yield from super()._xero_check_document(connection, currencies)
        if self.xero_origin:
            yield Problem('document_not_editable', self.env._(
                "It was made in Xero as %s, so it is never sent there. Change it in Xero.",
                self.xero_number))

    def _xero_document_number(self):
        # EXTENDS 'account_xero': it keeps Xero's number beside Odoo's own
        if self.xero_origin and self.xero_number:
            return self.xero_number
        return super()._xero_document_number()

    def _xero_tooltip_synced(self):
        # EXTENDS 'account_xero'
        lines = super()._xero_tooltip_synced()
        if self.xero_origin:
            lines[0] = self.env._("Made in Xero as %s", self.xero_number or self.name)
        return lines

    def action_xero_sync_now(self):
        """Of documents made in Xero, fetch what is there; the others are sent."""
        made_there = self.filtered('xero_origin')
        if not made_there:
            return super().action_xero_sync_now()
        if self - made_there:
            super(AccountMove, self - made_there).action_xero_sync_now()
        connection = self._xero_fetch_now(made_there)
        return connection._notify('success', self.env._("Queued"), self.env._(
            "%s document(s) were made in Xero. They are fetched from there, not sent.",
            len(made_there)))

    def _xero_fetch_now(self, moves):
        """:return: a connection of these documents, which are fetched in a moment"""
        if not self.env.user.has_group('account_xero.group_xero_user'):
            raise AccessError(self.env._("Ask for the right “Xero: Synchronise” to do this."))
        connection = self.env['xero.connection']._connection_of(moves.company_id[:1]).get(
            moves.company_id[:1].id)
        if not connection:
            raise UserError(self.env._("The company is not connected to Xero."))
        moves.check_access('read')
        moves._xero_queue_pull()
        return connection

    def _post(self, soft=True):
        # EXTENDS 'account': what was paid in Xero of a draft comes when it is posted
        posted = super()._post(soft)
        posted._xero_look_again()
        return posted

    def button_cancel(self):
        # EXTENDS 'account': Xero keeps it, which a person has to know
        result = super().button_cancel()
        self._xero_look_again()
        return result

    def _xero_look_again(self):
        moves = self.filtered('xero_origin')
        if moves and not self.env.context.get('xero_pulling'):
            moves._xero_queue_pull()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_xero(self):
        for move in self.filtered('xero_origin'):
            if move.xero_status not in GONE:
                raise UserError(self.env._(
                    "%(name)s was made in Xero as %(number)s, and would be imported again. Void "
                    "it there, or cancel it here.",
                    name=move.display_name, number=move.xero_number))
        return super()._unlink_except_in_xero()

    def _xero_differences(self, document):
        # EXTENDS 'account_xero'
        made_there = self.env._("It was made in Xero and is not sent there. Change it on one side.")
        for field, here, there, text in super()._xero_differences(document):
            yield field, here, there, (
                made_there if self.xero_origin and field != 'amount_due' else text)
        if self.xero_origin and self.state == 'draft' and document.status not in GONE \
                and document.total not in (None, self._xero_decimal(self.amount_total)):
            yield ('total', self._xero_money(self._xero_decimal(self.amount_total)),
                   self._xero_money(document.total), self.env._(
                       "It was changed in Xero after its import as a draft. Change the draft."))
        if self.xero_origin and self.state == 'cancel' and document.status not in GONE:
            yield 'status', self.env._("Cancelled"), self.xero_status_label, self.env._(
                "It was made in Xero and cancelled here only. Void it in Xero, too, or reset it "
                "to draft here and post it again.")

    @api.model
    def _xero_apply_payments(self, connection, truth):
        # EXTENDS 'account_xero': payments of a draft wait until somebody posts it
        return super()._xero_apply_payments(connection, {
            move: payments for move, payments in truth.items()
            if not (move.xero_origin and move.state == 'draft')})

    # === HERE ALREADY === #

    @api.model
    def _xero_find_existing(self, connection, documents, partners):
        """Find the documents that Odoo has already though they are not linked: pushed from here,
        or entered on both sides.

        :param recordset connection: `xero.connection`
        :param list documents: documents.Document
        :param dict partners: {ContactID: `res.partner`}
        :return: {identifier: document here, or the Obstacle where that is not clear}; an empty
            recordset for what is on its way to Xero just now
        """
        base = [('company_id', '=', connection.company_id.id), ('xero_document_id', '=', False),
                ('state', '!=', 'cancel')]
        named = {document.xero_id: self._xero_back_link(document) for document in documents}
        numbers = list({document.number for document in documents if document.number})
        found = self.search([
            *base, ('move_type', 'in', list({MOVE_TYPES[d.kind] for d in documents})),
            '|', '|', '|', ('id', 'in', list(filter(None, named.values()))),
            ('name', 'in', numbers), ('ref', 'in', numbers), ('payment_reference', 'in', numbers)])
        by_id, by_number = {move.id: move for move in found}, defaultdict(set)
        for move in found:
            for number in {move.name, move.ref, move.payment_reference}:
                by_number[number, move.move_type].add(move)
        result = {}
        for document in documents:
            linked_back = by_id.get(named[document.xero_id])
            same_number = by_number[document.number, MOVE_TYPES[document.kind]] \
                if document.number else ()
            match = self._xero_same_document(
                document, linked_back, same_number, partners.get(document.contact_id))
            if match is not None:
                result[document.xero_id] = match
        return result

    def _xero_back_link(self, document):
        """:return: id of the document here that the `Url` of one in Xero points back to, or None"""
        match = RECORD_ID.search(document.url)
        ours = document.url.startswith(f'{self.get_base_url()}/mail/view?model=account.move&')
        return int(match[1]) if ours and match else None

    @api.model
    def _xero_same_document(self, document, linked_back, same_number, partner):
        """:return: as the values of :meth:`_xero_find_existing`, None when Odoo has none"""
        if linked_back and self.env['xero.request']._concerns(linked_back):
            return self.browse()
        if linked_back and linked_back._xero_is_as(document):
            return linked_back
        mine = [move for move in same_number if move._xero_partner() == partner]
        same = [move for move in mine if move._xero_is_as(document)]
        if len(same) == 1 and same[0].state == 'posted':
            return same[0]
        taken = [move for move in same_number
                 if move in mine or move.name == document.number] or (
                     [linked_back] if linked_back else [])
        if taken:
            return Obstacle('duplicate', self.env._(
                "%(names)s may be the same document. Make them agree in contact, number, currency "
                "and total and post it, or cancel it.",
                names=', '.join(move.display_name for move in taken)))
        return None

    def _xero_is_as(self, document):
        """:return: whether kind, currency and total are those of a document of Xero"""
        return (self.move_type == MOVE_TYPES[document.kind]
                and self.currency_id.name == document.currency_code
                and self._xero_decimal(self.amount_total) == document.total)

    def _xero_link_document(self, connection, document):
        """Link this document, which both sides have, to Xero's; it counts as sent from here."""
        self.ensure_one()
        self._xero_write_quietly({
            **self._xero_success(), 'xero_document_id': document.xero_id,
            'xero_number': document.number, 'xero_status': document.status})
        self.env['xero.log']._add_pulls(connection, [(self, 'success', None, self.env._(
            "Linked to %s in Xero: the same document on both sides.", document.number))])

    def _xero_write_quietly(self, values):
        self.with_context(xero_pulling=True, skip_is_manually_modified=True).write(values)

    # === IMPORT === #

    @api.model
    def _xero_import(self, connection, imports):
        """Make documents as Xero has them. What cannot be made to the cent leaves no trace.

        :param recordset connection: `xero.connection`
        :param list imports: Import of each document
        :return: {identifier: document here, or Obstacle}
        """
        Move = self.with_context(
            xero_pulling=True, skip_is_manually_modified=True, mail_create_nosubscribe=True,
            tracking_disable=True)
        result = {}
        for made in apart(
                self.env, imports, lambda some: Move._xero_import_fitting(connection, some),
                lambda faults: result.update({
                    one.document.xero_id: Obstacle(
                        'validation_error', self._xero_refusal(one.document, error))
                    for one, error in faults})):
            result.update(made)
        return result

    @api.model
    def _xero_import_fitting(self, connection, imports):
        """As :meth:`_xero_import`, all or none, but for those whose totals would differ."""
        result = {}
        while imports:
            try:
                with self.env.cr.savepoint():
                    moves = self._xero_import_all(connection, imports)
            except TotalsDiffer as error:
                [differing] = error.args
                for position, here in differing.items():
                    document = imports[position].document
                    result[document.xero_id] = Obstacle('total_mismatch', self.env._(
                        "The total in Xero is %(there)s, and here it would be %(here)s.",
                        there=document.total, here=here))
                imports = [one for position, one in enumerate(imports) if position not in differing]
            else:
                result.update(zip((i.document.xero_id for i in imports), moves, strict=True))
                break
        return result

    def _xero_refusal(self, document, error):
        """:param Exception error: Odoo's refusal, or a fault of the software, which is logged
        :return: why a document cannot be imported, for people"""
        if isinstance(error, UserError | RedirectWarning):
            return str(error.args[0])
        _logger.error("%s of Xero cannot be imported", document.xero_id, exc_info=error)
        return self.env._("It cannot be imported. The server's log says more.")

    @api.model
    def _xero_import_all(self, connection, imports):
        """:return: the documents, in the order of ``imports``
        :raise TotalsDiffer: some would have another total than in Xero"""
        moves = self.create([one.values for one in imports])
        for move, one in zip(moves, imports, strict=True):
            move._xero_fit_taxes(one.taxes)
        differing = {
            position: move._xero_decimal(move.amount_total)
            for position, (move, one) in enumerate(zip(moves, imports, strict=True))
            if move._xero_decimal(move.amount_total) != one.document.total}
        if differing:
            raise TotalsDiffer(differing)
        days = {move: move.date for move in moves}
        if connection.import_policy == 'post':
            ready = moves.filtered(lambda move: move.xero_status in APPROVED)
            ready._post(soft=False)
        texts = {move: self.env._("Imported from Xero: %s", move.xero_number) for move in moves}
        redated = moves.filtered(lambda move: move.date != days[move])
        for move in redated:
            texts[move] += '. ' + self.env._(
                "That period is locked, so the journal entry is dated %s.", move.date)
        redated._message_log_batch({move.id: texts[move] for move in redated})
        self.env['xero.log']._add_pulls(connection, [
            (move, 'success', None, text) for move, text in texts.items()])
        return moves

    def _xero_fit_taxes(self, taxes):
        """Let the taxes of a draft be those of Xero, where they were rounded line by line or
        edited by hand.

        :param dict taxes: {id of `account.tax`: Decimal}
        """
        self.ensure_one()
        changes = []
        tax_lines = self.line_ids.filtered('tax_line_id')
        for tax in self.env['account.tax'].browse(taxes):
            own = tax_lines.filtered(
                lambda line, tax=tax: (line.group_tax_id or line.tax_line_id) == tax)
            if tax.has_negative_factor or not own:
                continue
            here = self._xero_decimal(self.direction_sign * sum(own.mapped('amount_currency')))
            if here != taxes[tax.id]:
                line = max(own, key=lambda line: abs(line.amount_currency))
                changes.append(Command.update(line.id, {
                    'amount_currency': line.amount_currency
                    + self.direction_sign * float(taxes[tax.id] - here)}))
        if changes:
            self.write({'line_ids': changes})
