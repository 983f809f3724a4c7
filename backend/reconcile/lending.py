"""Loans, the title that stands for them, and their sales against the chain."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import RowMapping, select

from backend import loan_arithmetic as arithmetic
from backend.chain.contracts import Contracts
from backend.database import reading
from backend.projections import tables
from backend.projections.handlers.loans import state_of, terms_of
from backend.queries import loans as queries
from backend.reconcile.found import CHECKS, Reconciliation, compare
from backend.system import System

STATUSES = ("none", *queries.STATUSES)


def check_loans(system: System, found: Reconciliation) -> dict[str, dict[int, int]]:
    """K3, K5, K6, K19. What Collateral and Enforcement keep for others, by currency."""
    contracts, block, same = system.contracts, found.block, CHECKS[10]
    with reading(system.database) as db:
        loans = {row["id"]: row for row in db.execute(select(tables.loans)).mappings()}
        titles = db.execute(select(tables.loan_titles)).mappings().all()
        sales = db.execute(select(tables.sales).order_by(tables.sales.c.round)).mappings().all()
    bids = {row["loan_id"]: row["bid"] if row["state"] == "open" else 0 for row in sales}
    kept: dict[str, dict[int, int]] = {"Collateral": defaultdict(int), "Enforcement": defaultdict(int)}
    numbers = [(number,) for number in range(1, contracts.read("Loans", "loanCount", block=block) + 1)]
    at = contracts.node.block(block)
    assert at is not None
    views = contracts.read_each("Loans", "loanOf", numbers, block=block)
    debts = contracts.read_each("Loans", "debtOf", numbers, block=block)
    cash = contracts.read_each("Collateral", "proceedsOf", numbers, block=block)
    offers = contracts.read_each("Enforcement", "saleOf", numbers, block=block)
    for (number,), view, debt, proceeds, (sale, _) in zip(numbers, views, debts, cash, offers, strict=True):
        row, bid = loans.get(number), sale["bid"]
        compare(found, same, f"loan {number}", row, _columns(view) | {"proceeds": proceeds})
        if row is None:
            continue
        due = arithmetic.due_at(state_of(row), terms_of(row), at.timestamp)
        ours = (due.costs, due.penalty, due.interest, due.principal)
        found.expect(same, f"what loan {number} owes", ours, tuple(debt.values()))
        found.expect(same, f"best bid on loan {number}", bids.get(number, 0), bid)
        kept["Collateral"][view["currency"]] += proceeds
        kept["Enforcement"][view["currency"]] += bid
        _check_titles(contracts, block, row, [title for title in titles if title["loan_id"] == number], found)
    standing = Counter((loans[title["loan_id"]]["asset"], title["token_id"]) for title in titles if _stands(title))
    for (asset, token_id), count in standing.items():
        if count > 1:
            found.doubt(same, f"{asset} {token_id} stands for {count} loans")
    return kept


def _check_titles(
    contracts: Contracts, block: int, row: RowMapping, titles: list[RowMapping], found: Reconciliation
) -> None:
    """What the read model says stands for the loan is what the chain lists; and what has any worth is in escrow."""
    _, listed = contracts.read("Collateral", "titlesOf", row["id"], block=block)
    ours = sorted(title["token_id"] for title in titles if _stands(title))
    gone = {token_id for token_id in ours if not _is_in_escrow(contracts, row["asset"], token_id, block)}
    # One that was paid out, bought back or lost is taken off the chain's list only when the loan ends.
    found.expect(
        CHECKS[10],
        f"titles of loan {row['id']}",
        [token_id for token_id in ours if token_id not in gone],
        sorted(token_id for token_id in listed if token_id not in gone),
    )


def _is_in_escrow(contracts: Contracts, asset: str, token_id: int, block: int) -> bool:
    view = "noteOf" if asset == "note" else "receiptOf"
    (token,) = contracts.read_each(queries.CONTRACTS[asset], view, [(token_id,)], block=block)
    worth = token["value"] if asset == "note" else token["quantity"]
    return bool(worth) and token["holder"] == contracts.address("Collateral")


def _stands(title: RowMapping) -> bool:
    return title["state"] in ("pledged", "kept")


def _columns(view: dict[str, Any]) -> dict[str, Any]:
    """A loan on chain in the words of our table."""
    return {
        "lender": view["lender"],
        "borrower": view["borrower"],
        "status": STATUSES[view["status"]],
        "asset": "note" if view["overNotes"] else "receipt",
        "order": view["order"],
        "currency": view["currency"],
        "limit": view["limit"],
        "drawn": view["drawn"],
        "rate_bps": view["rateBps"],
        "penalty_bps": view["penaltyBps"],
        "started_at": view["startedAt"],
        "maturity_at": view["maturityAt"],
        "advance_bps": view["advanceBps"],
        "call_bps": view["callBps"],
        "liquidation_bps": view["liquidationBps"],
        "cure_seconds": view["cureSeconds"],
        "reserve_price": view["reservePrice"],
        "call_by": view["callBy"],
        "call_price": view["callPrice"] if view["callBy"] else 0,
    }
