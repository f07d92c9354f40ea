"""Xero's OAuth 2.0: authorisation code with secret or PKCE, refresh, custom connections.

Refresh tokens rotate at every use and the previous one works for 30 minutes more, so a lost answer
can be repeated; only invalid_grant means that a user has to connect again.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from requests.auth import HTTPBasicAuth

from . import errors
from .client import rate_limited, read_answer, utc_now
from .parse import Tenant
from .scalars import loads, text_of, value_of
from .transport import Auth, BearerAuth, RawAnswer, Transport, is_token, no_auth

AUTHORIZE_PATH = "/identity/connect/authorize"
TOKEN_PATH = "/connect/token"
REVOCATION_PATH = "/connect/revocation"
CONNECTIONS_PATH = "/connections"

_LIFETIME = 1800  # seconds an access token lives, should Xero not say
_MAX_LIFETIME = 86400


@dataclass(frozen=True, slots=True)
class Token:
    """A token set; `expires_at` is naive UTC. Its repr shows no secret.

    The last two come from the access token's claims, which need no verification: the token came
    straight from Xero's token endpoint over TLS.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime
    scope: str
    xero_user_id: str | None
    auth_event_id: str | None


def pkce_pair() -> tuple[str, str]:
    """Make a PKCE verifier and its S256 challenge.

    :return: (str verifier of 86 characters, str challenge)
    """
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_url(
    login_url: str,
    client_id: str,
    redirect_uri: str,
    state: str,
    scopes: Iterable[str],
    code_challenge: str | None = None,
) -> str:
    """Build the address to send the user's browser to.

    :param str login_url: such as https://login.xero.com
    :param str client_id: of the app
    :param str redirect_uri: exactly as registered with the app
    :param str state: comes back unchanged
    :param scopes: what to ask for
    :param str code_challenge: from pkce_pair(), for an app without secret
    :return: str
    """
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
    }
    if code_challenge:
        query |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
    return f"{login_url.rstrip('/')}{AUTHORIZE_PATH}?{urlencode(query, quote_via=quote)}"


def exchange_code(
    identity_url: str,
    client_id: str,
    client_secret: str | None,
    code: str,
    redirect_uri: str,
    code_verifier: str | None = None,
) -> Token:
    """Turn the code of the redirect into tokens; a code works once, within 5 minutes.

    :param str identity_url: such as https://identity.xero.com
    :param str client_id: of the app
    :param client_secret: of the app, None for a PKCE app
    :param str code: from the redirect
    :param str redirect_uri: the one that was given to authorize_url()
    :param code_verifier: from pkce_pair(), when a challenge was given to authorize_url()
    :return: Token
    :raise errors.XeroGrantInvalid: wrong, used or expired code
    :raise errors.XeroClientInvalid: Xero refuses the app itself
    :raise errors.XeroError: as the Accounting API, nothing is known about the code then
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if code_verifier:
        form["code_verifier"] = code_verifier
    return _token(identity_url, client_id, client_secret, form)


def refresh(
    identity_url: str, client_id: str, client_secret: str | None, refresh_token: str
) -> Token:
    """Get new tokens; the refresh token changes too and must be stored before use.

    :param str identity_url: such as https://identity.xero.com
    :param str client_id: of the app
    :param client_secret: of the app, None for a PKCE app
    :param str refresh_token: the stored one
    :return: Token
    :raise errors.XeroGrantInvalid: the user must connect again
    :raise errors.XeroClientInvalid: Xero refuses the app itself
    :raise errors.XeroError: as the Accounting API; keep the stored tokens
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _token(identity_url, client_id, client_secret, form)


def client_credentials(
    identity_url: str, client_id: str, client_secret: str | None, scopes: Iterable[str]
) -> Token:
    """Get a token of a custom connection, which has no refresh token and no user.

    :param str identity_url: such as https://identity.xero.com
    :param str client_id: of the custom connection
    :param str client_secret: of the custom connection
    :param scopes: what to ask for
    :return: Token
    :raise errors.XeroClientInvalid: the app, or one of the scopes, is not allowed
    :raise errors.XeroError: as refresh()
    """
    form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
    return _token(identity_url, client_id, client_secret, form)


def revoke(
    identity_url: str, client_id: str, client_secret: str | None, refresh_token: str
) -> None:
    """Make the refresh token useless; Xero drops all connections of its user with it.

    :param str identity_url: such as https://identity.xero.com
    :param str client_id: of the app
    :param client_secret: of the app, None for a PKCE app
    :param str refresh_token: the stored one
    :raise errors.XeroError: as refresh()
    """
    url = identity_url.rstrip("/") + REVOCATION_PATH
    _post_form(url, client_id, client_secret, {"token": refresh_token})


def connections(api_url: str, access_token: str, auth_event_id: str | None = None) -> list[Tenant]:
    """List the organisations that the token's user connected to the app.

    :param str api_url: such as https://api.xero.com
    :param str access_token: valid
    :param auth_event_id: only those of this consent (`Token.auth_event_id`)
    :return: list of Tenant that have an identifier
    :raise errors.XeroError: as the Accounting API
    """
    params = {"authEventId": auth_event_id} if auth_event_id else None
    raw = _send(
        "GET", api_url.rstrip("/") + CONNECTIONS_PATH, BearerAuth(access_token), params=params
    )
    rows = read_answer(raw)
    tenants = [Tenant.from_json(row) for row in rows] if isinstance(rows, list) else []
    return [tenant for tenant in tenants if tenant.tenant_id]


def delete_connection(api_url: str, access_token: str, connection_id: str) -> None:
    """Disconnect one organisation; one that is already gone is fine.

    :param str api_url: such as https://api.xero.com
    :param str access_token: valid
    :param str connection_id: `Tenant.connection_id`, not the organisation's identifier
    :raise errors.XeroError: as the Accounting API
    """
    url = f"{api_url.rstrip('/')}{CONNECTIONS_PATH}/{quote(connection_id, safe='')}"
    raw = _send("DELETE", url, BearerAuth(access_token))
    if raw.status != 404:
        read_answer(raw)


def claims_of(access_token: str) -> dict[str, Any]:
    """Read the claims of a JWT without verifying it.

    :param str access_token: any text
    :return: dict, empty when it is no JWT
    """
    try:
        part = access_token.split(".")[1]
        claims = loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _token(
    identity_url: str, client_id: str, client_secret: str | None, form: dict[str, str]
) -> Token:
    asked_at = utc_now()
    raw = _post_form(identity_url.rstrip("/") + TOKEN_PATH, client_id, client_secret, form)
    return token_of(raw, form, asked_at)


def token_of(raw: RawAnswer, form: dict[str, str], asked_at: datetime) -> Token:
    """Read the answer of the token endpoint.

    :param RawAnswer raw: the answer
    :param dict form: what it answers
    :param datetime asked_at: naive UTC
    :return: Token
    :raise errors.XeroError: there is no token in it that could be used
    """
    data = read_answer(raw)
    access_token = text_of(value_of(data, "access_token"))
    if not is_token(access_token):
        raise errors.XeroOutcomeUnknown("Xero's answer holds no token", status=raw.status)
    claims = claims_of(access_token)
    lifetime = value_of(data, "expires_in")
    if not isinstance(lifetime, int) or not 0 < lifetime <= _MAX_LIFETIME:
        lifetime = _LIFETIME
    scope = value_of(data, "scope") or value_of(claims, "scope")
    return Token(
        access_token=access_token,
        refresh_token=text_of(value_of(data, "refresh_token")) or form.get("refresh_token"),
        expires_at=asked_at + timedelta(seconds=lifetime),
        scope=" ".join(map(text_of, scope)) if isinstance(scope, list) else text_of(scope),
        xero_user_id=text_of(value_of(claims, "xero_userid")) or None,
        auth_event_id=text_of(value_of(claims, "authentication_event_id")) or None,
    )


def _post_form(
    url: str, client_id: str, client_secret: str | None, form: dict[str, str]
) -> RawAnswer:
    """Post to the identity server; HTTP Basic when there is a secret, as Xero documents."""
    auth: Auth
    if client_secret:
        auth = HTTPBasicAuth(client_id.encode(), client_secret.encode())
    else:
        auth, form = no_auth, form | {"client_id": client_id}
    raw = _send("POST", url, auth, data=form)
    if raw.status >= 400:
        hidden = [client_secret, *(form.get(name) for name in _SECRET_FIELDS)]
        raise _identity_error(raw, hidden)
    return raw


_SECRET_FIELDS = ("code", "code_verifier", "refresh_token", "token")


def _identity_error(raw: RawAnswer, hidden: Iterable[str | None]) -> errors.XeroError:
    about: dict[str, Any] = {"status": raw.status, "correlation_id": raw.correlation_id}
    if raw.status == 429:
        return rate_limited(raw, about)
    try:
        data = loads(raw.body)
    except ValueError:
        data = None
    error = text_of(value_of(data, "error")).strip().lower()
    if not error or raw.status >= 500:
        # An outage, or a proxy's page: no verdict on the token or the app, so both stay.
        return errors.XeroOutcomeUnknown(raw.text(hidden), **about)
    words = ": ".join(filter(None, (error, text_of(value_of(data, "error_description")))))
    message = errors.clean_text(words, hidden)
    kind = errors.XeroGrantInvalid if error == "invalid_grant" else errors.XeroClientInvalid
    return kind(message, **about)


def _send(method: str, url: str, auth: Auth, **kwargs: Any) -> RawAnswer:
    transport = Transport()
    try:
        return transport.send(method, url, auth=auth, **kwargs)
    finally:
        transport.close()
