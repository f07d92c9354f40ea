"""Webhook events: collected as things change, delivered only when asked to."""
import base64
import hashlib
import hmac
import json
import random
import string
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

_CATEGORIES = {"Invoices": ("INVOICE", "InvoiceID"), "Contacts": ("CONTACT", "ContactID"),
               "CreditNotes": ("CREDITNOTE", "CreditNoteID"),
               "Prepayments": ("PREPAYMENT", "PrepaymentID"),
               "Overpayments": ("OVERPAYMENT", "OverpaymentID"),
               "Payments": ("PAYMENT", "PaymentID")}


@dataclass
class Delivery:
    """One POST: what was sent and the status that came back (0: no answer)."""

    status: int
    events: list
    signed: bool = True


def signature(body, key):
    """:return: base64 of HMAC-SHA256 of the raw body. :param bytes body: as sent."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def http_post(url, body, headers):
    """Send over HTTP. :return: status, 0 when nobody answers within Xero's 5 seconds."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Webhooks:
    """Queues of events by app. :param XeroSandbox sandbox: apps, connections and clock."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        # Xero does not say whether a payment sends INVOICE UPDATE; tests may try both.
        self.on_payment = True
        # Xero has the category PAYMENT since 2 November 2026; an app chooses its categories.
        self.payments = False
        self._lock = threading.Lock()

    def saved(self, organisation, collection, record, created, paid=False):
        """Queue an event for each app that is connected to the organisation.

        :param bool paid: the change came with a payment made or deleted.
        """
        if collection not in _CATEGORIES:
            return
        if not (self.payments if collection == "Payments" else self.on_payment or not paid):
            return
        category, id_field = _CATEGORIES[collection]
        event = {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/{collection}/{record[id_field]}",
            "resourceId": record[id_field], "tenantId": organisation.tenant_id,
            "tenantType": "ORGANISATION", "eventCategory": category,
            "eventType": "CREATE" if created else "UPDATE",
            "eventDateUtc": self.sandbox.clock.utcnow().isoformat(timespec="milliseconds")}
        # Nothing readable says what else an event about a payment tells.
        if category not in ("INVOICE", "CONTACT", "PAYMENT"):
            event["data"] = {"Type": record["Type"], "Status": record["Status"]}
        for app in self.sandbox.apps_of(organisation):
            if app.webhook_url:
                with self._lock:
                    app.events.append(event)

    def pending(self, app):
        """:return: list of the events that wait for delivery."""
        with self._lock:
            return list(app.events)

    def deliver(self, app, post=http_post, duplicate=False, drop=0, reorder=False, size=None,
                categories=None):
        """Deliver what waits. What is answered with other than 2xx waits on, as Xero repeats it.

        :param App app: with webhook_url and webhook_key.
        :param post: function(url, bytes, headers) -> status.
        :param bool duplicate: send each payload twice.
        :param int drop: lose this many events, the oldest first, as if Xero had never sent them.
        :param bool reorder: newest event first.
        :param int size: events in one payload, None for all.
        :param categories: only these (``INVOICE``...), the app's subscriptions; others are lost.
        :return: list of Delivery.
        """
        with self._lock:
            events, app.events = app.events[drop:], []
        if categories:
            events = [event for event in events if event["eventCategory"] in categories]
        if reorder:
            events = events[::-1]
        result = []
        while events:
            chunk, events = events[:size], events[size:] if size else []
            body = self._payload(app, chunk)
            for _ in range(2 if duplicate else 1):
                delivery = self._send(app, post, body, chunk, True)
                result.append(delivery)
            if not 200 <= delivery.status < 300:
                with self._lock:
                    app.events = chunk + events + app.events
                break
        return result

    def intent_to_receive(self, app, post=http_post):
        """Xero's check of a new webhook URL: empty events, some of them signed wrongly.

        :return: (whether every answer was right: 200 signed, 401 not; list of Delivery)
        """
        result = []
        for signed in (True, False, True, False):
            body = self._payload(app, [])
            result.append(self._send(app, post, body, [], signed))
        right = all(delivery.status == (200 if delivery.signed else 401) for delivery in result)
        return right, result

    def _payload(self, app, events):
        first = last = 0
        if events:
            first, last = app.sequence + 1, app.sequence + len(events)
            app.sequence = last
        entropy = "".join(random.choices(string.ascii_uppercase, k=20))
        return json.dumps({"events": events, "firstEventSequence": first,
                           "lastEventSequence": last, "entropy": entropy}).encode()

    def _send(self, app, post, body, events, signed):
        key = app.webhook_key if signed else app.webhook_key + "-wrong"
        headers = {"Content-Type": "application/json", "x-xero-signature": signature(body, key)}
        return Delivery(post(app.webhook_url, body, headers), events, signed)
