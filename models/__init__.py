# In this order: a package may import those above it, and extend their models.
from . import core
from . import connection
from . import mapping
from . import contacts
from . import documents
from . import push
from . import pull
from . import imports
from . import reports
from . import invoicing
