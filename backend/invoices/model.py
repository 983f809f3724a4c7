"""What the platform knows of an invoice, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["invoice", "credit-note"]


@dataclass(frozen=True, slots=True)
class Party:
    """A legal entity. `identifier` is canonical (see backend.invoices.parties); `name` is as shown."""

    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """The facts of one document.

    `payable` (BT-115) is in minor units of `currency` (BT-5): fen, cents, yen, fils. It is above
    zero for a credit note too; `kind` says which way the money goes. `original_number` (BT-25) is
    the invoice a credit note corrects. The hashes are "0x" and 64 hexadecimal digits.
    """

    kind: Kind
    seller: Party
    buyer: Party
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    payable: int
    document_hash: str
    fingerprint: str
    original_number: str | None = None


def to_json(invoice: Invoice) -> dict[str, object]:
    """The invoice as JSON values: dates in ISO 8601, `payable` a string of minor units.

    The nine facts, then `kind`, then `originalNumber` for a credit note only.
    """
    facts: dict[str, object] = {
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
        "number": invoice.number,
        "issueDate": invoice.issue_date.isoformat(),
        "dueDate": invoice.due_date.isoformat() if invoice.due_date else None,
        "currency": invoice.currency,
        "payable": str(invoice.payable),
        "documentHash": invoice.document_hash,
        "fingerprint": invoice.fingerprint,
        "kind": invoice.kind,
    }
    if invoice.kind == "credit-note":
        facts["originalNumber"] = invoice.original_number
    return facts


def _party(party: Party) -> dict[str, str]:
    return {"identifier": party.identifier, "name": party.name}
