"""A real Odoo server in a process of its own, and a logged-in browser session to it."""

import os
import subprocess
import sys
import tempfile
import time

import requests

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

START_SECONDS = 120


class OdooServer:
    """Odoo on the database and port of the configuration file that ODOO_RC names."""

    def __init__(self):
        config.parse_config(["--config", os.environ["ODOO_RC"], "--log-level", "warn"])
        [self.database] = config["db_name"]
        # Xero accepts localhost as redirect address, but not 127.0.0.1.
        self.url = f"http://localhost:{config['http_port']}"
        self.browser = requests.Session()
        self._process, self._log = None, None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._log.close()

    def set_parameters(self, values):
        """:param dict values: system parameters, committed"""
        with Registry(self.database).cursor() as cr:
            parameters = api.Environment(cr, SUPERUSER_ID, {})["ir.config_parameter"]
            for name, value in values.items():
                parameters.set_param(name, value)

    def start(self):
        """Start the server and log in as admin.

        :raise SystemExit: it ended, or did not answer in time
        """
        self._log = tempfile.NamedTemporaryFile("w+", prefix="account_xero_odoo_", suffix=".log")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "odoo", "server", "--log-level", "warn"],
            stdout=self._log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.browser.get(f"{self.url}/web/health", timeout=5).raise_for_status()
                break
            except requests.RequestException:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self._log.seek(0)
                    raise SystemExit(f"Odoo did not start:\n{self._log.read()[-3000:]}") from None
                time.sleep(0.3)
        self._rpc("/web/session/authenticate", {
            "db": self.database, "login": "admin", "password": "admin"})

    def call(self, model, method, *args, **kwargs):
        """Call a method as the logged-in user's browser does.

        :return: what the method returned
        :raise SystemExit: Odoo answered with an error, whose text it carries
        """
        return self._rpc("/web/dataset/call_kw", {
            "model": model, "method": method, "args": args, "kwargs": kwargs})

    def _rpc(self, path, params):
        answer = self.browser.post(f"{self.url}{path}", json={
            "jsonrpc": "2.0", "method": "call", "params": params}, timeout=300)
        answer.raise_for_status()
        content = answer.json()
        if "error" in content:
            raise SystemExit(content["error"]["data"].get("debug") or content["error"]["message"])
        return content.get("result")    # a method that returns nothing has none

    def wait(self):
        """Wait until Ctrl-C, or until Odoo ends."""
        try:
            self._process.wait()
        except KeyboardInterrupt:
            pass
