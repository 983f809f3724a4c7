"""The header of a block, as nodes spell it, and its hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rlp
from eth_utils.crypto import keccak

_ALWAYS = [
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
]
_LATER = ["baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"]
"""One after the other, as networks came to have them."""
_NUMBERS = {
    "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas",
}  # fmt: skip


def header_of(block: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a header out of a node's answer, as whole bytes in small 0x-hex."""
    return {name: _bytes_of(block[name], name) for name in (*_ALWAYS, *_LATER) if block.get(name) is not None}


def hash_of(header: Mapping[str, str]) -> str:
    """The hash that a header makes, 0x-hex. Raises ValueError for what is no header."""
    later = [name for name in _LATER if name in header]
    if set(header) != {*_ALWAYS, *later} or later != _LATER[: len(later)]:
        raise ValueError("these are not the fields of a header")
    return "0x" + keccak(rlp.encode([bytes.fromhex(header[name][2:]) for name in (*_ALWAYS, *later)])).hex()


def number_in(header: Mapping[str, str], name: str) -> int:
    return int(header[name], 16) if header[name] != "0x" else 0


def _bytes_of(value: str, name: str) -> str:
    """Numbers have no leading zeros: 0 is no byte at all."""
    if name not in _NUMBERS:
        return value.lower()
    number = int(value, 16)
    return "0x" + number.to_bytes((number.bit_length() + 7) // 8, "big").hex()
