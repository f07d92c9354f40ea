"""What this module adds to records that are not its own, for people who know nothing of Xero.

Employees, salespeople and auditors read taxes, accounts, partners and invoices; Odoo reads them
whole, copies, exports, merges and splits them. None of it may end at a field of this module.
"""
from itertools import product
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import XeroCommon

MODULE = 'account_xero'
#: People without any right for Xero.
KINDS = {
    'employee': 'base.group_user',
    'partner_manager': 'base.group_user,base.group_partner_manager',
    'product_manager': 'base.group_user,product.group_product_manager',
    'invoicing': 'account.group_account_invoice',
    'auditor': 'base.group_user,account.group_account_readonly',
    'accountant': 'account.group_account_user',
    'manager': 'account.group_account_manager,analytic.group_analytic_accounting',
    'portal': 'base.group_portal',
}
#: Those that people copy as such.
COPIED = ('account.account', 'account.tax', 'account.analytic.account', 'account.move',
          'account.payment', 'product.product', 'res.partner')
GROUPED = ('char', 'boolean', 'integer', 'selection', 'many2one')


@tagged('post_install', '-at_install')
class TestSharedModels(XeroCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {kind: new_test_user(
            cls.env, f'shared_{kind}', groups if kind == 'portal' else
            f'{groups},base.group_allow_export', company_id=cls.env.company.id,
            company_ids=[Command.set(cls.env.company.ids)]) for kind, groups in KINDS.items()}

    def setUp(self):
        super().setUp()
        env = self.env(su=True)
        item = env['xero.item'].create({
            'connection_id': self.connection.id, 'code': 'I', 'xero_id': 'i'})
        category = env['xero.tracking.category'].create({
            'connection_id': self.connection.id, 'xero_id': 'c', 'name': "C"})
        option = env['xero.tracking.option'].create({
            'connection_id': self.connection.id, 'category_id': category.id, 'xero_id': 'o',
            'name': "O"})
        plan = env['account.analytic.plan'].create({'name': "Plan"})
        analytic = env['account.analytic.account'].create({
            'name': "Project", 'plan_id': plan.id, 'xero_tracking_option_id': option.id})
        self.product_a.sudo().xero_item_id = item
        self.partner_a.sudo().write({
            'xero_contact_id': '5' * 8 + '-0000-0000-0000-' + '5' * 12,
            'xero_contact_name': "A in Xero"})
        env['xero.contact.sync']._queue(self.connection, self.partner_a.sudo())
        env['xero.contact.sync'].search([]).write({
            'xero_state': 'failed', 'xero_error_code': 'contact_collision'})
        self.wrong = self._tax("Wrong", 17, 'sale')
        self.wrong.sudo().write({
            'xero_tax_rate_id': self.tax_sale_20.xero_tax_rate_id.id,
            'xero_other_rate_id': self.tax_sale_0.xero_tax_rate_id.id})
        bank = self.company_data['default_journal_bank']
        bank.sudo().xero_account_id = env['xero.account'].search([
            ('connection_id', '=', self.connection.id), ('type', '=', 'BANK')], limit=1)
        move = self._invoice(lines=[{'analytic_distribution': {str(analytic.id): 100}}])
        move.sudo().write({
            'xero_state': 'failed', 'xero_error_code': 'unmapped_account',
            'xero_error_message': "Because", 'xero_status': 'AUTHORISED'})
        payment = env['account.payment'].create({
            'payment_type': 'inbound', 'partner_id': self.partner_a.id, 'amount': 1,
            'journal_id': bank.id})
        statement = env['account.bank.statement.line'].create({
            'journal_id': bank.id, 'amount': 1, 'payment_ref': "Money", 'date': '2026-03-02'})
        payment.write({'xero_state': 'failed', 'xero_error_code': 'unmapped_account'})
        self.env.flush_all()
        self.records = {each._name: each for each in (
            self.income, self.wrong, bank, self.product_a, self.partner_a, self.env.company,
            move, move.line_ids, payment, analytic, self.users['employee'], statement)}

    def _fields(self, model):
        """:return: the fields that this module adds to a model of others"""
        return [field for field in self.env[model]._fields.values() if MODULE in field._modules]

    def _shown(self, record):
        """:return: names of these fields that its user may see"""
        names = [field.name for field in self._fields(record._name)]
        return [*record.fields_get(names)] if names else []

    def _shared(self):
        """:return: names of the models of others that have fields of this module"""
        return [name for name, model in self.env.registry.items()
                if model._original_module != MODULE and not model._abstract
                and not model._transient and self._fields(name)]

    def test_all_shared_models_are_here(self):
        left_out = ('account.partial.reconcile', 'account.payment.method.line', 'ir.cron')
        self.assertFalse({*self._shared()} - {*self.records, *left_out},
                         "each of them has a record in the tests of this file")

    def _each(self):
        """:return: (kind, record) of each that people of this kind may read, as such a person"""
        pairs = [(kind, records.with_user(user)[:1])
                 for kind, user in self.users.items() for records in self.records.values()]
        return [(kind, record) for kind, record in pairs if record.has_access('read')]

    def _assert_whole(self):
        """Try all, and name what is refused."""
        pairs, refused = self._each(), []
        self.assertGreater(len(pairs), 40)
        for kind, record in pairs:
            for name in (None, *self._shown(record)):
                self.env.invalidate_all()
                try:
                    with self.env.cr.savepoint():
                        self._read(record, record._fields[name], kind) if name \
                            else self._read_all(record)
                except AccessError as error:
                    if name or not self._is_refused_by_odoo(record):
                        refused.append(f'{kind}: {record._name} {name}: {error}'[:200])
        self.assertFalse(refused)

    def _is_refused_by_odoo(self, record):
        """:return: whether Odoo does not let everybody read all that is its own of it"""
        mine = {field.name for field in self._fields(record._name)}
        try:
            record.read([name for name in record.fields_get() if name not in mine])
        except AccessError:
            return True
        return False

    def _read_all(self, record):
        """Read a record as a whole, and copy it."""
        self.assertTrue(record.read())
        record.invalidate_recordset()
        self.assertTrue(record.search_read([('id', '=', record.id)]))
        if record._name in COPIED and record.has_access('create'):
            record.copy()

    def _read(self, record, field, kind):
        """Read a field in each of the ways that Odoo knows."""
        name = field.name
        self.assertTrue(record.read([name]))
        record.web_read({name: {'fields': {'display_name': {}}} if field.relational else {}})
        if kind != 'portal':
            record.export_data([name])
        if field.store or field.search:
            record.search([(name, '=', False)], limit=1)
            record.search([(name, '!=', False)], limit=1)
        if field.store and field.type in GROUPED:
            record.search([], order=name, limit=1)
            record.formatted_read_group([], [name], ['__count'])

    def test_whole_with_a_connection(self):
        self._assert_whole()

    def test_whole_without_a_connection(self):
        self.connection.state = 'disconnected'
        self._assert_whole()

    def test_nothing_is_asked_where_nobody_is_connected(self):
        """What this module computes costs no query in a database without a connection."""
        self.connection.state = 'disconnected'
        # Nothing was ever sent there.
        self.records['account.move'].sudo().xero_state = False
        self.records['account.payment'].sudo().xero_state = False
        self.env.flush_all()
        for (model, records), kind in product(self.records.items(), ('accountant', 'employee')):
            record = records.with_user(self.users[kind])[:1]
            if not record.has_access('read'):
                continue
            shown = self._shown(record)
            self.env.invalidate_all()
            record.read(shown or ['id'])
            for name in shown:
                if record._fields[name].compute and not record._fields[name].store:
                    record.invalidate_recordset([name])
                    with self.subTest(model=model, field=name, kind=kind), \
                            self.assertQueryCount(0):
                        self.assertTrue(record[name] or True)

    # === MERGED AND SPLIT === #

    def _accounts(self):
        """:return: an account of each of two connected companies, mapped, and what to"""
        other = self.setup_other_company()['company']
        organisation = self.sandbox.add_organisation("Other", base_currency=other.currency_id.name)
        with patch.object(self, '_map'):        # which is about the accounts of the first one
            connection = self._connect(other, organisation)
        accounts, targets = self.env['account.account'], []
        for number, mine in enumerate((self.connection, connection)):
            company = mine.company_id
            account = self.env['account.account'].with_company(company).create({
                'name': f"Account {number}", 'code': f'70000{number}',
                'account_type': 'expense', 'company_ids': [Command.set(company.ids)]})
            target = self.env['xero.account'].sudo().search([
                ('connection_id', '=', mine.id), ('code', '=', '429')])
            account.sudo().xero_account_id = target
            targets.append((company, target))
            accounts |= account.with_company(self.env.company)
        self.users['manager'].company_ids += other
        return accounts, targets

    def test_merged_and_split_by_somebody_without_a_right_for_xero(self):
        accounts, targets = self._accounts()
        accounts = accounts.with_user(self.users['manager']).with_context(
            allowed_company_ids=[company.id for company, _target in targets])
        self.env['account.merge.wizard'].with_env(accounts.env)._action_merge(accounts)
        first = accounts[0]
        for company, target in targets:
            self.assertEqual(first.sudo().with_company(company).xero_account_id, target)
        second = first.with_context(account_unmerge_confirm=True)._action_unmerge()
        self.assertEqual([first.company_ids, second.company_ids],
                         [company for company, _target in targets])
        for account, (company, target) in zip((first, second), targets, strict=True):
            self.assertEqual(account.sudo().with_company(company).xero_account_id, target)
        (company, _target), (other, _target) = targets
        self.assertFalse(first.sudo().with_company(other).xero_account_id)
        self.assertFalse(second.sudo().with_company(company).xero_account_id)

    def test_split_is_for_those_who_may_write_the_account(self):
        accounts, _targets = self._accounts()
        self.env.user.company_ids += accounts.sudo().company_ids
        self.env['account.merge.wizard'].with_env(accounts.env)._action_merge(accounts)
        for kind in ('employee', 'auditor', 'invoicing'):
            with self.subTest(kind=kind), self.assertRaises(AccessError):
                accounts[0].with_user(self.users[kind])._action_unmerge()
