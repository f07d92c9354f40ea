from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.core.notification import notification
from ..models.core.opening import in_company
from ..models.mapping.xero_mapping_mixin import XERO_MAPPED

KINDS = [
    ('account', "Accounts"), ('tax', "Taxes"), ('product', "Products"),
    ('analytic', "Analytic Accounts"), ('journal', "Bank and Cash Journals"),
]
#: How sure a proposal is, surest first.
CERTAINTIES = [('certain', "Certain"), ('likely', "Likely"), ('doubtful', "Doubtful"),
               ('none', "No proposal")]
#: Field of a row that holds the counterpart, by kind.
TARGETS = {'account': 'account_id', 'tax': 'tax_rate_id', 'product': 'item_id',
           'analytic': 'tracking_option_id', 'journal': 'account_id'}


class XeroMappingWizard(models.TransientModel):
    """Proposals of what Odoo's records are in Xero, to be looked at before they are saved."""

    _name = 'xero.mapping.wizard'
    _inherit = 'xero.guard.mixin'
    _description = "Match with Xero"

    connection_id = fields.Many2one(
        'xero.connection', required=True, readonly=True, ondelete='cascade')
    kind = fields.Selection(KINDS, readonly=True, help="Empty: all of them.")
    line_ids = fields.One2many('xero.mapping.wizard.line', 'wizard_id')
    account_line_ids = fields.One2many(
        'xero.mapping.wizard.line', 'wizard_id', domain=[('kind', '=', 'account')])
    tax_line_ids = fields.One2many(
        'xero.mapping.wizard.line', 'wizard_id', domain=[('kind', '=', 'tax')])
    product_line_ids = fields.One2many(
        'xero.mapping.wizard.line', 'wizard_id', domain=[('kind', '=', 'product')])
    analytic_line_ids = fields.One2many(
        'xero.mapping.wizard.line', 'wizard_id', domain=[('kind', '=', 'analytic')])
    journal_line_ids = fields.One2many(
        'xero.mapping.wizard.line', 'wizard_id', domain=[('kind', '=', 'journal')])

    # === CRUD METHODS === #

    @api.model
    def _open(self, connection, kind=None):
        """Look for counterparts of what is not mapped, and show them.

        :param recordset connection: `xero.connection`, the company's or none
        :param str kind: of XERO_MAPPED; all of them when left out
        :return: action that opens the dialog
        :raise UserError: the company was never connected
        """
        if not connection.tenant_id:
            raise UserError(self.env._(
                "Connect this company to Xero first: Xero > Configuration > Connections."))
        connection = connection.sudo(False)
        connection.check_access('write')
        rows = [self._prepare_line(name, match)
                for name in ([kind] if kind else XERO_MAPPED)
                for match in self.env['xero.matching']._find(connection, name)]
        # Within each, what lines are going to need comes first.
        rows.sort(key=lambda row: list(dict(CERTAINTIES)).index(row['certainty']))
        wizard = self.sudo().create({
            'connection_id': connection.id, 'kind': kind,
            'line_ids': [Command.create(row) for row in rows]})
        return in_company({
            'type': 'ir.actions.act_window',
            'name': self.env._("Match with Xero"),
            'res_model': self._name,
            'res_id': wizard.id,
            'view_mode': 'form',
            'target': 'new',
        }, connection.company_id)

    def _prepare_line(self, kind, match):
        """:param Match match: a proposal
        :return: values of the row that shows it"""
        return {
            'kind': kind,
            'res_model': match.record._name,
            'res_id': match.record.id,
            TARGETS[kind]: match.target.id,
            'reason': match.reason,
            'certainty': 'certain' if match.certain else 'likely' if match.likely
            else 'doubtful' if match.target else 'none',
            'selected': match.certain or match.likely,
        }

    # === ACTIONS === #

    def action_confirm(self):
        """Save the rows that are ticked.

        :return: a notification of how many these were
        """
        self.ensure_one()
        self.connection_id.check_access('write')
        pending = self._count_pending()
        count = sum(
            self.env['xero.matching']._save(self.connection_id, kind, [
                (self.env[line.res_model].browse(line.res_id), line._target()) for line in lines])
            for kind, lines in self.line_ids.filtered(
                lambda line: line.selected and line._target()).grouped('kind').items())
        return notification('success', self.env._("Matched with Xero"), self.env._(
            "Mapped: %(count)s. Documents that go to Xero now: %(documents)s.",
            count=count, documents=self._count_pending() - pending),
            then={'type': 'ir.actions.act_window_close'})

    def _count_pending(self):
        """:return: how many documents of the company are on their way to Xero"""
        return self.env['account.move'].sudo().search_count([
            ('company_id', 'in', self.connection_id.company_id._xero_together().ids),
            ('xero_state', '=', 'pending')])


class XeroMappingWizardLine(models.TransientModel):
    _name = 'xero.mapping.wizard.line'
    _inherit = 'xero.guard.mixin'
    _description = "Proposed Counterpart in Xero"
    _order = 'id'

    wizard_id = fields.Many2one(
        'xero.mapping.wizard', required=True, index=True, ondelete='cascade')
    kind = fields.Selection(KINDS, required=True, readonly=True)
    selected = fields.Boolean("Save")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field='res_model', readonly=True)
    record_name = fields.Char("In Odoo", compute='_compute_record_name')
    is_sale = fields.Boolean(compute='_compute_record_name')
    account_id = fields.Many2one('xero.account', "Account in Xero")
    tax_rate_id = fields.Many2one('xero.tax.rate', "Tax Rate in Xero")
    item_id = fields.Many2one('xero.item', "Item in Xero")
    tracking_option_id = fields.Many2one('xero.tracking.option', "Tracking Option in Xero")
    reason = fields.Char("Why", readonly=True)
    certainty = fields.Selection(
        CERTAINTIES,
        "How Sure", readonly=True)

    @api.depends('res_model', 'res_id')
    def _compute_record_name(self):
        # What was stored, not what the browser says: names are read with all rights.
        for model, lines in self.grouped(lambda line: line._origin.res_model).items():
            if not model:
                lines.update({'record_name': False, 'is_sale': False})
                continue
            records = self.env[model].browse(lines._origin.mapped('res_id')).sudo().with_company(
                lines.wizard_id.connection_id.company_id)
            for line, record in zip(lines, records, strict=True):
                line.record_name = record.display_name
                line.is_sale = model == 'account.tax' and record.type_tax_use == 'sale'

    @api.onchange('account_id', 'tax_rate_id', 'item_id', 'tracking_option_id')
    def _onchange_target(self):
        self.selected = bool(self._target())

    def _target(self):
        """:return: the counterpart that is proposed or chosen, or none"""
        return self[TARGETS[self.kind]]
