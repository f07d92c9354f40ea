"""What the tests of the Xero sandbox share."""
from decimal import Decimal

import requests

from .unit import BaseCase
from .xero_sandbox import XeroSandbox

REDIRECT = "http://localhost:8069/xero/oauth/callback"
ZERO_GUID = "00000000-0000-0000-0000-000000000000"


class SandboxCase(BaseCase):
    """One sandbox, app, organisation and connected session for each test."""

    openapi_dir = None

    def setUp(self):
        super().setUp()
        self.sandbox = XeroSandbox(openapi_dir=self.openapi_dir).start()
        self.addCleanup(self.sandbox.stop)
        self.addCleanup(lambda: self.assertEqual(self.sandbox.errors, []))
        self.org = self.sandbox.add_organisation("Demo Ltd")
        self.app = self.sandbox.add_app("client", "secret", [REDIRECT])
        self.session = requests.Session()
        self.addCleanup(self.session.close)
        self.login()

    def login(self, scopes=None):
        """Give the session a token of its own. :return: the token endpoint's answer."""
        tokens = self.sandbox.connect(self.app, [self.org], scopes)
        self.session.headers.update({
            "Authorization": "Bearer " + tokens["access_token"], "Accept": "application/json",
            "xero-tenant-id": self.org.tenant_id})
        return tokens

    def call(self, method, path, body=None, headers=None, **params):
        """:return: requests.Response of the Accounting API."""
        return self.session.request(method, f"{self.sandbox.url}/api.xro/2.0{path}", json=body,
                                    params=params, headers=headers, timeout=30)

    def rows(self, response, status=200):
        """:return: the list in an answer, numbers as Decimal."""
        self.assertEqual(response.status_code, status, response.text)
        return next(value for value in response.json(parse_float=Decimal).values()
                    if isinstance(value, list))

    def refused(self, response):
        """:return: list of the messages of the first refused element of a 400."""
        self.assertEqual(response.status_code, 400, response.text)
        payload = response.json()
        self.assertEqual((payload["ErrorNumber"], payload["Type"]), (10, "ValidationException"))
        return [error["Message"] for error in payload["Elements"][0]["ValidationErrors"]]

    @staticmethod
    def line(**fields):
        """:return: a line that an approved invoice may have."""
        return {"Description": "Work", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200",
                **fields}

    def invoice(self, **fields):
        """:return: body of a sales invoice; a field of None is left out."""
        body = {"Type": "ACCREC", "Contact": {"Name": "Ridgeway University"},
                "Date": "2026-03-02", "DueDate": "2026-04-01", "Status": "AUTHORISED",
                "LineItems": [self.line()], **fields}
        return {key: value for key, value in body.items() if value is not None}

    def bill(self, **fields):
        """:return: body of a vendor bill."""
        return self.invoice(**{"Type": "ACCPAY", "Contact": {"Name": "Paper Mill"}, "LineItems": [
            self.line(AccountCode="429", TaxType="INPUT2")], **fields})

    def put(self, body, path="/Invoices", **params):
        """:return: the one record that a PUT makes."""
        return self.rows(self.call("PUT", path, body, **params))[0]

    def post(self, path, body, **params):
        """:return: the one record that a POST leaves."""
        return self.rows(self.call("POST", path, body, **params))[0]
