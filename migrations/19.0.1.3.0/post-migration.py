#: Operations by which something new comes to be in Xero, and what their items are.
MAKES = {'create': ('move_id', 'account_move'), 'pay': ('link_id', 'xero_payment_link')}


def migrate(cr, version):
    """Keep the records of requests that have no answer yet, as is done for all from now on."""
    for operation, (field, table) in MAKES.items():
        cr.execute(f"""
            INSERT INTO xero_request_element (request_id, {field})
            SELECT request.id, record.id
              FROM xero_request request, jsonb_array_elements(request.items) item
              JOIN {table} record ON record.id = (item->>'id')::int
             WHERE request.operation = %s
            ON CONFLICT DO NOTHING""", [operation])
