"""Check which layer of the module imports what.

`xero/` is what the Xero API is, without Odoo; everything that knows Odoo reaches Xero through it.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
HTTP = {"aiohttp", "http.client", "requests", "urllib.request", "urllib3", "xero_python"}
FORBIDDEN = {"xero": {"odoo"}, "models": HTTP, "wizard": HTTP}


def imported(path):
    """Find what a file imports.

    :param pathlib.Path path: a Python file
    :return: line number and full name, which begins with dots when the import is relative
    :rtype: list[tuple[int, str]]
    """
    names = []
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            joint = "" if prefix.endswith(".") or not prefix else "."
            names += [(node.lineno, f"{prefix}{joint}{alias.name}") for alias in node.names]
    return names


def violations(layer, forbidden):
    """Find the imports that a layer may not have.

    :param str layer: a directory of the module
    :param set[str] forbidden: packages
    :return: one line for each, with file and line number
    :rtype: list[str]
    """
    found = []
    for path in sorted((CHECKOUT / layer).rglob("*.py")):
        depth = len(path.relative_to(CHECKOUT).parts) - 1
        for line, name in imported(path):
            climbs = len(name) - len(name.lstrip(".")) > depth
            barred = any(f"{name}.".startswith(f"{package}.") for package in forbidden)
            if barred or (climbs and layer == "xero"):
                where = path.relative_to(CHECKOUT)
                found.append(f"{where}:{line}: {layer}/ may not import {name}")
    return found


def main():
    """
    :return: 0 when every layer keeps to its own, else 1
    :rtype: int
    """
    found = [line for layer, names in FORBIDDEN.items() for line in violations(layer, names)]
    print("".join(f"{line}\n" for line in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
