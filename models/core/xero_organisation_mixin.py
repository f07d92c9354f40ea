from odoo import api, models
from odoo.exceptions import UserError


class XeroOrganisationMixin(models.AbstractModel):
    """What belongs to the organisation that a company is connected to, or follows its settings.

    The connection knows none of the models that inherit this; it asks all of them.
    """

    _name = 'xero.organisation.mixin'
    _description = "Belongs to an Organisation of Xero"

    @api.model
    def _xero_owned(self):
        """:return: the models that inherit this one, with all rights"""
        return [self.env[name].sudo() for name in self.pool.descendants(
            [XeroOrganisationMixin._name], '_inherit') if not self.pool[name]._abstract]

    # === ALL OF THEM === #

    @api.model
    def _xero_binds_any(self, connection):
        """:return: whether documents, payments or the like are linked to the organisation, or may
            be, so that the company stays with it"""
        return any(owned._xero_binds(connection) for owned in self._xero_owned())

    @api.model
    def _xero_awaits_any(self, connection):
        """:return: whether something may have arrived in Xero that a record still waits for"""
        return any(owned._xero_awaits(connection) for owned in self._xero_owned())

    @api.model
    def _xero_check_loose(self, connection, **names):
        """
        :param recordset connection: one `xero.connection`, disconnected
        :param names: of the ``company``, and of the ``organisation`` in Xero
        :raise UserError: something needs it. Nothing else knows which organisation has the
            documents, nor what may have arrived there: under a new connection they would be sent
            once more.
        """
        if self._xero_awaits_any(connection):
            raise UserError(self.env._(
                "Xero has not answered yet to what was sent to %(organisation)s for "
                "%(company)s; it may have arrived. Connect to it again, and wait until "
                "nothing is pending. Until then keep this connection: it sends nothing while "
                "it is disconnected. Start over sets everything but the links back.", **names))
        if self._xero_binds_any(connection):
            raise UserError(self.env._(
                "Documents or payments of %(company)s are linked to %(organisation)s, and "
                "nothing else keeps the link. Keep this connection: it sends nothing while it "
                "is disconnected. Start over sets everything but the links back.", **names))

    @api.model
    def _xero_forget_all(self, connection):
        """Drop what belongs to the organisation so far: none of it exists in the next one."""
        for owned in self._xero_owned():
            owned._xero_forget(connection)

    @api.model
    def _xero_start_over_all(self, connection):
        """Drop what people have set up for the organisation, and keep what is linked to it."""
        for owned in self._xero_owned():
            owned._xero_start_over(connection)

    @api.model
    def _xero_tell_all(self, connections, before):
        """Tell all of it what has changed in the settings of connections.

        :param dict before: {`xero.connection`: {field that was written: what it was}}
        """
        for owned in self._xero_owned():
            owned._xero_settings_changed(connections, before)

    # === EACH OF THEM === #

    @api.model
    def _xero_binds(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: whether this model keeps the company with its organisation
        """
        return False

    @api.model
    def _xero_awaits(self, connection):
        """
        :param recordset connection: one `xero.connection`
        :return: whether this model waits for an answer of Xero
        """
        return False

    @api.model
    def _xero_forget(self, connection):
        """Drop what this model has of the organisation.

        :param recordset connection: one `xero.connection`
        """
        if 'connection_id' in self._fields:
            self.with_context(active_test=False).search(
                [('connection_id', '=', connection.id)]).unlink()

    @api.model
    def _xero_start_over(self, connection):
        """Drop what people have set up with this model, if anything.

        :param recordset connection: one `xero.connection`
        """

    @api.model
    def _xero_settings_changed(self, connections, before):
        """Follow a change of settings; parameters as of :meth:`_xero_tell_all`."""
