"""Loans: what is owed, payment by payment (rules K5 to K8). What is owed now follows from the row and the time."""

from __future__ import annotations

from typing import Any

from backend.events import types as e
from backend.loan_arithmetic import SCALE, Order, State, Terms, accrue
from backend.projections import ledger, tables
from backend.projections.handlers.shared import NOBODY
from backend.projections.ledger import Line, post
from backend.projections.rows import Rows

CAUSES = ("none", "call_not_cured", "liquidation", "overdue")


def keep_act(rows: Rows, event: Any, act: str, by: str = NOBODY, **facts: Any) -> None:
    """One line in the loan's history; amounts that may pass 64 bits go as digits."""
    rows.record(
        tables.loan_acts,
        event,
        tx_hash=event.place.tx_hash,
        loan_id=event.loan_id,
        act=act,
        by=by,
        facts={name: str(value) if isinstance(value, int) else value for name, value in facts.items()},
    )


def terms_of(row: Any) -> Terms:
    """What a loan's row says of its quote."""
    return Terms(
        limit=row["limit"],
        rate_bps=row["rate_bps"],
        penalty_bps=row["penalty_bps"],
        started_at=row["started_at"],
        maturity_at=row["maturity_at"],
        grace_days=row["grace_days"],
        advance_bps=row["advance_bps"],
        call_bps=row["call_bps"],
        liquidation_bps=row["liquidation_bps"],
        cure_seconds=row["cure_seconds"],
        reserve=row["reserve_price"],
        order=Order(row["order"]),
    )


def state_of(row: Any) -> State:
    """What a loan's row says of its debt, as of its last act."""
    return State(
        principal=row["principal"],
        costs=row["costs"],
        interest_scaled=int(row["interest_scaled"]),
        penalty_scaled=int(row["penalty_scaled"]),
        accrued_days=row["accrued_days"],
        accrued_late_days=row["accrued_late_days"],
        drawn=row["drawn"],
        call_by=row["call_by"],
        call_price=row["call_price"],
    )


def on_loan_originated(rows: Rows, event: e.LoanOriginated) -> None:
    quote = event.quote
    rows.add(
        tables.loans,
        id=event.loan_id,
        lender=event.lender,
        borrower=event.borrower,
        asset="receipt",  # TitlePledged, which comes with it, says so where it is a note
        currency=quote["currency"],
        status="live",
        limit=quote["limit"],
        drawn=0,
        principal=0,
        costs=0,
        interest_scaled="0",
        penalty_scaled="0",
        accrued_days=0,
        accrued_late_days=0,
        rate_bps=quote["rateBps"],
        penalty_bps=quote["penaltyBps"],
        started_at=event.place.at,
        maturity_at=quote["maturityAt"],
        grace_days=quote["graceDays"],
        advance_bps=quote["advanceBps"],
        call_bps=quote["callBps"],
        liquidation_bps=quote["liquidationBps"],
        cure_seconds=quote["cureSeconds"],
        reserve_price=quote["reservePrice"],
        order=quote["order"],
        call_by=0,
        call_price=0,
        proceeds=0,
        ended_at=0,
    )
    keep_act(rows, event, "originated", event.borrower, limit=quote["limit"], value=quote["value"])


def on_loan_drawn(rows: Rows, event: e.LoanDrawn) -> None:
    row = rows.get(tables.loans, event.loan_id)
    now = accrue(state_of(row), terms_of(row), event.place.at)
    rows.change(
        tables.loans,
        event.loan_id,
        principal=now.principal + event.amount,
        drawn=row["drawn"] + event.amount,
        interest_scaled=str(now.interest_scaled + event.amount * row["rate_bps"]),
        penalty_scaled=str(now.penalty_scaled),
        accrued_days=now.accrued_days,
        accrued_late_days=now.accrued_late_days,
    )
    keep_act(rows, event, "drawn", event.borrower, amount=event.amount)
    post(
        rows,
        event.place,
        row["currency"],
        (row["lender"], ledger.LOANS, event.amount),
        (row["lender"], ledger.SETTLEMENTS, -event.amount),
        (row["borrower"], ledger.LOANS, -event.amount),
        (row["borrower"], ledger.SETTLEMENTS, event.amount),
    )


def on_loan_repaid(rows: Rows, event: e.LoanRepaid) -> None:
    row = rows.get(tables.loans, event.loan_id)
    paid = reduce_debt(rows, event, row, event.split)
    keep_act(rows, event, "repaid", event.payer, **event.split, excess=event.excess)
    borrower, payer = row["borrower"], event.payer
    lines: list[Line] = [*discharge(row, event.split), (row["lender"], ledger.SETTLEMENTS, paid)]
    lines.append((payer, ledger.SETTLEMENTS, -paid))
    if payer != borrower:
        lines += [(payer, ledger.PAID_FOR_OTHERS, paid), (borrower, ledger.PAID_FOR_OTHERS, -paid)]
    post(rows, event.place, row["currency"], *lines)


def on_costs_advanced(rows: Rows, event: e.CostsAdvanced) -> None:
    """Loans paid the custodian with the lender's cash: the expense is the borrower's, the outlay the lender's."""
    row, contract = rows.get(tables.loans, event.loan_id), event.place.address
    rows.change(tables.loans, event.loan_id, costs=row["costs"] + event.amount)
    keep_act(rows, event, "costs_advanced", row["lender"], amount=event.amount, token=event.token_id)
    post(
        rows,
        event.place,
        row["currency"],
        (row["lender"], ledger.COSTS, event.amount),
        (row["lender"], ledger.SETTLEMENTS, -event.amount),
        (row["borrower"], ledger.COSTS, -event.amount),
        (row["borrower"], ledger.STORAGE, event.amount),
        (contract, ledger.STORAGE, -event.amount),
        (contract, ledger.SETTLEMENTS, event.amount),
    )


def on_margin_called(rows: Rows, event: e.MarginCalled) -> None:
    rows.change(tables.loans, event.loan_id, call_by=event.call_by, call_price=event.price)
    keep_act(rows, event, "margin_called", ltv_bps=event.ltv_bps, price=event.price, call_by=event.call_by)


def on_margin_cured(rows: Rows, event: e.MarginCured) -> None:
    rows.change(tables.loans, event.loan_id, call_by=0, call_price=0)
    keep_act(rows, event, "margin_cured", ltv_bps=event.ltv_bps, price=event.price)


def on_proceeds_applied(rows: Rows, event: e.ProceedsApplied) -> None:
    row = rows.get(tables.loans, event.loan_id)
    to_lender = reduce_debt(rows, event, row, event.split)
    amount = to_lender + event.to_borrower
    rows.change(tables.loans, event.loan_id, proceeds=row["proceeds"] - amount)
    keep_act(rows, event, "proceeds_applied", NOBODY, **event.split, to_borrower=event.to_borrower)
    keeper = str(rows.address("Collateral"))  # where the title was that this is the price of
    post(
        rows,
        event.place,
        row["currency"],
        *discharge(row, event.split),
        (row["lender"], ledger.SETTLEMENTS, to_lender),
        (row["borrower"], ledger.PROCEEDS, -amount),
        (row["borrower"], ledger.SETTLEMENTS, event.to_borrower),
        (keeper, ledger.PROCEEDS, amount),
        (keeper, ledger.SETTLEMENTS, -amount),
    )


def on_loan_defaulted(rows: Rows, event: e.LoanDefaulted) -> None:
    rows.change(tables.loans, event.loan_id, status="in_sale")
    keep_act(rows, event, "defaulted", cause=CAUSES[event.cause], debt=event.debt, ltv_bps=event.ltv_bps)


def on_loan_waived(rows: Rows, event: e.LoanWaived) -> None:
    """Interest and penalty come into the books when they are paid, so only what was laid out is a loss."""
    row = rows.get(tables.loans, event.loan_id)
    reduce_debt(rows, event, row, event.waived)
    keep_act(rows, event, "waived", row["lender"], **event.waived)
    principal, costs = event.waived["principal"], event.waived["costs"]
    post(
        rows,
        event.place,
        row["currency"],
        (row["lender"], ledger.LOANS, -principal),
        (row["lender"], ledger.COSTS, -costs),
        (row["lender"], ledger.LOSSES, principal + costs),
        (row["borrower"], ledger.LOANS, principal),
        (row["borrower"], ledger.COSTS, costs),
        (row["borrower"], ledger.LOSSES, -principal - costs),
    )


def on_loan_ended(rows: Rows, event: e.LoanEnded) -> None:
    rows.change(tables.loans, event.loan_id, status="ended", ended_at=event.place.at, call_by=0, call_price=0)
    forget_titles(rows, event.loan_id)
    keep_act(rows, event, "ended")


def forget_titles(rows: Rows, loan_id: int) -> None:
    """What still stands for the loan is paid out or lost; what is handed back says so by an event of its own."""
    for title in rows.having(tables.loan_titles, "loan_id", loan_id):
        if title["state"] == "pledged":
            rows.change(tables.loan_titles, loan_id, title["token_id"], state="gone")


def reduce_debt(rows: Rows, event: Any, row: Any, split: dict[str, int]) -> int:
    """Brings the debt up to the event's day and takes `split` off it; what that comes to."""
    now = accrue(state_of(row), terms_of(row), event.place.at)
    rows.change(
        tables.loans,
        row["id"],
        principal=now.principal - split["principal"],
        costs=now.costs - split["costs"],
        interest_scaled=str(now.interest_scaled - split["interest"] * SCALE),
        penalty_scaled=str(now.penalty_scaled - split["penalty"] * SCALE),
        accrued_days=now.accrued_days,
        accrued_late_days=now.accrued_late_days,
    )
    return sum(split.values())


def discharge(row: Any, split: dict[str, int]) -> list[Line]:
    """The borrower's debt and the lender's claim are smaller by `split`; how it was paid is another line's business."""
    books = (
        (ledger.LOANS, split["principal"]),
        (ledger.COSTS, split["costs"]),
        (ledger.INTEREST, split["interest"]),
        (ledger.PENALTIES, split["penalty"]),
    )
    return [
        *((row["borrower"], book, part) for book, part in books),
        *((row["lender"], book, -part) for book, part in books),
    ]
