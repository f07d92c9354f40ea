"""Tracking of documents made in Xero: which analytic account a line gets."""
from odoo.tests import tagged

from odoo.addons.account_xero.models.imports.maps import ImportMaps
from odoo.addons.account_xero.xero.documents import Document
from odoo.addons.account_xero.xero.scalars import loads

from .common_import import XeroImportCommon
from .xero_sandbox.render import document as rendered
from .xero_sandbox.render import to_json
from .xero_sandbox.seed import tracking_category


@tagged('post_install', '-at_install')
class TestImportTracking(XeroImportCommon):

    def setUp(self):
        super().setUp()
        self.plan = self.env['account.analytic.plan'].create({'name': "Region"})
        self.contact = self._contact(self.partner_a)
        self.north, self.south = self._analytic("North"), self._analytic("South")

    def _analytic(self, option_name):
        """:return: an `account.analytic.account` that is mapped to an option"""
        return self.env['account.analytic.account'].create({
            'name': option_name, 'plan_id': self.plan.id,
            'xero_tracking_option_id': self.env['xero.tracking.option'].search([
                ('connection_id', '=', self.connection.id), ('name', '=', option_name),
                ('category_id.name', '=', "Region")]).id})

    def _tracked(self, option_name="North", category="Region", **values):
        """:return: a document with one line of that option, which a person makes in Xero"""
        return self._there(self.contact, self._line(
            Tracking=[{'Name': category, 'Option': option_name}]), **values)

    def _region(self, option_name):
        """:return: the live record of an option in Xero"""
        return next(option for category in self.org.tracking_categories
                    if category['Name'] == "Region" for option in category['Options']
                    if option['Name'] == option_name)

    def _assert_imported(self, document, analytic):
        """The document's line has exactly this analytic account, or none."""
        [line] = self._assert_as_there(document).invoice_line_ids
        self.assertEqual(line.analytic_distribution or {},
                         {str(analytic.id): 100} if analytic else {})

    def test_lists_name_the_option_without_its_identifier(self):
        documents = [self._tracked("North"), self._tracked("South"),
                     self._tracked("South", kind='ACCRECCREDIT')]
        self._pull()
        for document, analytic in zip(
                documents, (self.north, self.south, self.south), strict=True):
            self._assert_imported(document, analytic)
        self._settled()

    def test_fetched_singly(self):
        self.partner_a.xero_contact_id = False
        note = self._tracked("North", kind='ACCRECCREDIT')
        self._pull()
        self.assertEqual(self._waiting().reason, 'contact_missing')
        self.partner_a.xero_contact_id = self.contact['ContactID']
        self._pull()
        self._assert_imported(note, self.north)

    def test_names_are_compared_as_xero_does(self):
        document = self._tracked("North")
        self.north.xero_tracking_option_id.sudo().name = "NORTH"
        self._pull()
        self._assert_imported(document, self.north)

    def test_same_name_in_another_category(self):
        """An option belongs to its category, whatever it is called."""
        self.org.store['TrackingCategories'].put(tracking_category("Branch", ["North"]))
        self.connection._refresh_reference_data()
        branch, document = self._tracked(category="Branch"), self._tracked()
        self._pull()
        self._assert_imported(branch, None)
        self._assert_imported(document, self.north)

    def test_category_without_its_identifier(self):
        def unnamed(_request, status, payload):
            for row in payload.get('Invoices', ()):
                for tracking in row['LineItems'][0]['Tracking']:
                    del tracking['TrackingCategoryID']
                    tracking['Name'] = tracking['Name'].upper()
            return status, payload

        self.org.store['TrackingCategories'].put(tracking_category("Branch", ["North"]))
        self.connection._refresh_reference_data()
        branch, document = self._tracked(category="Branch"), self._tracked()
        self.sandbox.after_work = unnamed
        self._pull()
        self._assert_imported(branch, None)
        self._assert_imported(document, self.north)

    def test_archived_option(self):
        """What a line was given before its option was archived is still its option."""
        document = self._tracked()
        self._region("North")['Status'] = "ARCHIVED"
        self.connection._refresh_reference_data()
        self.assertFalse(self.north.xero_tracking_option_id.active)
        self._pull()
        self._assert_imported(document, self.north)

    def test_archived_category(self):
        document = self._tracked()
        for category in self.org.tracking_categories:
            category['Status'] = "ARCHIVED"
        self.connection._refresh_reference_data()
        self.assertFalse(self.north.xero_tracking_option_id.active)
        self._pull()
        self._assert_imported(document, self.north)

    def test_name_that_was_given_again(self):
        """Of two options with one name, that which is in use is meant."""
        self._region("North")['Status'] = "ARCHIVED"
        [region] = [row for row in self.org.tracking_categories if row['Name'] == "Region"]
        region['Options'] += tracking_category("Region", ["North"])['Options']
        self.connection._refresh_reference_data()
        again = self._analytic("North")
        document = self._tracked()
        self._pull()
        self._assert_imported(document, again)

    def test_renamed_option(self):
        """The reference data here are of before the renaming."""
        document = self._tracked()
        self._region("North")['Name'] = "Northern Powerhouse"
        self._later(minutes=11)
        self.sandbox.reset_calls()
        self._pull()
        self._assert_imported(document, self.north)
        self.assertEqual(len(self.sandbox.calls_to('GET', '/TrackingCategories')), 1)
        self.assertEqual(self.north.xero_tracking_option_id.name, "Northern Powerhouse")

    def test_option_that_xero_does_not_list_is_asked_for_once(self):
        def unlisted(request, status, payload):
            return status, ({'TrackingCategories': []}
                            if request.parts[0] == 'TrackingCategories' else payload)

        documents = [self._tracked() for _number in range(60)]
        self.env['xero.tracking.option'].sudo().search([]).unlink()
        self.sandbox.after_work = unlisted
        self._later(minutes=11)
        self.sandbox.reset_calls()
        self._pull()
        for document in documents:
            self._assert_imported(document, None)
        self.assertEqual(len(self.sandbox.calls_to('GET', '/TrackingCategories')), 1)

    def test_queries_do_not_grow_with_the_lines(self):
        def count(lines):
            row = self._there(self.contact, *(
                self._line(Tracking=[{'Name': "Region", 'Option': name}])
                for name in ("North", "South", "East") * lines))
            row = loads(to_json(rendered(self.org, row)))
            documents = [Document.from_json(row)]
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            ImportMaps(self.connection, documents)
            return self.cr.sql_log_count - before

        self._analytic("East")
        count(1)
        self.assertEqual(count(10), count(1))
