from odoo.tools import SQL
from odoo.tools.sql import table_columns

#: What became company-dependent: {table: {column: table of what it refers to}}.
MAPPED = {
    'account_tax': {'xero_tax_rate_id': 'xero_tax_rate', 'xero_other_rate_id': 'xero_tax_rate'},
    'account_journal': {'xero_account_id': 'xero_account'},
}


def migrate(cr, version):
    """Keep the mapping of taxes and journals: it is each company's own, for a branch uses those of
    its parent. What was mapped was so for the company whose organisation has the counterpart."""
    for table, columns in MAPPED.items():
        kinds = table_columns(cr, table)
        for column, target in columns.items():
            if column in kinds and kinds[column]['udt_name'] == 'int4':
                names = {'tab': SQL.identifier(table), 'col': SQL.identifier(column),
                         'old': SQL.identifier(f'{column}_before'),
                         'target': SQL.identifier(target)}
                for statement in (
                        "ALTER TABLE %(tab)s RENAME COLUMN %(col)s TO %(old)s",
                        "ALTER TABLE %(tab)s ADD COLUMN %(col)s jsonb",
                        "UPDATE %(tab)s SET %(col)s = jsonb_build_object("
                        "target.company_id::text, target.id)"
                        "  FROM %(target)s target WHERE target.id = %(old)s",
                        "ALTER TABLE %(tab)s DROP COLUMN %(old)s"):
                    cr.execute(SQL(statement, **names))
