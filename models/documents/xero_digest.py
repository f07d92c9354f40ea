"""What managers are told of a connection without looking: a daily digest of what failed."""
from odoo import Command, fields, models

from ..connection.xero_connection import ACTIVE_STATES


class XeroDigest(models.AbstractModel):
    _name = 'xero.digest'
    _description = "Daily Digest of Problems"

    def _send_all(self):
        """Send the digests of the day, each connection's in a transaction of its own."""
        today = fields.Date.today()
        active = self.env['xero.connection'].search([('state', 'in', ACTIVE_STATES)])
        connections = active.filtered(lambda connection: connection.send_digest and (
            not connection.digest_date or connection.digest_date < today))
        for done, connection in enumerate(connections, 1):
            self._send(connection)
            connection.digest_date = today
            self.env['ir.cron']._commit_progress(1, remaining=len(connections) - done)
        if not active:
            self.env['ir.cron']._commit_progress(remaining=0, deactivate=True)

    def _send(self, connection):
        """Queue an e-mail to each manager, in the manager's language, if there is anything to say.

        :param recordset connection: one `xero.connection`
        :return: the e-mails
        :rtype: recordset of `mail.mail`
        """
        mails = self.env['mail.mail'].sudo()
        if not connection.problem_ids and connection.state not in ('reauth', 'revoked'):
            return mails
        for user in self.env['xero.health']._managers(connection).filtered('email'):
            template = self.env.ref('account_xero.mail_template_digest').with_context(
                lang=user.lang, tz=user.tz)
            mails += mails.browse(template.send_mail(
                connection.id, email_layout_xmlid='mail.mail_notification_light',
                email_values={'recipient_ids': [Command.set(user.partner_id.ids)]}))
        return mails
