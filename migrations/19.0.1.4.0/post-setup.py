def migrate(cr, version):
    """Spare those who are connected already the steps of the set-up."""
    cr.execute("""
        UPDATE xero_connection SET books_settled = TRUE, setup_closed = TRUE
         WHERE tenant_id IS NOT NULL""")
