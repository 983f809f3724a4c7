"""What each of the last blocks changed, as it was before: where a reorganisation takes them, the rows are put back
without looking at all that happened before (rule B33)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from backend.database import metadata
from backend.projections import ledger, tables
from backend.projections.rows import Before, Key, rewrite

DEPTH = 256
"""Blocks that can be taken back so; deeper, the events that are kept are gone through once more."""

PLACED = [table for table in tables.READ_MODEL if "block_number" in table.primary_key and table is not tables.ledger]
"""What is known by block: it goes with it. The ledger takes its balances along."""


def keep(db: Connection, pages: list[dict[str, Any]], head: int) -> None:
    """Adds pages (block_number, undo) and drops those that are too deep by now."""
    db.execute(delete(tables.journal).where(tables.journal.c.block_number <= head - DEPTH))
    if pages:
        db.execute(insert(tables.journal), pages)


def take_back(db: Connection, after: int) -> bool:
    """Makes the rows what they were after block `after`, and says whether it could: only where every block with events
    since has its page."""
    journal = tables.journal
    later = journal.c.block_number > after
    pages = db.execute(select(journal).where(later).order_by(journal.c.block_number.desc())).all()
    blocks = db.execute(select(tables.blocks.c.number).where(tables.blocks.c.number > after)).scalars()
    if {page.block_number for page in pages} != set(blocks):
        return False
    for name, rows in _together([page.undo for page in pages]).items():
        _restore(db, name, rows)
    ledger.take_back(db, after)
    for table in PLACED:
        db.execute(delete(table).where(table.c.block_number > after))
    db.execute(delete(tables.blocks).where(tables.blocks.c.number > after))
    db.execute(delete(journal).where(later))
    return True


def _together(pages: list[dict[str, list[tuple[Key, Before]]]]) -> dict[str, dict[Key, Before]]:
    """What pages, the newest first, come to: the oldest says how a row was."""
    rows: dict[str, dict[Key, Before]] = defaultdict(dict)
    for page in pages:
        for name, changes in page.items():
            for key, before in changes:
                known = rows[name].get(tuple(key)) or {}
                rows[name][tuple(key)] = None if before is None else {**known, **before}
    return rows


def _restore(db: Connection, name: str, rows: dict[Key, Before]) -> None:
    table = metadata.tables[name]
    new = [key for key, before in rows.items() if before is None]
    if new:
        keys = [f"key_{column.name}" for column in table.primary_key]
        match = (column == bindparam(key) for column, key in zip(table.primary_key, keys, strict=True))
        db.execute(delete(table).where(*match), [dict(zip(keys, key, strict=True)) for key in new])
    alike: dict[tuple[str, ...], list[tuple[Key, dict[str, Any]]]] = defaultdict(list)
    for key, before in rows.items():
        if before:
            alike[tuple(sorted(before))].append((key, before))
    for columns, changed in alike.items():
        rewrite(db, table, list(columns), changed)
