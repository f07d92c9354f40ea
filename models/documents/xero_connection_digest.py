"""When the managers of a connection get a digest of what failed."""
from odoo import api, fields, models


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    send_digest = fields.Boolean(
        "Daily e-mail about problems",
        help="Once a day the managers of the connection get an e-mail that names what failed and "
             "what is to be done. None is sent while nothing is wrong.")
    digest_date = fields.Date(readonly=True, copy=False, help="Day of the last digest (UTC).")

    @api.model
    def _cron_digest(self):
        """Send the digests of the day, each connection's in a transaction of its own."""
        self.env['xero.digest']._send_all()

    def _digest_url(self):
        """:return: address of the page that lists what is wrong"""
        return f'{self.get_base_url()}/odoo/action-account_xero.action_xero_problem'
