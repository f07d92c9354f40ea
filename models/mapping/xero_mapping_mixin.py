import ast
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.kinds import XERO_KINDS

#: The kinds of mapping, and the models whose records are mapped.
XERO_MAPPED = {
    'account': 'account.account',
    'tax': 'account.tax',
    'product': 'product.product',
    'analytic': 'account.analytic.account',
    'journal': 'account.journal',
}


class Match(NamedTuple):
    """What a record of Odoo seems to be in Xero.

    ``target`` is an empty recordset where nothing fits; ``reason`` says in the user's language why
    it fits or why nothing does; ``certain``: clear enough to be saved without being looked at;
    ``likely``: enough to be ticked for whoever looks at it.
    """

    record: models.BaseModel
    target: models.BaseModel
    reason: str
    certain: bool
    likely: bool = False


class XeroMappingMixin(models.AbstractModel):
    """A record of Odoo that has a counterpart among an organisation's reference data."""

    _name = 'xero.mapping.mixin'
    _inherit = 'xero.covered.mixin'
    _description = "Mapped to Xero"

    #: Field that holds the counterpart.
    _xero_target_field = None
    #: Further fields that hold one, for lines that the first does not suit.
    _xero_more_fields = ()
    #: Field of `account.move.line` that refers to the record; None: no line does.
    _xero_line_field = None
    #: Code of the error catalogue under which documents fail without the counterpart, if they do.
    _xero_error_code = None

    xero_broken = fields.Boolean(
        "Archived in Xero", compute='_compute_xero_broken', compute_sudo=True,
        search='_search_xero_broken',
        help="What this is mapped to is gone in Xero.")
    xero_in_use = fields.Boolean(
        "In use", compute='_compute_xero_in_use', compute_sudo=True,
        search='_search_xero_in_use')

    @api.model
    def _xero_counterpart_fields(self):
        """:return: names of the fields that hold a counterpart"""
        return (self._xero_target_field, *self._xero_more_fields)

    def _xero_counterparts(self):
        """:return: all counterparts of these records"""
        targets = self.env[self._fields[self._xero_target_field].comodel_name]
        return targets.union(*map(self.__getitem__, self._xero_counterpart_fields()))

    @api.depends_context('company')
    def _compute_xero_broken(self):
        for record in self:
            record.xero_broken = any(
                target and not target.active
                for target in map(record.__getitem__, self._xero_counterpart_fields()))

    def _search_xero_broken(self, operator, value):
        if operator != 'in':
            return NotImplemented
        targets = self.env[self._fields[self._xero_target_field].comodel_name].sudo().with_context(
            active_test=False).search([('active', '=', False)])
        return Domain.OR(
            [(name, 'in', targets.ids)] for name in self._xero_counterpart_fields())

    @api.depends_context('company')
    def _compute_xero_in_use(self):
        connected = self.env['res.company']._xero_connected_ids()
        used = self._xero_used_ids() if self.env.company.id in connected else ()
        for record in self:
            record.xero_in_use = record.id in used

    def _search_xero_in_use(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return [('id', 'in', list(self._xero_used_ids()))]

    def _xero_used_ids(self):
        """:return: ids of the records on lines of documents that are posted and not paid, and of
            those that lines are going to have by themselves"""
        if not self._xero_line_field:
            return set()
        groups = self.env['account.move.line'].sudo()._read_group([
            ('company_id', 'in', self.env.company._xero_together().ids),
            ('parent_state', '=', 'posted'),
            ('move_id.move_type', 'in', list(XERO_KINDS)),
            ('move_id.payment_state', 'in', ('not_paid', 'partial')),
            ('display_type', '=', 'product'),
            (self._xero_line_field, '!=', False),
        ], [self._xero_line_field], ['__count'])
        # Odoo groups by analytic accounts with their ids, and by other fields with records.
        return {getattr(record, 'id', record) for record, _count in groups}

    @api.model
    def _xero_may_write(self, field):
        # EXTENDS 'account_xero'
        return super()._xero_may_write(field) and (
            field.name not in self._xero_counterpart_fields()
            or self.env.user.has_group('account_xero.group_xero_manager'))

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        names = self._xero_counterpart_fields()
        if any(vals.get(name) for vals in vals_list for name in names):
            records._xero_release_waiting()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._xero_counterpart_fields()) \
                and not self.env.context.get('xero_release_later'):
            self._xero_release_waiting()
        return result

    def _xero_release_waiting(self):
        """Try again what failed for want of a mapping."""
        companies = (
            self.env.company | self.sudo()._xero_counterparts().company_id)._xero_together()
        self.env['xero.waiting.mixin']._xero_put_right(
            companies, [self._xero_error_code] if self._xero_error_code else [], self)

    # === MATCHING === #

    @api.model
    def _xero_match(self, connection):
        """Find counterparts for the records that have none, or one that is gone.

        :param recordset connection: one `xero.connection`; rights are the caller's business
        :return: a match a record, in a number of queries that does not grow with the records;
            nothing is saved
        :rtype: list(Match)
        """
        targets = self.env[self._fields[self._xero_target_field].comodel_name].search(
            self._xero_target_domain(connection))
        if not targets:
            return []
        return self.search(self._xero_match_domain(connection.company_id)).filtered(
            lambda record: not record._xero_is_mapped(connection)
        )._xero_find_matches(connection, targets)

    def _xero_target_domain(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: domain of the counterparts that there are to choose from, for this record or, for
            none, for any of them
        :rtype: Domain
        """
        return Domain('connection_id', '=', connection.id) & Domain(
            ast.literal_eval(self._fields[self._xero_target_field].domain or '[]'))

    def _xero_is_mapped(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: whether the record has a counterpart in that organisation, which is not archived
        :rtype: bool
        """
        target = self[self._xero_target_field]
        return target.active and target.connection_id == connection

    @api.model
    def _xero_company_domain(self, company):
        """
        :param recordset company: `res.company`
        :return: domain of the records that its documents may use
        :rtype: list
        """
        return [('company_id', 'in', (False, *company._xero_together().ids))]

    @api.model
    def _xero_match_domain(self, company):
        """
        :param recordset company: `res.company`
        :return: domain of those for which a counterpart is proposed
        :rtype: list
        """
        return self._xero_company_domain(company)

    def _xero_find_matches(self, connection, targets):
        """Find the counterpart of each of these records.

        :param recordset connection: one `xero.connection`
        :param recordset targets: all that there is to choose from
        :rtype: list(Match)
        """
        raise NotImplementedError

    @api.model
    def _xero_save_matches(self, pairs, field=None):
        """Map records, and queue the documents that waited for it once.

        :param pairs: iterable of (record, counterpart)
        :param str field: that holds the counterpart; the usual one when left out
        :return: how many were mapped
        """
        by_target, field = {}, field or self._xero_target_field
        for record, target in pairs:
            by_target.setdefault(target, []).append(record.id)
        quiet = self.with_context(xero_release_later=True, tracking_disable=True)
        for target, ids in by_target.items():
            quiet.browse(ids).write({field: target.id})
        mapped = self.browse([record_id for ids in by_target.values() for record_id in ids])
        if mapped:
            mapped._xero_show_covered([field])
            mapped._xero_release_waiting()
        return len(mapped)

    # === ACTIONS === #

    def action_xero_match(self):
        """:return: action that opens the proposals for records of this model"""
        connections = self.env.company._xero_connections()
        return self.env['xero.mapping.wizard']._open(
            connections.get(self.env.company.id, self.env['xero.connection']), self._xero_kind())

    @api.model
    def get_views(self, views, options=None):
        # EXTENDS 'web': the page of mappings is for who may read what there is to choose from
        page_id = self.env['ir.model.data']._xmlid_to_res_id(
            f'account_xero.action_xero_mapping_{self._xero_kind()}')
        if (options or {}).get('action_id') == page_id:
            self.env[self._fields[self._xero_target_field].comodel_name].check_access('read')
        return super().get_views(views, options)

    @api.model
    def _xero_kind(self):
        """:return: the kind of mapping, of XERO_MAPPED"""
        return next(kind for kind, model in XERO_MAPPED.items() if model == self._name)


def fold(text):
    """
    :param str text: a name or code, if any
    :return: the form in which it is compared
    :rtype: str
    """
    return ' '.join((text or '').casefold().split())


def unique_by(records, key):
    """
    :param recordset records: of any model
    :param key: callable that gets one of them, or name of a field
    :return: {key of a record: record} of those that alone have theirs
    :rtype: dict
    """
    groups = records.grouped(key)
    return {value: group for value, group in groups.items() if value and len(group) == 1}
