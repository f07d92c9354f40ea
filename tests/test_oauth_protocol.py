import base64
import datetime as dt
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

from ..xero import errors, oauth
from ..xero.client import utc_now
from .loopback import BUDGET, CUT, TOKEN, LoopbackCase
from .unit import tagged

SECRET = "s3cret-of-the-app"
REFRESH = "refresh-of-the-user"
HIDDEN = (SECRET, REFRESH, "code-1", "verifier-1")


def jwt(**claims):
    """An unsigned JWT with some claims."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts] + ["sig"])


SCOPES = ("offline_access", "accounting.invoices", "accounting.settings.read")
ACCESS = jwt(xero_userid="user-1", authentication_event_id="event-1", scope=["openid"], n="ÿ>?")
ANSWER = {
    "access_token": ACCESS,
    "refresh_token": "refresh-2",
    "expires_in": 1800,
    "token_type": "Bearer",
    "scope": "offline_access accounting.invoices",
}


def form_of(seen):
    return {key: value[0] for key, value in parse_qs(seen.body.decode()).items()}


@tagged("post_install", "-at_install")
class TestAuthorize(LoopbackCase):
    def test_url(self):
        url = oauth.authorize_url(
            "https://login.xero.com/", "id 1", "https://odoo.example.com/xero/oauth/callback",
            "s&t", SCOPES,
        )
        self.assertTrue(url.startswith("https://login.xero.com/identity/connect/authorize?"))
        self.assertNotIn("+", url)
        self.assertEqual(
            parse_qs(urlsplit(url).query),
            {
                "response_type": ["code"],
                "client_id": ["id 1"],
                "redirect_uri": ["https://odoo.example.com/xero/oauth/callback"],
                "scope": [" ".join(SCOPES)],
                "state": ["s&t"],
            },
        )

    def test_pkce(self):
        verifier, challenge = oauth.pkce_pair()
        self.assertRegex(verifier, r"\A[A-Za-z0-9_~.-]{43,128}\Z")
        digest = base64.urlsafe_b64decode(challenge + "=")
        self.assertEqual(digest, hashlib.sha256(verifier.encode()).digest())
        self.assertNotEqual(oauth.pkce_pair()[0], verifier)
        url = oauth.authorize_url("http://x", "i", "r", "s", SCOPES, challenge)
        query = parse_qs(urlsplit(url).query)
        self.assertEqual(query["code_challenge"], [challenge])
        self.assertEqual(query["code_challenge_method"], ["S256"])


@tagged("post_install", "-at_install")
class TestToken(LoopbackCase):
    def failure(self, kind, call, *args, **kwargs):
        error = super().failure(kind, call, *args, **kwargs)
        for secret in HIDDEN:
            self.assertNotIn(secret, repr(error))
        return error

    def exchange(self, server, secret=SECRET, **kwargs):
        return oauth.exchange_code(
            server.url, "app", secret, "code-1", "https://odoo.example.com/cb", **kwargs
        )

    def refused(self, status, body, headers=None):
        server = self.serve((status, headers or {}, body))
        return oauth.refresh, server.url, "app", SECRET, REFRESH

    def test_code_with_secret(self):
        server = self.serve((200, {}, ANSWER))
        before = utc_now()
        token = self.exchange(server)
        (seen,) = server.seen
        self.assertEqual((seen.method, seen.path), ("POST", "/connect/token"))
        basic = base64.b64encode(f"app:{SECRET}".encode()).decode()
        self.assertEqual(seen.headers["Authorization"], f"Basic {basic}")
        self.assertEqual(seen.headers["Content-Type"], "application/x-www-form-urlencoded")
        self.assertEqual(
            form_of(seen),
            {
                "grant_type": "authorization_code",
                "code": "code-1",
                "redirect_uri": "https://odoo.example.com/cb",
            },
        )
        self.assertEqual((token.access_token, token.refresh_token), (ACCESS, "refresh-2"))
        self.assertEqual(token.scope, "offline_access accounting.invoices")
        self.assertEqual((token.xero_user_id, token.auth_event_id), ("user-1", "event-1"))
        half_hour = dt.timedelta(seconds=1800)
        self.assertTrue(before + half_hour <= token.expires_at <= utc_now() + half_hour)

    def test_code_with_pkce(self):
        server = self.serve((200, {}, ANSWER))
        self.exchange(server, None, code_verifier="verifier-1")
        form = form_of(server.seen[0])
        self.assertEqual((form["client_id"], form["code_verifier"]), ("app", "verifier-1"))
        self.assertNotIn("Authorization", server.seen[0].headers)

    def test_secret_beyond_latin(self):
        server = self.serve((200, {}, ANSWER))
        self.exchange(server, "gehe\u2026im")
        basic = server.seen[0].headers["Authorization"].removeprefix("Basic ")
        self.assertEqual(base64.b64decode(basic).decode(), "app:gehe\u2026im")

    def test_refresh(self):
        server = self.serve((200, {}, ANSWER))
        token = oauth.refresh(server.url + "/", "app", SECRET, REFRESH)
        self.assertEqual(
            form_of(server.seen[0]), {"grant_type": "refresh_token", "refresh_token": REFRESH}
        )
        self.assertEqual(token.refresh_token, "refresh-2")

    def test_refresh_token_that_did_not_rotate_is_kept(self):
        server = self.serve((200, {}, {"access_token": "opaque", "expires_in": "soon"}))
        token = oauth.refresh(server.url, "app", None, REFRESH)
        self.assertEqual((token.refresh_token, token.scope), (REFRESH, ""))
        self.assertEqual((token.xero_user_id, token.auth_event_id), (None, None))
        self.assertLess(token.expires_at - utc_now(), dt.timedelta(seconds=1801))

    def test_custom_connection(self):
        server = self.serve((200, {}, {"access_token": ACCESS, "expires_in": 1800}))
        token = oauth.client_credentials(server.url, "app", SECRET, SCOPES[1:])
        self.assertEqual(form_of(server.seen[0]), {
            "grant_type": "client_credentials",
            "scope": "accounting.invoices accounting.settings.read"})
        self.assertEqual((token.refresh_token, token.scope), (None, "openid"))

    def test_repr_hides_tokens(self):
        token = self.exchange(self.serve((200, {}, ANSWER)))
        for shown in (repr(token), str(token), f"{token}"):
            self.assertNotIn(ACCESS, shown)
            self.assertNotIn("refresh-2", shown)

    def test_claims_of_anything(self):
        for text in ("", "opaque", "a.b.c", "a.é.c", ".W10.", "a.!!!!"):
            self.assertEqual(oauth.claims_of(text), {}, text)

    def test_grant_invalid(self):
        error = self.failure(
            errors.XeroGrantInvalid,
            *self.refused(400, {"error": "invalid_grant", "error_description": f"{REFRESH}?"}),
        )
        self.assertEqual(error.message, "invalid_grant: ***?")
        self.assertEqual((error.code, error.status), ("connection_inactive", 400))

    def test_client_invalid(self):
        for status, name in (
            (401, "invalid_client"),
            (400, "unauthorized_client"),
            (400, "invalid_scope"),
            (400, "unsupported_grant_type"),
        ):
            error = self.failure(errors.XeroClientInvalid, *self.refused(status, {"error": name}))
            self.assertEqual(error.message, name)

    def test_outage_is_no_verdict(self):
        for status, body in (
            (500, {"error": "invalid_grant"}),
            (503, b"<h1>Down</h1>"),
            (403, b"<h1>Blocked</h1>"),
            (404, {"Title": REFRESH}),
            (302, b""),
            (200, b"<html>"),
            (200, {"token_type": "Bearer"}),
            (200, b""),
            (200, ["access_token"]),
        ):
            self.failure(errors.XeroOutcomeUnknown, *self.refused(status, body))

    def test_rate_limited(self):
        headers = {"Retry-After": "30", "X-Rate-Limit-Problem": "minute"}
        error = self.failure(errors.XeroRateLimited, *self.refused(429, b"", headers))
        self.assertEqual((error.retry_after, error.problem), (30, "minute"))

    def test_lost_answer_and_no_server(self):
        server = self.serve(CUT)
        self.failure(errors.XeroOutcomeUnknown, oauth.refresh, server.url, "app", SECRET, REFRESH)
        self.assertEqual(len(server.seen), 1)
        self.failure(
            errors.XeroUnreachable, oauth.refresh, "http://127.0.0.1:1", "app", None, REFRESH
        )

    def test_revoke(self):
        server = self.serve((200, {}, b""))
        self.assertIsNone(oauth.revoke(server.url, "app", SECRET, REFRESH))
        (seen,) = server.seen
        self.assertEqual((seen.method, seen.path), ("POST", "/connect/revocation"))
        self.assertEqual(form_of(seen), {"token": REFRESH})
        self.assertTrue(seen.headers["Authorization"].startswith("Basic "))


@tagged("post_install", "-at_install")
class TestConnections(LoopbackCase):
    def test_list(self):
        rows = [
            {
                "id": "k-1",
                "authEventId": "e-1",
                "tenantId": "t-1",
                "tenantType": "ORGANISATION",
                "tenantName": "Demo Company (UK)",
                "createdDateUtc": "2019-12-07T18:46:19.5165400",
            },
            {"id": "k-2"},
        ]
        server = self.serve((200, {}, rows))
        (tenant,) = oauth.connections(server.url + "/", TOKEN, "e-1")
        self.assertEqual(
            (tenant.connection_id, tenant.tenant_id, tenant.name, tenant.type),
            ("k-1", "t-1", "Demo Company (UK)", "ORGANISATION"),
        )
        (seen,) = server.seen
        self.assertEqual((seen.path, seen.query), ("/connections", {"authEventId": "e-1"}))
        self.assertEqual(seen.headers["Authorization"], f"Bearer {TOKEN}")
        self.assertNotIn("xero-tenant-id", seen.headers)

    def test_nothing_connected(self):
        for body in ([], b"", {}):
            self.assertEqual(oauth.connections(self.serve((200, {}, body)).url, TOKEN), [])

    def test_refused(self):
        for status, kind in (
            (401, errors.XeroTokenExpired),
            (429, errors.XeroRateLimited),
            (500, errors.XeroOutcomeUnknown),
        ):
            server = self.serve((status, BUDGET, b""))
            self.failure(kind, oauth.connections, server.url, TOKEN)

    def test_delete(self):
        for status in (204, 404):
            server = self.serve((status, {}, b""))
            self.assertIsNone(oauth.delete_connection(server.url, TOKEN, "k/1"))
            self.assertEqual(
                (server.seen[0].method, server.seen[0].path), ("DELETE", "/connections/k%2F1")
            )
        self.failure(
            errors.XeroTokenExpired,
            oauth.delete_connection,
            self.serve((401, {}, b"")).url,
            TOKEN,
            "k-1",
        )
