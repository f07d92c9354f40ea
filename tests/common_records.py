"""Books in which every button of the module has a record that shows it."""
from contextlib import contextmanager

from odoo import Command, fields, models
from odoo.tests import HttpCase, new_test_user

from .access_table import KINDS
from .common import CLIENT_ID, CLIENT_SECRET, XeroCommon
from .common_web_client import WebClient

MODULE = 'account_xero'

#: Who has what: the administrator of `KINDS` has no other rights, this one has all.
EVERYBODY = {
    **{kind: KINDS[kind] for kind in (
        'invoicing', 'accountant', 'synchronise', 'manage', 'administrator')},
    'everything': ','.join((
        KINDS['accountant'], KINDS['manage'], KINDS['administrator'],
        'base.group_partner_manager', 'base.group_multi_company', 'base.group_no_one')),
}
#: Where Odoo says that it has refused something.
REFUSAL_LOGGERS = ('odoo.http', 'odoo.addons.base.models.ir_model',
                   'odoo.addons.base.models.ir_rule')
GONE = '00000000-0000-4000-8000-000000000001'


class XeroRecordsCommon(XeroCommon, HttpCase):
    """A company with documents in every state, and others whose connections are in every state."""

    def setUp(self):
        super().setUp()
        self.company = self.env.company
        self.all_rights = self.env(su=True, context={'tracking_disable': True})
        self.connection.with_env(self.all_rights).push_payments = True
        # Partners of the database have nothing to do with the tests.
        self.env['res.partner'].search(
            [('parent_id', '=', False), ('id', '!=', self.partner_a.id)]).xero_exclude = True
        self.companies = self.company | self._companies_in_every_state()
        self.moves = self._documents_in_every_state()
        self._make_payment()
        self.entry = self._make_entry()
        self._make_contacts()
        self._make_unmatched()
        self.all_rights['xero.twin'].create({
            'move_id': self.alike.id, 'connection_id': self.connection.id,
            'xero_id': f'{GONE[:-1]}9', 'kind': 'ACCREC', 'number': 'X9', 'sendable': True})
        for field in ('total', 'payment'):
            self.all_rights['xero.difference']._note(
                self.connection, self.synced, field, '1', '2')
        self.all_rights['xero.difference']._note(
            self.connection, self.moves[2], 'missing', 'B1', '–')
        self.all_rights['xero.difference'].search([('field', '=', 'payment')]).state = 'ignored'
        self.all_rights['xero.log']._add_event(self.connection, "Something happened.")
        self.connection.with_env(self.all_rights).profit_loss = True
        self.all_rights['xero.profit.line'].create({
            'connection_id': self.connection.id, 'month': '2026-03-01', 'section': 'income',
            'name': "Sales", 'account_ids': self.income.ids})
        self.connection.with_env(self.all_rights).compare_ledgers = True
        self.all_rights['xero.ledger.line'].create({
            'connection_id': self.connection.id, 'date': '2026-03-31', 'name': "Sales",
            'account_ids': self.income.ids, 'difference': 13, 'explained': 13, 'reason_ids': [
                Command.create({'reason': reason, 'amount': 1}) for reason, _label in
                self.env['xero.ledger.reason']._fields['reason'].selection]})
        self._make_month_ends()
        self.all_rights.flush_all()

    def _make_month_ends(self):
        """One in each state."""
        env, company = self.all_rights, self.company
        for state in ('draft', 'prepared', 'running', 'done', 'taken_back'):
            run = env['xero.invoicing.run'].create({
                'company_id': company.id, 'date_to': '2026-03-31', 'state': state})
            line = env['xero.invoicing.run.line'].create({
                'run_id': run.id, 'company_id': company.id, 'partner_id': self.partner_a.id,
                'currency_id': company.currency_id.id, 'order_count': 1, 'amount': 120})
            env['xero.invoicing.item'].create([{
                'line_id': line.id, 'source': 'xero.invoicing.draft', 'res_model': 'account.move',
                'res_id': self.synced.id, 'name': self.synced.name, 'amount': 120,
                **values} for values in (
                    {'state': 'failed', 'error_code': 'contact_missing',
                     'error_message': "Not linked",
                     'error_target': f'res.partner,{self.partner_a.id}'},
                    {'state': 'made', 'move_ids': [Command.set(self.alike.ids)]},
                    {})])

    def _companies_in_every_state(self):
        """:return: companies, the last of which has no connection"""
        states = ('disconnected', 'paused', 'reauth', 'revoked', 'connected')
        companies = self.all_rights['res.company'].create(
            [{'name': f"Company that is {state}"} for state in (*states, 'not there')])
        for number, (company, state) in enumerate(zip(companies, states, strict=False)):
            connection = self.all_rights['xero.connection'].create({
                'company_id': company.id, 'client_id': CLIENT_ID, 'client_secret': CLIENT_SECRET,
                'state': state, 'tenant_name': company.name, 'tenant_id': f'{GONE[:-1]}{number}'})
            if state == 'connected':
                self.all_rights['xero.first.sync'].create({
                    'connection_id': connection.id, 'scope': 'open'})
            if state == 'paused':
                self.all_rights['xero.first.sync'].create({
                    'connection_id': connection.id, 'scope': 'open', 'state': 'stopped'})
                self.all_rights['xero.unmatched'].create({
                    'connection_id': connection.id, 'xero_id': GONE, 'reason': 'policy'})
                self.all_rights['xero.cursor'].create({
                    'connection_id': connection.id, 'path': 'Contacts',
                    'changed_since': fields.Datetime.now(), 'polled_at': fields.Datetime.now()})
        return companies

    def _documents_in_every_state(self):
        """:return: documents; some are kept by name"""
        self.unmapped = self.income.copy({'code': '499400', 'name': "Unmapped"})
        self.synced = self._invoice()
        failed = self._invoice(lines=[{'account_id': self.unmapped.id}])
        moves = self.synced | failed | self._invoice('in_invoice', ref='B1')
        self._push()
        cancelled, origin, contact, unanswered = (self._invoice() for _number in range(4))
        cancelled.button_cancel()
        for move, values in {
                cancelled: {'xero_document_id': GONE},
                origin: {'xero_origin': True, 'xero_document_id': GONE[:-1] + '2',
                         'xero_state': 'synced'},
                contact: {'xero_state': 'failed', 'xero_error_code': 'contact_archived',
                          'xero_error_message': "Archived",
                          'xero_error_target': f'res.partner,{self.partner_a.id}'},
                unanswered: {'xero_state': 'failed', 'xero_error_code': 'validation_error',
                             'xero_error_message': "What Xero said"}}.items():
            move.with_env(self.all_rights).write(values)
        self.alike = self._invoice()
        return (moves | self.alike | cancelled | origin | contact | unanswered | self._invoice()
                | self._invoice('out_refund') | self._invoice('in_refund', ref='B2')
                | self._invoice(post=False))

    def _make_entry(self):
        """:return: a journal entry that is in Xero"""
        journal = self.company_data['default_journal_misc']
        journal.with_env(self.all_rights).xero_entries = 'each'
        entry = self.all_rights['account.move'].create({
            'move_type': 'entry', 'journal_id': journal.id, 'line_ids': [
                Command.create({'account_id': account.id, 'balance': balance})
                for account, balance in ((self.income, -1), (self.expense, 1))]})
        entry.action_post()
        entry.xero_manual_journal_id.write({'xero_state': 'synced', 'xero_journal_id': GONE})
        entry.write({'xero_state': 'synced', 'xero_status': 'POSTED'})
        return entry

    def _make_payment(self):
        payment = self.all_rights['account.payment'].create({
            'payment_type': 'inbound', 'partner_id': self.partner_a.id, 'amount': 1,
            'journal_id': self.company_data['default_journal_bank'].id,
            'invoice_ids': [Command.link(self.synced.id)]})
        payment.action_post()
        payment.write({'xero_state': 'failed', 'xero_error_code': 'validation_error',
                       'xero_error_message': "What Xero said",
                       'xero_error_target': f'account.journal,{payment.journal_id.id}'})
        other = payment.copy()      # whose problem anybody can put right who sees it
        other.write({'xero_state': 'failed', 'xero_error_code': 'contact_refused',
                     'xero_error_message': "What Xero said",
                     'xero_error_target': f'res.partner,{payment.partner_id.id}'})
        self.payments = payment | other

    def _make_contacts(self):
        """A linked partner, and a work list with a row of each kind."""
        env = self.all_rights
        link = {'connection_id': self.connection.id, 'status': 'ACTIVE'}
        linked, *free = env['xero.contact'].create([
            {**link, 'xero_id': f'{GONE[:-2]}{number}', 'name': f"Contact {number}",
             'balance_at': fields.Datetime.now(), 'receivable': 5} for number in range(10, 14)])
        self.linked, self.free = env['res.partner'].create([{'name': "Linked"}, {'name': "Free"}])
        self.linked.xero_contact_id = linked.xero_id
        others = env['res.partner'].create([{'name': f"Partner {number}"} for number in range(2)])
        link = {'connection_id': self.connection.id}
        env['xero.contact.match'].search([]).unlink()
        self.matches = env['xero.contact.match'].create([
            {**link, 'certainty': 'certain', 'partner_id': others[0].id, 'contact_id': free[0].id},
            {**link, 'certainty': 'here', 'partner_id': others[1].id},
            {**link, 'certainty': 'there', 'contact_id': free[1].id},
            {**link, 'certainty': 'there', 'contact_id': free[2].id, 'dismissed': True}])

    def _make_unmatched(self):
        link = {'connection_id': self.connection.id, 'kind': 'ACCREC', 'contact_name': "Elm"}
        self.unmatched = self.all_rights['xero.unmatched'].create([
            {**link, 'xero_id': f'{GONE[:-2]}{number}', 'contact_id': f'{GONE[:-2]}3{number}',
             'number': f'X{number}', **values}
            for number, values in enumerate([
                {'reason': 'contact_missing'}, {'reason': 'unmapped_account'},
                {'reason': 'unmapped_tax'}, {'reason': 'policy', 'state': 'ignored'},
                {'reason': 'duplicate', 'move_ids': [Command.set(self.alike.ids)]}])])

    def _log_in(self, kind):
        """:return: (the browser of a user of this kind, the user)"""
        user = new_test_user(
            self.env, f'{kind}-user', groups=EVERYBODY[kind], company_id=self.company.id,
            company_ids=[Command.set(self.companies.ids)])
        return WebClient(self, user), user

    def _of_module(self, model):
        """:return: records that the module's files define"""
        data = self.all_rights['ir.model.data'].search(
            [('module', '=', MODULE), ('model', '=', model)])
        return self.all_rights[model].browse(data.mapped('res_id')).exists()

    def _on_test_drive(self):
        """:return: documents that are on their way, in Xero, refused, and deleted there again"""
        moves = self.all_rights['account.move'].union(*(self._invoice() for _step in range(4)))
        for move, values in zip(moves, (
                {'xero_trial': True, 'xero_state': 'pending'},
                {'xero_trial': True, 'xero_state': 'synced', 'xero_document_id': f'{GONE[:-1]}7'},
                {'xero_trial': True, 'xero_state': 'failed', 'xero_error_message': "Refused"},
                {'xero_state': False, 'xero_voided_id': f'{GONE[:-1]}6'}), strict=True):
            models.Model.write(move, values)
        return moves

    def _may_read(self, model, user):
        return self.env[model].with_user(user).has_access('read')

    @contextmanager
    def _undone(self):
        """Take back what happens in Odoo; Xero keeps what it was told."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            yield
        finally:
            self.env.cr.clear()
            savepoint.close(rollback=True)

    # === BY MODEL === #

    def _records(self, model, user):
        """Return what a view of a model shows to a user.

        :param str model: name
        :param recordset user: `res.users`, whose dialogs are made
        :return: records of all kinds that the buttons tell apart
        """
        own = self.env(user=user, su=False, context={'allowed_company_ids': user.company_ids.ids})
        makers = {
            'account.move': lambda: self.moves | self.entry,
            'account.payment': lambda: self.payments,
            'account.journal': lambda: self.moves.journal_id,
            'account.payment.register': lambda: self._of_payments(own),
            'res.partner': lambda: self.linked | self.free | self._invoice(
                invoice_date=fields.Date.today()).partner_id,
            'res.config.settings': lambda: self._settings(own),
            'xero.push.wizard': lambda: self._push_wizards(own),
            'xero.mapping.wizard': lambda: self._of_action(
                own, self.connection.with_env(own).action_match()),
            'xero.contact.wizard': lambda: self._contact_wizards(own),
            'xero.fix.wizard': lambda: own['xero.fix.wizard'].create({
                'company_id': self.company.id, 'res_model': 'account.account',
                'res_id': self.unmapped.id, 'account_id': self.income.xero_account_id.id}),
            'xero.compare.wizard': lambda: own['xero.compare.wizard'].create(
                {'connection_id': self.connection.id}),
            'xero.ledger.wizard': lambda: own['xero.ledger.wizard'].create({}),
            'xero.trial.wizard': lambda: own['xero.trial.wizard'].create(
                [{'move_id': move.id} for move in self.moves | self._on_test_drive()]),
            'xero.first.sync.wizard': lambda: own['xero.first.sync.wizard'].create(
                {'connection_id': self.connection.id}),
            'xero.unmatched.link': lambda: own['xero.unmatched.link'].create([
                {'unmatched_id': self.unmatched[0].id, 'partner_id': self.free.id},
                {'unmatched_id': self.unmatched[-1].id}]),
            'xero.choose.organisation': lambda: self._choice(user),
        }
        if model in makers:
            return makers[model]()
        field = 'company_id' if 'company_id' in self.env[model]._fields else 'company_ids'
        found = self.all_rights[model].search(
            [] if model == 'product.product' else [(field, 'in', self.companies.ids)])
        return found if model.startswith('xero.') else found[:2]

    def _settings(self, own):
        settings = own['res.config.settings']
        return settings.union(*(
            settings.with_company(company).create({}) for company in (
                self.companies[0], self.companies[-1])))

    def _of_payments(self, own):
        """:return: the dialog that pays a document, whose payment Xero will not know"""
        self.connection.with_env(self.all_rights).push_payments = False
        return own['account.payment.register'].with_context(
            active_model='account.move', active_ids=self.synced.ids).create({})

    def _push_wizards(self, own):
        """:return: one before and one after its documents were queued"""
        before, after = (
            self._of_action(own, self.moves.with_env(own).action_xero_push_wizard())
            for _number in range(2))
        after.action_queue()
        return before | after

    def _contact_wizards(self, own):
        """:return: one for each way out"""
        values = {'partner_id': self.free.id, 'company_id': self.company.id}
        return own['xero.contact.wizard'].create([
            {**values, 'mode': 'link', 'address_in_xero': GONE},
            {**values, 'mode': 'create', 'new_name': "Another name"}])

    def _choice(self, user):
        """:return: the choice that a sign-in left to the user, who has chosen"""
        env = self.env(user=user, su=True)
        choice = env['xero.choose.organisation'].create({
            'connection_id': self.connection.id, 'token_id': self.connection.token_id.id,
            'line_ids': [Command.create({
                'name': name, 'tenant_id': tenant}) for name, tenant in (
                    (self.org.name, self.org.tenant_id), ("Another", GONE))]})
        choice.chosen_id = choice.line_ids[0]
        return choice

    def _of_action(self, own, action):
        """:return: the record that an action opens"""
        return own[action['res_model']].browse(action['res_id'])
