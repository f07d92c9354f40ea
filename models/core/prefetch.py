"""Reading records in as few queries as Odoo allows."""


def fetch_with_xero(records):
    """Read the fields of records together with those for Xero, which Odoo reads apart, because most
    who read the former need none of the latter.

    :param recordset records: of any model
    :raise AccessError: the user may not read them
    """
    records.fetch([
        name for name, field in records._fields.items()
        if field.prefetch in (True, 'xero') and records._has_field_access(field, 'read')])


def fetch_for_taxes(moves):
    """Read at once what Odoo's tax computation would read line by line of each document, because
    the filtered lines it works on are not read together.

    :param recordset moves: `account.move`
    """
    moves.line_ids.fetch(['tax_ids', 'tax_tag_ids'])
