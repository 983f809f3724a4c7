"""ABI values as the rest of the program has them, and readers of events made once and used for every log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from eth_abi.codec import ABICodec
from eth_abi.decoding import ContextFramesBytesIO, StringDecoder
from eth_abi.exceptions import InsufficientDataBytes
from eth_abi.registry import ABIRegistry, BaseEquals, registry
from web3 import Web3

WORD = 64
"""Hex digits of one ABI word."""

Item = dict[str, Any]
"""An entry of an ABI: a function, an event, an error, or one of their values."""

WordReader = Callable[[str], Any]
EventReader = Callable[[Sequence[str], str], dict[str, Any]]
"""The values of an event, from the topics after the first and the data, as a node gives them."""


def signature(item: Item) -> str:
    return f"{item['name']}({','.join(type_of(part) for part in item['inputs'])})"


def type_of(part: Item) -> str:
    if part["type"].startswith("tuple"):
        inner = ",".join(type_of(component) for component in part["components"])
        return f"({inner}){part['type'][5:]}"
    return str(part["type"])


def spelt(item: Item, value: Any) -> Any:
    """A decoded value: addresses with checksum, tuples by the names of their members."""
    if item["type"] == "address":
        return Web3.to_checksum_address(value)
    if item["type"] == "tuple":
        parts = item["components"]
        return {part["name"]: spelt(part, field) for part, field in zip(parts, value, strict=True)}
    return plain(value)


def given(item: Item, value: Any) -> Any:
    """A value as the encoder wants it: bytes that are written as 0x-hex are bytes."""
    kind = item["type"]
    if kind.endswith("]"):
        inner = {**item, "type": kind[: kind.rindex("[")]}
        return [given(inner, each) for each in value]
    if kind == "tuple":
        parts = item["components"]
        values = [value[part["name"]] for part in parts] if isinstance(value, dict) else value
        return tuple(given(part, each) for part, each in zip(parts, values, strict=True))
    if kind.startswith("bytes") and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x"))
    return value


def plain(value: Any) -> Any:
    """bytes as 0x-hex, tuples as lists, text without NUL: what JSON and every database can carry."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


class _Watched(ContextFramesBytesIO):
    """Bytes that are read a few times at most: in a call the offsets of many values may all lead to one long value,
    which would be as many long values once it is decoded."""

    TIMES = 8  # what stands in a struct is looked at before it is read, once for each struct around it

    def __init__(self, data: bytes) -> None:
        super().__init__(data)  # type: ignore[no-untyped-call]
        self._left = self.TIMES * len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self._left -= len(found)
        if self._left < 0:
            raise InsufficientDataBytes("the same bytes are read over and over")
        return found


class _CarefulCodec(ABICodec):
    stream_class = _Watched


def _tolerant() -> ABIRegistry:
    """Types for what others wrote: a string that is no UTF-8 must not stop its reader."""
    types: ABIRegistry = registry.copy()  # type: ignore[no-untyped-call]
    types.unregister_decoder("string")
    strings = BaseEquals("string", with_sub=False)  # type: ignore[no-untyped-call]
    tolerant = StringDecoder(handle_string_errors="replace")  # type: ignore[no-untyped-call]
    types.register_decoder(strings, tolerant, label="string")
    return types


_TYPES = _tolerant()
CODEC = ABICodec(_TYPES)
CAREFUL_CODEC = _CarefulCodec(_TYPES)
"""For bytes that anybody may have put together: it takes time and room in proportion to them."""


# ---- events


def event_reader(event: Item) -> EventReader:
    """What reads this event's logs: values of one word are cut out where they stand; of an event with others, all that
    is not indexed goes through the codec."""
    inputs = event["inputs"]
    indexed = [item for item in inputs if item["indexed"]]
    rest = [item for item in inputs if not item["indexed"]]
    of_topics = [(item["name"], _word_reader(item["type"])) for item in indexed]
    names = [item["name"] for item in inputs]
    of_data = _static_reader(rest) or _codec_reader(rest)

    def read(topics: Sequence[str], data: str) -> dict[str, Any]:
        values = of_data(data)
        for (name, reader), topic in zip(of_topics, topics, strict=True):
            values[name] = reader(topic[2:])
        return {name: values[name] for name in names}

    return read


def _codec_reader(items: list[Item]) -> Callable[[str], dict[str, Any]]:
    types = [type_of(item) for item in items]

    def read(data: str) -> dict[str, Any]:
        values = CODEC.decode(types, bytes.fromhex(data[2:]))
        return {item["name"]: spelt(item, value) for item, value in zip(items, values, strict=True)}

    return read


def _static_reader(items: list[Item]) -> Callable[[str], dict[str, Any]] | None:
    """Reads values that stand in the data itself; None where one of them stands elsewhere."""
    plan: list[tuple[str, WordReader, int, int]] = []
    end = 2
    for item in items:
        reader, words = _value_reader(item)
        if reader is None:
            return None
        plan.append((item["name"], reader, end, end + WORD * words))
        end += WORD * words

    def read(data: str) -> dict[str, Any]:
        if len(data) < end:
            raise InsufficientDataBytes(f"{(end - 2) // 2} bytes are too few: {data}")
        return {name: reader(data[first:last]) for name, reader, first, last in plan}

    return read


def _value_reader(item: Item) -> tuple[WordReader | None, int]:
    """What reads the value from its words, and how many they are."""
    if item["type"] != "tuple":
        return (None, 0) if _is_elsewhere(item["type"]) else (_word_reader(item["type"]), 1)
    parts = item["components"]
    if any(part["type"] == "tuple" or _is_elsewhere(part["type"]) for part in parts):
        return None, 0
    plan = [
        (part["name"], _word_reader(part["type"]), WORD * place, WORD * (place + 1)) for place, part in enumerate(parts)
    ]

    def read(words: str) -> dict[str, Any]:
        return {name: reader(words[first:last]) for name, reader, first, last in plan}

    return read, len(parts)


def _is_elsewhere(kind: str) -> bool:
    return kind in ("string", "bytes") or kind.endswith("]")


def _word_reader(kind: str) -> WordReader:
    """Reads one word of that type, or, of what is indexed by its hash, the hash."""
    if kind == "address":
        return _address
    if kind == "bool":
        return _bool
    if kind.startswith("uint"):
        return _uint
    if kind.startswith("int"):
        return _int
    digits = 2 * int(kind[5:]) if kind.startswith("bytes") and kind != "bytes" else WORD
    return lambda word: "0x" + word[:digits]


@lru_cache(maxsize=65_536)
def _address(word: str) -> str:
    return str(Web3.to_checksum_address("0x" + word[24:]))


def _bool(word: str) -> bool:
    return int(word, 16) != 0


def _uint(word: str) -> int:
    return int(word, 16)


def _int(word: str) -> int:
    value = int(word, 16)
    return value - 2**256 if value >= 2**255 else value
