"""The rows that a batch of events will ask for, read in a few questions instead of one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import Table

from backend.events.types import CashTransferred, Event
from backend.projections import tables
from backend.projections.rows import Key, Rows

NAMED_AFTER = {
    "participant_id": tables.participants,
    "receivable_id": tables.receivables,
    "note_id": tables.notes,
    "from_note_id": tables.notes,
    "to_note_id": tables.notes,
    "ancestor_id": tables.notes,
    "loan_id": tables.loans,
    "lot_id": tables.lots,
    "receipt_id": tables.receipts,
    "from_receipt_id": tables.receipts,
    "to_receipt_id": tables.receipts,
    "fingerprint": tables.fingerprints,
    "device": tables.devices,
    "feed": tables.feeds,
}
"""Fields that hold the key of a row, by their names."""

TITLES = {"Receivables": tables.notes, "WarehouseReceipts": tables.receipts}
"""Contracts of title: a token of theirs is a row here."""


def _named(kind: type[Event]) -> list[tuple[str, Table]]:
    """The event's fields that hold keys, and of what."""
    title = TITLES.get(kind.source[0])
    tokens = dict.fromkeys(("token_id", "from_token_id", "to_token_id", "child_id"), title) if title is not None else {}
    named = {**NAMED_AFTER, **tokens}
    return [(field.name, named[field.name]) for field in fields(kind) if field.name in named]


NAMED = {kind: _named(kind) for kind in Event.__subclasses__()}


def preload(rows: Rows, events: Iterable[Event]) -> None:
    """Reads what these events name. What they do not name is read when it is asked for."""
    wanted: dict[Table, set[Key]] = defaultdict(set)
    for event in events:
        for name, table in NAMED[type(event)]:
            wanted[table].add((getattr(event, name),))
        if isinstance(event, CashTransferred):
            token = event.place.address
            wanted[tables.cash_balances] |= {(token, event.from_), (token, event.to)}
    for table, keys in wanted.items():
        rows.load(table, keys)
    notes = (rows.find(tables.notes, *key) for key in wanted[tables.notes])
    rows.load(tables.receivables, {(note["receivable_id"],) for note in notes if note})
