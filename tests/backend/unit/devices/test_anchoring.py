"""Batches go to the chain once, by whose key is here; what the contract refuses stops neither the others nor the
engine (rule E3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from backend.chain.contracts import Call
from backend.chain.outbox import Intent, operations
from backend.commands.anchoring import MOST, Anchoring
from backend.documents.tables import device_batches
from backend.errors import ContractRefused
from backend.projections import tables

SCALE, OTHER = ("0x" + digit * 40 for digit in "ab")
OWNER, ELSEWHERE, REGISTRAR = ("0x" + digit * 40 for digit in "123")


@dataclass
class Desk:
    """A desk whose outbox keeps what is sent, and refuses the roots in `refuses`."""

    engine: Engine
    refuses: set[str] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)

    @property
    def contracts(self) -> Desk:
        return self

    keystore = outbox = contracts

    def call_data(self, contract: str, function: str, batch: tuple[Any, ...], device: str, signature: str) -> Call:
        assert (contract, function) == ("Attestations", "anchor")
        return Call(contract, function, "0x", batch[1])

    def holds(self, account: str) -> bool:
        return account == OWNER

    def power(self, role: str) -> str:
        assert role == "registrar"
        return REGISTRAR

    def send(self, intent: Intent, signer: str, call: Call) -> None:
        if call.data in self.refuses:
            raise ContractRefused(error="SequenceUsed", arguments={}, contract="Attestations")
        self.sent.append((call.data, signer))
        with self.engine.begin() as db:
            db.execute(
                insert(operations).values(
                    id=str(len(self.sent)), kind=intent.kind, actor=intent.actor, state="failed",
                    idempotency_key=intent.idempotency_key,
                )
            )  # fmt: skip


@pytest.fixture
def desk(database: Engine) -> Desk:
    with database.begin() as db:
        for number, account in ((1, OWNER), (2, ELSEWHERE)):
            db.execute(
                insert(tables.participants).values(
                    id=number, account=account, identity_hash=str(number), roles=8, kyc_valid_until=9, frozen=False,
                    name="n", wants_acceptance=False,
                )
            )  # fmt: skip
        for device, owner in ((SCALE, 1), (OTHER, 2)):
            db.execute(
                insert(tables.devices).values(
                    device=device, lot_id=1, owner_id=owner, kind="weight", simulated=True, revoked=False,
                    calibrated_until=9, registered_at=1, last_anchored_at=0, last_sequence=0,
                )
            )  # fmt: skip
    return Desk(database)


def root(number: int) -> str:
    return f"0x{number:064x}"


def sealed(desk: Desk, device: str, number: int) -> None:
    with desk.engine.begin() as db:
        db.execute(
            device_batches.insert().values(
                device=device, root=root(number), lot_id=1, first_sequence=number, last_sequence=number,
                last_taken_at=1, signature="0x", at=1,
            )
        )  # fmt: skip


def anchoring(desk: Desk) -> Anchoring:
    return Anchoring(desk)  # type: ignore[arg-type]


def test_where_nothing_waits_nothing_is_done(desk: Desk) -> None:
    assert not anchoring(desk).step()
    assert desk.sent == []


def test_each_goes_once_in_its_order_by_whose_key_is_here(desk: Desk) -> None:
    for device, number in ((SCALE, 2), (OTHER, 3), (SCALE, 1)):
        sealed(desk, device, number)
    runs = anchoring(desk)
    assert runs.step()
    assert desk.sent == [(root(1), OWNER), (root(2), OWNER), (root(3), REGISTRAR)]
    assert not runs.step() and not anchoring(desk).step(), "even one that failed: somebody has to look"


def test_what_is_refused_is_left(desk: Desk) -> None:
    for number in (1, 2):
        sealed(desk, SCALE, number)
    desk.refuses = {root(1)}
    runs = anchoring(desk)
    assert runs.step()
    assert desk.sent == [(root(2), OWNER)]
    assert not runs.step()


def test_many_that_are_refused_do_not_hide_the_next(desk: Desk) -> None:
    for number in range(1, MOST + 3):
        sealed(desk, SCALE, number)
    desk.refuses = {root(number) for number in range(1, MOST + 1)}
    runs = anchoring(desk)
    assert not runs.step()
    assert runs.step()
    assert [sent for sent, _ in desk.sent] == [root(MOST + 1), root(MOST + 2)]
