"""Which events are about a thing, and a contract's events in their order."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KINDS = {
    "receivableId": "receivable", "noteId": "note", "toNoteId": "note", "fromNoteId": "note", "lotId": "lot",
    "receiptId": "receipt", "toReceiptId": "receipt", "fromReceiptId": "receipt", "loanId": "loan",
}  # fmt: skip
OF_TOKENS = {"Receivables": "note", "WarehouseReceipts": "receipt"}
TOKENS = ("tokenId", "fromTokenId", "toTokenId", "childId", "parentId")
AT_ONCE = 2_000
EVENTS = sa.table(
    "events", sa.column("block_number"), sa.column("log_index"), sa.column("contract"), sa.column("args", sa.JSON)
)


def upgrade() -> None:
    made = op.create_table(
        "events_of_things",
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("block_number", sa.BigInteger(), primary_key=True, autoincrement=False, index=True),
        sa.Column("log_index", sa.Integer(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_contract_place", "events", ["contract", "block_number", "log_index"])
    place, after = (EVENTS.c.block_number, EVENTS.c.log_index), (-1, -1)
    query = sa.select(EVENTS).order_by(*place).limit(AT_ONCE)
    while found := op.get_bind().execute(query.where(sa.tuple_(*place) > after)).mappings().all():
        op.bulk_insert(made, [row for event in found for row in _about(event)])
        after = found[-1]["block_number"], found[-1]["log_index"]


def downgrade() -> None:
    op.drop_index("ix_events_contract_place", "events")
    op.drop_table("events_of_things")


def _about(event: Any) -> list[dict[str, Any]]:
    found = set()
    for argument, number in event["args"].items():
        kind = OF_TOKENS.get(event["contract"]) if argument in TOKENS else KINDS.get(argument)
        if kind is not None and number:
            found.add((kind, number))
    place = {"block_number": event["block_number"], "log_index": event["log_index"]}
    return [{"kind": kind, "number": number, **place} for kind, number in found]
