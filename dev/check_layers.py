"""Check which layer of the module uses what, by import and by name.

    python dev/check_layers.py [CHECKOUT]           # part of `make lint`
    python dev/check_layers.py [CHECKOUT] --write   # lower the ceiling to what is there

`xero/` is what the Xero API is, without Odoo; everything that knows Odoo reaches Xero through it.
The packages of `models/` are layers: each may use those below it. Odoo's models find each other by
name while they run, so the names of models, methods, fields and XML ids count as well, where they
are read, overridden, or named in a text (see layer_uses.py). `layers.json`, beside this file, has
the uses that there are nevertheless, with a reason each; it may only shrink.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from layer_uses import LAYERS, Names, uses
from sources import CHECKOUT, read

HTTP = {"aiohttp", "http.client", "requests", "urllib.request", "urllib3", "xero_python"}
#: What a directory may not import; a name that begins with a dot is of the module itself.
FORBIDDEN = {
    "xero": {"odoo", ".models", ".wizard", ".controllers", ".tests", ".hooks"},
    "models": {*HTTP, ".wizard", ".controllers", ".tests", ".hooks"},
    "wizard": {*HTTP, ".controllers", ".tests", ".hooks"},
    "controllers": {*HTTP, ".tests", ".hooks"},
}
#: Layers that stand beside each other, and know nothing of the other.
APART = {("push", "pull"), ("pull", "push")}
NO_REASON = "still to be cut"


def bad_imports(checkout):
    """Find the imports that a directory may not have.

    :param pathlib.Path checkout: the module's directory
    :return: one line for each, with file and line number
    :rtype: list[str]
    """
    found = []
    for directory, forbidden in FORBIDDEN.items():
        for source in read(checkout, directory):
            for line, name in source.imports():
                if name is None or any(
                        f"{name}.".startswith(f"{each}.") for each in forbidden):
                    found.append(f"{source}:{line}: {directory}/ may not import "
                                 f"{name or 'what is outside of the module'}")
    return found


def misplaced(sources):
    """Find what has no layer, and an order of loading that is not the layers'.

    :param list[Source] sources: of models/, which has packages
    :return: one line for each
    :rtype: list[str]
    """
    found = [f"{source}:1: stands in none of the layers {', '.join(LAYERS)}" for source in sources
             if source.package not in LAYERS and str(source) != "models/__init__.py"]
    loaded = [name.split(".")[-1] for source in sources if str(source) == "models/__init__.py"
              for _line, name in source.imports()]
    if loaded != sorted(loaded, key=lambda name: LAYERS.index(name) if name in LAYERS else -1):
        found.append("models/__init__.py:1: the layers are loaded from the ground up: "
                     f"{', '.join(LAYERS)}")
    return found


def upward(checkout, sources):
    """Find the uses of what is above, or apart.

    :param pathlib.Path checkout: the module's directory
    :param list[Source] sources: of models/
    :return: {(layers, name): [file and line]}
    :rtype: dict[tuple[str, str], list[str]]
    """
    names, found = Names(checkout, sources), defaultdict(list)
    for source in sources:
        here = source.package
        if here not in LAYERS:
            continue
        for line, name, there in sorted(set(uses(source, names))):
            if (here, there) in APART or LAYERS.index(there) > LAYERS.index(here):
                found[f"{here} -> {there}", name].append(f"{source}:{line}")
    return found


class Ceiling:
    """The upward uses that may stay.

    :param pathlib.Path path: the file that has them
    """

    def __init__(self, path):
        self.path, self.exists = path, path.exists()
        rows = json.loads(path.read_text()) if self.exists else {}
        self.rows = {(layers, name): row for layers, names in rows.items()
                     for name, row in names.items()}

    def complaints(self, found):
        """Compare it with what is there.

        :param dict found: see :func:`upward`
        :return: one line for each use too many, and each entry that is too high or has no reason
        :rtype: list[str]
        """
        lines = []
        for (layers, name), places in sorted(found.items()):
            here, there = layers.split(" -> ")
            if len(places) > self._allowed((layers, name)):
                lines += [f"{place}: {here}/ may not use {name}, of {there}/" for place in places]
        for (layers, name), row in sorted(self.rows.items()):       # row: [count, reason]
            count = len(found.get((layers, name), ()))
            if count < row[0]:
                lines.append(f"dev/{self.path.name}: {layers}, {name}: {row[0]} allowed, {count} "
                             "left: lower it (python dev/check_layers.py --write)")
            elif not row[1]:
                lines.append(f"dev/{self.path.name}: {layers}, {name}: has no reason")
        return lines

    def write(self, found):
        """Lower it to what is there; the first time, take all that is there.

        :param dict found: see :func:`upward`
        """
        rows = defaultdict(list)
        for key, places in sorted(found.items()):
            count = min(len(places), self._allowed(key)) if self.exists else len(places)
            if count:
                reason = self.rows.get(key, (0, NO_REASON))[1]
                rows[key[0]].append(f"  {json.dumps(key[1])}: {json.dumps([count, reason])}")
        blocks = [f" {json.dumps(layers)}: {{\n" + ",\n".join(lines) + "\n }"
                  for layers, lines in rows.items()]
        self.path.write_text("{\n" + ",\n".join(blocks) + "\n}\n")

    def _allowed(self, key):
        return self.rows.get(key, (0,))[0]


def main():
    """
    :return: 0 when every layer keeps to its own, else 1
    :rtype: int
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", nargs="?", type=Path, default=CHECKOUT)
    parser.add_argument("--write", action="store_true", help="lower the ceiling to what is there")
    options = parser.parse_args()
    checkout = options.checkout.resolve()
    lines, sources = bad_imports(checkout), read(checkout, "models")
    if any(source.package for source in sources):
        found = upward(checkout, sources)
        ceiling = Ceiling(checkout / "dev" / "layers.json")
        if options.write:
            ceiling.write(found)
            ceiling = Ceiling(ceiling.path)
        lines += [*misplaced(sources), *ceiling.complaints(found)]
        _summarise(found, ceiling)
    print("".join(f"{line}\n" for line in lines), end="")
    return 1 if lines else 0


def _summarise(found, ceiling):
    """Say how many upward uses there are; nothing when there are none."""
    counts = Counter()
    for (layers, _name), places in found.items():
        counts[layers] += len(places)
    if counts:
        listed = ", ".join(f"{layers} {count}" for layers, count in sorted(counts.items()))
        waiting = sum(count for count, reason in ceiling.rows.values() if reason == NO_REASON)
        print(f"Upward uses: {counts.total()}, of which {waiting} {NO_REASON}: {listed}")


if __name__ == "__main__":
    sys.exit(main())
