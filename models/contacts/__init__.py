from . import res_partner
from . import res_partner_balance
from . import xero_contact
from . import xero_contact_candidate
from . import xero_contact_match
from . import xero_contact_sync
from . import xero_connection
