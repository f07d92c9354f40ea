"""What the attachments of bills need Xero's leave for."""
from odoo.tools.translate import LazyTranslate

from ..connection.xero_scope import ATTACHMENTS, NEEDS, Need

_lt = LazyTranslate(__name__)

READ = f'{ATTACHMENTS}.read'

NEEDS['import_attachments'] = Need(READ, _lt("fetching the attachments of bills"))
