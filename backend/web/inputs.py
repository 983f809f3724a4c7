"""How a request's parts become checked values: mistakes reach backend.web.problems as pydantic found them."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from backend.errors import InvalidInput, MalformedRequest, both

SHOWN = 100
"""So many characters of what was sent are repeated in an answer."""


class StrictAdapter(PydanticAdapter):
    """Reads JSON the strict way: no NaN, no key twice (two readers could take different ones), an object only."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> Any:
        if location == "json":
            return self.model_class.model_validate(read_json(request))
        return self.model_class.model_validate(read_query(request))


def read_json(request: Request) -> dict[str, Any]:
    """The body as an object. Raises MalformedRequest, UnsupportedMediaType."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = json.loads(request.get_data(cache=True), parse_constant=_no_constant, object_pairs_hook=_each_key_once)
    except RecursionError:
        raise MalformedRequest(reason=both("the body is nested too deep", "请求内容嵌套过深")) from None
    except ValueError as mistake:  # JSONDecodeError and UnicodeDecodeError too
        if mistake.args and isinstance(mistake.args[0], _Twice):
            key = printable(mistake.args[0].key)
            raise MalformedRequest(reason=both("a key stands twice: {key}", "键重复:{key}", key=key)) from None
        raise MalformedRequest(reason=both("the body is not valid JSON", "请求内容不是有效的 JSON")) from None
    if not isinstance(body, dict):
        raise MalformedRequest(reason=both("the body is not a JSON object", "请求内容不是 JSON 对象"))
    return body


def read_query(request: Request) -> dict[str, str]:
    """The query's parameters. Raises InvalidInput for one that stands twice."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidInput(field=printable(name), reason=both("stands twice", "重复"))
    return request.args.to_dict()


def printable(text: str) -> str:
    """The beginning of what was sent, in a form that can be sent back: halves of characters are spelt out."""
    return text[:SHOWN].encode("utf-8", "backslashreplace").decode("utf-8")


class _Twice:
    def __init__(self, key: str) -> None:
        self.key = key


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(_Twice(key))
        found[key] = value
    return found


registry.register("pydantic", StrictAdapter)
