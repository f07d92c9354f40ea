"""One connection for a company and its branches: they have the same accounts, contacts and the
like in Xero, kept once."""
from odoo import api, models

from ..core.xero_guard_mixin import MODULE


class XeroCoveredMixin(models.AbstractModel):
    """Fields of this module that depend on the company. Odoo keeps no value of a parent for its
    branches; where one connection covers both, what they are in Xero is read and written for the
    company that is connected, whichever of them is the current one.
    """

    _name = 'xero.covered.mixin'
    _inherit = 'xero.guard.mixin'
    _description = "Is the Same in Xero for All Companies of a Connection"

    @api.model
    def _xero_is_covered(self, name):
        """:return: whether a field is one of these
        :rtype: bool"""
        field = self._fields.get(name)
        return bool(field and field.company_dependent and MODULE in field._modules)

    @api.model
    def _xero_for_owner(self):
        """:return: the same with all rights, in the company whose connection it is; None where
            that is the current company already"""
        if not self.env['res.company']._xero_owners():
            return None
        owner = self.env.company._xero_owner()
        return None if owner == self.env.company else self.sudo().with_company(owner)

    @api.model
    def _xero_show_covered(self, names):
        """Have the branches see what was written for the company that is connected.

        :param names: of such fields
        """
        if len(self.env.company._xero_together()) > 1:
            self.invalidate_model(list(names))

    # === READ === #

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS 'base'
        if self._xero_is_covered(field_expr) and (owned := self._xero_for_owner()) is not None:
            self._check_field_access(self._fields[field_expr], 'read')
            return super(XeroCoveredMixin, owned)._field_to_sql(alias, field_expr, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _fetch_query(self, query, fields):
        # EXTENDS 'base', which takes what is not stored yet to be in the cache of this company
        names = [field.name for field in fields if self._xero_is_covered(field.name)]
        if names and self._xero_for_owner() is not None:
            self.flush_model(names)
        return super()._fetch_query(query, fields)

    # === WRITE === #

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        if self._xero_for_owner() is None:
            return super().create(vals_list)
        covered = [{name: vals[name] for name in vals if self._xero_is_covered(name)}
                   for vals in vals_list]
        records = super().create([
            {name: vals[name] for name in vals if name not in own}
            for vals, own in zip(vals_list, covered, strict=True)])
        for record, own in zip(records, covered, strict=True):
            if own:
                record.write(own)
        return records

    def write(self, vals):
        # EXTENDS 'base'
        covered = {name: vals[name] for name in vals if self._xero_is_covered(name)}
        if not covered:
            return super().write(vals)
        owned = self._xero_for_owner()
        if owned is not None:
            self.check_access('write')
            for name in covered:
                self._check_field_access(self._fields[name], 'write')
            owned.write(covered)
            vals = {name: value for name, value in vals.items() if name not in covered}
        result = super().write(vals) if vals else True
        # Whoever writes many of them does it once, in the end.
        if not (self.env.context.get('xero_release_later') or self.env.context.get('xero_linking')):
            self._xero_show_covered(covered)
        return result
