"""Chain → read model. Rows and cursor move in one database transaction; a reorganisation rewinds to the
common ancestor; a handler that fails stops everything behind it and is tried again, never skipped."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select

from backend.chain import outbox
from backend.chain.contracts import Log
from backend.chain.logs import LogSource
from backend.chain.node import Block
from backend.database import reading
from backend.events.decoding import decode
from backend.projections import tables
from backend.projections.feed import tell
from backend.projections.handlers import HANDLERS

log = structlog.get_logger(__name__)

BATCH = 1_000


class ChainMoved(Exception):
    """The chain was reorganised while it was being read, or the read model was made anew by another; the next
    round sees it whole."""


class HandlerFailed(Exception):
    """A handler raised. The message names the event; the cause is chained."""


class Indexer:
    def __init__(self, engine: Engine, source: LogSource, confirmations: int = 0) -> None:
        self.engine = engine
        self.source = source
        self._confirmations = confirmations
        self._span = BATCH
        self.is_behind = False
        """Whether the last step left blocks unread."""

    def position(self) -> int:
        """The last block that is in the read model; one before the first where there is none."""
        cursor = self._cursor()
        return self.source.first_block - 1 if cursor is None else int(cursor["block_number"])

    def step(self) -> bool:
        """Reads the next range of blocks; whether there was one. Raises ChainUnavailable, ChainMoved or
        HandlerFailed. After a failure the range is halved: a node that chokes on it is asked for less, and what
        comes before an event that fails is not held up by it."""
        head = self.source.tip()
        cursor = self._cursor()
        if cursor is not None and not self._still_there(cursor, head):
            self.is_behind = True
            self._rewind(cursor)
            return True
        self._reopen_above(head)
        position = self.source.first_block - 1 if cursor is None else cursor["block_number"]
        last = min(head.number - self._confirmations, position + self._span)
        if last <= position:
            self.is_behind = False
            return False
        if cursor is None:
            with self.engine.begin() as db:
                tell(db, head.number + 1, None)  # the model was dropped, and the chain may have lost blocks since
        try:
            self._read(cursor, position + 1, last, head)
        except ChainMoved:
            raise
        except Exception:
            self._span = max(1, self._span // 2)
            raise
        self._span = min(BATCH, 2 * self._span)
        self.is_behind = last < head.number - self._confirmations
        return True

    def catch_up(self) -> int:
        """Steps until the read model is at the head; its block number."""
        moved = True
        while moved:
            with contextlib.suppress(ChainMoved):
                moved = self.step()
        return self.position()

    def rebuild(self) -> None:
        """Drops the whole read model; catch_up then makes it again from the chain alone."""
        with self.engine.begin() as db:
            for table in [*tables.READ_MODEL, tables.cursor]:
                db.execute(delete(table))

    def _cursor(self) -> RowMapping | None:
        with reading(self.engine) as connection:
            return connection.execute(select(tables.cursor)).mappings().first()

    def _read(self, cursor: RowMapping | None, first: int, last: int, head: Block) -> None:
        tip = head if last == head.number else self._known(last)
        logs = self._logs(first, tip)
        with reading(self.engine) as connection:
            ended = outbox.ended_in(connection, first, last, self.source.addresses)
        numbers = {entry.block_number for entry in logs} | {row["block_number"] for row in ended}
        headers = {number: tip if number == last else self._known(number) for number in sorted(numbers)}
        if any(headers[entry.block_number].hash != entry.block_hash for entry in logs):
            raise ChainMoved
        vanished = [row for row in ended if headers[row["block_number"]].hash != row["block_hash"]]
        with self.engine.begin() as db:
            _set_cursor(db, cursor, tip)
            for number in sorted({entry.block_number for entry in logs}):
                db.execute(insert(tables.blocks).values(**_row(headers[number])))
            for entry in logs:
                _apply(db, entry, headers[entry.block_number].timestamp, store=True)
            tell(db, first, last, [asdict(entry) | {"at": headers[entry.block_number].timestamp} for entry in logs])
            outbox.reopen(db, vanished, tip.timestamp)

    def _logs(self, first: int, tip: Block) -> list[Log]:
        """The logs up to `tip`, and of its chain."""
        if first == tip.number:
            return self.source.logs_of(tip)
        logs = self.source.logs(first, tip.number)
        if self._known(tip.number).hash != tip.hash:
            raise ChainMoved
        return logs

    def _known(self, number: int) -> Block:
        block = self.source.block(number)
        if block is None:
            raise ChainMoved
        return block

    def _still_there(self, cursor: RowMapping, head: Block) -> bool:
        if head.number == cursor["block_number"]:
            return head.hash == str(cursor["block_hash"])
        if head.number == cursor["block_number"] + 1:
            return head.parent_hash == str(cursor["block_hash"])
        found = self.source.block(cursor["block_number"])
        return found is not None and found.hash == cursor["block_hash"]

    def _rewind(self, cursor: RowMapping) -> None:
        """Forgets what came after the common ancestor, makes the rest again from the stored events, and has the
        operations followed again whose blocks are gone."""
        ancestor = self._common_ancestor()
        number = ancestor.number if ancestor else -1
        log.warning("reorganisation", was=cursor["block_number"], ancestor=number)
        with self.engine.begin() as db:
            _set_cursor(db, cursor, ancestor)
            tell(db, number + 1, None)
            db.execute(delete(tables.events).where(tables.events.c.block_number > number))
            db.execute(delete(tables.blocks).where(tables.blocks.c.number > number))
            for table in tables.FROM_EVENTS:
                db.execute(delete(table))
            for entry, at in stored_logs(db):
                _apply(db, entry, at, store=False)
            gone = outbox.ended_in(db, number + 1, None, self.source.addresses)
            outbox.reopen(db, gone, ancestor.timestamp if ancestor else cursor["at"])

    def _reopen_above(self, head: Block) -> None:
        """A chain that lost blocks may end before operations that the sender saw in them, and before the cursor
        came that far: no block would ever contradict them."""
        with reading(self.engine) as connection:
            gone = outbox.ended_in(connection, head.number + 1, None, self.source.addresses)
        if gone:
            log.warning("blocks-lost", head=head.number, operations=len(gone))
            with self.engine.begin() as db:
                outbox.reopen(db, gone, head.timestamp)

    def _common_ancestor(self) -> Block | None:
        """The last block with events that the chain still has. What is before a common block is common too, so
        few need to be asked for."""
        with reading(self.engine) as connection:
            known = connection.execute(
                select(tables.blocks.c.number, tables.blocks.c.hash).order_by(tables.blocks.c.number)
            ).all()
        ancestor, low, high = None, 0, len(known)
        while low < high:
            middle = (low + high) // 2
            found = self.source.block(known[middle].number)
            if found is not None and found.hash == known[middle].hash:
                ancestor, low = found, middle + 1
            else:
                high = middle
        return ancestor


def stored_logs(db: Connection) -> Iterator[tuple[Log, int]]:
    """The events kept so far, in order, each with its time."""
    rows = db.execute(
        select(tables.events).order_by(tables.events.c.block_number, tables.events.c.log_index)
    ).mappings()
    for row in rows.all():
        values = dict(row)
        at = values.pop("at")
        yield Log(**values), at


def read_model_digest(engine: Engine) -> dict[str, str]:
    """SHA-256 over every row of every table of the read model, in key order."""
    digests = {}
    with reading(engine) as connection:
        for table in tables.READ_MODEL:
            digest = hashlib.sha256()
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                digest.update(json.dumps(list(row), sort_keys=True).encode() + b"\n")
            digests[table.name] = digest.hexdigest()
    return digests


def _apply(db: Connection, entry: Log, at: int, *, store: bool) -> None:
    if store:
        db.execute(insert(tables.events).values(**asdict(entry), at=at))
    event = decode(entry, at)
    if event is None:
        return
    try:
        HANDLERS[type(event)](db, event)
    except Exception as fault:
        place = f"{entry.contract}.{entry.name} in block {entry.block_number}, log {entry.log_index}"
        raise HandlerFailed(f"{place}: {type(fault).__name__}: {fault}") from fault


def _set_cursor(db: Connection, seen: RowMapping | None, tip: Block | None) -> None:
    """Moves the cursor from where it was seen to `tip`. Raises ChainMoved where it is elsewhere by now."""
    if seen is None:
        if db.execute(select(tables.cursor.c.id)).first() is not None:
            raise ChainMoved
    elif db.execute(delete(tables.cursor).where(tables.cursor.c.block_hash == seen["block_hash"])).rowcount != 1:
        raise ChainMoved
    if tip is not None:
        db.execute(insert(tables.cursor).values(id=1, block_number=tip.number, block_hash=tip.hash, at=tip.timestamp))


def _row(block: Block) -> dict[str, Any]:
    return {
        "number": block.number,
        "hash": block.hash,
        "parent_hash": block.parent_hash,
        "timestamp": block.timestamp,
    }
