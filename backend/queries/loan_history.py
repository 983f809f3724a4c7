"""How a loan over goods stood at each price that was published since it began: its acts replayed in order, by the
arithmetic of the contract (rules K4 to K8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, RowMapping, select

from backend import loan_arithmetic as arithmetic
from backend.database import reading
from backend.loan_arithmetic import SCALE, State
from backend.projections import tables
from backend.projections.handlers.loans import terms_of
from backend.queries.collateral import Collateral
from backend.queries.loans import loan_row

MOST_PRICES = 2_000
_PAID = ("repaid", "proceeds_applied", "waived", "sold_to")


def ltv_points(engine: Engine, loan_id: int) -> list[dict[str, Any]]:
    """The points of a loan's LTV, the first first: `at` (when the price was published, UTC seconds), `priceFen` for a
    whole unit, `owedFen`, `valueFen`, and `ltvBps` (None where nothing stands for it). Empty for a loan over notes,
    whose value has no price, and for one without a price. The latest `MOST_PRICES` prices at most."""
    row, prices = loan_row(engine, loan_id), tables.prices
    if row["asset"] != "receipt":
        return []
    with reading(engine) as db:
        collateral = Collateral(db, [row])
        titles = collateral.titles(loan_id)
        if not titles:
            return []
        lot = collateral.lot(titles[0])
        until = row["ended_at"] or 2**40
        wanted = prices.c.feed == lot["feed"], prices.c.observed_at.between(row["started_at"], until)
        query = select(prices).where(*wanted).order_by(prices.c.observed_at.desc()).limit(MOST_PRICES)
        published = list(reversed(db.execute(query).mappings().all()))
        acts = tables.loan_acts
        order = acts.c.block_number, acts.c.log_index
        done = list(db.execute(select(acts).where(acts.c.loan_id == loan_id).order_by(*order)).mappings())
    terms, state, pledged, points = terms_of(row), State(), 0, []
    for price in published:
        while done and _place(done[0]) < _place(price):
            act = done.pop(0)
            state, pledged = _after(act, state, pledged, terms)
        owed = arithmetic.due_at(state, terms, price["at"]).total
        value = arithmetic.value_of(pledged, lot["decimals"], price["price"])
        points.append(
            {
                "at": price["at"],
                "priceFen": price["price"],
                "owedFen": owed,
                "valueFen": value,
                "ltvBps": arithmetic.ltv_bps(owed, value) if value else None,
            }
        )
    return points


def _place(row: RowMapping) -> tuple[int, int]:
    return row["block_number"], row["log_index"]


def _after(act: RowMapping, state: State, pledged: int, terms: arithmetic.Terms) -> tuple[State, int]:
    """Debt and quantity in escrow after an act."""
    facts, name = act["facts"], act["act"]
    if name == "pledged":
        return state, pledged + int(facts["value"])
    if name == "released":
        return state, pledged - int(facts["value"])
    if name in ("returned", "sold"):
        return state, 0  # all of it goes together, when the loan is over or its goods are sold
    now = arithmetic.accrue(state, terms, act["at"])
    if name == "drawn":
        amount = int(facts["amount"])
        scaled = now.interest_scaled + amount * terms.rate_bps
        return replace(now, principal=now.principal + amount, interest_scaled=scaled), pledged
    if name == "costs_advanced":
        return replace(now, costs=now.costs + int(facts["amount"])), pledged
    if name in _PAID:
        return replace(
            now,
            principal=now.principal - int(facts["principal"]),
            costs=now.costs - int(facts["costs"]),
            interest_scaled=now.interest_scaled - int(facts["interest"]) * SCALE,
            penalty_scaled=now.penalty_scaled - int(facts["penalty"]) * SCALE,
        ), pledged
    return state, pledged
