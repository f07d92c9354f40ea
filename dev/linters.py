"""The linters, one after the other."""

from __future__ import annotations

import os
import sys

from console import run_aloud, say, step
from home import CHECKOUT, addons_directory, checkout_directory


def lint(_options):
    """Check the style, the types of `xero/`, the module against pylint-odoo, and which layer uses
    what.

    :return: 0 when all checks pass
    :rtype: int
    """
    addons = addons_directory()
    caches = checkout_directory()
    environment = {**os.environ, "PYLINTHOME": str(caches / "pylint")}
    python = [sys.executable, "-m"]
    ruff_cache = ["--cache-dir", str(caches / "ruff")]
    ruff = ["ruff", "check", *ruff_cache, "."]
    ruff_format = ["ruff", "format", "--check", *ruff_cache, "xero"]
    pylint = ["pylint", f"--rcfile={CHECKOUT / 'dev' / 'pylintrc'}"]
    # Wants OCA as the author; the file cannot say it, because there `enable` has the last word.
    pylint += ["--disable=manifest-required-author", "account_xero"]
    layers = [sys.executable, str(CHECKOUT / "dev" / "check_layers.py")]
    mypy = ["mypy", "--cache-dir", str(caches / "mypy")]
    checks = [
        ("ruff", [*python, *ruff], CHECKOUT),
        ("ruff format", [*python, *ruff_format], CHECKOUT),
        ("mypy", [*python, *mypy], CHECKOUT),
        ("pylint-odoo", [*python, *pylint], addons),
        ("layers", layers, CHECKOUT),
    ]
    failed = []
    for name, command, directory in checks:
        with step(f"Checking with {name}" if name != "layers" else "Checking the layers"):
            if run_aloud(command, directory, environment):
                failed.append(name)
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed")
    return 1 if failed else 0
