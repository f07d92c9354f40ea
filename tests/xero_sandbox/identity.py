"""Xero's identity server: tokens, connections, revocation."""
import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .clock import from_epoch
from .errors import ApiError, not_found, unauthorized
from .render import to_json
from .seed import guid

ACCESS_SECONDS = 1800
ID_SECONDS = 300
CODE_SECONDS = 300
GRACE_SECONDS = 1800
REFRESH_SECONDS = 60 * 86400
_WRITABLE = ("accounting.invoices", "accounting.payments", "accounting.banktransactions",
             "accounting.manualjournals", "accounting.settings", "accounting.contacts",
             "accounting.attachments")
_REPORTS = ("aged", "balancesheet", "banksummary", "budgetsummary", "executivesummary",
            "profitandloss", "trialbalance", "taxreports", "tenninetynine")
# Xero: granular scopes, the only ones for apps made since 2 March 2026.
GRANULAR_SCOPES = frozenset(
    ("openid", "profile", "email", "offline_access", "accounting.budgets.read",
     "accounting.journals.read", *_WRITABLE, *(name + ".read" for name in _WRITABLE),
     *(f"accounting.reports.{name}.read" for name in _REPORTS)))


@dataclass
class App:
    """An app registered with Xero.

    ``custom_connection`` is False, or the organisation that a client-credentials app belongs to.
    ``day_limit`` is 1,000 calls on Xero's Starter tier, 5,000 above it.
    """

    client_id: str
    client_secret: str
    redirect_uris: list
    name: str = "Odoo"
    webhook_url: str = None
    webhook_key: str = None
    pkce: bool = False
    custom_connection: object = False
    scopes: frozenset = GRANULAR_SCOPES
    day_limit: int = 1000
    minute_limit: int = 10000
    events: list = field(default_factory=list, repr=False)
    sequence: int = 0

    def __post_init__(self):
        for uri in self.redirect_uris:
            if not uri.startswith(("https://", "http://localhost:", "http://localhost/")):
                raise ValueError(f"Xero takes https or http://localhost redirect URIs, not {uri}")
        self.scopes = frozenset(self.scopes)


@dataclass
class User:
    """A person with a Xero login."""

    user_id: str
    name: str
    email: str


@dataclass
class Token:
    """An access token."""

    app: App
    user: User
    scopes: frozenset
    expires: float
    auth_event: str

    def expired(self, now):
        """:return: whether it is over. :param float now: epoch seconds."""
        return now >= self.expires

    def expires_text(self):
        """:return: the moment as Xero's error tells it."""
        return from_epoch(self.expires).strftime("%m/%d/%Y %H:%M:%S")


@dataclass
class _Refresh:
    app: App
    user: User
    scopes: frozenset
    created: float
    auth_event: str
    used: float = None


@dataclass
class _Code:
    app: App
    user: User
    scopes: frozenset
    created: float
    redirect_uri: str
    challenge: str
    auth_event: str
    used: bool = False


class OAuthError(Exception):
    """An answer of the token endpoint: ``{"error": ...}``, HTTP 400."""


def _jwt(claims):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    header = {"alg": "RS256", "kid": "1CAF8E66772D6DC028D6726FD0261581570EFC19", "typ": "JWT"}
    return ".".join((part(json.dumps(header).encode()), part(json.dumps(claims).encode()),
                     part(secrets.token_bytes(64))))


class Identity:
    """Apps, users, codes, tokens and connections of a sandbox."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.lock = threading.RLock()
        self.apps, self.users, self.connections = {}, [], []
        self._codes, self._access, self._refresh, self._consents = {}, {}, {}, {}

    def now(self):
        """:return: epoch seconds of the sandbox's clock."""
        return self.sandbox.clock.now()

    def user(self, user_id=None):
        """:return: the User, by default the first one. :raise KeyError: unknown."""
        for user in self.users:
            if user_id in (None, "", user.user_id):
                return user
        raise KeyError(user_id)

    # -- what the consent page leads to --------------------------------------------------------

    def consent(self, app, user, scopes, tenant_ids):
        """Connect organisations. Scopes add to those given before (Xero: scopes are additive).

        :return: (authentication event id, frozenset of all scopes)
        """
        with self.lock:
            event, now = guid(), from_epoch(self.now()).isoformat(timespec="microseconds") + "0"
            known = self._consents.setdefault((app.client_id, user.user_id), set())
            known |= set(scopes)
            for tenant_id in tenant_ids:
                connection = self._connection(app, user, tenant_id)
                if connection is None:
                    connection = {"id": guid(), "tenantId": tenant_id, "createdDateUtc": now,
                                  "_client": app.client_id, "_user": user.user_id}
                    self.connections.append(connection)
                connection.update(authEventId=event, updatedDateUtc=now)
            return event, frozenset(known)

    def _connection(self, app, user, tenant_id):
        return next((row for row in self.connections if row["tenantId"] == tenant_id
                     and row["_client"] == app.client_id and row["_user"] == user.user_id), None)

    def new_code(self, app, user, scopes, event, redirect_uri, challenge):
        """:return: an authorisation code, good once and for five minutes."""
        code = secrets.token_urlsafe(32)
        with self.lock:
            self._codes[code] = _Code(app, user, scopes, self.now(), redirect_uri, challenge, event)
        return code

    def issue(self, app, user, scopes, event, refresh=True):
        """:return: dict as the token endpoint answers."""
        now = int(self.now())
        claims = {"nbf": now, "exp": now + ACCESS_SECONDS, "iss": "https://identity.xero.com",
                  "aud": "https://identity.xero.com/resources", "client_id": app.client_id,
                  "iat": now, "jti": secrets.token_hex(16), "scope": sorted(scopes)}
        if user:
            claims.update(sub=hashlib.md5(user.user_id.encode()).hexdigest(), auth_time=now,
                          xero_userid=user.user_id, authentication_event_id=event,
                          global_session_id=secrets.token_hex(16), sid=secrets.token_hex(16),
                          amr=["pwd"])
        access = _jwt(claims)
        answer = {"access_token": access, "expires_in": ACCESS_SECONDS, "token_type": "Bearer",
                  "scope": " ".join(sorted(scopes))}
        with self.lock:
            self._access[access] = Token(app, user, frozenset(scopes), now + ACCESS_SECONDS, event)
            if user and refresh and "offline_access" in scopes:
                answer["refresh_token"] = secrets.token_urlsafe(32)
                self._refresh[answer["refresh_token"]] = _Refresh(
                    app, user, frozenset(scopes), self.now(), event)
        if user and "openid" in scopes:
            answer["id_token"] = _jwt({**claims, "exp": now + ID_SECONDS, "aud": app.client_id,
                                       "email": user.email, "name": user.name})
        return answer

    # -- token endpoint ------------------------------------------------------------------------

    def token_endpoint(self, request):
        """POST /connect/token. :return: (status, dict)."""
        try:
            form = _form(request)
            app = self._client(request, form)
            grants = {"authorization_code": self._grant_code, "refresh_token": self._grant_refresh,
                      "client_credentials": self._grant_client}
            if form.get("grant_type") not in grants:
                raise OAuthError("unsupported_grant_type")
            with self.lock:
                return 200, grants[form["grant_type"]](app, form)
        except OAuthError as error:
            return 400, dict(zip(("error", "error_description"), error.args, strict=False))

    def _client(self, request, form):
        """:return: the App that Basic or the form authenticates. :raise OAuthError: it does not."""
        client_id, secret = form.get("client_id"), form.get("client_secret")
        scheme, _, text = (request.headers.get("Authorization") or "").partition(" ")
        if scheme == "Basic":
            try:
                client_id, _, secret = base64.b64decode(text).decode().partition(":")
            except ValueError:
                raise OAuthError("invalid_client") from None
        app = self.apps.get(client_id)
        if app is None or (not app.pkce and secret != app.client_secret) or (app.pkce and secret):
            raise OAuthError("invalid_client")
        return app

    def _grant_code(self, app, form):
        code = self._codes.get(form.get("code"))
        if code is None or code.app is not app or code.used or (
                self.now() - code.created >= CODE_SECONDS):
            raise OAuthError("invalid_grant")
        if form.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("invalid_grant")
        if code.challenge:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge or not (
                    43 <= len(form["code_verifier"]) <= 128):
                raise OAuthError("invalid_grant")
        code.used = True
        return self.issue(app, code.user, code.scopes, code.auth_event)

    def _grant_refresh(self, app, form):
        token = self._refresh.get(form.get("refresh_token"))
        now = self.now()
        # Xero: rotated on every use; the one before works for 30 minutes more.
        if token is None or token.app is not app or now - token.created >= REFRESH_SECONDS or (
                token.used is not None and now - token.used >= GRACE_SECONDS):
            raise OAuthError("invalid_grant")
        token.used = now if token.used is None else token.used
        return self.issue(app, token.user, token.scopes, token.auth_event)

    def _grant_client(self, app, form):
        if not app.custom_connection:
            raise OAuthError("unauthorized_client")
        scopes = frozenset(form.get("scope", "").split()) or frozenset(
            scope for scope in app.scopes if scope.startswith("accounting."))
        if not scopes <= app.scopes or not all(s.startswith("accounting.") for s in scopes):
            raise OAuthError("invalid_scope", "Client credentials scope validation failed")
        return self.issue(app, None, scopes, None)

    def revocation_endpoint(self, request):
        """POST /connect/revocation: drops all connections of the user to the app."""
        try:
            form = _form(request)
            app = self._client(request, form)
        except OAuthError as error:
            return 400, {"error": error.args[0]}
        with self.lock:
            token = self._refresh.get(form.get("token"))
            if token and token.app is app:
                self.forget(app, token.user)
        return 200, None

    def forget(self, app, user):
        """End all tokens and connections of a user with an app."""
        with self.lock:
            for tokens in (self._refresh, self._access):
                for text in [t for t, row in tokens.items() if row.app is app and row.user is user]:
                    del tokens[text]
            self.connections = [row for row in self.connections if (
                row["_client"], row["_user"]) != (app.client_id, user.user_id)]
            self._consents.pop((app.client_id, user.user_id), None)

    # -- what the API asks ---------------------------------------------------------------------

    def token(self, text):
        """:return: the Token, also an expired one, or None."""
        with self.lock:
            return self._access.get(text)

    def organisation_for(self, token, tenant_id):
        """:return: the organisation that a token may use under a tenant header, or None."""
        custom = token.app.custom_connection
        if custom:
            return custom if tenant_id in (None, custom.tenant_id) else None
        with self.lock:
            if not tenant_id or not self._connection(token.app, token.user, tenant_id):
                return None
        return self.sandbox.organisation(tenant_id)

    def bearer(self, request):
        """:return: the Token of a call to /connections. :raise ApiError: 401."""
        token = self.token((request.headers.get("Authorization") or "").partition(" ")[2])
        if token is None or token.expired(self.now()):
            raise unauthorized("AuthenticationUnsuccessful")
        return token

    def list_connections(self, request):
        """GET /connections."""
        token = self.bearer(request)
        event = request.query.get("authEventId")
        return 200, [self._shown(row) for row in self._visible(token)
                     if event in (None, row["authEventId"])]

    def _visible(self, token):
        custom = token.app.custom_connection
        if custom:
            moment = custom.created.isoformat()
            return [{"id": guid(), "tenantId": custom.tenant_id, "authEventId": None,
                     "createdDateUtc": moment, "updatedDateUtc": moment}]
        with self.lock:
            return [row for row in self.connections if (row["_client"], row["_user"]) == (
                token.app.client_id, token.user.user_id)]

    def _shown(self, row):
        organisation = self.sandbox.organisation(row["tenantId"])
        return {"id": row["id"], "authEventId": row["authEventId"], "tenantId": row["tenantId"],
                "tenantType": organisation.tenant_type, "tenantName": organisation.name,
                "createdDateUtc": row["createdDateUtc"], "updatedDateUtc": row["updatedDateUtc"]}

    def delete_connection(self, request, connection_id):
        """DELETE /connections/{id}."""
        token = self.bearer(request)
        with self.lock:
            row = next((row for row in self._visible(token) if row["id"] == connection_id), None)
            if row is None or token.user is None:
                raise not_found()
            self.connections.remove(row)
        return 204, None


def _form(request):
    if "application/x-www-form-urlencoded" not in (request.headers.get("Content-Type") or ""):
        raise OAuthError("invalid_request")
    return dict(parse_qsl(request.body.decode()))


def handle(identity, request, consent_page):
    """Route a request to the identity server. :return: (status, bytes, headers)."""
    if request.path == "/identity/connect/authorize":
        return consent_page(identity, request)
    try:
        if (request.method, request.path) == ("POST", "/connect/token"):
            status, payload = identity.token_endpoint(request)
        elif (request.method, request.path) == ("POST", "/connect/revocation"):
            status, payload = identity.revocation_endpoint(request)
        elif (request.method, request.path) == ("GET", "/connections"):
            status, payload = identity.list_connections(request)
        elif request.method == "DELETE" and request.path.startswith("/connections/"):
            status, payload = identity.delete_connection(request, request.path[13:])
        else:
            raise not_found()
    except ApiError as error:
        if isinstance(error.body, str):
            return error.status, error.body.encode(), {"Content-Type": "text/html; charset=utf-8"}
        status, payload = error.status, error.body
    if payload is None:
        return status, b"", {}
    return status, to_json(payload), {"Content-Type": "application/json; charset=utf-8",
                                      "Cache-Control": "no-store"}
