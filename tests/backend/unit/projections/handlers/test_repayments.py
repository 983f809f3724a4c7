"""Money for the notes: what comes in, how it is divided, what goes out, and the penalty (rules M)."""

from __future__ import annotations

from sqlalchemy import Engine

from backend.config import DAY
from backend.money import penalty_due
from backend.projections import ledger, tables
from tests.backend.unit.projections.paper_life import (
    BANK,
    OBLIGOR,
    PENALTY_BPS,
    SUPPLIER,
    Happen,
    allotted,
    books,
    cash,
    confirmation,
    diluted,
    endorsement,
    notes,
    redeemed,
    registration,
    repaid,
    row,
    status_changed,
)
from tests.backend.unit.projections.paper_source import REPAYMENTS


def settled_with(database: Engine) -> None:
    """Cash and its reasons have met."""
    assert not any(book == ledger.SETTLEMENTS for _, book in books(database))


def test_a_part_is_divided_and_each_note_is_served_once(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(*repaid(500), allotted(500, notes=2))
    round_ = row(database, tables.allotments)
    assert (round_["principal"], round_["left"], round_["round"]) == (500, 2, 1)
    happen(*redeemed(1, SUPPLIER, 300))
    assert row(database, tables.allotments)["left"] == 1
    assert {number: note["served_round"] for number, note in notes(database).items()} == {1: 1, 2: 0}
    happen(*redeemed(2, BANK, 200))
    claim = row(database, tables.receivables)
    assert (claim["repaid"], claim["redeemed"], claim["status"]) == (500, 500, "confirmed")
    assert {number: note["value"] for number, note in notes(database).items()} == {1: 300, 2: 200}
    assert row(database, tables.allotments)["left"] == 0
    settled_with(database)


def test_without_a_division_a_note_is_not_of_any_round(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *repaid(1_000), status_changed(6), *redeemed(1, SUPPLIER, 1_000))
    assert notes(database)[1]["served_round"] == 0


def test_the_penalty_is_accrued_before_what_it_runs_on_changes(database: Engine, happen: Happen) -> None:
    """Rule M3: each day begun, on the principal that was due when it began; rounded only when it is due."""
    happen(*registration(), *confirmation())
    happen(*repaid(400, penalty=1), later=3 * DAY - 10)
    claim = row(database, tables.receivables)
    days = 4  # three days and some seconds after grace: the fourth has begun
    assert (claim["late_days"], claim["penalty_accrued"]) == (days, str(days * 1_000 * PENALTY_BPS))
    assert (claim["repaid"], claim["penalty_paid"]) == (400, 1)
    happen(diluted(100), later=DAY)
    claim = row(database, tables.receivables)
    assert (claim["late_days"], claim["penalty_accrued"]) == (5, str((4 * 1_000 + 600) * PENALTY_BPS))
    happen(*repaid(0, penalty=0, payer=BANK), later=2 * DAY)
    claim = row(database, tables.receivables)
    assert claim["penalty_accrued"] == str((4 * 1_000 + 600 + 2 * 500) * PENALTY_BPS)
    assert penalty_due(claim, 0) == 28_000 // 10_000 - 1


def test_a_penalty_is_the_obligors_and_reaches_the_holders(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(1_000))
    happen(*repaid(1_000, penalty=30), status_changed(6), allotted(1_000, notes=1, penalty=30))
    left = books(database)
    assert left[OBLIGOR, ledger.PENALTIES] == 30
    assert left[REPAYMENTS, ledger.OWED_TO_HOLDERS] == -1_030
    happen(*redeemed(2, BANK, 1_000, penalty=30))
    left = books(database)
    assert (left[BANK, ledger.PENALTIES], left[BANK, ledger.CASH]) == (-30, 1_030)
    assert (REPAYMENTS, ledger.CASH) not in left
    claim = row(database, tables.receivables)
    assert (claim["penalty_paid"], claim["penalty_redeemed"]) == (30, 30)
    settled_with(database)


def test_a_penalty_that_nobody_is_left_for_goes_to_the_supplier(database: Engine, happen: Happen) -> None:
    """Rule M9."""
    happen(*registration(), *confirmation())
    happen(*repaid(1_000, penalty=30), status_changed(6), *redeemed(1, SUPPLIER, 1_000))
    happen(
        ("Repayments", "LeftPenaltyPaid", {"receivableId": 1, "supplier": SUPPLIER, "amount": 30}),
        cash(REPAYMENTS, SUPPLIER, 30),
    )
    assert row(database, tables.receivables)["penalty_redeemed"] == 30
    assert books(database)[SUPPLIER, ledger.PENALTIES] == -30
    settled_with(database)


def test_what_the_supplier_owes_is_made_good(database: Engine, happen: Happen) -> None:
    """Rule M2, by itself and by somebody else."""
    happen(*registration(), *confirmation(), *endorsement(1_000), diluted(100))
    for payer, amount in ((SUPPLIER, 60), (BANK, 40)):
        values = {"receivableId": 1, "payer": payer, "amount": amount, "excess": 5}
        happen(("Repayments", "DilutionMadeGood", values), cash(payer, REPAYMENTS, amount))
    assert row(database, tables.receivables)["made_good"] == 100
    left = books(database)
    assert (SUPPLIER, ledger.ANSWERED) not in left
    assert (left[BANK, ledger.PAID_FOR_OTHERS], left[SUPPLIER, ledger.PAID_FOR_OTHERS]) == (40, -40)
    assert left[REPAYMENTS, ledger.OWED_TO_HOLDERS] == -100
    settled_with(database)


def test_money_withheld_is_kept_for_its_holder(database: Engine, happen: Happen) -> None:
    """Rule M6: twice, then paid at once; the books know for whom the cash waits."""
    happen(*registration(), *confirmation(), *endorsement(400), *repaid(1_000), status_changed(6))
    for number, holder, amount in ((2, BANK, 400), (1, BANK, 600)):
        transfer, paid, _ = redeemed(number, holder, amount)
        happen(transfer, paid, ("Repayments", "PaymentWithheld", {"holder": holder, "currency": 156, "amount": amount}))
    assert row(database, tables.withheld)["amount"] == 1_000
    left = books(database)
    assert left[BANK, ledger.WITHHELD] == 1_000 == -left[REPAYMENTS, ledger.WITHHELD]
    settled_with(database)
    happen(
        ("Repayments", "WithheldPaid", {"holder": BANK, "currency": 156, "amount": 1_000}),
        cash(REPAYMENTS, BANK, 1_000),
    )
    assert row(database, tables.withheld)["amount"] == 0
    assert (BANK, ledger.WITHHELD) not in books(database)
    settled_with(database)
