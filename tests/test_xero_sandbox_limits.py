"""The sandbox's four limits and its idempotency memory."""
import threading

import requests

from .test_xero_sandbox_common import SandboxCase
from .unit import tagged


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxLimits(SandboxCase):

    def setUp(self):
        super().setUp()
        self.sandbox.clock.freeze()

    def get(self):
        return self.call("GET", "/Currencies")

    def limited(self, problem):
        """:return: Retry-After of a refused call, None without."""
        response = self.get()
        self.assertEqual((response.status_code, response.headers["X-Rate-Limit-Problem"]),
                         (429, problem))
        return response.headers.get("Retry-After")

    def test_headers_count_down(self):
        first, second = self.get().headers, self.get().headers
        for name, full in (("X-MinLimit-Remaining", 60), ("X-DayLimit-Remaining", 1000),
                           ("X-AppMinLimit-Remaining", 10000)):
            self.assertEqual((first[name], second[name]), (str(full - 1), str(full - 2)))

    def test_minute(self):
        for _ in range(60):
            self.assertEqual(self.get().status_code, 200)
        wait = int(self.limited("minute"))
        self.assertTrue(0 < wait <= 60, wait)
        self.sandbox.advance(wait)
        self.assertEqual(self.get().headers["X-MinLimit-Remaining"], "59")

    def test_windows_start_at_another_moment_for_each_organisation(self):
        waits = set()
        for number in range(4):
            self.org = self.sandbox.add_organisation(f"Number {number}")
            self.org.minute_limit = 0
            self.login()
            waits.add(self.limited("minute"))
        self.assertGreater(len(waits), 1)

    def test_day(self):
        self.org.day_limit, self.org.minute_limit = 3, None
        for _ in range(3):
            self.assertEqual(self.get().status_code, 200)
        wait = int(self.limited("day"))
        self.assertTrue(0 < wait <= 86400, wait)
        self.sandbox.advance(wait)
        self.login()
        self.assertEqual(self.get().headers["X-DayLimit-Remaining"], "2")

    def test_tiers(self):
        self.app.day_limit = 5000
        self.assertEqual(self.get().headers["X-DayLimit-Remaining"], "4999")

    def test_app_minute(self):
        self.app.minute_limit = 2
        for _ in range(2):
            self.get()
        self.assertIsNone(self.limited("appminute"))

    def test_concurrent(self):
        holds = [self.sandbox.hold("GET", "/Accounts") for _ in range(5)]
        threads = [threading.Thread(target=self.call, args=("GET", "/Accounts")) for _ in holds]
        for thread in threads:
            thread.start()
        for hold in holds:
            self.assertTrue(hold.wait())
        self.assertIsNone(self.limited("concurrent"))
        for hold in holds:
            hold.release()
        for thread in threads:
            thread.join()
        self.assertEqual(self.get().status_code, 200)

    def test_refused_calls_do_not_count(self):
        self.org.minute_limit = 1
        self.get()
        self.limited("minute")
        self.assertEqual(self.get().headers["X-DayLimit-Remaining"], "999")


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxIdempotency(SandboxCase):

    def send(self, body, key="k1", method="PUT", path="/Invoices", **params):
        return self.call(method, path, body, headers={"Idempotency-Key": key}, **params)

    def different(self, response):
        self.assertEqual((response.status_code, response.json()["Message"]),
                         (400, "Idempotency Key: k1 is used with a different request."))

    def test_same_request_same_answer(self):
        first = self.send(self.invoice())
        self.sandbox.advance(359)
        self.sandbox.clock.freeze()     # a day may begin at any moment
        again = self.send(self.invoice())
        self.assertEqual(first.content, again.content)
        self.assertEqual(len(self.org.invoices), 1)
        self.assertEqual([call.replayed for call in self.sandbox.calls], [False, True])
        # Replays burn quota.
        left = [int(answer.headers["X-DayLimit-Remaining"])
                for answer in (again, self.send(self.invoice()))]
        self.assertEqual(left[0] - left[1], 1)

    def test_forgotten_after_six_minutes(self):
        self.send(self.invoice())
        self.sandbox.advance(360)
        self.send(self.invoice())
        self.assertEqual(len(self.org.invoices), 2)

    def test_another_request_under_the_key(self):
        record = self.rows(self.send(self.invoice()))[0]
        self.different(self.send(self.invoice(Reference="x")))
        self.different(self.send(self.invoice(), method="POST"))
        self.different(self.send(self.invoice(), unitdp=4))
        self.different(self.send(self.invoice(), method="POST",
                                 path="/Invoices/" + record["InvoiceID"]))
        self.assertEqual(len(self.org.invoices), 1)

    def test_errors_are_remembered(self):
        body = self.invoice(LineItems=[self.line(AccountCode="777")])
        self.assertEqual(self.send(body).status_code, 400)
        self.org.add_account("777", "New")
        self.assertEqual(self.send(body).status_code, 400)
        self.assertEqual(self.send(body, key="k2").status_code, 200)

    def test_limits_are_not(self):
        self.sandbox.inject("429_minute", "PUT")
        self.assertEqual(self.send(self.invoice()).status_code, 429)
        self.assertEqual(self.send(self.invoice()).status_code, 200)

    def test_length(self):
        self.assertEqual(self.send(self.invoice(), key="k" * 128).status_code, 200)
        response = self.send(self.invoice(), key="k" * 129)
        self.assertEqual(response.status_code, 400)
        self.assertIn("k" * 129, response.json()["Message"])

    def test_keys_belong_to_the_app(self):
        self.send(self.invoice())
        other = self.sandbox.add_organisation("Second")
        self.sandbox.connect(self.app, [other])
        response = self.call("PUT", "/Invoices", self.invoice(), headers={
            "Idempotency-Key": "k1", "xero-tenant-id": other.tenant_id})
        self.different(response)
        self.app = self.sandbox.add_app("second", "s", [])
        self.login()
        self.assertEqual(self.send(self.invoice()).status_code, 200)
        self.assertEqual(len(self.org.invoices), 2)

    def test_second_call_waits_for_the_first(self):
        hold, answers = self.sandbox.hold("PUT", "/Invoices"), []
        threads = []
        for _ in range(2):
            session = requests.Session()
            session.headers.update(self.session.headers)
            self.addCleanup(session.close)
            threads.append(threading.Thread(target=lambda s=session: answers.append(s.put(
                self.sandbox.url + "/api.xro/2.0/Invoices", json=self.invoice(), timeout=30,
                headers={"Idempotency-Key": "k1"}).content)))
            threads[-1].start()
        self.assertTrue(hold.wait())
        self.assertTrue(self.sandbox.wait_for_calls(2, "PUT", "/Invoices"))
        hold.release()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(answers)), 1)
        self.assertEqual(len(self.org.invoices), 1)

    def test_reads_know_no_keys(self):
        for path in ("/Accounts", "/Currencies"):
            self.assertEqual(self.call("GET", path, headers={
                "Idempotency-Key": "k1"}).status_code, 200)
