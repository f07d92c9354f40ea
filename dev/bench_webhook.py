"""How fast Odoo answers Xero's webhook, beside a route that does nothing at all."""

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
"""
START_SECONDS = 120


def webhook():
    """:return: whether every delivery was taken"""
    with bench() as (env, connection, xero), tempfile.TemporaryDirectory() as directory:
        connection.webhook_key = KEY
        env.cr.commit()
        tenant = xero.tenant_id
        server = _start(Path(directory))
        try:
            say(f"{DELIVERIES} signed deliveries of {EVENTS} events from {CLIENTS} clients at "
                "once, in turn with a route that returns an empty 200; Odoo in its threaded mode")
            hooks, bare = Load("/xero/webhook", tenant), Load("/bare", tenant)
            for load in (hooks, bare):
                load.run(10 * CLIENTS)
                load.reset()
            for _turn in range(TURNS):
                for load in (bare, hooks):
                    load.run(DELIVERIES // TURNS)
        finally:
            server.terminate()
            server.wait()
        env.cr.rollback()
        stored = env["xero.event"].search_count([])
    say()
    table([
        ("", "empty route", "webhook"),
        *[(label, getter(bare), getter(hooks)) for label, getter in (
            ("p50", lambda load: f"{1000 * load.quantile(50):.0f} ms"),
            ("p99 (goal: under 1000 ms)", lambda load: f"{1000 * load.quantile(99):.0f} ms"),
            ("requests a second", lambda load: f"{load.speed:.0f}"),
            ("errors", lambda load: str(load.errors)))],
        ("throughput against the empty route (goal: 0.70)", "1.00",
         f"{hooks.speed / bare.speed:.2f}"),
    ], 50, 14, 14)
    expected = (DELIVERIES + 10 * CLIENTS) * EVENTS
    say(f"\n  {stored} of {expected} events are stored")
    return hooks.errors == 0 and stored == expected


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
    """

    def __init__(self, route, tenant):
        self.route, self.tenant = route, tenant
        self.reset()

    def reset(self):
        self.times, self.errors, self.wall = [], 0, 0

    @property
    def speed(self):
        """:return: requests a second"""
        return len(self.times) / self.wall

    def quantile(self, percent):
        """:return: seconds in which so many were answered"""
        return statistics.quantiles(self.times, n=100)[percent - 1]

    def run(self, count):
        """Send requests from all clients at once."""
        bodies = [self._body() for _number in range(count)]
        started = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            for taken, status in pool.map(self._send, bodies):
                self.times.append(taken)
                self.errors += status != 200
        self.wall += time.monotonic() - started

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
