"""The proof finds what is off: each check fails when its subject is tampered with (rules R9, R10, B5, B6)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, update

from backend.projections import tables
from backend.reconcile import CHECKS, reconcile
from backend.testing import Network
from tests.backend.integration.api.test_loans import feed_of, lent


def _lived(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(amount=900_000_00)
    feiqian.tier1.endorse(note, feiqian.tier2, 300_000_00)
    feiqian.car_maker.repay(claim, 900_000_00)
    feiqian.tier1.redeem(note)


def test_all_checks_hold_after_a_life(feiqian: Network) -> None:
    _lived(feiqian)
    proof = reconcile(feiqian.world.system)
    assert proof.findings == []
    assert proof.checks == dict.fromkeys(CHECKS, True)
    assert proof.holds


@pytest.mark.parametrize(
    ("table", "values", "failing"),
    [
        (tables.cash_balances, {"amount": tables.cash_balances.c.amount + 1}, {3, 6}),
        (tables.notes, {"value": tables.notes.c.value + 1}, {4, 6, 7}),
        (tables.notes, {"accept_by": 1}, {6, 7}),
        (tables.notes, {"locked": 1}, {6, 7}),
        (tables.notes, {"insured": 1}, {6, 7}),
        (tables.notes, {"endorser": "0x" + "12" * 20}, {6, 7}),
        (tables.receivables, {"status": "rejected"}, {6, 7}),
        (tables.receivables, {"face_value": 1}, {6, 7}),
        (tables.receivables, {"made_good": 1}, {6, 7}),
        (tables.receivables, {"penalty_accrued": "1"}, {6, 7}),
        (tables.receivables, {"notice_at": 1}, {6, 7}),
        (tables.participants, {"frozen": True}, {6}),
        (tables.events, {"tx_hash": "0x00"}, {6}),
        (tables.book_balances, {"amount": tables.book_balances.c.amount + 1}, {5, 6}),
    ],
    ids=[
        "cash",
        "notes",
        "acceptance",
        "lock",
        "insurance",
        "endorser",
        "status",
        "face value",
        "made good",
        "penalty",
        "notice",
        "frozen",
        "events",
        "balances",
    ],
)
def test_a_read_model_that_lies_is_found(
    feiqian: Network, table: object, values: dict[str, object], failing: set[int]
) -> None:
    _lived(feiqian)
    with feiqian.world.system.database.begin() as db:
        db.execute(update(table).values(**values))  # type: ignore[arg-type]
    proof = reconcile(feiqian.world.system)
    assert not proof.holds
    assert {check for check, holds in proof.checks.items() if not holds} == {CHECKS[index] for index in failing}
    assert proof.findings


def test_books_out_of_balance_are_found(feiqian: Network) -> None:
    _lived(feiqian)
    one_line = tables.ledger.c.line == 0
    with feiqian.world.system.database.begin() as db:
        db.execute(update(tables.ledger).where(one_line).values(amount=tables.ledger.c.amount + 1))
    proof = reconcile(feiqian.world.system)
    assert not proof.checks["books balance to zero"]


def test_a_chain_that_lies_is_found(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    _lived(feiqian)
    contracts = feiqian.world.system.contracts
    real = contracts.read

    def lying(name: str, function: str, *args: object, block: int | str = "latest") -> object:
        answer = real(name, function, *args, block=block)
        if function == "balanceOf" and args == (contracts.address("Repayments"),):
            return answer - 1
        return answer

    def lying_of_many(name: str, function: str, asked: list[tuple[int]], *, block: int) -> list[Any]:
        answers = real_each(name, function, asked, block=block)
        if function == "owedBy":
            return [one + 1 for one in answers]
        return [{**one, "value": one["value"] + 1} for one in answers] if function == "noteOf" else answers

    real_each = contracts.read_each
    monkeypatch.setattr(contracts, "read", lying)
    monkeypatch.setattr(contracts, "read_each", lying_of_many)
    proof = reconcile(feiqian.world.system)
    assert [proof.checks[CHECKS[index]] for index in (0, 1, 2, 4, 7)] == [False] * 5


def test_cash_without_a_reserve_is_found(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule C3: no more cash is issued than the attested reserve."""
    contracts = feiqian.world.system.contracts
    real = contracts.read

    def lying(name: str, function: str, *args: object, block: int | str = "latest") -> object:
        answer = real(name, function, *args, block=block)
        return real(name, "totalSupply", block=block) - 1 if function == "reserve" and name.endswith("CNY") else answer

    assert reconcile(feiqian.world.system).holds
    monkeypatch.setattr(contracts, "read", lying)
    proof = reconcile(feiqian.world.system)
    (finding,) = proof.findings
    assert "CNY are issued against a reserve of" in finding and not proof.checks[CHECKS[1]]


def test_debts_that_turn_round_are_found(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule R9: none of what is owed or waits may be negative, though the sum be right."""
    _lived(feiqian)
    contracts = feiqian.world.system.contracts
    real = contracts.read_each

    def lying(name: str, function: str, asked: list[tuple[int]], *, block: int) -> list[Any]:
        answers = real(name, function, asked, block=block)
        return [{**one, "reduced": one["reduced"] + 1} for one in answers] if function == "adjustmentOf" else answers

    monkeypatch.setattr(contracts, "read_each", lying)
    proof = reconcile(feiqian.world.system)
    assert any("none may be negative" in finding for finding in proof.findings)


@pytest.mark.parametrize("table", [tables.notes, tables.receivables], ids=["note", "receivable"])
def test_what_is_missing_is_found(feiqian: Network, table: Table) -> None:
    _lived(feiqian)
    with feiqian.world.system.database.begin() as db:
        db.execute(delete(table).where(table.c.id == 1))
    proof = reconcile(feiqian.world.system)
    assert not proof.checks[CHECKS[7]]
    assert any("is not in the read model" in finding for finding in proof.findings)


# ---- goods


def _stored(feiqian: Network) -> None:
    _, receipt = feiqian.stored("10")
    feiqian.tier1.split(receipt, "3", feiqian.tier2)
    feed = feiqian.operator.assign_feed(feiqian.oracle, "BRENT", "CRUDE", "BBL")
    feiqian.oracle.publish_price(feed, 500_00, observed_at=feiqian.operator.now() - 5)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (tables.lots, {"delivered": 1}),
        (tables.lots, {"commodity": "WTI"}),
        (tables.lots, {"locked": True}),
        (tables.lots, {"expires_at": 1}),
        (tables.receipts, {"quantity": 1}),
        (tables.receipts, {"holder": "0x" + "12" * 20}),
        (tables.receipts, {"charged_until": 1}),
        (tables.receipts, {"replacement_at": 1}),
        (tables.feeds, {"price": 1}),
        (tables.feeds, {"oracle": "0x" + "12" * 20}),
    ],
    ids=lambda item: str(item),
)
def test_goods_that_are_lied_about_are_found(feiqian: Network, table: Table, values: dict[str, object]) -> None:
    _stored(feiqian)
    assert reconcile(feiqian.world.system).findings == []
    with feiqian.world.system.database.begin() as db:
        db.execute(update(table).values(**values))
    proof = reconcile(feiqian.world.system)
    assert {check for check, holds in proof.checks.items() if not holds} == {CHECKS[6], CHECKS[9]}


def test_goods_that_are_missing_are_found(feiqian: Network) -> None:
    _stored(feiqian)
    with feiqian.world.system.database.begin() as db:
        db.execute(delete(tables.lots))
        db.execute(delete(tables.receipts).where(tables.receipts.c.id == 2))
    proof = reconcile(feiqian.world.system)
    assert any("lot 1 is not in the read model" in finding for finding in proof.findings)
    assert any("receipt 2 is not in the read model" in finding for finding in proof.findings)


def test_a_chain_that_loses_goods_is_found(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule W12."""
    _stored(feiqian)
    contracts = feiqian.world.system.contracts
    real = contracts.read_each

    def lying(name: str, function: str, asked: list[tuple[int]], *, block: int) -> list[Any]:
        answers = real(name, function, asked, block=block)
        return [{**one, "lost": one["lost"] + 1} for one in answers] if function == "lotOf" else answers

    monkeypatch.setattr(contracts, "read_each", lying)
    proof = reconcile(feiqian.world.system)
    assert [proof.checks[CHECKS[index]] for index in (8, 9)] == [False, False]


# ---- loans


def test_a_loan_that_is_missing_is_found(feiqian: Network) -> None:
    feed_of(feiqian)
    loan, _, _ = lent(feiqian)
    with feiqian.world.system.database.begin() as db:
        db.execute(delete(tables.loan_titles))
        db.execute(delete(tables.loans))
    proof = reconcile(feiqian.world.system)
    assert not proof.checks[CHECKS[10]]
    assert any(f"loan {loan} is not in the read model" in finding for finding in proof.findings)


def test_a_title_that_stands_twice_is_found(feiqian: Network) -> None:
    """Rule K2: what is pledged to one is pledged to nobody else."""
    feed_of(feiqian)
    (first, _, receipt), (second, _, _) = lent(feiqian), lent(feiqian)
    assert reconcile(feiqian.world.system).findings == []
    titles = tables.loan_titles
    with feiqian.world.system.database.begin() as db:
        row = dict(db.execute(select(titles).where(titles.c.loan_id == first)).mappings().one())
        db.execute(insert(titles).values(row | {"loan_id": second}))
    proof = reconcile(feiqian.world.system)
    assert not proof.checks[CHECKS[10]]
    assert any(f"receipt {receipt} stands for 2 loans" in finding for finding in proof.findings)
