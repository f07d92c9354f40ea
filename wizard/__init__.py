from . import base_partner_merge
from . import xero_choose_organisation
from . import xero_compare_wizard
from . import xero_contact_wizard
from . import xero_mapping_wizard
from . import xero_push_wizard
from . import xero_unmatched_link
from . import xero_first_sync_wizard
