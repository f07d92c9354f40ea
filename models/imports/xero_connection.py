"""What a connection says about documents that are made in Xero."""
from odoo import api, fields, models

from ..core.opening import in_company
from ..documents.showing import list_documents
from ..pull.lists import PullStep
from .xero_first_sync import compute_first_sync


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    import_policy = fields.Selection(
        [
            ('none', "Leave alone"),
            ('list', "List only"),
            ('draft', "Import as draft"),
            ('post', "Import and post"),
        ],
        string="Documents Made in Xero", required=True, default='none', tracking=True,
        help="What happens to invoices, bills and credit notes that somebody makes in Xero.\n"
             "Leave alone: Odoo takes no notice of them.\n"
             "List only: they are listed under Unmatched.\n"
             "Import as draft: they are made here as drafts, for somebody to check and post.\n"
             "Import and post: approved ones are made here and posted, with their payments.\n"
             "Documents that Odoo has already are linked, not doubled. What was made in Xero is "
             "never sent back there.")
    import_from = fields.Date(
        "Documents Dated From",
        help="Older documents made in Xero are left alone. Empty: all that change are imported.")
    import_attachments = fields.Boolean(
        "Fetch attachments of bills",
        help="Files attached in Xero to imported bills and vendor credit notes are attached here, "
             "too. Each document with files costs a call to Xero, and each file another one.")
    unmatched_count = fields.Integer("Unmatched", compute='_compute_unmatched_count')
    first_sync_state = fields.Selection(
        [('running', "Running"), ('done', "Finished"), ('stopped', "Stopped")],
        string="First Synchronisation", compute=compute_first_sync)
    first_sync_progress = fields.Float("Progress", compute=compute_first_sync)
    first_sync_text = fields.Char("How It Stands", compute=compute_first_sync)

    @api.onchange('import_policy')
    def _onchange_import_policy(self):
        if self.import_policy != 'none' and self._origin.import_policy == 'none' \
                and not self.import_from:
            self.import_from = fields.Date.context_today(self)

    def _compute_unmatched_count(self):
        counts = dict(self.env['xero.unmatched'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', '=', 'waiting')],
            ['connection_id'], ['__count']))
        for connection in self:
            connection.unmatched_count = counts.get(connection, 0)

    def write(self, vals):
        # EXTENDS 'account_xero': what was only listed is imported when the policy says so
        before = {connection: connection.import_policy for connection in self}
        if vals.get('import_policy', 'none') != 'none' and 'import_from' not in vals \
                and all(c.import_policy == 'none' and not c.import_from for c in self):
            # History does not come by surprise.
            vals = {**vals, 'import_from': fields.Date.context_today(self)}
        result = super().write(vals)
        if vals.get('import_policy') in ('draft', 'post'):
            changed = self.filtered(lambda c: c.import_policy != before[c])
            self.env['xero.unmatched'].sudo().search([
                ('connection_id', 'in', changed.ids), ('state', '=', 'waiting'),
                ('reason', '=', 'policy')])._release()
        return result

    def _pull_steps(self):
        # EXTENDS 'account_xero'
        waiting, files = self.env['xero.import.waiting'], self.env['xero.import.files']
        first_sync = self.env['xero.import.first.sync']
        steps = super()._pull_steps()
        steps.insert(1, PullStep('released', waiting._get_due, waiting._run))
        return steps + [
            PullStep('first_sync', first_sync._get_due, first_sync._run),
            PullStep('contacts', lambda connections: connections.browse(), waiting._get_contacts),
            PullStep('files', files._get_due, files._run),
        ]

    # === ACTIONS === #

    def action_view_unmatched(self):
        """:return: action that lists the documents of Xero that Odoo does not have"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_unmatched')
        return in_company({**action, 'domain': [('connection_id', '=', self.id)]}, self.company_id)

    def action_view_first_sync(self):
        """:return: action that lists the documents that the first synchronisation brought here"""
        self.ensure_one()
        self.check_access('read')
        domain = self.env['xero.first.sync'].sudo()._latest(self)._get_imported()
        return in_company(list_documents(
            self.env, self.env._("Imported from Xero"), domain), self.company_id)

    def action_continue_first_sync(self):
        """Go on with the first synchronisation that somebody stopped, where it was."""
        self.ensure_one()
        self.check_access('write')
        self.env['xero.first.sync'].sudo()._latest(self)._go_on()

    def action_stop_first_sync(self):
        """Leave the rest of the first synchronisation; what is here stays."""
        self.check_access('write')
        self.env['xero.first.sync'].sudo()._running(self)._stop_here()
