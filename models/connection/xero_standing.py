"""How a connection stands, in sentences that are true: what goes out, and what keeps it here."""
from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.tools.misc import format_datetime

#: How long the scheduler may leave undone what is due: a pass of it through all jobs takes minutes.
SCHEDULER_WAIT = timedelta(minutes=15)


class XeroStanding(models.AbstractModel):
    _name = 'xero.standing'
    _description = "How a Connection Stands, in Words"

    def _get_text(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: what becomes of the documents of its company
        :rtype: str
        """
        if text := self._get_stop(connection):
            return text
        if obstacle := self._get_obstacle(connection):
            return obstacle
        if not connection.auto_sync:
            return self.env._(
                "Documents are sent when somebody asks for it: “%s” is switched off.",
                connection._fields['auto_sync']._description_string(self.env))
        return self.env._("Documents are sent within a minute of being posted.")

    def _get_stop(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: why nothing is sent until somebody presses a button, and who can; empty where it is
            connected
        :rtype: str
        """
        if connection.state == 'disconnected':
            return self.env._("Nothing is sent. Links and mappings are kept.")
        stops = {
            'reauth': (
                self.env._("Xero asks for a new sign-in."), self.env._("Reconnect"), self.env._(
                    "Press Reconnect; what is waiting goes out then.")),
            'revoked': (
                self.env._("Somebody removed this app in Xero, or the organisation is gone."),
                self.env._("Reconnect"), self.env._("Press Reconnect.")),
            'paused': (
                self.env._("Nothing is sent until the connection is resumed."),
                self.env._("Resume"), self.env._("Press Resume to go on.")),
            'held': (
                self.env._("Nothing is sent until somebody presses Start sending."),
                self.env._("Start sending"), ''),
        }
        held = connection.state == 'connected' and connection.hold_sending
        if not held and connection.state not in stops:
            return ''
        fact, button, fix = stops['held' if held else connection.state]
        if helper := self.env['xero.ask']._get_helper(connection.company_id):
            fix = self.env._(
                "Ask %(person)s for it; the button is %(button)s.",
                person=helper.name, button=button)
        return ' '.join(filter(None, (fact, fix)))

    def _get_obstacle(self, connection):
        """
        :param recordset connection: one `xero.connection` that is connected
        :return: why nothing can be sent even so, empty where it can
        :rtype: str
        """
        now = fields.Datetime.now()
        if connection.resume_at and connection.resume_at > now:
            return self.env._(
                "Xero cannot be called just now. Sending goes on by itself at %s.",
                format_datetime(self.env, connection.resume_at, dt_format='short'))
        cron = connection._origin.sudo().cron_ids
        if not cron:
            return ''       # it is not saved yet
        if not cron.active:
            return self.env._(
                "Nothing is sent: the scheduled action “%s” is switched off. A system "
                "administrator switches it on under Settings > Technical > Scheduled Actions.",
                cron.cron_name)
        return self._get_overdue(cron, now)

    def _get_overdue(self, cron, now):
        """
        :param recordset cron: the `ir.cron` of a connection
        :param datetime now: naive UTC
        :return: that nobody runs it, empty where somebody does
        :rtype: str
        """
        limit = now - SCHEDULER_WAIT
        due = min(filter(None, (cron.nextcall, *self.env['ir.cron.trigger'].sudo().search(
            [('cron_id', '=', cron.id)], order='call_at', limit=1).mapped('call_at'))))
        if due > limit or (cron.lastcall and cron.lastcall > limit):
            return ''
        return self.env._(
            "Nothing is sent: Odoo's scheduler does not run. Work for Xero is due since %s. Ask a "
            "system administrator to start it.",
            format_datetime(self.env, due, dt_format='short'))

    # === EMPTY LISTS === #

    def _empty_help(self, help_message):
        """
        :param str help_message: what an empty list says where all is well
        :return: the same, or that no company is connected
        :rtype: str
        """
        if self.env['res.company']._xero_is_anybody_connected():
            return help_message
        return self._make_help(self.env._("Not connected to Xero"), self.env._(
            "None of the companies that you look at is connected to Xero, so nothing is sent, "
            "fetched or compared."))

    def _make_help(self, title, text):
        """:return: what an empty list says that is no good news
        :rtype: Markup"""
        return Markup('<p class="o_view_nocontent_empty_folder">%s</p><p>%s</p>') % (title, text)
