"""The sandbox's webhooks: events, signatures, delivery, intent to receive."""
import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from .test_xero_sandbox_common import SandboxCase
from .unit import tagged


class _Receiver(BaseHTTPRequestHandler):
    """Answers as a good receiver must: 200 when the signature is right, else 401."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        digest = base64.b64encode(hmac.new(b"key", body, hashlib.sha256).digest()).decode()
        right = self.headers["x-xero-signature"] == digest
        if right:
            self.server.received.append(json.loads(body))
        self.send_response(200 if right and not self.server.broken else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):  # noqa: A002 - the name is the base class's
        """Quiet."""


@tagged("post_install", "-at_install", "xero_sandbox")
class TestXeroSandboxWebhooks(SandboxCase):

    def setUp(self):
        super().setUp()
        self.receiver = HTTPServer(("127.0.0.1", 0), _Receiver)
        self.receiver.received, self.receiver.broken = [], False
        threading.Thread(target=self.receiver.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(self.receiver.server_close)
        self.addCleanup(self.receiver.shutdown)
        self.app.webhook_url = f"http://127.0.0.1:{self.receiver.server_port}/xero/webhook"
        self.app.webhook_key = "key"

    def events(self):
        """:return: (category, type) of all events received."""
        return [(event["eventCategory"], event["eventType"])
                for payload in self.receiver.received for event in payload["events"]]

    def test_events(self):
        record = self.put(self.invoice())
        self.post("/Invoices/" + record["InvoiceID"], {"Status": "VOIDED"})
        self.put({"Type": "ACCRECCREDIT", "Contact": {"Name": "Ridgeway University"},
                  "LineItems": [self.line()]}, "/CreditNotes")
        self.assertEqual(self.receiver.received, [])
        deliveries = self.sandbox.deliver_webhooks()
        self.assertEqual([delivery.status for delivery in deliveries], [200])
        self.assertEqual(self.events(), [("CONTACT", "CREATE"), ("INVOICE", "CREATE"),
                                         ("INVOICE", "UPDATE"), ("CREDITNOTE", "CREATE")])
        payload = self.receiver.received[0]
        event = payload["events"][1]
        self.assertEqual((event["resourceId"], event["tenantId"], event["tenantType"]),
                         (record["InvoiceID"], self.org.tenant_id, "ORGANISATION"))
        self.assertTrue(event["resourceUrl"].endswith("/Invoices/" + record["InvoiceID"]))
        self.assertNotIn("data", event)
        self.assertEqual(payload["events"][3]["data"], {"Type": "ACCRECCREDIT", "Status": "DRAFT"})
        self.assertEqual((payload["firstEventSequence"], payload["lastEventSequence"]), (1, 4))
        self.assertEqual(self.sandbox.deliver_webhooks(), [])

    def test_refused_elements_make_no_event(self):
        self.call("PUT", "/Invoices", self.invoice(DueDate=None))
        self.assertEqual(self.sandbox.webhooks.pending(self.app), [])

    def test_payments(self):
        record = self.put(self.invoice())
        self.sandbox.deliver_webhooks()
        self.receiver.received.clear()
        payment = self.org.as_person.pay(record["InvoiceID"], 1)
        self.sandbox.webhooks.on_payment = False
        self.org.as_person.delete_payment(payment["PaymentID"])
        self.sandbox.deliver_webhooks()
        self.assertEqual(self.events(), [("INVOICE", "UPDATE")])

    def test_events_of_payments_when_they_are_chosen(self):
        record = self.put(self.invoice())
        self.sandbox.deliver_webhooks()
        self.receiver.received.clear()
        self.sandbox.webhooks.payments = True
        payment = self.org.as_person.pay(record["InvoiceID"], 1)
        self.sandbox.webhooks.on_payment = False
        self.org.as_person.delete_payment(payment["PaymentID"])
        self.sandbox.deliver_webhooks()
        self.assertEqual(sorted(self.events()), [
            ("INVOICE", "UPDATE"), ("PAYMENT", "CREATE"), ("PAYMENT", "UPDATE")])
        event = self.receiver.received[0]["events"][-1]
        self.assertEqual(event["resourceId"], payment["PaymentID"])
        self.assertTrue(event["resourceUrl"].endswith("/Payments/" + payment["PaymentID"]))
        self.assertNotIn("data", event)

    def test_delivery_options(self):
        for _ in range(3):
            self.org.as_person.create_contact(f"C{len(self.org.contacts)}")
        self.assertEqual(len(self.sandbox.deliver_webhooks(size=2, drop=1, duplicate=True)), 2)
        first, second = self.receiver.received
        self.assertEqual(first, second)
        self.assertEqual(len(first["events"]), 2)
        for name in ("X", "Y"):
            self.org.as_person.create_contact(name)
        ids = [row["ContactID"] for row in self.org.contacts[-2:]]
        self.sandbox.deliver_webhooks(reorder=True)
        self.assertEqual([event["resourceId"] for event in self.receiver.received[-1]["events"]],
                         ids[::-1])
        self.put(self.invoice())
        self.receiver.received.clear()
        self.sandbox.deliver_webhooks(categories=["INVOICE"])
        self.assertEqual(self.events(), [("INVOICE", "CREATE")])

    def test_failed_delivery_is_repeated(self):
        self.org.as_person.create_contact("A")
        self.receiver.broken = True
        self.assertEqual(self.sandbox.deliver_webhooks()[0].status, 401)
        self.receiver.broken = False
        self.assertEqual(self.sandbox.deliver_webhooks()[0].status, 200)
        self.assertEqual(self.events(), [("CONTACT", "CREATE")] * 2)

    def test_own_poster(self):
        self.org.as_person.create_contact("A")
        sent = []

        def post(url, body, headers):
            sent.append((url, json.loads(body)["events"][0]["eventCategory"]))
            return 200

        self.sandbox.deliver_webhooks(post)
        self.assertEqual(sent, [(self.app.webhook_url, "CONTACT")])

    def test_only_connected_apps_hear(self):
        self.sandbox.add_app("other", "s", [], webhook_url="http://127.0.0.1:1/", webhook_key="k")
        self.org.as_person.create_contact("A")
        self.assertEqual(self.sandbox.webhooks.pending(self.sandbox.app("other")), [])
        self.assertEqual(len(self.sandbox.webhooks.pending(self.app)), 1)

    def test_intent_to_receive(self):
        passed, deliveries = self.sandbox.intent_to_receive(self.app)
        self.assertTrue(passed)
        self.assertEqual([delivery.status for delivery in deliveries], [200, 401, 200, 401])
        self.assertEqual([payload["events"] for payload in self.receiver.received], [[], []])
        self.assertEqual(self.receiver.received[0]["lastEventSequence"], 0)
        self.app.webhook_key = "forgotten"
        self.assertFalse(self.sandbox.intent_to_receive(self.app)[0])

    def test_nobody_there(self):
        self.org.as_person.create_contact("A")
        self.app.webhook_url = "http://127.0.0.1:1/"
        self.assertEqual(self.sandbox.deliver_webhooks()[0].status, 0)
        self.assertEqual(len(self.sandbox.webhooks.pending(self.app)), 1)
