"""A headless Chromium, driven through its debugging protocol."""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import requests
import websocket

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
           "--disable-dev-shm-usage", "--disable-extensions", "--remote-allow-origins=*",
           "--force-color-profile=srgb", "--remote-debugging-port=0", "about:blank")
PATIENCE = 60       # seconds for a page to show what is waited for


class Chromium:
    """One page of a browser that lives as long as the `with` block."""

    def __init__(self, width, height):
        """
        :param int width: of the page, in pixels
        :param int height: in pixels
        :raise SystemExit: there is no Chromium
        """
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise SystemExit("Chromium is missing: install the package chromium")
        self._command, self._size = [program, *OPTIONS], (width, height)
        self._numbers = itertools.count(1)

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(prefix="account_xero_chromium_",
                                                    ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [*self._command, f"--user-data-dir={self._profile.name}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = Path(self._profile.name, "DevToolsActivePort")
        self._wait(lambda: port_file.exists() and port_file.read_text().count("\n"),
                   "Chromium did not start")
        port = port_file.read_text().split("\n")[0]
        pages = requests.get(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE).json()
        [page] = [page for page in pages if page["type"] == "page"]
        self._socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=PATIENCE)
        width, height = self._size
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        return self

    def __exit__(self, *exception):
        self._socket.close()
        self._process.terminate()
        self._process.wait()
        self._profile.cleanup()

    @staticmethod
    def _wait(condition, complaint):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise SystemExit(complaint)
            time.sleep(0.1)

    def send(self, method, **params):
        """Send a command of the protocol.

        :return: its result
        :rtype: dict
        :raise SystemExit: Chromium refuses it
        """
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def run(self, script):
        """:return: the value of a JavaScript expression on the page"""
        return self.send("Runtime.evaluate", expression=script, awaitPromise=True,
                         returnByValue=True)["result"].get("value")

    def open(self, url):
        """Open a page. :param str url: its address"""
        self.send("Page.navigate", url=url)

    def wait_for(self, *selectors):
        """Wait until each of these CSS selectors finds something, and the network is quiet."""
        for selector in selectors:
            self._wait(lambda wanted=selector: self.run(
                f"!!document.querySelector({json.dumps(wanted)})"),
                f"{selector} does not appear on {self.run('location.href')}")
        self.run("document.fonts.ready.then(() => new Promise(done => setTimeout(done, 700)))")

    def click(self, selector):
        """:param str selector: what is clicked"""
        self.wait_for(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def picture(self):
        """:return: the page as PNG
        :rtype: bytes
        """
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
