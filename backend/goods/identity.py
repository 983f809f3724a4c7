"""The hashes of a lot: of its place, of what makes it that lot, and of the documents behind it."""

from __future__ import annotations

import json

from eth_utils.crypto import keccak

from backend.errors import InvalidInput, both
from backend.invoices.normalise import normalise

FINGERPRINT_DOMAIN = "feiqian.lot.v1"
PLACE_DOMAIN = "feiqian.place.v1"
DOCUMENT_DOMAIN = "feiqian.intake.v1"


def place_hash(location: str) -> str:
    """What the chain keeps of a place: keccak-256 over its normalised words, 0x-hex. Raises InvalidInput on
    `location` when nothing is left of it."""
    return _hash(PLACE_DOMAIN, _filled("location", location))


def fingerprint(location: str, lot: str) -> str:
    """W2. What makes a lot that lot, 0x-hex: keccak-256 of the UTF-8 bytes of a JSON array of strings without spaces,
    the domain "feiqian.lot.v1", the normalised place and the normalised lot number. Whoever keeps the goods, owns them
    or calls them by another unit keeps the same lot in the same place.

    Raises InvalidInput on `location` or `lot` when nothing is left of it.
    """
    return _hash(FINGERPRINT_DOMAIN, _filled("location", location), _filled("lot", lot))


def document_hash(location: str, lot: str, inspection: str, insurance: str) -> str:
    """W1. What stands behind an intake, as it is written: the place and the lot in words, and the references of the
    inspection and of the insurance. keccak-256, 0x-hex."""
    return _hash(DOCUMENT_DOMAIN, location, lot, inspection, insurance)


def _hash(*fields: str) -> str:
    return "0x" + keccak(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")).hex()


def _filled(field: str, text: str) -> str:
    normal = normalise(text)
    if not normal:
        raise InvalidInput(
            field=field, reason=both("has no letter or digit to tell it apart by", "没有可供辨别的字母或数字")
        )
    return normal
