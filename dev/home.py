"""Where the kit keeps what it gets: one directory in the user's cache, nothing outside it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
from pathlib import Path

from console import KitError, say

CHECKOUT = Path(__file__).resolve().parent.parent

# What the kit makes in its home; `make clean` removes these and nothing else.
ENTRIES = ("apt", "checkouts", "data", "locks", "odoo", "odoo.part", "postgres", "venv")


def home():
    """Find the kit's directory, made when it is missing.

    :return: `ACCOUNT_XERO_HOME`, else `account_xero` in the user's cache directory
    :rtype: pathlib.Path
    :raise KitError: the directory cannot be written
    """
    configured = os.environ.get("ACCOUNT_XERO_HOME")
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    path = Path(configured or Path(cache, "account_xero")).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "locks").mkdir(exist_ok=True)
    except OSError as error:
        raise KitError(
            f"Cannot write {path} ({error.strerror}): "
            "set ACCOUNT_XERO_HOME to a directory that can be written"
        ) from error
    return path


def checkout_key():
    """Tell checkouts that share one cache or one PostgreSQL server apart.

    :return: eight hexadecimal digits, the same for each run of this checkout on this host
    :rtype: str
    """
    return hashlib.sha256(f"{socket.gethostname()}:{CHECKOUT}".encode()).hexdigest()[:8]


def checkout_directory():
    """Find the directory for what belongs to this checkout alone.

    :return: an existing directory
    :rtype: pathlib.Path
    """
    path = home() / "checkouts" / checkout_key()
    path.mkdir(parents=True, exist_ok=True)
    return path


def addons_directory():
    """Make the addons directory in which this checkout is called `account_xero`.

    Odoo takes a module's technical name from its directory, and a checkout may be called anything.

    :return: a directory whose only entry is the link `account_xero`
    :rtype: pathlib.Path
    """
    path = checkout_directory() / "addons"
    path.mkdir(exist_ok=True)
    link = path / "account_xero"
    if not link.is_symlink() or link.readlink() != CHECKOUT:
        part = path / f".account_xero-{os.getpid()}"
        part.symlink_to(CHECKOUT)
        part.replace(link)
    return path


@contextlib.contextmanager
def exclusive(name, wait=True):
    """Keep other runs out of a step. The system frees the lock when the process ends in any way.

    :param str name: the lock's name
    :param bool wait: wait for the other run, else fail
    :raise KitError: another run holds the lock, and `wait` is false
    """
    with open(home() / "locks" / name, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if not wait:
                raise KitError(
                    f"Another run holds the lock {name!r}: end it before this one"
                ) from error
            say(f"Waiting for another run that holds the lock {name!r} ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove():
    """Remove what the kit made, and its directory when nothing else is in it."""
    path = home()
    for entry in ENTRIES:
        if (path / entry).exists():
            say(f"Removing {path / entry}")
            shutil.rmtree(path / entry)
    if not any(path.iterdir()):
        path.rmdir()
