"""The house: how large and how entangled the module is, beside the goals for it.

    make house                               # all figures
    python dev/house.py --static [CHECKOUT]  # those that need no Odoo

A model counts with everything that defines or extends it in `models/`. The knot is the largest set
of files that need each other, directly or by others: a file needs another when it uses a method or
field by name (`_`, `xero_` or `action_` first) that only the other one's classes have. For the runs
see house_runs.py.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

from sources import CHECKOUT, read

DIRECTORIES = ("models", "xero", "wizard", "controllers")
OURS = ("_", "xero_", "action_")
SHOWN = 8
LONG_FILE, LONG_METHOD = 400, 50
#: The most that there should be.
METHODS, CLASS_LINES, ALL_LINES, KNOT = 60, 900, 16_500, 7
#: Files and moves of the runs.
PUSH, PULL = (22, 120), (24, 150)


def say(text=""):
    print(text, flush=True)


def goal(label, figure, most, unit=""):
    """Print a figure beside its goal.

    :param str label: what it is
    :param int figure: how much it is
    :param int most: how much it should be at most
    :param str unit: what is counted
    """
    figures = f"{figure:,}{unit and f' {unit}'} (at most {most:,})"
    say(f"  {label:56}{figures:>32}   {'ok' if figure <= most else 'NOT YET'}")


def static(checkout):
    """Print what the text of the module tells.

    :param pathlib.Path checkout: the module's directory
    """
    sources = {name: read(checkout, name) for name in DIRECTORIES}
    models = sources["models"]
    _sizes(models)
    _overridden(models)
    say("\nThe whole")
    knot, joined = _knot(models), _knot(models, imports=True)
    goal("Largest knot, by methods and fields", len(knot), KNOT, "files")
    say(f"    with imports: {len(joined)} files; of {_count(models)} files in models/")
    lines = {name: sum(source.text.count("\n") for source in files)
             for name, files in sources.items()}
    listed = ", ".join(f"{name} {count:,}" for name, count in lines.items())
    goal("Lines of Python", sum(lines.values()), ALL_LINES)
    say(f"    {listed}")
    _long([source for files in sources.values() for source in files])


def _count(models):
    return sum(source.path.name != "__init__.py" for source in models)


def _sizes(models):
    """Print the largest models and classes."""
    bodies = defaultdict(list)
    for source in models:
        for body in source.bodies:
            bodies[body.label].append(body)
    rows = sorted((
        (sum(len(body.methods) for body in each), sum(body.lines for body in each),
         sum(len(body.fields) for body in each), len({body.source for body in each}), label)
        for label, each in bodies.items()), reverse=True)
    say(f"Models and classes {'':25}{'files':>9}{'fields':>9}{'methods':>9}{'lines':>9}")
    for methods, lines, fields, files, label in rows[:SHOWN]:
        say(f"  {label:42}{files:9}{fields:9}{methods:9}{lines:9,}")
    methods, _lines, _fields, _files, label = rows[0]
    goal(f"Most methods: {label}", methods, METHODS)
    _methods, lines, _fields, _files, label = max(rows, key=lambda row: row[1])
    goal(f"Most lines: {label}", lines, CLASS_LINES)


def _overridden(models):
    """Print the methods that a model has more than twice: overridden twice within the module."""
    counts = Counter((body.model, name) for source in models for body in source.bodies
                     if body.model for name in body.methods)
    repeated = [(count, *key) for key, count in counts.items() if count > 1]
    often = sorted((row for row in repeated if row[0] > 2), reverse=True)
    say(f"\nMethods that a model has more than once: {len(repeated)}")
    goal("More than twice", len(often), 0)
    for count, model, name in often:
        say(f"    {count} times  {model}.{name}")


def _long(sources):
    """Print files and methods that are too long to be read in one go."""
    files = [(source.text.count("\n"), str(source)) for source in sources
             if source.text.count("\n") > LONG_FILE]
    methods = [(node.end_lineno - node.lineno + 1, f"{source}:{node.lineno} {name}")
               for source in sources for body in source.bodies
               for name, node in body.methods.items()
               if node.end_lineno - node.lineno + 1 > LONG_METHOD]
    for label, rows in ((f"Files over {LONG_FILE} lines", files),
                        (f"Methods over {LONG_METHOD} lines", methods)):
        goal(label, len(rows), 0)
        for lines, name in sorted(rows, reverse=True):
            say(f"    {lines:4}  {name}")


# === THE KNOT === #

def _knot(models, imports=False):
    """Find the largest set of files that need each other.

    :param list[Source] models: the files of models/
    :param bool imports: whether an import counts, too
    :rtype: list[str]
    """
    definers = defaultdict(set)
    for source in models:
        for body in source.bodies:
            for name in (*body.methods, *body.fields):
                definers[name].add(str(source))
    modules = {"".join(f".{part}" for part in source.path.with_suffix("").parts): str(source)
               for source in models}
    needs = {}
    for source in models:
        found = {next(iter(definers[name])) for name in source.attributes()
                 if name.startswith(OURS) and len(definers.get(name, ())) == 1}
        if imports and source.path.name != "__init__.py":
            found |= {modules.get(name) or modules.get((name or "").rpartition(".")[0])
                      for _line, name in source.imports()}
        needs[str(source)] = found - {str(source), None}
    return max(_components(needs), key=len)


def _components(needs):
    """Divide files into sets that need each other (Kosaraju: two walks, the second one backwards).

    :param dict[str, set[str]] needs: file -> files
    :rtype: list[list[str]]
    """
    back = defaultdict(set)
    for name, others in needs.items():
        for other in others:
            back[other].add(name)
    seen, order = set(), []
    for name in needs:
        _walk(name, needs, seen, order)
    seen, components = set(), []
    for name in reversed(order):
        if name not in seen:
            components.append([])
            _walk(name, back, seen, components[-1])
    return components


def _walk(start, ways, seen, order):
    """Visit all that can be reached, and append each to the order once nothing is left behind
    it."""
    stack = [] if start in seen else [(start, iter(ways.get(start, ())))]
    seen.add(start)
    while stack:
        name, others = stack[-1]
        for other in others:
            if other not in seen:
                seen.add(other)
                stack.append((other, iter(ways.get(other, ()))))
                break
        else:
            order.append(name)
            stack.pop()


def main():
    """
    :return: 0 when the figures could be taken, whatever they are
    :rtype: int
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", nargs="?", type=Path, default=CHECKOUT)
    parser.add_argument("--static", action="store_true", help="only what needs no Odoo")
    options = parser.parse_args()
    static(options.checkout.resolve())
    if options.static:
        return 0
    import house_runs  # needs Odoo
    say("\nRuns: files of models/ that work, and calls from one of them into another")
    for label, run, goals in zip(("A pushed invoice", "A pulled payment"), house_runs.measure(),
                                 (PUSH, PULL), strict=True):
        goal(label, len(run.files), goals[0], "files")
        goal("", run.moves, goals[1], "moves")
    return 0


if __name__ == "__main__":
    sys.exit(main())
