"""What reports need Xero's leave for."""
from odoo.tools.translate import LazyTranslate

from ...xero import reports, trial_balance
from ...xero.scopes import permission_of
from ..connection.xero_scope import NEEDS, Need

_lt = LazyTranslate(__name__)

NEEDS.update({
    'profit_loss': Need(permission_of(reports.PATH).scope, _lt("fetching profit and loss")),
    'compare_ledgers': Need(permission_of(trial_balance.PATH).scope, _lt("comparing the ledgers")),
})
