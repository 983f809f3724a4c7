"""Takes the batches that devices signed to the chain (rule E3)."""

from __future__ import annotations

import structlog

from backend.chain.outbox import Intent
from backend.commands.desk import Desk
from backend.commands.devices import anchor_call
from backend.devices.documents import Batch
from backend.errors import ContractRefused
from backend.queries import devices as queries

log = structlog.get_logger(__name__)

MOST = 20
"""Batches of one step."""


class Anchoring:
    """Sends each batch once, with the key of its device's owner, or the registrar's where the owner's is not here. What
    the contract refuses is told and left: the readings are kept, and each can still be carried by itself. The engine
    calls `step` in its turns."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._refused: set[str] = set()

    def step(self) -> bool:
        """Sends what waits; whether anything was. Raises ChainUnavailable."""
        moved = False
        for row in queries.batches_to_anchor(self._desk.engine, MOST + len(self._refused)):
            key = f"{row['device']}-{row['root']}"
            if key in self._refused:
                continue
            batch = Batch(row["lot_id"], row["root"], row["first_sequence"], row["last_sequence"], row["last_taken_at"])
            desk = self._desk
            carrier = row["owner"] if desk.keystore.holds(row["owner"]) else desk.power("registrar")
            call = anchor_call(desk, batch, row["device"], row["signature"])
            try:
                desk.outbox.send(Intent("device.anchor", queries.ANCHORING, None, key), carrier, call)
                moved = True
            except ContractRefused as refusal:
                self._refused.add(key)
                log.error("batch-refused", device=row["device"], root=row["root"], reason=str(refusal))
        return moved
