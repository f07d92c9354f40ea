"""The way of one request: ledger, faults, who is it, limits, idempotency, work, answer."""
import json
import sys
import traceback

from . import api, consent, identity
from .errors import ApiError
from .faults import Cut, Fault
from .ledger import API_PREFIX, Call, redacted, short_path
from .seed import guid

_AT_THE_DOOR = ("cut_before", "token_expired", "revoked", "scope_missing")


def serve(sandbox, request):
    """Answer a request. :return: api.Response. :raise Cut: close the connection instead."""
    call = Call(request.method, short_path(request.path), request.query,
                redacted(request.headers.items()), request.body, sandbox.clock.now(),
                tenant_id=request.headers.get("Xero-Tenant-Id"))
    sandbox.ledger.open(call)
    try:
        return _answer(sandbox, request, call)
    finally:
        call.until = sandbox.clock.now()


def _answer(sandbox, request, call):
    fault = sandbox.faults.take(call.method, call.path)
    try:
        if fault:
            call.fault = fault.kind
            if fault.kind == "slow":
                sandbox.faults.stopping.wait(fault.options["seconds"])
            elif fault.kind in _AT_THE_DOOR:
                raise fault.response()
        if request.path.startswith(API_PREFIX + "/"):
            response = _accounting(sandbox, request, call, fault)
        else:
            response = _identity(sandbox, request, call, fault)
    except ApiError as error:
        response = api.error_response(request, error)
    except Cut:
        call.status = 0
        raise
    except Exception as error:
        response = _defect(sandbox, request, error)
    response.headers.setdefault("Xero-Correlation-Id", guid())
    call.status = response.status
    return response


def _accounting(sandbox, request, call, fault):
    request.parts = api.split(request.path)
    api.check_size(request)
    api.authenticate(sandbox, request)
    call.client_id, call.tenant_id = request.app.client_id, request.organisation.tenant_id
    handler = api.route(request)
    api.check_scope(request)
    if sandbox.openapi:
        _check_published(sandbox, request)
    if fault and fault.kind.startswith("429"):
        raise fault.response()
    headers, leave = sandbox.limits.enter(request.app, request.organisation)
    try:
        response = _once(sandbox, request, call, fault, handler)
        sandbox.faults.stop_at("after", call)
    except ApiError as error:
        response = api.error_response(request, error)
    finally:
        leave()
    response = api.Response(response.status, response.body, {**response.headers, **headers})
    return _spoiled(fault, request, response)


def _check_published(sandbox, request):
    try:
        sandbox.openapi.check(request)
    except ApiError as error:
        # Xero may tolerate it; who keeps to the published document never asks.
        sandbox.unpublished.append(error.body["Message"])
        raise


def _once(sandbox, request, call, fault, handler):
    """Do the work under its Idempotency-Key, or repeat the first answer."""
    entry, response = sandbox.idempotency.claim(request.app, request)
    if response is not None:
        call.replayed = True
        return response
    remembered = None
    try:
        # Only requests that were received and not begun stop here: nothing is done yet.
        sandbox.faults.stop_at("before", call)
        early = fault and not fault.after_work and fault.response()
        if early:
            response = api.error_response(request, early)
        else:
            response = remembered = _work(sandbox, request, handler)
        if fault and fault.options.get("cached"):
            remembered = api.error_response(request, fault.response())
    finally:
        sandbox.idempotency.finish(entry, remembered)
    return response


def _work(sandbox, request, handler):
    try:
        with request.organisation.lock:
            if sandbox.before_work:
                sandbox.before_work(request)
            status, payload = handler(request)
            if sandbox.after_work:
                status, payload = sandbox.after_work(request, status, payload)
            if isinstance(payload, dict) and request.method != "DELETE":
                payload = api.envelope(request, payload)
            return api.encode(request, status, payload)
    except ApiError as error:
        return api.error_response(request, error)


def _defect(sandbox, request, error):
    """A defect of the sandbox itself, never to be taken for one of Xero's answers."""
    sandbox.errors.append(error)
    traceback.print_exc(file=sys.stderr)
    return api.error_response(request, ApiError(500, f"<h1>Sandbox defect: {error!r}</h1>"))


def _identity(sandbox, request, call, fault):
    early = fault and not fault.after_work and fault.response()
    if early:
        return api.error_response(request, early)
    sandbox.faults.stop_at("before", call)
    status, body, headers = identity.handle(sandbox.identity, request, consent.authorize)
    sandbox.faults.stop_at("after", call)
    return _spoiled(fault, request, api.Response(status, body, headers))


def _spoiled(fault, request, response):
    """:return: the answer as a fault that comes after the work leaves it. :raise Cut: none."""
    if not isinstance(fault, Fault) or not fault.after_work:
        return response
    if fault.kind == "truncated_json":
        return api.Response(response.status, response.body[:len(response.body) // 2],
                            response.headers)
    if fault.kind == "drip":
        return api.Response(response.status, response.body, response.headers,
                            fault.options["seconds"])
    if fault.kind == "unknown_enum":
        return api.Response(response.status, _unheard_of(response.body, fault.options),
                            response.headers)
    answer = fault.response()
    if isinstance(answer, Cut):
        raise answer
    spoiled = api.error_response(request, answer)
    spoiled.headers = {**response.headers, **spoiled.headers}
    return spoiled


def _unheard_of(body, options):
    """:return: body whose first element has a value that no published type lists."""
    payload = json.loads(body)
    for value in payload.values():
        if isinstance(value, list) and value:
            value[0][options.get("field", "Status")] = options.get("value", "UNHEARDOF")
            break
    return json.dumps(payload).encode()
