"""Takes the feed to the webhooks (rule B52): each in order, at least once, from where it stopped.

A process takes a webhook by a lease in its row, so that any number of them share the work; one that died is followed by
another when its lease is over. What the receiver does not take with a 2xx is tried again, later and later; after
`webhook_days` of that the webhook is suspended, which is said in the log and the metrics, and waits to be resumed.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import httpx
import structlog
from sqlalchemy import BigInteger, Engine, RowMapping, bindparam, or_, select, update

from backend.commands.desk import OPERATOR
from backend.config import DAY, Settings
from backend.database import reading
from backend.live.addresses import Unreachable, destination
from backend.live.rows import shown
from backend.live.signing import HEADER, signature
from backend.live.tables import webhooks
from backend.queries import feed

log = structlog.get_logger(__name__)

BATCH = 100
"""Rows of the feed in one delivery, at most."""
AT_ONCE = 8
"""Webhooks that one process tells at the same time: a slow one holds up nobody else."""
TURN_SECONDS = 10.0
"""After so long a webhook with more to come gives its place to others."""
NEWS_SECONDS = 0.2
"""How long a step waits for what is under way."""

_NOW = bindparam("now", type_=BigInteger())
_DUE = (
    select(webhooks)
    .where(webhooks.c.state == "live", webhooks.c.due_at <= _NOW, webhooks.c.held_until <= _NOW)
    .where(webhooks.c.position < feed.END.scalar_subquery())
    .order_by(webhooks.c.due_at, webhooks.c.delivered_at)
)


class NotTaken(Exception):
    """The receiver did not take a delivery."""


class Deliveries:
    """The engine calls `step`; `close` lets what is under way end."""

    def __init__(self, database: Engine, settings: Settings, is_development: Callable[[], bool]) -> None:
        self._database = database
        self._is_development = is_development
        self._may_go_anywhere = settings.webhook_anywhere
        self._patience = settings.webhook_days * DAY
        self._longest_pause = settings.webhook_pause_seconds
        self._lease = int(TURN_SECONDS + 3 * settings.webhook_timeout)
        self._me = secrets.token_hex(16)
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, "feiqian-webhook")
        self._under_way: dict[str, Future[bool]] = {}
        # No proxy of the environment: it would look the names up itself, and reach what we may not.
        self._http = httpx.Client(timeout=settings.webhook_timeout, trust_env=False)

    def may_go_anywhere(self) -> bool:
        """Whether deliveries may go to private addresses, without encryption. Raises ChainUnavailable."""
        return self._may_go_anywhere or self._is_development()

    def step(self) -> bool:
        """Begins what is due, and takes in what has ended; whether anything was told or failed."""
        due = self._due(int(time.time()))
        anywhere = self.may_go_anywhere() if due else False
        for row in due:
            if len(self._under_way) < AT_ONCE and row["id"] not in self._under_way and self._take(row):
                self._under_way[row["id"]] = self._pool.submit(self._turn, row, anywhere)
        wait(self._under_way.values(), NEWS_SECONDS, FIRST_COMPLETED)
        ended = [name for name, turn in self._under_way.items() if turn.done()]
        turns = [self._under_way.pop(name) for name in ended]
        return any([turn.result() for turn in turns])  # noqa: C419  # each is looked at

    def close(self) -> None:
        self._closing.set()
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def _due(self, now: int) -> list[RowMapping]:
        """What could be told something, the longest waiting first."""
        with reading(self._database) as db:
            return list(db.execute(_DUE, {"now": now}).mappings())

    def _take(self, row: RowMapping) -> bool:
        """Whether the webhook is this process's now."""
        now = int(time.time())
        free = or_(webhooks.c.held_until <= now, webhooks.c.holder == self._me)
        with self._database.begin() as db:
            taken = db.execute(
                update(webhooks)
                .where(webhooks.c.id == row["id"], webhooks.c.position == row["position"], free)
                .values(holder=self._me, held_until=now + self._lease)
            )
        return taken.rowcount == 1

    def _turn(self, row: RowMapping, anywhere: bool) -> bool:
        """Tells a webhook what is behind its position, until that is all, or its turn is over; whether anything was
        tried."""
        viewer = None if row["account"] == OPERATOR else row["account"]
        ends, position, tried = time.monotonic() + TURN_SECONDS, row["position"], False
        while time.monotonic() < ends and not self._closing.is_set():
            page = feed.after(self._database, position, viewer, row["names"], BATCH)
            if page.position == position:
                break
            if page.rows:
                tried = True
                try:
                    self._deliver(row, page.rows, anywhere)
                except NotTaken as refusal:
                    self._failed(row, str(refusal))
                    return True
                if not self._told(row, page.position):
                    return True  # it was removed, or resumed elsewhere
            position = page.position
        self._keep(row, position=position, holder="", held_until=0)
        return tried

    def _deliver(self, row: RowMapping, rows: Collection[RowMapping], anywhere: bool) -> None:
        """One delivery. Raises NotTaken."""
        told = {"webhook": row["id"], "events": [shown(event) for event in rows]}
        body, at = json.dumps(told, ensure_ascii=False).encode(), int(time.time())
        try:
            goal = destination(row["url"], anywhere=anywhere)
            headers = {
                "Host": goal.header,
                "Content-Type": "application/json",
                "User-Agent": "feiqian-webhook",
                HEADER: signature(row["secret"], body, at),
            }
            with self._http.stream(
                "POST", goal.url, content=body, headers=headers, extensions={"sni_hostname": goal.host}
            ) as answer:
                if not answer.is_success:
                    raise NotTaken(f"HTTP {answer.status_code}")
        except Unreachable as nowhere:
            raise NotTaken(str(nowhere)) from nowhere
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as silence:
            raise NotTaken(type(silence).__name__) from silence

    def _told(self, row: RowMapping, position: int) -> bool:
        now = int(time.time())
        well = {"failures": 0, "failing_since": 0, "error": "", "delivered_at": now}
        return self._keep(row, position=position, held_until=now + self._lease, **well)

    def _failed(self, row: RowMapping, error: str) -> None:
        now = int(time.time())
        with reading(self._database) as db:
            found = db.execute(select(webhooks).where(webhooks.c.id == row["id"])).mappings().first()
        if found is None:
            return
        since, failures = found["failing_since"] or now, found["failures"] + 1
        patient = now - since < self._patience
        pause = min(self._longest_pause, 2 ** min(failures, 30))
        said = {"webhook": row["id"], "account": row["account"], "error": error, "failures": failures}
        if patient:
            log.warning("webhook-not-taken", **said, again_in=pause)
        else:
            log.error("webhook-suspended", **said, failing_since=since)
        self._keep(
            row,
            state="live" if patient else "suspended",
            failures=failures,
            failing_since=since,
            error=error,
            due_at=now + pause,
            holder="",
            held_until=0,
        )

    def _keep(self, row: RowMapping, **values: Any) -> bool:
        """Writes where the webhook is still this process's; whether it is."""
        with self._database.begin() as db:
            mine = webhooks.c.id == row["id"], webhooks.c.holder == self._me
            return db.execute(update(webhooks).where(*mine).values(**values)).rowcount == 1
