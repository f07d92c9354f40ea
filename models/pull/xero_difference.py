from odoo import api, fields, models

from ..core.opening import in_company

#: What a payment here that Xero does not have makes differ.
MONEY = ('amount_due', 'payment')


class XeroDifference(models.Model):
    _inherit = 'xero.difference'

    can_open_payers = fields.Boolean(compute='_compute_can_open_payers')

    @api.depends('field', 'res_model', 'res_id')
    def _compute_can_open_payers(self):
        rows = self.filtered(lambda row: row.field in MONEY)
        payers = self.env['xero.apply.recognise'].sudo()._get_payers(rows._moves()) \
            if rows else {}
        for row in self:
            row.can_open_payers = row in rows and row.res_id in payers

    def action_open_payers(self):
        """Open what pays the document here and is not known in Xero, where it can be taken off the
        document, or seen what is to be registered in Xero, too.

        :return: action that opens payments, or the journal entries of others
        """
        moves = self.filtered('can_open_payers')._documents()
        records = self.env['account.payment'], self.env['account.move']
        for payers in self.env['xero.apply.recognise'].sudo()._get_payers(moves).values():
            records = [some | each for some, each in zip(records, payers, strict=True)]
        payments, entries = (some.with_env(self.env) for some in records)
        some = entries | payments.move_id if entries else payments
        action = in_company({
            'type': 'ir.actions.act_window', 'res_model': some._name,
            'name': self.env._("Paid in Odoo, and not in Xero"),
        }, moves.company_id)
        if len(some) == 1:
            return {**action, 'res_id': some.id, 'view_mode': 'form', 'views': [(False, 'form')]}
        return {**action, 'domain': [('id', 'in', some.ids)], 'view_mode': 'list,form',
                'views': [(False, 'list'), (False, 'form')]}
