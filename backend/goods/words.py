"""The short words of goods (commodity, grade, unit) as the chain keeps them, and the feed they make together."""

from __future__ import annotations

from eth_abi.abi import encode
from eth_utils.crypto import keccak


def to_word(text: str) -> str:
    """Up to 31 ASCII characters, left-aligned in 32 bytes, 0x-hex."""
    return "0x" + text.encode("ascii").ljust(32, b"\0").hex()


def from_word(word: str) -> str:
    """The text in 32 bytes (0x-hex), or those bytes as they are where no such text is in them: anyone who keeps goods
    may have written them."""
    raw = bytes.fromhex(word[2:]).rstrip(b"\0")
    if raw and len(raw) < 32 and raw.isascii() and raw.decode("ascii").isprintable():
        return raw.decode("ascii")
    return word


def feed_of(commodity: str, grade: str, unit: str, currency: int) -> str:
    """O1. keccak-256 over the three words (0x-hex) and the ISO 4217 number, 0x-hex."""
    words = [bytes.fromhex(word[2:]) for word in (commodity, grade, unit)]
    return "0x" + keccak(encode(["bytes32", "bytes32", "bytes32", "uint16"], [*words, currency])).hex()
