"""The one way to write a certificate down: keys in order, no space, strings and truth values alone, one line feed at
the end. A file that says the same in another way is no certificate, so nothing in it can be altered unseen."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from eth_utils.crypto import keccak

from backend.errors import Phrase, both

MAX_BYTES = 512 * 1024
MAX_DEPTH = 8


class NotCanonical(Exception):
    """Why a file is not what a certificate looks like. The first argument is a Phrase."""

    @property
    def reason(self) -> Phrase:
        return self.args[0]  # type: ignore[no-any-return]


def write(certificate: dict[str, Any]) -> bytes:
    """The bytes of a certificate. Raises ValueError for what cannot stand in one."""
    _require_plain(certificate, 0)
    text = json.dumps(certificate, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode()


def parse(file: bytes) -> dict[str, Any]:
    """What is written in a file. Raises NotCanonical."""
    if len(file) > MAX_BYTES:
        raise NotCanonical(both("it has more than {most} bytes", "超过 {most} 字节", most=MAX_BYTES))
    try:
        found = json.loads(
            file.decode("utf-8"), parse_float=_no_number, parse_int=_no_number, parse_constant=_no_number
        )
        again = write(found) if isinstance(found, dict) else b""
    except (ValueError, RecursionError):  # of the encoding and of JSON too
        raise NotCanonical(
            both("it is not JSON of text and truth values alone", "不是仅含文本与真假值的 JSON")
        ) from None
    if again != file:
        raise NotCanonical(both("it is not written the one way that is allowed", "未按唯一的规范形式书写"))
    return found  # type: ignore[no-any-return]


def digest(certificate: dict[str, Any]) -> bytes:
    """What the issuer signs: keccak-256 of all of it but the signature."""
    return bytes(keccak(write({name: value for name, value in certificate.items() if name != "signature"})))


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _require_plain(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        for inner in value.values():
            _require_plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _require_plain(inner, depth + 1)
    elif not isinstance(value, str | bool):
        raise ValueError(f"{value!r} is neither text nor a truth value")
