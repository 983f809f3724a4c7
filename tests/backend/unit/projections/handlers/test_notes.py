"""Endorsements that wait, and the marks on those that go round (rules N8, N10, P7)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import Engine, select

from backend.database import reading
from backend.projections import tables
from tests.backend.unit.projections.paper_life import (
    BANK,
    OBLIGOR,
    SUPPLIER,
    Happen,
    confirmation,
    endorsement,
    minted,
    notes,
    place_taken,
    registration,
)
from tests.backend.unit.projections.paper_source import Entry


def endorsed(parent: int, child: int, giver: str, taker: str, value: int = 10) -> list[Entry]:
    values = {"noteId": parent, "childId": child, "endorser": giver, "endorsee": taker, "value": value}
    return [
        *minted(child, 1, taker, value, parent=parent),
        ("Receivables", "NoteEndorsed", values | {"withRecourse": True}),
    ]


@pytest.mark.parametrize(
    ("path", "flags"),
    [
        ([SUPPLIER, BANK], [""]),
        ([SUPPLIER, SUPPLIER], ["self"]),
        ([SUPPLIER, BANK, SUPPLIER], ["", "circular"]),
        ([SUPPLIER, BANK, OBLIGOR, BANK], ["", "", "circular"]),
        ([SUPPLIER, BANK, BANK], ["", "self"]),
        ([SUPPLIER, BANK, OBLIGOR, SUPPLIER], ["", "", "circular"]),
        ([SUPPLIER, BANK, SUPPLIER, OBLIGOR], ["", "circular", ""]),
    ],
)
def test_endorsements_that_go_round_are_marked(
    database: Engine, happen: Happen, path: list[str], flags: list[str]
) -> None:
    """Rule N10: `self` to its own giver, `circular` to somebody who endorsed the same value before."""
    happen(*registration(), *confirmation())
    for number, (giver, taker) in enumerate(pairwise(path), 2):
        happen(*endorsed(number - 1, number, giver, taker))
    assert [notes(database)[number]["flag"] for number in range(2, len(path) + 1)] == flags


def test_a_wish_to_be_asked_comes_and_goes(database: Engine, happen: Happen) -> None:
    for wanted in (True, False):
        happen(("Participants", "AcceptanceWanted", {"participantId": 3, "wanted": wanted}))
        with reading(database) as db:
            query = select(tables.participants.c.wants_acceptance).where(tables.participants.c.id == 3)
            assert db.execute(query).scalar() is wanted


@pytest.mark.parametrize("taken", [True, False])
def test_an_endorsement_waits_until_it_is_answered(database: Engine, happen: Happen, taken: bool) -> None:
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(("Receivables", "AcceptanceAwaited", {"noteId": 2, "acceptBy": 5_000}))
    assert notes(database)[2]["accept_by"] == 5_000
    if taken:
        happen(("Receivables", "EndorsementAccepted", {"noteId": 2, "holder": BANK}))
    else:
        values = {"noteId": 2, "parentId": 1, "endorser": SUPPLIER, "value": 400}
        happen(
            ("Receivables", "EndorsementDeclined", values),
            ("Receivables", "TransferValue", {"fromTokenId": 2, "toTokenId": 1, "value": 400}),
            place_taken(2, 1, SUPPLIER, BANK, 400, ancestor=1),
        )
    assert notes(database)[2]["accept_by"] == 0
    assert notes(database)[2]["value"] == (400 if taken else 0)


def test_what_is_declined_with_a_lock_goes_back_in_itself(database: Engine, happen: Happen) -> None:
    """Rule N8: the lock stays with its note, which begins anew where it came from."""
    happen(*registration(), *confirmation(), *endorsement(400))
    happen(("Receivables", "AcceptanceAwaited", {"noteId": 2, "acceptBy": 5_000}))
    happen(
        ("Adjustments", "ReceivableDisputed",
         {"receivableId": 1, "disputeId": 1, "obligor": OBLIGOR, "amount": 700, "reason": "r"}),
        ("Adjustments", "NoteLockedByDispute", {"noteId": 2, "receivableId": 1, "amount": 100}),
    )  # fmt: skip
    happen(
        ("Receivables", "EndorsementDeclined", {"noteId": 2, "parentId": 1, "endorser": SUPPLIER, "value": 400}),
        ("Receivables", "Transfer", {"from": BANK, "to": SUPPLIER, "tokenId": 2}),
        place_taken(2, 2, SUPPLIER, BANK, 400, ancestor=1),
    )
    note = notes(database)[2]
    assert (note["holder"], note["value"], note["locked"], note["accept_by"]) == (SUPPLIER, 400, 100, 0)
    assert (note["parent_id"], note["depth"], note["with_recourse"]) == (0, 0, False)
