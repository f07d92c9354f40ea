from odoo import api, fields, models
from odoo.tools import SQL


class XeroContactSync(models.Model):
    """How a partner stands with an organisation: waiting, there, or refused and why.

    It is a table of its own because the push writes it: were it on the partner, a push would make
    everyone who has the partner's form open save it a second time.
    """

    _name = 'xero.contact.sync'
    _inherit = ['xero.sync.mixin', 'xero.organisation.mixin']
    _description = "Contact in Xero"
    _order = 'id'
    _rec_name = 'partner_id'

    partner_id = fields.Many2one('res.partner', required=True, ondelete='cascade', readonly=True)
    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)

    _partner_uniq = models.Constraint(
        'UNIQUE(partner_id, connection_id)', "A partner has one contact in an organisation.")
    _pending_idx = models.Index("(connection_id) WHERE xero_state = 'pending'")

    @api.model
    def _get_or_create(self, connection, partners):
        """Return the rows of some partners; makes those that are missing.

        Two transactions that make the same row end in a conflict that Odoo repeats, where a
        violated constraint would reach the user.

        :param recordset connection: one `xero.connection`
        :param recordset partners: `res.partner`; what is deleted has no row
        :rtype: recordset of `xero.contact.sync`
        """
        self.env.cr.execute(SQL(
            "INSERT INTO xero_contact_sync (partner_id, connection_id, company_id, xero_attempts)"
            " SELECT id, %s, %s, 0 FROM res_partner WHERE id = ANY(%s)"
            " ON CONFLICT (partner_id, connection_id) DO NOTHING",
            connection.id, connection.company_id.id, partners.ids))
        if self.env.cr.rowcount:
            partners.invalidate_recordset(['xero_sync_ids'])
        return self.search(
            [('connection_id', '=', connection.id), ('partner_id', 'in', partners.ids)])

    @api.model
    def _queue(self, connection, partners, manual=False):
        """Make partners' contacts pending and wake the push.

        :param recordset connection: one `xero.connection`
        :param recordset partners: `res.partner`
        :param bool manual: somebody asked for it
        """
        if partners:
            self.sudo()._get_or_create(connection, partners).write(self._xero_queue_values(manual))
            connection._trigger_cron()

    @api.model
    def _store_outcomes(self, connection, outcomes, answer=None):
        """Keep and log what became of some contacts. One that has changed meanwhile stays in the
        queue.

        :param recordset connection: whose contacts
        :param list outcomes: (partner, revision of what was sent or None, values)
        :param answer: Xero's answer, if it is the outcome of a call
        """
        if not outcomes:
            return
        partners = self.env['res.partner'].union(*(row[0] for row in outcomes))
        rows = {row.partner_id: row for row in self._get_or_create(connection, partners)}
        ends = {*self._xero_success(), 'xero_state'}
        self._xero_store([
            (row, values if row.xero_state != 'pending' or row.xero_revision == revision else
             {name: value for name, value in values.items() if name not in ends})
            for partner, revision, values in outcomes if (row := rows.get(partner))], answer)

    @api.model
    def _xero_settings_changed(self, connections, before):
        # EXTENDS 'account_xero': what has only changed does not wait any more
        result = super()._xero_settings_changed(connections, before)
        off = connections.filtered(
            lambda c: 'update_contacts' in before[c] and not c.update_contacts)
        if off:
            self.sudo().search([
                ('connection_id', 'in', off.ids), ('xero_state', '=', 'pending'),
                ('xero_manual', '=', False)]).xero_state = False
        return result

    def _xero_failure(self, problem):
        # EXTENDS 'account_xero': that somebody asked for it is kept, so that a change of the
        # partner sends it again
        values = super()._xero_failure(problem)
        del values['xero_manual']
        return values

    @api.model
    def _xero_store(self, rows, answer=None):
        # EXTENDS 'account_xero'
        result = super()._xero_store(rows, answer)
        self.union(*(row for row, _values in rows)).partner_id.invalidate_recordset(
            ['xero_contact_state', 'xero_contact_error', 'xero_contact_last_push'])
        return result

    def _xero_log_subject(self):
        # OVERRIDES 'account_xero'
        return self.partner_id, self.partner_id.display_name
