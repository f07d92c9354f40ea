"""Xero's ``where`` and ``order``: a parser, not a guess."""
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import xero_python.accounting.models as models

from .errors import bad_request
from .store import fold
from .validate import is_guid

_TOKEN = re.compile(r"""\s*(?:
    (?P<number>-?\d+(?:\.\d+)?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<op>==|!=|>=|<=|&&|\|\||[=<>(),])
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
)""", re.VERBOSE)
_COMPARE = {
    "==": lambda a, b: a == b, "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b}


def _fail(message, at=0):
    return bad_request(f"{message} (at index {at})", 16, "QueryParseException")


@cache
def _members(model):
    types = getattr(models, model)
    return {key.lower(): (key, types.openapi_types[attribute])
            for attribute, key in types.attribute_map.items()}


def _resolve(model, path):
    """:return: (tuple of keys, type name). :raise ApiError: 400 for an unknown field."""
    keys, kind = [], model
    for name in path.split("."):
        members = _members(kind) if hasattr(models, kind) else {}
        if name.lower() not in members:
            raise _fail(f"No property or field '{name}' exists in type '{kind}'")
        key, kind = members[name.lower()]
        keys.append(key)
    if keys[-1].endswith("ID"):
        kind = "guid"
    elif kind.startswith(("date", "datetime")):
        kind = "date"
    elif kind in ("float", "int"):
        kind = "number"
    elif kind != "bool":
        kind = "string"
    return tuple(keys), kind


def value_of(record, keys):
    """:return: the value at a path of keys, None when it is missing."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


class _Parser:
    """Recursive descent over OR, AND, comparison."""

    def __init__(self, model, text):
        self.model, self.text = model, text
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if not match:
                raise _fail(f"Syntax error '{text[at:at + 1]}'", at)
            self.tokens.append((match.lastgroup, match.group(match.lastgroup), match.start()))
            at = match.end()
        self.position = 0

    def parse(self):
        test = self.either()
        if self.position < len(self.tokens):
            raise _fail("Syntax error", self.tokens[self.position][2])
        return test

    def peek(self):
        if self.position < len(self.tokens):
            return self.tokens[self.position]
        return (None, None, len(self.text))

    def take(self, *wanted):
        kind, text, at = self.peek()
        if wanted and text not in wanted:
            raise _fail(f"{' or '.join(wanted)} expected", at)
        self.position += 1
        return kind, text, at

    def _joined(self, words, part, combine):
        tests = [part()]
        while str(self.peek()[1]).upper() in words:
            self.take()
            tests.append(part())
        return tests[0] if len(tests) == 1 else lambda row: combine(test(row) for test in tests)

    def either(self):
        return self._joined(("OR", "||"), self.both, any)

    def both(self):
        return self._joined(("AND", "&&"), self.comparison, all)

    def comparison(self):
        if self.peek()[1] == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        keys, kind = self.field()
        at = self.peek()[2]
        if self.peek()[1] not in _COMPARE:
            if kind != "bool":
                raise _fail("Operator expected", at)
            return lambda row: bool(value_of(row, keys))
        operator = self.take()[1]
        literal_kind, literal = self.literal()
        if literal_kind not in (kind, "null") or (
                operator not in ("=", "==", "!=") and kind in ("guid", "bool", "string")):
            raise _fail(f"Operator '{operator}' incompatible with operand types '{kind}' and "
                        f"'{literal_kind}'", at)
        return self._test(keys, kind, operator, literal)

    def field(self):
        kind, text, at = self.take()
        if kind != "name":
            raise _fail("Expression expected", at)
        return _resolve(self.model, text)

    @staticmethod
    def _test(keys, kind, operator, literal):
        compare = _COMPARE[operator]

        def test(row):
            value = value_of(row, keys)
            if kind in ("string", "guid"):
                value = fold(value)
            if kind == "date" and isinstance(value, date) and not isinstance(value, datetime):
                value = datetime(value.year, value.month, value.day)
            if value is None or literal is None:
                return compare(value, literal) if operator in ("=", "==", "!=") else False
            return compare(value, literal)

        return test

    def literal(self):
        """:return: (kind, value) of a constant."""
        kind, text, at = self.take()
        if kind == "number":
            return "number", Decimal(text)
        if kind == "string":
            return "string", fold(re.sub(r"\\(.)", r"\1", text[1:-1])) or ""
        word = (text or "").lower() if kind == "name" else None
        if word in ("true", "false"):
            return "bool", word == "true"
        if word == "null":
            return "null", None
        if word in ("guid", "datetime"):
            arguments = self._arguments()
            return self._called(word, arguments, at)
        raise _fail("Constant expected", at)

    def _arguments(self):
        self.take("(")
        result = [self.literal()]
        while self.peek()[1] == ",":
            self.take()
            result.append(self.literal())
        self.take(")")
        return result

    @staticmethod
    def _called(word, arguments, at):
        values = [value for _kind, value in arguments]
        try:
            if word == "datetime":
                return "date", datetime(*(int(value) for value in values))
            if len(values) == 1 and is_guid(values[0]):
                return "guid", values[0]
        except (TypeError, ValueError):
            pass
        raise _fail(f"Invalid {word} value", at)


def where(model, text):
    """:return: function(record) -> bool. :param str model: e.g. ``Invoice``.
    :param str text: the ``where`` parameter, decoded.
    :raise ApiError: 400 QueryParseException.
    """
    return _Parser(model, text).parse()


def ordering(model, text, default_id):
    """:return: function(list of records) -> sorted list. :param str text: e.g. ``Date DESC``;
    empty: UpdatedDateUTC, then id, as Xero sorts."""
    terms = []
    for term in filter(None, ((text or "").strip()).split(",")):
        words = term.split()
        if len(words) > 2 or words[1:] and words[1].upper() not in ("ASC", "DESC"):
            raise _fail(f"Syntax error in order '{term}'")
        keys, kind = _resolve(model, words[0])
        terms.append((keys, kind, words[1:] and words[1].upper() == "DESC"))
    if not terms:
        terms = [(("UpdatedDateUTC",), "date", False)]
    terms.append(((default_id,), "guid", False))

    def sort(records):
        for keys, kind, descending in reversed(terms):
            def key(record, keys=keys, kind=kind):
                value = value_of(record, keys)
                return value is not None, fold(value) if kind == "string" and value else value or 0
            records = sorted(records, key=key, reverse=bool(descending))
        return records

    return sort


def modified_since(text):
    """:return: function(record) -> bool for If-Modified-Since, to the second, exclusive: the
    strict reading of what Xero does not say. :raise ApiError: 400 for another format."""
    try:
        moment = datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise bad_request("If-Modified-Since must be yyyy-mm-ddThh:mm:ss") from None
    return lambda record: record["UpdatedDateUTC"] >= moment + timedelta(seconds=1)
