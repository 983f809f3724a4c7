"""Whose business an event is (rule B51): whoever it names, and whoever may see what it is about (rule B7).

An event is about a thing: a receivable (also through a note), a receipt, a lot, the evidence about a lot (also through
a device), a loan. The read model says who may see a thing. What a reorganisation takes back may be in the read model no
more: a retraction is also for whoever the events that were taken back with it make a party to the thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, func, or_, select

from backend.projections import tables
from backend.projections.things import RELATIVES, Thing, things
from backend.queries.devices import _lots_visible_to as lots_visible_to
from backend.queries.loans import _visible_to as loan_visible_to
from backend.queries.receivables import _visible_to as receivable_visible_to
from backend.queries.warehouse_receipts import _visible_to as receipt_visible_to
from backend.queries.warehouse_receipts import lot_visible_to

Row = RowMapping | dict[str, Any]
"""Of the feed, or of the events as if they had been told."""
Rows = TypeVar("Rows", RowMapping, dict[str, Any])

_FOR_PARTICIPANTS = {
    "Participants": {
        "ParticipantRegistered", "ParticipantRenewed", "ParticipantFrozen", "ParticipantUnfrozen", "AcceptanceWanted",
    },
    "Prices": {"FeedAssigned", "PricePublished"},
    "Enforcement": {"SaleOpened", "BidPlaced", "SaleFailed", "SaleCalledOff"},
}  # fmt: skip
"""What every participant may look up: who there is, prices, and what is for sale."""
_PARTIES = {
    "supplier", "obligor", "holder", "endorser", "endorsee", "from", "to", "custodian", "depositor", "lender",
    "borrower",
}  # fmt: skip
"""The arguments that make an account a party to what the event is about."""


def concerning(db: Connection, rows: Sequence[Rows], viewer: str) -> list[Rows]:
    """Those of `rows` that are the viewer's business."""
    own = db.execute(select(tables.participants.c.id).where(tables.participants.c.account == viewer)).scalar()
    about = {row["seq"]: set(_things(row)) for row in rows}
    seen = _visible(db, set().union(*about.values()), viewer)
    for row in rows:
        if row["kind"] == "retraction" and not about[row["seq"]] <= seen:
            seen |= _shared_before(db, row["seq"], viewer)
    return [
        row
        for row in rows
        if _names(row["args"], viewer, own)
        or (own is not None and row["name"] in _FOR_PARTICIPANTS.get(row["contract"], ()))
        or not about[row["seq"]].isdisjoint(seen)
    ]


def _names(args: Any, viewer: str, own: int | None) -> bool:
    """Whether the viewer's account or its number as a participant stands in the arguments."""
    if isinstance(args, dict):
        numbers = (args.get("participantId"), args.get("ownerId"))
        return (own is not None and own in numbers) or any(_names(value, viewer, own) for value in args.values())
    if isinstance(args, list):
        return any(_names(value, viewer, own) for value in args)
    return bool(args == viewer)


def _things(row: Row) -> Iterator[Thing]:
    named = {argument: value for argument, value in row["args"].items() if argument not in RELATIVES}
    for kind, number in things(row["contract"], named):
        if kind == "lot" and "receiptId" in row["args"]:
            continue  # who has another receipt of the lot learns nothing of this one
        yield ("evidence" if kind == "lot" and row["contract"] == "Attestations" else kind), number


def _visible(db: Connection, things: set[Thing], viewer: str) -> set[Thing]:
    """Those of `things` that the viewer may see as the read model stands."""
    of: dict[str, set[Any]] = defaultdict(set)
    for kind, number in things:
        of[kind].add(number)
    notes, devices, lots = tables.notes, tables.devices, tables.lots
    receivables, receipts, loans = tables.receivables, tables.receipts, tables.loans
    claims = select(receivables.c.id).where(receivable_visible_to(viewer))
    stored = receipts.join(lots, lots.c.id == receipts.c.lot_id)
    queries = {
        "receivable": claims.where(receivables.c.id.in_(of["receivable"])),
        "note": select(notes.c.id).where(notes.c.id.in_(of["note"]), notes.c.receivable_id.in_(claims)),
        "lot": select(lots.c.id).where(lots.c.id.in_(of["lot"]), lot_visible_to(viewer)),
        "evidence": select(lots.c.id).where(lots.c.id.in_(of["evidence"]), lots.c.id.in_(lots_visible_to(viewer))),
        "device": select(devices.c.device).where(
            devices.c.device.in_(of["device"]), devices.c.lot_id.in_(lots_visible_to(viewer))
        ),
        "receipt": select(receipts.c.id)
        .select_from(stored)
        .where(receipts.c.id.in_(of["receipt"]), receipt_visible_to(viewer)),
        "loan": select(loans.c.id).where(loans.c.id.in_(of["loan"]), loan_visible_to(viewer)),
    }
    return {(kind, number) for kind, query in queries.items() if of[kind] for number in db.execute(query).scalars()}


def _shared_before(db: Connection, seq: int, viewer: str) -> set[Thing]:
    """The things of the retractions around `seq` that the viewer saw, by what is taken back there: what it was a party
    to; with a note its receivable; with a receipt the lot and its evidence; and all receipts of a lot that it keeps or
    brought."""
    taken_back = _reorganisation(db, seq)
    parts: dict[Thing, Thing] = {}
    for row in taken_back:
        parts |= _parts(row)
    # Who got a part of something is named where it was split, and is no party to what it came out of.
    whole = [row for row in taken_back if RELATIVES.isdisjoint(row["args"])]
    own = [row for row in whole if viewer in _parties(row["args"])]
    mine = {thing for row in own for thing in _things(row)}
    for thing in [thing for thing in mine if thing in parts]:
        kind, number = parts[thing]
        mine |= {("lot", number), ("evidence", number)} if kind == "receipts" else {(kind, number)}
    for lot in _kept_lots(db, taken_back, viewer):
        mine |= {("receipts", lot), ("lot", lot), ("evidence", lot)}
    return {thing for row in taken_back for thing in _things(row) if thing in mine or parts.get(thing) in mine}


def _kept_lots(db: Connection, taken_back: Sequence[Row], viewer: str) -> set[int]:
    """The lots of which the viewer is the custodian or the depositor, those that were taken back among them."""
    lots = tables.lots
    gone = {
        row["args"]["lotId"] for row in taken_back if row["name"] == "LotTakenIn" and viewer in _parties(row["args"])
    }
    kept = select(lots.c.id).where(or_(lots.c.custodian == viewer, lots.c.depositor == viewer))
    touched = {row["args"]["lotId"] for row in taken_back if "lotId" in row["args"]}
    return gone.union(db.execute(kept.where(lots.c.id.in_(touched))).scalars())


def _reorganisation(db: Connection, seq: int) -> list[RowMapping]:
    """The retractions that stand together with `seq`."""
    feed = tables.feed
    events = feed.c.kind == "event"
    before = db.execute(select(func.max(feed.c.seq)).where(feed.c.seq < seq, events)).scalar() or 0
    behind = db.execute(select(func.min(feed.c.seq)).where(feed.c.seq > seq, events)).scalar()
    query = select(feed).where(feed.c.seq > before)
    return list(db.execute(query if behind is None else query.where(feed.c.seq < behind)).mappings())


def _parts(row: Row) -> dict[Thing, Thing]:
    """What the event makes a part of something else: a note of its receivable, a receipt of those of its lot, a device
    of the evidence about its lot."""
    args = row["args"]
    if row["name"] == "SlotChanged":
        return {("note", args["tokenId"]): ("receivable", args["newSlot"])}
    if row["name"] == "ReceiptIssued":
        return {("receipt", args["receiptId"]): ("receipts", args["lotId"])}
    if row["name"] == "DeviceRegistered":
        return {("device", args["device"]): ("evidence", args["lotId"])}
    return {}


def _parties(args: Any) -> set[str]:
    if not isinstance(args, dict):
        return set()
    named = {value for name, value in args.items() if name in _PARTIES and isinstance(value, str)}
    return named.union(*(_parties(value) for value in args.values()))
