"""The two hashes of an invoice: of its bytes, and of what makes it that invoice."""

from __future__ import annotations

import json
from datetime import date

from eth_utils.crypto import keccak

from backend.errors import InvalidInput, both
from backend.invoices.currencies import currency as currency_of
from backend.invoices.normalise import identifier_key, normalise

FINGERPRINT_DOMAIN = "feiqian.invoice.v1"


def document_hash(document: bytes) -> str:
    """The keccak256 of the raw bytes: "0x" and 64 small hexadecimal digits."""
    return "0x" + keccak(document).hex()


def fingerprint(
    seller_identifier: str,
    buyer_identifier: str,
    number: str,
    issue_date: date,
    currency: str,
    payable: int,
) -> str:
    """What makes an invoice that invoice: "0x" and 32 bytes in small hexadecimal digits.

    keccak256 of the UTF-8 bytes of a JSON array of strings without spaces: the domain
    "feiqian.invoice.v1", the identifier keys of seller and buyer, the normalised number (BT-1), the
    issue date (BT-2, ISO 8601), the currency code (BT-5) and `payable` (BT-115) in minor units, in
    decimal. JSON quoting keeps the fields apart. The same values in another spelling give the same
    fingerprint. Names, notes and lines are no part of it.

    Raises InvalidInput: invoice.seller, invoice.buyer or invoice.number when nothing is left of it,
    invoice.currency when unknown, invoice.payable when not above zero.
    """
    if payable <= 0:
        raise InvalidInput(
            field="invoice.payable",
            reason=both("must be above zero, got {payable}", "必须大于零,实为 {payable}", payable=payable),
        )
    fields = [
        FINGERPRINT_DOMAIN,
        _filled("invoice.seller", identifier_key(seller_identifier)),
        _filled("invoice.buyer", identifier_key(buyer_identifier)),
        _filled("invoice.number", normalise(number)),
        date(issue_date.year, issue_date.month, issue_date.day).isoformat(),
        currency_of(currency).code,
        str(payable),
    ]
    encoded = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return "0x" + keccak(encoded).hex()


def _filled(field: str, value: str) -> str:
    if not value:
        raise InvalidInput(
            field=field, reason=both("has no letter or digit to tell it apart by", "没有可供辨别的字母或数字")
        )
    return value
