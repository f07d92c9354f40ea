from odoo import models


class IrUiMenu(models.Model):
    _inherit = 'ir.ui.menu'

    def _load_menus_blacklist(self):
        # EXTENDS 'base'. Whoever sees Configuration for the sake of Xero alone finds Xero in it,
        # and nothing of what Odoo keeps for accounting managers.
        blacklist = super()._load_menus_blacklist()
        configuration, menu, group = (self.env.ref(xmlid, raise_if_not_found=False) for xmlid in (
            'account.menu_finance_configuration', 'account_xero.menu_xero',
            'account_xero.group_xero_user'))
        if configuration and menu and group:
            configuration = configuration.sudo()
            if not (configuration.group_ids - group) & self.env.user.all_group_ids:
                blacklist += (configuration.child_id - menu).ids
        return blacklist
