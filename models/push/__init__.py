from . import account_move
from . import account_move_attachment
from . import account_payment
from . import xero_request
from . import xero_payment_link
from . import xero_push
from . import kinds
from . import xero_connection
