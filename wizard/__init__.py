from . import xero_choose_organisation
from . import xero_push_wizard
