"""Payments: cash that came to somebody, with who paid it, and what else the same transaction did (rules G51, G52)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    String,
    case,
    cast,
    func,
    or_,
    select,
)

from backend.database import reading
from backend.invoices.currencies import CURRENCIES, code_of
from backend.projections import ledger, tables
from backend.queries.pages import page

_claims, _lines = tables.receivables, tables.ledger


def large_payments(engine: Engine, units: int, after: tuple[int, ...] | None, limit: int) -> dict[str, Any]:
    """A page of the payments of at least so many whole units of their currency, the latest first: who paid whom, and
    what else the same transaction did."""
    # Most currencies have two decimals: the others say so themselves.
    other = {known.numeric: units * 10**known.decimals for known in CURRENCIES.values() if known.decimals != 2}
    least = case(other, value=_lines.c.currency, else_=units * 100)
    query = _cash_lines().where(_lines.c.amount >= least)
    key = _lines.c.block_number, _lines.c.log_index, _lines.c.line
    found = page(engine, query, key, after, limit, dict, latest_first=True)
    with reading(engine) as db:
        payments = _payments(db, found["items"])
    return {"items": payments, "next": found["next"]}


def _cash_lines() -> Select[Any]:
    """Lines of cash that came, with the transaction that each came by."""
    events = tables.events
    same = (events.c.block_number == _lines.c.block_number) & (events.c.log_index == _lines.c.log_index)
    return select(_lines, events.c.tx_hash).join(events, same).where(_lines.c.book == ledger.CASH, _lines.c.amount > 0)


def payments_of(engine: Engine, receivable_id: int, notes: Collection[int], limit: int) -> list[dict[str, Any]]:
    """The payments that belong to a receivable and its notes, by the books: all that the transactions paid which name
    one of them, in the order they happened; at most `limit` transactions. Goes through the events from the registration
    on, which no index spares it."""
    events, blocks = tables.events, tables.blocks
    claim, numbers = _argument("receivableId") == str(receivable_id), [str(number) for number in notes]
    note = or_(*(_argument(name).in_(numbers) for name in ("noteId", "childId")))
    sold = (events.c.name == "Settled") & (_argument("assetKey") == str(receivable_id))
    titles = events.c.contract.in_(("Receivables", "Repayments", "Adjustments", "Reserve"))
    bought = sold & _argument("deliveredId").in_(numbers)
    begun = select(_claims.c.registered_at).where(_claims.c.id == receivable_id).scalar_subquery()
    first = select(func.min(blocks.c.number)).where(blocks.c.timestamp >= begun).scalar_subquery()
    naming = (
        select(events.c.tx_hash)
        .where(events.c.block_number >= first, (titles & (claim | note)) | bought)
        .group_by(events.c.tx_hash)
        .order_by(func.min(events.c.block_number))
        .limit(limit)
    )
    with reading(engine) as db:
        hashes = list(db.execute(naming).scalars())
        query = _cash_lines().where(events.c.tx_hash.in_(hashes))
        rows = db.execute(query.order_by(_lines.c.block_number, _lines.c.log_index)).mappings()
        return _payments(db, [dict(row) for row in rows])


def _argument(name: str) -> ColumnElement[str]:
    """An argument of an event as text: anybody's contract may have written a number that no column holds."""
    return cast(tables.events.c.args[name].as_string(), String)


def _payments(db: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`rows` are lines of cash that came; who it came from stands beside each in the same event."""
    events, hashes = tables.events, {row["tx_hash"] for row in rows}
    payers = {
        (line["block_number"], line["log_index"]): line["party"]
        for line in db.execute(
            select(_lines).where(
                _lines.c.block_number.in_({row["block_number"] for row in rows}),
                _lines.c.book == ledger.CASH,
                _lines.c.amount < 0,
            )
        ).mappings()
    }
    beside: dict[str, list[RowMapping]] = defaultdict(list)
    told = select(events).where(events.c.tx_hash.in_(hashes)).order_by(events.c.block_number, events.c.log_index)
    for event in db.execute(told).mappings():
        beside[event["tx_hash"]].append(event)
    return [
        {
            "at": row["at"],
            "block": row["block_number"],
            "tx": row["tx_hash"],
            "from": payers.get((row["block_number"], row["log_index"]), ""),
            "to": row["party"],
            "currency": code_of(row["currency"]),
            "amountFen": row["amount"],
            **_reason(beside[row["tx_hash"]]),
        }
        for row in rows
    ]


_SAYS_LITTLE = {
    "Transfer", "TransferValue", "SlotChanged", "QuoteUsed", "ConfirmationUsed", "DocumentUsed", "CountUsed", "BidUsed",
    "BulkItem", "AgreementUsed", "ReceiptIssued", "NonceUsed",
}  # fmt: skip


def _reason(events: list[RowMapping]) -> dict[str, Any]:
    """What the transaction was about: its telling events by name, and the things that they name first."""
    names = list(dict.fromkeys(one["name"] for one in events if one["name"] not in _SAYS_LITTLE))
    found: dict[str, Any] = {"events": names, "receivableId": None, "noteId": None, "receiptId": None, "loanId": None}
    are_goods = all(one["contract"] != "Receivables" for one in events)
    for one in sorted(events, key=lambda event: event["name"] != "Settled"):
        said = dict(one["args"])
        if one["name"] == "Settled":  # of any title: it is what the other events say
            said |= {"receiptId": said["deliveredId"]} if are_goods else {
                "receivableId": said["assetKey"], "noteId": said["deliveredId"],
            }  # fmt: skip
        for name in ("receivableId", "noteId", "receiptId", "loanId"):
            if found[name] is None and isinstance(said.get(name), int):
                found[name] = said[name]
    return found
