"""Databases with the module in them, copied from one base in a moment.

Installing Odoo's own modules takes some twenty seconds, so it is done once for each Odoo: a base
database has them, each run copies it and installs `account_xero` in the copy. The names of a run's
databases carry its process id, so that runs at the same time keep apart and the next run finds what
a killed one left behind.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql

from console import KitError, step
from home import CHECKOUT, checkout_key, exclusive

# The chart of accounts that the demo and most tests use.
CHART = "l10n_uk"
# Debian's package lacks this file of the video calls, which the web client's bundle lists.
MISSING_ASSET = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class Databases:
    """The databases of one Odoo on the server that the PG* variables name."""

    def __init__(self, odoo, addons, data, environment):
        """
        :param odoo_source.Odoo odoo: the Odoo to install
        :param pathlib.Path addons: the directory in which the module is called `account_xero`
        :param pathlib.Path data: Odoo's data directory
        :param dict[str, str] environment: for Odoo's processes
        :raise KitError: the server does not answer, or its role is not fit for Odoo
        """
        self.odoo = odoo
        self.addons = addons
        self.data = data
        self.environment = environment
        #: Directories with modules that are neither Odoo's nor ours.
        self.others = []
        self._connection = self._connect()

    def close(self):
        """Close the connection to the server."""
        self._connection.close()

    def write_config(self, database, **options):
        """Write a configuration file for Odoo, to be named in `ODOO_RC`; it goes with the database.

        :param str database: the database
        :param options: more of Odoo's options, such as `http_port`
        :return: the file
        :rtype: pathlib.Path
        """
        options = {
            "addons_path": ",".join(str(each) for each in [
                *self.odoo.addons, self.addons, *self.others]),
            "data_dir": self.data,
            "db_name": database,
            "dbfilter": f"^{re.escape(database)}$",
            "list_db": False,
            "with_demo": False,
            "http_interface": "127.0.0.1",
            **options,
        }
        lines = [f"{name} = {value}\n" for name, value in options.items()]
        path = self._config(database)
        path.write_text("[options]\n" + "".join(lines))
        return path

    def base(self):
        """Find the base database, made when it is missing.

        :return: the name of a database with the modules that `account_xero` depends on
        :rtype: str
        """
        modules = sorted({*_manifest()["depends"], CHART})
        identity = hashlib.sha256(f"{self.odoo.identity()}{modules}".encode()).hexdigest()[:10]
        name = f"account_xero_base_{identity}"
        with exclusive(name):
            if not self._exists(name):
                part = f"{name}_part"
                self.drop(part)
                create = "CREATE DATABASE {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0"
                self._execute(create, part)
                with step(f"Installing {', '.join(modules)} in a base database (once)"):
                    self.install(part, modules)
                self._remove_missing_asset(part)
                shutil.rmtree(self._filestore(name), ignore_errors=True)
                with contextlib.suppress(FileNotFoundError):
                    self._filestore(part).rename(self._filestore(name))
                self._execute("ALTER DATABASE {} RENAME TO {}", part, name)
                self._config(part).unlink()
        return name

    def copy(self, source, target):
        """Copy a database that nobody is connected to.

        :param str source: the database to copy
        :param str target: the new one; replaced when it exists
        """
        self.drop(target)
        self._execute("CREATE DATABASE {} TEMPLATE {}", target, source)
        if self._filestore(source).exists():
            # Odoo never changes a stored file: it is named by its contents.
            shutil.copytree(self._filestore(source), self._filestore(target), copy_function=os.link)

    def install(self, name, modules):
        """Install modules, and nothing that would install itself beside them.

        :param str name: the database
        :param list[str] modules: their technical names
        :raise KitError: Odoo could not install them
        """
        config = self.write_config(name)
        command = [sys.executable, "-m", "odoo", "-i", ",".join(modules), "--skip-auto-install"]
        command += ["--stop-after-init", "--no-http", "--log-level=warn"]
        done = subprocess.run(
            command,
            env={**self.environment, "ODOO_RC": str(config)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            print(done.stdout, file=sys.stderr)
            raise KitError(f"Odoo could not install {', '.join(modules)}: see its log above")
        ours = [line for line in done.stdout.splitlines() if "account_xero" in line]
        print("".join(f"{line}\n" for line in ours), end="", flush=True)

    def drop(self, name):
        """Drop a database with its files and configuration, whoever is connected to it.

        :param str name: the database; it may be missing
        """
        # WITH (FORCE) would fail where PostgreSQL itself is at work, as autovacuum; without it,
        # PostgreSQL asks that to end, and waits.
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = %s AND usename = current_user", [name])
        self._execute("DROP DATABASE IF EXISTS {}", name)
        shutil.rmtree(self._filestore(name), ignore_errors=True)
        self._config(name).unlink(missing_ok=True)

    def drop_run(self, name):
        """Drop a run's database and those derived from it.

        :param str name: the run's database; the others' names continue it after an underscore
        """
        for each in [name, *self._names(f"{name}_")]:
            self.drop(each)

    def drop_leftovers(self, prefix):
        """Drop what runs of this checkout left behind that ended without cleaning up.

        :param str prefix: how the names begin, up to the process id
        """
        for name in self._names(prefix):
            pid = re.match(r"\d+", name.removeprefix(prefix))
            if pid and not Path("/proc", pid.group()).exists():
                self.drop(name)

    def _connect(self):
        try:
            connection = psycopg2.connect(dbname="postgres")
        except psycopg2.OperationalError as error:
            raise KitError(
                f"PostgreSQL does not answer ({' '.join(str(error).split())}): correct the "
                "PG* variables, or unset them to have the kit run its own server"
            ) from error
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles "
                "WHERE rolname = current_user"
            )
            role, may_create = cursor.fetchone()
        if role == "postgres" or not may_create:
            raise KitError(
                f"Odoo cannot work as the PostgreSQL role {role}: set PGUSER to a role other "
                "than postgres that may create databases"
            )
        return connection

    def _execute(self, statement, *names):
        """Run a statement about databases.

        :param str statement: the SQL, `{}` for each name
        :param names: databases
        :raise KitError: the server refuses it
        """
        query = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(query)
        except (errors.ObjectInUse, errors.DiskFull, errors.InsufficientPrivilege) as error:
            raise KitError(
                f"PostgreSQL refuses {statement.format(*names)!r} ({error.pgerror.strip()}): "
                "end what is connected to it, free some space, and repeat"
            ) from error

    def _names(self, prefix):
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
            )
            return [name for (name,) in cursor.fetchall()]

    def _exists(self, name):
        return name in self._names(name)

    def _filestore(self, name):
        return self.data / "filestore" / name

    def _config(self, name):
        return self.addons.parent / f"{name}.conf"

    def _remove_missing_asset(self, name):
        """Take a file out of the web client's bundle when this Odoo does not have it.

        Otherwise the bundle cannot be made, and no page of the web client works.
        """
        module, _, path = MISSING_ASSET.partition("/")
        if (self.odoo.module_path(module) / path).exists():
            return
        connection = psycopg2.connect(dbname=name)
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ir_asset (name, bundle, directive, path, sequence, active) "
                "VALUES ('Not part of this Odoo', 'web.assets_backend', 'remove', %s, 16, true)",
                [MISSING_ASSET],
            )
        connection.close()


def run_prefix(kind):
    """
    :param str kind: what the run is for, such as `test`
    :return: how the names of such databases of this checkout begin; a process id follows
    :rtype: str
    """
    return f"account_xero_{kind}_{checkout_key()}_"


def _manifest():
    return ast.literal_eval((CHECKOUT / "__manifest__.py").read_text())
