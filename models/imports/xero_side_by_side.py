"""A document that differs, as both sides have it."""
from markupsafe import Markup

from odoo import models
from odoo.tools.misc import format_datetime, formatLang

from ...xero.documents import Document

TABLE = Markup(
    '<table class="table table-sm o_xero_sides"><thead><tr><th></th>'
    '<th style="width: 42%%">Odoo%s</th><th style="width: 42%%">Xero%s</th></tr></thead>'
    '<tbody>%s</tbody></table>')
ROW = Markup('<tr%s><th class="fw-normal text-muted">%s</th><td>%s</td><td>%s</td></tr>')
DIFFERS = Markup(' class="table-warning"')
WHO = Markup('<div class="fw-normal small text-muted">%s</div>')
BREAK = Markup('<br/>')


class XeroSideBySide(models.AbstractModel):
    _name = 'xero.side.by.side'
    _description = "Both Sides of a Document"

    def _render(self, row, move):
        """
        :param recordset row: one `xero.difference`
        :param recordset move: the `account.move` that it is about, with all rights
        :return: a table, Odoo and Xero side by side: what differs, and line by line
        :rtype: Markup
        """
        listed = row.sudo()._of_documents(move).filtered(
            lambda other: other.state == row.state or other == row)
        names = dict(row._fields['field']._description_selection(self.env))
        lines = [ROW % (DIFFERS, names[each.field], each.here, each.there) for each in listed]
        there = listed.filtered('lines_there')[:1].lines_there
        if there:
            lines += self._get_lines(move, Document.from_json({'LineItems': there}))
        return TABLE % (self._get_who_here(move), self._get_who_there(move),
                        Markup('').join(lines))

    def _get_who_here(self, move):
        """:return: who last changed it in Odoo, as far as its history tells of a person"""
        robot = self.env.ref('base.partner_root')
        message = self.env['mail.message'].sudo().search([
            ('model', '=', move._name), ('res_id', '=', move.id),
            ('message_type', '=', 'notification'), ('author_id', 'not in', (False, robot.id)),
        ], order='id desc', limit=1)
        return WHO % self.env._(
            "Changed by %(person)s, %(moment)s", person=message.author_id.name,
            moment=self._moment(message.date)) if message else ''

    def _get_who_there(self, move):
        """:return: when it was last changed in Xero, which tells nobody by whom"""
        return WHO % self.env._(
            "Changed %s; its history there says by whom",
            self._moment(move.xero_updated)) if move.xero_updated else ''

    def _moment(self, moment):
        return format_datetime(self.env, moment, dt_format='short')

    def _get_lines(self, move, document):
        """:param documents.Document document: with the lines that Xero had
        :return: a row of the table for each line
        :rtype: list(Markup)"""
        pairs = self.env['xero.take.over']._pairs(move, document)
        amounts = {each.record: each for each in self.env['xero.amounts']._of_lines(move)}
        here = {record: self._get_here(each) for record, each in amounts.items()}
        accounts, rates = self._get_names(move, document.lines)
        rows = [(pairs.get(line.xero_id), self._get_there(move, line, accounts, rates))
                for line in document.lines if line.account_code or line.account_id or line.amount]
        shown = {record for record, _text in rows}
        rows += [(record, ()) for record in here if record not in shown]
        return [self._get_row(number, here.get(record, ()), there)
                for number, (record, there) in enumerate(rows, 1)]

    def _get_row(self, number, here, there):
        return ROW % (
            DIFFERS if here[1:] != there[1:] else '', self.env._("Line %s", number),
            *(BREAK.join(filter(None, each)) or '–' for each in (here, there)))

    def _get_names(self, move, lines):
        """:return: names of the accounts by code, and of the tax rates by type, of some lines"""
        connection = move.company_id._xero_connections().get(move.company_id.id)
        of = [('connection_id', '=', connection.id if connection else False)]
        accounts = self.env['xero.account'].sudo().search(
            [*of, ('code', 'in', [line.account_code for line in lines])])
        rates = self.env['xero.tax.rate'].sudo().search(
            [*of, ('tax_type', 'in', [line.tax_type for line in lines])])
        return ({account.code: account.display_name for account in accounts},
                {rate.tax_type: rate.display_name for rate in rates})

    def _get_here(self, amounts):
        """:param LineAmounts amounts: of a line here
        :return: what it is, and what it comes to
        :rtype: list(str)"""
        record = amounts.record
        account = record.account_id.with_company(record.company_id._xero_owner())
        return [
            record.name or '', (account.xero_account_id or account).display_name or '',
            record._xero_tax_rate().display_name or self.env._("No tax"),
            self._money(record.move_id, amounts.untaxed + amounts.tax)]

    def _get_there(self, move, line, accounts, rates):
        """:param documents.Line line: of Xero
        :return: as of :meth:`_get_here`
        :rtype: list(str)"""
        return [
            line.description, accounts.get(line.account_code, line.account_code),
            rates.get(line.tax_type) or self.env._("No tax"),
            self._money(move, (line.amount or 0) + line.tax_amount)]

    def _money(self, move, amount):
        return formatLang(self.env, float(amount), currency_obj=move.currency_id)
