from . import xero_push_kind
from . import contact
from . import document
from . import payment
from . import attachment
