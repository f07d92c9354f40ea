from . import xero_push_kind
from . import contact
from . import document
from . import document_refused
from . import payment
from . import payment_check
from . import allocation
from . import attachment
