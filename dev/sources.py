"""The module's Python code as it is written, without Odoo: classes, and what they define."""

from __future__ import annotations

import ast
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ADDON = "odoo.addons.account_xero"
RELATIONS = {"Many2one", "One2many", "Many2many"}


class Source:
    """A Python file of the module.

    :param pathlib.Path checkout: the module's directory
    :param pathlib.Path path: the file
    """

    def __init__(self, checkout, path):
        self.path = path.relative_to(checkout)
        self.text = path.read_text()
        self.tree = ast.parse(self.text, str(path))
        self.bodies = [Body(self, node) for node in self.tree.body
                       if isinstance(node, ast.ClassDef)]

    def __str__(self):
        return self.path.as_posix()

    @property
    def package(self):
        """:return: the directory below `models/`, None for a file that stands there by itself"""
        return self.path.parts[1] if len(self.path.parts) > 2 else None

    def attributes(self):
        """:return: the names of all attributes that the file reads, calls or sets"""
        return {node.attr for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}

    def imports(self):
        """Find what the file imports.

        :return: line number and full name, `.` first and from the checkout on for what is of the
            module: `.models.push.sender`; None in place of what lies above the module
        :rtype: list[tuple[int, str | None]]
        """
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [self._full(node, alias.name) for alias in node.names]
            else:
                continue
            found += [(node.lineno, name and name.replace(f"{ADDON}.", ".", 1)) for name in names]
        return found

    def _full(self, node, name):
        """:return: the full name of what `from ... import` names, as in :meth:`imports`"""
        if not node.level:
            return f"{node.module}.{name}"
        above = self.path.parts[:-1]
        if node.level - 1 > len(above):
            return None
        below = (*above[:len(above) - node.level + 1], *filter(None, [node.module]), name)
        return "".join(f".{part}" for part in below)


class Body:
    """One class statement: a model, an extension of one, or a plain class.

    :param Source source: its file
    :param ast.ClassDef node: the statement
    """

    def __init__(self, source, node):
        self.source, self.node = source, node
        self.methods = {item.name: item for item in node.body
                        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
        self.assigned = {item.targets[0].id: item.value for item in node.body
                         if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)}
        self.fields = {name: value for name, value in self.assigned.items() if _is_field(value)}
        inherits = _texts(self.assigned.get("_inherit"))
        names = _texts(self.assigned.get("_name")) or inherits
        self.model = names[0] if names else None
        self.inherits = [name for name in inherits if name != self.model]
        #: Whether this is where the model begins, and it is not one of Odoo's.
        self.is_new = bool(_texts(self.assigned.get("_name"))) and self.model not in inherits

    @property
    def label(self):
        """:return: what to call it: the model, or file and class"""
        return self.model or f"{self.source}: {self.node.name}"

    @property
    def lines(self):
        """:return: how many lines it has"""
        return self.node.end_lineno - self.node.lineno + 1

    def defined(self):
        """Find what begins here: fields, and methods that extend no other.

        :rtype: set[str]
        """
        return {*self.fields, *(name for name, node in self.methods.items()
                                if not _extends(node))}

    def comodel(self, name):
        """:return: the model that a field of this body leads to, or None"""
        call = self.fields.get(name)
        if call is None or call.func.attr not in RELATIONS:
            return None
        named = [each.value for each in call.keywords if each.arg == "comodel_name"]
        return next(iter(_texts((call.args or named or [None])[0])), None)


def read(checkout, *directories):
    """Read the Python files of some directories.

    :param pathlib.Path checkout: the module's directory
    :param directories: below it
    :rtype: list[Source]
    """
    return [Source(checkout, path) for directory in directories
            for path in sorted((checkout / directory).rglob("*.py"))]


def docstrings(tree):
    """:return: the nodes that are docstrings; comments, as far as the code is concerned"""
    return {node.value for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def _is_field(value):
    return (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
            and isinstance(value.func.value, ast.Name) and value.func.value.id == "fields"
            and value.func.attr[0].isupper() and value.func.attr not in ("Domain", "Command"))


def _extends(method):
    """:return: whether a method calls the one that it overrides"""
    return any(isinstance(node, ast.Attribute) and node.attr == method.name
               and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
               and node.value.func.id == "super" for node in ast.walk(method))


def _texts(node):
    """:return: the texts of a literal: one, or a list or tuple of them"""
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [each.value for each in nodes
            if isinstance(each, ast.Constant) and isinstance(each.value, str)]
