from odoo import api, fields, models, tools

#: Of the types of journals, which have entries that go to Xero as manual journals; those of sales
#: have what their invoices cost in them.
WITH_ENTRIES = ('general', 'sale')


class AccountJournal(models.Model):
    _inherit = 'account.journal'

    xero_entries = fields.Selection(
        [('no', "Not sent"), ('each', "Each entry"), ('daily', "One summary a day")],
        "Entries to Xero", required=True, default='no', copy=False, prefetch='xero',
        help="What is posted here from now on goes to Xero as manual journals: entries of "
             "salaries, depreciation, stock, points of sale; of a journal of sales the cost of "
             "what was sold, which is inside its invoices. Xero has invoices, payments and what "
             "follows from them anyway, so these are left out. A summary goes out when the day "
             "is over.")

    def _xero_may_write(self, field):
        # EXTENDS 'account_xero'
        return super()._xero_may_write(field) and (
            field.name != 'xero_entries'
            or self.env.user.has_group('account_xero.group_xero_manager'))

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        journals = super().create(vals_list)
        if any(vals.get('xero_entries', 'no') != 'no' for vals in vals_list):
            self.env.registry.clear_cache()
        return journals

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if 'xero_entries' in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _xero_followed(self):
        """Return the journals whose entries are sent, or were, without a query: every posting asks
        for it. What Xero has of one that sends nothing new any more goes on following Odoo.

        :return: {id: `xero_entries`}
        :rtype: dict
        """
        if not self.env['res.company']._xero_owners():
            return {}
        journals = self.sudo().with_context(active_test=False)
        sending = journals.search([
            ('xero_entries', '!=', 'no'), ('type', 'in', WITH_ENTRIES)])
        followed = sending | journals.browse(
            journal.id for [journal] in self.env['xero.manual.journal'].sudo()._read_group(
                [], ['journal_id']))
        return {journal.id: journal.xero_entries if journal in sending else 'no'
                for journal in followed}

    @api.model
    def _xero_sending(self, companies):
        """
        :param recordset companies: `res.company`
        :return: their journals of which entries are sent
        """
        return self.sudo().browse(
            journal_id for journal_id, entries in self._xero_followed().items() if entries != 'no'
        ).filtered(lambda journal: journal.company_id in companies)
