"""What the files of `models/` use of each other's packages: by import, and by name.

A name leads to a package in one of two ways. Where the model is known, as of `self`, of
`self.env['xero.log']` or of a variable that got one of these, it is the lowest package that defines
the field or method for that model or a mixin of it. Elsewhere a name counts that begins like ours
(`_`, `xero_`, `action_`) and that one package alone defines. What only extends a method by
`super()` does not define it: it uses it.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from xml.etree import ElementTree

from sources import docstrings, read

#: The packages of models/, from the ground up: each may use those before it.
LAYERS = ("core", "connection", "mapping", "contacts", "documents", "push", "pull", "imports",
          "reports", "invoicing")
OURS = ("_", "xero_", "action_")
#: What a variable of this name holds throughout the module.
CUSTOM = {
    **dict.fromkeys(("connection", "connections", "connection_id", "worker"), "xero.connection"),
    **dict.fromkeys(("move", "moves", "move_id"), "account.move"),
    **dict.fromkeys(("partner", "partners", "partner_id"), "res.partner"),
    **dict.fromkeys(("request", "requests", "request_id"), "xero.request"),
}
#: Methods that return records of the model that they are called for.
SAME = {
    "browse", "concat", "copy", "create", "ensure_one", "exists", "filtered", "filtered_domain",
    "lock_for_update", "new", "search", "search_fetch", "sorted", "sudo", "try_lock_for_update",
    "union", "with_company", "with_context", "with_env", "with_prefetch", "with_user",
}
#: Methods whose texts are names of fields, and which of them call a lambda with a record.
NAMING = {
    "_read_group", "create", "default_get", "fetch", "filtered", "filtered_domain", "flush_model",
    "flush_recordset", "grouped", "invalidate_recordset", "mapped", "modified", "new", "read",
    "search", "search_count", "search_fetch", "search_read", "sorted", "update", "write",
}
LAMBDAS = {"filtered", "grouped", "mapped", "sorted"}
DECORATORS = {"constrains", "depends", "onchange"}
#: Arguments of a field that name a field or method of the same model.
FIELD_ARGUMENTS = {"compute", "group_expand", "inverse", "related", "search", "default"}
PATH = re.compile(r"([a-z_]\w*(?:\.[a-z_]\w*)*)(?::\w+)?")
WORD = re.compile(r"\b_?(?:xero|action)_\w+")


class Names:
    """What each package defines.

    :param pathlib.Path checkout: the module's directory
    :param list[Source] sources: of models/
    """

    def __init__(self, checkout, sources):
        self.models = {}                        # name of a model of ours -> package
        self.parents = defaultdict(set)         # model -> models that it inherits from
        self.comodels = {}                      # (model, field) -> model
        self._of_model = defaultdict(set)       # (model, name) -> packages
        self._anywhere = defaultdict(set)       # name -> packages
        bodies = [(source.package, body) for source in sources if source.package in LAYERS
                  for body in source.bodies]
        for package, body in bodies:
            if body.is_new:
                self.models[body.model] = package
            self.parents[body.model].update(body.inherits)
            for name in body.defined():
                self._of_model[body.model, name].add(package)
                self._anywhere[name].add(package)
                if comodel := body.comodel(name):
                    self.comodels[body.model, name] = comodel
            for name in body.assigned:
                self._anywhere[name].add(package)
        self.tables = {model.replace(".", "_"): model for model in self.models}
        for source in read(checkout, "xero"):       # what a name of the Xero API is, is not ours
            for node in ast.walk(source.tree):
                if isinstance(node, ast.ClassDef | ast.FunctionDef):
                    self._anywhere[node.name].add("xero")
        self.xml_ids = self._read_xml_ids(checkout)

    def owner(self, model, name):
        """Find where a name is defined.

        :param str model: the model that it is asked of, or None when that is not known
        :param str name: of a field or method
        :return: the package, or None when it is Odoo's, or cannot be told
        """
        packages = {package for each in self._lineage(model)
                    for package in self._of_model.get((each, name), ())}
        if packages:
            return min(packages, key=LAYERS.index)
        packages = self._anywhere.get(name, ())
        if name.startswith(OURS) and len(packages) == 1 and "xero" not in packages:
            return next(iter(packages))
        return None

    def comodel(self, model, name):
        """:return: the model that a field leads to, as far as it is one of ours, or named so"""
        found = (self.comodels.get((each, name)) for each in self._lineage(model))
        return next(filter(None, found), None) or CUSTOM.get(name)

    def _lineage(self, model):
        """:return: a model and all that it inherits from"""
        seen, todo = [], [model] if model else []
        while todo:
            each = todo.pop()
            if each not in seen:
                seen.append(each)
                todo += self.parents.get(each, ())
        return seen

    def _read_xml_ids(self, checkout):
        """:return: {XML id: package} of records that belong to what one model or method is; that of
            the highest package when they name several"""
        found = {}
        for path in [each for directory in ("data", "views", "security")
                     for each in sorted((checkout / directory).glob("*.xml"))]:
            for record in ElementTree.parse(path).iter("record"):
                packages = set()
                for field in record.iter("field"):
                    model = field.text if field.get("name") in ("model", "res_model") else \
                        self.tables.get((field.get("ref") or "").removeprefix("model_"))
                    packages.add(self.models.get(model))
                    if field.get("name") == "code":
                        packages |= {self.owner(None, name)
                                     for name in re.findall(r"\b_\w+", field.text or "")}
                if packages := packages - {None}:
                    found[f"account_xero.{record.get('id')}"] = max(packages, key=LAYERS.index)
        return found


def uses(source, names):
    """Find what a file uses of the packages of models/, its own among them.

    :param Source source: a file of models/
    :param Names names: what is defined where
    :return: yields (line, name, package)
    """
    for line, name in source.imports():
        _dot, *parts = (name or "").split(".")
        if parts[:1] == ["models"] and len(parts) > 1 and parts[1] in LAYERS:
            yield line, f"import {'.'.join(parts[1:])}", parts[1]
    skipped = docstrings(source.tree)
    bodies = {body.node: body for body in source.bodies}
    for statement in source.tree.body:
        body = bodies.get(statement)
        for part in (statement.body if body else [statement]):
            reader = _Reader(names, body.model if body else None, skipped)
            reader.learn(part)
            yield from reader.read(part)


class _Reader:
    """Reads a method, or another statement, and knows of some variables what they hold.

    :param Names names: what is defined where
    :param str model: of the class around it, or None
    :param set skipped: nodes that are docstrings
    """

    def __init__(self, names, model, skipped):
        self._names, self._model, self._skipped = names, model, skipped
        self._variables = {"self": model, "cls": model}
        self._named = {}        # node of a text -> the model whose field or method it names

    # === WHAT VARIABLES HOLD === #

    def learn(self, tree):
        """Note what the variables of a statement hold; one that holds now this, now that, nothing.

        :param ast.AST tree: the statement
        """
        nodes = list(ast.walk(tree))
        for _round in range(2):     # the second one knows what was assigned further down
            for node in nodes:
                for target, value in _bindings(node):
                    if isinstance(target, ast.Name) and (model := self._model_of(value)):
                        known = self._variables.get(target.id, model)
                        self._variables[target.id] = model if known == model else None
        for node in nodes:
            self._mark_texts(node)

    def _model_of(self, node):
        """:return: the model of an expression's records, or None"""
        if isinstance(node, ast.Name):
            return self._variables[node.id] if node.id in self._variables else CUSTOM.get(node.id)
        if isinstance(node, ast.Attribute):
            return self._names.comodel(self._model_of(node.value), node.attr)
        if isinstance(node, ast.Subscript):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                of_env = getattr(node.value, "attr", getattr(node.value, "id", None)) == "env"
                return node.slice.value if of_env else None
            return self._model_of(node.value)
        if isinstance(node, ast.Call):
            return self._model_of_call(node)
        parts = {ast.BinOp: ("left", "right"), ast.IfExp: ("body", "orelse"),
                 ast.NamedExpr: ("value",), ast.Starred: ("value",)}.get(type(node), ())
        values = node.values if isinstance(node, ast.BoolOp) else [
            getattr(node, part) for part in parts]
        return next(filter(None, map(self._model_of, values)), None)

    def _model_of_call(self, node):
        function = node.func
        if isinstance(function, ast.Name):
            if function.id == "super":
                return self._model
            first = node.args[0] if node.args else None
            return self._model_of(first) if function.id in ("list", "reversed", "sorted") else None
        if isinstance(function, ast.Attribute):
            if function.attr in SAME:
                return self._model_of(function.value)
            if function.attr == "mapped" and node.args and isinstance(node.args[0], ast.Constant):
                return self._follow(self._model_of(function.value), str(node.args[0].value))
        return None

    def _follow(self, model, path):
        """:return: the model to which a path of fields leads"""
        for name in path.split("."):
            model = self._names.comodel(model, name)
        return model

    # === TEXTS THAT NAME === #

    def _mark_texts(self, node):
        """Mark of which model the texts below a call name fields or methods."""
        if not isinstance(node, ast.Call):
            return
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in DECORATORS and getattr(owner, "id", None) == "api":
            self._mark(node.args, self._model)
        elif getattr(owner, "id", None) == "fields":
            self._mark([each.value for each in node.keywords if each.arg in FIELD_ARGUMENTS],
                       self._model)
        elif name in ("getattr", "hasattr", "setattr") and len(node.args) > 1:
            self._mark(node.args[1:2], self._model_of(node.args[0]))
        elif name in NAMING and owner is not None and (model := self._model_of(owner)):
            self._mark(node.args, model)
            for each in node.args:
                if name in LAMBDAS and isinstance(each, ast.Lambda):
                    self._variables.setdefault(each.args.args[0].arg, model)

    def _mark(self, nodes, model):
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._named[node] = model
            elif isinstance(node, ast.Tuple) and len(node.elts) == 3:     # a term of a domain
                self._mark(node.elts[:1], model)
            elif isinstance(node, ast.List | ast.Tuple | ast.Set):
                self._mark(node.elts, model)
            elif isinstance(node, ast.Dict):
                self._mark(filter(None, node.keys), model)
            elif isinstance(node, ast.BinOp):
                self._mark([node.left, node.right], model)

    # === USES === #

    def read(self, tree):
        """:return: yields what a statement uses: (line, name, package)"""
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                found = [(node.attr, self._names.owner(self._model_of(node.value), node.attr))]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) \
                    and node not in self._skipped:
                found = self._read_text(node)
            else:
                continue
            yield from ((node.lineno, name, package) for name, package in found if package)

    def _read_text(self, node):
        """:return: [(name, package)] of what a text names: a model, an XML id, a path of fields, a
            method; and tables and columns, when it is SQL"""
        text, names = node.value, self._names
        if package := names.models.get(text) or names.xml_ids.get(text):
            return [(text, package)]
        found, model = [], self._named.get(node)
        if path := PATH.fullmatch(text):
            for name in path[1].split("."):
                found.append((name, names.owner(model, name)))
                model = names.comodel(model, name)
        elif " " in text:
            for word in WORD.findall(text):
                if table := names.tables.get(word):
                    found.append((table, names.models[table]))
                else:
                    found.append((word, names.owner(None, word)))
        return found


def _bindings(node):
    """:return: [(target, value)] of what a node binds; a loop's target is bound to what it goes
        through"""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.NamedExpr):
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.For | ast.comprehension):
        pairs = [(node.target, node.iter)]
    else:
        pairs = []
    for target, value in list(pairs):
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs += zip(target.elts, value.elts, strict=False)
    return pairs
