"""Evidence: devices, what they anchored, and what contradicted a receipt (rules E). What that does to the lot is in
LotLocked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, update

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import kept, put

KINDS = ("weight", "position", "door", "temperature")
"""In the order in which the contract counts them."""


def on_watch_set(db: Connection, event: e.WatchSet) -> None:
    watch = event.watch
    put(
        db,
        tables.watches,
        {"lot_id": event.lot_id},
        tolerance_bps=watch["toleranceBps"],
        max_silence=watch["maxSilence"],
        quorum=watch["quorum"],
        max_milli_kelvin=watch["maxMilliKelvin"],
        max_metres=watch["maxMetres"],
        set_at=event.place.at,
    )


def on_device_registered(db: Connection, event: e.DeviceRegistered) -> None:
    db.execute(
        insert(tables.devices).values(
            device=event.device,
            lot_id=event.lot_id,
            owner_id=event.owner_id,
            kind=KINDS[event.kind],
            simulated=event.simulated,
            revoked=False,
            calibrated_until=event.calibrated_until,
            registered_at=event.place.at,
            last_anchored_at=0,
            last_sequence=0,
        )
    )


def on_device_calibrated(db: Connection, event: e.DeviceCalibrated) -> None:
    _update_device(db, event.device, calibrated_until=event.calibrated_until)


def on_device_revoked(db: Connection, event: e.DeviceRevoked) -> None:
    _update_device(db, event.device, revoked=True)


def on_readings_anchored(db: Connection, event: e.ReadingsAnchored) -> None:
    _update_device(db, event.device, last_anchored_at=event.place.at, last_sequence=kept(event.last_sequence))
    db.execute(
        insert(tables.anchors).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            at=event.place.at,
            device=event.device,
            root=event.root,
            first_sequence=kept(event.first_sequence),
            last_sequence=kept(event.last_sequence),
        )
    )


def on_contradiction_seen(db: Connection, event: e.ContradictionSeen) -> None:
    _contradict(db, event, KINDS[event.kind], event.value, event.limit, event.evidence)


def on_silence_seen(db: Connection, event: e.SilenceSeen) -> None:
    _contradict(db, event, "silence", event.last_seen_at, event.allowed_until, "")


def _contradict(db: Connection, event: Any, kind: str, value: int, limit: int, evidence: str) -> None:
    db.execute(
        insert(tables.contradictions).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            at=event.place.at,
            lot_id=event.lot_id,
            device=event.device,
            kind=kind,
            value=str(value),
            limit=str(limit),
            evidence=evidence,
        )
    )


def _update_device(db: Connection, device: str, **values: Any) -> None:
    db.execute(update(tables.devices).where(tables.devices.c.device == device).values(**values))
