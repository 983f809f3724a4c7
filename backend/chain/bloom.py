"""What a block's header says of its logs: three bits for each address and topic, so that what is missing shows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from web3 import Web3


@lru_cache(maxsize=65_536)
def bits_of(value: str) -> int:
    """The bits that an address or topic (0x-hex) sets."""
    digest = Web3.keccak(hexstr=value)
    bits = 0
    for place in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[place : place + 2], "big") & 2047)
    return bits


def bloom_of(logs: Iterable[dict[str, Any]]) -> int:
    """The bits of all these raw logs: those in the header, where they are all of the block's."""
    bits = 0
    for log in logs:
        for value in (log["address"], *log["topics"]):
            bits |= bits_of(value)
    return bits
