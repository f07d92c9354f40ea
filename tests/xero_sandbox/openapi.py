"""Optional check of whole requests against Xero's published OpenAPI document."""
import json
import os
import re
from functools import lru_cache
from importlib.util import find_spec

from .errors import bad_request
from .ledger import API_PREFIX

_HERE = os.path.dirname(os.path.realpath(__file__))
#: Where the published documents lie, beside the checkout or where the variable says.
FOLDER = os.environ.get("XERO_OPENAPI_DIR") or os.path.join(
    _HERE, "..", "..", "..", "shared", "xero")
RAW = "application/octet-stream"
#: What HTTP itself, and every call to Xero, has besides what the document names.
_COMMON_HEADERS = {
    "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type",
    "host", "user-agent"}
_SAMPLES = {
    "boolean": re.compile("true|false"), "integer": re.compile(r"\d+"),
    "uuid": re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")}


def folder():
    """:return: FOLDER when the documents, and what reads them, are here; else None."""
    here = os.path.exists(os.path.join(FOLDER, "xero_accounting.yaml")) and all(
        find_spec(name) for name in ("yaml", "jsonschema"))
    return FOLDER if here else None


@lru_cache(maxsize=2)
def load(path):
    """:return: OpenApi of a folder, read once. :param str path: holds xero_accounting.yaml."""
    return OpenApi(path)


class OpenApi:
    """The operations of the document and validators of their bodies."""

    def __init__(self, path):
        import referencing.jsonschema
        import yaml
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with open(os.path.join(path, "xero_accounting.yaml"), encoding="utf-8") as file:
            document = yaml.load(file, loader)
        for schema in document["components"]["schemas"].values():
            if schema.get("properties"):
                # The document names every field; what it does not name is refused.
                schema.setdefault("additionalProperties", False)
        self._components = document["components"]
        resource = referencing.Resource(
            {"components": document["components"]}, referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource("urn:xero", resource)
        self._operations = list(self._read(document["paths"]))
        self._validators = {}

    def _read(self, paths):
        """Yield (METHOD, pattern, parameters by (place, name), schemas by type of content)."""
        # A fixed part of a path goes before a variable one: Invoices/{id}/OnlineInvoice.
        for path, methods in sorted(paths.items(), key=lambda item: item[0].count("{")):
            pattern = re.compile("/".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))
            for method in methods.keys() & {"get", "put", "post", "delete"}:
                named = (self._resolved(one) for one in (
                    *methods.get("parameters", ()), *methods[method].get("parameters", ())))
                body = methods[method].get("requestBody", {})
                content = self._resolved(body).get("content", {})
                yield (method.upper(), pattern,
                       {(one["in"], one["name"].lower() if one["in"] == "header" else one["name"]):
                        one for one in named},
                       {kind: value["schema"] for kind, value in content.items()})

    def _resolved(self, part):
        """:return: a parameter or body, also where it is named elsewhere in the document"""
        kind, _slash, name = part.get("$ref", "").removeprefix("#/components/").partition("/")
        return self._components[kind][name] if name else part

    def check(self, request):
        """:param request: as the sandbox received it, headers and raw body too.
        :raise ApiError: 400 when the document does not allow it, whatever Xero may tolerate."""
        path = request.path[len(API_PREFIX):]
        found = next((rest for verb, pattern, *rest in self._operations
                      if verb == request.method and pattern.fullmatch(path)), None)
        if found is None:
            raise bad_request(f"OpenAPI: there is no {request.method} {path}")
        parameters, contents = found
        for place, values in (("query", request.query), ("header", request.headers)):
            for name, value in values.items():
                key = name.lower() if place == "header" else name
                if place == "header" and key in _COMMON_HEADERS:
                    continue
                if (place, key) not in parameters:
                    raise bad_request(f"OpenAPI: {request.method} {path} has no {place} {name}")
                self._check_value(f"{place} {name}", value, parameters[place, key]["schema"])
        self._check_body(request, contents)

    @staticmethod
    def _check_value(where, value, schema):
        items = schema.get("items", schema)
        for part in value.split(",") if schema["type"] == "array" else [value]:
            sample = _SAMPLES.get(items.get("format")) or _SAMPLES.get(items["type"])
            if (sample and not sample.fullmatch(part)) or not part \
                    or len(part) > items.get("maxLength", len(part)) \
                    or part not in items.get("enum", [part]):
                raise bad_request(f"OpenAPI: {where} cannot be {part!r}")

    def _check_body(self, request, contents):
        if not request.body and not contents:
            return
        kind = (request.headers.get("Content-Type") or "").split(";")[0]
        # Bytes of any type are that of the file; Xero shows only what is sent as what it is.
        kind = kind if kind in contents or RAW not in contents else RAW
        if kind not in contents:
            raise bad_request(
                f"OpenAPI: {request.method} {request.path} takes no body of type {kind!r}")
        if kind != "application/json":
            return
        import jsonschema.exceptions
        errors = self._validator(contents[kind]["$ref"]).iter_errors(json.loads(request.body))
        error = jsonschema.exceptions.best_match(errors)
        if error:
            where = ".".join(str(part) for part in error.absolute_path)
            raise bad_request(f"OpenAPI: {request.path}: {where}: {error.message}")

    def _validator(self, reference):
        if reference not in self._validators:
            import jsonschema.exceptions
            self._validators[reference] = jsonschema.Draft202012Validator(
                {"$ref": f"urn:xero{reference}"}, registry=self._registry,
                format_checker=jsonschema.FormatChecker(["uuid"]))
        return self._validators[reference]
