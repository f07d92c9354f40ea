"""Automatic mapping: one search for counterparts, saved at once or shown first."""
from odoo import models

from .xero_mapping_mixin import XERO_MAPPED


class XeroMatching(models.AbstractModel):
    """What somebody mapped by hand is never changed; see :class:`XeroMappingMixin` for how each
    kind is matched."""

    _name = 'xero.matching'
    _description = "Matching of Records with Reference Data"

    def _find(self, connection, kind):
        """
        :param recordset connection: one `xero.connection`
        :param str kind: of XERO_MAPPED
        :return: a match for each record without a counterpart that exists in Xero; with all
            rights and in the connection's company
        :rtype: list(Match)
        """
        connection.ensure_one()
        connection_sudo = connection.sudo().with_company(connection.company_id)
        return connection_sudo.env[XERO_MAPPED[kind]]._xero_match(connection_sudo)

    def _propose(self, connection, record):
        """
        :param recordset connection: one `xero.connection`
        :param recordset record: one of a model of XERO_MAPPED
        :return: the match for that record, as among all that have none; what is mapped, but not
            as it should be, is looked at alone
        :rtype: Match
        """
        for match in self._find(connection, record._xero_kind()):
            if match.record.id == record.id:
                return match
        record = record.sudo().with_company(connection.company_id)
        targets = record.env[record._fields[record._xero_target_field].comodel_name].search(
            record._xero_target_domain(connection))
        [match] = record._xero_find_matches(connection, targets)
        return match

    def _save(self, connection, kind, pairs, field=None):
        """Map records that a connection's company may use.

        :param recordset connection: one `xero.connection`
        :param str kind: of XERO_MAPPED
        :param list pairs: (record, counterpart); one of another company or organisation is left out
        :param str field: that holds the counterpart; the usual one when left out
        :return: how many were mapped
        :rtype: int
        """
        connection.ensure_one()
        model_sudo = connection.sudo().with_company(connection.company_id).env[XERO_MAPPED[kind]]
        records = model_sudo.search([
            ('id', 'in', [record.id for record, _target in pairs]),
            *model_sudo._xero_company_domain(connection.company_id)])
        targets = {record.id: target.sudo() for record, target in pairs
                   if target.sudo().connection_id == connection}
        return model_sudo._xero_save_matches(
            ((record, targets[record.id]) for record in records if record.id in targets), field)

    def _save_certain(self, connection):
        """Map at once what is not mapped yet and has one clear counterpart in Xero.

        :param recordset connection: one `xero.connection`
        """
        for kind in XERO_MAPPED:
            self._save(connection, kind, [
                (match.record, match.target) for match in self._find(connection, kind)
                if match.certain and not match.record[match.record._xero_target_field]])
