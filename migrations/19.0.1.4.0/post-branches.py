#: What a branch has from the company above it; the rules are noupdate.
SHARED = ('connection', 'account', 'tax_rate', 'currency', 'item', 'tracking_category',
          'tracking_option', 'contact', 'contact_sync', 'contact_candidate')
BEFORE = "[('company_id', 'in', company_ids)]"
AFTER = "[('company_id', 'in', user.env['res.company']._xero_owners_of(company_ids))]"


def migrate(cr, version):
    """Let people of a branch read the connection that covers it and what belongs to that, unless
    somebody has changed who may."""
    cr.execute("""
        UPDATE ir_rule rule SET domain_force = %s
          FROM ir_model_data data
         WHERE data.model = 'ir.rule' AND data.module = 'account_xero' AND data.res_id = rule.id
           AND data.name = ANY(%s) AND rule.domain_force = %s""",
               (AFTER, [f'rule_xero_{name}_company' for name in SHARED], BEFORE))
