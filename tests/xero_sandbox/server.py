"""HTTP/1.1 on loopback: keep-alive, one thread a connection."""
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import TCPServer, ThreadingMixIn
from urllib.parse import parse_qsl, unquote, urlsplit

from . import control, pipeline
from .api import Request
from .faults import Cut

MAX_READ = 32 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """Reads a request, hands it on, writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    server_version = "XeroSandbox"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format, *args):  # noqa: A002 - the name is the base class's
        """The ledger is the log."""

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_READ or "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            self.close_connection = True
            return self._send(413 if length else 411, b"", {})
        body = self.rfile.read(length)
        if len(body) < length:
            # The client died while sending: a request that was never received.
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        request = Request(
            self.command, unquote(parts.path), self.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)), self.headers, body,
            sandbox=self.server.sandbox)
        try:
            if request.path.startswith("/_control/"):
                status, answer, headers = control.handle(self.server.sandbox, request)
                return self._send(status, answer, headers)
            response = pipeline.serve(self.server.sandbox, request)
        except Cut:
            return self._cut()
        return self._send(response.status, response.body, response.headers, response.pause)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _send(self, status, body, headers, pause=0):
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for byte in body if pause else ():
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                self.server.sandbox.faults.stopping.wait(pause)
            if not pause:
                self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def _cut(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Server(ThreadingMixIn, HTTPServer):
    """Bound to loopback only."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, sandbox, port):
        self.sandbox = sandbox
        self._open, self._lock = set(), threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self):
        """Without HTTPServer's look-up of the host's name, which may ask a name server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def process_request(self, request, client_address):
        """Remember open connections, so that none outlives the server."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_all(self):
        """Close every open connection."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request, client_address):
        """A client that went away is no error here; a defect is kept for the tests to see."""
        import sys
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.sandbox.errors.append(error)
            super().handle_error(request, client_address)
