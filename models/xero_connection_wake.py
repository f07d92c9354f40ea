"""Waking the scheduled actions, which documents and webhooks do all the time."""
from odoo import api, fields, models


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    @api.model
    def _wake(self, xmlid, at=None, join=False):
        """Have a scheduled action run.

        At once, it is what `ir.cron._trigger` does, in one statement and with one notice to the
        workers a transaction: Odoo opens another connection to PostgreSQL for each.

        :param str xmlid: of the `ir.cron`
        :param datetime at: naive UTC; None: as soon as what this transaction does can be seen
        :param bool join: the transaction ends now, so it may rely on a trigger that waits already.
            A worker takes its triggers away before it looks at what there is to do; one that has
            begun to is passed by, and one that is about to waits for the end of this transaction.
        """
        cron = self.env['ir.cron'].sudo().browse(
            self.env['ir.model.data']._xmlid_to_res_id(xmlid, raise_if_not_found=True))
        if at:
            cron._trigger(at)
            return
        cr = self.env.cr
        if join:
            cr.execute(
                "SELECT 1 FROM ir_cron_trigger WHERE cron_id = %s AND call_at <= %s"
                " LIMIT 1 FOR KEY SHARE SKIP LOCKED", [cron.id, fields.Datetime.now()])
            if cr.rowcount:
                return
        cr.execute(
            "INSERT INTO ir_cron_trigger (cron_id, call_at) VALUES (%s, %s)",
            [cron.id, fields.Datetime.now()])
        if not cr.postcommit.data.get('xero_woken'):
            cr.postcommit.data['xero_woken'] = True
            cr.postcommit.add(cron._notifydb)
