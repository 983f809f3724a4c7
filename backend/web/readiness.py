"""Whether this deployment can serve: the chain answers, the database takes what is written, the read model is not far
behind."""

from __future__ import annotations

import threading
import time
from typing import Any

from backend.chain.node import Block
from backend.errors import ChainUnavailable, Phrase, both
from backend.queries import chain as queries
from backend.storage import try_writing
from backend.system import System

TRY_SECONDS = 2.0
"""The database is written to at most this often to see whether it can be."""


class Readiness:
    def __init__(self, system: System) -> None:
        self._system = system
        self._trying = threading.Lock()
        self._tried_at = float("-inf")
        self._wrong: Phrase | None = None

    def parts(self) -> dict[str, dict[str, Any]]:
        """What is known of each part, with the `reason` where it is not ready."""
        head, silence = self._head()
        wrong = self._database()
        return {
            "chain": {"block": head.number} if head else {"reason": silence},
            "database": {"reason": wrong} if wrong else {},
            "readModel": self._read_model(head),
        }

    def _head(self) -> tuple[Block | None, Phrase | None]:
        try:
            return self._system.node.head(), None
        except ChainUnavailable as silence:
            return None, silence.params["reason"]

    def _database(self) -> Phrase | None:
        with self._trying:
            if time.monotonic() >= self._tried_at + TRY_SECONDS:
                self._wrong = try_writing(self._system.database)
                self._tried_at = time.monotonic()
            return self._wrong

    def _read_model(self, head: Block | None) -> dict[str, Any]:
        block = queries.position(self._system.database)["block"]
        behind = max(0, head.number - block) if head else 0  # nobody knows of more
        found: dict[str, Any] = {"block": block, "lagBlocks": behind}
        if behind > (most := self._system.settings.ready_lag_blocks):
            found["reason"] = both("it is more than {most} blocks behind", "落后超过 {most} 个区块", most=most)
        return found
