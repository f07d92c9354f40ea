"""When an organisation's month end is prepared by itself."""
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    invoicing_day = fields.Integer(
        "Prepare the Month End on Day", help="Day of the month on which what is to be invoiced up "
                                             "to the end of the last month is listed. On the last "
                                             "day of a month that one counts. 0: by hand only.")
    invoicing_user_id = fields.Many2one(
        'res.users', "Who Is Told", domain="[('share', '=', False)]",
        help="Finds an activity when the month end is prepared.")
    invoicing_by_itself = fields.Boolean(
        "Send by itself", help="What is prepared and not held up is invoiced and sent to Xero as "
                               "drafts without anybody being asked. Otherwise it waits for "
                               "Generate.")
    invoicing_done = fields.Date(
        readonly=True, copy=False, groups='base.group_system',
        help="When the month end was last prepared by itself.")

    @api.constrains('invoicing_day')
    def _check_invoicing_day(self):
        """:raise ValidationError: the month end is prepared on no day that a month has"""
        for connection in self:
            if not 0 <= connection.invoicing_day <= 31:
                raise ValidationError(self.env._(
                    "Choose a day from 1 to 31 for the month end, or 0 to prepare it by hand."))
