"""The documents of a connection: how many stand how, and what holds them up."""
from collections import Counter

from odoo import fields, models

from ..core.opening import in_company
from .account_move_badge import AGREEING
from .account_move_redated import DATES
from .showing import list_documents

#: How the context of an action names a filter that is set at first.
FILTER = 'search_default_xero_'


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    pending_count = fields.Integer("Pending", compute='_compute_document_counts')
    failed_count = fields.Integer("Failed", compute='_compute_document_counts')
    differing_count = fields.Integer("Differing", compute='_compute_document_counts')
    synced_count = fields.Integer("Synced", compute='_compute_document_counts')
    problem_ids = fields.One2many(
        'xero.problem', 'connection_id', string="Problems", readonly=True)
    push_allocations = fields.Boolean(
        "Match credit notes in Xero", default=True,
        help="Credit notes that are matched with invoices or bills here are matched in Xero, too, "
             "where both are there and approved. Taken back here, it is taken back there.")
    redated_date = fields.Selection(
        DATES, "Date of what is booked in another month", required=True, default='invoice',
        help="A lock date may give a document an accounting date in another month than its own. "
             "Xero has one date only, by which its tax return goes. It can be changed on each "
             "document, also before it is posted.")

    # === DOCUMENTS === #

    def _compute_document_counts(self):
        counts, differing = Counter(), Counter()
        for company, state, differs, count in self.env['account.move'].sudo()._read_group(
                [('company_id', 'in', self.company_id._xero_together().ids),
                 ('xero_state', '!=', False)],
                ['company_id', 'xero_state', 'xero_differs'], ['__count']):
            owner = company._xero_owner().id
            differing[owner] += differs and count
            # What differs is synced by what was sent last, and yet not the same there.
            if not (differs and state == 'synced'):
                counts[owner, state] += count
        for connection in self:
            company = connection.company_id.id
            connection.pending_count = counts[company, 'pending']
            connection.failed_count = counts[company, 'failed']
            connection.differing_count = differing[company]
            connection.synced_count = counts[company, 'synced']

    def action_view_documents(self):
        """:return: action that lists this company's documents that are linked to Xero or on their
            way"""
        self.ensure_one()
        # The buttons choose a filter by it; the web client does not hand it on by itself.
        filters = {name: value for name, value in self.env.context.items()
                   if name.startswith(FILTER)}
        if f'{FILTER}synced' in filters:
            filters.update((FILTER + badge, 1) for badge in AGREEING)
        return in_company(list_documents(self.env, self.env._("Documents in Xero"), [
            ('company_id', 'in', self.company_id._xero_together().ids),
            ('xero_state', '!=', False)], filters),
            self.company_id)

    def action_view_problems(self, code=None):
        """:param str code: of the error catalogue, for that kind of problem alone
        :return: action that lists what holds up documents of this connection"""
        self.ensure_one()
        action = self.env['ir.actions.actions']._for_xml_id('account_xero.action_xero_problem')
        domain = [('connection_id', '=', self.id)]
        if code:
            domain.append(('code', '=', code))
        return in_company({**action, 'domain': domain}, self.company_id)
