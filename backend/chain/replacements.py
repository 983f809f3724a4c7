"""Other bytes at the same nonce: a better price for what the network leaves lying, or a transfer of nothing for what
its actor takes back. All that was ever signed for an operation is kept, for any of it may come to a block; only one
can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import rlp
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
)

from backend.chain.outbox import Move, Row, move_all
from backend.chain.signing import Signed
from backend.database import metadata, reading

BUMP = "bump"
CANCEL = "cancel"
CANCEL_GAS = 21_000
LEAST_RISE_PERCENT = 13
"""Nodes take a replacement from 10 % above (geth) or 12.5 % (some)."""

operation_replacements = Table(
    "operation_replacements",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, index=True),
    Column("tx_hash", String(66), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("is_cancel", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class Replacement:
    """What takes the place of an operation's bytes: BUMP or CANCEL, signed, at `gas_price` (wei)."""

    kind: str
    signed: Signed
    gas_price: int


def replace(db: Connection, row: Row, by: Replacement, at: int) -> Row:
    """Keeps the bytes the operation had, and gives it those of `by`; the operation as it is then. Raises
    MovedElsewhere."""
    _keep(db, row, at)
    values = {
        "raw": by.signed.raw,
        "tx_hash": by.signed.tx_hash,
        "gas_price": str(by.gas_price),
        "is_cancel": by.kind == CANCEL,
        "replacements": row["replacements"] + 1,
    }
    (after,) = move_all(db, [Move(row, row["state"], at, f"{by.kind} at {by.gas_price} wei", values)])
    return after


def keep(db: Connection, moves: Sequence[Move]) -> None:
    """Keeps the bytes of operations that ended by others: a reorganisation may bring them back."""
    for one in moves:
        _keep(db, one.row, one.at)


def _keep(db: Connection, row: Row, at: int) -> None:
    db.execute(
        insert(operation_replacements).values(
            operation_id=row["id"], tx_hash=row["tx_hash"], raw=row["raw"], is_cancel=row["is_cancel"], at=at
        )
    )


def candidates(engine: Engine, rows: Sequence[Row]) -> list[Row]:
    """All that a block may have of each operation: its bytes of now, and those it had before."""
    replaced = {row["id"]: row for row in rows if row["replacements"]}
    if not replaced:
        return list(rows)
    table = operation_replacements
    with reading(engine) as db:
        earlier = db.execute(select(table).where(table.c.operation_id.in_(list(replaced)))).mappings().all()
    others = [
        {**replaced[one["operation_id"]], "tx_hash": one["tx_hash"], "raw": one["raw"], "is_cancel": one["is_cancel"]}
        for one in earlier
    ]
    return [*rows, *others]


def better_price(row: Row, asked: int) -> int:
    """Wei for each unit of gas that a replacement of the operation offers, where the node asks for `asked`."""
    paid = int(row["gas_price"] or 0)
    return max(asked, paid + max(1, -(-paid * LEAST_RISE_PERCENT // 100)))


def gas_of(raw: bytes) -> int:
    """The gas limit of a signed legacy transaction."""
    return int.from_bytes(rlp.decode(raw)[2])
