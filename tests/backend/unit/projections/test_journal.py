"""What a reorganisation takes is taken back out of the journal, and the rows are what a rebuild makes (rules B5, B33)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.database import reading
from backend.projections import indexer, journal, tables
from backend.projections.indexer import read_model_digest
from tests.backend.unit.projections.paper_desk import Desk
from tests.backend.unit.projections.paper_life import (
    BANK,
    OBLIGOR,
    SUPPLIER,
    absorbed,
    allotted,
    cash,
    confirmation,
    diluted,
    endorsement,
    redeemed,
    registration,
    repaid,
    settled,
    status_changed,
)
from tests.backend.unit.projections.paper_source import NOBODY, TOKEN, Entry, registered

LIFE: list[list[Entry]] = [
    [("Policy", "SettlementTokenSet", {"currency": 156, "token": TOKEN}), *(registered(n) for n in (1, 2, 3))],
    [cash(NOBODY, BANK, 900), ("SettlementToken:CNY", "Frozen", {"account": BANK, "amount": 3})],
    registration(),
    [],
    confirmation(),
    [*endorsement(400), settled(), cash(BANK, SUPPLIER, 390)],
    [("Participants", "ParticipantFrozen", {"participantId": 2, "orderHash": "0x1"})],
    [
        ("Adjustments", "ReceivableDisputed", {"receivableId": 1, "disputeId": 1, "obligor": OBLIGOR, "amount": 60, "reason": "short"}),
        ("Adjustments", "NoteLockedByDispute", {"noteId": 1, "receivableId": 1, "amount": 60}),
    ],
    [],
    [("Adjustments", "DisputeResolved",
      {"receivableId": 1, "disputeId": 1, "upheld": 10, "refused": 50, "orderHash": "0x2"}),
     diluted(10), *absorbed(1, 10)],
    [*endorsement(100, child=3), ("Receivables", "TransferValue", {"fromTokenId": 3, "toTokenId": 2, "value": 100}),
     ("Receivables", "NotesMerged", {"fromNoteId": 3, "toNoteId": 2, "value": 100})],
    [*repaid(990, penalty=5), status_changed(6), allotted(990, 2, penalty=5)],
    redeemed(2, BANK, 500, penalty=3),
    redeemed(1, SUPPLIER, 490, penalty=2),
    [("Participants", "ParticipantUnfrozen", {"participantId": 2, "orderHash": "0x1"})],
]  # fmt: skip


def live(desk: Desk, up_to: int) -> None:
    """Adds what is still to come of the life, up to so many blocks."""
    for entries in LIFE[len(desk.source.chain) - 1 : up_to]:
        desk.source.add(*entries, later=5 + desk.source.fork)


def never(*_: Any) -> None:
    raise AssertionError("the kept events were gone through once more")


@pytest.mark.parametrize("seed", range(6))
def test_any_reorganisation_at_any_point(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(indexer, "_replay", never)
    chance = random.Random(seed)
    for _ in range(12):
        live(desk, chance.randint(len(desk.source.chain) - 1, len(LIFE)))
        desk.indexer.reader.most = desk.indexer.reader.span = chance.choice([1, 2, 5, 50])
        for _ in range(chance.randint(1, 4)):
            desk.indexer.step()
        desk.source.fork_at(max(0, len(desk.source.chain) - 1 - chance.randint(0, 6)))
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)
    assert desk.count(tables.note_merges) == 1, "the whole life was lived"


def test_back_to_nothing_and_forth(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer, "_replay", never)
    empty = read_model_digest(desk.database)
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    desk.source.fork_at(0)
    desk.indexer.catch_up()
    assert read_model_digest(desk.database) == empty
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


@pytest.mark.parametrize("deep", [True, False])
def test_where_the_journal_ends_the_kept_events_are_gone_through(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deep: bool
) -> None:
    monkeypatch.setattr(journal, "DEPTH", 4)
    replays = []
    monkeypatch.setattr(
        indexer, "_replay", lambda db, number, replay=indexer._replay: (replays.append(number), replay(db, number))
    )
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    assert pages(desk) == [12, 13, 14, 15]
    desk.source.fork_at(5 if deep else 12)
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    assert replays == ([5] if deep else [])
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_the_journal_keeps_no_more_than_it_needs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "DEPTH", 4)
    for block in range(1, len(LIFE) + 1):
        live(desk, block)
        desk.indexer.catch_up()
    assert pages(desk) == [12, 13, 14, 15]
    desk.indexer.rebuild()
    assert pages(desk) == []


def test_a_page_missing_is_noticed(desk: Desk, tmp_path: Path) -> None:
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    with desk.database.begin() as db:
        db.execute(tables.journal.delete().where(tables.journal.c.block_number == 10))
    desk.source.fork_at(8)
    live(desk, len(LIFE))
    desk.indexer.catch_up()
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def pages(desk: Desk) -> list[int]:
    with reading(desk.database) as db:
        return list(db.execute(select(tables.journal.c.block_number).order_by(tables.journal.c.block_number)).scalars())
