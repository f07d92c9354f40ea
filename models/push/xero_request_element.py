from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL


class XeroRequestElement(models.Model):
    """A record of which a request is about to make something in Xero.

    It keeps the record from being deleted, also by a transaction that began before the request was
    stored and cannot see it; and nothing is about to be made twice of a record.
    """

    _name = 'xero.request.element'
    _description = "Element of a Xero Request"
    _log_access = False
    _rec_name = 'request_id'

    request_id = fields.Many2one('xero.request', required=True, index=True, ondelete='cascade')
    move_id = fields.Many2one('account.move', ondelete='restrict')
    link_id = fields.Many2one('xero.payment.link', ondelete='restrict')
    settlement_id = fields.Many2one('xero.settlement', ondelete='restrict')
    allocation_id = fields.Many2one('xero.allocation', ondelete='restrict')
    journal_id = fields.Many2one('xero.manual.journal', ondelete='restrict')

    _move_uniq = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL", "This document is on its way to Xero already.")
    _link_uniq = models.UniqueIndex(
        "(link_id) WHERE link_id IS NOT NULL", "This payment is on its way to Xero already.")
    _settlement_uniq = models.UniqueIndex(
        "(settlement_id) WHERE settlement_id IS NOT NULL",
        "This payment is on its way to Xero already.")
    _allocation_uniq = models.UniqueIndex(
        "(allocation_id) WHERE allocation_id IS NOT NULL",
        "This match is on its way to Xero already.")

    _journal_uniq = models.UniqueIndex(
        "(journal_id) WHERE journal_id IS NOT NULL", "This journal is on its way to Xero already.")

    @api.model
    def _add(self, requests):
        """Keep the records of requests. :param recordset requests: `xero.request`"""
        self.create([
            {'request_id': request.id, field: item['id']}
            for request in requests if (field := request._made_of(request.operation))
            for item in request.items])

    @api.model
    def _keep(self, request, items):
        """Let go of the records of a request but for those of some items."""
        if field := request._made_of(request.operation):
            self.search([('request_id', '=', request.id),
                         (field, 'not in', [item['id'] for item in items])]).unlink()

    @api.model
    def _get_possible(self, requests):
        """Leave out requests about records that were deleted since, or that another request is
        about to make; what else is in them waits in the queue.

        :param list(dict) requests: values of `xero.request`
        :rtype: list(dict)
        """
        Request, ids = self.env['xero.request'], defaultdict(set)
        fields_of = [Request._made_of(values['operation']) for values in requests]
        for values, field in zip(requests, fields_of, strict=True):
            ids[field].update(item['id'] for item in values['items'])
        free = {field: self._get_free(field, ids[field]) for field in ids if field}
        return [values for values, field in zip(requests, fields_of, strict=True)
                if not field or all(item['id'] in free[field] for item in values['items'])]

    def _get_free(self, field, ids):
        """Lock records, so that they cannot be deleted any more.

        :param str field: that refers to them
        :param ids: their ids
        :return: ids of those that are there, and that no request is about to make
        :rtype: set
        """
        self.flush_model()
        return {free for [free] in self.env.execute_query(SQL(
            "SELECT id FROM %(table)s AS record WHERE id = ANY(%(ids)s) AND NOT EXISTS ("
            "SELECT FROM xero_request_element WHERE %(field)s = record.id) FOR KEY SHARE",
            table=SQL.identifier(self.env[self._fields[field].comodel_name]._table),
            ids=list(ids), field=SQL.identifier(field)))}

    @api.model
    def _release(self, field, records):
        """Let go of records that are to be deleted. What has not left yet is built anew without
        them.

        :param str field: that refers to them
        :return: whether that is possible: none of them may have arrived
        :rtype: bool
        """
        requests = self.sudo().search([(field, 'in', records.ids)]).request_id
        if any(requests.mapped('sent_at')):
            return False
        requests.unlink()
        return True
