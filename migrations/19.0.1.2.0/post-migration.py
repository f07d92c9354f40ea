from odoo import SUPERUSER_ID, api

#: Scheduled actions that shared the organisations among them.
HELPERS = ('ir_cron_push_2', 'ir_cron_push_3', 'ir_cron_push_4', 'ir_cron_pull_2')


def migrate(cr, version):
    """Give each connection a scheduled action of its own, which does its work from now on."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in HELPERS:
        if helper := env.ref(f'account_xero.{name}', raise_if_not_found=False):
            action = helper.ir_actions_server_id
            helper.unlink()
            action.unlink()
    env['xero.schedule']._switch_on(env['xero.connection'].search([]))
