"""Run the tests of `xero/` and of the sandbox, which need no Odoo: those that use tests/unit.py."""

from __future__ import annotations

import argparse
import io
import sys
import types
import unittest
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = "account_xero"


def prepare():
    """Let files be imported as part of the module without its `__init__`, which wants Odoo, and
    have Odoo not found even where it is installed."""
    sys.modules["odoo"] = None
    for name, path in ((PACKAGE, CHECKOUT), (f"{PACKAGE}.tests", CHECKOUT / "tests")):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package


def unit_tests():
    """
    :return: names of the test files that ask for no Odoo, those that take longest first
    :rtype: list[str]
    """
    texts = {path.stem: path.read_text() for path in (CHECKOUT / "tests").glob("test_*.py")}
    return sorted((name for name, text in texts.items() if "from .unit import" in text),
                  key=lambda name: ("hypothesis" not in texts[name], name))


def run(name, pattern):
    """Run the tests of a file.

    :param str name: of the file
    :param str pattern: what the names of tests have in them, None for all
    :return: how many ran, and what there is to say of those that failed
    :rtype: tuple[int, str]
    """
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*"] if pattern else None
    output = io.StringIO()
    result = unittest.TextTestRunner(output).run(
        loader.loadTestsFromModule(import_module(f"{PACKAGE}.tests.{name}")))
    return result.testsRun, "" if result.wasSuccessful() else output.getvalue()


def main():
    """
    :return: 0 when there are tests and all pass, else 1
    :rtype: int
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", dest="pattern", help="run the tests whose names have this in them")
    pattern = parser.parse_args().pattern
    with ProcessPoolExecutor(initializer=prepare) as pool:
        results = list(pool.map(partial(run, pattern=pattern), unit_tests()))
    failures = [said for _count, said in results if said]
    print("\n".join([*failures, f"{sum(count for count, _said in results)} tests run, failures in "
                     f"{len(failures)} of {len(results)} files"]))
    return 1 if failures or not any(count for count, _said in results) else 0


if __name__ == "__main__":
    sys.exit(main())
