"""Every model, every operation, every kind of user, by RPC; see :mod:`.access_table`."""
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .access_table import FIELDS, KINDS, MODELS, OWN, in_words
from .common import XeroCommon

MODULE = 'account_xero'
DENIED = ('odoo.exceptions.AccessError', 'odoo.http.SessionExpiredException')
#: With these, the rights on the records are no obstacle.
EVERYTHING = ','.join((
    'account.group_account_manager', 'account.group_account_user', 'base.group_partner_manager',
    'analytic.group_analytic_accounting', 'product.group_product_manager'))


class AccessCommon(XeroCommon, HttpCase):
    """A company with one record of every model."""

    def setUp(self):
        super().setUp()
        self.company = self.env.company
        self.other_company = self.env['res.company'].sudo().create({'name': "Heron Ltd"})
        env = self.env(su=True, context={'tracking_disable': True})
        connection = self.connection.with_env(env)
        self.move = self._invoice()
        self.payment = env['account.payment'].create({
            'payment_type': 'inbound', 'partner_id': self.partner_a.id, 'amount': 1,
            'journal_id': self.company_data['default_journal_bank'].id})
        failed = self._invoice().with_env(env)
        failed.write({'xero_state': 'failed', 'xero_error_code': 'unmapped_account',
                      'xero_error_message': "What Xero said"})
        env.flush_all()
        link = {'connection_id': connection.id}
        category = env['xero.tracking.category'].create({**link, 'xero_id': 'c', 'name': "C"})
        contact = env['xero.contact'].create({**link, 'xero_id': 'x', 'name': "X"})
        unmatched = env['xero.unmatched'].create({**link, 'xero_id': 'u', 'reason': 'policy'})
        env['xero.difference']._note(connection, self.move, 'total', '1', '2')
        env['xero.log']._add_event(connection, "Something happened.")
        ledger = env['xero.ledger.line'].create({
            **link, 'date': '2026-03-31',
            'reason_ids': [Command.create({'reason': 'pending', 'amount': 1})]})
        env['xero.contact.sync']._queue(connection, self.partner_a)
        self.records = {
            'xero.item': env['xero.item'].create({**link, 'code': 'I', 'xero_id': 'i'}),
            'xero.tracking.category': category,
            'xero.tracking.option': env['xero.tracking.option'].create({
                **link, 'category_id': category.id, 'xero_id': 'o', 'name': "O"}),
            'xero.payment.link': env['xero.payment.link'].create({
                'payment_id': self.payment.id, 'move_id': self.move.id, 'amount': 1,
                'journal_id': self.payment.journal_id.id, 'date': '2026-03-02'}),
            'xero.twin': env['xero.twin'].create({
                **link, 'move_id': self.move.id, 'xero_id': 't'}),
            'xero.settlement': env['xero.settlement'].create({
                'entry_id': self.payment.move_id.id, 'move_id': self.move.id,
                'journal_id': self.payment.journal_id.id, 'amount': 1, 'date': '2026-03-02',
                'company_id': self.move.company_id.id}),
            'xero.manual.journal': env['xero.manual.journal'].create({
                'journal_id': self.move.journal_id.id, 'company_id': self.move.company_id.id,
                'date': '2026-03-02'}),
            'xero.allocation': env['xero.allocation'].create({
                'credit_id': self._invoice('out_refund').id, 'invoice_id': self.move.id}),
            'xero.unmatched': unmatched,
            'xero.first.sync': env['xero.first.sync'].create({**link, 'scope': 'open'}),
            'xero.ledger.line': ledger,
            'xero.ledger.reason': ledger.reason_ids,
            'xero.profit.line': env['xero.profit.line'].create({
                **link, 'month': '2026-03-01', 'section': 'income'}),
            **self._month_end(env),
            'xero.contact': contact,
            'xero.contact.match': env['xero.contact.match'].create({
                **link, 'partner_id': self.partner_a.id, 'contact_id': contact.id,
                'certainty': 'likely'}),
            'xero.contact.candidate': env['xero.contact.candidate'].create({
                **link, 'partner_id': self.partner_a.id, 'xero_id': 'x'}),
            'xero.delivery': env['xero.delivery'].create(link),
            'xero.event': env['xero.event'].create({
                **link, 'category': 'INVOICE', 'event_type': 'UPDATE', 'resource_id': 'r',
                'event_date': fields.Datetime.now()}),
            'xero.token': connection.token_id,
            'xero.request': env['xero.request'].create({
                **link, 'operation': 'create', 'method': 'PUT', 'path': 'Invoices', 'body': '{}',
                'idempotency_key': 'k', 'items': [{'id': self.move.id}]}),
            'xero.cursor': env['xero.cursor']._get_or_create(connection, ['Invoices']),
            'xero.connection': connection,
        }
        request = self.records['xero.request']
        self.records['xero.request.element'] = env['xero.request.element'].search([
            ('request_id', '=', request.id)]) or env['xero.request.element'].create({
                'request_id': request.id, 'move_id': self.move.id})
        for model in set(MODELS) - OWN - set(self.records):
            self.records[model] = env[model].search([('connection_id', '=', connection.id)],
                                                    limit=1)

    def _month_end(self, env):
        """:return: {model: record} of a month end"""
        company = {'company_id': self.company.id}
        run = env['xero.invoicing.run'].create({
            **company, 'date_to': '2026-03-31', 'state': 'prepared'})
        line = env['xero.invoicing.run.line'].create({
            **company, 'run_id': run.id, 'partner_id': self.partner_a.id,
            'currency_id': self.company.currency_id.id})
        return {'xero.invoicing.run': run, 'xero.invoicing.run.line': line,
                'xero.invoicing.item': env['xero.invoicing.item'].create({
                    'line_id': line.id, 'source': 'xero.invoicing.draft',
                    'res_model': 'account.move', 'res_id': self.move.id,
                    'move_ids': [Command.set(self.move.ids)]})}

    def _own(self, user):
        """:return: {model: a row of each dialog that a user has open}"""
        env = self.env(user=user, su=True)
        push = env['xero.push.wizard'].create({
            'move_ids': self.move.ids, 'cause_ids': [Command.create({'code': 'transient'})],
            'note_ids': [Command.create({'reason': "Why"})]})
        mapping = env['xero.mapping.wizard'].create({
            'connection_id': self.connection.id, 'line_ids': [Command.create({
                'kind': 'account', 'res_model': 'account.account', 'res_id': self.income.id})]})
        choice = env['xero.choose.organisation'].create({
            'connection_id': self.connection.id, 'line_ids': [Command.create({
                'name': "One", 'tenant_id': 'one'})]})
        return {
            'xero.push.wizard': push,
            'xero.push.wizard.cause': push.cause_ids,
            'xero.push.wizard.note': push.note_ids,
            'xero.push.wizard.line': env['xero.push.wizard.line'].create({'wizard_id': push.id}),
            'xero.contact.wizard': env['xero.contact.wizard'].create({
                'partner_id': self.partner_a.id, 'company_id': self.company.id}),
            'xero.fix.wizard': env['xero.fix.wizard'].create({
                'company_id': self.company.id, 'res_model': 'account.account',
                'res_id': self.income.id}),
            'xero.mapping.wizard': mapping,
            'xero.mapping.wizard.line': mapping.line_ids,
            'xero.first.sync.wizard': env['xero.first.sync.wizard'].create({
                'connection_id': self.connection.id}),
            'xero.unmatched.link': env['xero.unmatched.link'].create({
                'unmatched_id': self.records['xero.unmatched'].id,
                'partner_id': self.partner_a.id}),
            'xero.trial.wizard': env['xero.trial.wizard'].create({}),
            'xero.compare.wizard': env['xero.compare.wizard'].create({
                'connection_id': self.connection.id}),
            'xero.ledger.wizard': env['xero.ledger.wizard'].create({}),
            'xero.choose.organisation': choice,
            'xero.choose.organisation.line': choice.line_ids,
        }

    def _user(self, name, groups, company=None):
        company = company or self.company
        if name == 'portal':
            values = {'partner_id': self.partner_a.id}
        else:
            values = {'company_id': company.id, 'company_ids': [Command.set(company.ids)]}
        return new_test_user(self.env(su=True), f'{name}-{company.id}', groups, **values)

    def _log_in(self, user):
        self.authenticate(user and user.login, user and user.login)

    def _rpc(self, model, method, *args, **kwargs):
        """Call a method as the web client does.

        :return: (what it returned, name of the error or None)
        """
        self.env.flush_all()
        with mute_logger('odoo.http', 'odoo.sql_db', 'odoo.addons.base.models.ir_rule'):
            answer = self.url_open('/web/dataset/call_kw', json={'params': {
                'model': model, 'method': method, 'args': args, 'kwargs': kwargs}}).json()
        self.env.invalidate_all()
        return answer.get('result'), answer.get('error', {}).get('data', {}).get('name')

    def _allowed(self, *call, **kwargs):
        return self._rpc(*call, **kwargs)[1] not in DENIED

    def _operations(self, model, record):
        """:return: what the user who is logged in may do with a record, in letters"""
        allowed = ''
        if self._allowed(model, 'create', {}):
            allowed += 'c'
        result, error = self._rpc(model, 'read', record.ids, ['id'])
        if error not in DENIED and result:
            allowed += 'r'
        if self._allowed(model, 'write', record.ids, {}):
            allowed += 'w'
        if self._allowed(model, 'unlink', record.ids):
            allowed += 'd'
        return allowed


@tagged('post_install', '-at_install')
class TestModels(AccessCommon):

    def test_every_model_is_in_the_table(self):
        ours = {name for name, model in self.registry.items()
                if model._original_module == MODULE and not model._abstract}
        self.assertEqual(set(MODELS), ours)
        for model, record in self.records.items():
            self.assertTrue(record, model)

    def test_operations(self):
        for kind, groups in KINDS.items():
            user = self._user(kind, groups) if groups else None
            records = {**self.records, **self._own(user or self.env.ref('base.public_user'))}
            self._log_in(user)
            for model, rights in MODELS.items():
                with self.subTest(kind=kind, model=model):
                    self.assertEqual(
                        self._operations(model, records[model]), rights.get(kind, ''))

    def test_companies(self):
        """Whoever may read may not read another company's."""
        for kind in ('accountant', 'synchronise', 'manage', 'administrator'):
            self._log_in(self._user(f'other {kind}', KINDS[kind], self.other_company))
            for model in set(MODELS) - OWN:
                with self.subTest(kind=kind, model=model):
                    record = self.records[model]
                    self.assertFalse(self._rpc(model, 'read', record.ids, ['id'])[0])
                    self.assertFalse(self._rpc(model, 'search', [('id', 'in', record.ids)])[0])
                    self.assertFalse(self._allowed(model, 'write', record.ids, {}))
                    self.assertFalse(self._allowed(model, 'unlink', record.ids))

    def test_dialogs_of_others(self):
        records = self._own(self._user('someone', KINDS['manage']))
        self._log_in(self._user('someone else', KINDS['manage']))
        for model in OWN:
            with self.subTest(model=model):
                self.assertFalse(self._rpc(model, 'read', records[model].ids, ['id'])[0])
                self.assertFalse(self._allowed(model, 'write', records[model].ids, {}))
                self.assertFalse(
                    self._rpc(model, 'search', [('id', 'in', records[model].ids)])[0])

    def test_the_manual_shows_the_table(self):
        manual = (Path(__file__).parents[1] / 'SECURITY.rst').read_text()
        self.assertIn(in_words(), manual)


@tagged('post_install', '-at_install')
class TestFields(AccessCommon):

    def _targets(self):
        """:return: {model: record}"""
        return {
            'account.move': self.move,
            'account.payment': self.payment,
            'account.partial.reconcile': self._reconciled(),
            'res.partner': self.partner_a,
            'account.account': self.income,
            'account.tax': self.tax_sale_20,
            'account.journal': self.company_data['default_journal_bank'],
            'account.analytic.account': self.env['account.analytic.account'].sudo().create({
                'name': "A", 'plan_id': self.env['account.analytic.plan'].sudo().create(
                    {'name': "P"}).id}),
            'product.product': self.product_a,
            'ir.cron': self.connection.sudo().cron_ids,
            'xero.contact.match': self.records['xero.contact.match'],
            'xero.unmatched': self.records['xero.unmatched'],
            'xero.invoicing.run': self.records['xero.invoicing.run'],
            'xero.invoicing.run.line': self.records['xero.invoicing.run.line'],
            'xero.connection': self.connection,
        }

    def _reconciled(self):
        refund = self._invoice('out_refund')
        lines = (self.move + refund).line_ids.filtered(
            lambda line: line.account_type == 'asset_receivable')
        lines.reconcile()
        return lines.matched_debit_ids[:1]

    def test_every_field_is_in_the_table(self):
        for name, model in self.registry.items():
            if model._abstract or name in MODELS and name not in FIELDS and (
                    name in OWN or not any('w' in may for may in MODELS[name].values())):
                continue
            # A list of other records is written with the rights on those.
            ours = {field.name for field in model._fields.values()
                    if field.store and field.column_type and MODULE in field._modules
                    and not field.inherited and field.name not in MAGIC_COLUMNS}
            with self.subTest(model=name):
                self.assertEqual(set().union(*FIELDS.get(name, {}).values()), ours)

    def _writable(self, model, record, name):
        value = record.sudo()[name]
        if record._fields[name].relational:
            value = value.id
        if record._fields[name].type in ('date', 'datetime'):
            value = str(value) if value else False
        result, error = self._rpc(model, 'write', record.ids, {
            name: value})
        self.assertIn(error, (None, *DENIED))
        return bool(result)

    def test_writing(self):
        targets = self._targets()
        for groups, may in (('', ''), (KINDS['synchronise'], 'synchronise'),
                            (KINDS['manage'], 'synchronise manage'),
                            (f"{KINDS['administrator']},{KINDS['manage']}",
                             'synchronise manage administrator')):
            user = self._user(f'writer {groups}', f'{EVERYTHING},{groups}'.rstrip(','))
            self._log_in(user)
            for model, rights in FIELDS.items():
                if model.startswith('xero') and 'manage' not in may \
                        or model == 'ir.cron' and 'administrator' not in may:
                    continue
                record = targets[model]
                if not model.startswith('xero'):
                    self.assertTrue(self._allowed(model, 'write', record.ids, {}), model)
                for group, names in rights.items():
                    for name in sorted(names):
                        with self.subTest(groups=groups, model=model, field=name):
                            self.assertEqual(
                                self._writable(model, record, name), group in may.split())
                            described = self._rpc(model, 'fields_get', [name])[0]
                            if group not in may.split() and described:
                                self.assertTrue(described[name]['readonly'])

    def test_creating(self):
        """By create, by a default value, by copying and by an import, too."""
        self._log_in(self._user('creator', f"{EVERYTHING},{KINDS['manage']}"))
        values = {'move_type': 'out_invoice', 'partner_id': self.partner_a.id}
        self.assertTrue(self._allowed('account.move', 'create', values))
        self.assertFalse(self._allowed('account.move', 'create', {
            **values, 'xero_state': 'synced'}))
        self.assertFalse(self._allowed('account.move', 'create', values, context={
            'default_xero_document_id': 'mine'}))
        answer, _error = self._rpc('account.move', 'load', ['move_type', 'xero_number'],
                                   [['out_invoice', 'X-1']])
        self.assertFalse(answer['ids'])
        self.assertFalse(self._allowed('account.payment', 'copy', self.payment.ids, {
            'xero_payment_id': 'mine'}))
        self.assertFalse(self._allowed('account.move', 'web_save', self.move.ids, {
            'xero_status': 'PAID'}, {}))

    def test_copy_of_what_the_user_may_not_set(self):
        self._log_in(self._user('copyist', EVERYTHING))
        self.partner_a.sudo().xero_exclude = True
        for record, name in ((self.partner_a, 'xero_exclude'), (self.income, 'xero_account_id')):
            [copy], error = self._rpc(record._name, 'copy', record.ids)
            self.assertFalse(error)
            self.assertFalse(record.browse(copy)[name])

    def test_partners_with_links_are_merged(self):
        self.partner_a.sudo().xero_contact_id = 'one-contact'
        other = self.partner_a.copy({'name': "Twin", 'email': 'a@example.com'})
        user = self._user('merger', EVERYTHING)
        wizard = self.env['base.partner.merge.automatic.wizard'].with_user(user).create({})
        wizard._merge((self.partner_a + other).ids, other)
        self.assertEqual(other.xero_contact_id, 'one-contact')
        clerk = self._user('clerk', 'base.group_user')
        with self.assertRaises(AccessError):
            wizard.with_user(clerk)._update_values(
                other.with_user(clerk), self.partner_b.with_user(clerk))

    def test_reading_from_outside(self):
        """Customers may read their invoices, and nothing of this in them."""
        self.move.sudo().xero_error_message = "Not for the customer"
        self.move.message_subscribe(self.partner_a.ids)
        self._log_in(self._user('portal', 'base.group_portal'))
        for model, record in (('account.move', self.move), ('res.partner', self.partner_a)):
            self.assertTrue(self._allowed(model, 'read', record.ids, ['name', 'alerts'][
                :2 if model == 'account.move' else 1]))
            shown = self._rpc(model, 'fields_get')[0]
            self.assertFalse([name for name in shown if name.startswith('xero_')])
            for name in set().union(*FIELDS[model].values()):
                self.assertFalse(self._allowed(model, 'read', record.ids, [name]), name)
                self.assertFalse(self._allowed(model, 'search', [(name, '!=', False)]), name)
                self.assertFalse(self._allowed(
                    model, 'web_search_read', [('id', 'in', record.ids)], {name: {}}), name)
                if record._fields[name].translate:
                    self.assertFalse(self._allowed(
                        model, 'get_field_translations', record.ids, name), name)
                if record._fields[name].store:
                    self.assertFalse(self._allowed(model, 'search', [], 0, 1, name), name)
                    self.assertFalse(self._allowed(
                        model, 'formatted_read_group', [], [name], ['__count']), name)
        self.assertFalse(self._allowed(
            'account.move.line', 'search', [('move_id.xero_error_message', '!=', False)]))
        self.assertTrue(self._allowed(
            'account.move.line', 'search', [('move_id.name', '!=', False)]))

    def test_nothing_of_it_comes_along(self):
        """Odoo reads a whole group of fields when it needs one of them, and refuses them all to
        whoever may not read one: none of ours is in a group of Odoo's."""
        for model in self.env.values():
            for field in model._fields.values():
                if not model._name.startswith('xero.') and not model._transient \
                        and field.store and 'account_xero' in field._modules \
                        and field.groups != 'base.group_user':
                    self.assertIn(
                        field.prefetch, ('xero', False), f"{field}: give it prefetch='xero'")

    def test_dialogs_believe_nothing_of_the_browser(self):
        self._log_in(self._user('curious', KINDS['manage'], self.other_company))
        answer, error = self._rpc(
            'xero.push.wizard', 'onchange', [],
            {'preview_id': self.move.id, 'move_ids': [Command.link(self.move.id)]},
            ['preview_id'], {'preview_id': {}, 'preview_number': {}, 'preview_total': {}})
        with suppress(TypeError):
            self.assertFalse(answer['value'].get('preview_number'), error)
        answer, error = self._rpc(
            'xero.mapping.wizard.line', 'onchange', [],
            {'res_model': 'account.move', 'res_id': self.move.id}, ['res_id'],
            {'res_model': {}, 'res_id': {}, 'record_name': {}})
        with suppress(TypeError):
            self.assertFalse(answer['value'].get('record_name'), error)

    def test_a_match_shows_nobody_of_another_company(self):
        match = self.records['xero.contact.match']
        other = self.partner_b.copy({'company_id': self.other_company.id, 'email': 'b@b.example'})
        self._log_in(self._user('matcher', f"{EVERYTHING},{KINDS['manage']}"))
        self.assertFalse(self._allowed(
            'xero.contact.match', 'write', match.ids, {'partner_id': other.id}))
        self.assertEqual(match.partner_id, self.partner_a)

    def test_other_ways_in(self):
        """The external APIs end in the same checks."""
        self.env['ir.config_parameter'].sudo().set_param('account_xero.x', 'x')
        user = self._user('script', f"{EVERYTHING},{KINDS['manage']}")
        key = self.env['res.users.apikeys'].with_user(user)._generate(
            'rpc', 'script', fields.Datetime.now() + timedelta(days=1))
        self.env.flush_all()
        answer = self.url_open(
            '/json/2/xero.connection/write', headers={'Authorization': f'Bearer {key}'},
            json={'ids': self.connection.ids, 'vals': {'state': 'paused'}})
        self.assertEqual(answer.status_code, 403, answer.text)
        answer = self.url_open(
            '/json/2/xero.connection/write', headers={'Authorization': f'Bearer {key}'},
            json={'ids': self.connection.ids, 'vals': {'auto_sync': False}})
        self.assertEqual(answer.json(), True)
        with self.assertRaisesRegex(Exception, 'tenant_id'), mute_logger('odoo.http'):
            self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, user.id, key, 'xero.connection', 'write',
                [self.connection.ids, {'tenant_id': 'mine'}])
        self.assertEqual(self.connection.state, 'connected')
