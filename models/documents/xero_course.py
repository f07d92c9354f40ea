"""How far a document has come, from Odoo to Xero and on to its payment."""
from markupsafe import Markup

from odoo import models
from odoo.tools.misc import format_date, format_datetime

from ..core.kinds import GONE
from .showing import in_currency, status_labels

LINE = Markup('<div class="o_xero_course d-flex flex-wrap align-items-baseline gap-2">%s</div>')
NEXT = Markup('<i class="fa fa-angle-right text-muted" aria-hidden="true"></i>')
STEP = Markup(
    '<span class="%s"><i class="fa %s me-1" aria-hidden="true"></i>%s<span '
    'class="visually-hidden"> (%s)</span>%s</span>')
DETAIL = Markup(' <small class="text-muted">%s</small>')
#: Statuses of what is approved in Xero.
APPROVED = ('AUTHORISED', 'PAID')


class XeroCourse(models.AbstractModel):
    _name = 'xero.course'
    _description = "How Far a Document Has Come"

    def _render(self, move):
        """
        :param recordset move: one `account.move`
        :return: the steps of its course, in a line
        :rtype: Markup
        """
        return LINE % NEXT.join(self._render_step(*step) for step in self._get_steps(move))

    def _render_step(self, name, done, detail):
        return STEP % (
            'o_xero_done' if done else 'o_xero_open text-muted',
            'fa-check-circle text-success' if done else 'fa-circle-o',
            name, self.env._("done") if done else self.env._("not yet"),
            DETAIL % detail if detail else '')

    def _get_steps(self, move):
        """:return: (name, whether it is done, when or what is open) of each step
        :rtype: list(tuple)"""
        there = bool(move.xero_document_id)
        here = (self.env._("Odoo"), move.state == 'posted', move.state == 'posted'
                and format_date(self.env, move.date))
        if move.state == 'cancel':
            here = (self.env._("Cancelled in Odoo"), True, False)
        xero = (self.env._("Xero"), there, there and self._moment(
            move.xero_last_push or move.sudo().xero_linked_at))
        steps = [xero, here] if move.xero_origin else [here, xero]
        if move.xero_status in GONE:
            return [*steps, (status_labels(self.env)[move.xero_status], True,
                             self._moment(move.xero_last_pull))]
        return [*steps, self._get_approved(move), self._get_paid(move)]

    def _get_approved(self, move):
        """:return: the step that somebody takes in Xero, unless it came there approved"""
        approved = move.xero_status in APPROVED
        return (self.env._("Approved"), approved, False if approved else status_labels(
            self.env).get(move.xero_status))

    def _get_paid(self, move):
        """:return: the last step, with what is still open"""
        left = self.env['xero.payment.link'].sudo()._left_to_pay(move.sudo())
        if move.xero_status == 'PAID':
            return self.env._("Paid"), True, self._moment(move.xero_last_pull)
        return self.env._("Paid"), False, move.state == 'posted' and self.env._(
            "%s open", in_currency(move, left))

    def _moment(self, moment):
        """:param datetime moment: naive UTC, or none
        :return: it in the user's time zone and language"""
        return moment and format_datetime(self.env, moment, dt_format='short')
