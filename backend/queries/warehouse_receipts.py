"""Lots of goods, the receipts that are title to them, and the delivery orders that wait (rule B7)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, RowMapping, Table, bindparam, or_, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, both
from backend.goods import format_quantity, storage_due
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.documents import spent
from backend.queries.pages import VIEWER, Source, page, page_of_parties

_lots, _receipts, _orders, _intakes = tables.lots, tables.receipts, documents.delivery_orders, documents.intakes
_requests = documents.receipt_quote_requests


# ---- lots


def lots(engine: Engine, viewer: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page of the lots that `viewer` keeps, deposited or has a receipt of (None: all), by number."""
    sources = () if viewer is None else _SOURCES_OF_LOTS
    return page(engine, _LOTS, _lots.c.id, after, limit, _shown_lot, sources=sources, viewer=viewer)


def visible_lot(engine: Engine, lot_id: int, viewer: str | None) -> dict[str, Any]:
    """One lot, seen by `viewer` (None sees all). Raises NotFound, also for one that is not its business."""
    return _shown_lot(_lot_row(engine, lot_id, viewer))


def lot_details(engine: Engine, lot_id: int, viewer: str | None) -> dict[str, Any]:
    """A lot with its words, where they were handed over here, and all that happened to it. Raises NotFound."""
    row = _lot_row(engine, lot_id, viewer)
    decimals = row["decimals"]
    with reading(engine) as db:
        return {
            **_shown_lot(row),
            **_words_of(db, row["document_hash"]),
            "misfortunes": [
                {
                    "kind": one["kind"],
                    "quantity": format_quantity(one["quantity"], decimals),
                    "evidence": one["evidence"],
                    "at": one["at"],
                }
                for one in _history(db, tables.misfortunes, tables.misfortunes.c.lot_id == lot_id)
            ],
        }


def live_receipts(engine: Engine, lot_id: int) -> list[int]:
    """The receipts of a lot that have a quantity, ascending."""
    with reading(engine) as db:
        query = select(_receipts.c.id).where(_receipts.c.lot_id == lot_id, _receipts.c.quantity > 0)
        return list(db.execute(query.order_by(_receipts.c.id)).scalars())


# ---- receipts


def receipts(
    engine: Engine, viewer: str | None, lot_id: int | None, after: int, limit: int, now: int
) -> dict[str, Any]:
    """A page of the receipts that `viewer` may see (None: all), of one lot where it is named, with their storage at
    `now`."""
    shown = partial(_shown, now=now)
    if lot_id is not None:
        query = _OF_LOT if viewer is None else _VISIBLE_OF_LOT
        return page(engine, query, _receipts.c.id, after, limit, shown, viewer=viewer, lot=lot_id)
    sources = () if viewer is None else _SOURCES
    return page(engine, _WITH_LOTS, _receipts.c.id, after, limit, shown, sources=sources, viewer=viewer)


def visible_receipt(
    engine: Engine, receipt_id: int, viewer: str | None, now: int, *, field: str | None = None
) -> dict[str, Any]:
    """One receipt with its storage at `now`, seen by `viewer` (None sees all). Raises NotFound, also for one that is
    not its business. `field` is where the number stood in the request's body."""
    query = _WITH_LOTS.where(_receipts.c.id == receipt_id)
    if viewer is not None:
        query = query.where(_visible_to(viewer))
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(field=field, what=both("warehouse receipt", "仓单"), id=receipt_id)
    return _shown(row, now)


def receipt_details(engine: Engine, receipt_id: int, viewer: str | None, now: int) -> dict[str, Any]:
    """A receipt, and all that happened to it. Raises NotFound as visible_receipt does."""
    found = visible_receipt(engine, receipt_id, viewer, now)
    decimals = found["decimals"]
    with reading(engine) as db:
        deliveries, losses = tables.deliveries, tables.goods_losses
        storage, insurance, merges = tables.storage_payments, tables.insurance_payments, tables.receipt_merges
        recipients = dict(
            db.execute(select(_orders.c.recipient_hash, _orders.c.recipient).where(_orders.c.receipt_id == receipt_id))
            .tuples()
            .all()
        )
        return {
            **found,
            "merged": [
                {
                    "fromReceiptId": one["from_receipt_id"],
                    "quantity": format_quantity(one["quantity"], decimals),
                    "at": one["at"],
                }
                for one in _history(db, merges, merges.c.to_receipt_id == receipt_id)
            ],
            "deliveries": [
                {
                    "quantity": format_quantity(one["quantity"], decimals),
                    "holder": one["holder"],
                    "recipientHash": one["recipient_hash"],
                    "recipient": recipients.get(one["recipient_hash"]),
                    "at": one["at"],
                }
                for one in _history(db, deliveries, deliveries.c.receipt_id == receipt_id)
            ],
            "losses": [
                {"quantity": format_quantity(one["quantity"], decimals), "holder": one["holder"], "at": one["at"]}
                for one in _history(db, losses, losses.c.receipt_id == receipt_id)
            ],
            "storagePayments": [
                {
                    "amountFen": one["amount"],
                    "payer": one["payer"],
                    "chargedUntil": one["charged_until"],
                    "at": one["at"],
                }
                for one in _history(db, storage, storage.c.receipt_id == receipt_id)
            ],
            "insurancePayments": [
                {"amountFen": one["amount"], "payer": one["payer"], "to": one["to"], "at": one["at"]}
                for one in _history(db, insurance, insurance.c.receipt_id == receipt_id)
            ],
        }


def replacement_of(engine: Engine, receipt_id: int) -> str | None:
    """Who is to hold a receipt whose holder lost its key, where one waits."""
    with reading(engine) as db:
        found = db.execute(select(_receipts.c.replacement_to).where(_receipts.c.id == receipt_id)).scalar()
    return str(found) if found else None


# ---- documents that wait


def intakes(engine: Engine, viewer: str | None, after: str | None, limit: int, now: int) -> dict[str, Any]:
    """A page of the intakes that `viewer` signed or is the depositor of (None: all), the latest first, each with its
    state."""
    parties = _intakes.c.custodian, _intakes.c.depositor
    return page_of_parties(engine, _INTAKES, parties, viewer, after, limit, lambda row: _shown_intake(row, now))


def visible_intake(engine: Engine, intake_id: str, viewer: str) -> dict[str, Any]:
    """An intake as it was signed, for custodian and depositor. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = db.execute(select(_intakes).where(_intakes.c.id == intake_id)).mappings().first()
    if row is None or viewer not in (row["custodian"], row["depositor"]):
        raise NotFound(what=both("intake", "入库单"), id=intake_id)
    return dict(row)


def delivery_orders(engine: Engine, viewer: str | None, after: str | None, limit: int, now: int) -> dict[str, Any]:
    """A page of the delivery orders that `viewer` signed or is the custodian for (None: all), the latest first, each
    with its state."""
    parties = _orders.c.holder, _orders.c.custodian
    return page_of_parties(engine, _ORDERS, parties, viewer, after, limit, lambda row: _shown_order(row, now))


def visible_order(engine: Engine, order_id: str, viewer: str) -> dict[str, Any]:
    """A delivery order as it was signed, for its holder and the custodian. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = db.execute(_ORDERS.where(_orders.c.id == order_id)).mappings().first()
    if row is None or viewer not in (row["holder"], row["custodian"]):
        raise NotFound(what=both("delivery order", "提货单"), id=order_id)
    return dict(row)


# ---- inside


def _lot_row(engine: Engine, lot_id: int, viewer: str | None) -> RowMapping:
    query = select(_lots).where(_lots.c.id == lot_id)
    if viewer is not None:
        query = query.where(lot_visible_to(viewer))
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(what=both("lot", "批次"), id=lot_id)
    return row


def lot_visible_to(viewer: str) -> Any:
    """The condition that a lot is the viewer's business."""
    beside = [source.has(_lots.c.id) for source in _lots_beside(viewer)]
    return or_(_lots.c.custodian == viewer, _lots.c.depositor == viewer, *beside)


def _sources_of_lots(viewer: Any) -> tuple[Source, ...]:
    """Custodian and depositor of a lot, whoever has, or had last, a receipt of it, and financiers its holder asked."""
    own = _lots.c.custodian == viewer, _lots.c.depositor == viewer
    return *(Source(_lots.c.id, (which,)) for which in own), *_lots_beside(viewer)


def _lots_beside(viewer: Any) -> list[Source]:
    held = tables.receipts.alias()
    return [Source(held.c.lot_id, (held.c.holder == viewer,)), Source(_requests.c.lot_id, _asked(viewer))]


def _visible_to(viewer: Any) -> Any:
    """The condition that a receipt is the viewer's business."""
    own = [source.where[0] for source in _own_receipts(viewer)]
    return or_(*own, *(source.has(_receipts.c.id) for source in _receipts_beside(viewer)))


def _own_receipts(viewer: Any) -> list[Source]:
    """Who sees a receipt: its holder, the custodian and the depositor of its lot …"""
    parties = _receipts.c.holder, _receipts.c.custodian, _receipts.c.depositor
    return [Source(_receipts.c.id, (party == viewer,)) for party in parties]


def _receipts_beside(viewer: Any) -> list[Source]:
    """… financiers its holder asked, and both sides of the loan that it stands for."""
    titles = tables.loan_titles
    standing = titles.c.custodian != "", titles.c.state.in_(("pledged", "kept"))
    sides = titles.c.lender, titles.c.borrower
    return [
        Source(_requests.c.receipt_id, _asked(viewer)),
        *(Source(titles.c.token_id, (side == viewer, *standing)) for side in sides),
    ]


def _asked(viewer: Any) -> tuple[Any, ...]:
    """The conditions that the present holder of a receipt asked `viewer` for a quote."""
    held = tables.receipts.alias()
    same = (held.c.id == _requests.c.receipt_id) & (held.c.holder == _requests.c.seller)
    return _requests.c.financier == viewer, select(held.c.id).where(same).exists()


_LOTS = select(_lots)
_SOURCES_OF_LOTS = _sources_of_lots(VIEWER)
_SOURCES = *_own_receipts(VIEWER), *_receipts_beside(VIEWER)
_beside = [column for column in _lots.c if column.name not in ("id", "locked", "custodian", "depositor")]
_WITH_LOTS = select(_receipts, *_beside, _lots.c.locked.label("lot_locked")).join(
    _lots, _lots.c.id == _receipts.c.lot_id
)
_OF_LOT = _WITH_LOTS.where(_receipts.c.lot_id == bindparam("lot", type_=BigInteger()))
_VISIBLE_OF_LOT = _OF_LOT.where(_visible_to(VIEWER))
_INTAKES = select(_intakes, spent("WarehouseReceipts", _intakes.c.custodian, _intakes.c.nonce).label("used"))
_ORDERS = (
    select(
        _orders,
        _receipts.c.lot_id,
        _lots.c.decimals,
        spent("WarehouseReceipts", _orders.c.holder, _orders.c.nonce).label("used"),
    )
    .join(_receipts, _receipts.c.id == _orders.c.receipt_id)
    .join(_lots, _lots.c.id == _receipts.c.lot_id)
)


def _history(db: Connection, table: Table, which: Any) -> list[RowMapping]:
    query = select(table).where(which).order_by(table.c.block_number, table.c.log_index)
    return list(db.execute(query).mappings())


def _words_of(db: Connection, document_hash: str) -> dict[str, Any]:
    names = "location", "lot", "inspection", "insurance"
    columns = [_intakes.c[name] for name in names]
    row = db.execute(select(*columns).where(_intakes.c.document_hash == document_hash).limit(1)).mappings().first()
    return {name: row[name] if row is not None else None for name in names}


def _state(row: RowMapping, now: int) -> str:
    return "used" if row["used"] else "expired" if row["deadline"] < now else "open"


def _shown_intake(row: RowMapping, now: int) -> dict[str, Any]:
    return {
        "id": row["id"],
        "custodian": row["custodian"],
        "depositor": row["depositor"],
        "commodity": row["commodity"],
        "grade": row["grade"],
        "unit": row["unit"],
        "quantity": format_quantity(row["quantity"], row["decimals"]),
        "location": row["location"],
        "lot": row["lot"],
        "inspection": row["inspection"],
        "insurance": row["insurance"],
        "documentHash": row["document_hash"],
        "insuredUntil": row["insured_until"],
        "expiresAt": row["expires_at"],
        "currency": code_of(row["currency"]),
        "storageMilliFenPerUnitDay": row["milli_per_unit_day"],
        "deadlineAt": row["deadline"],
        "signedAt": row["at"],
        "state": _state(row, now),
    }


def _shown_order(row: RowMapping, now: int) -> dict[str, Any]:
    return {
        "id": row["id"],
        "receiptId": row["receipt_id"],
        "lotId": row["lot_id"],
        "holder": row["holder"],
        "custodian": row["custodian"],
        "quantity": format_quantity(row["quantity"], row["decimals"]),
        "recipient": row["recipient"],
        "deadlineAt": row["deadline"],
        "orderedAt": row["at"],
        "state": _state(row, now),
    }


def _shown_lot(row: RowMapping) -> dict[str, Any]:
    decimals = row["decimals"]
    live = row["counted"] - row["delivered"] - row["lost"]
    return {
        "id": row["id"],
        "custodian": row["custodian"],
        "depositor": row["depositor"],
        "commodity": row["commodity"],
        "grade": row["grade"],
        "unit": row["unit"],
        "decimals": decimals,
        "counted": format_quantity(row["counted"], decimals),
        "delivered": format_quantity(row["delivered"], decimals),
        "lost": format_quantity(row["lost"], decimals),
        "live": format_quantity(live, decimals),
        "feed": row["feed"],
        "currency": code_of(row["currency"]),
        "storageMilliFenPerUnitDay": row["milli_per_unit_day"],
        "insuredUntil": row["insured_until"],
        "expiresAt": row["expires_at"],
        "locked": row["locked"],
        "lastDeliveryAt": row["last_delivery_at"],
        "takenInAt": row["taken_in_at"],
        "placeHash": row["place_hash"],
        "fingerprint": row["fingerprint"],
        "documentHash": row["document_hash"],
    }


def _shown(row: RowMapping, now: int) -> dict[str, Any]:
    due = storage_due(row["quantity"], row["decimals"], row["milli_per_unit_day"], row["charged_until"], now)
    return {
        "id": row["id"],
        "lotId": row["lot_id"],
        "parentId": row["parent_id"],
        "holder": row["holder"],
        "custodian": row["custodian"],
        "depositor": row["depositor"],
        "commodity": row["commodity"],
        "grade": row["grade"],
        "unit": row["unit"],
        "decimals": row["decimals"],
        "quantity": format_quantity(row["quantity"], row["decimals"]),
        "currency": code_of(row["currency"]),
        "storageDueFen": due,
        "chargedUntil": row["charged_until"],
        "insuredUntil": row["insured_until"],
        "expiresAt": row["expires_at"],
        "frozen": row["frozen"],
        "lotLocked": row["lot_locked"],
        "replacementTo": row["replacement_to"] or None,
        "replacementAt": row["replacement_at"],
        "issuedAt": row["issued_at"],
        "documentHash": row["document_hash"],
    }
