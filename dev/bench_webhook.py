"""How fast Odoo answers Xero's webhook, beside a route that does nothing at all, and beside one
that stores a row: the least that a route has to do which must not lose what it was sent.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

from odoo.tools import config

from bench_kit import bench, say, table

DELIVERIES, CLIENTS, EVENTS, TURNS = 1000, 8, 5, 4
KEY = "bench-key"
BARE_MODULE = "bare_route"
BARE_ROUTE = """
from odoo import http


class Bare(http.Controller):

    @http.route("/bare", type="http", auth="none", methods=["POST"], csrf=False,
                save_session=False)
    def bare(self):
        return http.Response(status=200)

    @http.route("/stored", type="http", auth="none", methods=["POST"], csrf=False,
                save_session=False, readonly=False)
    def stored(self):
        http.request.env.cr.execute(
            "INSERT INTO bench_delivery (body) VALUES (%s)",
            [http.request.httprequest.get_data(as_text=True)])
        return http.Response(status=200)
"""
START_SECONDS = 120


def webhook():
    """:return: whether every delivery was taken"""
    with bench() as (env, connection, xero), tempfile.TemporaryDirectory() as directory:
        connection.webhook_key = KEY
        env.cr.execute("CREATE TABLE bench_delivery (id serial PRIMARY KEY, body text)")
        env.cr.commit()
        tenant = xero.tenant_id
        server = _start(Path(directory))
        try:
            say(f"{DELIVERIES} signed deliveries of {EVENTS} events from {CLIENTS} clients at "
                "once, in turn with a route that returns an empty 200 and one that stores a row; "
                "Odoo in its threaded mode")
            bare, stored, hooks = loads = [
                Load(route, tenant, server.pid) for route in ("/bare", "/stored", "/xero/webhook")]
            for load in loads:
                load.run(10 * CLIENTS)
                load.reset()
            for _turn in range(TURNS):
                for load in loads:
                    load.run(DELIVERIES // TURNS)
        finally:
            server.terminate()
            server.wait()
        env.cr.rollback()
        events = env["xero.event"].search_count([])
    say()
    table([
        ("", "empty route", "stores a row", "webhook"),
        *[(label, *map(getter, loads)) for label, getter in (
            ("p50", lambda load: f"{1000 * load.quantile(50):.0f} ms"),
            ("p99 (goal: under 1000 ms)", lambda load: f"{1000 * load.quantile(99):.0f} ms"),
            ("errors", lambda load: str(load.errors)),
            ("Odoo's CPU time a request", lambda load: f"{1000 * load.cpu / load.count:.2f} ms"),
            ("requests a second", lambda load: f"{load.speed:.0f}"),
            ("against the empty route (goal: 0.70)", lambda load: f"{load.speed / bare.speed:.2f}"),
            ("the same in requests a second of CPU time",
             lambda load: f"{bare.cpu / bare.count * load.count / load.cpu:.2f}"))],
    ], 46, 14, 14, 14)
    expected = (DELIVERIES + 10 * CLIENTS) * EVENTS
    say(f"\n  {events} of {expected} events are stored")
    return hooks.errors == 0 and events == expected


def _start(directory):
    """Start Odoo with a module that has nothing but an empty route.

    :return: the process, once it answers
    """
    module = directory / BARE_MODULE
    module.mkdir()
    (module / "__init__.py").write_text(BARE_ROUTE)
    (module / "__manifest__.py").write_text("{'name': 'Bare route', 'license': 'LGPL-3'}")
    paths = [*config["addons_path"], str(directory)]
    process = subprocess.Popen([
        sys.executable, "-m", "odoo", "server", "--log-level", "error", "--max-cron-threads", "0",
        "--addons-path", ",".join(paths), "--load", f"base,rpc,web,{BARE_MODULE}"])
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            link = _link()
            link.request("POST", "/bare", b"")
            if link.getresponse().status == 200:
                return process
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("Odoo did not start")
        time.sleep(0.3)


def _link():
    return http.client.HTTPConnection("127.0.0.1", config["http_port"], timeout=30)


class Load:
    """Requests to a route.

    :param str route: path
    :param str tenant: the organisation whose events are told of
    :param int server: id of Odoo's process
    """

    def __init__(self, route, tenant, server):
        self.route, self.tenant, self.server = route, tenant, server
        self.reset()

    def reset(self):
        self.times, self.errors, self.wall, self.cpu = [], 0, 0, 0

    @property
    def count(self):
        """:return: requests sent"""
        return len(self.times)

    @property
    def speed(self):
        """:return: requests a second"""
        return self.count / self.wall

    def quantile(self, percent):
        """:return: seconds in which so many were answered"""
        return statistics.quantiles(self.times, n=100)[percent - 1]

    def run(self, count):
        """Send requests from all clients at once."""
        bodies = [self._body() for _number in range(count)]
        started, before = time.monotonic(), self._server_cpu()
        with ThreadPoolExecutor(CLIENTS) as pool:
            for taken, status in pool.map(self._send, bodies):
                self.times.append(taken)
                self.errors += status != 200
        self.wall += time.monotonic() - started
        self.cpu += self._server_cpu() - before

    def _server_cpu(self):
        """:return: seconds of processor time that Odoo has used"""
        fields = Path(f"/proc/{self.server}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _body(self):
        events = [{
            "resourceUrl": "", "resourceId": str(uuid.uuid4()), "tenantId": self.tenant,
            "tenantType": "ORGANISATION", "eventCategory": "INVOICE", "eventType": "UPDATE",
            "eventDateUtc": datetime.now(timezone.utc).isoformat()[:23],
        } for _number in range(EVENTS)]
        return json.dumps({"events": events, "firstEventSequence": 1,
                           "lastEventSequence": EVENTS, "entropy": os.urandom(8).hex()}).encode()

    def _send(self, body):
        signed = base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()
        started = time.monotonic()
        try:
            link = _link()
            link.request("POST", self.route, body, {
                "Content-Type": "application/json", "x-xero-signature": signed})
            status = link.getresponse().status
            link.close()
        except OSError:
            status = 0
        return time.monotonic() - started, status
