from . import log_filter
from . import xero_guard_mixin
from . import xero_organisation_mixin
from . import xero_waiting_mixin

log_filter.install()
