"""Dishonour: claims, purchases, insurance and losses (rules X and V)."""

from __future__ import annotations

from sqlalchemy import Engine

from backend.projections import ledger, tables
from tests.backend.unit.projections.paper_life import (
    BANK,
    SUPPLIER,
    Happen,
    books,
    cash,
    confirmation,
    endorsement,
    minted,
    notes,
    place_taken,
    redeemed,
    registration,
    repaid,
    row,
    settled,
)
from tests.backend.unit.projections.paper_source import RESERVE, TOKEN, Entry, account

OTHER = account(1_004)


def written_off(note: int, holder: str, amount: int) -> Entry:
    return "Repayments", "NoteWrittenOff", {"noteId": note, "receivableId": 1, "holder": holder, "amount": amount}


def insured(amount: int, cash_: str = TOKEN, levy: int = 2) -> Entry:
    return "Reserve", "NoteInsured", {"noteId": 2, "cash": cash_, "amount": amount, "levy": levy}


def test_a_claim_on_an_endorser_is_kept(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(400))
    values = {"noteId": 2, "receivableId": 1, "endorser": SUPPLIER, "holder": BANK, "amount": 400}
    happen(("Repayments", "RecourseClaimed", values))
    claim = row(database, tables.recourse_claims)
    assert (claim["endorser"], claim["holder"], claim["amount"]) == (SUPPLIER, BANK, 400)


def test_an_endorser_buys_a_note_back(database: Engine, happen: Happen) -> None:
    """Rule N9, first way: its own note takes the value back; the cash and its reason meet."""
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(
        ("Receivables", "TransferValue", {"fromTokenId": 2, "toTokenId": 1, "value": 400}),
        place_taken(2, 1, SUPPLIER, BANK, 400, ancestor=1),
        (
            "Repayments",
            "NoteBoughtBack",
            {"noteId": 2, "receivableId": 1, "endorser": SUPPLIER, "holder": BANK, "toNoteId": 1, "amount": 400},
        ),
        cash(SUPPLIER, BANK, 400),
    )
    assert {number: note["value"] for number, note in notes(database).items()} == {1: 1_000, 2: 0}
    assert notes(database)[1]["parent_id"] == 0, "it did not move"
    left = books(database)
    assert (left[SUPPLIER, ledger.NOTES], left[BANK, ledger.CASH]) == (1_000, 400)
    assert not any(book == ledger.SETTLEMENTS for _, book in left)


def test_a_new_note_has_the_origin_of_the_one_that_was_endorsed(database: Engine, happen: Happen) -> None:
    """Rule N9, third way: the endorsed note is somebody else's by now, so a new one stands beside it."""
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(("Receivables", "Transfer", {"from": SUPPLIER, "to": OTHER, "tokenId": 1}))
    happen(*minted(3, 1, SUPPLIER, 400, parent=2), place_taken(2, 3, SUPPLIER, BANK, 400, ancestor=1))
    found = notes(database)
    names = ("parent_id", "depth", "endorser", "with_recourse")
    assert [found[3][name] for name in names] == [found[1][name] for name in names]
    assert (found[3]["value"], found[2]["value"], found[3]["holder"]) == (400, 0, SUPPLIER)


def test_the_reserve_keeps_the_origin_of_what_it_covered(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(400), insured(390))
    happen(
        *minted(3, 1, RESERVE, 150, parent=2),
        place_taken(2, 3, RESERVE, BANK, 150, ancestor=0),
        (
            "Reserve",
            "NoteCovered",
            {"noteId": 2, "receivableId": 1, "holder": BANK, "toNoteId": 3, "amount": 150},
        ),
        cash(RESERVE, BANK, 150),
    )
    found = notes(database)
    assert [found[3][name] for name in ("parent_id", "depth", "endorser", "with_recourse")] == [1, 1, SUPPLIER, True]
    assert (found[2]["value"], found[2]["insured"], found[3]["insured"]) == (250, 240, 0)
    happen(
        ("Receivables", "TransferValue", {"fromTokenId": 2, "toTokenId": 3, "value": 250}),
        place_taken(2, 3, RESERVE, BANK, 250, ancestor=3),
    )
    assert notes(database)[3]["value"] == 400, "all that it paid for the note is in one"
    assert books(database)[RESERVE, ledger.NOTES] == 400


def test_a_levy_is_the_reserves_where_it_is_our_money(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(400), settled(), insured(390))
    happen(cash(BANK, RESERVE, 2), cash(BANK, SUPPLIER, 388))
    left = books(database)
    assert left[RESERVE, ledger.LEVIES] == -2 == -left[SUPPLIER, ledger.LEVIES]
    assert not any(book == ledger.SETTLEMENTS for _, book in left)
    before = books(database)
    happen(insured(0, cash_=account(666), levy=2**256 - 1))
    assert notes(database)[2]["insured"] == 0
    assert books(database) == before


def test_a_write_off_stands_in_the_books_of_its_holder_once(database: Engine, happen: Happen) -> None:
    """Rule X5: told again it is no second loss, and what comes in after it makes the loss smaller (X4)."""
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(written_off(2, BANK, 400), written_off(2, BANK, 400))
    assert (notes(database)[2]["value"], notes(database)[2]["written_off"]) == (400, 400)
    assert books(database)[BANK, ledger.LOSSES] == 400 == -books(database)[BANK, ledger.ALLOWANCE]
    happen(*repaid(1_000), *redeemed(2, BANK, 300))
    assert notes(database)[2]["written_off"] == 100
    assert books(database)[BANK, ledger.LOSSES] == 100
    happen(*redeemed(2, BANK, 100))
    assert (BANK, ledger.LOSSES) not in books(database)


def test_a_note_that_is_written_off_and_sold_takes_its_loss_back(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(400), written_off(2, BANK, 400))
    happen(("Receivables", "Transfer", {"from": BANK, "to": OTHER, "tokenId": 2}))
    assert notes(database)[2]["written_off"] == 0
    left = books(database)
    assert (BANK, ledger.LOSSES) not in left and (OTHER, ledger.LOSSES) not in left
