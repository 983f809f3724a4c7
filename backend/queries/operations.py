"""Figures of the outbox and the read model for those who operate them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, RowMapping, and_, exists, func, or_, select

from backend.database import metadata, reading
from backend.projections import tables

OPEN = ("pending", "submitted", "suspended")


def lanes(engine: Engine) -> list[dict[str, Any]]:
    """Signers with anything open: `depth`, how much of it is `suspended`, and since when the oldest waits (`since`, the
    chain's UTC seconds), the deepest first."""
    operations, history = metadata.tables["operations"], metadata.tables["operation_history"]
    suspended = func.sum((operations.c.state == "suspended").cast(operations.c.seq.type))
    query = (
        select(
            operations.c.signer,
            func.count().label("depth"),
            suspended.label("suspended"),
            func.min(operations.c.seq).label("first"),
        )
        .where(operations.c.state.in_(OPEN), operations.c.signer.is_not(None))
        .group_by(operations.c.signer)
    )
    with reading(engine) as db:
        rows = db.execute(query).mappings().all()
        begun = (
            select(operations.c.seq, func.min(history.c.at))
            .join(history, history.c.operation_id == operations.c.id)
            .where(operations.c.seq.in_([row["first"] for row in rows]))
            .group_by(operations.c.seq)
        )
        since = {row[0]: row[1] for row in db.execute(begun)}
    found = [
        {
            "signer": row["signer"],
            "depth": row["depth"],
            "suspended": int(row["suspended"]),
            "since": since[row["first"]],
        }
        for row in rows
    ]
    return sorted(found, key=lambda lane: (-lane["depth"], lane["signer"]))


def open_by_state(engine: Engine) -> dict[str, int]:
    operations = metadata.tables["operations"]
    query = select(operations.c.state, func.count()).where(operations.c.state.in_(OPEN)).group_by(operations.c.state)
    with reading(engine) as db:
        counted = {row[0]: row[1] for row in db.execute(query)}
    return {state: counted.get(state, 0) for state in OPEN}


def suspended(engine: Engine, limit: int = 20) -> list[dict[str, Any]]:
    """What the node does not take, the first first."""
    operations = metadata.tables["operations"]
    query = select(operations).where(operations.c.state == "suspended").order_by(operations.c.seq).limit(limit)
    with reading(engine) as db:
        return [
            {"id": row["id"], "kind": row["kind"], "signer": row["signer"], "error": row["error"]}
            for row in db.execute(query).mappings()
        ]


def gas_by_kind(engine: Engine) -> dict[str, int]:
    """All gas that acts of each kind have used."""
    operations = metadata.tables["operations"]
    query = (
        select(operations.c.kind, func.sum(operations.c.gas_used))
        .where(operations.c.gas_used.is_not(None))
        .group_by(operations.c.kind)
    )
    with reading(engine) as db:
        return {kind: int(gas) for kind, gas in db.execute(query)}


def reorganisations(engine: Engine) -> tuple[int, int]:
    """How many reorganisations took something back, and how many events."""
    feed, before = tables.feed, tables.feed.alias()
    back = feed.c.kind == "retraction"
    goes_on = exists().where(and_(before.c.seq == feed.c.seq - 1, before.c.kind == "retraction"))
    with reading(engine) as db:
        begun = db.execute(select(func.count()).select_from(feed).where(back, ~goes_on)).scalar_one()
        taken_back = db.execute(select(func.count()).select_from(feed).where(back)).scalar_one()
    return int(begun), int(taken_back)


def webhooks_by_state(engine: Engine) -> dict[str, int]:
    """live, failing (live, and not taken the last time) and suspended."""
    webhooks = metadata.tables["webhooks"]
    failing = func.sum((webhooks.c.failures > 0).cast(webhooks.c.failures.type))
    with reading(engine) as db:
        rows = db.execute(select(webhooks.c.state, func.count(), failing).group_by(webhooks.c.state)).all()
    counted = {state: (count, int(bad or 0)) for state, count, bad in rows}
    live, bad = counted.get("live", (0, 0))
    return {"live": live - bad, "failing": bad, "suspended": counted.get("suspended", (0, 0))[0]}


def way_of(engine: Engine, name: str) -> list[dict[str, Any]]:
    """The operations that `name` stands for (an operation's id, a request's, or a transaction's hash), each with its
    history and the positions of its events in the feed."""
    operations, history, feed = metadata.tables["operations"], metadata.tables["operation_history"], tables.feed
    named = or_(operations.c.id == name, operations.c.request_id == name, operations.c.tx_hash == name)
    with reading(engine) as db:
        found = db.execute(select(operations).where(named).order_by(operations.c.seq)).mappings().all()
        return [
            {
                **row,
                "history": _rows(db.execute(_of(history, row).order_by(history.c.id)).mappings()),
                "told": _rows(
                    db.execute(
                        select(feed)
                        .where(feed.c.block_number == row["block_number"], feed.c.tx_hash == row["tx_hash"])
                        .order_by(feed.c.seq)
                    ).mappings()
                ),
            }
            for row in found
        ]


def by_transactions(engine: Engine, hashes: Collection[str]) -> dict[str, dict[str, Any]]:
    """The operation behind each of these transactions, of those that have one: id, kind, actor, state, error."""
    operations = metadata.tables["operations"]
    wanted = [operations.c[name] for name in ("tx_hash", "id", "kind", "actor", "state", "error")]
    query = select(*wanted).where(operations.c.tx_hash.in_(list(hashes)))
    with reading(engine) as db:
        return {row["tx_hash"]: dict(row) for row in db.execute(query).mappings()}


def of_actor(engine: Engine, actor: str, limit: int) -> list[dict[str, Any]]:
    """What an actor asked for last, the latest first."""
    operations = metadata.tables["operations"]
    wanted = [operations.c[name] for name in ("id", "kind", "state", "tx_hash", "block_number")]
    query = select(*wanted).where(operations.c.actor == actor).order_by(operations.c.seq.desc()).limit(limit)
    with reading(engine) as db:
        return _rows(db.execute(query).mappings())


def _of(history: Any, operation: RowMapping) -> Any:
    return select(history).where(history.c.operation_id == operation["id"])


def _rows(rows: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
