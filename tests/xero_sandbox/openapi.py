"""Optional check of request bodies against Xero's published OpenAPI document."""
import os
import re
from functools import lru_cache

import jsonschema
import referencing
import yaml

from .errors import bad_request
from .ledger import API_PREFIX


@lru_cache(maxsize=2)
def load(folder):
    """:return: OpenApi of a folder, read once. :param str folder: holds xero_accounting.yaml."""
    return OpenApi(folder)


class OpenApi:
    """The operations of the document and validators of their bodies."""

    def __init__(self, folder):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with open(os.path.join(folder, "xero_accounting.yaml"), encoding="utf-8") as file:
            document = yaml.load(file, loader)
        for schema in document["components"]["schemas"].values():
            if schema.get("properties"):
                # The document names every field; what it does not name is refused.
                schema.setdefault("additionalProperties", False)
        self._schemas = document["components"]["schemas"]
        resource = referencing.Resource(
            {"components": document["components"]}, referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource("urn:xero", resource)
        self._operations = self._read(document["paths"])
        self._validators = {}

    @staticmethod
    def _read(paths):
        operations = []
        for path, methods in paths.items():
            pattern = re.compile("/".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))
            for method in ("put", "post"):
                content = methods.get(method, {}).get("requestBody", {}).get("content", {})
                if "application/json" in content:
                    name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
                    operations.append((method.upper(), pattern, name))
        return operations

    def schema_of(self, method, path):
        """:return: name of the body's schema of an operation, or None."""
        return next((name for verb, pattern, name in self._operations
                     if verb == method and pattern.fullmatch(path)), None)

    def check(self, request, collection, items):
        """:param str collection: e.g. ``Invoices``. :param list items: its elements as sent.
        :raise ApiError: 400 when the document does not allow them."""
        name = self.schema_of(request.method, request.path[len(API_PREFIX):])
        if name is None:
            raise bad_request(f"{request.method} {request.path} takes no body")
        listed = collection in self._schemas[name]["properties"]
        for value in [{collection: items}] if listed else items:
            error = jsonschema.exceptions.best_match(self._validator(name).iter_errors(value))
            if error:
                where = ".".join(str(part) for part in error.absolute_path)
                raise bad_request(f"{name}: {where}: {error.message}")

    def _validator(self, name):
        if name not in self._validators:
            self._validators[name] = jsonschema.Draft202012Validator(
                {"$ref": f"urn:xero#/components/schemas/{name}"}, registry=self._registry,
                format_checker=jsonschema.FormatChecker(["uuid"]))
        return self._validators[name]
