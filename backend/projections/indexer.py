"""Chain → read model. Rows and cursor move in one database transaction; a reorganisation rewinds to the
common ancestor; a handler that fails stops everything behind it and is tried again, never skipped."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, tuple_

from backend.chain import outbox, position
from backend.chain.contracts import Log
from backend.chain.logs import LogSource
from backend.chain.node import Block
from backend.crashpoints import crash_point
from backend.database import reading
from backend.events.decoding import decode
from backend.events.types import Event
from backend.projections import journal, tables
from backend.projections.feed import tell
from backend.projections.handlers import HANDLERS
from backend.projections.preload import preload
from backend.projections.reader import MOST_LOGS, ChainMoved, Reader, Stretch
from backend.projections.rows import Rows
from backend.projections.things import KINDS, things

log = structlog.get_logger(__name__)

__all__ = ["ChainBroken", "ChainMoved", "HandlerFailed", "Indexer", "Progress", "read_model_digest"]

BROKEN_SECONDS = 10.0
"""A reorganisation is over sooner."""

_OVERTAKEN = "another indexer was faster"

Said = tuple[Log, int]
"""An event and its time."""


class ChainBroken(Exception):
    """The node's blocks have not fitted one another for BROKEN_SECONDS. The message says how; it is not the read model
    that can mend it."""


class HandlerFailed(Exception):
    """A handler raised. The message names the event; the cause is chained."""


@dataclass(frozen=True)
class Progress:
    """How far the read model is: at block `position`, of a chain whose blocks `first` to `head` concern it. `rate` is
    in events a second, over the time that was spent on them by this process."""

    first: int
    position: int
    head: int
    rate: float


class Indexer:
    def __init__(self, engine: Engine, source: LogSource, confirmations: int = 0) -> None:
        self.engine = engine
        self.source = source
        self.reader = Reader(source)
        self._confirmations = confirmations
        self.is_behind = False
        """Whether the last step left blocks unread."""
        self._head: Block | None = None
        self._events = 0
        self._seconds = 0.0
        self._moving_since: float | None = None

    def position(self) -> int:
        """The last block that is in the read model; one before the first where there is none."""
        return self._after(self._cursor())

    def progress(self) -> Progress:
        position = self.position()
        head = position if self._head is None else self._head.number
        rate = self._events / self._seconds if self._seconds else 0.0
        return Progress(self.source.first_block, position, max(head, position), rate)

    def step(self) -> bool:
        """Reads the next stretch of blocks; whether there was one. Raises ChainUnavailable, ChainMoved, LogsMissing or
        HandlerFailed, and ChainBroken instead of a ChainMoved that does not end. After a failure less is read at once:
        what comes before an event that fails is not held up by it."""
        try:
            moved = self._step()
        except ChainMoved as seen:
            now = time.monotonic()
            if self._moving_since is None:
                self._moving_since = now
            if now - self._moving_since <= BROKEN_SECONDS:
                raise
            raise ChainBroken(f"the node's blocks do not fit one another: {seen}") from seen
        self._moving_since = None
        return moved

    def _step(self) -> bool:
        began = time.monotonic()
        head = self.source.tip()
        cursor = self._cursor()
        position, last = self._after(cursor), head.number - self._confirmations
        if last <= position and cursor is not None and not self._still_there(cursor, head):
            return self._rewind(cursor)
        self._head = head
        self._reopen_above(head)
        if last <= position:
            self.is_behind = False
            return False
        if cursor is None:
            self._begin(head)
        with _nothing_collected():
            stretch = self.reader.read(position + 1, last, head)
            crash_point("indexer.read")
            if cursor is not None and stretch.first.parent_hash != cursor["block_hash"]:
                return self._rewind(cursor)
            self._write(cursor, stretch, head)
        self.is_behind = stretch.last.number < last
        self._events += len(stretch.logs)
        self._seconds += time.monotonic() - began
        return True

    def catch_up(self) -> int:
        """Steps until the read model is at the head; its block number."""
        moved = True
        while moved:
            with contextlib.suppress(ChainMoved):
                moved = self.step()
        return self.position()

    def rebuild(self) -> None:
        """Drops the whole read model; catch_up then makes it again from the chain alone. What was told stays told."""
        self.reader.forget()
        with self.engine.begin() as db:
            for table in [*tables.READ_MODEL, tables.journal, tables.cursor]:
                db.execute(delete(table))

    def _cursor(self) -> RowMapping | None:
        with reading(self.engine) as connection:
            return position.read(connection)

    def _after(self, cursor: RowMapping | None) -> int:
        return self.source.first_block - 1 if cursor is None else int(cursor["block_number"])

    # ---- forward

    def _begin(self, head: Block) -> None:
        """The model is empty. If it was dropped, the chain may have lost blocks since that were told of."""
        with self.engine.begin() as db:
            tell(db, head.number + 1)

    def _write(self, cursor: RowMapping | None, stretch: Stretch, head: Block) -> None:
        first, last = stretch.first, stretch.last
        hashes = {block.number: block.hash for block in stretch.blocks}
        times = {block.hash: block.timestamp for block in stretch.blocks}
        said = [(entry, times[entry.block_hash]) for entry in stretch.logs]
        speaking = {entry.block_number for entry in stretch.logs}
        with reading(self.engine) as connection:
            rows = Rows(connection)
            rows.append(tables.blocks, *(_block_row(block) for block in stretch.blocks if block.number in speaking))
            rows.append(tables.events, *(_event_row(entry, at) for entry, at in said))
            try:
                pages = _apply(rows, said, head.number - journal.DEPTH)
            except HandlerFailed:
                if self._cursor() != cursor:
                    raise ChainMoved(_OVERTAKEN) from None  # and its rows are no ground for ours
                self.reader.shrink(len(stretch.blocks))
                raise
        with self.engine.begin() as db:
            _set_cursor(db, cursor, last, cursor["history"] if cursor else position.new_history())
            try:
                rows.flush(db)
            except Exception as fault:
                self.reader.shrink(len(stretch.blocks))
                raise HandlerFailed(f"blocks {first.number} to {last.number}: {fault}") from fault
            tell(db, first.number, last.number)
            journal.keep(db, pages, head.number)
            # Asked here, and not before: what ends from now on finds the cursor where it is put (rule B29).
            ended = outbox.ended_in(db, first.number, last.number, self.source.addresses)
            vanished = [row for row in ended if hashes[row["block_number"]] != row["block_hash"]]
            outbox.reopen(db, vanished, last.timestamp)
            crash_point("indexer.applied")
        log.info("blocks-read", first=first.number, block=last.number, hash=last.hash, events=len(stretch.logs))
        crash_point("indexer.committed")

    # ---- back

    def _still_there(self, cursor: RowMapping, head: Block) -> bool:
        if head.number == cursor["block_number"]:
            return head.hash == str(cursor["block_hash"])
        if self._head is not None and head.hash == self._head.hash:
            return True  # looked at before
        found = self.source.block(cursor["block_number"])
        return found is not None and found.hash == cursor["block_hash"]

    def _rewind(self, cursor: RowMapping) -> bool:
        """Forgets what came after the common ancestor, and has the operations followed again whose blocks are gone."""
        self.reader.forget()
        self.is_behind = True
        ancestor = self._common_ancestor()
        number = ancestor.number if ancestor else -1
        log.warning("reorganisation", was=cursor["block_number"], ancestor=number)
        with self.engine.begin() as db:
            _set_cursor(db, cursor, ancestor, position.new_history())
            if not journal.take_back(db, number):
                _replay(db, number)
            tell(db, number + 1)
            gone = outbox.ended_in(db, number + 1, None, self.source.addresses)
            outbox.reopen(db, gone, ancestor.timestamp if ancestor else cursor["at"])
        crash_point("indexer.rewound")
        return True

    def _reopen_above(self, head: Block) -> None:
        """A chain that lost blocks may end before operations that the sender saw in them, and before the cursor
        came that far: no block would ever contradict them."""
        with reading(self.engine) as connection:
            gone = outbox.ended_in(connection, head.number + 1, None, self.source.addresses)
        if gone:  # or the chain has grown since
            head = self.source.tip()
            gone = [row for row in gone if row["block_number"] > head.number]
        if gone:
            log.warning("blocks-lost", head=head.number, operations=len(gone))
            with self.engine.begin() as db:
                outbox.reopen(db, gone, head.timestamp)

    def _common_ancestor(self) -> Block | None:
        """The last block with events that the chain still has. It is seldom far: the last are asked for at once. What
        is before a common block is common too, so that few of the others need to be."""
        table = tables.blocks
        with reading(self.engine) as connection:
            known = connection.execute(select(table.c.number, table.c.hash).order_by(table.c.number)).all()
        recent = known[-journal.DEPTH :]
        for row, found in zip(reversed(recent), reversed(self.source.blocks([r.number for r in recent])), strict=True):
            if found is not None and found.hash == row.hash:
                return found
        ancestor, low, high = None, 0, len(known) - len(recent)
        while low < high:
            middle = (low + high) // 2
            found = self.source.block(known[middle].number)
            if found is not None and found.hash == known[middle].hash:
                ancestor, low = found, middle + 1
            else:
                high = middle
        return ancestor


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


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """What a stretch is made of lives until it is written, so that Python would look for garbage among it in vain, and
    with every thousand objects: that takes as long as all the rest."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _apply(rows: Rows, said: list[Said], journalled_after: int) -> list[dict[str, Any]]:
    """Lets every event do what it means; what takes back each block above `journalled_after`. Raises HandlerFailed."""
    happened = [(entry, _event(entry, at)) for entry, at in said]
    preload(rows, (event for _, event in happened if event is not None))
    pages = []
    for number, entries in groupby(happened, key=lambda one: one[0].block_number):
        for entry, event in entries:
            rows.hear(entry.contract, entry.address)
            rows.append(tables.events_of_things, *_thing_rows(entry))
            if event is None:
                continue
            try:
                HANDLERS[type(event)](rows, event)
            except Exception as fault:
                raise _failed(entry, fault) from fault
        page = rows.turn_page()
        if number > journalled_after:
            pages.append({"block_number": number, "undo": page})
    return pages


def _thing_rows(entry: Log) -> list[dict[str, Any]]:
    block, index = entry.block_number, entry.log_index
    return [
        {"kind": kind, "number": number, "block_number": block, "log_index": index}
        for kind, number in dict.fromkeys(things(entry.contract, entry.args))
        if kind in KINDS
    ]


def _event(entry: Log, at: int) -> Event | None:
    try:
        return decode(entry, at)
    except Exception as fault:
        raise _failed(entry, fault) from fault


def _failed(entry: Log, fault: Exception) -> HandlerFailed:
    place = f"{entry.contract}.{entry.name} in block {entry.block_number}, log {entry.log_index}"
    return HandlerFailed(f"{place}: {type(fault).__name__}: {fault}")


def _replay(db: Connection, number: int) -> None:
    """Makes everything again from the events that are kept, up to block `number`."""
    db.execute(delete(tables.events).where(tables.events.c.block_number > number))
    db.execute(delete(tables.blocks).where(tables.blocks.c.number > number))
    for table in [*tables.FROM_EVENTS, tables.journal]:
        db.execute(delete(table))
    for said in _kept_events(db):
        rows = Rows(db)
        _apply(rows, said, number)
        rows.flush(db)


def _kept_events(db: Connection) -> Iterator[list[Said]]:
    """The events kept so far, in order, some thousands at a time."""
    table = tables.events
    place = tuple_(table.c.block_number, table.c.log_index)
    query = select(table).order_by(table.c.block_number, table.c.log_index).limit(MOST_LOGS)
    after = -1, -1
    while found := db.execute(query.where(place > after)).mappings().all():
        yield [(Log(**{name: row[name] for name in Log._fields}), row["at"]) for row in found]
        after = found[-1]["block_number"], found[-1]["log_index"]


def _set_cursor(db: Connection, seen: RowMapping | None, tip: Block | None, history: int) -> None:
    """Moves the cursor from where it was seen to `tip`. Raises ChainMoved where it is elsewhere by now."""
    if seen is None:
        if db.execute(select(tables.cursor.c.id)).first() is not None:
            raise ChainMoved(_OVERTAKEN)
    elif db.execute(delete(tables.cursor).where(tables.cursor.c.block_hash == seen["block_hash"])).rowcount != 1:
        raise ChainMoved(_OVERTAKEN)
    if tip is not None:
        moved = {"block_number": tip.number, "block_hash": tip.hash, "at": tip.timestamp, "history": history}
        db.execute(insert(tables.cursor).values(id=1, **moved))


def _block_row(block: Block) -> dict[str, Any]:
    return {
        "number": block.number,
        "hash": block.hash,
        "parent_hash": block.parent_hash,
        "timestamp": block.timestamp,
    }


def _event_row(entry: Log, at: int) -> dict[str, Any]:
    return {
        "block_number": entry.block_number,
        "log_index": entry.log_index,
        "block_hash": entry.block_hash,
        "tx_hash": entry.tx_hash,
        "contract": entry.contract,
        "address": entry.address,
        "name": entry.name,
        "args": entry.args,
        "at": at,
    }
