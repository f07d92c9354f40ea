from odoo import api, models
from odoo.exceptions import AccessError

MODULE = 'account_xero'


class XeroGuardMixin(models.AbstractModel):
    """Fields of this module that not everybody who may write the record may write, and that
    nobody outside the company may read.

    Odoo takes `readonly` for a matter of views: by RPC, by an import or by a default value in the
    context such a field can be set like any other one. And customers may read their invoices.

    The check is where Odoo looks once at each field that is asked for, written or searched by.
    `_has_field_access`, and `groups` of a field, are looked at for each value of each record,
    which on `account.move` would cost a tenth of a list of invoices.
    """

    _name = 'xero.guard.mixin'
    _description = "Fields That Code Alone Sets"

    def _check_field_access(self, field, operation):
        # EXTENDS 'base'
        result = super()._check_field_access(field, operation)
        if not self.env.su and MODULE in field._modules and not self._xero_may(field, operation):
            raise AccessError(self.env._(
                "You do not have enough rights to access the field “%(field)s” on %(model)s.",
                field=field.name, model=self._description))
        return result

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS 'base'
        shown = super().fields_get(allfields, attributes)
        if self.env.su:
            return shown
        for name in list(shown):
            field = self._fields[name]
            if MODULE not in field._modules:
                continue
            if not self._xero_may(field, 'read'):
                del shown[name]
            elif 'readonly' in shown[name]:
                shown[name]['readonly'] |= not self._xero_may(field, 'write')
        return shown

    @api.model
    def _xero_may(self, field, operation):
        """Say whether the user may do it where the rights on the record allow it. What leads from
        another module's record to some that the user may not read is not there for this user, as
        Odoo reads records whole.

        :param Field field: of this module
        :param str operation: read or write
        :rtype: bool
        """
        if operation == 'write':
            return self._xero_may_write(field)
        return self.env.user._is_internal() and (
            self._original_module == MODULE or not field.relational
            or self.env[field.comodel_name].has_access('read'))

    @api.model
    def _xero_may_write(self, field):
        """Say whether the user may set a field where the rights on the record allow it: what is
        read-only and kept is set by code with all rights, and by nobody else.

        :param Field field: of this module
        :rtype: bool
        """
        return not (field.readonly and field.store)

    def copy_data(self, default=None):
        # EXTENDS 'base': the copy is the user's own, so it goes without what the user may not set
        left_out = set() if self.env.su else {
            name for name, field in self._fields.items()
            if MODULE in field._modules and not (
                self._has_field_access(field, 'write') and self._xero_may_write(field))}
        return [
            vals and {name: value for name, value in vals.items()
                      if name not in left_out or name in (default or {})}
            for vals in super().copy_data(default)]
