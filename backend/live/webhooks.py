"""Webhooks: who is told what, and where. What is behind a webhook's position waits for it, however long it takes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, RowMapping, delete, func, insert, select, update

from backend.database import reading
from backend.documents.tables import fresh_id
from backend.errors import Conflict, NotFound, both
from backend.live.tables import webhooks
from backend.queries.pages import VIEWER, page

_ALL = select(webhooks)
_MINE = _ALL.where(webhooks.c.account == VIEWER)
MOST = 20
"""Webhooks of one account."""


def register(engine: Engine, account: str, url: str, names: Collection[str], position: int) -> dict[str, Any]:
    """A new webhook of `account`, told what comes after `position`; with its secret, which is not shown again. Raises
    Conflict."""
    row = {
        "id": fresh_id(),
        "account": account,
        "url": url,
        "secret": "fqw_" + secrets.token_urlsafe(32),
        "names": sorted(set(names)),
        "position": position,
        "state": "live",
        "created_at": int(time.time()),
        "delivered_at": 0,
        **_AT_REST,
    }
    with engine.begin() as db:
        own = db.execute(select(func.count()).select_from(webhooks).where(webhooks.c.account == account)).scalar_one()
        if own >= MOST:
            raise Conflict(reason=both("an account has at most {most} webhooks", "每个账户最多 {most} 个", most=MOST))
        db.execute(insert(webhooks).values(**row))
    return {**_shown(row), "secret": row["secret"]}


def listed(engine: Engine, viewer: str | None, after: str | None, limit: int) -> dict[str, Any]:
    """A page of the webhooks of `viewer` (None: all), the latest first."""
    query = _ALL if viewer is None else _MINE
    return page(engine, query, webhooks.c.id, after, limit, _shown, latest_first=True, viewer=viewer)


def visible(engine: Engine, webhook_id: str, viewer: str | None) -> dict[str, Any]:
    """One webhook. Raises NotFound, also for one of somebody else (None sees all)."""
    query = select(webhooks).where(webhooks.c.id == webhook_id)
    if viewer is not None:
        query = query.where(webhooks.c.account == viewer)
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
    if row is None:
        raise NotFound(what=both("webhook", "回调"), id=webhook_id)
    return _shown(row)


def remove(engine: Engine, webhook_id: str, viewer: str | None) -> dict[str, Any]:
    """Ends a webhook: as it was. Raises NotFound as visible does."""
    found = visible(engine, webhook_id, viewer)
    with engine.begin() as db:
        db.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
    return found


def resume(engine: Engine, webhook_id: str, viewer: str | None) -> dict[str, Any]:
    """Has a webhook tried again at once, suspended or not; it goes on where it stopped. Raises NotFound as visible
    does."""
    visible(engine, webhook_id, viewer)
    with engine.begin() as db:
        db.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(state="live", **_AT_REST))
    return visible(engine, webhook_id, viewer)


_AT_REST = {"failures": 0, "failing_since": 0, "error": "", "due_at": 0, "holder": "", "held_until": 0}


def _shown(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "account": row["account"],
        "url": row["url"],
        "events": row["names"],
        "state": row["state"],
        "position": row["position"],
        "createdAt": row["created_at"],
        "deliveredAt": row["delivered_at"],
        "failures": row["failures"],
        "failingSince": row["failing_since"],
        "error": row["error"],
    }
