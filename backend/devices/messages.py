"""The form in which a device's reading travels: one JSON object, whichever way it comes."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel
from web3 import Web3

from backend.devices.documents import KINDS, KindName, Reading
from backend.errors import MalformedRequest, both

MAX_BYTES = 4_096
_LIMIT = 2**63 - 1  # what a database can count
_LATEST = 2**40 - 1


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(both("must be an integer", "应为整数"))
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,19}", value, re.ASCII):
        raise ValueError(both("must be digits only", "只能是数字"))
    return int(value)


def _account(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{40}", value, re.ASCII):
        raise ValueError(both("must be 0x and 40 hexadecimal digits", "应为 0x 加 40 位十六进制数字"))
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and not Web3.is_checksum_address(value):
        raise ValueError(both("has a wrong checksum: a character is mistyped", "校验和错误:有字符输入错误"))
    if int(digits, 16) == 0:
        raise ValueError(both("is the zero address", "是零地址"))
    return str(Web3.to_checksum_address(value))


def _shown(least: int, most: int) -> WithJsonSchema:
    digits = {"type": "string", "pattern": "^[0-9]{1,19}$"}
    return WithJsonSchema({"anyOf": [digits, {"type": "integer", "minimum": least, "maximum": most}]})


Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=_LIMIT), _shown(0, _LIMIT)]
Number = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=_LIMIT), _shown(1, _LIMIT)]
Instant = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=_LATEST), _shown(1, _LATEST)]
Device = Annotated[str, BeforeValidator(_account), Field(json_schema_extra={"pattern": "^0x[0-9a-fA-F]{40}$"})]
Signature = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{130}$")]


class SignedReading(BaseModel):
    """What a device says, and its signature. `simulated` marks what no sensor measured."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False, frozen=True)

    device: Device
    lot_id: Number
    kind: KindName
    value: Count
    sequence: Number
    taken_at: Instant
    simulated: StrictBool = False
    signature: Signature

    @property
    def reading(self) -> Reading:
        return Reading(self.lot_id, KINDS.index(self.kind), self.value, self.sequence, self.taken_at)


def parse(payload: bytes) -> SignedReading:
    """A message from its bytes. Raises MalformedRequest, pydantic.ValidationError."""
    if len(payload) > MAX_BYTES:
        raise MalformedRequest(reason=both("the message is too long", "消息过长"))
    try:
        body = json.loads(payload, parse_constant=_no_constant, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError):
        raise MalformedRequest(reason=both("the message is not valid JSON", "消息不是有效的 JSON")) from None
    return SignedReading.model_validate(body)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
