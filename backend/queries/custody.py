"""What a custodian has to do: what lies in its store, what is due on it, what lenders wait for, what is wrong (rule
G54)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, case, func, or_, select

from backend.database import reading
from backend.documents import tables as documents
from backend.goods import format_quantity
from backend.projections import tables
from backend.queries.documents import spent
from backend.queries.pages import page
from backend.queries.warehouse_receipts import _WITH_LOTS, _shown, _shown_lot

_lots, _receipts, _devices, _watches = tables.lots, tables.receipts, tables.devices, tables.watches
_requests, _counts = documents.loan_requests, documents.counts
_LIVE = _lots.c.counted - _lots.c.delivered - _lots.c.lost > 0


def lots_kept(engine: Engine, custodian: str, after: int, limit: int) -> dict[str, Any]:
    """A page of the lots that `custodian` keeps or kept, by number."""
    query = select(_lots).where(_lots.c.custodian == custodian)
    return page(engine, query, _lots.c.id, after, limit, _shown_lot)


def receipts_out(engine: Engine, custodian: str, after: int, limit: int, now: int) -> dict[str, Any]:
    """A page of the receipts of goods that `custodian` keeps, by number, with the storage that is due on each at
    `now`: its lien."""
    query = _WITH_LOTS.where(_receipts.c.custodian == custodian, _receipts.c.quantity > 0)
    return page(engine, query, _receipts.c.id, after, limit, partial(_shown, now=now))


def counts_wanted(engine: Engine, custodian: str, now: int, limit: int) -> list[dict[str, Any]]:
    """What lenders were asked for on goods that `custodian` keeps, the latest first: who waits for a count of which
    receipt, and `countedAt` of the one that was signed for it and can still be used, or None. The limit that was asked
    for is not its business."""
    counted = (
        select(func.max(_counts.c.counted_at))
        .where(
            _counts.c.receipt_id == _requests.c.token_id,
            _counts.c.pledgee == _requests.c.financier,
            _counts.c.deadline >= now,
            ~spent("Collateral", _counts.c.custodian, _counts.c.nonce),
        )
        .scalar_subquery()
    )
    query = (
        select(_requests, _receipts.c.quantity, _lots.c.commodity, _lots.c.grade, _lots.c.unit)
        .add_columns(counted.label("counted_at"))
        .join(_receipts, _receipts.c.id == _requests.c.token_id)
        .join(_lots, _lots.c.id == _receipts.c.lot_id)
        .where(
            _requests.c.asset == "receipt",
            _receipts.c.custodian == custodian,
            _receipts.c.holder == _requests.c.borrower,
            _receipts.c.quantity > 0,
        )
        .order_by(_requests.c.id.desc())
        .limit(limit)
    )
    with reading(engine) as db:
        return [
            {
                "receiptId": row["token_id"],
                "goods": f"{row['commodity']} {row['grade']}",
                "quantity": format_quantity(row["quantity"], row["decimals"]),
                "unit": row["unit"],
                "borrower": row["borrower"],
                "financier": row["financier"],
                "askedAt": row["at"],
                "countedAt": row["counted_at"],
            }
            for row in db.execute(query).mappings()
        ]


def running_out(engine: Engine, custodian: str, until: int, limit: int) -> list[dict[str, Any]]:
    """Lots with goods in them whose insurance or expiry ends at `until` or before, the first to end first."""
    first = case((_lots.c.insured_until < _lots.c.expires_at, _lots.c.insured_until), else_=_lots.c.expires_at)
    ends = or_(_lots.c.insured_until <= until, _lots.c.expires_at <= until)
    query = select(_lots).where(_lots.c.custodian == custodian, _LIVE, ends).order_by(first, _lots.c.id).limit(limit)
    with reading(engine) as db:
        return [_shown_lot(row) for row in db.execute(query).mappings()]


# ---- what is wrong


def alarms(engine: Engine, custodian: str, now: int, limit: int) -> list[dict[str, Any]]:
    """What devices say against lots that `custodian` keeps, and what they no longer say: `locked`, `contradiction`
    (newer than the last unlocking), `silence`, `uncalibrated`. Each has its `lotId`, `device` ("" for the lot itself)
    and `at`, from when on; the latest first."""
    with reading(engine) as db:
        found = [*_locked(db, custodian), *_contradicted(db, custodian, limit), *_quiet(db, custodian, now)]
    return sorted(found, key=lambda one: -int(one["at"]))[:limit]


def _locked(db: Connection, custodian: str) -> list[dict[str, Any]]:
    misfortunes = tables.misfortunes
    told = select(func.max(misfortunes.c.at)).where(misfortunes.c.lot_id == _lots.c.id).scalar_subquery()
    seen = tables.contradictions
    said = select(func.max(seen.c.at)).where(seen.c.lot_id == _lots.c.id).scalar_subquery()
    query = select(_lots.c.id, func.coalesce(told, 0).label("told"), func.coalesce(said, 0).label("said"))
    rows = db.execute(query.where(_lots.c.custodian == custodian, _lots.c.locked)).mappings()
    return [_alarm("locked", row["id"], at=max(row["told"], row["said"])) for row in rows]


def _contradicted(db: Connection, custodian: str, limit: int) -> list[dict[str, Any]]:
    seen = tables.contradictions
    query = (
        select(seen, _lots.c.decimals, _lots.c.unit)
        .join(_lots, _lots.c.id == seen.c.lot_id)
        .where(_lots.c.custodian == custodian, seen.c.at > _lots.c.last_unlock_at)
        .order_by(seen.c.block_number.desc(), seen.c.log_index.desc())
        .limit(limit)
    )
    return [
        _alarm(
            "contradiction", row["lot_id"], row["device"], at=row["at"],
            kind=row["kind"], value=row["value"], limit=row["limit"], decimals=row["decimals"], unit=row["unit"],
        )
        for row in db.execute(query).mappings()
    ]  # fmt: skip


def _quiet(db: Connection, custodian: str, now: int) -> list[dict[str, Any]]:
    """Devices over lots with goods in them that are silent for longer than allowed, or whose calibration has ended."""
    query = (
        select(_devices, _watches.c.max_silence, _watches.c.set_at, _lots.c.last_unlock_at)
        .join(_lots, _lots.c.id == _devices.c.lot_id)
        .join(_watches, _watches.c.lot_id == _devices.c.lot_id)
        .where(_lots.c.custodian == custodian, _LIVE, ~_devices.c.revoked)
    )
    rows = db.execute(query).mappings().all()
    heard = {row["device"]: _heard_of(row) for row in rows}
    silent = [
        _alarm("silence", row["lot_id"], row["device"], at=heard[row["device"]])
        for row in rows
        if heard[row["device"]] + row["max_silence"] < now
    ]
    ended = [
        _alarm("uncalibrated", row["lot_id"], row["device"], at=row["calibrated_until"])
        for row in rows
        if row["calibrated_until"] < now
    ]
    return [*silent, *ended]


def _heard_of(device: RowMapping) -> int:
    """From when on a device's silence counts (rules E5, E7)."""
    since = "last_anchored_at", "registered_at", "last_unlock_at", "set_at"
    return max(int(device[name]) for name in since)


def _alarm(what: str, lot_id: int, device: str = "", **more: Any) -> dict[str, Any]:
    return {
        "what": what,
        "lotId": lot_id,
        "device": device,
        "kind": "",
        "value": "",
        "limit": "",
        "decimals": 0,
        "unit": "",
        **more,
    }
