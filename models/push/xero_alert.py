from odoo import models

from ..connection.xero_scope import ATTACHMENTS
from ..core.words import in_words


class XeroAlert(models.AbstractModel):
    _inherit = 'xero.alert'

    def _get(self, move):
        # EXTENDS 'account_xero'
        alerts = super()._get(move)
        if self.env.user._is_internal() and move.xero_active and move.xero_pdf_state \
                and (alert := self._get_pdf(move)):
            alerts['xero_pdf_failed'] = alert
        return alerts

    def _get_pdf(self, move):
        """
        :param recordset move: one `account.move` whose PDF goes to Xero, or has gone there
        :return: why it is not there; none where it is, or is on its way
        :rtype: dict
        """
        text = self.env._("The document is in Xero, but its PDF is not: %s")
        if move.xero_pdf_state == 'failed':
            return {'level': 'warning', 'message': text % move.xero_pdf_message}
        connection = move.company_id._xero_connections()[move.company_id.id]
        if move.xero_pdf_state != 'pending' or not connection.attach_pdf \
                or self.env['xero.scope']._is_allowed(connection, ATTACHMENTS):
            return {}
        own = connection.with_env(self.env)
        return {
            'level': 'warning',
            'message': text % in_words(self.env, self.env['xero.push.attachment']._refusal()),
            **({'action_text': self.env._("Open %s", own.display_name),
                'action': self.env['xero.sign.in']._action_form(own)}
               if own.has_access('write') else {})}
