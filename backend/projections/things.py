"""What an event is about: a receivable, a note, a receipt, a lot, a loan, a device, by its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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


def things(contract: str, args: Mapping[str, Any]) -> list[Thing]:
    """What an event names; one that it names twice, twice."""
    # number 0 is outside
    return [(kind, args[argument]) for argument, kind in _naming(contract, tuple(args)) if args[argument]]


@lru_cache(1_000)
def _naming(contract: str, arguments: tuple[str, ...]) -> list[tuple[str, str]]:
    """Those arguments that name things, with the kind of each: the same for all events of a kind."""
    kinds = ((argument, kind_of(contract, argument)) for argument in arguments)
    return [(argument, kind) for argument, kind in kinds if kind is not None]
