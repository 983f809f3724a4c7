"""What an event is about: a receivable, a note, a receipt, a lot, a loan, a device, by its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Thing = tuple[str, Any]
"""A kind and its number (a device: its address)."""

KINDS = ("receivable", "note", "receipt", "lot", "loan")
"""Those that have a number, and so a page of their own."""

OF_ARGUMENTS = {
    "receivableId": "receivable",
    "noteId": "note",
    "toNoteId": "note",
    "fromNoteId": "note",
    "lotId": "lot",
    "receiptId": "receipt",
    "toReceiptId": "receipt",
    "fromReceiptId": "receipt",
    "loanId": "loan",
    "device": "device",
}
_OF_TOKENS = {"Receivables": "note", "WarehouseReceipts": "receipt"}
RELATIVES = frozenset(("childId", "parentId"))
"""What came out of a token, and what it came out of."""
_TOKENS = frozenset(("tokenId", "fromTokenId", "toTokenId")) | RELATIVES


def kind_of(contract: str, argument: str) -> str | None:
    """The kind of thing that an argument of that contract's events and functions numbers."""
    return _OF_TOKENS.get(contract) if argument in _TOKENS else OF_ARGUMENTS.get(argument)


def things(contract: str, args: Mapping[str, Any]) -> Iterator[Thing]:
    """What an event names; one that it names twice, twice."""
    for argument, value in args.items():
        kind = kind_of(contract, argument)
        if kind is not None and value:  # number 0 is outside
            yield kind, value
