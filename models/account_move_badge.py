"""Where a document has its badge, and what it says when the mouse rests on it."""
from odoo import api, fields, models
from odoo.tools.misc import format_datetime

#: Characters of Xero's own words that fit into a hover text.
LONGEST_MESSAGE = 300


class AccountMove(models.Model):
    _inherit = 'account.move'

    xero_tooltip = fields.Text("Xero: What It Means", compute='_compute_xero_tooltip')

    # === VIEWS === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type='form', **options):
        # EXTENDS 'base'
        return (*super()._get_view_cache_key(view_id, view_type, **options),
                self._xero_is_anybody_connected())

    @api.model
    def _get_view(self, view_id=None, view_type='form', **options):
        # EXTENDS 'base': no badges where no company is connected. That is known for the whole
        # list, so no row has to say it.
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ('list', 'kanban') and not self._xero_is_anybody_connected():
            for node in arch.xpath("//field[@name='xero_state']"):
                node.getparent().remove(node)
        return arch, view

    def _xero_is_anybody_connected(self):
        """:return: whether one of the companies that the user looks at is connected"""
        return not self.env['xero.connection']._connected_companies().isdisjoint(
            self.env.companies.ids)

    # === HOVER TEXT === #

    @api.depends('xero_state', 'xero_number', 'xero_status', 'xero_last_push', 'xero_last_pull',
                 'xero_error_code', 'xero_error_message')
    @api.depends_context('lang', 'tz')
    def _compute_xero_tooltip(self):
        connections = self.env['xero.connection']._connection_of(
            self.filtered(lambda move: move.xero_state == 'pending').company_id)
        tried = self._xero_last_tried()
        for move in self:
            lines = []
            if move.xero_state == 'synced':
                lines = move._xero_tooltip_synced()
            elif move.xero_state == 'pending':
                lines = move._xero_tooltip_pending(connections.get(move.company_id.id))
            elif move.xero_state == 'failed':
                lines = move._xero_tooltip_failed(tried.get(move.id))
            move.xero_tooltip = '\n'.join(filter(None, lines)) or False

    def _xero_last_tried(self):
        """:return: {id: when it was last tried to send it} of those that failed, in one query"""
        failed = self.filtered(lambda move: move.xero_state == 'failed')
        if not failed:
            return {}
        return dict(self.env['xero.log'].sudo()._read_group(
            [('res_model', '=', self._name), ('res_id', 'in', failed.ids),
             ('direction', '=', 'push')], ['res_id'], ['create_date:max']))

    def _xero_tooltip_synced(self):
        """:return: lines: under which number, how it stands there, when it was sent and looked at
        :rtype: list(str)"""
        number = self.xero_number or self.name
        if self.xero_status_label:
            number = self.env._(
                "%(number)s in Xero: %(status)s", number=number, status=self.xero_status_label)
        else:
            number = self.env._("%s in Xero", number)
        return [
            number,
            self.xero_last_push and self.env._("Sent: %s", self._xero_moment(self.xero_last_push)),
            self.xero_last_pull and self.env._(
                "Last change from Xero: %s", self._xero_moment(self.xero_last_pull)),
        ]

    def _xero_tooltip_pending(self, connection):
        """:param recordset connection: the company's `xero.connection`, or None
        :return: lines: what it waits for
        :rtype: list(str)"""
        if not connection:
            return [self.env._("Waiting to be sent."), self.env._(
                "This company is not connected to Xero at the moment.")]
        if connection.waiting_reason:
            return [self.env._("Waiting to be sent."), connection.waiting_reason]
        return [self.env._("Waiting to be sent, usually for less than a minute.")]

    def _xero_tooltip_failed(self, tried):
        """:param datetime tried: when it was last tried, or None
        :return: lines: what is wrong, why, how it is put right, and since when
        :rtype: list(str)"""
        title, fix = self._xero_error_text(self.xero_error_code)
        message = self.xero_error_message or ''
        if len(message) > LONGEST_MESSAGE:
            message = f"{message[:LONGEST_MESSAGE].rstrip()}…"
        return [title, message, fix,
                tried and self.env._("Last tried: %s", self._xero_moment(tried))]

    def _xero_moment(self, moment):
        """:param datetime moment: naive UTC
        :return: it in the user's time zone and language"""
        return format_datetime(self.env, moment, dt_format='short')
