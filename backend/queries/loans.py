"""Loans: what is owed now, what stands for it, and what became of it. Amounts are minor units, times UTC seconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, literal, or_, select

from backend import loan_arithmetic as arithmetic
from backend import roles
from backend.database import reading
from backend.errors import NotFound, Phrase, both
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.projections.handlers.loans import state_of, terms_of
from backend.queries.pages import Source, page

_loans, _titles, _acts, _sales = tables.loans, tables.loan_titles, tables.loan_acts, tables.sales

STATUSES: dict[str, Phrase] = {
    "live": both("live", "存续"),
    "in_sale": both("in sale", "处置中"),
    "uncovered": both("sold, with a shortfall", "已处置,尚有不足"),
    "ended": both("ended", "已结清"),
}
"""The words for each status, in the order in which the contract counts them, from 1."""
CONTRACTS = {"note": "Receivables", "receipt": "WarehouseReceipts"}
"""The contract of each kind of title that can stand for a loan."""
ORDERS = ("penalty-interest-principal", "interest-penalty-principal", "principal-interest-penalty")
PAR = 10_000
"""The price of a note, whose value is counted in ten-thousandths of itself (rule K4)."""
NOTE_DECIMALS = 4


def loans(
    engine: Engine, viewer: str | None, status: str | None, after: int, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    """A page of the loans that `viewer` may see (None: all), by number, with what they owe at `now`."""
    only = [] if status is None else [_loans.c.status == status]
    sources = [] if viewer is None else _sources(viewer)
    found = page(engine, select(_loans), _loans.c.id, after, limit, dict, sources=sources, only=only)
    with reading(engine) as db:
        return {**found, "items": [_shown(db, row, now, price_age) for row in found["items"]]}


def visible_loan(
    engine: Engine, loan_id: int, viewer: str | None, now: int, price_age: int, *, field: str | None = None
) -> dict[str, Any]:
    """One loan with its titles, acts and sales. Raises NotFound, also for one that is not the viewer's business."""
    query = select(_loans).where(_loans.c.id == loan_id)
    if viewer is not None:
        query = query.where(_visible_to(viewer))
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
        if row is None:
            raise NotFound(field=field, what=both("loan", "贷款"), id=loan_id)
        return {
            **_shown(db, row, now, price_age),
            "titles": [_title(db, row, title) for title in _titles_of(db, loan_id)],
            "acts": [_act(act) for act in _acts_of(db, loan_id)],
            "sales": [_sale(sale) for sale in _sales_of(db, loan_id)],
        }


def require_visible(engine: Engine, loan_id: int, viewer: str) -> None:
    """Raises NotFound for a loan that is not the viewer's business."""
    query = select(_loans.c.id).where(_loans.c.id == loan_id, _visible_to(viewer))
    with reading(engine) as db:
        if db.execute(query).first() is None:
            raise NotFound(what=both("loan", "贷款"), id=loan_id)


def loan_row(engine: Engine, loan_id: int) -> RowMapping:
    """A loan as the read model keeps it. Raises NotFound."""
    with reading(engine) as db:
        row = db.execute(select(_loans).where(_loans.c.id == loan_id)).mappings().first()
    if row is None:
        raise NotFound(what=both("loan", "贷款"), id=loan_id)
    return row


def open_sales(engine: Engine, after: tuple[int, ...] | None, limit: int, now: int) -> dict[str, Any]:
    """A page of what is for sale, the first to end first, for everybody that may bid: the loan's number, what stands
    for it, and the bids so far."""
    query = select(_sales, _loans.c.asset, _loans.c.currency).join(_loans, _loans.c.id == _sales.c.loan_id)
    key = _sales.c.ends_at, _sales.c.loan_id
    found = page(engine, query.where(_sales.c.state == "open"), key, after, limit, dict)
    with reading(engine) as db:
        return {**found, "items": [_shown_sale(db, row, now) for row in found["items"]]}


def _shown_sale(db: Connection, row: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        **_sale(row),
        "loanId": row["loan_id"],
        "asset": row["asset"],
        "currency": code_of(row["currency"]),
        "isOver": row["ends_at"] < now,
        "titles": [_title(db, row, title) for title in _pledged(db, row["loan_id"])],
    }


def title_of(engine: Engine, asset: str, token_id: int, holder: str) -> dict[str, Any]:
    """What `holder` could pledge: `asset_key`, `document_hash`, `value`, `decimals`, `currency`. Raises NotFound for
    a token of somebody else."""
    with reading(engine) as db:
        row = db.execute(_holding(asset, token_id, holder)).mappings().first()
    if row is None:
        what = both("note", "凭证") if asset == "note" else both("warehouse receipt", "仓单")
        raise NotFound(field="tokenId", what=what, id=token_id)
    return dict(row)


def pledged(engine: Engine, loan_id: int, token_id: int) -> dict[str, Any]:
    """The `value` and `decimals` of a title that stands for a loan. Raises NotFound."""
    query = select(_titles, _loans.c.asset).join(_loans, _loans.c.id == _titles.c.loan_id)
    here = _titles.c.loan_id == loan_id, _titles.c.token_id == token_id, _titles.c.state == "pledged"
    with reading(engine) as db:
        row = db.execute(query.where(*here)).mappings().first()
        if row is None:
            raise NotFound(field="tokenId", what=both("title of the loan", "贷款的质押权利"), id=token_id)
        value, decimals = _quantity(db, row["asset"], row)
    return {"value": value, "decimals": decimals if row["asset"] == "receipt" else 0}


def _holding(asset: str, token_id: int, holder: str) -> Any:
    if asset == "note":
        notes, claims = tables.notes, tables.receivables
        return (
            select(
                notes.c.receivable_id.label("asset_key"),
                literal(0).label("decimals"),
                claims.c.document_hash,
                notes.c.value,
                claims.c.currency,
            )
            .join(claims, claims.c.id == notes.c.receivable_id)
            .where(notes.c.id == token_id, notes.c.holder == holder)
        )
    receipts, lots = tables.receipts, tables.lots
    return (
        select(
            receipts.c.lot_id.label("asset_key"),
            lots.c.decimals,
            lots.c.document_hash,
            receipts.c.quantity.label("value"),
            lots.c.currency,
        )
        .join(lots, lots.c.id == receipts.c.lot_id)
        .where(receipts.c.id == token_id, receipts.c.holder == holder)
    )


def _visible_to(viewer: str) -> Any:
    """The condition that a loan is the viewer's business."""
    lender, borrower, custodian = _sources(viewer)
    return or_(*lender.where, *borrower.where, custodian.has(_loans.c.id))


def _sources(viewer: str) -> list[Source]:
    """Lender, borrower, and the custodian of the goods."""
    return [
        Source(_loans.c.id, (_loans.c.lender == viewer,)),
        Source(_loans.c.id, (_loans.c.borrower == viewer,)),
        Source(_titles.c.loan_id, (_titles.c.custodian == viewer,)),
    ]


def _shown(db: Connection, row: RowMapping | dict[str, Any], now: int, price_age: int) -> dict[str, Any]:
    due = arithmetic.due_at(state_of(row), terms_of(row), now)
    ended = row["status"] == "ended"
    price = _good_price(db, row, now, price_age)
    value = _value_at(db, row, price) if price else 0
    return {
        "id": row["id"],
        "lender": row["lender"],
        "borrower": row["borrower"],
        "asset": row["asset"],
        "currency": code_of(row["currency"]),
        "currencyNumber": row["currency"],
        "status": row["status"],
        "limitFen": row["limit"],
        "drawnFen": row["drawn"],
        "due": {
            "costsFen": 0 if ended else due.costs,
            "penaltyFen": 0 if ended else due.penalty,
            "interestFen": 0 if ended else due.interest,
            "principalFen": due.principal,
        },
        "owedFen": 0 if ended else due.total,
        "priceFen": price,
        "collateralFen": value,
        "ltvBps": None if not price or ended else str(arithmetic.ltv_bps(due.total, value)),
        "rateBps": row["rate_bps"],
        "penaltyBps": row["penalty_bps"],
        "startedAt": row["started_at"],
        "maturityAt": row["maturity_at"],
        "graceEndsAt": terms_of(row).grace_ends_at,
        "isOverdue": not ended and now > row["maturity_at"],
        "advanceBps": row["advance_bps"],
        "callBps": row["call_bps"],
        "liquidationBps": row["liquidation_bps"],
        "cureSeconds": row["cure_seconds"],
        "reservePriceFen": row["reserve_price"],
        "order": ORDERS[row["order"]],
        "callBy": row["call_by"],
        "callPriceFen": row["call_price"],
        "proceedsFen": row["proceeds"],
        "endedAt": row["ended_at"],
    }


def _good_price(db: Connection, row: Any, now: int, price_age: int) -> int:
    """The price of now for a whole unit if it is good (rule O3), else 0; a note's always is."""
    if row["asset"] == "note":
        return PAR
    feeds, people = tables.feeds, tables.participants
    pledged = _pledged(db, row["id"])
    if not pledged:
        return 0
    lot = _lot(db, pledged[0]["asset_key"])
    found = db.execute(select(feeds).where(feeds.c.feed == lot["feed"])).mappings().first()
    if found is None or found["published_by"] != found["oracle"] or found["observed_at"] + price_age < now:
        return 0
    oracle = db.execute(select(people).where(people.c.account == found["oracle"])).mappings().first()
    active = (
        oracle is not None
        and not oracle["frozen"]
        and oracle["kyc_valid_until"] >= now
        and oracle["roles"] & roles.BITS["oracle"]
    )
    return int(found["price"]) if active else 0


def _value_at(db: Connection, row: Any, price: int) -> int:
    """K4: what the titles come to at a price for a whole unit."""
    value = 0
    for title in _pledged(db, row["id"]):
        quantity, decimals = _quantity(db, row["asset"], title)
        value += arithmetic.value_of(quantity, decimals, price)
    return value


def _quantity(db: Connection, asset: str, title: RowMapping) -> tuple[int, int]:
    if asset == "receipt":
        table = tables.receipts
        held = db.execute(select(table.c.quantity).where(table.c.id == title["token_id"])).scalar_one()
        return int(held), int(_lot(db, title["asset_key"])["decimals"])
    note = db.execute(select(tables.notes).where(tables.notes.c.id == title["token_id"])).mappings().one()
    return int(note["value"]) - int(note["locked"]), NOTE_DECIMALS


def _lot(db: Connection, lot_id: int) -> RowMapping:
    return db.execute(select(tables.lots).where(tables.lots.c.id == lot_id)).mappings().one()


def _titles_of(db: Connection, loan_id: int) -> Iterable[RowMapping]:
    return db.execute(select(_titles).where(_titles.c.loan_id == loan_id).order_by(_titles.c.token_id)).mappings().all()


def _pledged(db: Connection, loan_id: int) -> list[RowMapping]:
    return [title for title in _titles_of(db, loan_id) if title["state"] in ("pledged", "kept")]


def _title(db: Connection, row: Any, title: RowMapping) -> dict[str, Any]:
    quantity, decimals = _quantity(db, row["asset"], title)
    shown = {
        "tokenId": title["token_id"],
        "assetKey": title["asset_key"],
        "state": title["state"],
        "pledgedAt": title["pledged_at"],
        "value": format_quantity(quantity, decimals if row["asset"] == "receipt" else 0),
    }
    if row["asset"] == "receipt":
        lot = _lot(db, title["asset_key"])
        shown |= {"commodity": lot["commodity"], "grade": lot["grade"], "unit": lot["unit"], "locked": lot["locked"]}
    return shown


def _acts_of(db: Connection, loan_id: int) -> Iterable[RowMapping]:
    query = select(_acts).where(_acts.c.loan_id == loan_id).order_by(_acts.c.block_number, _acts.c.log_index)
    return db.execute(query).mappings().all()


def _act(row: RowMapping) -> dict[str, Any]:
    return {"act": row["act"], "by": row["by"], "at": row["at"], "tx": row["tx_hash"], **row["facts"]}


def _sales_of(db: Connection, loan_id: int) -> Iterable[RowMapping]:
    return db.execute(select(_sales).where(_sales.c.loan_id == loan_id).order_by(_sales.c.round)).mappings().all()


def _sale(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    return {
        "round": row["round"],
        "state": row["state"],
        "minimumFen": row["minimum"],
        "openedAt": row["opened_at"],
        "endsAt": row["ends_at"],
        "bidder": row["bidder"],
        "bidFen": row["bid"],
    }
