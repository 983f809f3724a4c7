"""Evidence about lots: how each is watched, by which devices, what they said and what contradicted (rules E, B7)."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Engine, Integer, RowMapping, bindparam, or_, select

from backend.database import metadata, reading
from backend.documents.tables import device_batches, device_readings
from backend.errors import NotFound, both
from backend.projections import tables
from backend.queries.pages import page
from backend.queries.warehouse_receipts import lot_visible_to

_devices, _watches, _anchors, _people = tables.devices, tables.watches, tables.anchors, tables.participants
_contradictions = tables.contradictions
_CONTRADICTIONS = (
    select(_contradictions, _devices.c.simulated)
    .join(_devices, _devices.c.device == _contradictions.c.device)
    .where(_contradictions.c.lot_id == bindparam("lot", type_=BigInteger()))
)
_of_root = (_anchors.c.device == device_readings.c.device) & (_anchors.c.root == device_readings.c.batch_root)
_READINGS = (
    select(device_readings, _anchors.c.at.label("anchored_at"))
    .outerjoin(_anchors, _of_root)
    .where(device_readings.c.device == bindparam("device"))
)
ANCHORING = "anchoring"
"""Who the operations that anchor batches belong to."""


def evidence_of_lot(engine: Engine, lot_id: int, viewer: str | None) -> dict[str, Any]:
    """How a lot is watched (`watch`, None where it is not), and its `devices`, the first registered first. Raises
    NotFound, also for a lot that is not the viewer's business (None sees all)."""
    _require_lot(engine, lot_id, viewer)
    with reading(engine) as db:
        watch = db.execute(select(_watches).where(_watches.c.lot_id == lot_id)).mappings().first()
        query = _with_owners().where(_devices.c.lot_id == lot_id).order_by(_devices.c.registered_at, _devices.c.device)
        found = [_shown_device(row) for row in db.execute(query).mappings()]
    return {"lotId": lot_id, "watch": _shown_watch(watch) if watch else None, "devices": found}


def contradictions(
    engine: Engine, lot_id: int, viewer: str | None, after: tuple[int, ...] | None, limit: int
) -> dict[str, Any]:
    """A page of what contradicted the receipts of a lot, the first first; of a silence `value` is when the device was
    last heard of and `limit` until when it could be silent (UTC seconds). Raises NotFound as evidence_of_lot does."""
    _require_lot(engine, lot_id, viewer)
    place = _contradictions.c.block_number, _contradictions.c.log_index
    return page(engine, _CONTRADICTIONS, place, after, limit, _shown_contradiction, lot=lot_id)


def visible_device(engine: Engine, device: str, viewer: str | None) -> dict[str, Any]:
    """One device, for who sees its lot's evidence and for its owner. Raises NotFound for anyone else."""
    query = _with_owners().where(_devices.c.device == device)
    if viewer is not None:
        query = query.where(or_(_people.c.account == viewer, _devices.c.lot_id.in_(_lots_visible_to(viewer))))
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(what=both("device", "设备"), id=device)
    return _shown_device(row)


def readings(engine: Engine, device: str, viewer: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page of what came from a device, by sequence; `batchRoot` is the batch that a reading is in, and `anchoredAt`
    when that was anchored. Raises NotFound as visible_device does."""
    visible_device(engine, device, viewer)
    return page(engine, _READINGS, device_readings.c.sequence, after, limit, _shown_reading, device=device)


def last_readings(engine: Engine, device: str, limit: int) -> list[dict[str, Any]]:
    """The last `limit` readings that came from a device, the first first. Whoever may see the device may see them."""
    of_root = (_anchors.c.device == device_readings.c.device) & (_anchors.c.root == device_readings.c.batch_root)
    query = (
        select(device_readings, _anchors.c.at.label("anchored_at"))
        .outerjoin(_anchors, of_root)
        .where(device_readings.c.device == device)
        .order_by(device_readings.c.sequence.desc())
        .limit(limit)
    )
    with reading(engine) as db:
        return [_shown_reading(row) for row in db.execute(query).mappings()][::-1]


def kept_reading(engine: Engine, device: str, sequence: int) -> RowMapping:
    """A reading as it was received, with `anchored_at` (UTC seconds, None where it is in no anchored batch). Raises
    NotFound."""
    query = _READINGS.where(device_readings.c.sequence == sequence)
    with reading(engine) as db:
        row = db.execute(query, {"device": device}).mappings().first()
    if row is None:
        raise NotFound(what=both("reading", "读数"), id=sequence)
    return row


def batches_to_anchor(engine: Engine, limit: int) -> list[RowMapping]:
    """At most `limit` batches that are signed and were not sent yet, those of one device in its order, each with its
    device's `owner` account. What the contract would take no more is left out: batches of revoked devices, and those
    behind the last that is anchored."""
    with reading(engine) as db:
        return list(db.execute(_to_anchor(), {"limit": limit}).mappings())


# ---- inside


@cache
def _to_anchor() -> Any:
    operations = metadata.tables["operations"]
    sent = select(operations.c.id).where(
        operations.c.actor == ANCHORING,
        operations.c.idempotency_key == device_batches.c.device + "-" + device_batches.c.root,
    )
    next_of = (device_batches.c.device == _devices.c.device) & (
        device_batches.c.first_sequence > _devices.c.last_sequence
    )
    return (
        select(device_batches, _people.c.account.label("owner"))
        .join(_devices, next_of)
        .join(_people, _people.c.id == _devices.c.owner_id)
        .where(~_devices.c.revoked, ~sent.exists())
        .order_by(device_batches.c.device, device_batches.c.first_sequence)
        .limit(bindparam("limit", type_=Integer()))
    )


def _require_lot(engine: Engine, lot_id: int, viewer: str | None) -> None:
    query = select(tables.lots.c.id).where(tables.lots.c.id == lot_id)
    if viewer is not None:
        query = query.where(tables.lots.c.id.in_(_lots_visible_to(viewer)))
    with reading(engine) as db:
        if db.execute(query).first() is None:
            raise NotFound(what=both("lot", "批次"), id=lot_id)


def _lots_visible_to(viewer: str) -> Any:
    """The lots whose evidence is the viewer's business: of which it sees the lot itself, has a device there, or has a
    loan, as lender or borrower, for which receipts of it stand."""
    titles, loans = tables.loan_titles, tables.loans
    lent = (
        select(titles.c.asset_key)
        .join(loans, loans.c.id == titles.c.loan_id)
        .where(
            loans.c.asset == "receipt",
            titles.c.state.in_(("pledged", "kept")),
            or_(loans.c.lender == viewer, loans.c.borrower == viewer),
        )
    )
    watching = select(_devices.c.lot_id).join(_people, _people.c.id == _devices.c.owner_id)
    lots = tables.lots
    return select(lots.c.id).where(
        or_(
            lot_visible_to(viewer),
            lots.c.id.in_(lent),
            lots.c.id.in_(watching.where(_people.c.account == viewer)),
        )
    )


def _with_owners() -> Any:
    return select(_devices, _people.c.account.label("owner")).join(_people, _people.c.id == _devices.c.owner_id)


def _shown_watch(row: RowMapping) -> dict[str, Any]:
    return {
        "toleranceBps": row["tolerance_bps"],
        "maxSilenceSeconds": row["max_silence"],
        "quorum": row["quorum"],
        "maxMilliKelvin": row["max_milli_kelvin"] or None,
        "maxMetres": row["max_metres"],
        "setAt": row["set_at"],
    }


def _shown_device(row: RowMapping) -> dict[str, Any]:
    return {
        "device": row["device"],
        "lotId": row["lot_id"],
        "owner": row["owner"],
        "kind": row["kind"],
        "simulated": row["simulated"],
        "revoked": row["revoked"],
        "calibratedUntil": row["calibrated_until"],
        "registeredAt": row["registered_at"],
        "lastAnchoredAt": row["last_anchored_at"] or None,
        "lastSequence": row["last_sequence"],
    }


def _shown_contradiction(row: RowMapping) -> dict[str, Any]:
    return {
        "device": row["device"],
        "kind": row["kind"],
        "value": row["value"],
        "limit": row["limit"],
        "evidence": row["evidence"] or None,
        "simulated": row["simulated"],
        "at": row["at"],
    }


def _shown_reading(row: RowMapping) -> dict[str, Any]:
    return {
        "sequence": row["sequence"],
        "kind": row["kind"],
        "value": str(row["value"]),
        "takenAt": row["taken_at"],
        "simulated": row["simulated"],
        "receivedAt": row["at"],
        "batchRoot": row["batch_root"],
        "anchoredAt": row["anchored_at"],
    }
