"""What the tests of the synchronisation share: a company connected to the Xero sandbox."""
from ast import literal_eval
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun.api import freeze_time
from lxml import etree

from odoo import SUPERUSER_ID, Command, fields
from odoo.tools import SQL, format_date

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models.core.kinds import CREDIT_NOTES
from ..models.documents.xero_difference import INSIDE
from .xero_sandbox import XeroSandbox, openapi

CLIENT_ID = 'test-client'
CLIENT_SECRET = 'test-secret'
REDIRECT_URI = 'http://localhost:8069/xero/oauth/callback'


def written(env, date):
    """:return: a date as the texts for people have it, in the language of the environment"""
    return format_date(env, date, date_format='medium')



def put_right_on(action):
    """:return: (model, id) of the record on which something is put right: in a dialog, or on its
        form"""
    values = action['context'] if action['res_model'] == 'xero.fix.wizard' else {}
    return (values.get('default_res_model', action['res_model']),
            values.get('default_res_id') or action['res_id'])



class XeroCommon(AccountTestInvoicingCommon):
    """Real Odoo and real HTTP; a new organisation of the sandbox for each test."""

    #: Of the organisation.
    xero_country = 'GB'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = XeroSandbox(openapi_dir=openapi.folder()).start()
        cls.addClassCleanup(cls.sandbox.stop)
        parameters = cls.env['ir.config_parameter'].sudo()
        for name in ('api_url', 'identity_url', 'login_url'):
            parameters.set_param(f'account_xero.{name}', cls.sandbox.url)
        parameters.set_param('web.base.url', 'http://localhost:8069')
        cls.env.user.group_ids += cls.env.ref('account_xero.group_xero_manager')
        cls.app = cls.sandbox.add_app(CLIENT_ID, CLIENT_SECRET, [REDIRECT_URI])
        cls.push_cron = cls.env.ref('account_xero.ir_cron_push')
        cls.tax_sale_20 = cls._tax("VAT 20% S", 20, 'sale')
        cls.tax_sale_0 = cls._tax("VAT 0% S", 0, 'sale')
        cls.tax_purchase_20 = cls._tax("VAT 20% P", 20, 'purchase')
        cls.income = cls.company_data['default_account_revenue']
        cls.expense = cls.company_data['default_account_expense']
        cls.partner_a.write({'email': 'a@example.com', 'vat': False})

    @classmethod
    def _tax(cls, name, amount, use, **values):
        return cls.env['account.tax'].create({
            'name': name, 'amount': amount, 'type_tax_use': use, 'amount_type': 'percent',
            **values})

    @classmethod
    def _keep_taxes_apart(cls):
        """Give the tests' taxes an account: they have none of their own, and go where the line
        goes."""
        taxes = cls.tax_sale_20 | cls.tax_purchase_20
        lines = taxes.invoice_repartition_line_ids | taxes.refund_repartition_line_ids
        lines.filtered(lambda line: line.repartition_type == 'tax').account_id = \
            cls.company_data['default_account_tax_sale']

    def setUp(self):
        super().setUp()
        self.sandbox.faults.clear()
        self.sandbox.ledger.reset()
        self.addCleanup(lambda: self.assertEqual(self.sandbox.errors, []))
        self.sandbox.unpublished.clear()
        self.sandbox.before_work = self.sandbox.after_work = None
        self.addCleanup(lambda: self.assertEqual(self.sandbox.unpublished, []))
        self.org = self.sandbox.add_organisation(
            f"Organisation of {self._testMethodName}", country=self.xero_country,
            base_currency=self.env.company.currency_id.name,
            currencies=[self.env.company.currency_id.name, 'EUR', 'GBP'])
        self.connection = self._connect(self.env.company, self.org)
        self.sandbox.ledger.reset()

    def _connect(self, company, organisation, app=None):
        """Connect a company as the OAuth flow would, without the browser.

        :return: `xero.connection` with reference data and the mapping of the test accounts
        """
        app = app or self.app
        tokens = self.sandbox.connect(app, [organisation])
        connection = self.env['xero.connection'].sudo().create({
            'company_id': company.id,
            'client_id': CLIENT_ID,
            'client_secret': CLIENT_SECRET,
            'tenant_id': organisation.tenant_id,
            'tenant_name': organisation.name,
            'state': 'connected',
            # Documents of the tests are younger, and no night has to be made up for.
            'connected_at': '2026-01-01',
            'last_reconcile': fields.Datetime.now(),
        })
        connection.token_id = self.env['xero.token'].sudo().create({
            'client_id': CLIENT_ID,
            'owner': f'user of {organisation.tenant_id}',
            'access_token': tokens['access_token'],
            'refresh_token': tokens['refresh_token'],
            'expires_at': fields.Datetime.now() + timedelta(minutes=30),
        })
        connection._refresh_reference_data()
        self._map(connection.with_company(company))
        return connection

    def _map(self, connection):
        """Map the accounts and taxes of the tests, as an accountant would."""
        env = connection.env
        account = {a.code: a for a in env['xero.account'].search(
            [('connection_id', '=', connection.id)])}
        rate = {r.tax_type: r for r in env['xero.tax.rate'].search(
            [('connection_id', '=', connection.id)])}
        company = connection.company_id
        for mine, code in ((self.income, '200'), (self.expense, '429')):
            mine.with_env(env).with_company(company).xero_account_id = account[code]
        for tax, tax_type in ((self.tax_sale_20, 'OUTPUT2'), (self.tax_sale_0, 'ZERORATEDOUTPUT'),
                              (self.tax_purchase_20, 'INPUT2')):
            tax.with_env(env).xero_tax_rate_id = rate[tax_type]

    def _invoice(self, move_type='out_invoice', lines=None, post=True, **values):
        """Make a document.

        :param list lines: dicts of line values; 100.00 at 20 % when left out
        """
        sale = move_type.startswith('out')
        defaults = {
            'account_id': (self.income if sale else self.expense).id,
            'tax_ids': [Command.set((self.tax_sale_20 if sale else self.tax_purchase_20).ids)],
        }
        move = self.env['account.move'].create({
            'move_type': move_type,
            'partner_id': self.partner_a.id,
            'invoice_date': '2026-03-02',
            'invoice_line_ids': [
                Command.create({'name': "Work", 'quantity': 1, 'price_unit': 100,
                                **defaults, **line})
                for line in lines or [{}]],
            **values,
        })
        if post:
            move.action_post()
        return move

    def _push(self):
        """Run the push cron as the scheduler does."""
        with self.enter_registry_test_mode():
            self.push_cron.sudo().method_direct_trigger()
        self.env.invalidate_all()

    def _run_own(self, rounds=1):
        """Run the organisation's scheduled action."""
        for _round in range(rounds):
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                self.connection.with_env(
                    self.env(cr=cr, user=SUPERUSER_ID, context={}))._run_cron()
            self.env.invalidate_all()

    def _creations(self):
        """:return: calls that created documents"""
        return [*self.sandbox.calls_to('PUT', '/Invoices'),
                *self.sandbox.calls_to('PUT', '/CreditNotes')]

    def _filtered(self, name):
        """:return: documents that a filter of Odoo's lists of invoices finds in this company"""
        arch = etree.fromstring(self.env['account.move'].get_view(
            self.env.ref('account.view_account_invoice_filter').id, 'search')['arch'])
        [node] = arch.xpath(f"//filter[@name='{name}']")
        return self.env['account.move'].search(
            [('company_id', '=', self.env.company.id), ('move_type', '!=', 'entry'),
             *literal_eval(node.get('domain'))])


class XeroTimeCommon(XeroCommon):
    """Time stands still, here and in the sandbox, until a test moves it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox.clock.freeze()
        # The runner measures how long a test takes; that time goes on.
        cls.time = cls.startClassPatcher(freeze_time(
            cls.sandbox.clock.utcnow(), ignore=['_pytest']))
        # PostgreSQL's clock stands still, too, and agrees with Xero's, whatever the host's says.
        cls.startClassPatcher(patch.object(
            cls.registry['xero.request'], '_sql_now',
            lambda _request: SQL("%s::timestamp", cls.sandbox.clock.utcnow())))

    def _bill(self, **values):
        """Post a bill. Its number is not unique in Xero, so only we can keep it from doubling."""
        count = self.env['account.move'].search_count([('move_type', '=', 'in_invoice')])
        return self._invoice('in_invoice', ref=f'B{count}', **values)

    def _changed_bills(self, count):
        """:return: so many bills that Xero has and that have changed since"""
        moves = self.env['account.move'].union(*(self._bill() for _number in range(count)))
        self._push()
        moves.button_draft()
        moves.invoice_line_ids.price_unit = 250
        moves.action_post()
        return moves

    def _later(self, **delta):
        """Move the time of Odoo and of Xero. :param delta: as for `timedelta`"""
        delta = timedelta(**delta)
        self.time.tick(delta)
        self.sandbox.advance(delta.total_seconds())

    def _link(self, partner):
        """Link a partner to a new contact, so that a push has only documents to send."""
        partner.xero_contact_id = self.org.as_person.create_contact(partner.name)['ContactID']

    def _requests(self):
        """:return: what is in the outbox of this test's connection"""
        return self.env['xero.request'].sudo().search(
            [('connection_id', '=', self.connection.id)])

    def _next_moment(self):
        """:return: when the connection goes on by itself, as it has stored it (naive UTC)"""
        return max(filter(None, [datetime.utcnow(), self.connection.resume_at,
                                 *self._requests().mapped('retry_at')]))

    def _push_on(self, moves, rounds=8):
        """Push, and again whenever the connection wants to go on, until no document waits."""
        for _round in range(rounds):
            self._push()
            if 'pending' not in moves.mapped('xero_state'):
                return
            self._later(seconds=(self._next_moment() - datetime.utcnow()).total_seconds() + 1)

    def _break(self, method, record, error=KeyError, service=None):
        """Let a method fail for one record, as that of a module that extends it may.

        :param error: type of the exception
        :param str service: model of the method, which gets the record, instead of the record's
        :return: function that repairs it
        """
        model, broken = self.registry[service or record._name], [record]
        original = getattr(model, method)

        def extended(this, *args):
            if (args[0] if service else this) in broken:
                raise error('theirs')
            return original(this, *args)
        self.patch(model, method, extended)
        return broken.clear

    def _agrees_inside(self, move):
        """Nothing is listed of what is inside a document, whatever its total is."""
        rows = self.env['xero.difference'].sudo().search([
            ('res_model', '=', move._name), ('res_id', '=', move.id),
            ('field', 'in', list(INSIDE))])
        self.assertFalse([(row.field, row.here, row.there) for row in rows])

    def _synced(self, move):
        """Check that a document is in Xero once, as it is here.

        :return: the sandbox's record
        """
        self.assertEqual(move.xero_state, 'synced', move.xero_error_message)
        documents = self.org.credit_notes if move.move_type in CREDIT_NOTES else self.org.invoices
        [document] = [d for d in documents if d['Status'] not in ('VOIDED', 'DELETED') and (
            d.get('InvoiceNumber') or d.get('CreditNoteNumber')) == move._xero_document_number()]
        self.assertEqual(document.get('InvoiceID') or document['CreditNoteID'],
                         move.xero_document_id)
        self.assertEqual(float(document['Total']), move.amount_total)
        self._agrees_inside(move)
        self.assertFalse([r for r in self._requests() if move.id in r._record_ids()
                          and r.operation in ('create', 'update', 'cancel')],
                         "the outbox is empty")
        return document
