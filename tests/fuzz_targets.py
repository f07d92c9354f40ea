"""Everything that reads what comes from outside, for the fuzzers: of the tests and dev/fuzz.py."""
import dataclasses
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

READERS = ('Tenant', 'Organisation', 'Account', 'TaxRate', 'Currency', 'Item', 'TrackingCategory',
           'Contact', 'PaymentRow', 'Document', 'Payment')
ASKED = {'fromDate': '2026-05-01', 'toDate': '2026-05-31'}
NOW = datetime(2026, 3, 2, 12)


class FuzzTargets:
    """
    :param load: callable that imports a module of `xero/` by its name
    """

    def __init__(self, load):
        for name in ('catalogue', 'client', 'documents', 'errors', 'limits', 'oauth', 'outcome',
                     'parse', 'reports', 'scalars', 'transport', 'webhook'):
            setattr(self, name, load(name))

    def read_body(self, body, status, header):
        """Have everything read a body, as if it were the answer that each is for.

        :param bytes body: anything
        :param int status: of the answer
        :param str header: value of every header that is read
        :raise Exception: one of them does not behave as it says
        """
        raw = self.transport.RawAnswer(status, self._headers(header), body)
        self.limits.Budget.from_headers(raw.headers, NOW).minute_available(NOW)
        try:
            self.oauth.token_of(raw, {'refresh_token': 'r'}, NOW)
        except self.errors.XeroError as error:
            self._check_error(error)
        try:
            data = self.client.read_answer(raw)
        except self.errors.XeroError as error:
            self._check_error(error)
            if isinstance(error, self.errors.XeroRateLimited):
                self.limits.resume_at(error, NOW)
            data = None
        with suppress(self.webhook.NotAnEnvelope):
            self.webhook.parse(body)
        self.read_data(data)

    def read_data(self, data):
        """:param data: JSON, parsed"""
        rows = data if isinstance(data, list) else [data, *(
            row for value in self.scalars.dict_of(data).values() if isinstance(value, list)
            for row in value)]
        for row in rows:
            for name in READERS:
                reader = getattr(self.documents, name, None) or getattr(self.parse, name)
                self._check(reader.from_json(row))
        self.parse.denied_actions(data)
        with suppress(self.reports.UnusableReport):
            self.reports.parse(data, ASKED)
        with suppress(self.reports.UnusableReport):
            self.reports.split(data, {}, {})
        results = self.outcome.outcomes(data, 'Invoices')
        sent = [{'InvoiceNumber': 'INV-1'}, {'InvoiceNumber': 'INV-2', 'Url': 'x'}]
        found = self.outcome.match_outcomes(sent, results, ('InvoiceID', 'InvoiceNumber', 'Url'))
        assert len(found) == len(sent), found

    def _headers(self, value):
        return self.transport.requests.structures.CaseInsensitiveDict({
            name: value for name in (
                'X-DayLimit-Remaining', 'X-MinLimit-Remaining', 'X-AppMinLimit-Remaining',
                'Retry-After', 'X-Rate-Limit-Problem', 'WWW-Authenticate',
                'Xero-Correlation-Id')})

    def _check_error(self, error):
        assert error.code in self.catalogue.CATALOGUE, error.code
        assert '\0' not in str(error.message), error

    def _check(self, value):
        """Odoo and PostgreSQL can keep it."""
        if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                self._check(getattr(value, field.name))
        elif isinstance(value, (tuple, frozenset)):
            for part in value:
                self._check(part)
        elif isinstance(value, str):
            value.encode()
            assert '\0' not in value, value
        elif isinstance(value, Decimal):
            assert abs(float(value)) < 1e18, value
