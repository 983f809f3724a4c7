"""Loans: what is owed now, what stands for it, and what became of it. Amounts are minor units, times UTC seconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, literal, or_, select

from backend import loan_arithmetic as arithmetic
from backend.database import reading
from backend.errors import NotFound, Phrase, both
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.projections.handlers.loans import state_of, terms_of
from backend.queries.collateral import Collateral, Row
from backend.queries.pages import STATUS, VIEWER, Source, page

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


def loans(
    engine: Engine, viewer: str | None, status: str | None, after: int, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    """A page of the loans that `viewer` may see (None: all), by number, with what they owe at `now`."""
    only = () if status is None else _OF_STATUS
    sources = () if viewer is None else _SOURCES
    seen: dict[str, Any] = {"sources": sources, "only": only, "viewer": viewer, "status": status}
    found = page(engine, _ALL, _loans.c.id, after, limit, dict, **seen)
    with reading(engine) as db:
        collateral = Collateral(db, found["items"])
        return {**found, "items": [_shown(collateral, row, now, price_age) for row in found["items"]]}


def lent(engine: Engine, lender: str, after: int, limit: int, now: int, price_age: int) -> dict[str, Any]:
    """A page of the loans of `lender` that are not ended, by number, as `loans` has them; `default` is why one is in
    default at `now` (rule K13), or None, `canBeCalled` whether its band asks for margin (rule K9), and `cureFen` the
    least payment after which its LTV is at or below the advance, at the price that a cure is judged at (None without a
    price)."""
    return _running(engine, _LENT, lender, after, limit, now, price_age)


def borrowed(engine: Engine, borrower: str, after: int, limit: int, now: int, price_age: int) -> dict[str, Any]:
    """The same of the loans of `borrower`."""
    return _running(engine, _BORROWED, borrower, after, limit, now, price_age)


def _running(
    engine: Engine, query: Select[Any], viewer: str, after: int, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    found = page(engine, query, _loans.c.id, after, limit, dict, viewer=viewer)
    with reading(engine) as db:
        collateral = Collateral(db, found["items"])
        return {**found, "items": [_judged(collateral, row, now, price_age) for row in found["items"]]}


def judged(engine: Engine, loan_id: int, now: int, price_age: int) -> dict[str, Any]:
    """One loan as `lent` has it, whoever looks. Raises NotFound."""
    row = loan_row(engine, loan_id)
    with reading(engine) as db:
        return _judged(Collateral(db, [row]), row, now, price_age)


def _cure(collateral: Collateral, row: Row, now: int, price_age: int) -> int | None:
    state, terms = state_of(row), terms_of(row)
    price = arithmetic.judged_price(state, collateral.good_price(row, now, price_age))
    if not price:
        return None
    debt = arithmetic.due_at(state, terms, now).total
    return arithmetic.cure_amount(debt, collateral.value_at(row, price), terms.advance_bps)


def _judged(collateral: Collateral, row: Row, now: int, price_age: int) -> dict[str, Any]:
    found = _shown(collateral, row, now, price_age)
    value = found["collateralFen"] if found["priceFen"] else None
    ltv = found["ltvBps"]
    is_called = found["status"] == "live" and not row["call_by"] and ltv is not None and ltv >= row["call_bps"]
    return {
        **found,
        "canBeCalled": is_called,
        "default": arithmetic.default_of(state_of(row), terms_of(row), now, value),
        "cureFen": _cure(collateral, row, now, price_age),
    }


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
        collateral = Collateral(db, [row])
        return {
            **_shown(collateral, row, now, price_age),
            "titles": [_title(collateral, row, title) for title in collateral.titles(loan_id)],
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
    key = _sales.c.ends_at, _sales.c.loan_id
    found = page(engine, _OPEN_SALES, key, after, limit, dict)
    with reading(engine) as db:
        collateral = Collateral(db, [{**row, "id": row["loan_id"]} for row in found["items"]])
        return {**found, "items": [_shown_sale(collateral, row, now) for row in found["items"]]}


def _shown_sale(collateral: Collateral, row: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        **_sale(row),
        "loanId": row["loan_id"],
        "asset": row["asset"],
        "currency": code_of(row["currency"]),
        "isOver": row["ends_at"] < now,
        "titles": [_title(collateral, row, title) for title in collateral.pledged(row["loan_id"])],
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
        value, decimals = Collateral(db, [{"id": loan_id, "asset": row["asset"]}]).quantity(row["asset"], row)
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


def _sources(viewer: Any) -> tuple[Source, Source, Source]:
    """Lender, borrower, and the custodian of the goods."""
    return (
        Source(_loans.c.id, (_loans.c.lender == viewer,)),
        Source(_loans.c.id, (_loans.c.borrower == viewer,)),
        Source(_titles.c.loan_id, (_titles.c.custodian == viewer,)),
    )


_ALL = select(_loans)
_LENT = _ALL.where(_loans.c.lender == VIEWER, _loans.c.status != "ended")
_BORROWED = _ALL.where(_loans.c.borrower == VIEWER, _loans.c.status != "ended")
_SOURCES = _sources(VIEWER)
_OF_STATUS = (_loans.c.status == STATUS,)
_OPEN_SALES = (
    select(_sales, _loans.c.asset, _loans.c.currency)
    .join(_loans, _loans.c.id == _sales.c.loan_id)
    .where(_sales.c.state == "open")
)


def _shown(collateral: Collateral, row: Row, now: int, price_age: int) -> dict[str, Any]:
    due = arithmetic.due_at(state_of(row), terms_of(row), now)
    ended = row["status"] == "ended"
    price = collateral.good_price(row, now, price_age)
    value = collateral.value_at(row, price) if price else 0
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
        "ltvBps": None if not price or ended else arithmetic.ltv_bps(due.total, value),
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


def _title(collateral: Collateral, row: Row, title: RowMapping) -> dict[str, Any]:
    quantity, decimals = collateral.quantity(row["asset"], title)
    shown = {
        "tokenId": title["token_id"],
        "assetKey": title["asset_key"],
        "state": title["state"],
        "pledgedAt": title["pledged_at"],
        "value": format_quantity(quantity, decimals if row["asset"] == "receipt" else 0),
    }
    if row["asset"] == "receipt":
        lot = collateral.lot(title)
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
