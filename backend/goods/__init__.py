"""Goods: what makes a lot that lot, how its quantity and its words are written, and what keeping it costs."""

from __future__ import annotations

from backend.goods.identity import document_hash, fingerprint, place_hash
from backend.goods.quantities import format_quantity, parse_quantity
from backend.goods.storage import storage_due
from backend.goods.words import feed_of, from_word, to_word

__all__ = [
    "document_hash",
    "feed_of",
    "fingerprint",
    "format_quantity",
    "from_word",
    "parse_quantity",
    "place_hash",
    "storage_due",
    "to_word",
]
