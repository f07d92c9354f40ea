from odoo import models

from ..core.apart import apart
from ..mapping.xero_reference_data import REFERENCE_PATIENCE
from .xero_import_existing import back_link


class XeroPullDocument(models.AbstractModel):
    _inherit = 'xero.pull.document'

    def _wants_unknown(self, connection):
        # OVERRIDES 'account_xero'
        return connection.import_policy != 'none'

    def _take_unknown(self, connection, documents):
        # OVERRIDES 'account_xero'
        waited = self.env['xero.import.waiting']._released(connection, limit=1)
        if connection.import_policy == 'none' and not waited and not any(
                back_link(self.env, document) for document in documents):
            return {}
        if connection.import_policy in ('draft', 'post') or waited:
            self._renew_tracking(connection, documents)
        return connection._commit_with_retry(self.env['xero.import']._take, connection, documents)

    def _renew_tracking(self, connection, documents):
        """Fetch the reference data anew when documents to import name tracking that is not known
        here, such as an option that was renamed: their lines would lose it for good.

        :param list documents: documents.Document that are not linked here
        :raise XeroError: nothing can be asked now
        """
        reference_data = self.env['xero.reference.data']
        if not reference_data._is_old(connection, REFERENCE_PATIENCE):
            return
        wants = self.env['xero.import']._wants
        # Where that fails, the import says so.
        wanted = apart(
            self.env, documents,
            lambda some: [document for document in some if wants(connection, document, None)],
            lambda _faults: None)
        named = {tracking for part in wanted for document in part
                 for line in document.lines for tracking in line.tracking}
        if named - self.env['xero.tracking.option']._xero_find(connection, named).keys():
            connection._commit_with_retry(reference_data._try_refresh, connection)
