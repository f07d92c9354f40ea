def migrate(cr, version):
    """Give Odoo's menu Configuration back to those who had it: Xero has a menu of its own."""
    cr.execute("""
        DELETE FROM ir_ui_menu_group_rel rel
         USING ir_model_data menu, ir_model_data user_group
         WHERE menu.module = 'account' AND menu.name = 'menu_finance_configuration'
           AND user_group.module = 'account_xero' AND user_group.name = 'group_xero_user'
           AND rel.menu_id = menu.res_id AND rel.gid = user_group.res_id""")
