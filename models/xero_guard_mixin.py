from odoo import api, models

MODULE = 'account_xero'


class XeroGuardMixin(models.AbstractModel):
    """Fields of this module that not everybody who may write the record may write, and that
    nobody outside the company may read.

    Odoo takes `readonly` for a matter of views: by RPC, by an import or by a default value in the
    context such a field can be set like any other one. And customers may read their invoices.
    """

    _name = 'xero.guard.mixin'
    _description = "Fields That Code Alone Sets"

    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if not super()._has_field_access(field, operation):
            return False
        if MODULE not in field._modules or self.env.su:
            return True
        if operation == 'write':
            return self._xero_may_write(field)
        return self.env.user._is_internal()

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
        left_out = {name for name, field in self._fields.items()
                    if MODULE in field._modules and not self._has_field_access(field, 'write')}
        return [
            vals and {name: value for name, value in vals.items()
                      if name not in left_out or name in (default or {})}
            for vals in super().copy_data(default)]
