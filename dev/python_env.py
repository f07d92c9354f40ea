"""The virtual environment with the exact packages of `requirements.lock`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import debian
from console import KitError, run, step
from home import exclusive

LOCK = Path(__file__).with_name("requirements.lock")
BUILD_TOOLS = ("setuptools", "wheel")


def python(home):
    """
    :param pathlib.Path home: the kit's directory
    :return: the environment's interpreter
    :rtype: pathlib.Path
    """
    return home / "venv" / "bin" / "python"


def ensure(home, archive):
    """Make the environment agree with the lock file; at once when it does already.

    :param pathlib.Path home: the kit's directory
    :param debian.Archive archive: where pip comes from when this Python has none
    :raise KitError: a package cannot be downloaded or built
    """
    version = "{}.{}".format(*sys.version_info)
    wanted = f"{version} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"
    marker = home / "venv" / "account_xero.lock"
    with exclusive("venv"):
        installed = marker.read_text() if marker.exists() else ""
        if installed == wanted:
            return
        # Without the marker a broken-off run is recognised, and its environment made anew.
        marker.unlink(missing_ok=True)
        if installed.partition(" ")[0] != version:
            _create(home, archive)
        _install(home)
        marker.write_text(wanted)


def _create(home, archive):
    """Make an empty environment with pip in it."""
    venv = home / "venv"
    shutil.rmtree(venv, ignore_errors=True)
    with step(f"Creating a virtual environment in {venv}"):
        # ensurepip fails on Debian's Python, where it is a package of its own.
        command = [sys.executable, "-m", "venv"]
        if subprocess.run([*command, venv], capture_output=True).returncode:
            shutil.rmtree(venv, ignore_errors=True)
            run(
                [*command, "--without-pip", venv],
                "Could not create a virtual environment (install the package python3-venv)",
            )
            _bootstrap_pip(home, archive)


def _bootstrap_pip(home, archive):
    """Install pip from the wheel that Debian ships for this purpose."""
    part = home / "venv" / "pip.part"
    part.mkdir()
    archive.download(["python3-pip-whl/sid"], part)
    debian.unpack(part.glob("*.deb"), part)
    wheel = next(part.glob("usr/share/python-wheels/pip-*.whl"), None)
    if wheel is None:
        raise KitError("Debian's python3-pip-whl has no pip in it: install python3-venv")
    run(
        [python(home), f"{wheel}/pip", "install", "--no-index", wheel],
        "Could not install pip (install the package python3-venv)",
    )
    shutil.rmtree(part)


def _install(home):
    """Install what the lock file says; nothing is resolved, so nothing can drift."""
    lines = LOCK.read_text().splitlines()
    build_tools = [line for line in lines if line.partition("==")[0] in BUILD_TOOLS]
    pip = [python(home), "-m", "pip", "install", "--quiet", "--no-deps"]
    pip += ["--disable-pip-version-check", "--no-warn-script-location"]
    failure = "Could not install the Python packages (check the network and pip's index, repeat)"
    with step("Installing the Python packages"):
        run([*pip, *build_tools], failure)
        run([*pip, "--no-build-isolation", "-r", LOCK], failure)
