"""Automatic mapping: one search for counterparts, saved at once or shown first."""
from odoo import models

from .xero_mapping_mixin import XERO_MAPPED


class XeroConnection(models.Model):
    _inherit = 'xero.connection'

    def action_auto_map(self):
        """Map at once what is not mapped yet and has one clear counterpart in Xero.

        What somebody mapped by hand is never changed.

        :return: a notification
        """
        for connection in self:
            connection.check_access('write')
            for kind in XERO_MAPPED:
                connection._save_matches(kind, [
                    (match.record, match.target) for match in connection._find_matches(kind)
                    if match.certain and not match.record[match.record._xero_target_field]])
        return self._notify('success', self.env._("Matched"), self.env._(
            "What has a clear counterpart in Xero is mapped."))

    def action_match(self):
        """:return: action that shows proposals for all that is not mapped, before anything is
            saved"""
        return self.env['xero.mapping.wizard']._open(self)

    def _find_matches(self, kind):
        """:param str kind: of XERO_MAPPED
        :return: a match for each record without a counterpart that exists in Xero; with all
            rights and in the connection's company
        :rtype: list(Match)"""
        self.ensure_one()
        connection_sudo = self.sudo().with_company(self.company_id)
        return connection_sudo.env[XERO_MAPPED[kind]]._xero_match(connection_sudo)

    def _save_matches(self, kind, pairs):
        """Map records that this connection's company may use.

        :param str kind: of XERO_MAPPED
        :param list pairs: (record, counterpart); one of another company or organisation is left out
        :return: how many were mapped
        """
        self.ensure_one()
        model_sudo = self.sudo().with_company(self.company_id).env[XERO_MAPPED[kind]]
        records = model_sudo.search([
            ('id', 'in', [record.id for record, _target in pairs]),
            *model_sudo._xero_match_domain(self.company_id)])
        targets = {record.id: target.sudo() for record, target in pairs
                   if target.sudo().connection_id == self}
        return model_sudo._xero_save_matches(
            (record, targets[record.id]) for record in records if record.id in targets)
