"""What stands behind a thing in words, where the chain keeps a hash of it: an invoice by its fingerprint, a lot by the
hash of its documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Engine

from backend.errors import InvalidInput
from backend.goods import document_hash, place_hash
from backend.invoices import fingerprint
from backend.queries import receivables, warehouse_receipts

_INVOICE = {"number", "issueDate", "seller", "buyer", "invoiceCurrency", "payableFen"}
_LOT = {"location", "lot", "inspection", "insurance"}


def behind(engine: Engine, kind: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """The words behind a thing, where they are kept here; none otherwise."""
    if kind == "receivable":
        kept = receivables.invoice(engine, facts["documentHash"])
        return {} if kept is None or "fingerprint" not in facts else _of_invoice(kept["facts"])
    if kind == "receipt":
        lot = warehouse_receipts.lot_details(engine, int(facts["lotId"]), None)
        return {name: lot[name] for name in sorted(_LOT)} if lot["location"] is not None else {}
    return {}


def are_behind(kind: str, words: Mapping[str, str], facts: Mapping[str, Any]) -> bool:
    """Whether the chain's hash is one of these words."""
    try:
        if kind == "receivable" and set(words) == _INVOICE:
            return _fingerprint(words) == facts.get("fingerprint")
        if kind == "receipt" and set(words) == _LOT:
            hashes = facts["placeHash"], facts["documentHash"]
            return hashes == (place_hash(words["location"]), document_hash(**words))
    except (ValueError, InvalidInput):
        return False
    return False


def _of_invoice(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "number": facts["number"],
        "issueDate": facts["issueDate"],
        "seller": facts["seller"]["identifier"],
        "buyer": facts["buyer"]["identifier"],
        "invoiceCurrency": facts["currency"],
        "payableFen": facts["payable"],
    }


def _fingerprint(words: Mapping[str, str]) -> str:
    day = date.fromisoformat(words["issueDate"])
    return fingerprint(
        words["seller"], words["buyer"], words["number"], day, words["invoiceCurrency"], int(words["payableFen"])
    )
