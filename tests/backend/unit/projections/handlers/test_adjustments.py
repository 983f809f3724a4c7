"""Notice, dispute, dilution: what each changes, and how it stands in the books (rules J)."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from backend.projections import ledger, tables
from tests.backend.unit.projections.paper_life import (
    BANK,
    HUGE,
    OBLIGOR,
    SUPPLIER,
    Happen,
    absorbed,
    books,
    cash,
    confirmation,
    diluted,
    endorsement,
    notes,
    registration,
    row,
    status_changed,
)


def disputed(amount: int, number: int = 1) -> tuple[str, str, dict[str, object]]:
    values = {"receivableId": 1, "disputeId": number, "obligor": OBLIGOR, "amount": amount, "reason": "short 短少"}
    return "Adjustments", "ReceivableDisputed", values


def locked(note: int, amount: int) -> tuple[str, str, dict[str, object]]:
    return "Adjustments", "NoteLockedByDispute", {"noteId": note, "receivableId": 1, "amount": amount}


def resolved(upheld: int, refused: int, number: int = 1) -> tuple[str, str, dict[str, object]]:
    values = {"receivableId": 1, "disputeId": number, "upheld": upheld, "refused": refused, "orderHash": "0x0"}
    return "Adjustments", "DisputeResolved", values


def test_the_first_notice_has_its_time(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(("Adjustments", "NoticeGiven", {"receivableId": 1, "noteId": 2, "by": SUPPLIER, "holder": BANK}))
    assert row(database, tables.receivables)["notice_at"] == 1_030


def test_a_dispute_locks_and_its_end_frees(database: Engine, happen: Happen) -> None:
    """Rules J5 and J6: the lock stands with its note for as long as the dispute is open."""
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(disputed(700), locked(1, 600), locked(2, 100), status_changed(7))
    claim = row(database, tables.receivables)
    assert (claim["status"], claim["disputed"], claim["dispute_id"]) == ("disputed", 700, 1)
    assert {number: (note["locked"], note["locked_for"]) for number, note in notes(database).items()} == {
        1: (600, 1),
        2: (100, 1),
    }
    assert (row(database, tables.disputes)["reason"], row(database, tables.disputes)["resolved_at"]) == (
        "short 短少",
        0,
    )
    before = books(database)
    happen(resolved(300, 400), status_changed(2), diluted(300, cause=2, by=OBLIGOR))
    claim, dispute = row(database, tables.receivables), row(database, tables.disputes)
    assert (claim["status"], claim["disputed"], claim["reduced"]) == ("confirmed", 0, 300)
    assert (dispute["amount"], dispute["upheld"], dispute["resolved_at"]) == (700, 300, 1_040)
    assert [note["locked"] for note in notes(database).values()] == [0, 0]
    assert books(database)[OBLIGOR, ledger.PAYABLES] == before[OBLIGOR, ledger.PAYABLES] + 300


def test_a_second_dispute_is_another_row(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation())
    happen(disputed(5), status_changed(7), resolved(0, 5), status_changed(2), disputed(9, number=2), locked(1, 9))
    assert row(database, tables.receivables)["dispute_id"] == 2
    assert (notes(database)[1]["locked"], notes(database)[1]["locked_for"]) == (9, 2)


@pytest.mark.parametrize(
    ("cause", "name", "book"),
    [
        (0, "credit-note", ledger.TRADE),
        (1, "set-off", ledger.COUNTERCLAIMS),
        (2, "dispute", ledger.TRADE),
    ],
)
def test_what_makes_the_obligor_owe_less_falls_on_the_supplier(
    database: Engine, happen: Happen, cause: int, name: str, book: str
) -> None:
    """Rule J8: a debt of the supplier, until notes of its own absorb it."""
    happen(*registration(), *confirmation(), *endorsement(400))
    before = books(database)
    happen(diluted(150, cause=cause))
    after = books(database)
    assert row(database, tables.receivables)["reduced"] == 150
    kept = row(database, tables.dilutions)
    assert (kept["cause"], kept["amount"], kept["by"], kept["document_hash"]) == (name, 150, SUPPLIER, "0xc")
    changed = {key: after.get(key, 0) - before.get(key, 0) for key in after.keys() | before.keys()}
    assert {key: value for key, value in changed.items() if value} == {
        (OBLIGOR, ledger.PAYABLES): 150,
        (OBLIGOR, book): -150,
        (SUPPLIER, ledger.ANSWERED): -150,
        (SUPPLIER, book): 150,
    }
    happen(*absorbed(1, 150))
    assert row(database, tables.receivables)["absorbed"] == 150
    assert notes(database)[1]["value"] == 450
    assert (SUPPLIER, ledger.ANSWERED) not in books(database)
    assert books(database)[SUPPLIER, ledger.NOTES] == 450


def test_a_payment_to_the_supplier_meets_its_cash(database: Engine, happen: Happen) -> None:
    """Rule J2: the settlements book is empty once the cash is there."""
    happen(*registration(), *confirmation())
    happen(diluted(100, cause=3, by=OBLIGOR), cash(OBLIGOR, SUPPLIER, 100))
    left = books(database)
    assert not any(book == ledger.SETTLEMENTS for _, book in left)
    assert (left[SUPPLIER, ledger.CASH], left[SUPPLIER, ledger.ANSWERED]) == (100, -100)
    assert left[OBLIGOR, ledger.PAYABLES] == -900


def test_before_the_confirmation_only_the_face_value_falls(database: Engine, happen: Happen) -> None:
    """Rule J3: nothing is owed yet, so nothing is posted."""
    happen(*registration())
    happen(diluted(100), ("Receivables", "FaceValueLowered", {"receivableId": 1, "faceValue": 900}))
    claim = row(database, tables.receivables)
    assert (claim["face_value"], claim["reduced"], claim["status"]) == (900, 0, "submitted")
    assert row(database, tables.dilutions)["amount"] == 100
    assert books(database) == {}


def test_the_nonce_of_an_agreement_is_kept(database: Engine, happen: Happen) -> None:
    happen(("Adjustments", "NonceUsed", {"signer": SUPPLIER, "nonce": HUGE}))
    used = row(database, tables.used_nonces)
    assert (used["contract"], used["signer"], used["nonce"]) == ("Adjustments", SUPPLIER, str(HUGE))
