"""Every refusal the backend can give: one class a kind, each with a stable type, a status and two languages.

A refusal names who, what and how much: its `params` are the values behind the sentence, and its
`field` is the input that was wrong. The web layer turns it into an RFC 9457 problem document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Phrase(str):
    """An English sentence that knows its Chinese."""

    zh: str


def both(en: str, zh: str, **values: Any) -> Phrase:
    """A reason in both languages, with `values` filled into each; a value that is a Phrase keeps its language."""
    phrase = Phrase(en.format(**values))
    phrase.zh = zh.format(**chinese(values))
    return phrase


def chinese(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with every Phrase in Chinese."""
    return {name: value.zh if isinstance(value, Phrase) else value for name, value in values.items()}


class FeiqianError(Exception):
    """The base of all refusals. `type` is stable and part of the API; sentences are not."""

    type: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[Mapping[str, str]] = {"en": "Something failed inside", "zh": "内部错误"}
    detail: ClassVar[Mapping[str, str]] = {"en": "{reason}", "zh": "{reason}"}

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        self.field = field
        self.params = params
        super().__init__(self.describe("en"))

    def at(self, place: str) -> FeiqianError:
        """The same refusal, where what was wrong stood at `place` of a larger request."""
        self.field = f"{place}.{self.field}" if self.field else place
        self.args = (self.describe("en"),)
        return self

    def describe(self, language: str) -> str:
        """The sentence in `language` (en or zh), with the values filled in."""
        chinese = language == "zh"
        params = {
            name: value.zh if chinese and isinstance(value, Phrase) else value for name, value in self.params.items()
        }
        text = self.detail["zh" if chinese else "en"].format_map(_Named(params))
        return f"{self.field}: {text}" if self.field else text


class _Named(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class InvalidInput(FeiqianError):
    """A value that cannot be what its field asks for. `field` is a dotted path."""

    type = "invalid-input"
    status = 422
    title = {"en": "A value is not acceptable", "zh": "输入值不可接受"}


class MalformedRequest(FeiqianError):
    """The body is not JSON, or not an object."""

    type = "malformed-request"
    status = 400
    title = {"en": "The request cannot be read", "zh": "无法读取请求"}


class InvoiceUnreadable(FeiqianError):
    """The document is not a UBL 2.1 invoice that can be read safely."""

    type = "invoice-unreadable"
    status = 422
    title = {"en": "The invoice cannot be read", "zh": "无法读取发票"}


class Unauthenticated(FeiqianError):
    type = "unauthenticated"
    status = 401
    title = {"en": "Who are you?", "zh": "请先登录"}


class Forbidden(FeiqianError):
    """The caller is known, but may not do this."""

    type = "forbidden"
    status = 403
    title = {"en": "Not yours to do", "zh": "无权执行"}


class NotFound(FeiqianError):
    type = "not-found"
    status = 404
    title = {"en": "There is no such thing", "zh": "找不到该对象"}
    detail = {"en": "no {what} {id}", "zh": "找不到{what} {id}"}


class Conflict(FeiqianError):
    """The request is well formed, but the present state refuses it."""

    type = "conflict"
    status = 409
    title = {"en": "The present state does not allow it", "zh": "当前状态不允许"}


class IdempotencyConflict(Conflict):
    type = "idempotency-conflict"
    title = {"en": "The key was used for another request", "zh": "该幂等键已用于另一请求"}
    detail = {
        "en": "Idempotency-Key {key} belongs to a request with another body",
        "zh": "Idempotency-Key {key} 属于内容不同的另一请求",
    }


class KeyNotHeld(Conflict):
    """The keystore has no key for the party, so only the party itself can sign."""

    type = "key-not-held"
    title = {"en": "The party signs with its own wallet", "zh": "该参与方使用自己的钱包签名"}
    detail = {
        "en": "the keystore holds no key for {address}",
        "zh": "密钥库中没有 {address} 的私钥",
    }


class TooManyRequests(FeiqianError):
    """More than a caller, or an address, may ask for in a minute. `seconds` says when there is room again."""

    type = "too-many-requests"
    status = 429
    title = {"en": "Too many requests", "zh": "请求过于频繁"}
    detail = {
        "en": "at most {most} {what} a minute; there is room again in {seconds} s",
        "zh": "{what}每分钟最多 {most} 次;{seconds} 秒后可重试",
    }


class ContractRefused(Conflict):
    """A contract reverted. `params` has `error` (its name), `arguments` and `contract`."""

    type = "contract-refused"
    title = {"en": "The contract refused", "zh": "合约拒绝"}
    detail = {"en": "{error}({arguments})", "zh": "{error}({arguments})"}


class ChainUnavailable(FeiqianError):
    type = "chain-unavailable"
    status = 503
    title = {"en": "The chain does not answer", "zh": "区块链节点无响应"}
    detail = {"en": "{reason}; nothing was sent", "zh": "{reason};未发送任何交易"}


class StorageUnavailable(FeiqianError):
    """The database does not take what is to be kept: it is full, read-only or away."""

    type = "storage-unavailable"
    status = 503
    title = {"en": "The database cannot be written", "zh": "数据库无法写入"}
    detail = {"en": "{reason}; nothing was changed", "zh": "{reason};未做任何更改"}


class Overloaded(FeiqianError):
    """There is no room for this request now; a later one may find some."""

    type = "overloaded"
    status = 503
    title = {"en": "There is no room for more", "zh": "服务已达上限"}


class SetupIncomplete(FeiqianError):
    """A tool or a setting is missing; the sentence says which command mends it."""

    type = "setup-incomplete"
    status = 500
    title = {"en": "Set-up is not complete", "zh": "环境尚未就绪"}
