"""Refusals as RFC 9457 problem documents, in the language the caller prefers."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, g, json, render_template, request
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DBAPIError, TimeoutError
from werkzeug.exceptions import HTTPException

from backend.errors import ContractRefused, FeiqianError, InvalidInput, KeyNotHeld, Phrase, TooManyRequests, both
from backend.storage import trouble
from backend.web.inputs import printable
from backend.web.noted import note
from backend.web.reverts import sentence

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

_HTTP: dict[int, tuple[Phrase, Phrase]] = {
    400: (both("Bad Request", "请求有误"), both("the request cannot be read", "无法读取请求")),
    404: (both("Not Found", "没有这个地址"), both("there is nothing at this address", "该地址下没有内容")),
    405: (
        both("Method Not Allowed", "不支持此方法"),
        both("this address has other methods; see Allow", "该地址支持的方法见 Allow"),
    ),
    413: (
        both("Content Too Large", "请求内容过大"),
        both("the body is larger than this server reads", "请求内容超过本服务器的上限"),
    ),
    415: (
        both("Unsupported Media Type", "不支持的内容类型"),
        both("send Content-Type: application/json", "请以 Content-Type: application/json 提交"),
    ),
}
_OTHER_HTTP = (both("The request was refused", "请求被拒绝"), both("the request was refused", "请求被拒绝"))

_CHINESE = {
    "missing": "缺少该字段",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为字符串",
    "string_unicode": "含有不完整的字符",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "格式不正确",
    "literal_error": "不在可选值之内",
    "bool_type": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "greater_than": "太小",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "too_short": "项目太少",
    "too_long": "项目太多",
}


def language() -> str:
    """en or zh: what the reader of a page chose, or by Accept-Language."""
    if (chosen := g.get("language")) is not None:
        return str(chosen)
    best = request.accept_languages.best_match(["en", "zh", "zh-CN"], "en")
    return "zh" if str(best).startswith("zh") else "en"


def spoken(phrase: Phrase) -> str:
    """A phrase in the caller's language."""
    return phrase.zh if language() == "zh" else str(phrase)


def contract_error(error: str, arguments: dict[str, Any], contract: str | None) -> dict[str, Any]:
    """A contract's error as the API shows it: its name, its values (numbers as digits) and its contract."""
    return {
        "name": error,
        "arguments": {name: _shown(value) for name, value in arguments.items()},
        "contract": contract,
    }


def problem(error: FeiqianError) -> Response:
    """The problem document of a refusal."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.type}",
        "title": error.title[language()],
        "status": error.status,
        "detail": error.describe(language()),
        "instance": request.path,
    }
    if error.field:
        body["field"] = error.field
    if isinstance(error, ContractRefused):
        params = error.params
        body["detail"] = spoken(sentence(params["error"], params["arguments"]))
        body["contractError"] = contract_error(params["error"], params["arguments"], params["contract"])
    if isinstance(error, KeyNotHeld):
        body |= {name: error.params[name] for name in ("document", "transaction") if name in error.params}
    note(refusal=error.type)
    response = _respond(body, error.status)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.params["seconds"])
    return response


def install(app: Flask) -> None:
    """Makes every refusal and every failure of `app` a problem document."""
    app.register_error_handler(FeiqianError, _feiqian_problem)
    app.register_error_handler(ValidationError, lambda error: problem(_first_mistake(error)))
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(DBAPIError, of_storage)
    app.register_error_handler(TimeoutError, of_storage)
    app.register_error_handler(Exception, _failure)


def _feiqian_problem(error: FeiqianError) -> Response:
    if error.status >= 500:
        log.warning("request-refused", path=request.path, refusal=str(error))
    return problem(error)


def of_storage(error: DBAPIError | TimeoutError) -> Response:
    """What a database's complaint is to whoever asked."""
    refusal = trouble(error)
    return _failure(error) if refusal is None else _feiqian_problem(refusal)


def _first_mistake(error: ValidationError) -> InvalidInput:
    first = error.errors(include_url=False, include_context=True)[0]
    path = [printable(str(part)) for part in first["loc"] if part != "[key]"]
    return InvalidInput(field=".".join(path) or "body", reason=_reason(first))


def _reason(mistake: ErrorDetails) -> Phrase:
    cause = mistake.get("ctx", {}).get("error")
    if cause is not None and cause.args and isinstance(cause.args[0], Phrase):
        return cause.args[0]
    reason = Phrase(mistake["msg"])  # a pattern in it has braces of its own
    reason.zh = _CHINESE.get(mistake["type"], "值不正确")
    return reason


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    title, detail = _HTTP.get(status, _OTHER_HTTP)
    body = {
        "type": "about:blank",
        "title": spoken(title),
        "status": status,
        "detail": spoken(detail),
        "instance": request.path,
    }
    note(refusal=str(status))
    response = _respond(body, status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _failure(error: Exception) -> Response:
    log.exception("request-failed", path=request.path)
    return problem(FeiqianError(reason=both("the failure was logged", "该错误已记录")))


def _respond(body: dict[str, Any], status: int) -> Response:
    if _is_for_a_page():
        page = render_template("problem.html", **{"type": "about:blank", "detail": "", **body})
        response = Response(page, status=status, content_type="text/html; charset=utf-8")
    else:
        text = json.dumps(body, ensure_ascii=False)
        response = Response(text.encode("utf-8", "backslashreplace"), status=status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language()
    if status == 503:
        response.headers["Retry-After"] = "1"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="feiqian"'
    return response


def _is_for_a_page() -> bool:
    """Whether a person asked, with a browser. The API answers everybody with problem documents."""
    if request.path.startswith("/api/"):
        return False
    return request.accept_mimetypes.best_match([MEDIA_TYPE, "application/json", "text/html"]) == "text/html"


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
