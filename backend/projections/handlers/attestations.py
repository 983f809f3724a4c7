"""Evidence: devices, what they anchored, and what contradicted a receipt (rules E). What that does to the lot is in
LotLocked."""

from __future__ import annotations

from typing import Any

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import kept
from backend.projections.rows import Rows

KINDS = ("weight", "position", "door", "temperature")
"""In the order in which the contract counts them."""


def on_watch_set(rows: Rows, event: e.WatchSet) -> None:
    watch = event.watch
    rows.put(
        tables.watches,
        event.lot_id,
        tolerance_bps=watch["toleranceBps"],
        max_silence=watch["maxSilence"],
        quorum=watch["quorum"],
        max_milli_kelvin=watch["maxMilliKelvin"],
        max_metres=watch["maxMetres"],
        set_at=event.place.at,
    )


def on_device_registered(rows: Rows, event: e.DeviceRegistered) -> None:
    rows.add(
        tables.devices,
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


def on_device_calibrated(rows: Rows, event: e.DeviceCalibrated) -> None:
    rows.change(tables.devices, event.device, calibrated_until=event.calibrated_until)


def on_device_revoked(rows: Rows, event: e.DeviceRevoked) -> None:
    rows.change(tables.devices, event.device, revoked=True)


def on_readings_anchored(rows: Rows, event: e.ReadingsAnchored) -> None:
    rows.change(tables.devices, event.device, last_anchored_at=event.place.at, last_sequence=kept(event.last_sequence))
    rows.record(
        tables.anchors,
        event,
        device=event.device,
        root=event.root,
        first_sequence=kept(event.first_sequence),
        last_sequence=kept(event.last_sequence),
    )


def on_contradiction_seen(rows: Rows, event: e.ContradictionSeen) -> None:
    _contradict(rows, event, KINDS[event.kind], event.value, event.limit, event.evidence)


def on_silence_seen(rows: Rows, event: e.SilenceSeen) -> None:
    _contradict(rows, event, "silence", event.last_seen_at, event.allowed_until, "")


def _contradict(rows: Rows, event: Any, kind: str, value: int, limit: int, evidence: str) -> None:
    rows.record(
        tables.contradictions,
        event,
        lot_id=event.lot_id,
        device=event.device,
        kind=kind,
        value=str(value),
        limit=str(limit),
        evidence=evidence,
    )
