from odoo import fields, models

from ..xero import payload


class ResPartner(models.Model):
    _inherit = 'res.partner'

    xero_contact_id = fields.Char(
        "Xero Contact ID", company_dependent=True, copy=False,
        help="The contact of the company's Xero organisation that this partner is.")
    xero_exclude = fields.Boolean(
        "Keep out of Xero", company_dependent=True,
        help="Documents of this partner are not sent to Xero by themselves.")

    def _xero_contact_number(self):
        """Return the number that makes the partner known in Xero as ours, in at most 50
        characters.

        It carries the database's identity, so that two databases that share an organisation do
        not take each other's contacts for their own.
        """
        database = self.env['ir.config_parameter'].sudo().get_param('database.uuid') or ''
        return f'ODOO-{database[:8]}-{self.id}'

    def _xero_prepare_contact(self):
        """Return what Xero is told about a new contact; a missing value is left out.

        :rtype: payload.ContactData
        """
        self.ensure_one()
        address = payload.Address(
            type='STREET', lines=tuple(filter(None, (self.street, self.street2))),
            city=self.city or None, region=self.state_id.name or None,
            postal_code=self.zip or None, country=self.country_id.name or None)
        has_address = any((self.street, self.city, self.zip, self.country_id))
        return payload.ContactData(
            name=self.name,
            number=self._xero_contact_number(),
            email=self.email_normalized or None,
            tax_number=self.vat or None,
            phones=(payload.Phone(type='DEFAULT', number=self.phone),) if self.phone else (),
            addresses=(address,) if has_address else (),
        )
