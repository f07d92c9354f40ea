"""A private view of Debian's package archive: downloads packages, installs nothing.

The state of apt is kept in a directory of the kit, so the machine's own lists, sources and packages
stay as they are and no rights are needed.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from pathlib import Path

from console import KitError, run, step

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ELSE = "or set ODOO_HOME to an Odoo 19 checkout"


class Archive:
    """Debian's main archive, read through the mirror that the machine itself uses."""

    def __init__(self, state, suites):
        """
        :param pathlib.Path state: directory for apt's state; made when needed
        :param tuple[str] suites: suites to read, such as `("sid", "bookworm")`
        """
        self.state = state
        self.suites = suites
        self._opened = threading.Lock()
        self._mirror = None

    def download(self, packages, directory):
        """Download packages, verified against Debian's keys.

        :param list[str] packages: `name/suite` each
        :param pathlib.Path directory: where the .deb files go
        :raise KitError: the archive cannot be reached or verified, or lacks a package
        """
        with self._opened:
            if self._mirror is None:
                self._open()
        run(
            ["apt-get", *self._options(), "download", *packages],
            f"Could not download {', '.join(packages)} from {self._mirror} "
            f"(check the network and repeat, {ELSE})",
            cwd=directory,
        )

    def close(self):
        """Remove apt's state; the next download reads the archive's index anew."""
        shutil.rmtree(self.state, ignore_errors=True)
        self._mirror = None

    def _open(self):
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise KitError(
                "This machine has no apt-get or no dpkg-deb to get Debian's packages with: "
                "run the kit on Debian or Ubuntu, " + ELSE
            )
        if not KEYRING.exists():
            raise KitError(
                f"{KEYRING} is missing: install the package debian-archive-keyring, {ELSE}"
            )
        shutil.rmtree(self.state, ignore_errors=True)
        for lists in ("lists", "own"):
            (self.state / lists / "partial").mkdir(parents=True)
        (self.state / "archives" / "partial").mkdir(parents=True)
        (self.state / "status").touch()
        mirror = os.environ.get("DEBIAN_MIRROR") or self._machine_mirror()
        (self.state / "sources.list").write_text(
            "".join(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n" for suite in self.suites)
        )
        with step(f"Reading the index of Debian {' and '.join(self.suites)} from {mirror}"):
            run(
                ["apt-get", *self._options(), "update"],
                f"Could not read Debian {' and '.join(self.suites)} from {mirror} "
                "(check the network, the machine's apt sources and that the package "
                f"debian-archive-keyring is up to date, {ELSE})",
            )
        self._mirror = mirror

    def _options(self):
        """Return the apt options that make the kit's directory the whole world of apt."""
        settings = {
            "Dir::State": self.state,
            "Dir::State::lists": self.state / "lists",
            "Dir::State::status": self.state / "status",
            "Dir::Cache": self.state,
            "Dir::Cache::archives": self.state / "archives",
            "Dir::Etc::sourcelist": self.state / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            # A mirror that answers halfway must fail, not leave yesterday's index.
            "APT::Update::Error-Mode": "any",
            # The user _apt may not read the user's cache directory.
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": 2,
            "Acquire::http::Timeout": 30,
            "Acquire::https::Timeout": 30,
        }
        return [f"-o{name}={value}" for name, value in settings.items()]

    def _machine_mirror(self):
        """Find the address of Debian's main archive among the machine's own apt sources.

        apt knows the origin of a source only once its index was read, which a fresh container has
        not done: then it is read into the kit's directory.
        """
        own = [f"-oDir::State::lists={self.state / 'own'}", "-oAPT::Sandbox::User=root"]
        with_lists = []
        for attempt in range(2):
            targets = run(
                ["apt-get", *with_lists, "indextargets", "--format"]
                + ["$(ORIGIN)|$(LABEL)|$(CREATED_BY)|$(COMPONENT)|$(REPO_URI)"],
                "Could not read the machine's apt sources (repair them, " + ELSE + ")",
            )
            found = re.search(r"^Debian\|Debian\|Packages\|main\|(\S+)$", targets, re.MULTILINE)
            if found:
                return found.group(1).rstrip("/")
            if not attempt:
                with_lists = own
                with step("Reading the machine's own apt sources"):
                    run(
                        ["apt-get", *own, "-oAcquire::Languages=none", "update"],
                        f"Could not read the machine's apt sources (check the network, {ELSE})",
                    )
        raise KitError(
            "This machine's apt sources name no Debian archive: "
            "set DEBIAN_MIRROR to the address of one, " + ELSE
        )


def unpack(archives, directory):
    """Unpack .deb files without installing them.

    :param list[pathlib.Path] archives: the files
    :param pathlib.Path directory: where their trees go
    :raise KitError: a file is damaged or the disk is full
    """
    for archive in sorted(archives):
        run(
            ["dpkg-deb", "-x", archive, directory],
            f"Could not unpack {archive.name} (free 2 GB in {directory.parent}, or set "
            "ACCOUNT_XERO_HOME to a directory on a larger disk, and repeat)",
        )
