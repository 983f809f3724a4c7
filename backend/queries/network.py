"""The whole network in figures, for whoever oversees it: claims, notes, cash, loans; what moved that is large; what is
frozen, locked or in dispute (rule G51)."""

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

from backend.config import DAY
from backend.database import reading
from backend.errors import Phrase, both
from backend.goods import format_quantity
from backend.invoices.currencies import CURRENCIES, code_of
from backend.projections import ledger, tables
from backend.queries.pages import page

_claims, _notes, _loans, _lines = tables.receivables, tables.notes, tables.loans, tables.ledger
_people, _receipts, _lots, _disputes = tables.participants, tables.receipts, tables.lots, tables.disputes

LOAN_STATES: dict[str, Phrase] = {
    "live": both("live", "存续"),
    "called": both("margin called", "补仓中"),
    "default": both("in default", "违约"),
    "ended": both("ended", "已结清"),
}
"""In default is what time and its own state say (rule K13, without prices): past its grace, a call that was not cured,
in sale, or sold with a shortfall."""


def figures(engine: Engine, now: int) -> list[dict[str, Any]]:
    """By currency: `receivables` and `loans` by state, `notes` that are outstanding, and `cash` against its reserve."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"receivables": [], "notes": {"count": 0, "valueFen": 0}, "cash": None, "loans": []}
    )
    with reading(engine) as db:
        for row in _of_claims(db):
            found[code_of(row["currency"])]["receivables"].append(
                {
                    "status": row["status"],
                    "count": row["count"],
                    "faceFen": int(row["face"]),
                    "owedFen": int(row["owed"]) if row["status"] in ("confirmed", "disputed") else 0,
                }
            )
        for row in _of_notes(db):
            found[code_of(row["currency"])]["notes"] = {"count": row["count"], "valueFen": int(row["value"])}
        for row in db.execute(select(tables.tokens).order_by(tables.tokens.c.currency)).mappings():
            found[code_of(row["currency"])]["cash"] = {"supplyFen": row["supply"], "reserveFen": row["reserve"]}
        for row in _of_loans(db, now):
            found[code_of(row["currency"])]["loans"].append(
                {"state": row["state"], "count": row["count"], "principalFen": int(row["principal"])}
            )
    return [{"currency": code, **found[code]} for code in sorted(found)]


def _of_claims(db: Connection) -> list[RowMapping]:
    owed = _claims.c.confirmed - _claims.c.reduced - _claims.c.repaid
    columns = _claims.c.currency, _claims.c.status
    sums = func.count().label("count"), func.sum(_claims.c.face_value).label("face"), func.sum(owed).label("owed")
    return list(db.execute(select(*columns, *sums).group_by(*columns).order_by(*columns)).mappings())


def _of_notes(db: Connection) -> list[RowMapping]:
    query = (
        select(_claims.c.currency, func.count().label("count"), func.sum(_notes.c.value).label("value"))
        .join(_claims, _claims.c.id == _notes.c.receivable_id)
        .where(_notes.c.value > 0)
        .group_by(_claims.c.currency)
    )
    return list(db.execute(query).mappings())


def _of_loans(db: Connection, now: int) -> list[RowMapping]:
    late = _loans.c.maturity_at + _loans.c.grace_days * DAY < now
    uncured = (_loans.c.call_by > 0) & (_loans.c.call_by < now)
    state = case(
        (_loans.c.status == "ended", "ended"),
        ((_loans.c.status != "live") | late | uncured, "default"),
        (_loans.c.call_by > 0, "called"),
        else_="live",
    )
    rows = select(_loans.c.currency, state.label("state"), _loans.c.principal).subquery()
    columns = rows.c.currency, rows.c.state
    sums = func.count().label("count"), func.sum(rows.c.principal).label("principal")
    return list(db.execute(select(*columns, *sums).group_by(*columns).order_by(*columns)).mappings())


# ---- cash that moved


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
    "BulkItem", "AgreementUsed", "ReceiptIssued",
}  # fmt: skip


def _reason(events: list[RowMapping]) -> dict[str, Any]:
    """What the transaction was about: its telling events by name, and the things that they name first."""
    names = list(dict.fromkeys(one["name"] for one in events if one["name"] not in _SAYS_LITTLE))
    found: dict[str, Any] = {"events": names, "receivableId": None, "noteId": None, "receiptId": None, "loanId": None}
    are_goods = all(one["contract"] != "Receivables" for one in events)
    for one in events:
        said = dict(one["args"])
        if one["name"] == "Settled":  # of any title: it is what the other events say
            said |= {"receiptId": said["deliveredId"]} if are_goods else {
                "receivableId": said["assetKey"], "noteId": said["deliveredId"],
            }  # fmt: skip
        for name in ("receivableId", "noteId", "receiptId", "loanId"):
            if found[name] is None and isinstance(said.get(name), int):
                found[name] = said[name]
    return found


# ---- what stands under an order, or waits for one


def frozen_participants(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Who is frozen, by number."""
    query = select(_people).where(_people.c.frozen).order_by(_people.c.id).limit(limit)
    with reading(engine) as db:
        return [{"account": row["account"], "name": row["name"]} for row in db.execute(query).mappings()]


def frozen_receipts(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Which receipts with a quantity are frozen, by number."""
    query = (
        select(_receipts, _lots.c.commodity, _lots.c.grade, _lots.c.unit, _lots.c.decimals)
        .join(_lots, _lots.c.id == _receipts.c.lot_id)
        .where(_receipts.c.frozen, _receipts.c.quantity > 0)
        .order_by(_receipts.c.id)
        .limit(limit)
    )
    with reading(engine) as db:
        return [
            {
                "id": row["id"],
                "holder": row["holder"],
                "goods": f"{row['commodity']} {row['grade']}",
                "quantity": format_quantity(row["quantity"], row["decimals"]),
                "unit": row["unit"],
            }
            for row in db.execute(query).mappings()
        ]


def locked_lots(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Which lots are locked, by number."""
    query = select(_lots).where(_lots.c.locked).order_by(_lots.c.id).limit(limit)
    with reading(engine) as db:
        return [
            {"id": row["id"], "custodian": row["custodian"], "goods": f"{row['commodity']} {row['grade']}"}
            for row in db.execute(query).mappings()
        ]


def open_disputes(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Disputes that nobody has ended, the oldest first."""
    query = (
        select(_disputes, _claims.c.supplier, _claims.c.obligor, _claims.c.currency)
        .join(_claims, _claims.c.id == _disputes.c.receivable_id)
        .where(_claims.c.status == "disputed", _disputes.c.resolved_at == 0)
        .order_by(_disputes.c.at, _disputes.c.receivable_id)
        .limit(limit)
    )
    with reading(engine) as db:
        return [
            {
                "receivableId": row["receivable_id"],
                "supplier": row["supplier"],
                "obligor": row["obligor"],
                "currency": code_of(row["currency"]),
                "amountFen": row["amount"],
                "reason": row["reason"],
                "at": row["at"],
            }
            for row in db.execute(query).mappings()
        ]
