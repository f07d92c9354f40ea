from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.opening import open_record
from ..core.problem import error_selection


class XeroInvoicingItem(models.Model):
    """One order, draft or contract of a month end, and the invoice that was made of it.

    Both are committed together, so that a run that was killed goes on where it was.
    """

    _name = 'xero.invoicing.item'
    _description = "What a Month End Invoices"
    _order = 'id'

    line_id = fields.Many2one(
        'xero.invoicing.run.line', required=True, readonly=True, index=True, ondelete='cascade')
    run_id = fields.Many2one(
        related='line_id.run_id', store=True, index=True, string="Month End")
    company_id = fields.Many2one(related='line_id.company_id', store=True)
    partner_id = fields.Many2one(related='line_id.partner_id')
    currency_id = fields.Many2one(related='line_id.currency_id')
    source = fields.Char(required=True, readonly=True, help="Model that invoices it.")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field='res_model', readonly=True)
    name = fields.Char("What", readonly=True)
    key = fields.Char(readonly=True, help="Those with another one get another invoice.")
    amount = fields.Monetary(readonly=True)
    state = fields.Selection(
        [('waiting', "Waiting"), ('made', "Made"), ('nothing', "Nothing left to invoice"),
         ('failed', "Not made")],
        required=True, readonly=True, default='waiting')
    move_ids = fields.Many2many('account.move', string="Invoices", readonly=True)
    error_code = fields.Selection('_selection_error_code', "Problem", readonly=True)
    error_message = fields.Text("What Is Wrong", readonly=True, translate=True)
    error_target = fields.Char(readonly=True)

    @api.model
    def _selection_error_code(self):
        return error_selection(self.env)

    def _record(self):
        """:return: what is invoiced, None where that is gone"""
        return self.env[self.res_model].browse(self.res_id).exists() \
            if self.res_model in self.env else None

    def _target(self):
        """:return: the record on which the problem is put right, or None"""
        model, _comma, res_id = (self.error_target or '').partition(',')
        record = self.env[model].browse(int(res_id)).exists() if model in self.env else None
        return record if record and record.has_access('read') else None

    # === ACTIONS === #

    def action_open(self):
        """:return: action that opens the invoice, or else what it is made from
        :raise UserError: that is gone"""
        self.ensure_one()
        record = self.move_ids[:1] or self._record()
        if not record:
            raise UserError(self.env._("%s is not there any more.", self.name))
        return open_record(record, self.company_id)
