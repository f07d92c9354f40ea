from . import xero_scope
from . import xero_connection
from . import xero_profit_line
from . import xero_profit_fetch
