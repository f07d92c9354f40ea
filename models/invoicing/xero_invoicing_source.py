"""Where a month-end run finds what is to be invoiced; each kind is a model of its own."""
from typing import NamedTuple

from odoo import fields, models
from odoo.models import BaseModel


class Found(NamedTuple):
    """One record of which something is to be invoiced, and what that is as far as it can be known
    before it is made."""

    record: BaseModel
    partner: BaseModel          # that the invoice goes to
    currency: BaseModel
    amount: float               # with taxes, in that currency
    lines: tuple = ()           # `account.move.line`, as they would be: only in memory, or drafts


class XeroInvoicingSource(models.AbstractModel):
    """A kind of records that are invoiced at the end of a month.

    Modules that this one does not depend on are looked for, and talked to by names.
    """

    _name = 'xero.invoicing.source'
    _description = "What Is Invoiced at the End of a Month"

    #: The model of the records.
    _model = None
    #: Whether several records may be on one invoice.
    _joins = False

    def _collect(self, run, companies):
        """Find what is due, and write nothing.

        :param recordset run: one `xero.invoicing.run`
        :param recordset companies: `res.company`
        :return: one for each record
        :rtype: list(Found)
        """
        raise NotImplementedError

    def _as_invoiced(self, record, product, taxes, **values):
        """
        :param recordset record: one with a company, a journal and a fiscal position, all of which
            but the first may be empty
        :param recordset product: `product.product`, one or none
        :param recordset taxes: `account.tax`
        :param values: of the line besides
        :return: the `account.move.line` that would be, in memory only
        """
        accounts = product.product_tmpl_id.get_product_accounts(
            fiscal_pos=record.fiscal_position_id) if product else {}
        account = accounts.get('income') or (record.journal_id or self.env[
            'account.journal'].search([
                ('company_id', 'parent_of', record.company_id.id), ('type', '=', 'sale')],
                limit=1)).default_account_id
        return self.env['account.move.line'].new({
            'display_type': 'product', 'product_id': product.id, 'account_id': account.id,
            'tax_ids': [fields.Command.set(taxes.ids)], **values})

    def _get_key(self, record):
        """
        :param recordset record: one of :attr:`_model`
        :return: what may not differ among records on one invoice, besides what Odoo itself looks
            at
        :rtype: str
        """
        return ''

    def _make(self, run, records, apart):
        """Make the invoices, as drafts, by Odoo's own methods; of what is not due any more, none.

        :param recordset run: one `xero.invoicing.run`
        :param recordset records: some that :meth:`_collect` has found, all with one key
        :param bool apart: an invoice for each of them
        :return: {record: `account.move` in which it is invoiced, none where nothing was due}
        :rtype: dict
        """
        raise NotImplementedError
