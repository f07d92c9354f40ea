def migrate(cr, version):
    """Say on documents whether they differ: what is to be decided, and what was reset to draft.
    The night's comparison, for which this is where to look, tells the rest."""
    cr.execute("""
        UPDATE account_move SET xero_differs = TRUE
         WHERE xero_document_id IS NOT NULL
           AND (id IN (SELECT res_id FROM xero_difference
                        WHERE res_model = 'account.move' AND state = 'open')
                OR state = 'draft' AND (NOT COALESCE(xero_origin, FALSE)
                                        OR xero_status NOT IN ('DRAFT', 'SUBMITTED'))
                OR state = 'cancel' AND xero_status NOT IN ('VOIDED', 'DELETED')
                   AND (xero_origin OR xero_state = 'failed'))""")
