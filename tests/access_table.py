"""Who may do what with the data of this module; SECURITY.rst shows the same, and the tests ask by
RPC whether it is true.

A model or a field that is added has to be entered here, or the tests fail.
"""

#: Kinds of users, each with the groups that make one. The accountant is no Xero user, and the
#: administrator neither keeps books nor has a right of this module.
KINDS = {
    'public': None,
    'portal': 'base.group_portal',
    'employee': 'base.group_user',
    'invoicing': 'account.group_account_invoice',
    'accountant': 'account.group_account_manager,account.group_account_user',
    'synchronise': 'account_xero.group_xero_user',
    'manage': 'account_xero.group_xero_manager',
    'administrator': 'base.group_system',
}

_REFERENCE = {'invoicing': 'r', 'accountant': 'r', 'synchronise': 'r', 'manage': 'r'}
_XERO = {'synchronise': 'r', 'manage': 'r'}
_MANAGE = {'manage': 'r'}
_ADMINISTRATOR = {'administrator': 'r'}

#: Operations (c create, r read, w write, d delete) by model and kind of user; a kind that is not
#: there may do nothing. Everything is the user's own companies' alone.
MODELS = {
    'xero.connection': {'synchronise': 'r', 'manage': 'crw', 'administrator': 'crwd'},
    'xero.account': _REFERENCE,
    'xero.tax.rate': _REFERENCE,
    'xero.item': _REFERENCE,
    'xero.currency': _REFERENCE,
    'xero.tracking.category': _REFERENCE,
    'xero.tracking.option': _REFERENCE,
    'xero.payment.link': _REFERENCE,
    'xero.settlement': _REFERENCE,
    'xero.manual.journal': _REFERENCE,
    'xero.allocation': _REFERENCE,
    'xero.log': _XERO,
    'xero.problem': _XERO,
    'xero.difference': _XERO,
    'xero.first.sync': _XERO,
    'xero.profit.line': {'accountant': 'r', 'manage': 'r'},
    'xero.profitability': {'accountant': 'r', 'manage': 'r'},
    'xero.ledger.line': {'accountant': 'r', 'manage': 'r'},
    'xero.ledger.reason': {'accountant': 'r', 'manage': 'r'},
    'xero.invoicing.run': {'synchronise': 'crwd', 'manage': 'crwd'},
    'xero.invoicing.run.line': {'synchronise': 'rw', 'manage': 'rw'},
    'xero.invoicing.item': _XERO,
    'xero.twin': _XERO,
    'xero.unmatched': {'synchronise': 'r', 'manage': 'rw'},
    'xero.contact': _XERO,
    'xero.contact.match': {'synchronise': 'r', 'manage': 'rw'},
    'xero.contact.sync': _XERO,
    'xero.contact.candidate': _XERO,
    'xero.delivery': _MANAGE,
    'xero.event': _MANAGE,
    'xero.token': _ADMINISTRATOR,
    'xero.request': _ADMINISTRATOR,
    'xero.request.element': _ADMINISTRATOR,
    'xero.cursor': _ADMINISTRATOR,
    'xero.push.wizard': {'synchronise': 'rw', 'manage': 'rw'},
    'xero.push.wizard.cause': _XERO,
    'xero.push.wizard.note': _XERO,
    'xero.push.wizard.line': _XERO,
    'xero.contact.wizard': {'synchronise': 'crw', 'manage': 'crw'},
    'xero.mapping.wizard': {'manage': 'rw'},
    'xero.mapping.wizard.line': {'manage': 'rw'},
    'xero.fix.wizard': {'manage': 'crw'},
    'xero.unmatched.link': {'manage': 'crwd'},
    'xero.first.sync.wizard': {'manage': 'crwd'},
    'xero.compare.wizard': {'manage': 'crw'},
    'xero.ledger.wizard': {'manage': 'crw'},
    'xero.trial.wizard': {'synchronise': 'crw', 'manage': 'crw'},
    'xero.choose.organisation': {'manage': 'rw'},
    'xero.choose.organisation.line': _MANAGE,
}

#: Dialogs: a row is its user's own.
OWN = {name for name in MODELS
       if 'wizard' in name or 'choose' in name or name == 'xero.unmatched.link'}

#: Who sets a field, beside the right to write the record: ``code`` is nobody.
FIELDS = {
    'account.move': {'code': {
        'xero_state', 'xero_document_id', 'xero_number', 'xero_status', 'xero_error_code',
        'xero_error_message', 'xero_error_target', 'xero_last_push', 'xero_last_pull',
        'xero_attempts', 'xero_manual', 'xero_payload_hash', 'xero_revision', 'xero_pdf_state',
        'xero_pdf_message', 'xero_due_date', 'xero_updated', 'xero_pull_hash',
        'xero_refused_hash', 'xero_seek', 'xero_void', 'xero_voided_id', 'xero_differs',
        'xero_trial', 'xero_as_draft', 'xero_date',
        'xero_linked_at', 'xero_sent', 'xero_overwrite', 'xero_take_over', 'xero_kept_reason',
        'xero_from_void', 'xero_void_applied', 'xero_origin', 'xero_files_pending',
        'xero_files_tried_at', 'xero_notes', 'xero_manual_journal_id'}},
    'account.partial.reconcile': {'code': {'xero_credit_key'}},
    'account.payment': {'code': {
        'xero_payment_id', 'xero_journal_id', 'xero_deleted', 'xero_state', 'xero_error_code',
        'xero_error_message', 'xero_error_target', 'xero_attempts', 'xero_manual',
        'xero_payload_hash', 'xero_revision', 'xero_last_push'}},
    'res.partner': {
        'code': {'xero_contact_series'},
        'synchronise': {'xero_contact_id', 'xero_contact_name', 'xero_exclude'}},
    'account.account': {'manage': {'xero_account_id'}},
    'account.tax': {'manage': {'xero_other_rate_id', 'xero_tax_rate_id'}},
    'account.journal': {
        'code': {'xero_clearing'}, 'manage': {'xero_account_id', 'xero_entries'}},
    'ir.cron': {'code': {'xero_connection_id'}},
    'account.analytic.account': {'manage': {'xero_tracking_option_id'}},
    'product.product': {'manage': {'xero_item_id'}},
    'xero.invoicing.run': {'code': {'user_id', 'state'}, 'synchronise': {'company_id', 'date_to'}},
    'xero.invoicing.run.line': {
        'code': {'run_id', 'company_id', 'partner_id', 'partner_name', 'currency_id',
                 'order_count', 'amount', 'blocked_count'},
        'synchronise': {'included', 'separate'}},
    'xero.contact.match': {
        'code': {'connection_id', 'company_id', 'certainty', 'score', 'evidence', 'blocked_id',
                 'has_documents', 'dismissed'},
        'manage': {'partner_id', 'contact_id'}},
    'xero.unmatched': {'code': {
        'connection_id', 'company_id', 'xero_id', 'kind', 'number', 'contact_id', 'contact_name',
        'date', 'due_date', 'currency_id', 'currency_code', 'total', 'status', 'reason', 'message',
        'state', 'released', 'forced', 'separate', 'entry_there'}},
    'xero.connection': {
        'code': {
            'token_id', 'oauth_nonce', 'oauth_verifier', 'state', 'tenant_id', 'tenant_name',
            'tenant_connection_id', 'connected_at', 'short_code', 'base_currency',
            'country_code', 'period_lock_date', 'end_of_year_lock_date', 'denied_actions',
            'reference_date', 'day_left', 'minute_left', 'budget_seen_at',
            'resume_at', 'outages', 'last_push', 'last_pull', 'last_reconcile',
            'last_error', 'unannounced_at', 'call_counts', 'digest_date',
            'payments_since', 'profit_loss_next', 'profit_loss_problem', 'year_end_month',
            'year_end_day',
            'ledger_date', 'ledger_compared_at', 'ledger_count', 'ledger_agreeing',
            'ledger_unexplained', 'ledger_cents', 'ledger_problem', 'ledger_wanted',
            'figures', 'figures_at',
            'invoicing_done'},
        'manage': {
            'company_id', 'app_type', 'client_id', 'auto_sync', 'sync_sales', 'sync_purchases',
            'sync_credit_notes', 'push_status', 'create_contacts', 'update_contacts',
            'items_required', 'attach_pdf', 'mark_sent', 'no_tax_rate_id', 'payment_journal_id',
            'clearing_account_id', 'send_digest', 'push_payments', 'push_allocations',
            'note_changes', 'push_notes', 'import_policy', 'import_from', 'import_attachments',
            'hold_sending', 'books_settled', 'setup_closed', 'redated_date', 'sync_sales_receipts',
            'sync_purchase_receipts', 'profit_loss', 'profit_loss_years', 'profit_loss_basis',
            'profit_loss_category_id', 'compare_ledgers',
            'invoicing_day', 'invoicing_user_id', 'invoicing_by_itself'},
        'administrator': {'client_secret', 'webhook_key'}},
}


def in_words():
    """Return the tables as SECURITY.rst has them.

    :rtype: str
    """
    kinds = list(KINDS)
    rows = [['Model', *kinds]]
    for model, rights in sorted(MODELS.items()):
        rows.append([f'``{model}``' + (' (own)' if model in OWN else ''),
                     *(rights.get(kind) or '–' for kind in kinds)])
    fields = [['Model', 'Set by', 'Fields']]
    for model, groups in sorted(FIELDS.items()):
        for group, names in sorted(groups.items()):
            fields.append([f'``{model}``', group, ', '.join(f'``{n}``' for n in sorted(names))])
    return '\n'.join(_list_table(table) for table in (rows, fields))


def _list_table(rows):
    lines = ['.. list-table::', '   :header-rows: 1', '']
    for row in rows:
        lines += [f"   {'*' if not index else ' '} - {cell}" for index, cell in enumerate(row)]
    return '\n'.join([*lines, ''])
