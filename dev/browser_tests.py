"""Browser tests and pictures need Chromium: where it comes from, and whether tests really ran."""

from __future__ import annotations

import os
import re
import shutil
from xml.etree import ElementTree

from chromium import NAMES
from console import KitError, run, say, step

COMMAND = "apt-get update && apt-get install --no-install-recommends --yes chromium"
# What Odoo says of a test that found no browser, or one that does not start.
REASON = re.compile("chrome|chromium|websocket", re.IGNORECASE)


def provide():
    """Install Chromium where it is missing and the user may; else say how it is done."""
    if any(map(shutil.which, NAMES)):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            with step("Installing Chromium"):
                run(["sh", "-c", COMMAND], "Could not install Chromium", env=environment)
            return
        except KitError as error:
            say(str(error))
    say(f"Chromium is missing, so no browser test and no picture. As root: {COMMAND}")


def skipped(report):
    """Find the browser tests that did not run.

    :param pathlib.Path report: pytest's, in the format of JUnit
    :return: their names
    :rtype: list[str]
    """
    return [
        f"{case.get('classname')}.{case.get('name')}"
        for case in ElementTree.parse(report).iter("testcase")
        if any(REASON.search(each.get("message", "")) for each in case.iter("skipped"))
    ]
