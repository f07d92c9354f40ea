"""An Odoo process of its own, which calls the methods that it is told on its standard input.

Run by :class:`.processes.Worker`; each line is a JSON list: model, ids, method, arguments, company.
"""
import json
import sys

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.service.model import retrying


def call(registry, model, ids, method, arguments, company=None):
    """Call a method in a transaction, which is repeated after a conflict as for a request.

    :param int company: id of the one to work in; None for the user's own
    :return: what is told to the test
    :rtype: dict
    """
    registry.check_signaling()
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {'allowed_company_ids': [company]} if company else {})
        try:
            result = retrying(
                lambda: getattr(env[model].browse(ids), method)(*arguments), env)
        except Exception as error:
            cr.rollback()
            return {'error': type(error).__name__, 'message': str(error)}
        return {'result': result.ids if isinstance(result, BaseModel) else result}


def tell(value):
    """Write a line of JSON for the test."""
    sys.stdout.write(json.dumps(value, default=str) + '\n')
    sys.stdout.flush()


if __name__ == '__main__':
    odoo.tools.config.parse_config(sys.argv[1:])
    [database] = odoo.tools.config['db_name']
    registry = Registry(database)
    tell('ready')
    for line in sys.stdin:
        tell(call(registry, *json.loads(line)))
