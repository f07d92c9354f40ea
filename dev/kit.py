"""The development kit: `python3 dev/kit.py COMMAND`; see COMMANDS below, and `test [-k PATTERN]`.

It gets a real Odoo 19 (odoo_source.py, debian.py), a virtual environment (python_env.py) and a
PostgreSQL server (postgres.py), makes databases with the module in them (databases.py), and runs
the commands (commands.py). Everything lies in one directory (home.py). This file and what it
imports run on the machine's own Python with nothing but the standard library.

Environment variables that it reads:

    ACCOUNT_XERO_HOME  the kit's directory; `account_xero` in the user's cache by default
    ODOO_HOME          an Odoo 19 checkout or unpacked package to use instead of Debian's
    DEBIAN_MIRROR      Debian's archive, for machines whose apt sources do not name one
    PGHOST, PGUSER...  a PostgreSQL server to use instead of the kit's own

and the chaos test, also with `test -k chaos`:

    ACCOUNT_XERO_CHAOS_DOCUMENTS  how many; 10,000 for `chaos`, 300 with `test`
    ACCOUNT_XERO_CHAOS_SEED       of an earlier run, to repeat what was left to chance

Environment variables that it sets for the tests, dev/demo.py, dev/bench.py and dev/house.py, beside
PG*, PATH and PYTHONPATH (so `sys.executable -m odoo` starts an Odoo, and psql and createdb are at
hand):

    ODOO_RC                   Odoo's configuration: database, addons path, data directory, http
                              port (a free one; 8069 for `serve`)
    ACCOUNT_XERO_ADDONS       the addons directory in which this checkout is called account_xero
    ACCOUNT_XERO_TEMPLATE_DB  tests only: a database with the module that nobody is connected to,
                              for CREATE DATABASE ... TEMPLATE; copies whose names begin with it
                              are dropped at the end of the run

dev/demo.py is run with the virtual environment's Python in the top directory of the checkout, on
the fresh database `account_xero_demo` with the module and the UK chart of accounts installed. For
`serve` and `screenshots` it gets the arguments `--serve` and `--screenshots`. Its exit code is the
command's.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import odoo_source
import postgres
import python_env
from console import KitError, guarded, say
from debian import Archive
from home import home, remove

COMMANDS = ("demo", "serve", "screenshots", "test", "test-unit", "others", "chaos", "bench",
            "house", "fuzz", "package", "lint", "clean")
WITHOUT_ODOO = ("test-unit", "fuzz", "lint")
OLDEST, NEWEST = (3, 10), (3, 13)


def main():
    """
    :return: the exit code; all commands but clean replace this process instead
    :rtype: int
    """
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        raise KitError(f"Usage: python3 dev/kit.py {' | '.join(COMMANDS)}")
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise KitError(
            "Python {}.{} is not one that Odoo 19 runs on: name a Python 3.10-3.13, "
            "such as `make PYTHON=python3.12 {}`".format(*sys.version_info[:2], sys.argv[1])
        )
    if sys.argv[1] == "clean":
        postgres.stop(home())
        remove()
        return 0
    prepare(with_odoo=sys.argv[1] not in WITHOUT_ODOO)
    python = python_env.python(home())
    commands = Path(__file__).resolve().with_name("commands.py")
    sys.stdout.flush()
    os.execv(python, [str(python), str(commands), *sys.argv[1:]])


def prepare(with_odoo):
    """Get what is missing, Odoo and the Python packages at the same time.

    :param bool with_odoo: also get Odoo
    :raise KitError: something cannot be had
    """
    archive = Archive(home() / "apt", tuple(odoo_source.PACKAGES))
    with ThreadPoolExecutor() as pool:
        tasks = [pool.submit(python_env.ensure, home(), archive)]
        if with_odoo:
            tasks.append(pool.submit(odoo_source.ensure, home(), archive))
        failures = [task.exception() for task in tasks if task.exception()]
    archive.close()
    for failure in failures[1:]:
        say(str(failure))
    if failures:
        raise failures[0]


if __name__ == "__main__":
    guarded(main)
