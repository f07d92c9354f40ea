from odoo.tools.sql import column_exists, rename_column, table_exists

#: Columns of `xero.contact.sync`, which are called as those of documents are.
CONTACTS = {
    'state': 'xero_state', 'manual': 'xero_manual', 'ticket': 'xero_revision',
    'payload_hash': 'xero_payload_hash', 'attempts': 'xero_attempts',
    'error_code': 'xero_error_code', 'error_message': 'xero_error_message',
    'last_push': 'xero_last_push',
}
RENAMED = {
    'account_move': {'xero_ticket': 'xero_revision'},
    'account_payment': {'xero_ticket': 'xero_revision'},
    'xero_contact_sync': CONTACTS,
}


def migrate(cr, version):
    """Keep what waits to be sent, and what is on its way."""
    for table, columns in RENAMED.items():
        for old, new in columns.items():
            if table_exists(cr, table) and column_exists(cr, table, old):
                rename_column(cr, table, old, new)
    cr.execute("""
        UPDATE xero_request SET items = (
            SELECT jsonb_agg(item - 'ticket' || jsonb_build_object('revision', item -> 'ticket')
                             ORDER BY position)
              FROM jsonb_array_elements(items) WITH ORDINALITY AS each (item, position))
         WHERE items @? '$[*].ticket'""")
