import uuid

from odoo import api, fields, models
from odoo.tools import SQL

from .xero_request import RETRY_DELAYS

#: What ends with an answer to the newest state of a partner, and not with one to an older state.
_OUTCOME = ('state', 'manual', 'attempts', 'error_code', 'error_message')


class XeroContactSync(models.Model):
    """How a partner stands with an organisation: waiting, there, or refused and why.

    It is a table of its own because the push writes it: were it on the partner, a push would make
    everyone who has the partner's form open save it a second time.
    """

    _name = 'xero.contact.sync'
    _description = "Contact in Xero"
    _order = 'id'
    _rec_name = 'partner_id'

    partner_id = fields.Many2one('res.partner', required=True, ondelete='cascade', readonly=True)
    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    state = fields.Selection(
        [('pending', "Pending"), ('synced', "Synced to Xero"), ('failed', "Sync failed")],
        readonly=True)
    manual = fields.Boolean(
        "Sent by Hand", readonly=True,
        help="Somebody asked for this contact, so it goes out whatever the switches say.")
    ticket = fields.Char(
        readonly=True, groups='base.group_system',
        help="Drawn anew whenever the contact is queued. An answer to what was sent under an "
             "older ticket does not make the contact synced.")
    payload_hash = fields.Char(
        readonly=True, groups='base.group_system',
        help="Fingerprint of what Xero has; an equal one needs no call.")
    attempts = fields.Integer(readonly=True)
    error_code = fields.Char("Code", readonly=True)
    error_message = fields.Text("Error", readonly=True)
    last_push = fields.Datetime("Last Sent", readonly=True)

    _partner_uniq = models.Constraint(
        'UNIQUE(partner_id, connection_id)', "A partner has one contact in an organisation.")
    _pending_idx = models.Index("(connection_id) WHERE state = 'pending'")

    @api.model
    def _of(self, connection, partners):
        """Return the rows of some partners; makes those that are missing.

        Two transactions that make the same row end in a conflict that Odoo repeats, where a
        violated constraint would reach the user.

        :param recordset connection: one `xero.connection`
        :param recordset partners: `res.partner`; what is deleted has no row
        """
        self.env.cr.execute(SQL(
            "INSERT INTO xero_contact_sync (partner_id, connection_id, company_id, attempts)"
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

        :param bool manual: somebody asked for it
        """
        if not partners:
            return
        values = {'state': 'pending', 'ticket': uuid.uuid4().hex[:12], 'attempts': 0,
                  'error_code': False, 'error_message': False}
        if manual:
            values['manual'] = True
        self.sudo()._of(connection, partners).write(values)
        connection._trigger_push()

    def _settle(self, connection, outcomes, answer=None):
        """Keep and log what became of some contacts.

        :param recordset connection: whose contacts
        :param list outcomes: (partner, ticket of what was sent or None, values)
        :param answer: Xero's answer, if it is the outcome of a call
        """
        partners = self.env['res.partner'].union(*(row[0] for row in outcomes))
        rows = {row.partner_id: row for row in self._of(connection, partners)}
        for partner, ticket, values in outcomes:
            row = rows.get(partner)
            if not row:
                continue
            if row.state == 'pending' and row.ticket != ticket:
                # Changed meanwhile, so it stays in the queue.
                values = {name: value for name, value in values.items() if name not in _OUTCOME}
            row.write(values)
        self.env['xero.log'].sudo()._add_contacts(connection, outcomes, answer)

    def _success(self):
        """:return: values of a contact that Xero has"""
        return {'state': 'synced', 'manual': False, 'attempts': 0, 'error_code': False,
                'error_message': False}

    def _failure(self, problem):
        """:return: values of a contact that has a problem. That somebody asked for it is kept: a
        change of the partner sends it again then."""
        return {'state': 'failed', 'error_code': problem.code, 'error_message': problem.message}

    def _note_attempt(self, problem):
        """Count an attempt that reached Xero and had no clear end; the last one fails a contact.

        :param Problem problem: what it ended with
        :return: how many attempts the one with the most of them has had
        :rtype: int
        """
        if not self:
            return 0
        self._settle(self.connection_id, [(row.partner_id, row.ticket, {
            'attempts': row.attempts + 1,
            **(self._failure(problem) if row.attempts == len(RETRY_DELAYS) else {}),
        }) for row in self])
        return max(self.mapped('attempts'))
