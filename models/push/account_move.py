"""What is sent for a document, and what the answer makes of it."""
import json
import re
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ...xero import encoding, line_ids, money, payload, sums
from ..core.kinds import XERO_KINDS
from ..core.problem import Problem
from ..core.words import lazy_amount
from ..documents.account_move_trial import first_status
from ..documents.account_move_void import voided_values

_lt = LazyTranslate(__name__)

#: What of a document is sent with every change, and what does not tell whether it has changed.
ALWAYS = ('InvoiceID', 'CreditNoteID', 'Status', 'SentToContact')
UNCOMPARED = (*ALWAYS, 'Url', 'LineItems')
#: What is sent together or not at all: Xero takes the day's rate for a currency without one.
TOGETHER = ({'CurrencyCode', 'CurrencyRate'},)


class AccountMove(models.Model):
    _inherit = 'account.move'

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_its_way(self):
        Element = self.env['xero.request.element']
        moves = self.env['res.company']._xero_known(self).sudo()
        if moves and (self.env['xero.request']._concerns(moves) or not (
                Element._release('move_id', moves) and Element._release(
                    'allocation_id', moves.xero_used_ids | moves.xero_credited_ids))):
            raise UserError(self.env._(
                "It is on its way to Xero, and Xero has not answered yet. Cancel it instead; it is "
                "voided there if it has arrived."))

    def button_draft(self):
        # EXTENDS 'account': what is changed now was to be voided in Xero as it was
        result = super().button_draft()
        wanted = self.env['res.company']._xero_known(self).sudo().filtered(
            lambda move: move.xero_void and not move.xero_trial
            and not self.env['xero.request']._concerns(move))
        models.Model.write(wanted, {'xero_void': False})
        return result

    # === WHAT IS SENT === #

    def _xero_prepare_document(self, connection):
        """Return the document in Xero's terms.

        :param recordset connection: the `xero.connection` of the company
        :return: the data and the totals that Xero will compute from it
        :rtype: tuple(payload.DocumentData, money.Totals)
        """
        self.ensure_one()
        kind = XERO_KINDS[self.move_type]
        lines, amounts = self._xero_prepare_lines(
            kind, self.env['xero.tax.rate']._no_tax_type(connection))
        foreign = self.currency_id.name != connection.base_currency
        rated = foreign and self.company_currency_id.name == connection.base_currency
        data = payload.DocumentData(
            kind=kind,
            number=self._xero_document_number(),
            reference=self.ref or None if kind in ('ACCREC', 'ACCRECCREDIT') else None,
            contact_id=self._xero_partner().xero_contact_id,
            date=self.env['xero.redated']._get_date(self),
            due_date=self.env['xero.redated']._get_due_date(self),
            currency_code=self.currency_id.name,
            currency_rate=money.kept_rate(self.invoice_currency_rate) if rated else None,
            status=self._xero_target_status(connection),
            url=self.env['xero.own']._url(self),
            lines=tuple(lines),
            xero_id=self.xero_document_id or None,
            sent_to_contact=self._xero_is_marked_sent(connection),
        )
        return data, money.predict(amounts)

    def _xero_prepare_body(self, connection):
        """Return what is sent for the document, or why that cannot be.

        :param recordset connection: the `xero.connection` of the company
        :return: the JSON object (None while its contact is not in Xero), the totals that Xero will
            compute from it, and what is wrong
        :rtype: tuple(dict | None, money.Totals | None, Problem | None)
        """
        data, totals = self._xero_prepare_document(connection)
        body = payload.document_body(data) if data.contact_id else None
        return body, totals, self.env['xero.preflight']._check_totals(self, totals)

    def _xero_target_status(self, connection):
        """:return: the status to ask for; one that Xero has reached already is kept"""
        if not self.xero_document_id:
            return first_status(self, connection)
        return 'AUTHORISED' if self.xero_status == 'PAID' else self.xero_status

    def _xero_is_marked_sent(self, connection):
        """Whether Xero is told that the customer has this document.

        Xero: SentToContact can be set on approved invoices only, and is read-only on credit notes.

        :rtype: bool
        """
        return connection.mark_sent and self.move_type == 'out_invoice' and self.is_move_sent \
            and self._xero_target_status(connection) == 'AUTHORISED'

    def _xero_prepare_change(self, body):
        """Return what brings the document in Xero up to date.

        :param dict body: the document as it is here
        :return: what has to be sent, or None when Xero has it all
        :rtype: dict | None
        """
        mark = {'SentToContact': True}
        content = {key: value for key, value in body.items() if key not in mark}
        if self.xero_payload_hash in (*_fingerprints(body), *_fingerprints({**content, **mark})):
            return None         # a mark that was set stays set
        if self.xero_payload_hash not in _fingerprints(content):
            return self._xero_prepare_changed(body)
        # Nothing but the mark is new. A paid document takes no change in Xero, and the mark is
        # not worth a failure.
        if self.payment_state != 'not_paid' or self.xero_status == 'PAID':
            return None
        return {'InvoiceID': self.xero_document_id, **mark}

    def _xero_prepare_changed(self, body):
        """Return what of a document has changed here since it was sent: nothing else that somebody
        has corrected in Xero is written over.

        Xero keeps the fields and the lines that an update does not name. With the lines it deletes
        those that are not among them, and makes those anew that come without their identifier.

        :param dict body: the document as it is here
        :rtype: dict
        """
        sent = self.xero_sent
        if not sent or not self.xero_payload_hash or self.xero_overwrite:
            return body
        changed = {key for key, value in body.items()
                   if key not in UNCOMPARED and sent['header'].get(key) != value}
        for together in TOGETHER:
            if changed & together:
                changed |= together
        lines, marks = body['LineItems'], line_ids.line_marks(body)
        if marks != [mark for mark, _line_id in sent['lines']]:
            changed |= {'LineItems', 'LineAmountTypes'}
            lines = line_ids.with_line_ids(lines, marks, sent['lines'])
        return {key: lines if key == 'LineItems' else value for key, value in body.items()
                if key in changed or key in ALWAYS}

    def _xero_prepare_sent(self, body):
        """Return what is kept of what is sent, see ``xero_sent``; the identifiers of the lines
        come with the answer.

        :param dict body: the document as it is here
        :rtype: dict
        """
        rates = {
            rate.tax_type: Decimal(f'{rate.rate:.4f}') for rate in (
                line._xero_tax_rate() for line in self.line_ids) if rate}
        return {
            'header': {key: value for key, value in body.items() if key not in UNCOMPARED},
            'lines': [[mark, None] for mark in line_ids.line_marks(body)],
            'sums': sums.to_json(sums.of_body(body, rates)),
        }

    def _xero_prepare_lines(self, kind, no_tax):
        """Return the lines in the order in which they are printed, and what Xero makes of them.

        :param str kind: Xero's type of the document
        :param str no_tax: Xero's tax type for lines without tax
        :return: list of payload.Line, list of (amount, tax)
        """
        amounts_of = {each.record.id: each for each in self.env['xero.amounts']._of_lines(self)}
        lines, amounts = [], []
        for record in self.env['xero.amounts']._printed_lines(self, amounts_of.values()):
            if record.id not in amounts_of:
                lines.append(payload.Line(description=record.name))
                continue
            for part in record._xero_tax_parts(amounts_of[record.id]):
                line, amount = self._xero_prepare_line(kind, part, no_tax)
                lines.append(line)
                amounts.append(amount)
        return lines, amounts

    def _xero_prepare_line(self, kind, amounts, no_tax):
        """Return one line such that Xero's rounding gives Odoo's amounts.

        :param str kind: Xero's type of the document
        :param LineAmounts amounts: of the line
        :param str no_tax: Xero's tax type for a line without tax
        :return: payload.Line, (amount, tax)
        """
        record, untaxed, tax = amounts.record, amounts.untaxed, amounts.tax
        quantity, price = _plain_decimal(amounts.quantity), _plain_decimal(amounts.price)
        fit = money.fit_line(untaxed, quantity, price, _plain_decimal(amounts.discount),
                             allow_discount=kind == 'ACCREC')
        rate = record._xero_tax_rate() if amounts.taxed else self.env['xero.tax.rate']
        # Xero wants a description on every line.
        description = record.name or record.product_id.display_name or record.account_id.name
        if not fit.exact:
            unit = record.product_uom_id.name
            amount_of = f'{quantity:f} {unit}' if unit else f'{quantity:f}'
            description = f'{description} ({amount_of} × {price:f})'
        percent = Decimal(f'{rate.rate:.4f}')
        tax_amount = money.fit_tax(untaxed, tax, None if rate.is_composite else percent)
        line = payload.Line(
            description=description,
            quantity=fit.quantity,
            unit_amount=fit.unit_amount,
            discount_rate=fit.discount_rate or None,
            item_code=record.product_id.xero_item_id.code or None,
            tracking=tuple(
                payload.Tracking(option.category_id.xero_id, option.xero_id)
                for option in record._xero_tracking_options()),
            account_code=record.account_id.xero_account_id.code or None,
            account_id=record.account_id.xero_account_id.xero_id or None,
            tax_type=rate.tax_type or no_tax,
            tax_amount=tax_amount,
        )
        amount = money.line_amount(fit.quantity, fit.unit_amount, fit.discount_rate)
        return line, (amount, money.line_tax(amount, percent) if tax_amount is None
                      else money.round2(tax_amount))

    # === WHAT THE ANSWER MAKES OF IT === #

    def _xero_apply_answer(self, document, item):
        """Return what a created or updated document becomes.

        :param documents.Document document: as Xero has it now
        :param dict item: ``revision`` and ``hash`` of what was sent
        :return: values, for :meth:`_xero_store`
        :rtype: dict
        """
        self.ensure_one()
        if item.get('void') and self.state != 'cancel':
            return voided_values(self, item['revision']) \
                if self.xero_document_id == document.xero_id else {}
        values = {
            'xero_document_id': document.xero_id,
            'xero_linked_at': self.xero_linked_at or fields.Datetime.now(),
            'xero_number': document.number or self._xero_document_number(),
            'xero_status': document.status,
            'xero_last_push': fields.Datetime.now(),
            'xero_payload_hash': item['hash'],
            **({'xero_pdf_state': 'pending', 'xero_pdf_message': None} if item.get('pdf') else {}),
            'xero_updated': document.updated,
            **self._xero_prepare_kept(document, item),
        }
        expected = self._xero_decimal(self.amount_total)
        if item['revision'] != self.xero_revision:
            return values       # changed meanwhile, so it stays in the queue
        if item.get('meantime'):
            # Its own number follows, in this run if there is time.
            return {**values, 'xero_revision': self._xero_queue_values()['xero_revision']}
        if self.state == 'cancel':
            return {**values, **self._xero_success()}
        if document.total is not None and document.total != expected:
            # Without the hash, the next push sends it again instead of calling it equal.
            return {**values, 'xero_payload_hash': None, **self._xero_failure(Problem(
                'total_mismatch', _lt(
                    "The total here is %(here)s and in Xero it is %(there)s. It stays there like "
                    "that until it is sent again, or Void it in Xero takes it back.",
                    here=lazy_amount(self.currency_id, expected),
                    there=lazy_amount(self.currency_id, document.total))))}
        return {**values, **self._xero_success()}

    def _xero_prepare_kept(self, document, item):
        """Return what is kept of what was sent, with Xero's identifiers of the lines.

        :param documents.Document document: as Xero has it now
        :param dict item: ``sent``, and ``line_ids`` of the lines that have kept theirs
        :return: values, for :meth:`_xero_store`
        :rtype: dict
        """
        sent = item.get('sent')
        if not sent:
            return {}
        ids = line_ids.found_ids([line.xero_id for line in document.lines], item.get('line_ids'),
                               len(sent['lines']))
        lines = [[mark, line_id] for (mark, _none), line_id in zip(
            sent['lines'], ids, strict=True)]
        return {'xero_sent': json.dumps({**sent, 'lines': lines}),
                **({'xero_overwrite': False} if item['revision'] == self.xero_revision else {})}


def fingerprint(body):
    """:return: hash of a document's or contact's content; its status, its ids and what makes it
    known as ours are no content"""
    return _hash(body, list(map(line_ids.content, body.get('LineItems', ()))))


def _fingerprints(body):
    """:return: a document's fingerprint, and those under which earlier versions have kept it: an
        upgrade is no change
    :rtype: list(str)"""
    return [fingerprint(body), *(
        _hash(body, lines) for lines in line_ids.earlier_forms(body['LineItems']))]


def _hash(body, lines):
    content = {key: value for key, value in body.items()
               if key not in ('Status', 'Url', 'ContactNumber')}
    return encoding.payload_hash({**content, 'LineItems': lines} if lines else content)


def _plain_decimal(value):
    """Return a float of the ORM as the decimal number that a person typed, e.g. 0.1.

    :param float value: quantity, price or percentage
    :rtype: Decimal
    """
    text = re.sub(r'\.?0+$', '', f'{value:.10f}')
    return Decimal(text or '0')
