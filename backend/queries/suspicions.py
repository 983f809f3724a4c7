"""What a regulator should look at, by rules that the read model can tell: who, what and how much (rule G53)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select

from backend.config import DAY
from backend.database import metadata, reading
from backend.documents.tables import refusals
from backend.errors import Phrase, both
from backend.goods import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables

_notes, _claims, _lots = tables.notes, tables.receivables, tables.lots

QUICK = 3_600
"""Seconds from the confirmation on in which a sale is a quick one."""
ENOUGH = 5
"""So many sales in a currency make a rate usual."""
EXAMINED = 500
"""So many of the latest sales, and of the latest acts that failed, are looked at."""

RULES: dict[str, Phrase] = {
    "twice": both(
        "The same invoice or the same goods were brought a second time.", "同一发票或同一批货物被重复提交登记。"
    ),
    "circle": both(
        "A note came back to somebody who had endorsed the same value before.",
        "凭证回到曾经背书转让同一金额的一方(循环转让)。",
    ),
    "self": both("A note was endorsed by its holder to itself.", "凭证由持有人背书转让给自身。"),
    "quick": both(
        "Sold within an hour of its confirmation, at less than half or more than twice the usual rate.",
        "确权后一小时内即融资,且利率不足通常水平的一半或超过两倍。",
    ),
    "contradicted": both(
        "Goods that devices contradicted stand for a loan.", "读数与仓单不符的货物正作为贷款的质押物。"
    ),
    "frozen": both(
        "A party that is frozen, or a frozen receipt, was to be moved.", "被冻结的参与方或仓单仍被尝试处分。"
    ),
}


def suspicions(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """The findings of all rules, the latest first, at most `limit` of each. `parties` are accounts; `page` is where the
    thing is shown; an amount has a `currency`, a quantity a `unit`."""
    with reading(engine) as db:
        found = [finding for rule in _RULES for finding in rule(db, limit)]
    return sorted(found, key=lambda one: -int(one["at"]))


def _finding(rule: str, at: int, parties: list[str], page: str, **more: Any) -> dict[str, Any]:
    usual = {"amountFen": None, "currency": "", "quantity": None, "unit": "", "times": 1, "rateBps": None}
    return {"rule": rule, "at": at, "parties": list(dict.fromkeys(parties)), "page": page, **usual, **more}


# ---- what was refused: before it was sent, or in its block


def _refused(db: Connection, limit: int) -> list[dict[str, Any]]:
    kept = db.execute(select(refusals).order_by(refusals.c.last_at.desc()).limit(limit)).mappings()
    return [
        found
        for row in kept
        for found in _of_refusal(db, row["error"], row["arguments"], row["actor"], row["last_at"], row["times"])
    ]


def _failed(db: Connection, limit: int) -> list[dict[str, Any]]:
    """Acts that were sent, because their sender had others under way, and failed in their block."""
    operations, history = metadata.tables["operations"], metadata.tables["operation_history"]
    ended = select(func.max(history.c.at)).where(history.c.operation_id == operations.c.id).scalar_subquery()
    query = (
        select(operations.c.actor, operations.c.error, ended.label("at"))
        .where(operations.c.state == "failed")
        .order_by(operations.c.seq.desc())
        .limit(EXAMINED)
    )
    found = [
        finding
        for row in db.execute(query).mappings()
        if row["error"]
        for finding in _of_refusal(db, row["error"]["error"], row["error"]["arguments"], row["actor"], row["at"], 1)
    ]
    return found[:limit]


def _of_refusal(db: Connection, error: str, said: Any, actor: str, at: int, times: int) -> list[dict[str, Any]]:
    if error == "FingerprintTaken":
        return [_twice(db, said, actor, at, times)]
    if error == "Frozen":
        return [_finding("frozen", at, [actor, said["account"]], f"/participants/{said['account']}", times=times)]
    if error == "ReceiptIsFrozen":
        return [_finding("frozen", at, [actor], f"/receipts/{said['receiptId']}", times=times)]
    return []


def _twice(db: Connection, said: Any, actor: str, at: int, times: int) -> dict[str, Any]:
    """The thing that has the fingerprint, whose it is, and how much it is."""
    number = int(said["id"])
    lot = db.execute(select(_lots).where(_lots.c.id == number, _lots.c.fingerprint == said["fingerprint"]))
    if (row := lot.mappings().first()) is not None:
        quantity = format_quantity(row["counted"], row["decimals"])
        parties = [actor, row["depositor"], row["custodian"]]
        return _finding("twice", at, parties, f"/lots/{number}", quantity=quantity, unit=row["unit"], times=times)
    claim = db.execute(select(_claims).where(_claims.c.id == number)).mappings().first()
    if claim is None:
        return _finding("twice", at, [actor], "", times=times)
    parties = [actor, claim["supplier"], claim["obligor"]]
    return _finding(
        "twice", at, parties, f"/receivables/{number}",
        amountFen=claim["face_value"], currency=code_of(claim["currency"]), times=times,
    )  # fmt: skip


# ---- what happened


def _circles(db: Connection, limit: int) -> list[dict[str, Any]]:
    query = (
        select(_notes, _claims.c.currency)
        .join(_claims, _claims.c.id == _notes.c.receivable_id)
        .where(_notes.c.flag.in_(("self", "circular")))
        .order_by(_notes.c.id.desc())
        .limit(limit)
    )
    return [
        _finding(
            "self" if row["flag"] == "self" else "circle",
            row["created_at"],
            [row["endorser"], row["holder"]],
            f"/notes/{row['id']}",
            amountFen=row["value"],
            currency=code_of(row["currency"]),
        )
        for row in db.execute(query).mappings()
    ]


def _quick_sales(db: Connection, limit: int) -> list[dict[str, Any]]:
    """Quick sales are what the product is for: they are looked at for their rate alone."""
    sales = tables.settlements
    query = (
        select(sales, _claims.c.currency, _claims.c.maturity_at)
        .join(_claims, _claims.c.id == sales.c.receivable_id)
        .order_by(sales.c.block_number.desc(), sales.c.log_index.desc())
        .limit(EXAMINED)
    )
    rows = db.execute(query).mappings().all()
    roots = (
        select(_notes.c.receivable_id, func.min(_notes.c.created_at))
        .where(_notes.c.receivable_id.in_({row["receivable_id"] for row in rows}), _notes.c.parent_id == 0)
        .group_by(_notes.c.receivable_id)
    )
    confirmed = dict(db.execute(roots).tuples().all())
    rates = {place: rate for place, row in enumerate(rows) if (rate := _rate(row)) is not None}
    usual: dict[int, list[int]] = defaultdict(list)
    for place, rate in rates.items():
        usual[rows[place]["currency"]].append(rate)
    middle = {code: median(known) for code, known in usual.items() if len(known) >= ENOUGH}
    return [
        _finding(
            "quick", row["at"], [row["seller"], row["financier"]], f"/notes/{row['note_id']}",
            amountFen=row["value"], currency=code_of(row["currency"]), rateBps=rate,
        )
        for place, rate in rates.items()
        if (row := rows[place])["currency"] in middle
        and row["at"] - confirmed.get(row["receivable_id"], 0) <= QUICK
        and not middle[row["currency"]] / 2 <= rate <= middle[row["currency"]] * 2
    ][:limit]  # fmt: skip


def _rate(row: RowMapping) -> int | None:
    """The annual rate that a price comes to, ACT/360, in basis points."""
    days = (row["maturity_at"] - row["at"]) // DAY
    return (row["value"] - row["price"]) * 360 * 10_000 // (row["price"] * days) if days > 0 and row["price"] else None


def _contradicted_pledges(db: Connection, limit: int) -> list[dict[str, Any]]:
    seen, titles, loans = tables.contradictions, tables.loan_titles, tables.loans
    last = func.max(seen.c.at).label("at")
    query = (
        select(titles.c.loan_id, titles.c.asset_key, loans.c.lender, loans.c.borrower, titles.c.custodian, last)
        .add_columns(loans.c.principal, loans.c.currency)
        .join(loans, loans.c.id == titles.c.loan_id)
        .join(seen, seen.c.lot_id == titles.c.asset_key)
        .where(loans.c.asset == "receipt", titles.c.state.in_(("pledged", "kept")))
        .group_by(
            titles.c.loan_id, titles.c.asset_key, loans.c.lender, loans.c.borrower, titles.c.custodian,
            loans.c.principal, loans.c.currency,
        )
        .order_by(last.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        _finding(
            "contradicted",
            row["at"],
            [row["borrower"], row["lender"], row["custodian"]],
            f"/lots/{row['asset_key']}",
            amountFen=row["principal"],
            currency=code_of(row["currency"]),
        )
        for row in db.execute(query).mappings()
    ]


_RULES: tuple[Callable[[Connection, int], list[dict[str, Any]]], ...] = (
    _refused, _failed, _circles, _quick_sales, _contradicted_pledges,
)  # fmt: skip
