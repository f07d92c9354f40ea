from odoo import api, models


class AccountMergeWizard(models.TransientModel):
    _inherit = 'account.merge.wizard'

    @api.model
    def _action_merge(self, accounts):
        # EXTENDS 'account', which deletes all accounts but the first: what each company's was
        # mapped to stays
        merged = accounts.sudo()
        mapped = [(company, target) for account in merged[1:] for company in account.company_ids
                  if (target := account.with_company(company).xero_account_id)]
        result = super()._action_merge(accounts)
        for company, target in mapped:
            merged[:1].with_company(company).xero_account_id = target
        return result
