"""Evidence on paper: what each event leaves in watches, devices, anchors and contradictions (rules E)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from backend.database import reading
from backend.documents.tables import device_batches
from backend.projections import tables
from backend.projections.handlers.attestations import KINDS
from backend.queries import devices as queries
from tests.backend.unit.projections.paper_life import Happen, row
from tests.backend.unit.projections.paper_source import Entry, account

SCALE, OTHER = account(0xE1), account(0xE2)
OWNER = account(1_002)
ROOT = "0x" + "ab" * 32
WATCH = {"toleranceBps": 200, "maxSilence": 7_200, "quorum": 1, "maxMilliKelvin": 280_000, "maxMetres": 2**32 - 1}


def happened(name: str, **values: Any) -> Entry:
    return "Attestations", name, values


def device(address: str = SCALE, **changes: Any) -> Entry:
    said = {"device": address, "lotId": 1, "ownerId": 2, "kind": 0, "simulated": True, "calibratedUntil": 9_000}
    return happened("DeviceRegistered", **(said | changes))


def anchored(first: int, last: int, root: str = ROOT, of: str = SCALE) -> Entry:
    return happened("ReadingsAnchored", device=of, root=root, firstSequence=first, lastSequence=last)


def test_a_watch_is_the_last_that_was_set(database: Engine, happen: Happen) -> None:
    happen(happened("WatchSet", lotId=1, watch=WATCH))
    happen(happened("WatchSet", lotId=1, watch=WATCH | {"toleranceBps": 100, "quorum": 2}))
    found = row(database, tables.watches)
    assert (found["tolerance_bps"], found["quorum"], found["max_silence"]) == (100, 2, 7_200)
    assert (found["max_milli_kelvin"], found["max_metres"], found["set_at"]) == (280_000, 2**32 - 1, 1_030)


@pytest.mark.parametrize(("number", "kind"), list(enumerate(KINDS)))
@pytest.mark.parametrize("simulated", [True, False])
def test_a_device_keeps_its_kind_and_its_mark(
    database: Engine, happen: Happen, number: int, kind: str, simulated: bool
) -> None:
    happen(device(kind=number, simulated=simulated))
    found = row(database, tables.devices)
    assert (found["kind"], found["simulated"], found["revoked"]) == (kind, simulated, False)
    assert (found["lot_id"], found["owner_id"], found["registered_at"]) == (1, 2, 1_020)
    assert (found["last_anchored_at"], found["last_sequence"]) == (0, 0)


def test_a_device_is_calibrated_and_revoked_alone(database: Engine, happen: Happen) -> None:
    happen(device(), device(OTHER))
    happen(happened("DeviceCalibrated", device=SCALE, calibratedUntil=9_500))
    happen(happened("DeviceRevoked", device=OTHER, orderHash="0x1"))
    with reading(database) as db:
        found = {one["device"]: one for one in db.execute(select(tables.devices)).mappings()}
    assert (found[SCALE]["calibrated_until"], found[SCALE]["revoked"]) == (9_500, False)
    assert (found[OTHER]["calibrated_until"], found[OTHER]["revoked"]) == (9_000, True)


def test_batches_are_anchored(database: Engine, happen: Happen) -> None:
    happen(device())
    happen(anchored(1, 3), anchored(4, 2**64 - 1, "0x" + "cd" * 32))
    found = row(database, tables.devices)
    assert (found["last_anchored_at"], found["last_sequence"]) == (1_030, 2**63 - 1), "what a database can count"
    with reading(database) as db:
        rows = db.execute(select(tables.anchors).order_by(tables.anchors.c.log_index)).mappings().all()
    assert [(one["first_sequence"], one["last_sequence"]) for one in rows] == [(1, 3), (4, 2**63 - 1)]
    assert rows[0]["root"] == ROOT


def test_what_contradicts_is_told_with_its_limit_and_its_mark(database: Engine, happen: Happen) -> None:
    happen(device(), device(OTHER, simulated=False), *lot())
    happen(
        happened("ContradictionSeen", lotId=1, device=SCALE, kind=3, value=2**64 - 1, limit=5, evidence=ROOT),
        happened("SilenceSeen", lotId=1, device=OTHER, lastSeenAt=1_000, allowedUntil=1_020),
    )
    assert queries.contradictions(database, 1, None, None, 100)["items"] == [
        {"device": SCALE, "kind": "temperature", "value": str(2**64 - 1), "limit": "5", "evidence": ROOT,
         "simulated": True, "at": 1_030},
        {"device": OTHER, "kind": "silence", "value": "1000", "limit": "1020", "evidence": None,
         "simulated": False, "at": 1_030},
    ]  # fmt: skip


def lot() -> list[Entry]:
    intake = {
        "custodian": OWNER, "depositor": account(1_001), "commodity": "0x1", "grade": "0x1", "unit": "0x1",
        "decimals": 1, "quantity": 10, "placeHash": "0xa", "fingerprint": "0xfa", "documentHash": "0xd0",
        "insuredUntil": 9_000, "expiresAt": 8_000, "currency": 156, "milliPerUnitDay": 0, "nonce": 1, "deadline": 2,
    }  # fmt: skip
    words = {"commodity": ROOT, "grade": ROOT, "unit": ROOT}
    return [
        ("WarehouseReceipts", "ReceiptIssued", {"receiptId": 1, "lotId": 1, "holder": account(1_003), "quantity": 10}),
        ("WarehouseReceipts", "LotTakenIn",
         {"lotId": 1, "custodian": OWNER, "receiptId": 1, "intake": intake | words}),
    ]  # fmt: skip


def sealed(database: Engine, address: str, root: str, first: int) -> None:
    with database.begin() as db:
        db.execute(
            device_batches.insert().values(
                device=address, root=root, lot_id=1, first_sequence=first, last_sequence=first, last_taken_at=1,
                signature="0x", at=1,
            )
        )  # fmt: skip


def test_what_waits_to_be_anchored(database: Engine, happen: Happen) -> None:
    """Signed batches of devices that are good, in order, until the chain has them."""
    happen(device(), device(OTHER))
    assert queries.batches_to_anchor(database, 20) == []
    roots = ["0x" + f"{n:02x}" * 32 for n in range(4)]
    for address, root, first in ((SCALE, roots[1], 2), (SCALE, roots[0], 1), (OTHER, roots[2], 1)):
        sealed(database, address, root, first)
    found = queries.batches_to_anchor(database, 20)
    assert [(one["root"], one["owner"]) for one in found] == [(root, OWNER) for root in roots[:3]]
    assert len(queries.batches_to_anchor(database, 1)) == 1
    happen(anchored(1, 1, roots[0]), happened("DeviceRevoked", device=OTHER, orderHash="0x0"))
    assert [one["root"] for one in queries.batches_to_anchor(database, 20)] == [roots[1]]


def test_whose_business_the_evidence_is(database: Engine, happen: Happen) -> None:
    """B7: holder, custodian and depositor of the lot, and whose device it is."""
    happen(*lot(), device(ownerId=1), happened("WatchSet", lotId=1, watch=WATCH))
    for viewer in (None, OWNER, account(1_001), account(1_003)):
        assert queries.visible_device(database, SCALE, viewer)["owner"] == account(1_001)
        assert queries.evidence_of_lot(database, 1, viewer)["watch"]["maxMetres"] == 2**32 - 1
    with pytest.raises(queries.NotFound):
        queries.evidence_of_lot(database, 1, account(7))
    with pytest.raises(queries.NotFound):
        queries.contradictions(database, 1, account(7), None, 100)
    with pytest.raises(queries.NotFound):
        queries.visible_device(database, SCALE, account(7))
