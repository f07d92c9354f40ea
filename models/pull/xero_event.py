from odoo import api, models


class XeroEvent(models.Model):
    _inherit = 'xero.event'

    @api.model
    def _categories(self):
        # EXTENDS 'account_xero': of all lists; no query, because webhooks are stored quickly
        return super()._categories().union(*(
            (*pull_list.categories, *pull_list.indirect_categories)
            for pull_list in self.env['xero.connection']._pull_lists()))

    def _latest(self):
        """:return: naive UTC moment until which a document has changed, as its events say; one
            that has no part of a second may be of any moment in it"""
        return max(event.event_date if event.event_date.microsecond
                   else event.event_date.replace(microsecond=999_999) for event in self)
