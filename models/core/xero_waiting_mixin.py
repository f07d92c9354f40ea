from odoo import api, models


class XeroWaitingMixin(models.AbstractModel):
    """What waits until something is put right elsewhere: a mapping, a link, a setting.

    Whatever puts it right says so once, and knows none of the models that inherit this.
    """

    _name = 'xero.waiting.mixin'
    _description = "Waits for Something to Be Put Right"

    @api.model
    def _xero_put_right(self, companies, codes, records=None):
        """Try again what failed for a cause that may be gone now, whatever it is.

        :param recordset companies: `res.company` in which it may be gone
        :param codes: of the error catalogue
        :param recordset records: what was put right; None: a setting of the connection, or
            something in Xero
        """
        for name in self.pool.descendants([XeroWaitingMixin._name], '_inherit'):
            if not self.pool[name]._abstract:
                self.env[name]._xero_requeue(companies, codes, records)

    @api.model
    def _xero_requeue(self, companies, codes, records):
        """Try again what this model has of it; parameters as of :meth:`_xero_put_right`. What it
        still holds up fails again, without a call."""
