"""Notes and their lineage."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, RowMapping, bindparam, func, select

from backend.database import reading
from backend.errors import Conflict, NotFound, both
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.pages import VIEWER, Source, page
from backend.queries.receivables import visible_receivable

_notes, _merged = tables.notes, tables.note_merges
_NOTES = select(_notes)
_NOTE = _NOTES.where(_notes.c.id == bindparam("note"))
_NOTES_OF = _NOTES.where(_notes.c.receivable_id == bindparam("receivable", type_=BigInteger()))
_SOURCES = tuple(Source(_notes.c.id, (party == VIEWER,)) for party in (_notes.c.holder, _notes.c.endorser))


def visible_note(engine: Engine, note_id: int, viewer: str | None, *, field: str | None = None) -> dict[str, Any]:
    """One note, seen by `viewer` (None sees all). Raises NotFound, also for a note of a receivable that the viewer is
    no party to. `field` is where the number stood in the request's body."""
    missing = NotFound(field=field, what=both("note", "凭证"), id=note_id)
    with reading(engine) as db:
        row = db.execute(_NOTE, {"note": note_id}).mappings().first()
    if row is None:
        raise missing
    if viewer not in (row["holder"], row["endorser"]):  # who are parties to it
        try:
            visible_receivable(engine, row["receivable_id"], viewer)
        except NotFound:
            raise missing from None
    return shown_note(row)


def notes(engine: Engine, viewer: str | None, receivable_id: int | None, after: int, limit: int) -> dict[str, Any]:
    """A page of notes: those of a receivable, or those that `viewer` holds or endorsed; None sees all."""
    if receivable_id is not None:
        return page(engine, _NOTES_OF, _notes.c.id, after, limit, shown_note, receivable=receivable_id)
    sources = () if viewer is None else _SOURCES
    return page(engine, _NOTES, _notes.c.id, after, limit, shown_note, sources=sources, viewer=viewer)


def lineage(engine: Engine, note_id: int, viewer: str | None) -> dict[str, Any]:
    """The path from a note to its root, its direct children, and what was merged into it (rule N10). Raises NotFound as
    visible_note does."""
    path = [visible_note(engine, note_id, viewer)]
    while path[-1]["parentId"]:
        path.append(visible_note(engine, path[-1]["parentId"], None))
    with reading(engine) as db:
        children = db.execute(select(_notes).where(_notes.c.parent_id == note_id).order_by(_notes.c.id)).mappings()
        return {
            "note": path[0],
            "path": path,
            "children": [shown_note(row) for row in children],
            "merged": _merges(db, _merged.c.to_note_id == note_id),
        }


def tree(engine: Engine, receivable_id: int, viewer: str | None) -> dict[str, Any]:
    """All notes of a receivable, from the roots down, each with the numbers of its children, and all merges. Raises
    NotFound as visible_receivable does."""
    visible_receivable(engine, receivable_id, viewer)
    with reading(engine) as db:
        rows = db.execute(select(_notes).where(_notes.c.receivable_id == receivable_id).order_by(_notes.c.id))
        found = {row["id"]: {**shown_note(row), "children": []} for row in rows.mappings()}
        merges = _merges(db, _merged.c.to_note_id.in_(list(found)))
    for shown in found.values():
        if shown["parentId"]:
            found[shown["parentId"]]["children"].append(shown["id"])
    return {"receivableId": receivable_id, "notes": list(found.values()), "merges": merges}


def live_notes(engine: Engine, receivable_id: int, holder: str | None = None) -> list[int]:
    """The notes of a receivable that have value, ascending; those of one holder where it is named."""
    query = select(_notes.c.id).where(_notes.c.receivable_id == receivable_id, _notes.c.value > 0).order_by(_notes.c.id)
    if holder is not None:
        query = query.where(_notes.c.holder == holder)
    with reading(engine) as db:
        return list(db.execute(query).scalars())


def maturities(engine: Engine, holder: str) -> list[dict[str, Any]]:
    """What `holder` is to be paid on its notes, by day of maturity and currency, the first first: `maturityAt` (UTC
    seconds), `currency`, `count`, `valueFen`."""
    claims = tables.receivables
    query = (
        select(
            claims.c.maturity_at, claims.c.currency, func.count().label("count"), func.sum(_notes.c.value).label("sum")
        )
        .join(claims, claims.c.id == _notes.c.receivable_id)
        .where(_notes.c.holder == holder, _notes.c.value > 0)
        .group_by(claims.c.maturity_at, claims.c.currency)
        .order_by(claims.c.maturity_at, claims.c.currency)
    )
    with reading(engine) as db:
        return [
            {
                "maturityAt": row.maturity_at,
                "currency": code_of(row.currency),
                "count": row.count,
                "valueFen": int(row.sum),
            }
            for row in db.execute(query)
        ]


def _merges(db: Connection, which: Any) -> list[dict[str, Any]]:
    rows = db.execute(select(_merged).where(which).order_by(_merged.c.block_number, _merged.c.log_index)).mappings()
    return [
        {"fromNoteId": row["from_note_id"], "toNoteId": row["to_note_id"], "valueFen": row["value"], "at": row["at"]}
        for row in rows
    ]


def largest_note(engine: Engine, receivable_id: int, holder: str) -> int:
    """The note of a receivable with the most value in a holder's hands. Raises Conflict where there is none."""
    with reading(engine) as db:
        found = db.execute(
            select(_notes.c.id)
            .where(_notes.c.receivable_id == receivable_id, _notes.c.holder == holder, _notes.c.value > 0)
            .order_by(_notes.c.value.desc(), _notes.c.id)
            .limit(1)
        ).scalar()
    if found is None:
        raise Conflict(
            reason=both(
                "you hold no value of receivable {id}", "您不持有应收账款 {id} 的任何凭证金额", id=receivable_id
            )
        )
    return int(found)


def may_sell(engine: Engine, receivable: dict[str, Any], seller: str) -> bool:
    """The supplier before the confirmation; whoever holds value after it."""
    if receivable["status"] == "submitted":
        return bool(receivable["supplier"] == seller)
    with reading(engine) as db:
        query = select(_notes.c.id).where(
            _notes.c.receivable_id == receivable["id"], _notes.c.holder == seller, _notes.c.value > 0
        )
        return db.execute(query).first() is not None


def shown_note(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "receivableId": row["receivable_id"],
        "parentId": row["parent_id"],
        "holder": row["holder"],
        "valueFen": row["value"],
        "depth": row["depth"],
        "endorser": row["endorser"],
        "withRecourse": row["with_recourse"],
        "flag": row["flag"],
        "acceptBy": row["accept_by"],
        "lockedFen": row["locked"],
        "insuredFen": row["insured"],
        "writtenOffFen": row["written_off"],
        "createdAt": row["created_at"],
    }
