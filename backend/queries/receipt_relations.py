"""What stands beside a receipt: the receipts it came from and became, its sales, what waits on it, the loans and the
offers of loans."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, or_, select

from backend.database import reading
from backend.documents import tables as documents
from backend.goods import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.documents import spent
from backend.queries.lending import shown_quote, shown_request
from backend.queries.loans import _visible_to as loan_visible_to
from backend.queries.warehouse_receipts import _ORDERS, _shown_order, _visible_to

_receipts, _loans = tables.receipts, tables.loans
_orders, _requests, _quotes = documents.delivery_orders, documents.loan_requests, documents.loan_quotes


def family(engine: Engine, receipt: dict[str, Any], viewer: str | None) -> dict[str, Any]:
    """Of a receipt (as it is shown): `parents`, the receipts it was split from up to the first, and `children`, what
    was split from it; those that the viewer may see (None sees all)."""
    query = select(_receipts).where(_receipts.c.lot_id == receipt["lotId"]).order_by(_receipts.c.id)
    if viewer is not None:
        query = query.where(_visible_to(viewer))
    with reading(engine) as db:
        known = {row["id"]: row for row in db.execute(query).mappings()}
    parents, above = [], receipt["parentId"]
    while above in known:
        parents.append(known[above])
        above = known[above]["parent_id"]
    children = [row for row in known.values() if row["parent_id"] == receipt["id"]]
    return {
        name: [
            {
                "id": row["id"],
                "holder": row["holder"],
                "quantity": format_quantity(row["quantity"], receipt["decimals"]),
                "issuedAt": row["issued_at"],
            }
            for row in rows
        ]
        for name, rows in (("parents", parents), ("children", children))
    }


def sales_of(engine: Engine, receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """For how much a receipt was sold, the first sale first."""
    sales = tables.receipt_sales
    query = select(sales).where(sales.c.receipt_id == receipt["id"]).order_by(sales.c.block_number, sales.c.log_index)
    with reading(engine) as db:
        return [
            {
                "seller": row["seller"],
                "buyer": row["buyer"],
                "quantity": format_quantity(row["quantity"], receipt["decimals"]),
                "priceFen": row["price"],
                "currency": code_of(row["currency"]),
                "at": row["at"],
            }
            for row in db.execute(query).mappings()
        ]


def orders_of(engine: Engine, receipt_id: int, viewer: str | None, now: int) -> list[dict[str, Any]]:
    """The delivery orders of a receipt that wait, for its holder and its custodian (None sees all)."""
    query = _ORDERS.where(_orders.c.receipt_id == receipt_id)
    if viewer is not None:
        query = query.where(or_(_orders.c.holder == viewer, _orders.c.custodian == viewer))
    with reading(engine) as db:
        shown = [_shown_order(row, now) for row in db.execute(query.order_by(_orders.c.id)).mappings()]
    return [order for order in shown if order["state"] == "open"]


def loans_on(engine: Engine, receipt_id: int, viewer: str | None) -> list[dict[str, Any]]:
    """The loans that a receipt stands for or stood for, as the viewer may see them (None sees all)."""
    titles = tables.loan_titles.alias()
    query = (
        select(_loans, titles.c.state, titles.c.pledged_at)
        .join(titles, titles.c.loan_id == _loans.c.id)
        .where(_loans.c.asset == "receipt", titles.c.token_id == receipt_id)
        .order_by(_loans.c.id)
    )
    if viewer is not None:
        query = query.where(loan_visible_to(viewer))
    with reading(engine) as db:
        return [
            {
                "id": row["id"],
                "lender": row["lender"],
                "borrower": row["borrower"],
                "principalFen": row["principal"],
                "currency": code_of(row["currency"]),
                "status": row["status"],
                "state": row["state"],
                "pledgedAt": row["pledged_at"],
            }
            for row in db.execute(query).mappings()
        ]


def requests_on(engine: Engine, receipt_id: int, viewer: str | None) -> list[dict[str, Any]]:
    """The requests for loans on a receipt by whoever holds it now, as far as the viewer is a party (None sees all), the
    latest first."""
    query = (
        select(_requests)
        .join(_receipts, _receipts.c.id == _requests.c.token_id)
        .where(
            _requests.c.asset == "receipt",
            _requests.c.token_id == receipt_id,
            _requests.c.borrower == _receipts.c.holder,
        )
        .order_by(_requests.c.id.desc())
    )
    if viewer is not None:
        query = query.where(or_(_requests.c.borrower == viewer, _requests.c.financier == viewer))
    with reading(engine) as db:
        return [shown_request(row) for row in db.execute(query).mappings()]


def loan_offers_on(engine: Engine, receipt_id: int, viewer: str | None, now: int) -> list[dict[str, Any]]:
    """The loan quotes on a receipt that are open at `now`, as far as the viewer is a party (None sees all), the
    cheapest first, each with its `currency`."""
    used = spent("Loans", _quotes.c.financier, _quotes.c.nonce)
    query = (
        select(_quotes, _requests.c.currency, used.label("used"))
        .join(_requests, _requests.c.id == _quotes.c.request_id)
        .where(_requests.c.asset == "receipt", _requests.c.token_id == receipt_id)
    )
    if viewer is not None:
        query = query.where(or_(_quotes.c.financier == viewer, _quotes.c.borrower == viewer))
    with reading(engine) as db:
        offers = [
            {**shown_quote(row, now), "currency": code_of(row["currency"])} for row in db.execute(query).mappings()
        ]
    return sorted((one for one in offers if one["state"] == "open"), key=lambda one: int(one["rateBps"]))
