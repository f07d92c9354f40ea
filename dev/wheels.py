"""The wheel of the module: what it has, and how it is built."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from console import KitError, run, step
from home import CHECKOUT

# All that is at the top of the module where it is installed.
SHIPPED = ("__init__.py", "__manifest__.py", "hooks.py", "controllers", "data", "i18n",
           "migrations", "models", "security", "static", "views", "wizard", "xero", "LICENSE",
           "README.rst", "CHANGELOG.rst", "SECURITY.rst")


def build(directory):
    """Build the wheel and install it below a directory.

    :param pathlib.Path directory: an empty one
    :return: the wheel, and the addons directory that pip makes of it
    :rtype: tuple[pathlib.Path, pathlib.Path]
    :raise KitError: it cannot be built or installed, or has files that no server needs
    """
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    with step("Building the wheel"):
        run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", directory, CHECKOUT],
            "Could not build the wheel")
    [wheel] = directory.glob("odoo_addon_account_xero-*.whl")
    _check_files(wheel)
    target = directory / "site-packages"
    run([*pip, "install", "--no-deps", "--no-index", "--target", target, wheel],
        "Could not install the wheel")
    return wheel, target / "odoo" / "addons"


def _check_files(wheel):
    """
    :param pathlib.Path wheel: the module's
    :raise KitError: it has files of the development kit, or files are missing
    """
    with zipfile.ZipFile(wheel) as files:
        shipped = {Path(name).relative_to("odoo/addons/account_xero").parts
                   for name in files.namelist() if name.startswith("odoo/")}
    strange = sorted("/".join(parts) for parts in shipped
                     if parts[0] not in SHIPPED or "tests" in parts)
    missing = sorted(set(SHIPPED) - {parts[0] for parts in shipped})
    if strange or missing:
        raise KitError(f"The wheel has what no server needs ({', '.join(strange[:9])}), "
                       f"or has not what one needs ({', '.join(missing)})")
