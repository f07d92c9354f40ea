"""What a document lacks in Xero is chosen in a dialog, where its want was met."""
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common_payment import XeroPaymentCommon
from .common_tour import XeroTourCommon
from .common_web_client import Refused, WebClient

MANAGER = ('account_xero.group_xero_manager,account.group_account_manager,'
           'account.group_account_user,'
           'analytic.group_analytic_accounting,product.group_product_manager')


class XeroFixCommon(XeroPaymentCommon):

    def _user(self, name, groups, **values):
        return new_test_user(self.env, name, groups=groups, **{
            'company_id': self.env.company.id, **values})

    def _income(self, name, code):
        return self.income.copy({'code': code, 'name': name})

    def _held(self, *records, **line):
        """:return: a document for each line, which the push has held up"""
        moves = self.env['account.move'].union(*(
            self._invoice(lines=[{**line, 'account_id': account.id}]) for account in records))
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'failed'}, moves.mapped('xero_state'))
        return moves

    def _banner(self, move, user):
        self.env.invalidate_all()
        return move.with_user(user).sudo(False).alerts['xero_failed']

    def _dialog(self, action, user):
        self.assertEqual((action['res_model'], action['target']), ('xero.fix.wizard', 'new'))
        return Form(self.env['xero.fix.wizard'].with_user(user).with_context(**action['context']))

    def _of_xero(self, model, **values):
        [record] = self.env[model].sudo().search([
            ('connection_id', '=', self.connection.id),
            *((name, '=', value) for name, value in values.items())])
        return record


@tagged('post_install', '-at_install')
class TestFixInPlace(XeroFixCommon):

    def setUp(self):
        super().setUp()
        self.mary = self._user('mary', MANAGER)
        # Nothing of the database itself is in the way of what is counted.
        self.odd = self._income("Odd", '499301')

    # === WHAT IT SAYS === #

    def test_it_says_what_is_missing_and_how_many_documents_go_out_then(self):
        moves = self._held(self.odd, self.odd, self.odd)
        banner = self._banner(moves[0], self.mary)
        self.assertEqual(banner['action_text'], "Choose the account in Xero")
        dialog = self._dialog(banner['action'], self.mary)
        self.assertEqual(dialog.question, "Which account in Xero is the account "
                         f"499301 Odd of {self.env.company.name}?")
        self.assertIn("has no account in Xero", dialog.message)
        self.assertEqual(dialog.outcome, "Documents that go to Xero then: 3.")
        dialog.account_id = self._of_xero('xero.account', code='260')
        toast = dialog.save().action_save()['params']
        self.assertEqual((toast['type'], toast['title']), ('success', "Mapped"))
        self.assertIn("Documents that go to Xero in a moment: 3", toast['message'])
        self.assertEqual(self.odd.xero_account_id.code, '260')
        self.assertEqual(set(moves.mapped('xero_state')), {'pending'})
        self._push()
        self.assertEqual(set(moves.mapped('xero_state')), {'synced'})

    def test_one_document_and_what_needs_something_else_too(self):
        tax = self._tax("Odd", 20, 'sale')
        alone = self._held(self.odd)
        both = self._held(self.odd, tax_ids=tax.ids)
        dialog = self._dialog(self._banner(alone, self.mary)['action'], self.mary)
        self.assertEqual(dialog.outcome, "Documents that go to Xero then: 1. "
                         "Documents that wait for something else, too: 1.")
        dialog.account_id = self._of_xero('xero.account', code='260')
        toast = dialog.save().action_save()['params']
        self.assertEqual((toast['type'], toast['title']), ('warning', "Still held up"))
        self.assertIn("Mapped.\nDocuments that cannot go to Xero yet: 1 of 2", toast['message'])
        self.assertIn("Odd", toast['message'])
        self._push()
        self.assertEqual((alone.xero_state, both.xero_state), ('synced', 'failed'))
        self.assertEqual(both.xero_error_code, 'unmapped_tax')

    def test_what_is_likely_is_chosen_already_and_what_is_doubtful_named(self):
        likely = self._income("Rent", '499302')
        likely.account_type = 'expense'
        doubtful = self._income("Machine", '469')
        doubtful.account_type = 'asset_fixed'
        moves = self._held(likely, doubtful)
        dialog = self._dialog(self._banner(moves[0], self.mary)['action'], self.mary)
        self.assertEqual(dialog.account_id.code, '469')
        self.assertIn("Proposed: same name", dialog.reason)
        dialog = self._dialog(self._banner(moves[1], self.mary)['action'], self.mary)
        self.assertFalse(dialog.account_id)
        self.assertRegex(dialog.reason, "Maybe 469 Rent: same code")

    def test_a_choice_is_needed(self):
        self.odd.account_type = 'asset_fixed'
        move = self._held(self.odd)
        dialog = self._dialog(self._banner(move, self.mary)['action'], self.mary)
        with self.assertRaises(AssertionError):
            dialog.save()
        wizard = self.env['xero.fix.wizard'].with_user(self.mary).create({
            'company_id': self.env.company.id, 'res_model': 'account.account',
            'res_id': self.odd.id})
        with self.assertRaises(UserError):
            wizard.action_save()
        page = wizard.action_open_mapping()
        self.assertEqual(page['res_model'], 'account.account')

    # === EACH KIND === #

    def _fixed(self, move, field, target, **others):
        """Choose something in the dialog of a document's banner; it goes out."""
        dialog = self._dialog(self._banner(move, self.mary)['action'], self.mary)
        self.assertEqual(dialog.outcome, "Documents that go to Xero then: 1.")
        candidates = target.with_user(self.mary).sudo(False).search(dialog.target_domain)
        self.assertIn(target.sudo(False).with_env(candidates.env), candidates)
        setattr(dialog, field, target)
        for name, value in others.items():
            setattr(dialog, name, value)
        dialog.save().action_save()
        self.assertEqual(move.xero_state, 'pending')
        self._push()
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)

    def test_a_tax(self):
        tax = self._tax("Odd", 20, 'sale')
        move = self._invoice(lines=[{'tax_ids': tax.ids}])
        self._push()
        banner = self._banner(move, self.mary)
        self.assertEqual(banner['action_text'], "Choose the tax rate in Xero")
        purchase = self._of_xero('xero.tax.rate', tax_type='INPUT2')
        dialog = self._dialog(banner['action'], self.mary)
        self.assertNotIn(purchase, self.env['xero.tax.rate'].search(dialog.target_domain))
        self.assertEqual(dialog.tax_rate_id.tax_type, 'OUTPUT2', "the only one of 20 %")
        self._fixed(move, 'tax_rate_id', self._of_xero('xero.tax.rate', tax_type='OUTPUT2'))

    def test_a_tax_that_another_account_does_not_take(self):
        expense = self._income("Recharged", '499303')
        rate = self._of_xero('xero.tax.rate', tax_type='OUTPUT2')
        expense.xero_account_id = account = self._of_xero('xero.account', code='400')
        if rate._takes(account):
            self.skipTest("this organisation's rate is allowed on every account")
        move = self._held(expense)
        self.assertEqual(move.xero_error_code, 'unmapped_tax')
        other = self.env['xero.tax.rate'].search([
            ('connection_id', '=', self.connection.id), ('rate', '=', 20)]).filtered(
                lambda one: one._takes(account))[:1]
        dialog = self._dialog(self._banner(move, self.mary)['action'], self.mary)
        self.assertEqual(dialog.tax_rate_id, rate, "what it is now")
        dialog.other_rate_id = other
        dialog.save().action_save()
        self.assertEqual(self.tax_sale_20.xero_other_rate_id, other)
        self.assertEqual(self.tax_sale_20.xero_tax_rate_id, rate)

    def test_a_tax_of_another_percentage_is_not_proposed_again(self):
        tax = self._tax("Odd", 20, 'sale')
        tax.xero_tax_rate_id = self.tax_sale_0.xero_tax_rate_id
        move = self._invoice(lines=[{'tax_ids': tax.ids}])
        self._push()
        dialog = self._dialog(self._banner(move, self.mary)['action'], self.mary)
        self.assertIn("is 20 % here", dialog.message)
        self.assertEqual(dialog.tax_rate_id.tax_type, 'OUTPUT2')
        self.assertIn("Proposed: 20 % sales tax", dialog.reason)
        dialog.save().action_save()
        self.assertEqual(tax.xero_tax_rate_id.tax_type, 'OUTPUT2')

    def test_a_product(self):
        self.org.add_item("SHELF", name="Oak shelf")
        self.connection._refresh_reference_data()
        self.connection.items_required = True
        move = self._invoice(lines=[{'product_id': self.product_a.id}])
        self._push()
        self.assertEqual(self._banner(move, self.mary)['action_text'],
                         "Choose the item in Xero")
        self._fixed(move, 'item_id', self._of_xero('xero.item', code="SHELF"))

    def test_an_analytic_account(self):
        plan = self.env['account.analytic.plan'].create({'name': "Region"})
        analytic = self.env['account.analytic.account'].create({
            'name': "Far", 'plan_id': plan.id})
        gone = self._of_xero('xero.tracking.option', name="South")
        analytic.xero_tracking_option_id = gone
        gone.active = False
        move = self._invoice(lines=[{'analytic_distribution': {str(analytic.id): 100}}])
        self._push()
        self.assertEqual(self._banner(move, self.mary)['action_text'],
                         "Choose the tracking option in Xero")
        self._fixed(move, 'tracking_option_id', self._of_xero(
            'xero.tracking.option', name="North"))

    def test_a_journal(self):
        move = self._invoice()
        self._push()
        target = self.journal.xero_account_id
        self.journal.xero_account_id = False
        payment = self._pay(move)
        self._push()
        self.assertEqual(payment.xero_error_code, 'unmapped_account', payment.xero_error_message)
        action = payment.with_user(self.mary).sudo(False).action_xero_put_right()
        dialog = self._dialog(action, self.mary)
        self.assertEqual(dialog.outcome, "Payments that go to Xero then: 1.")
        self.assertIn(self.journal.name, dialog.question)
        dialog.account_id = target
        toast = dialog.save().action_save()['params']
        self.assertEqual((toast['title'], toast['message']), (
            "Mapped", "Payments that go to Xero in a moment: 1"))
        self.assertEqual(self.journal.xero_account_id, target)
        self._push()
        self.assertEqual(payment.xero_state, 'synced', payment.xero_error_message)

    # === CONTACTS === #

    def test_a_contact_is_chosen_in_place_too(self):
        moves = self._invoice() | self._invoice()
        moves.sudo().write({
            'xero_state': 'failed', 'xero_error_code': 'contact_archived',
            'xero_error_target': f'res.partner,{self.partner_a.id}'})
        self.env.flush_all()
        actions = {'banner': self._banner(moves[0], self.mary)['action']}
        [problem] = self.env['xero.problem'].with_user(self.mary).search([
            ('code', '=', 'contact_archived')])
        actions['row'] = problem.action_fix()
        for name, action in actions.items():
            with self.subTest(name):
                self.assertEqual((action['res_model'], action['target']),
                                 ('xero.contact.wizard', 'new'))
                form = Form(self.env['xero.contact.wizard'].with_user(self.mary).with_context(
                    **action['context']))
                self.assertEqual(form.outcome, "Documents that go to Xero then: 2.")

    # === WHO, AND IN WHICH COMPANY === #

    def test_who_may_not_map_asks_as_before(self):
        move = self._held(self.odd)
        users = {
            'accountant': 'account.group_account_manager,account.group_account_user',
            'syncing accountant': 'account_xero.group_xero_user,account.group_account_manager',
            'invoicing manager of xero': 'account_xero.group_xero_manager',
        }
        self.env.ref('account_xero.group_xero_manager').user_ids = self.mary
        for name, groups in users.items():
            with self.subTest(name):
                user = self._user(name.replace(' ', '-'), groups)
                self.assertEqual(self._banner(move, user)['action_text'],
                                 f"Ask {self.mary.name}")
                if not user.has_group('account_xero.group_xero_user'):
                    continue
                problem = self.env['xero.problem'].with_user(user).search([
                    ('connection_id', '=', self.connection.id)])
                self.assertEqual((problem.fixable, problem.can_ask), (False, True))
                self.assertNotEqual(problem.action_fix()['res_model'], 'xero.fix.wizard')

    def test_nobody_maps_by_calling_it(self):
        target = self._of_xero('xero.account', code='260')
        values = {'company_id': self.env.company.id, 'res_model': 'account.account',
                  'res_id': self.odd.id, 'account_id': target.id}
        clerk = self._user('clerk', 'account_xero.group_xero_user')
        with self.assertRaises(AccessError):
            self.env['xero.fix.wizard'].with_user(clerk).create(values)
        plain = self._user('plain', 'account_xero.group_xero_manager')
        with self.assertRaises(UserError):
            self.env['xero.fix.wizard'].with_user(plain).create(values).action_save()
        self.assertFalse(self.odd.xero_account_id)

    def test_another_company_is_not_to_be_seen(self):
        other = self.setup_other_company()
        theirs = other['default_account_revenue']
        wizard = self.env['xero.fix.wizard'].with_user(self.mary).create({
            'company_id': other['company'].id, 'res_model': 'account.account',
            'res_id': theirs.id})
        self.assertFalse(wizard.question or wizard.message or wizard.outcome)
        with self.assertRaises(UserError):
            wizard.action_save()
        mine = self.env['xero.fix.wizard'].with_user(self.mary).create({
            'company_id': self.env.company.id, 'res_model': 'res.users', 'res_id': 1})
        self.assertFalse(mine.question)

    def test_with_two_companies_ticked_it_is_the_documents(self):
        company = self.env.company
        other = self.env['res.company'].create({'name': "Heron Ltd"})
        user = self._user('two', MANAGER, company_id=other.id,
                          company_ids=[Command.set([other.id, company.id])])
        tax = self._tax("Odd", 20, 'sale')
        move = self._invoice(lines=[{'tax_ids': tax.ids}])
        self._push()
        self.env.invalidate_all()
        ticked = move.with_user(user).sudo(False).with_context(
            allowed_company_ids=[other.id, company.id])
        dialog = self._dialog(ticked.alerts['xero_failed']['action'], user)
        self.assertIn(f"of {company.name}?", dialog.question)
        dialog.save().action_save()
        tax = tax.sudo()
        self.assertEqual(tax.with_company(company).xero_tax_rate_id.tax_type, 'OUTPUT2')
        self.assertFalse(tax.with_company(other).xero_tax_rate_id)
        self.assertEqual(move.xero_state, 'pending')


@tagged('post_install', '-at_install')
class TestFixInPlaceByRpc(XeroFixCommon, HttpCase):

    def test_as_the_web_client_does_it(self):
        """The banner's action, the dialog's first values, Save, and what is left of it."""
        odd = self._income("Odd", '499301')
        move = self._held(odd)
        client = WebClient(self, self._user('mary', MANAGER))
        read = {'alerts': {}}
        [values] = client.call('account.move', 'web_read', move.ids, specification=read)
        action = values['alerts']['xero_failed']['action']
        screens = client.open_window(action)
        self.assertEqual(list(screens), ['form', 'search'])
        context = action['context']
        names = ('company_id', 'res_model', 'res_id')
        values = {name: context[f'default_{name}'] for name in names}
        [saved] = client.call(
            'xero.fix.wizard', 'web_save', [], context=context, specification={'outcome': {}},
            vals={**values, 'account_id': self._of_xero('xero.account', code='260').id})
        self.assertEqual(saved['outcome'], "Documents that go to Xero then: 1.")
        toast = client.call('xero.fix.wizard', 'action_save', [saved['id']], context=context)
        self.assertEqual(toast['params']['title'], "Mapped")
        [values] = client.call('account.move', 'web_read', move.ids, specification=read)
        self.assertNotIn('xero_failed', values['alerts'] or {})
        self.assertFalse(client.call('xero.problem', 'search_count', []))

    def test_a_user_without_rights_by_rpc(self):
        odd = self._income("Odd", '499301')
        self._held(odd)
        client = WebClient(self, self._user('clerk', 'account_xero.group_xero_user'))
        with self.assertRaises(Refused):
            client.call('xero.fix.wizard', 'web_save', [], specification={}, vals={
                'company_id': self.env.company.id, 'res_model': 'account.account',
                'res_id': odd.id})


class FixTourCommon(XeroTourCommon):

    def _test(self):
        """What puts a problem right is in its row, on the dashboard, too."""
        account = self.income.copy({'code': '499700', 'name': "Consulting"})
        tax = self._tax("Odd tax", 20, 'sale')
        moves = self.env['account.move'].union(*(self._invoice(lines=[line]) for line in (
            {'account_id': account.id}, {'account_id': account.id}, {'tax_ids': tax.ids})))
        self._push()
        user = new_test_user(
            self.env, 'mary', groups=MANAGER, company_id=self.env.company.id)
        self.start_tour('/odoo/action-account_xero.action_xero_problem', 'account_xero_fix',
                        login=user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual(set(moves.mapped('xero_state')), {'pending'})
        self.assertEqual(account.xero_account_id.code, '200', "the usual one")
        self.assertEqual(tax.xero_tax_rate_id.tax_type, 'OUTPUT2')


@tagged('post_install', '-at_install')
class TestFixOnADesk(FixTourCommon):
    browser_size = '1366x768'

    def test_rows(self):
        self._test()


@tagged('post_install', '-at_install')
class TestFixOnAPhone(FixTourCommon):
    browser_size = '390x844'
    touch_enabled = True

    def test_rows(self):
        self._test()
