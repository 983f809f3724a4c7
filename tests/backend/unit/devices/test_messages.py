"""A reading that travels is one strict JSON object."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from backend.devices.messages import MAX_BYTES, parse
from backend.errors import MalformedRequest

from .scene import Scene, read


@pytest.fixture
def message(scene: Scene) -> dict[str, Any]:
    return read(scene.device())


def test_numbers_and_digits_say_the_same(message: dict[str, Any]) -> None:
    numbers = message | {name: int(message[name]) for name in ("lotId", "value", "sequence")}
    assert parse(json.dumps(numbers).encode()) == parse(json.dumps(message).encode())
    lower = message | {"device": message["device"].lower()}
    assert parse(json.dumps(lower).encode()).device == message["device"]


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"\xff", b'{"a": NaN}', b'{"device": 1, "device": 2}', b"[" * 4_000, b" " * (MAX_BYTES + 1)],
    ids=["empty", "half", "no text", "NaN", "twice", "deep", "long"],
)
def test_what_is_no_json(payload: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse(payload)


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b'"text"', b"{}"])
def test_what_is_no_object(payload: bytes) -> None:
    with pytest.raises(ValidationError):
        parse(payload)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("device", "0x12"), ("device", "0x" + "00" * 20), ("device", 7), ("lotId", 0), ("lotId", -1), ("lotId", 1.0),
        ("kind", "smell"), ("kind", 0), ("value", 1.5), ("value", "1.5"), ("value", True), ("value", -1),
        ("value", 2**63), ("value", "１"), ("value", None), ("sequence", 0), ("sequence", "0x1"), ("takenAt", 0),
        ("takenAt", 2**40), ("takenAt", "2030-01-01"), ("simulated", 1), ("simulated", "true"),
        ("signature", "0x11"), ("signature", "0X" + "11" * 65), ("signature", "0x" + "AA" * 65), ("more", 1),
    ],
)  # fmt: skip
def test_each_field_is_what_it_should_be(message: dict[str, Any], name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        parse(json.dumps(message | {name: value}).encode())
    assert refusal.value.errors()[0]["loc"][0] == name


@pytest.mark.parametrize("name", ["device", "lotId", "kind", "value", "sequence", "takenAt", "signature"])
def test_nothing_is_missing(message: dict[str, Any], name: str) -> None:
    del message[name]
    with pytest.raises(ValidationError):
        parse(json.dumps(message).encode())
