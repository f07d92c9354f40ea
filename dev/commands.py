"""The kit's commands, run by the Python of the virtual environment (see kit.py)."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import browser_tests
import odoo_source
import others
import postgres
import wheels
from console import KitError, guarded, run, run_aloud, say, step
from databases import Databases, run_prefix
from home import CHECKOUT, addons_directory, exclusive, home
from linters import lint
from ports import free_port
from pytest_run import PytestRun

DEMO_DATABASE = "account_xero_demo"
SERVE_PORT = 8069
BENCH_PARTS = ("push", "slow", "payments", "night", "webhook", "screens", "quiet", "memory",
               "history", "listed", "hosts", "month")
ATHERIS = "atheris==3.0.0"
# A module of OCA that the month end talks to, if it is there.
CONTRACT = "odoo-addon-contract==19.0.1.2.1.2"
# The last commit of the version before, from which a database is upgraded.
VERSION_BEFORE = "a5faa56"
TESTS = "account_xero/tests"
LONGEST = ("test_push_hooks.py", "test_pull_hooks.py")
# Optional modules of Odoo, and the tests of what documents look like when they have a hand in them.
ORDERS = ("purchase", "stock_delivery", "sale_timesheet", "account_debit_note", "payment_demo",
          "l10n_au", "l10n_nz", "l10n_us_account", "l10n_sg", "l10n_za", "l10n_ie")
WITH_ORDERS = (f"{TESTS}/test_push_delivery.py", f"{TESTS}/test_invoicing_orders.py",
               f"{TESTS}/test_invoicing_contract.py", f"{TESTS}/test_invoicing_crash.py",
               f"{TESTS}/test_pull_void.py::TestPullVoidOrders",
               f"{TESTS}/test_charts.py",
               f"{TESTS}/test_tours_first_invoice.py::TestToursFirstInvoiceAbroad")
CHAOS_DOCUMENTS = "ACCOUNT_XERO_CHAOS_DOCUMENTS"


def test(options):
    """Run the tests on fresh databases, and those about orders on one with orders.

    :param argparse.Namespace options: `pattern`, what pytest's -k takes
    :return: pytest's exit code
    :rtype: int
    """
    browser_tests.provide()
    with _databases() as databases, tempfile.TemporaryDirectory() as shared:
        prefix = run_prefix("test")
        databases.drop_leftovers(prefix)
        database = f"{prefix}{os.getpid()}"
        template, second = f"{database}_template", f"{database}_second"
        pattern = options.pattern
        try:
            _install(databases, template)
            if pattern:
                databases.copy(template, database)
                status = _pytest(databases, database, template, TESTS, "-k", pattern)
            else:
                status = _test_all(databases, (database, second), template, Path(shared))
            if not pattern or any(name in pattern for name in ("delivery", "orders", "charts")):
                status = max(status, _test_orders(databases, database, template, pattern))
            return status
        finally:
            databases.drop_run(database)


def _test_all(databases, names, template, shared):
    """Run all tests in two runs that share them.

    Both come to the middle from an end of their own: tests of whole processes wait a lot, which is
    when the other ones get on. The longest come first, so that none is left at the end.

    :param Databases databases: of the server
    :param tuple[str, str] names: of the databases to be made
    :param str template: a database with the module
    :param pathlib.Path shared: where the runs write down what each has taken
    :return: pytest's exit code
    :rtype: int
    """
    files = sorted((CHECKOUT / "tests").glob("test_*.py"), key=lambda path: (
        "ProcessCase" in path.read_text(), path.name not in LONGEST, path.name))
    paths = [f"{TESTS}/{path.name}" for path in files]
    for name in names:
        databases.copy(template, name)
    first, second = names
    with PytestRun(databases, second, template, *paths[::-1], shared=shared, quiet=True) as beside:
        with PytestRun(databases, first, template, *paths, shared=shared) as tests:
            return max(tests.wait(), beside.wait())


def _test_orders(databases, database, template, pattern):
    """Run the tests about orders in a database with orders. :return: pytest's exit code"""
    narrowed = ["-k", pattern] if pattern else []
    with step("Adding orders, deliveries and charts of accounts to the database"):
        databases.copy(template, database)
        databases.others = _contract()
        databases.install(database, [*ORDERS, *(["contract"] if databases.others else [])])
        databases.copy(database, f"{database}_orders")
    return _pytest(databases, database, f"{database}_orders", *WITH_ORDERS, *narrowed)


def _contract():
    """Fetch OCA's contracts, which nothing else needs and so have a place of their own.

    :return: the directory that has the module, in a list; an empty one where pip cannot get it
    :rtype: list[pathlib.Path]
    """
    place = home() / CONTRACT.replace("==", "-")
    if not place.is_dir():
        part = home() / f"{place.name}.{os.getpid()}"
        try:
            run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", part,
                 "--disable-pip-version-check", CONTRACT], f"Could not install {CONTRACT}")
            part.rename(place)
        except (KitError, OSError) as error:
            say(f"Contracts are not tested: {error}")
            shutil.rmtree(part, ignore_errors=True)
    return [place / "odoo" / "addons"] if place.is_dir() else []


def test_unit(options):
    """Run the tests that need no Odoo and no database, with `dev/unit_tests.py`.

    :param argparse.Namespace options: `pattern`, what the names of the tests have in them
    :return: 0 when all of them pass
    :rtype: int
    """
    script = str(CHECKOUT / "dev" / "unit_tests.py")
    pattern = ["-k", options.pattern] if options.pattern else []
    return run_aloud([sys.executable, script, *pattern], CHECKOUT, {**os.environ})


def chaos(_options):
    """Run the chaos test on a fresh database, with many documents.

    :return: pytest's exit code
    :rtype: int
    """
    with _databases() as databases:
        prefix = run_prefix("chaos")
        databases.drop_leftovers(prefix)
        database = f"{prefix}{os.getpid()}"
        template = f"{database}_template"
        try:
            _install(databases, template)
            databases.copy(template, database)
            databases.environment.setdefault(CHAOS_DOCUMENTS, "10000")
            return _pytest(databases, database, template, "-s", f"{TESTS}/test_chaos.py")
        finally:
            databases.drop_run(database)


def _pytest(databases, database, template, *arguments):
    """Run tests to their end. :return: pytest's exit code; see :class:`PytestRun`"""
    with PytestRun(databases, database, template, *arguments) as tests:
        return tests.wait()


def demo(options):
    """Prepare the demo's database and run `dev/demo.py` on it.

    :param argparse.Namespace options: `serve`, whether Odoo and the sandbox go on running;
        `command`, which is handed on
    :return: the demo's exit code
    :rtype: int
    """
    if options.command == "screenshots":
        browser_tests.provide()
    script = CHECKOUT / "dev" / "demo.py"
    # One database and one port: the second demo at a time would take them from the first.
    with exclusive("demo", wait=False), _databases() as databases:
        port = free_port(SERVE_PORT if options.serve else 0)
        _install(databases, DEMO_DATABASE)
        if options.command != "screenshots":
            databases.install(DEMO_DATABASE, ["sale"])    # what a month end invoices
        config = databases.write_config(DEMO_DATABASE, http_port=port)
        command = [sys.executable, str(script)]
        command += [] if options.command == "demo" else [f"--{options.command}"]
        try:
            return run_aloud(command, CHECKOUT, {**databases.environment, "ODOO_RC": str(config)})
        except KeyboardInterrupt:
            if not options.serve:
                raise
            return 0  # the way to end it


def bench(options):
    """Run the parts of `dev/bench.py`, each on a fresh database.

    :param argparse.Namespace options: `part`, the only one to run, or None
    :return: 0 when all of them did what they measure
    :rtype: int
    """
    with _databases() as databases:
        prefix = run_prefix("bench")
        databases.drop_leftovers(prefix)
        database = f"{prefix}{os.getpid()}"
        template, plain = f"{database}_template", f"{database}_plain"
        status = 0
        try:
            _install(databases, template)
            for part in [options.part] if options.part else BENCH_PARTS:
                say(f"Measuring: {part}")
                databases.copy(template, database)
                if part == "month":
                    databases.install(database, ["sale"])
                databases.copy(databases.base(), plain)
                config = databases.write_config(database, http_port=free_port())
                environment = {**databases.environment, "ODOO_RC": str(config),
                               "ACCOUNT_XERO_BENCH_PLAIN": plain}
                script = str(CHECKOUT / "dev" / "bench.py")
                status = run_aloud([sys.executable, script, part], CHECKOUT, environment) or status
        finally:
            databases.drop_run(database)
    return status


def house(_options):
    """Run `dev/house.py` on a fresh database.

    :return: 0 when it could take its figures, whatever they are
    :rtype: int
    """
    with _databases() as databases:
        prefix = run_prefix("house")
        databases.drop_leftovers(prefix)
        database = f"{prefix}{os.getpid()}"
        try:
            _install(databases, database)
            config = databases.write_config(database, http_port=free_port())
            script = str(CHECKOUT / "dev" / "house.py")
            return run_aloud([sys.executable, script], CHECKOUT,
                        {**databases.environment, "ODOO_RC": str(config)})
        finally:
            databases.drop_run(database)


def odoo_tests(_options):
    """Run Odoo's own tests with the module and without it, with `dev/others.py`.

    :return: 0 when no more of them fail with it, and they cost about the same
    :rtype: int
    """
    with _databases() as databases:
        prefix = run_prefix("others")
        databases.drop_leftovers(prefix)
        database = f"{prefix}{os.getpid()}"
        plain = f"{database}_plain"
        try:
            databases.copy(databases.base(), plain)
            with step(f"Installing {', '.join(others.MODULES)} in a database"):
                databases.install(plain, others.MODULES)
            databases.copy(plain, database)
            with step("Installing account_xero in a copy of it"):
                databases.install(database, ["account_xero"])
            with step("Running Odoo's own tests in both"):
                return others.compare(databases, plain, database)
        finally:
            databases.drop_run(database)


def fuzz(_options):
    """Run `dev/fuzz.py` with atheris, which nothing else needs and so has a place of its own.

    :return: the fuzzer's exit code
    :rtype: int
    """
    place = home() / "fuzz"
    if not (place / "atheris").is_dir():
        with step(f"Installing {ATHERIS}"):
            run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place,
                 "--disable-pip-version-check", ATHERIS],
                f"Could not install {ATHERIS} (it has no package for every Python)")
    with tempfile.TemporaryDirectory() as directory:
        return run_aloud([sys.executable, str(CHECKOUT / "dev" / "fuzz.py")], directory,
                    {**os.environ, "PYTHONPATH": str(place)})


def package(_options):
    """Build the wheel, install it apart from the checkout, and load the module from there: in a
    fresh database, and in one that has the version before.

    The wheel is left in `dist/`.

    :return: 0 when the module works from the wheel in both
    :rtype: int
    :raise KitError: it cannot be built, or Odoo cannot install it
    """
    with tempfile.TemporaryDirectory(prefix="account_xero_package_") as directory:
        directory = Path(directory)
        wheel, addons = wheels.build(directory)
        with _databases(addons) as databases:
            prefix = run_prefix("package")
            databases.drop_leftovers(prefix)
            database = f"{prefix}{os.getpid()}"
            try:
                _install(databases, database)
                status = _upgrade(databases, f"{database}_upgrade", directory)
            finally:
                databases.drop_run(database)
        dist = CHECKOUT / "dist"
        dist.mkdir(exist_ok=True)
        say(f"Odoo loads the module from {shutil.copy(wheel, dist)}")
    return status


def _upgrade(databases, database, directory):
    """Run `dev/upgrade.py`: work with the version before, and go on with this one.

    :param Databases databases: of the server, for this version
    :param str database: the name of a database to make
    :param pathlib.Path directory: where the version before is put
    :return: the exit code; 0 as well when this clone does not reach back to that version
    :rtype: int
    """
    before = directory / "before"
    archive = ["git", "-C", CHECKOUT, "archive", "--prefix=account_xero/", VERSION_BEFORE]
    done = subprocess.run(archive, capture_output=True)
    if done.returncode:
        say(f"Not upgraded: this clone does not have {VERSION_BEFORE}, the version before")
        return 0
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        files.extractall(before)
    with _databases(before) as old:
        _install(old, database)
        configs = [each.write_config(database, log_level="warn") for each in (old, databases)]
    script = CHECKOUT / "dev" / "upgrade.py"
    return run_aloud([sys.executable, str(script), *map(str, configs)], CHECKOUT,
                     databases.environment)


@contextlib.contextmanager
def _databases(addons=None):
    """Give access to the databases of a running PostgreSQL.

    :param pathlib.Path addons: the directory that has the module; a link to the checkout by default
    """
    top = home()
    odoo = odoo_source.locate(top)
    addons = addons or addons_directory()
    server = postgres.ensure(top)
    os.environ.update(server)
    search_path = [Path(sys.executable).parent, postgres.programs(), os.environ["PATH"]]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(map(str, search_path)),
        "PYTHONPATH": str(odoo.root),
        "ACCOUNT_XERO_ADDONS": str(addons),
    }
    databases = Databases(odoo, addons, top / "data", environment)
    try:
        yield databases
    finally:
        databases.close()


def _install(databases, name):
    """Make a fresh database with the module in it."""
    databases.copy(databases.base(), name)
    with step(f"Installing account_xero in the database {name}"):
        databases.install(name, ["account_xero"])


def main():
    """
    :return: the exit code of the command named on the command line
    :rtype: int
    """
    # Ended from outside is ended in order: databases are dropped, processes collected.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser()
    commands = {"demo": demo, "serve": demo, "screenshots": demo, "test": test,
                "test-unit": test_unit, "others": odoo_tests,
                "chaos": chaos, "bench": bench, "house": house,
                "fuzz": fuzz, "package": package, "lint": lint}
    parser.add_argument("command", choices=commands)
    parser.add_argument("-k", dest="pattern", help="run the tests whose names match")
    parser.add_argument("--part", choices=BENCH_PARTS, help="the only part of the bench to run")
    options = parser.parse_args()
    options.serve = options.command == "serve"
    return commands[options.command](options)


if __name__ == "__main__":
    guarded(main)
