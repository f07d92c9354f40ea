from odoo import api, fields, models


class XeroReferenceMixin(models.AbstractModel):
    """What an organisation keeps and documents refer to, as last fetched."""

    _name = 'xero.reference.mixin'
    _inherit = 'xero.organisation.mixin'
    _description = "Reference Data of Xero"

    #: Field that identifies a record within its organisation.
    _xero_key = 'xero_id'

    connection_id = fields.Many2one(
        'xero.connection', required=True, index=True, ondelete='cascade', readonly=True)
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    active = fields.Boolean(default=True, readonly=True)
    name = fields.Char(readonly=True)

    @api.model
    def _check_company_domain(self, companies):
        # OVERRIDES 'base': a branch has those of the connection that covers it
        if isinstance(companies, str):
            return [('company_id', 'parent_of', companies)]
        return [('company_id', 'in', self.env['res.company']._xero_owners_of(
            models.to_record_ids(companies)))]

    @api.model
    def _xero_start_over(self, connection):
        # OVERRIDES 'account_xero': with it go the mappings to it
        self._xero_forget(connection)

    def _xero_update(self, connection, rows):
        """Make the records of a connection equal to what Xero listed.

        :param recordset connection: one `xero.connection`
        :param list(dict) rows: values; a record that no row names any more is archived
        """
        key = self._xero_key
        records = self.with_context(active_test=False).search(
            [('connection_id', '=', connection.id)])
        known = {record[key]: record for record in records}
        new = []
        for identity, values in {row[key]: row for row in rows if row[key]}.items():
            record = known.pop(identity, None)
            if record is None:
                new.append({**values, 'connection_id': connection.id})
            elif changed := {name: value for name, value in values.items()
                             if _plain(record[name]) != (value or False)}:
                record.write(changed)
        self.create(new)
        for record in known.values():
            if record.active:
                record.active = False


def _plain(value):
    """:return: what a field holds, in the form in which it is written"""
    return value.id if isinstance(value, models.BaseModel) else value or False
