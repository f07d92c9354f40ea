"""The sandbox's failures on demand, held requests, and the process of its own."""
import os
import subprocess
import sys
import threading

import requests

from .test_xero_sandbox_common import REDIRECT, SandboxCase
from .unit import tagged


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxFaults(SandboxCase):

    def setUp(self):
        super().setUp()
        self.org.minute_limit = None

    def test_limits(self):
        for problem, wait in (("minute", "30"), ("day", "40000"), ("concurrent", None),
                              ("appminute", None)):
            self.sandbox.inject("429_" + problem, "PUT", "/Invoices")
            self.assertEqual(self.call("GET", "/Invoices").status_code, 200)
            response = self.call("PUT", "/Invoices", self.invoice())
            self.assertEqual((response.status_code, response.headers["X-Rate-Limit-Problem"],
                              response.headers.get("Retry-After")), (429, problem, wait))
        self.sandbox.inject("429_minute", retry_after=7)
        self.assertEqual(self.call("GET", "/Invoices").headers["Retry-After"], "7")
        self.assertEqual(self.org.invoices, [])

    def test_server_errors_are_no_json(self):
        self.sandbox.inject("500", "PUT", "/Invoices")
        response = self.call("PUT", "/Invoices", self.invoice())
        self.assertEqual(response.status_code, 500)
        self.assertTrue(response.text.startswith("<html>"))
        self.sandbox.inject("503")
        response = self.call("GET", "/Invoices")
        self.assertEqual((response.status_code, response.text),
                         (503, "The Organisation is offline"))
        self.assertEqual(self.org.invoices, [])
        self.sandbox.inject("500", "PUT", after_work=True)
        self.assertEqual(self.call("PUT", "/Invoices", self.invoice()).status_code, 500)
        self.assertEqual(len(self.org.invoices), 1)
        self.sandbox.inject("html_200")
        self.assertIn("maintenance", self.call("GET", "/Invoices").text)
        self.sandbox.inject("html_400")
        self.assertEqual(self.call("GET", "/Invoices").status_code, 400)

    def test_errors_under_a_key(self):
        key = {"Idempotency-Key": "k"}
        self.sandbox.inject("500", "PUT", after_work=True)
        for status in (500, 200):
            response = self.call("PUT", "/Invoices", self.invoice(), headers=key)
            self.assertEqual(response.status_code, status)
        self.assertEqual(len(self.org.invoices), 1)
        self.sandbox.inject("500", "PUT", after_work=True, cached=True)
        for _ in range(2):
            response = self.call("PUT", "/Invoices", self.invoice(), headers={
                "Idempotency-Key": "k2"})
            self.assertEqual(response.status_code, 500)
        self.assertEqual(len(self.org.invoices), 2)
        self.sandbox.inject("503", "PUT")
        for status in (503, 200):
            response = self.call("PUT", "/Invoices", self.invoice(), headers={
                "Idempotency-Key": "k3"})
            self.assertEqual(response.status_code, status)

    def test_cuts(self):
        key = {"Idempotency-Key": "k"}
        for kind, made in (("cut_before", 0), ("cut_after", 1)):
            self.sandbox.inject(kind, "PUT", "/Invoices")
            with self.assertRaises(requests.ConnectionError):
                self.call("PUT", "/Invoices", self.invoice(), headers=key)
            self.assertEqual(len(self.org.invoices), made)
            call = self.sandbox.calls_to("PUT", "/Invoices")[-1]
            self.assertEqual((call.status, call.fault), (0, kind))
        # The answer that was lost is there for who asks again.
        record = self.rows(self.call("PUT", "/Invoices", self.invoice(), headers=key))[0]
        self.assertEqual(record["InvoiceID"], self.org.invoices[0]["InvoiceID"])

    def test_tokens(self):
        self.sandbox.inject("token_expired")
        response = self.call("GET", "/Invoices")
        self.assertEqual(response.status_code, 401)
        self.assertTrue(response.json()["Detail"].startswith("TokenExpired"))
        self.sandbox.inject("revoked")
        response = self.call("GET", "/Invoices")
        self.assertEqual((response.status_code, response.json()["detail"]),
                         (403, "AuthenticationUnsuccessful"))
        for challenge in (False, True):
            self.sandbox.inject("scope_missing", challenge=challenge)
            response = self.call("GET", "/Invoices")
            self.assertEqual((response.status_code, response.json()["Detail"]),
                             (401, "AuthorizationUnsuccessful"))
            self.assertEqual("WWW-Authenticate" in response.headers, challenge)
        self.assertEqual(self.call("GET", "/Invoices").status_code, 200)

    def test_spoiled_answers(self):
        self.put(self.invoice())
        self.sandbox.inject("truncated_json")
        with self.assertRaises(ValueError):
            self.call("GET", "/Invoices", page=1).json()
        self.sandbox.inject("unknown_enum", field="CurrencyCode", value="XCG")
        self.assertEqual(self.rows(self.call("GET", "/Invoices"))[0]["CurrencyCode"], "XCG")
        self.sandbox.inject("unknown_enum")
        self.assertEqual(self.rows(self.call("GET", "/Invoices"))[0]["Status"], "UNHEARDOF")

    def test_slow_needs_its_seconds(self):
        with self.assertRaises(ValueError):
            self.sandbox.inject("slow")
        self.sandbox.inject("slow", seconds=600)
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(self.call("GET", "/Invoices").status_code))
        thread.start()
        self.assertTrue(self.sandbox.wait_for_calls(1, "GET", "/Invoices"))
        self.assertIsNone(self.sandbox.calls[-1].status)
        # The end of the sandbox ends the wait too.
        self.sandbox.faults.stopping.set()
        thread.join()
        self.assertEqual((answers, self.sandbox.calls[-1].fault), ([200], "slow"))

    def test_which_requests(self):
        self.sandbox.inject("500", "GET", "/Contacts/*", times=2, after=1)
        record = self.put({"Name": "A"}, "/Contacts")
        path = "/Contacts/" + record["ContactID"]
        self.assertEqual([self.call("GET", path).status_code for _ in range(4)],
                         [200, 500, 500, 200])
        with self.assertRaises(ValueError):
            self.sandbox.inject("nonsense")
        self.sandbox.inject("500", times=9)
        self.sandbox.clear_faults()
        self.assertEqual(self.call("GET", "/Invoices").status_code, 200)

    def test_identity_fails_too(self):
        url = self.sandbox.url + "/connect/token"
        token = self.login()["refresh_token"]
        form = {"grant_type": "refresh_token", "refresh_token": token}

        def refresh():
            return requests.post(url, data=form, auth=("client", "secret"), timeout=30)

        for kind, status in (("503", 503), ("429_minute", 429), ("500", 500)):
            self.sandbox.inject(kind, path="/connect/token")
            self.assertEqual(refresh().status_code, status)
        self.sandbox.inject("cut_after", path="/connect/token")
        with self.assertRaises(requests.ConnectionError):
            refresh()
        # Lost on the way, the old token still works.
        self.assertEqual(refresh().status_code, 200)

    def test_chaos_is_repeatable(self):
        def run():
            self.sandbox.chaos(0.5, seed=7, kinds=["500", "503", "429_concurrent"])
            return [self.call("GET", "/Currencies").status_code for _ in range(30)]

        first = run()
        self.assertEqual(run(), first)
        self.assertEqual(set(first), {200, 429, 500, 503})
        self.sandbox.chaos(0)
        self.assertEqual({self.call("GET", "/Currencies").status_code for _ in range(9)}, {200})

    # -- holds ----------------------------------------------------------------------------------

    def held(self, when, drop=False):
        """:return: (what the client got, invoices while it was held)."""
        hold, answers = self.sandbox.hold("PUT", "/Invoices", when), []

        def send():
            try:
                answers.append(self.call("PUT", "/Invoices", self.invoice()).status_code)
            except requests.ConnectionError:
                answers.append("cut")

        thread = threading.Thread(target=send)
        thread.start()
        self.assertTrue(hold.wait())
        during = len(self.org.invoices)
        # A held request keeps nobody else waiting.
        self.assertEqual(requests.get(self.sandbox.url + "/api.xro/2.0/Invoices", timeout=30,
                                      headers=dict(self.session.headers)).status_code, 200)
        self.assertIsNone(self.sandbox.calls_to("PUT", "/Invoices")[-1].status)
        hold.release(drop)
        thread.join()
        return answers[0], during

    def test_hold_before_the_work(self):
        self.assertEqual(self.held("before"), (200, 0))
        self.assertEqual(self.held("before", drop=True), ("cut", 1))
        self.assertEqual(len(self.org.invoices), 1)

    def test_hold_after_the_work(self):
        self.assertEqual(self.held("after"), (200, 1))
        self.assertEqual(self.held("after", drop=True), ("cut", 2))
        self.assertEqual(len(self.org.invoices), 2)

    def test_killed_client(self):
        code = ("import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method='PUT', "
                "data=sys.argv[2].encode(), headers={'Authorization': sys.argv[3], 'xero-tenant-id'"
                ": sys.argv[4], 'Content-Type': 'application/json'}))")
        body = ('{"Type": "ACCREC", "Contact": {"Name": "A"}, '
                '"LineItems": [{"Description": "x"}]}')
        for when in ("before", "after"):
            hold = self.sandbox.hold("PUT", "/Invoices", when)
            with subprocess.Popen([
                    sys.executable, "-c", code, self.sandbox.url + "/api.xro/2.0/Invoices", body,
                    self.session.headers["Authorization"], self.org.tenant_id]) as client:
                self.assertTrue(hold.wait())
                client.kill()
            hold.release(drop=when == "before")
        self.assertEqual(self.call("GET", "/Invoices").status_code, 200)
        self.assertEqual(len(self.org.invoices), 1)


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxProcess(SandboxCase):
    """``python -m xero_sandbox`` and the control interface."""

    def setUp(self):
        super().setUp()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xero_sandbox", "--port", "0", "--client-id", "cid",
             "--redirect-uri", REDIRECT, "--organisation", "Demo Ltd"],
            cwd=os.path.dirname(os.path.abspath(__file__)), stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait, 30)
        self.addCleanup(self.process.terminate)
        self.url = self.process.stdout.readline().split()[-1]

    def control(self, method, name, body=None, status=200, **params):
        response = requests.request(method, f"{self.url}/_control/{name}", json=body,
                                    params=params, timeout=30)
        self.assertEqual(response.status_code, status, response.text)
        return response.json()

    def api(self, method, path, body=None):
        return requests.request(method, self.url + "/api.xro/2.0" + path, json=body, timeout=30,
                                headers=self.headers)

    def test_everything_from_outside(self):
        tenant = self.control("GET", "ping")["organisations"][0]["tenant_id"]
        tokens = self.control("POST", "connect", {"client_id": "cid"})
        self.headers = {"Authorization": "Bearer " + tokens["access_token"],
                        "xero-tenant-id": tenant, "Accept": "application/json"}
        self.assertEqual(self.api("PUT", "/Invoices", self.invoice()).status_code, 200)
        invoice = self.control("GET", "documents")["Invoices"][0]
        act = {"act": "pay", "arguments": {"document": invoice["InvoiceID"], "amount": 20}}
        self.assertEqual(self.control("POST", "act", act)["Amount"], 20)
        act["arguments"]["amount"] = 999
        self.assertIn("exceeds", self.control("POST", "act", act, 400)["error"])
        self.control("POST", "faults", {"fault": "503", "path": "/Invoices", "times": 2})
        self.assertEqual(self.api("GET", "/Invoices").status_code, 503)
        self.control("DELETE", "faults")
        self.assertEqual(self.api("GET", "/Invoices").status_code, 200)
        calls = self.control("GET", "calls", path="/Invoices")["calls"]
        self.assertEqual((calls[0]["path"], calls[0]["body"]["Type"]), ("/Invoices", "ACCREC"))
        self.control("DELETE", "calls")
        self.assertEqual(self.control("GET", "calls")["calls"], [])
        self.control("POST", "settings", {"tenant_id": tenant, "period_lock_date": "2026-12-31"})
        self.assertIn("PeriodLockDate", self.api("GET", "/Organisation").text)
        self.control("POST", "advance", {"seconds": 1800})
        self.assertEqual(self.api("GET", "/Invoices").status_code, 401)
        self.assertEqual(self.control("POST", "revoke", {"client_id": "cid"}), {"removed": 1})
        self.control("POST", "apps", {"client_id": "two", "redirect_uris": [REDIRECT]})
        self.assertEqual(len(self.control("GET", "ping")["apps"]), 2)
        self.control("GET", "nonsense", status=404)
        self.control("POST", "act", {"act": "nonsense"}, 400)
        self.assertEqual(self.control("GET", "ping")["errors"], [])

    def test_holds_from_outside(self):
        tenant = self.control("GET", "ping")["organisations"][0]["tenant_id"]
        tokens = self.control("POST", "connect", {"client_id": "cid"})
        self.headers = {"Authorization": "Bearer " + tokens["access_token"],
                        "xero-tenant-id": tenant, "Accept": "application/json"}
        hold = self.control("POST", "holds", {"method": "PUT", "path": "/Invoices",
                                              "when": "after"})["id"]
        answers = []
        thread = threading.Thread(target=lambda: answers.append(
            self.api("PUT", "/Invoices", self.invoice()).status_code))
        thread.start()
        self.assertTrue(self.control("GET", "holds", id=hold)["received"])
        self.assertEqual(len(self.control("GET", "documents")["Invoices"]), 1)
        self.control("POST", "release", {"id": hold})
        thread.join()
        self.assertEqual(answers, [200])
