"""A real HTTP server on loopback for the tests of the API library."""

import json
import socket
import ssl
import threading
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from ..xero import errors
from ..xero.client import XeroClient
from .unit import BaseCase

TOKEN = "t0ken-of-the-test"
BUDGET = {"X-DayLimit-Remaining": "990", "X-MinLimit-Remaining": "55"}
CUT = "cut the connection instead of answering"
SHORT = "cut the connection in the middle of the answer"
SILENT = "do not answer until the test is over"
DRIP = "give one byte after the other, for ever"
DRIP_HEAD = "the same with the headers"
DRIPS = {DRIP: (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
         DRIP_HEAD: (b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n")}


class Seen(NamedTuple):
    method: str
    path: str
    query: dict
    headers: object
    body: bytes
    port: int
    target: str


def drip(file, over, head, part):
    """Give the head of an answer, then one part after the other, until the test is over."""
    with suppress(OSError):  # the client has given up
        file.write(head)
        while not over.wait(0.02):
            file.write(part)
            file.flush()


class LoopbackServer:
    """A real HTTP server that gives prepared answers, the last one again and again.

    :param answers: CUT, SHORT, SILENT, DRIP, DRIP_HEAD, or (status, headers, body), body bytes
        or JSON
    :param tls: ssl.SSLContext
    """

    def __init__(self, *answers, tls=None):
        self.seen, self._answers, self._over = [], list(answers), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(outer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append(
                    Seen(
                        self.command,
                        url.path,
                        {key: value[0] for key, value in parse_qs(url.query).items()},
                        self.headers,
                        body,
                        self.client_address[1],
                        self.path,
                    )
                )
                plan = outer._answers.pop(0) if len(outer._answers) > 1 else outer._answers[0]
                if plan == SILENT:
                    outer._over.wait()
                if plan in (CUT, SILENT):
                    self.cut()
                elif plan in (DRIP, DRIP_HEAD):
                    drip(self.wfile, outer._over, *DRIPS[plan])
                elif plan == SHORT:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                    self.cut()
                else:
                    self.send(*plan)

            do_GET = do_PUT = do_POST = do_DELETE = answer

            def send(self, status, headers, body):
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def cut(self):
                """Close as a dead peer does, without TLS's good-bye."""
                self.close_connection = True
                self.wfile.flush()
                dead = self.connection
                if isinstance(dead, ssl.SSLSocket):
                    dead = socket.socket(fileno=dead.detach())
                dead.shutdown(socket.SHUT_RDWR)
                dead.close()

            def log_message(self, *args):
                pass

        return Handler


class LoopbackCase(BaseCase):
    """Calls a prepared answer; for the tests of every module that speaks HTTP."""

    def serve(self, *answers, tls=None):
        return self.enter(LoopbackServer(*answers, tls=tls))

    def enter(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def client(self, server, **kwargs):
        return self.enter(XeroClient(server.url, TOKEN, "tenant-1", **kwargs))

    def failure(self, kind, call, *args, **kwargs):
        """The error of exactly this kind that a call raises, without any secret in its text."""
        with self.assertRaises(errors.XeroError) as caught:
            call(*args, **kwargs)
        error = caught.exception
        self.assertIs(type(error), kind, error)
        shown = "".join(traceback.format_exception(error)) + repr(error)
        self.assertNotIn(TOKEN, shown)
        self.assertIsNone(error.__context__, "another exception's text may hold a secret")
        return error

    def refuse(self, status, body, headers=None):
        """The call's arguments for an answer that is no success."""
        server = self.serve((status, headers or {}, body))
        return self.client(server).get, "Invoices"
