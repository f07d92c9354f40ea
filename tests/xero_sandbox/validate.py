"""Refuses request bodies that Xero's published types do not allow."""
import re
from decimal import Decimal
from enum import Enum
from functools import cache

import xero_python.accounting.models as models

from .errors import bad_request
from .render import parse_date

_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_PRIMITIVES = {"str": str, "bool": bool, "float": (int, Decimal), "int": int}
_GUID_FIELD = re.compile(r"ID$")


class Invalid(Exception):
    """A body does not fit the types; the text says where."""


@cache
def _fields(name):
    """:return: JSON key -> (attribute, type) of a model of xero-python."""
    model = getattr(models, name)
    return {key: (attribute, model.openapi_types[attribute])
            for attribute, key in model.attribute_map.items()}


def _build(kind, value, where):
    """Check a JSON value against a type of xero-python and build it, which checks enums.

    :return: what the model's constructor takes.
    """
    if kind.startswith("list["):
        if not isinstance(value, list):
            raise Invalid(f"{where} must be an array")
        return [_build(kind[5:-1], item, f"{where}[{i}]") for i, item in enumerate(value)]
    if kind.startswith(("date", "datetime")):
        return _date(value, where)
    if kind in _PRIMITIVES:
        return _primitive(kind, value, where)
    model = getattr(models, kind)
    if issubclass(model, Enum):
        if value not in {member.value for member in model}:
            raise Invalid(f"{where}: '{value}' is not a valid {kind}")
        return value
    return _model(kind, model, value, where)


def _primitive(kind, value, where):
    if not isinstance(value, _PRIMITIVES[kind]) or isinstance(value, bool) != (kind == "bool"):
        raise Invalid(f"{where}: {value!r} is not a {kind}")
    leaf = where.rsplit(".", 1)[-1]
    if kind == "str" and _GUID_FIELD.search(leaf) and not _GUID.match(value):
        raise Invalid(f"{where}: '{value}' is not a GUID")
    return value


def _date(value, where):
    try:
        return parse_date(value)
    except (TypeError, ValueError):
        raise Invalid(f"{where}: {value!r} is not a date") from None


def _model(kind, model, value, where):
    if not isinstance(value, dict):
        raise Invalid(f"{where} must be an object")
    fields, arguments = _fields(kind), {}
    for key, item in value.items():
        if key not in fields:
            raise Invalid(
                f"The element '{key}' was not recognised. Ensure the element name has the correct "
                f"case and that there are no duplicate elements of the same name ({where})")
        attribute, field_kind = fields[key]
        arguments[attribute] = _build(field_kind, item, f"{where}.{key}")
    try:
        return model(**arguments)
    except ValueError as error:
        # Lengths are for the rules of each element, which name the field in their own refusal.
        if "length must be" not in str(error):
            raise Invalid(f"{where}: {error}") from None
        return model()


def check(model_name, value, where=None):
    """:param str model_name: e.g. ``Invoice``. :param dict value: parsed JSON, Decimal numbers.
    :raise ApiError: 400 PostDataInvalidException when a field, type or enum value is unknown.
    """
    try:
        _build(model_name, value, where or model_name)
    except Invalid as error:
        raise bad_request(str(error)) from None


def is_guid(text):
    """:return: whether the text is a GUID."""
    return bool(_GUID.match(text))
