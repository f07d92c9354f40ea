"""The control interface: what the Python API does, for other processes, as JSON."""
import json
import re
from datetime import date

from . import payments, render, seed
from .errors import ApiError, Refused
from .identity import GRANULAR_SCOPES
from .render import to_json

_ACTS = ("create_invoice", "create_credit_note", "edit", "submit", "approve", "void",
         "delete_draft", "pay", "delete_payment", "pay_batch", "delete_batch", "allocate",
         "remove_allocation", "receive_overpayment", "receive_prepayment", "create_contact",
         "edit_contact", "rename_contact", "merge_contact", "archive_contact")
_SETTINGS = ("approval_limits", "minute_limit", "day_limit", "concurrent_limit", "actions", "name")
_HOLD_SECONDS = 60


def _app(app):
    return {"client_id": app.client_id, "name": app.name, "redirect_uris": app.redirect_uris,
            "webhook_url": app.webhook_url, "pkce": app.pkce, "scopes": sorted(app.scopes)}


def _organisation(organisation):
    return {"tenant_id": organisation.tenant_id, "name": organisation.name,
            "short_code": organisation.short_code, "base_currency": organisation.base_currency}


def _find(sandbox, data):
    organisation = sandbox.organisation(data["tenant_id"]) if data.get("tenant_id") else (
        sandbox.organisations[0])
    if organisation is None:
        raise KeyError(f"no organisation {data['tenant_id']}")
    return organisation


def ping(sandbox, data):
    """GET ping: up, with what is there."""
    return {"url": sandbox.url, "apps": [_app(app) for app in sandbox.identity.apps.values()],
            "organisations": [_organisation(org) for org in sandbox.organisations],
            "errors": [repr(error) for error in sandbox.errors]}


def add_app(sandbox, data):
    """POST apps: arguments of ``add_app``; custom_connection is a tenant_id."""
    if data.get("custom_connection"):
        data["custom_connection"] = sandbox.organisation(data["custom_connection"])
    return _app(sandbox.add_app(**data))


def add_organisation(sandbox, data):
    """POST organisations: arguments of ``add_organisation``."""
    return _organisation(sandbox.add_organisation(**data))


def settings(sandbox, data):
    """POST settings: lock dates (ISO) and limits of an organisation."""
    organisation = _find(sandbox, data)
    for name, value in data.items():
        if name in ("period_lock_date", "end_of_year_lock_date"):
            setattr(organisation, name, date.fromisoformat(value) if value else None)
        elif name in _SETTINGS:
            setattr(organisation, name, value)
        elif name != "tenant_id":
            raise KeyError(f"no setting {name}")
    return _organisation(organisation)


def connect(sandbox, data):
    """POST connect: client_id, tenant_ids, scopes -> tokens without the browser."""
    organisations = [sandbox.organisation(t) for t in data.get("tenant_ids", ())] or (
        sandbox.organisations[:1])
    return sandbox.connect(sandbox.app(data["client_id"]), organisations,
                           frozenset(data.get("scopes") or GRANULAR_SCOPES))


def revoke(sandbox, data):
    """POST revoke: client_id and/or tenant_id."""
    return {"removed": sandbox.revoke(
        sandbox.app(data["client_id"]) if data.get("client_id") else None,
        _find(sandbox, data) if data.get("tenant_id") else None)}


def act(sandbox, data):
    """POST act: ``{"act": "pay", "arguments": {...}}`` as a person in Xero."""
    if data["act"] not in _ACTS:
        raise KeyError(f"no act {data['act']}; known: {', '.join(_ACTS)}")
    organisation = _find(sandbox, data)
    record = getattr(organisation.as_person, data["act"])(**data.get("arguments", {}))
    return shown(organisation, record)


def shown(organisation, record):
    """:return: any record as Xero would show it."""
    if "PaymentID" in record:
        return payments.render(organisation, record)
    if "LineItems" in record:
        return render.document(organisation, record, unitdp=4)
    return render.contact(record) if "ContactStatus" in record else render.public(record)


def documents(sandbox, data):
    """GET documents?tenant_id=&collection=: all records, e.g. of Invoices."""
    organisation = _find(sandbox, data)
    with organisation.lock:
        store = organisation.store[data.get("collection", "Invoices")]
        return {store.name: [shown(organisation, record) for record in store.values()]}


def inject(sandbox, data):
    """POST faults: arguments of ``inject``."""
    sandbox.inject(**data)
    return {}


def clear_faults(sandbox, data):
    """DELETE faults: no faults, chaos or holds any more."""
    sandbox.clear_faults()
    return {}


def chaos(sandbox, data):
    """POST chaos: arguments of ``chaos``."""
    sandbox.chaos(**data)
    return {}


def advance(sandbox, data):
    """POST advance: ``{"seconds": 600}``."""
    sandbox.advance(data["seconds"])
    return {"now": sandbox.clock.now()}


def calls(sandbox, data):
    """GET calls?method=&path=: the ledger."""
    return {"calls": [call.as_dict() for call in sandbox.calls_to(
        data.get("method"), data.get("path"))]}


def reset_calls(sandbox, data):
    """DELETE calls: empty the ledger."""
    sandbox.reset_calls()
    return {}


def hold(sandbox, data):
    """POST holds: method, path, when -> ``{"id": ...}``."""
    hold_id = seed.guid()
    sandbox.holds[hold_id] = sandbox.hold(data.get("method"), data.get("path"),
                                          data.get("when", "before"))
    return {"id": hold_id}


def wait_hold(sandbox, data):
    """GET holds?id=&timeout=: waits until a request is held there."""
    timeout = float(data.get("timeout", _HOLD_SECONDS))
    return {"received": sandbox.holds[data["id"]].wait(timeout)}


def release_hold(sandbox, data):
    """POST release: id, drop."""
    sandbox.holds.pop(data["id"]).release(bool(data.get("drop")))
    return {}


def deliver(sandbox, data):
    """POST webhooks: client_id and the options of ``deliver_webhooks``."""
    app = sandbox.app(data.pop("client_id")) if data.get("client_id") else None
    return {"deliveries": [vars(delivery) for delivery in
                           sandbox.deliver_webhooks(app=app, **data)]}


def intent(sandbox, data):
    """POST intent: client_id."""
    passed, deliveries = sandbox.intent_to_receive(sandbox.app(data["client_id"]))
    return {"passed": passed, "statuses": [delivery.status for delivery in deliveries]}


_ROUTES = {
    ("GET", "ping"): ping, ("POST", "apps"): add_app, ("POST", "organisations"): add_organisation,
    ("POST", "settings"): settings, ("POST", "connect"): connect, ("POST", "revoke"): revoke,
    ("POST", "act"): act, ("GET", "documents"): documents, ("POST", "faults"): inject,
    ("DELETE", "faults"): clear_faults, ("POST", "chaos"): chaos, ("POST", "advance"): advance,
    ("GET", "calls"): calls, ("DELETE", "calls"): reset_calls, ("POST", "holds"): hold,
    ("GET", "holds"): wait_hold, ("POST", "release"): release_hold, ("POST", "webhooks"): deliver,
    ("POST", "intent"): intent,
}


def handle(sandbox, request):
    """Route a request of the control interface. :return: (status, bytes, headers)."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    name = re.sub("^/_control/", "", request.path)
    handler = _ROUTES.get((request.method, name))
    if handler is None:
        return 404, to_json({"error": f"no {request.method} /_control/{name}"}), headers
    try:
        data = json.loads(request.body) if request.body else dict(request.query)
        return 200, to_json(handler(sandbox, data)), headers
    except Refused as error:
        return 400, to_json({"error": "; ".join(error.messages)}), headers
    except ApiError as error:
        return error.status, to_json({"error": str(error.body)}), headers
    except (KeyError, TypeError, ValueError) as error:
        return 400, to_json({"error": f"{type(error).__name__}: {error}"}), headers
