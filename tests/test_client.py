import datetime as dt
import functools
import gzip
import ipaddress
import os
import socket
import ssl
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..xero import errors, transport
from ..xero.client import XeroClient
from .loopback import (
    BUDGET,
    CUT,
    DRIP,
    DRIP_HEAD,
    SHORT,
    SILENT,
    TOKEN,
    LoopbackCase,
    LoopbackServer,
)
from .unit import tagged


@tagged("post_install", "-at_install")
class TestRequest(LoopbackCase):
    def test_headers_and_body(self):
        server = self.serve((200, {**BUDGET, "Xero-Correlation-Id": "c-1"}, {"Total": 0.1}))
        client = self.client(server, version="19.0.1.0.0")
        since = dt.datetime(2026, 1, 31, 1, 2, 3, 999)
        answer = client.request(
            "PUT",
            "Invoices",
            params={"summarizeErrors": False, "unitdp": 4, "IDs": ["a", "b"], "x": None,
                    "where": "Date>=1 OR x"},
            body=b'{"Invoices":[]}',
            idempotency_key="key-1",
            if_modified_since=since,
        )
        (seen,) = server.seen
        self.assertNotIn("+", seen.target)
        self.assertIn("where=Date%3E%3D1%20OR%20x", seen.target)
        self.assertEqual((seen.method, seen.path), ("PUT", "/api.xro/2.0/Invoices"))
        self.assertEqual(seen.query, {"summarizeErrors": "false", "unitdp": "4",
                                      "IDs": "a,b", "where": "Date>=1 OR x"})
        self.assertEqual(seen.body, b'{"Invoices":[]}')
        for name, value in (
            ("Authorization", f"Bearer {TOKEN}"),
            ("xero-tenant-id", "tenant-1"),
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "key-1"),
            ("If-Modified-Since", "2026-01-31T01:02:03"),
            ("User-Agent", "account_xero/19.0.1.0.0"),
        ):
            self.assertEqual(seen.headers[name], value)
        self.assertIn("gzip", seen.headers["Accept-Encoding"])
        self.assertEqual((answer.status, answer.correlation_id), (200, "c-1"))
        self.assertEqual(str(answer.data["Total"]), "0.1")
        self.assertEqual((answer.budget.day_left, answer.budget.minute_left), (990, 55))
        self.assertEqual(client.budget, answer.budget)
        self.assertGreater(answer.seconds, 0)

    def test_custom_connection_names_no_tenant(self):
        server = self.serve((200, {}, {}))
        with XeroClient(server.url + "/", TOKEN) as client:
            client.get("Organisation")
        self.assertNotIn("xero-tenant-id", server.seen[0].headers)
        self.assertNotIn("Content-Type", server.seen[0].headers)

    def test_path_is_encoded(self):
        server = self.serve((200, {}, {}))
        self.client(server).get("Contacts/A B?C#D")
        self.assertEqual(server.seen[0].path, "/api.xro/2.0/Contacts/A%20B%3FC%23D")
        self.assertEqual(server.seen[0].query, {})

    def test_gzip(self):
        body = gzip.compress(b'{"Invoices": []}')
        server = self.serve((200, {"Content-Encoding": "gzip"}, body))
        self.assertEqual(self.client(server).get("Invoices").data, {"Invoices": []})

    def test_empty_answers(self):
        for status in (200, 204, 304):
            server = self.serve((status, {}, b""))
            self.assertIsNone(self.client(server).post("Invoices/1/Email", b"{}").data)

    def test_netrc_does_not_replace_the_token(self):
        with tempfile.NamedTemporaryFile("w", suffix="netrc") as netrc:
            netrc.write("machine 127.0.0.1 login me password mine\n")
            netrc.flush()
            server = self.serve((200, {}, {}))
            with patch.dict(os.environ, NETRC=netrc.name):
                self.client(server).get("Invoices")
        self.assertEqual(server.seen[0].headers["Authorization"], f"Bearer {TOKEN}")

    def test_cookies_are_not_kept(self):
        server = self.serve((200, {"Set-Cookie": "a=b"}, {}))
        client = self.client(server)
        client.get("Invoices")
        client.get("Invoices")
        self.assertNotIn("Cookie", server.seen[1].headers)

    def test_wrong_requests_are_not_sent(self):
        server = self.serve((200, {}, {}))
        with self.assertRaises(ValueError):
            self.client(server).put("Invoices", b"{}", idempotency_key="k" * 129)
        for token in ("", None, "a\nb", "a b"):
            with self.assertRaises(ValueError) as caught:
                XeroClient(server.url, token)
            self.assertNotIn("a\nb", str(caught.exception))
        self.assertEqual(server.seen, [])

    def test_five_threads_share_one_client(self):
        server = self.serve((200, BUDGET, {"Invoices": []}))
        client = self.client(server)
        with ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda n: client.get("Invoices", page=n), range(25)))
        self.assertEqual([answer.status for answer in answers], [200] * 25)
        self.assertEqual({seen.query["page"] for seen in server.seen}, set(map(str, range(25))))
        self.assertLessEqual(len({seen.port for seen in server.seen}), 5)
        self.assertEqual(client.budget.minute_left, 55)

    def test_pages(self):
        pages = [
            {"Invoices": [{"n": 1}, {"n": 2}], "pagination": {"page": 1, "pageCount": 2}},
            {"Invoices": [{"n": 3}, {"n": 4}], "Pagination": {"page": 2, "PageCount": 2}},
        ]
        server = self.serve(*((200, {}, page) for page in pages))
        rows = self.client(server).pages("Invoices", "Invoices", 2, Statuses=["PAID", "VOIDED"])
        self.assertEqual([row["n"] for row in rows], [1, 2, 3, 4])
        self.assertEqual(
            [seen.query for seen in server.seen],
            [{"page": p, "pageSize": "2", "Statuses": "PAID,VOIDED"} for p in ("1", "2")],
        )

    def test_pages_without_pagination(self):
        for sizes, calls in (((2, 1), 2), ((2, 0), 2), ((0,), 1)):
            server = self.serve(*((200, {}, {"Payments": [{}] * size}) for size in sizes))
            self.assertEqual(
                len(list(self.client(server).pages("Payments", "Payments", 2))), sum(sizes)
            )
            self.assertEqual(len(server.seen), calls)


@tagged("post_install", "-at_install")
class TestAnswers(LoopbackCase):
    def test_token_expired(self):
        error = self.failure(
            errors.XeroTokenExpired,
            *self.refuse(
                401,
                {"Title": "Unauthorized", "Detail": "TokenExpired: token expired", "Type": None},
                {"Xero-Correlation-Id": "c-9", **BUDGET},
            ),
        )
        self.assertEqual(error.message, "Unauthorized: TokenExpired: token expired")
        self.assertEqual((error.status, error.correlation_id), (401, "c-9"))
        self.assertEqual(error.budget.minute_left, 55)

    def test_scope_missing(self):
        for challenge in ("insufficient_scope", 'Bearer error="insufficent_scope"'):
            self.failure(
                errors.XeroScopeMissing, *self.refuse(401, b"", {"WWW-Authenticate": challenge})
            )
        for body in (
            {"Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"},
            {"title": "Unauthorized", "detail": "Authorization Unsuccessful"},
            {"Message": "Not allowed", "Detail": "AuthorizationUnsuccessful"},
            b"<problem><detail>AuthorizationUnsuccessful</detail></problem>",
        ):
            error = self.failure(errors.XeroScopeMissing, *self.refuse(401, body))
            self.assertEqual(error.code, "scope_missing")
        for body in (
            {"Title": "Unauthorized", "Status": 401, "Detail": "AuthenticationUnsuccessful"},
            b"",
        ):
            self.failure(errors.XeroTokenExpired, *self.refuse(401, body))

    def test_access_revoked(self):
        for body in (
            {"title": "Forbidden", "status": 403, "detail": "AuthenticationUnsuccessful"},
            {"Title": "Forbidden", "Detail": "Authentication Unsuccessful"},
        ):
            error = self.failure(errors.XeroAccessRevoked, *self.refuse(403, body))
            self.assertEqual(error.code, "app_revoked")
        error = self.failure(errors.XeroForbidden, *self.refuse(403, {"Title": "Forbidden"}))
        self.assertEqual(error.code, "role_missing")

    def test_rate_limits(self):
        for problem, retry, expected in (
            ("minute", "27", ("minute", 27)),
            ("Day", "40000", ("day", 40000)),
            ("concurrent", None, ("concurrent", None)),
            ("app-minute", None, ("appminute", None)),
            (None, "soon", ("", None)),
        ):
            given = {"X-Rate-Limit-Problem": problem, "Retry-After": retry}
            headers = {name: value for name, value in given.items() if value}
            error = self.failure(errors.XeroRateLimited, *self.refuse(429, b"", headers))
            self.assertEqual((error.problem, error.retry_after), expected)
            self.assertEqual(error.code, "rate_limited")

    def test_validation_exception(self):
        element = {"InvoiceID": "0", "ValidationErrors": [{"Message": "Invoice # must be unique."}]}
        body = {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": [element],
        }
        error = self.failure(errors.XeroRejected, *self.refuse(400, body))
        self.assertEqual((error.code, error.status), ("number_taken", 400))
        self.assertEqual(error.message, "Invoice # must be unique.")
        self.assertEqual(error.elements, [element])

    def test_refused_without_json(self):
        page = b"<html><head><style>p{}</style><title>Not</title></head><p>found</p></html>"
        for body, words in (
            (page, "Not found"), (b"", "Xero does not have it"), (b"Gone \xff", "Gone �"),
        ):
            error = self.failure(errors.XeroRejected, *self.refuse(404, body))
            self.assertEqual(
                (error.message, error.elements, error.code), (words, [], "validation_error")
            )

    def test_idempotency_conflict(self):
        body = {"Message": "Idempotency Key: 7 is used with a different request.", "Elements": None}
        error = self.failure(errors.XeroRejected, *self.refuse(400, body))
        self.assertTrue(error.idempotency_conflict)

    def test_outcome_unknown(self):
        for status, body, words in (
            (500, {"Message": "An error occurred"}, "An error occurred"),
            (503, b"The Organisation is offline", "The Organisation is offline"),
            (502, b"<h1>Bad Gateway</h1>", "Bad Gateway"),
            (408, b"", "Xero gave no reason"),
            (503, b"", "Xero had a problem of its own"),
            (200, b"<xml/>", "Xero's answer is not readable as JSON"),
            (200, b'{"Invoices": [', "Xero's answer is not readable as JSON"),
        ):
            error = self.failure(errors.XeroOutcomeUnknown, *self.refuse(status, body))
            self.assertEqual(
                (error.status, error.message, error.code), (status, words, "transient")
            )

    def test_redirect_is_not_followed(self):
        target = self.serve((200, {}, {}))
        self.failure(
            errors.XeroOutcomeUnknown, *self.refuse(302, b"", {"Location": target.url + "/x"})
        )
        self.assertEqual(target.seen, [])

    def test_token_echoed_by_the_server(self):
        echo = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig"
        error = self.failure(errors.XeroRejected, *self.refuse(400, {"Message": f"Bad {echo}"}))
        self.assertEqual(error.message, "Bad ***")


@tagged("post_install", "-at_install")
class TestConnectionFaults(LoopbackCase):
    def put(self, server, **kwargs):
        return self.client(server, **kwargs).put, "Invoices", b"{}"

    def test_refused_connection_is_unreachable(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            with XeroClient(f"http://127.0.0.1:{unused.getsockname()[1]}", TOKEN) as client:
                error = self.failure(errors.XeroUnreachable, client.get, "Invoices")
        self.assertEqual((error.code, error.status), ("transient", None))

    def test_address_that_is_none_is_unreachable(self):
        for url in ("http://", "nonsense", "ftp://127.0.0.1"):
            with XeroClient(url, TOKEN) as client:
                self.failure(errors.XeroUnreachable, client.get, "Invoices")

    def test_cut_before_the_answer_is_unknown_and_sent_once(self):
        server = self.serve(CUT)
        self.failure(errors.XeroOutcomeUnknown, *self.put(server))
        self.assertEqual(len(server.seen), 1)

    def test_cut_in_the_answer_is_unknown(self):
        server = self.serve(SHORT)
        self.failure(errors.XeroOutcomeUnknown, *self.put(server))
        self.assertEqual(len(server.seen), 1)

    def test_silence_is_unknown(self):
        server = self.serve(SILENT)
        self.failure(errors.XeroOutcomeUnknown, *self.put(server, timeout=(5, 0.1)))
        self.assertEqual(len(server.seen), 1)

    def test_an_answer_that_never_ends_is_given_up(self):
        """Each byte comes in time, in the body or among the headers; all of it does not."""
        for plan in (DRIP, DRIP_HEAD):
            with self.subTest(plan), patch.object(transport, "LONGEST", 0.3):
                server = self.serve(plan)
                started = time.monotonic()
                self.failure(errors.XeroOutcomeUnknown, *self.put(server))
                self.assertLess(time.monotonic() - started, 10)
                self.assertEqual(len(server.seen), 1)

    def test_the_time_of_an_answer_is_its_own(self):
        server = self.serve((200, {}, {}))
        client = self.client(server)
        with patch.object(transport, "LONGEST", 0.3):
            client.get("Invoices")
            time.sleep(0.4)
            client.get("Invoices")
        first, second = server.seen
        self.assertEqual(first.port, second.port)

    def test_connection_lost_while_kept_alive(self):
        server = self.serve((200, {}, {}), CUT)
        client = self.client(server)
        client.get("Invoices")
        self.failure(errors.XeroOutcomeUnknown, client.put, "Invoices", b"{}")
        first, second = server.seen
        self.assertEqual(first.port, second.port)

    def test_server_gone_between_calls_is_unreachable(self):
        server = LoopbackServer((200, {"Connection": "close"}, {}))
        with server:
            client = self.client(server)
            client.get("Invoices")
        self.failure(errors.XeroUnreachable, client.put, "Invoices", b"{}")

    def test_huge_answer_is_not_read(self):
        bomb = gzip.compress(b" " * 100_000)
        server = self.serve((200, {"Content-Encoding": "gzip"}, bomb))
        with patch.object(transport, "MAX_BODY", 50_000):
            error = self.failure(errors.XeroOutcomeUnknown, *self.put(server))
        self.assertIn("larger", error.message)

    def test_no_tls_is_unreachable(self):
        server = self.serve((200, {}, {}))
        url = server.url.replace("http:", "https:")
        with XeroClient(url, TOKEN) as client:
            self.failure(errors.XeroUnreachable, client.put, "Invoices", b"{}")
        self.assertEqual([seen for seen in server.seen if seen.body], [])


@tagged("post_install", "-at_install")
class TestTls(LoopbackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
        now = dt.datetime.now(dt.timezone.utc)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([address]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(key, hashes.SHA256())
        )
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.bundle = os.path.join(folder.name, "certificate.pem")
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with open(cls.bundle, "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM) + private)
        cls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.context.load_cert_chain(cls.bundle)

    def test_trusted_certificate_works(self):
        server = self.serve((200, {}, {"a": 1}), tls=self.context)
        with patch.dict(os.environ, REQUESTS_CA_BUNDLE=self.bundle):
            self.assertEqual(self.client(server).get("Invoices").data, {"a": 1})

    def test_unknown_certificate_is_unreachable(self):
        server = self.serve((200, {}, {}), tls=self.context)
        self.failure(errors.XeroUnreachable, self.client(server).put, "Invoices", b"{}")
        self.assertEqual(server.seen, [])

    def test_cut_inside_tls_is_unknown(self):
        for plan in (CUT, SHORT):
            server = self.serve(plan, tls=self.context)
            with patch.dict(os.environ, REQUESTS_CA_BUNDLE=self.bundle):
                put = functools.partial(self.client(server).put, "Invoices", b"{}")
                self.failure(errors.XeroOutcomeUnknown, put)
            self.assertEqual(len(server.seen), 1)
