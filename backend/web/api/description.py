"""The OpenAPI document, where it says more than each view says by itself: what is in a path, what a read answers, which
headers a write takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from backend.web.api.shared import IdentifierConverter

Json = dict[str, Any]

_WRITE_HEADERS: list[Json] = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "description": "Same key and body: the same operation. Same key, another body: 409.",
    },
    {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "examples": ["wait=5"]},
        "description": "RFC 7240. wait=N: answer when the operation is final, at most N seconds later.",
    },
]

_ADDRESS = {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}
_WORDS = {"account": _ADDRESS, "device": _ADDRESS, "feed": {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}}
"""What stands in a path as a word, and not as a number or an id."""

_ANYTHING: Json = {
    "anyOf": [
        {"$ref": "#/components/schemas/Thing"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Anything"}},
        {"type": ["string", "integer", "boolean", "null"]},
    ]
}
_THING: Json = {
    "type": "object",
    "description": "Amounts are digits in strings, times UTC seconds, rates basis points; there are no fractions.",
    "patternProperties": {
        "Fen$": {"type": ["string", "null"], "pattern": "^-?[0-9]+$"},
        "(At|Until)$": {"type": ["integer", "null"]},
        "Bps$": {"type": ["integer", "null"]},
    },
    "additionalProperties": {"$ref": "#/components/schemas/Anything"},
}
_PAGE: Json = {
    "type": "object",
    "required": ["items", "next"],
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        "next": {
            "type": ["string", "integer", "null"],
            "description": "`after` of the page behind; null: there is none",
        },
    },
}
_SCHEMAS = {"Anything": _ANYTHING, "Thing": _THING, "Page": _PAGE}


def describe(app: Flask) -> Callable[[Any], Any]:
    """What completes the OpenAPI document of `app`."""

    def complete(spec: Any) -> Any:
        assert isinstance(spec, dict)
        spec["components"].setdefault("schemas", {}).update(_SCHEMAS)
        converters = _converters(app)
        for path, operations in spec["paths"].items():
            for operation in operations.values():
                _say_what_is_in_the_path(operation, converters[path])
                _say_what_is_answered(operation)
                if "202" in operation["responses"]:
                    operation.setdefault("parameters", []).extend(_WRITE_HEADERS)
        return spec

    return complete


def _converters(app: Flask) -> dict[str, dict[str, BaseConverter]]:
    return {re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule): rule._converters for rule in app.url_map.iter_rules()}


def _say_what_is_in_the_path(operation: Json, converters: dict[str, BaseConverter]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["schema"] = _shape(parameter["name"], converters[parameter["name"]])


def _shape(name: str, converter: BaseConverter) -> Json:
    if isinstance(converter, IntegerConverter):
        return {"type": "integer", "minimum": 0, "maximum": converter.max}
    if isinstance(converter, AnyConverter):
        return {"type": "string", "enum": sorted(converter.items)}
    if isinstance(converter, IdentifierConverter):
        return {"type": "string", "pattern": f"^{converter.regex}$"}
    return _WORDS[name]


def _say_what_is_answered(operation: Json) -> None:
    """A list is whatever is read in pages (rule B45)."""
    if "200" in operation["responses"]:
        return
    asked = {parameter["name"] for parameter in operation.get("parameters", [])}
    schema = "Page" if {"after", "limit"} <= asked else "Thing"
    operation["responses"]["200"] = {
        "description": "A page" if schema == "Page" else "The answer",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
