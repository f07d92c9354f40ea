"""Xero's accounts, tax rates, items, tracking and contacts back to Odoo's, a batch at a time."""
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo.fields import Command, Datetime
from odoo.tools.translate import LazyGettext, LazyTranslate

from ...xero.money import is_tie, round2
from ..core.kinds import CREDIT_NOTES, RECEIPTS, XERO_KINDS
from ..core.words import lazy_name, say
from ..mapping.xero_tax_rate import NO_TAX

_lt = LazyTranslate(__name__)

MOVE_TYPES = {kind: move_type for move_type, kind in XERO_KINDS.items()
              if move_type not in RECEIPTS}
APPROVED = ('AUTHORISED', 'PAID')


class ImportBlocker(NamedTuple):
    """Why a document cannot be imported; ``reason`` is one of `xero.unmatched`, ``target`` the
    record of Xero's reference data that has no counterpart here, where that is the reason."""

    reason: str
    words: LazyGettext | str
    target: object = None

    @property
    def identity(self):
        """:return: what is equal of blockers that are the same one
        :rtype: tuple"""
        return self.reason, say(self.words, 'en_US'), self.target


class Import(NamedTuple):
    """A document that can be imported: values of its `account.move`, and the tax that Xero has of
    each `account.tax` (id)."""

    document: object
    values: dict
    taxes: dict


class ImportMaps:
    """What the documents of a batch refer to, found with a constant number of queries.

    :param recordset connection: one `xero.connection`, with all rights and in its company
    :param documents: documents.Document
    """

    def __init__(self, connection, documents):
        self.connection, self.company, self.env = (
            connection, connection.company_id, connection.env)
        self.lines = {document.xero_id: document.lines for document in documents}
        lines = [line for own in self.lines.values() for line in own]
        partners = self.env['res.partner'].with_context(active_test=False).search(
            [('xero_contact_id', 'in', list({d.contact_id for d in documents if d.contact_id}))])
        self.partners = {partner.xero_contact_id: partner for partner in partners}
        self.currencies = {currency.name: currency for currency in self.env['res.currency'].search(
            [('name', 'in', list({document.currency_code for document in documents}))])}
        self.xero_accounts = self.env['xero.account']._xero_find(connection, lines)
        self.rates = {rate.tax_type: rate for rate in self._reference('xero.tax.rate', [
            ('tax_type', 'in', list({line.tax_type for line in lines}))])}
        self.no_tax = (NO_TAX, self.env['xero.tax.rate']._no_tax_type(connection))
        self.items = {item.code: item for item in self._reference('xero.item', [
            ('code', 'in', list({line.item_code for line in lines if line.item_code}))])}
        self.options = self.env['xero.tracking.option']._xero_find(
            connection, {tracking for line in lines for tracking in line.tracking})
        own = ('company_id', 'in', (False, *self.company._xero_together().ids))
        above = ('company_id', 'parent_of', self.company.id)
        self.accounts = self._back('account.account', 'xero_account_id', self.xero_accounts,
                                   ('company_ids', 'parent_of', self.company.id))
        self.taxes, others = (self._back('account.tax', name, self.rates, above)
                              for name in ('xero_tax_rate_id', 'xero_other_rate_id'))
        for rate, taxes in others.items():
            self.taxes[rate] = self.taxes.get(rate, taxes) | taxes
        self.products = self._back('product.product', 'xero_item_id', self.items, own)
        self.analytic = self._back(
            'account.analytic.account', 'xero_tracking_option_id', self.options, own)
        places = self.env['decimal.precision'].precision_get
        self.quantity_step = Decimal(1).scaleb(-places('Product Unit'))
        self.discount_step = Decimal(1).scaleb(-places('Discount'))

    def _reference(self, model, domain):
        return self.env[model].with_context(active_test=False).search(
            [('connection_id', '=', self.connection.id), *domain])

    def _back(self, model, field, targets, company):
        """:return: {counterpart in Xero: records of Odoo in their own order}"""
        ids = list({target.id for target in targets.values()})
        records = self.env[model].search([company, (field, 'in', ids)]) if ids else self.env[model]
        return records.grouped(field)

    # === A DOCUMENT === #

    def prepare(self, document):
        """
        :param documents.Document document: as Xero has it
        :return: the Import, or a list of ImportBlocker
        """
        move_type = MOVE_TYPES[document.kind]
        partner = self.partners.get(document.contact_id)
        currency = self.currencies.get(document.currency_code)
        blockers = []
        if not partner:
            blockers.append(ImportBlocker('contact_missing', _lt(
                "The contact %s is not linked to a partner.", document.contact_name)))
        if not currency:
            blockers.append(ImportBlocker('currency', _lt(
                "The currency %s is not active in Odoo.", document.currency_code)))
        lines, taxes, more, sums = self._prepare_lines(document, move_type, False)
        if self.company.tax_calculation_rounding_method == 'round_globally' and any(
                round2(raw) != amount or is_tie(raw, 2) for raw, amount in sums.values()):
            lines, taxes, more, _sums = self._prepare_lines(document, move_type, True)
        blockers += more
        if not document.date or document.total is None:
            blockers.append(ImportBlocker('validation_error', _lt(
                "Xero's answer has no date or no total of it.")))
        if blockers:
            return list({each.identity: each for each in blockers}.values())
        values = {
            **self._header(document, move_type), 'partner_id': partner.id,
            'currency_id': currency.id,
            'invoice_line_ids': [Command.create({**line, 'sequence': number})
                                 for number, line in enumerate(lines, 10)],
        }
        if currency != self.company.currency_id and document.currency_rate \
                and self.company.currency_id.name == self.connection.base_currency:
            # Xero: CurrencyRate is units of the document's currency for one of the base currency,
            # as Odoo's own rate is.
            values['invoice_currency_rate'] = float(document.currency_rate)
        return Import(document, values, taxes)

    def _header(self, document, move_type):
        sale = move_type.startswith('out')
        number, reference = document.number or False, document.reference or False
        return {
            'move_type': move_type,
            'company_id': self.company.id,
            'invoice_date': document.date,
            'invoice_date_due': document.due_date or document.date,
            'invoice_payment_term_id': False,
            'invoice_user_id': False,
            'ref': (reference or number) if sale else (number or reference),
            **({'payment_reference': number} if number and move_type not in CREDIT_NOTES else {}),
            'xero_origin': True,
            'xero_state': 'synced',
            'xero_document_id': document.xero_id,
            'xero_linked_at': Datetime.now(),
            'xero_number': number,
            'xero_status': document.status,
            'xero_files_pending': bool(
                document.has_attachments and not sale and self.connection.import_attachments),
        }

    # === A LINE === #

    def _prepare_lines(self, document, move_type, exactly):
        """
        :param bool exactly: no line may need rounding, because Odoo rounds the sum of all lines
        :return: list of values of lines, {id of `account.tax`: Decimal}, list of ImportBlocker, and
            {what Odoo rounds the sum of: (amounts before rounding, amounts)}
        """
        taxes, sums, blockers = defaultdict(Decimal), defaultdict(lambda: (0, 0)), []
        lines = [self._line(document, line, move_type, exactly, taxes, sums, blockers)
                 for line in self.lines[document.xero_id]]
        return lines, dict(taxes), blockers, sums

    def _line(self, document, line, move_type, exactly, taxes, sums, blockers):
        """As :meth:`_prepare_lines`, of which it extends the last three.

        :return: values of a line of `account.move`
        """
        amount = line.amount if line.amount is not None else round2(
            (line.quantity or 0) * (line.unit_amount or Decimal(0)))
        if not (line.account_code or line.account_id) and not amount:
            return {'display_type': 'line_note', 'name': line.description}
        account = self._account(document, line, blockers)
        tax = self._tax(line, move_type, account, document.amount_types == 'Inclusive', blockers)
        net = amount - line.tax_amount if document.amount_types == 'Inclusive' else amount
        if tax:
            taxes[tax.id] += line.tax_amount
        price, raw = self._price(document, line, net, tax, exactly)
        parts = {(tax and tax.id, 'net'): (raw, net), 'all': (raw, net)}
        if tax and tax.price_include:
            parts[tax.id, 'gross'] = (raw * (1 + _share(tax)), net + line.tax_amount)
        for key, part in parts.items():
            sums[key] = tuple(map(sum, zip(sums[key], part, strict=True)))
        values = {
            'name': line.description,
            **price,
            'tax_ids': [Command.set(tax.ids if tax else [])],
        }
        if account:
            values['account_id'] = account.id
        product = self.products.get(self.items.get(line.item_code))
        if product:
            values['product_id'] = product[:1].id
        analytic = [self.analytic[option][:1].id for option in map(self.options.get, line.tracking)
                    if option in self.analytic]
        if analytic:
            values['analytic_distribution'] = {','.join(map(str, analytic)): 100}
        return values

    def _account(self, document, line, blockers):
        """:return: `account.account`, the first by code where several are mapped to Xero's one;
            none for a draft's line that has none in Xero either"""
        target = self.xero_accounts.get(line.account_id or line.account_code) \
            or self.xero_accounts.get(line.account_code)
        account = self.accounts.get(target)
        if account:
            return account[:1]
        code = line.account_code or (target.name if target else line.account_id)
        if code or document.status in APPROVED:
            blockers.append(ImportBlocker('unmapped_account', _lt(
                "No account here is mapped to Xero's account %s.",
                target.display_name if target else code), target))
        return None

    def _tax(self, line, move_type, account, inclusive, blockers):
        """Choose by use and rate, and where several fit, the one that the account has as its
        default, else the company's.

        :return: `account.tax`, or None
        """
        use = 'sale' if move_type.startswith('out') else 'purchase'
        rate = self.rates.get(line.tax_type)
        taxes = self.taxes.get(rate, self.env['account.tax']).filtered(
            lambda tax: tax.type_tax_use == use)
        if not line.tax_type or (line.tax_type in self.no_tax and not taxes):
            return None
        taxes = taxes.filtered(lambda tax: tax._xero_is_of_rate(rate) is not False)
        for preferred in (taxes.filtered(lambda tax: tax.price_include == inclusive),
                          account.tax_ids if account else taxes.browse(),
                          self.company[f'account_{use}_tax_id']):
            taxes = (preferred & taxes) or taxes
        if len(taxes) == 1 or (taxes and line.tax_type in self.no_tax):
            return taxes[:1]
        if taxes:
            words = _lt(
                "Several taxes here (%(taxes)s) are mapped to Xero's tax rate %(rate)s. Make one "
                "of them the default tax of the account.",
                taxes=lazy_name(taxes, 'name'), rate=rate.name)
        elif rate:
            words = _lt(
                "No tax for this use that is %(percent)s %% is mapped to Xero's tax rate %(rate)s.",
                percent=f'{rate.rate:g}', rate=rate.name)
        else:
            words = _lt(
                "No tax for this use is mapped to Xero's tax rate %s.", line.tax_type)
        blockers.append(ImportBlocker('unmapped_tax', words, rate))
        return None

    def _price(self, document, line, net, tax, exactly):
        """Return quantity, price and discount that Odoo rounds to the line's amount before tax:
        those of Xero where they do, else a derived price, else one unit at the amount.

        :param Decimal net: the line's amount before tax
        :param recordset tax: `account.tax` of the line, or None
        :param bool exactly: without any rounding
        :return: values, and the amount before tax that they give before it is rounded
        :rtype: tuple(dict, Decimal)
        """
        quantity = Decimal(1) if line.quantity is None else line.quantity
        price = net if line.unit_amount is None else line.unit_amount
        discount = line.discount_rate or Decimal(0)
        included = tax and tax.price_include
        factor = 1 + _share(tax) if included else Decimal(1)
        left = (100 - discount) / 100
        if _has_step(quantity, self.quantity_step) and _has_step(discount, self.discount_step):
            same_way = bool(included) == (document.amount_types == 'Inclusive') or not factor - 1
            raw = quantity * price * left / factor
            # Odoo rounds an included tax, Xero the amount without it: a tie goes either way.
            natural = raw == net if exactly else (
                round2(raw) == net and not (included and is_tie(raw, 2)))
            if same_way and natural:
                return _values(quantity, price, discount), raw
            if quantity * left:
                return _values(quantity, net * factor / (quantity * left), discount), net
        return {**_values(Decimal(1), net * factor, Decimal(0)), 'name': (
            f'{line.description} ({quantity.normalize():f} × {price:f})')}, net


def _share(tax):
    """:return: the tax on an amount of 1
    :rtype: Decimal"""
    return Decimal(f'{tax._xero_percent() or 0:.6f}') / 100


def _values(quantity, price, discount):
    return {'quantity': float(quantity), 'price_unit': float(price), 'discount': float(discount)}


def _has_step(value, step):
    return value == value.quantize(step)
