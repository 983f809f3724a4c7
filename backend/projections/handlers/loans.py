"""Loans: what is owed, payment by payment (rules K5 to K8). What is owed now follows from the row and the time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from backend.events import types as e
from backend.loan_arithmetic import SCALE, Order, State, Terms, accrue
from backend.projections import ledger, tables
from backend.projections.handlers.shared import NOBODY
from backend.projections.ledger import Line, post

CAUSES = ("none", "call_not_cured", "liquidation", "overdue")


def loan(db: Connection, loan_id: int) -> Any:
    return db.execute(select(tables.loans).where(tables.loans.c.id == loan_id)).mappings().one()


def update_loan(db: Connection, loan_id: int, **values: Any) -> None:
    db.execute(update(tables.loans).where(tables.loans.c.id == loan_id).values(**values))


def keep_act(db: Connection, event: Any, act: str, by: str = NOBODY, **facts: Any) -> None:
    """One line in the loan's history; amounts that may pass 64 bits go as digits."""
    place = event.place
    db.execute(
        insert(tables.loan_acts).values(
            block_number=place.block_number,
            log_index=place.log_index,
            tx_hash=place.tx_hash,
            at=place.at,
            loan_id=event.loan_id,
            act=act,
            by=by,
            facts={name: str(value) if isinstance(value, int) else value for name, value in facts.items()},
        )
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


def on_loan_originated(db: Connection, event: e.LoanOriginated) -> None:
    quote = event.quote
    db.execute(
        insert(tables.loans).values(
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
    )
    keep_act(db, event, "originated", event.borrower, limit=quote["limit"], value=quote["value"])


def on_loan_drawn(db: Connection, event: e.LoanDrawn) -> None:
    row = loan(db, event.loan_id)
    now = accrue(state_of(row), terms_of(row), event.place.at)
    update_loan(
        db,
        event.loan_id,
        principal=now.principal + event.amount,
        drawn=row["drawn"] + event.amount,
        interest_scaled=str(now.interest_scaled + event.amount * row["rate_bps"]),
        penalty_scaled=str(now.penalty_scaled),
        accrued_days=now.accrued_days,
        accrued_late_days=now.accrued_late_days,
    )
    keep_act(db, event, "drawn", event.borrower, amount=event.amount)
    post(
        db,
        event.place,
        row["currency"],
        (row["lender"], ledger.LOANS, event.amount),
        (row["lender"], ledger.SETTLEMENTS, -event.amount),
        (row["borrower"], ledger.LOANS, -event.amount),
        (row["borrower"], ledger.SETTLEMENTS, event.amount),
    )


def on_loan_repaid(db: Connection, event: e.LoanRepaid) -> None:
    row = loan(db, event.loan_id)
    paid = reduce_debt(db, event, row, event.split)
    keep_act(db, event, "repaid", event.payer, **event.split, excess=event.excess)
    borrower, payer = row["borrower"], event.payer
    lines: list[Line] = [*discharge(row, event.split), (row["lender"], ledger.SETTLEMENTS, paid)]
    lines.append((payer, ledger.SETTLEMENTS, -paid))
    if payer != borrower:
        lines += [(payer, ledger.PAID_FOR_OTHERS, paid), (borrower, ledger.PAID_FOR_OTHERS, -paid)]
    post(db, event.place, row["currency"], *lines)


def on_costs_advanced(db: Connection, event: e.CostsAdvanced) -> None:
    """Loans paid the custodian with the lender's cash: the expense is the borrower's, the outlay the lender's."""
    row, contract = loan(db, event.loan_id), event.place.address
    update_loan(db, event.loan_id, costs=row["costs"] + event.amount)
    keep_act(db, event, "costs_advanced", row["lender"], amount=event.amount, token=event.token_id)
    post(
        db,
        event.place,
        row["currency"],
        (row["lender"], ledger.COSTS, event.amount),
        (row["lender"], ledger.SETTLEMENTS, -event.amount),
        (row["borrower"], ledger.COSTS, -event.amount),
        (row["borrower"], ledger.STORAGE, event.amount),
        (contract, ledger.STORAGE, -event.amount),
        (contract, ledger.SETTLEMENTS, event.amount),
    )


def on_margin_called(db: Connection, event: e.MarginCalled) -> None:
    update_loan(db, event.loan_id, call_by=event.call_by, call_price=event.price)
    keep_act(db, event, "margin_called", ltv_bps=event.ltv_bps, price=event.price, call_by=event.call_by)


def on_margin_cured(db: Connection, event: e.MarginCured) -> None:
    update_loan(db, event.loan_id, call_by=0, call_price=0)
    keep_act(db, event, "margin_cured", ltv_bps=event.ltv_bps, price=event.price)


def on_proceeds_applied(db: Connection, event: e.ProceedsApplied) -> None:
    row = loan(db, event.loan_id)
    to_lender = reduce_debt(db, event, row, event.split)
    amount = to_lender + event.to_borrower
    update_loan(db, event.loan_id, proceeds=row["proceeds"] - amount)
    keep_act(db, event, "proceeds_applied", NOBODY, **event.split, to_borrower=event.to_borrower)
    keeper = _keeper(db)
    post(
        db,
        event.place,
        row["currency"],
        *discharge(row, event.split),
        (row["lender"], ledger.SETTLEMENTS, to_lender),
        (row["borrower"], ledger.PROCEEDS, -amount),
        (row["borrower"], ledger.SETTLEMENTS, event.to_borrower),
        (keeper, ledger.PROCEEDS, amount),
        (keeper, ledger.SETTLEMENTS, -amount),
    )


def on_loan_defaulted(db: Connection, event: e.LoanDefaulted) -> None:
    update_loan(db, event.loan_id, status="in_sale")
    keep_act(db, event, "defaulted", cause=CAUSES[event.cause], debt=event.debt, ltv_bps=event.ltv_bps)


def on_loan_waived(db: Connection, event: e.LoanWaived) -> None:
    """Interest and penalty come into the books when they are paid, so only what was laid out is a loss."""
    row = loan(db, event.loan_id)
    reduce_debt(db, event, row, event.waived)
    keep_act(db, event, "waived", row["lender"], **event.waived)
    principal, costs = event.waived["principal"], event.waived["costs"]
    post(
        db,
        event.place,
        row["currency"],
        (row["lender"], ledger.LOANS, -principal),
        (row["lender"], ledger.COSTS, -costs),
        (row["lender"], ledger.LOSSES, principal + costs),
        (row["borrower"], ledger.LOANS, principal),
        (row["borrower"], ledger.COSTS, costs),
        (row["borrower"], ledger.LOSSES, -principal - costs),
    )


def on_loan_ended(db: Connection, event: e.LoanEnded) -> None:
    update_loan(db, event.loan_id, status="ended", ended_at=event.place.at, call_by=0, call_price=0)
    forget_titles(db, event.loan_id)
    keep_act(db, event, "ended")


def forget_titles(db: Connection, loan_id: int) -> None:
    """What still stands for the loan is paid out or lost; what is handed back says so by an event of its own."""
    table = tables.loan_titles
    here = (table.c.loan_id == loan_id) & (table.c.state == "pledged")
    db.execute(update(table).where(here).values(state="gone"))


def reduce_debt(db: Connection, event: Any, row: Any, split: dict[str, int]) -> int:
    """Brings the debt up to the event's day and takes `split` off it; what that comes to."""
    now = accrue(state_of(row), terms_of(row), event.place.at)
    update_loan(
        db,
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


def _keeper(db: Connection) -> str:
    """The contract that keeps title, by what it said itself."""
    said = tables.events
    return str(db.execute(select(said.c.address).where(said.c.contract == "Collateral").limit(1)).scalar_one())
