from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.core.opening import in_company
from ..models.mapping.xero_mapping_mixin import XERO_MAPPED
from .xero_mapping_wizard import KINDS, TARGETS


class XeroFixWizard(models.TransientModel):
    """What one record of Odoo is in Xero, chosen where its want was met."""

    _name = 'xero.fix.wizard'
    _description = "Choice of the Counterpart in Xero"

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field='res_model', readonly=True)
    kind = fields.Selection(KINDS, compute='_compute_record')
    connection_id = fields.Many2one('xero.connection', compute='_compute_record')
    question = fields.Char(compute='_compute_record')
    target_domain = fields.Binary(compute='_compute_record')
    message = fields.Text("What is wrong", compute='_compute_waiting')
    outcome = fields.Char("What goes out then", compute='_compute_waiting')
    account_id = fields.Many2one(
        'xero.account', "Account in Xero", compute='_compute_target', store=True, readonly=False)
    tax_rate_id = fields.Many2one(
        'xero.tax.rate', "Tax Rate in Xero", compute='_compute_target', store=True, readonly=False)
    other_rate_id = fields.Many2one(
        'xero.tax.rate', "On Other Accounts", compute='_compute_target', store=True,
        readonly=False,
        help="The tax rate that a line has instead on an account that Xero does not allow the "
             "first one on.")
    item_id = fields.Many2one(
        'xero.item', "Item in Xero", compute='_compute_target', store=True, readonly=False)
    tracking_option_id = fields.Many2one(
        'xero.tracking.option', "Tracking Option in Xero", compute='_compute_target', store=True,
        readonly=False)
    reason = fields.Char("Why It Is Proposed", compute='_compute_target', store=True)

    # === COMPUTE METHODS === #

    @api.depends('company_id', 'res_model', 'res_id')
    def _compute_record(self):
        for wizard in self:
            # With the user's own rights: another company's connection is not to be seen here.
            connection = self.env['xero.connection'].search(
                [('company_id', '=', wizard.company_id._xero_owner().id)])
            record, wizard.connection_id = wizard._record(), connection
            wizard.kind = record and record._xero_kind()
            wizard.question = record and self._question(record, wizard.company_id)
            wizard.target_domain = list(
                record._xero_target_domain(connection)) if record else []

    @api.depends('company_id', 'res_model', 'res_id')
    def _compute_waiting(self):
        for wizard in self:
            record = wizard.connection_id and wizard._record()
            wizard.message, wizard.outcome = self.env['xero.cure']._describe(
                record, wizard.company_id) if record else ('', '')

    @api.depends('company_id', 'res_model', 'res_id')
    def _compute_target(self):
        for wizard in self:
            wizard.update({**dict.fromkeys(TARGETS.values()), 'other_rate_id': False,
                           'reason': False})
            record = wizard.connection_id and wizard._record()
            if not record:
                continue
            kind = record._xero_kind()
            current = record[record._xero_target_field].filtered_domain(
                record._xero_target_domain(wizard.connection_id))
            if current.active and not (kind == 'tax' and record.xero_rate_doubt):
                wizard[TARGETS[kind]] = current
            else:
                wizard._propose(record, TARGETS[kind])
            if kind == 'tax':
                wizard.other_rate_id = record.xero_other_rate_id

    def _propose(self, record, name):
        """Choose what is likely for a record; of what is doubtful, say no more than that it may be.

        :param recordset record: whose counterpart is none, or none that will do
        :param str name: of the field that holds the counterpart here
        """
        match = self.env['xero.matching']._propose(self.connection_id, record)
        if not match.target:
            return
        proposed = match.target.with_env(self.env)
        if match.certain or match.likely:
            self[name] = proposed
            self.reason = self.env._("Proposed: %s.", match.reason)
        else:
            self.reason = self.env._(
                "Maybe %(target)s: %(reason)s.", target=proposed.display_name,
                reason=match.reason)

    def _record(self):
        """:return: the record in its company; None where the user may not see it
        :rtype: recordset | None"""
        # What the browser says, so it is asked whether the user may see it.
        if self.res_model not in XERO_MAPPED.values() or self.company_id not in self.env.companies:
            return None
        record = self.env[self.res_model].browse(self.res_id).with_company(
            self.company_id).exists()
        return record if record and record.has_access('read') else None

    # === TEXTS === #

    @api.model
    def _title(self, kind):
        """:return: what is done in the dialog, for a button
        :rtype: str"""
        return {
            'account': self.env._("Choose the account in Xero"),
            'tax': self.env._("Choose the tax rate in Xero"),
            'product': self.env._("Choose the item in Xero"),
            'analytic': self.env._("Choose the tracking option in Xero"),
            'journal': self.env._("Choose the account in Xero"),
        }[kind]

    @api.model
    def _question(self, record, company):
        """:return: what is asked about a record
        :rtype: str"""
        values = {'record': record.display_name, 'company': company.display_name}
        return {
            'account': self.env._(
                "Which account in Xero is the account %(record)s of %(company)s?", **values),
            'tax': self.env._(
                "Which tax rate in Xero is the tax %(record)s of %(company)s?", **values),
            'product': self.env._(
                "Which item in Xero is the product %(record)s of %(company)s?", **values),
            'analytic': self.env._(
                "Which tracking option in Xero is the analytic account %(record)s of "
                "%(company)s?", **values),
            'journal': self.env._(
                "Which account in Xero is the journal %(record)s of %(company)s?", **values),
        }[record._xero_kind()]

    # === ACTIONS === #

    @api.model
    def _action(self, record, company):
        """
        :param recordset record: one of a model of XERO_MAPPED
        :param recordset company: `res.company` of the documents that wait for it
        :return: action that opens the dialog
        :rtype: dict
        """
        return in_company({
            'type': 'ir.actions.act_window',
            'name': self._title(record._xero_kind()),
            'res_model': self._name,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_company_id': company.id, 'default_res_model': record._name,
                        'default_res_id': record.id, 'dialog_size': 'medium'},
        }, company)

    def action_save(self):
        """Map the record, which lets the documents that waited for it go out.

        :return: a notification that says how many do
        :raise UserError: nothing is chosen, or the user may not change the record
        """
        self.ensure_one()
        self.connection_id.check_access('write')
        record = self._record()
        if not record or not self[TARGETS[self.kind]]:
            raise UserError(self.env._("Choose what it is in Xero."))
        if not record.has_access('write'):
            raise UserError(self.env._(
                "You may not change %s. Ask somebody who may.", record.display_name))
        waiting = self.env['xero.cure']._get_waiting(record, self.company_id)
        chosen = {record._xero_target_field: self[TARGETS[self.kind]]}
        if self.kind == 'tax' and self.other_rate_id != record.xero_other_rate_id:
            chosen['xero_other_rate_id'] = self.other_rate_id
        for field, target in chosen.items():
            self.env['xero.matching']._save(
                self.connection_id, self.kind, [(record, target)], field)
        return self.env['xero.cure']._notify(self.env._("Mapped"), *waiting)

    def action_open_mapping(self):
        """:return: action that opens the page of all mappings of this kind"""
        self.ensure_one()
        return in_company(self.env['ir.actions.actions']._for_xml_id(
            f'account_xero.action_xero_mapping_{self.kind}'), self.company_id)
