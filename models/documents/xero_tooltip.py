"""What a badge says when the mouse rests on it."""
from odoo import models
from odoo.tools.misc import format_datetime

from ..core.problem import error_text
from .showing import name_in_xero

#: Characters of Xero's own words that fit into a hover text.
LONGEST_MESSAGE = 300


class XeroTooltip(models.AbstractModel):
    _name = 'xero.tooltip'
    _description = "Hover Text of a Document's State in Xero"

    def _get_lines(self, moves):
        """
        :param recordset moves: `account.move`
        :return: {document: lines of its hover text, empty ones among them}
        :rtype: dict
        """
        waiting = moves.filtered(lambda move: move.xero_badge in ('pending', 'absent'))
        connections = waiting.company_id._xero_connections()
        tried, differing = self._get_last_tried(moves), self._get_differing(moves)
        lines = dict.fromkeys(moves, ())
        for move in moves:
            if move.xero_state == 'synced':
                lines[move] = [*differing.get(move.id, ()), *self._get_synced(move)]
            elif move.xero_state == 'pending':
                lines[move] = self._get_pending(connections.get(move.company_id.id))
            elif move.xero_state == 'failed':
                lines[move] = self._get_failed(move, tried.get(move.id))
            elif move.xero_badge == 'absent':
                lines[move] = self.env['xero.absence']._get_lines(
                    connections[move.company_id.id], move)
        return lines

    def _get_last_tried(self, moves):
        """:return: {id: when it was last tried to send it} of those that failed, in one query"""
        failed = moves.filtered(lambda move: move.xero_state == 'failed')
        if not failed:
            return {}
        return dict(self.env['xero.log'].sudo()._read_group(
            [('res_model', '=', moves._name), ('res_id', 'in', failed.ids),
             ('direction', '=', 'push')], ['res_id'], ['create_date:max']))

    def _get_differing(self, moves):
        """:return: {id: lines: that it differs, and in what} of those that do, in one query"""
        moves = moves.filtered(lambda move: move.xero_state == 'synced' and move.xero_differs)
        if not moves:
            return {}
        rows = self.env['xero.difference'].sudo()
        listed = rows._of_documents(moves).filtered(
            lambda row: row.state == 'open').grouped('res_id')
        return {move.id: [self.env._("Xero and Odoo do not agree:"),
                          *listed.get(move.id, rows)._texts(move)] for move in moves}

    def _get_synced(self, move):
        """:return: lines: under which number, how it stands there, when it was sent and looked at
        :rtype: list(str)"""
        number = name_in_xero(move)
        if move.xero_status_label:
            number = self.env._(
                "%(number)s in Xero: %(status)s", number=number, status=move.xero_status_label)
        else:
            number = self.env._("%s in Xero", number)
        if move.xero_origin:
            number = self.env._("Made in Xero as %s", name_in_xero(move))
        return [
            number,
            move.xero_last_push and self.env._("Sent: %s", self._moment(move.xero_last_push)),
            move.xero_last_pull and self.env._(
                "Last change from Xero: %s", self._moment(move.xero_last_pull)),
        ]

    def _get_pending(self, connection):
        """:param recordset connection: the company's `xero.connection`, or None
        :return: lines: what it waits for
        :rtype: list(str)"""
        if not connection:
            return [self.env._("Waiting to be sent."), self.env._(
                "This company is not connected to Xero at the moment.")]
        if connection.waiting_reason:
            return [self.env._("Waiting to be sent."), connection.waiting_reason]
        return [self.env._("Waiting to be sent, usually for less than a minute.")]

    def _get_failed(self, move, tried):
        """:param datetime tried: when it was last tried, or None
        :return: lines: what is wrong, why, how it is put right, and since when
        :rtype: list(str)"""
        title, fix = error_text(self.env, move.xero_error_code)
        message = move.xero_error_message or ''
        if len(message) > LONGEST_MESSAGE:
            message = f"{message[:LONGEST_MESSAGE].rstrip()}…"
        return [title, message, fix,
                tried and self.env._("Last tried: %s", self._moment(tried))]

    def _moment(self, moment):
        """:param datetime moment: naive UTC
        :return: it in the user's time zone and language"""
        return format_datetime(self.env, moment, dt_format='short')
