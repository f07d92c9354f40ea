"""The Accounting API: who may call, routing, and the handlers' common parts."""
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal

from . import attachments, bodies, journals, reference, reports
from .errors import ApiError, bad_request, forbidden, not_found, scope_missing, unauthorized
from .ledger import API_PREFIX
from .render import to_json, to_xml
from .seed import guid

MAX_BODY = 3500000  # Xero: limits, the smaller of the two sizes it names.
MAX_ATTACHMENT = 10 * 1024 * 1024
# What may be read with the scope's .read form and written with the scope itself.
SCOPES = {
    "Invoices": "accounting.invoices", "CreditNotes": "accounting.invoices",
    "Payments": "accounting.payments", "BatchPayments": "accounting.payments",
    "Overpayments": "accounting.payments", "Prepayments": "accounting.payments",
    "ManualJournals": "accounting.manualjournals",
    "Contacts": "accounting.contacts", "Organisation": "accounting.settings",
    "Accounts": "accounting.settings", "TaxRates": "accounting.settings",
    "Currencies": "accounting.settings", "TrackingCategories": "accounting.settings",
    "BrandingThemes": "accounting.settings", "Items": "accounting.settings"}
# Endpoints that a second scope opens as well.
ALSO = {"Items": "accounting.invoices"}


@dataclass
class Request:
    """One request as the handlers see it. ``target`` is path and query as sent."""

    method: str
    path: str
    target: str
    query: dict
    headers: object
    body: bytes
    app: object = None
    token: object = None
    organisation: object = None
    parts: tuple = ()
    sandbox: object = field(default=None, repr=False)

    @property
    def unitdp(self):
        """:return: places of UnitAmount that the caller asks for, 2 or 4."""
        return 4 if self.query.get("unitdp") == "4" else 2

    def json(self):
        """:return: the parsed body, numbers with a point as Decimal. :raise ApiError: 400."""
        if "json" not in (self.headers.get("Content-Type") or ""):
            raise ApiError(415, "<html><body><h1>Unsupported Media Type</h1></body></html>")
        try:
            data = json.loads(self.body, parse_float=Decimal, parse_constant=_no_constant)
            _check_characters(data)
        except ValueError as error:
            raise bad_request(f"JSON for post data was invalid, {error}") from None
        return data


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


def _check_characters(data):
    """Xero turns a request into XML, which has no control characters but tab and line ends: one of
    them in any text is a 400 for the whole request (seen in other integrations' issues)."""
    if isinstance(data, dict):
        data = [*data, *data.values()]
    if isinstance(data, list):
        for part in data:
            _check_characters(part)
    elif isinstance(data, str) and (found := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", data)):
        raise ValueError(f"hexadecimal value 0x{ord(found[0]):02X}, is an invalid character")


@dataclass
class Response:
    """An answer: ``body`` is bytes already encoded, ``pause`` seconds between two of them."""

    status: int
    body: bytes
    headers: dict
    pause: float = 0


def authenticate(sandbox, request):
    """Set the request's token, app and organisation.

    :raise ApiError: 401 for the token, 403 for the tenant, as Xero's troubleshooting page says.
    """
    scheme, _, text = (request.headers.get("Authorization") or "").partition(" ")
    token = sandbox.identity.token(text) if scheme == "Bearer" else None
    if token is None:
        raise unauthorized("AuthenticationUnsuccessful")
    if token.expired(sandbox.clock.now()):
        moment = token.expires_text()
        raise unauthorized(f"TokenExpired: token expired at {moment}")
    request.token, request.app = token, token.app
    tenant = request.headers.get("Xero-Tenant-Id")
    organisation = sandbox.identity.organisation_for(token, tenant)
    if organisation is None:
        raise forbidden()
    request.organisation = organisation


def check_scope(request):
    """:raise ApiError: 401 with WWW-Authenticate when the token lacks the endpoint's scope."""
    endpoint = request.parts[0]
    if endpoint == "Reports":
        if f"accounting.reports.{request.parts[1].lower()}.read" not in request.token.scopes:
            raise scope_missing()
        return
    wanted = [SCOPES[endpoint], *([ALSO[endpoint]] if endpoint in ALSO else [])]
    if len(request.parts) > 2 and request.parts[2] == "Attachments":
        wanted = ["accounting.attachments"]
    granted = {scope for name in wanted for scope in (
        (name, name + ".read") if request.method == "GET" else (name,))}
    if not granted & request.token.scopes:
        raise scope_missing()


def route(request):
    """:return: function(request) -> (status, payload) for a request.
    :raise ApiError: 404 for an unknown path, 405 for another method.
    """
    parts = request.parts
    if not parts or parts[0] not in (*SCOPES, "Reports"):
        raise not_found()
    handlers = (*attachments.ROUTES, *bodies.ROUTES, *journals.ROUTES, *reference.ROUTES,
                *reports.ROUTES)
    allowed = False
    for method, pattern, handler in handlers:
        match = re.fullmatch(pattern, "/".join(parts))
        if match:
            if method == request.method:
                return lambda request: handler(request, *match.groups())
            allowed = True
    if allowed:
        raise ApiError(405, "<html><body><h1>Method Not Allowed</h1></body></html>")
    raise not_found()


def split(path):
    """:return: tuple of the path's parts after the API prefix."""
    return tuple(part for part in path[len(API_PREFIX):].split("/") if part)


def check_size(request):
    """:raise ApiError: 413 when the body is larger than Xero takes."""
    attachment = len(request.parts) > 2 and request.parts[2] == "Attachments"
    if len(request.body) > (MAX_ATTACHMENT if attachment else MAX_BODY):
        raise ApiError(413, "<html><body><h1>Request Entity Too Large</h1></body></html>")


def envelope(request, payload):
    """:return: the payload with what Xero puts around every list."""
    return {"Id": guid(), "Status": "OK", "ProviderName": request.app.name,
            "DateTimeUTC": request.sandbox.clock.utcnow(), **payload}


def encode(request, status, payload):
    """:return: Response in JSON, or XML unless Accept asks for JSON."""
    if payload is None:
        return Response(status, b"", {})
    if isinstance(payload, bytes):
        return Response(status, payload, {"Content-Type": "application/octet-stream"})
    if "application/json" in (request.headers.get("Accept") or ""):
        return Response(status, to_json(payload),
                        {"Content-Type": "application/json; charset=utf-8"})
    return Response(status, to_xml(payload), {"Content-Type": "text/xml; charset=utf-8"})


def error_response(request, error):
    """:return: Response for an ApiError: HTML or text as it is, else JSON or XML."""
    if isinstance(error.body, str):
        html = error.body.startswith("<")
        response = Response(error.status, error.body.encode(), {
            "Content-Type": ("text/html" if html else "text/plain") + "; charset=utf-8"})
    elif error.status in (401, 403):
        response = Response(error.status, to_json(error.body), {
            "Content-Type": "application/problem+json"})
    else:
        response = encode(request, error.status, error.body)
    response.headers.update(error.headers)
    return response
