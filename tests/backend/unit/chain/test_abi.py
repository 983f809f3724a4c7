"""Events are read the quick way and come out as by the codec; what others put together is read with care."""

from __future__ import annotations

import random
from typing import Any

import pytest
from eth_abi.exceptions import DecodingError

from backend.chain.abi import CAREFUL_CODEC, CODEC, Item, event_reader, signature, spelt, type_of
from backend.chain.compile import artifacts

EVENTS = [
    pytest.param(item, id=f"{name}.{item['name']}")
    for name, artifact in sorted(artifacts().items())
    for item in artifact.abi
    if item["type"] == "event"
]
FUNCTIONS = [
    pytest.param(item, id=f"{name}.{signature(item)}")
    for name, artifact in sorted(artifacts().items())
    for item in artifact.abi
    if item["type"] == "function" and item["inputs"]
]


def some(item: Item, chance: random.Random) -> Any:
    """A value of the type: often an extreme."""
    kind = item["type"]
    if kind == "tuple":
        return tuple(some(part, chance) for part in item["components"])
    if kind.endswith("[]"):
        return [some({**item, "type": kind[:-2]}, chance) for _ in range(chance.randint(0, 3))]
    if kind == "address":
        return f"0x{chance.choice([0, 1, chance.getrandbits(160), 2**160 - 1]):040x}"
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "string":
        return chance.choice(["", "文字 text", "a\0b", "long " * 20])
    if kind == "bytes":
        return chance.randbytes(chance.choice([0, 1, 32, 70]))
    if kind.startswith("bytes"):
        return chance.randbytes(int(kind[5:]))
    bits = int(kind.removeprefix("u").removeprefix("int"))
    least, most = (0, 2**bits - 1) if kind.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return chance.choice([least, most, chance.randint(least, most)])


def encoded(items: list[Item], values: list[Any]) -> str:
    return "0x" + CODEC.encode([type_of(item) for item in items], values).hex()


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_read_as_by_the_codec(event: Item) -> None:
    chance, read = random.Random(event["name"]), event_reader(event)
    for _ in range(8):
        values = [(item, some(item, chance)) for item in event["inputs"]]
        topics = [encoded([item], [value]) for item, value in values if item["indexed"]]
        rest = [(item, value) for item, value in values if not item["indexed"]]
        data = encoded([item for item, _ in rest], [value for _, value in rest])
        assert read(topics, data) == {item["name"]: spelt(item, value) for item, value in values}
        assert list(read(topics, data)) == [item["name"] for item in event["inputs"]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_care_keeps_no_call_of_ours_from_being_read(function: Item) -> None:
    """Rule G38."""
    chance, types = random.Random(function["name"]), [type_of(item) for item in function["inputs"]]
    for _ in range(8):
        data = CODEC.encode(types, [some(item, chance) for item in function["inputs"]])
        assert CAREFUL_CODEC.decode(types, data) == CODEC.decode(types, data)


@pytest.mark.parametrize("kind", ["bytes", "string", "uint256[]", "(string,bytes)"])
def test_one_value_that_many_offsets_lead_to_is_not_read(kind: str) -> None:
    """Rule G38."""
    count, value = 64, CODEC.encode(["bytes"], [bytes(640)])[32:] * 2
    words = (32, count, *[32 * count] * count)
    with pytest.raises(DecodingError):
        CAREFUL_CODEC.decode([f"{kind}[]"], b"".join(word.to_bytes(32, "big") for word in words) + value)


@pytest.mark.parametrize("kind", ["int8", "int256", "bytes3", "bool", "uint8"])
@pytest.mark.parametrize("indexed", [True, False])
def test_types_that_our_events_do_without(kind: str, indexed: bool) -> None:
    item = {"name": "value", "type": kind, "indexed": indexed}
    read, chance = event_reader({"name": "Said", "inputs": [item]}), random.Random(1)
    for _ in range(20):
        value = some(item, chance)
        word = encoded([item], [value])
        assert read([word] if indexed else [], "0x" if indexed else word) == {"value": spelt(item, value)}


def test_text_that_is_indexed_is_its_hash() -> None:
    read = event_reader({"name": "Said", "inputs": [{"name": "text", "type": "string", "indexed": True}]})
    assert read(["0x" + "ab" * 32], "0x") == {"text": "0x" + "ab" * 32}


def test_data_that_is_too_short_is_no_event() -> None:
    items = [{"name": name, "type": "uint256", "indexed": False} for name in ("a", "b")]
    with pytest.raises(DecodingError):
        event_reader({"name": "Said", "inputs": items})([], "0x" + 64 * "0")
