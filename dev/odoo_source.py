"""Odoo 19 itself: `ODOO_HOME`, else what was fetched before, else Debian's package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import debian
from console import KitError, step
from home import exclusive

# sid has Odoo 19. Its links still point into the layout that these two fonts had in bookworm, so
# both are fetched from there too, and a newer odoo-19 that follows sid's layout works as well.
PACKAGES = {
    "sid": (
        "odoo-19",
        "fonts-font-awesome",
        "fonts-glyphicons-halflings",
        "fonts-inconsolata",
        "fonts-montserrat",
        "fonts-ocr-b",
        "fonts-roboto-unhinted",
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
    ),
    "bookworm": ("fonts-font-awesome", "fonts-inconsolata"),
}
SERIES = "19.0"
# Where an `odoo` package may lie in what ODOO_HOME points at.
LAYOUTS = (".", "usr/lib/python3/dist-packages", "lib/python3/dist-packages")


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be imported once `root` is on the Python path."""

    root: Path

    @property
    def addons(self):
        """
        :return: the directories with Odoo's own modules
        :rtype: list[pathlib.Path]
        """
        paths = [self.root / "addons", self.root / "odoo" / "addons"]
        return [path for path in paths if path.is_dir()]

    def module_path(self, name):
        """
        :param str name: a module of Odoo, such as `account`
        :return: its directory, `None` when this Odoo does not have it
        :rtype: pathlib.Path | None
        """
        return next((path / name for path in self.addons if (path / name).is_dir()), None)

    def identity(self):
        """
        :return: a text that changes when this Odoo is replaced or its checkout moves on
        :rtype: str
        """
        commit = ""
        if (self.root / ".git").exists():
            commit = subprocess.run(
                ["git", "-C", str(self.root), "rev-parse", "HEAD"], capture_output=True, text=True
            ).stdout
        release = (self.root / "odoo" / "release.py").read_text()
        return f"{self.root}\n{commit}\n{release}"


def ensure(home, archive):
    """Make sure that there is an Odoo 19, fetching it when there is none.

    :param pathlib.Path home: the kit's directory
    :param debian.Archive archive: where to fetch it from
    :raise KitError: `ODOO_HOME` is no Odoo 19, or Debian's package cannot be had
    """
    with exclusive("odoo"):
        if not os.environ.get("ODOO_HOME") and not (home / "odoo").exists():
            _fetch(home, archive)
    locate(home)


def locate(home):
    """Find the Odoo to use.

    :param pathlib.Path home: the kit's directory
    :return: the Odoo in `ODOO_HOME`, else the one in the kit's directory
    :rtype: Odoo
    :raise KitError: there is no Odoo 19
    """
    configured = os.environ.get("ODOO_HOME")
    top = Path(configured).expanduser().absolute() if configured else home / "odoo"
    for layout in LAYOUTS:
        root = (top / layout).resolve()
        release = root / "odoo" / "release.py"
        if release.is_file():
            version = re.search(r"version_info = \((\d+), (\d+)", release.read_text())
            series = ".".join(version.groups()) if version else "of an unknown version"
            if series != SERIES:
                raise KitError(
                    f"The Odoo in {root} is {series}: set ODOO_HOME to an Odoo {SERIES}, or unset "
                    "it to have Debian's package fetched"
                )
            return Odoo(root)
    cure = "set ODOO_HOME to the top of an Odoo 19 checkout or of an unpacked package, or unset it"
    raise KitError(f"No Odoo is in {top}: " + (cure if configured else "run `make clean` first"))


def _fetch(home, archive):
    """Get Debian's package; the final name appears only when all of it is there."""
    part = home / "odoo.part"
    shutil.rmtree(part, ignore_errors=True)
    downloads = part / "downloads"
    downloads.mkdir(parents=True)
    wanted = [f"{name}/{suite}" for suite, names in PACKAGES.items() for name in names]
    with step("Downloading Odoo 19 from Debian (130 MB)"):
        archive.download(wanted, downloads)
    with step("Unpacking Odoo 19"):
        debian.unpack(downloads.glob("*.deb"), part / "tree")
    _refuse_dangling_links(part / "tree")
    (part / "tree").rename(home / "odoo")
    shutil.rmtree(part)


def _refuse_dangling_links(tree):
    """
    :raise KitError: a link of the tree points at nothing, so a font or a script would be missing
    """
    for directory, _directories, files in os.walk(tree):
        for name in files:
            path = Path(directory, name)
            if path.is_symlink() and not path.exists():
                raise KitError(
                    f"Debian's odoo-19 points at {path.readlink()}, which none of the packages "
                    "listed in dev/odoo_source.py has: add the package that has it, or set "
                    "ODOO_HOME to an Odoo 19 checkout"
                )
