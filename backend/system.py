"""The composition root: one object that has every part, put together in one place."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Engine as Database

from backend.chain.contracts import Contracts, Deployment
from backend.chain.keystore import Keystore
from backend.chain.logs import LogSource
from backend.chain.node import Node, connect
from backend.chain.outbox import FINAL, Outbox
from backend.chain.sender import Sender
from backend.commands.anchoring import Anchoring
from backend.commands.desk import Desk
from backend.commands.settlement_runs import SettlementRuns
from backend.config import Settings
from backend.database import open_database
from backend.devices.intake import Intake
from backend.devices.mqtt import MqttIntake
from backend.engine import PARTS, Engine
from backend.leases import Leases
from backend.migrations import migrate
from backend.projections.indexer import Indexer


@dataclass
class System:
    """A backend over one deployment. `start` sets it going; `close` ends it and frees everything."""

    settings: Settings
    node: Node
    database: Database
    contracts: Contracts
    keystore: Keystore
    outbox: Outbox
    indexer: Indexer
    engine: Engine
    desk: Desk
    mqtt: MqttIntake | None = None

    @classmethod
    def open(cls, settings: Settings, node: Node | None = None, deployment: Deployment | None = None) -> System:
        """Joins the configured chain and its deployment. Raises ChainUnavailable, SetupIncomplete."""
        node = node or connect(settings)
        deployment = deployment or Deployment.load(settings, node.chain_id)
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = open_database(settings.database)
        migrate(database)
        contracts = Contracts(node, deployment)
        keystore = Keystore(settings)
        outbox = Outbox(database, contracts, keystore)
        indexer = Indexer(database, LogSource(contracts), settings.confirmations)
        workers = settings.sender_workers
        senders = [Sender(database, contracts, keystore, settings, (one, workers)) for one in range(workers)]
        engine = Engine(senders, indexer, settings, partial(Leases, database))
        outbox.wake = engine.wake
        desk = Desk(database, contracts, keystore, outbox, settings)
        engine.runs = [SettlementRuns(desk).step, Anchoring(desk).step]
        return cls(settings, node, database, contracts, keystore, outbox, indexer, engine, desk)

    def start(self, parts: Collection[str] = PARTS) -> None:
        """Sets these parts of the engine going, and listens to the broker where one is set."""
        self.engine.start(parts)
        if "runs" in parts and self.settings.mqtt_host and self.mqtt is None:
            name = f"feiqian-intake-{self.node.chain_id}"
            self.mqtt = MqttIntake(Intake.over(self.desk), self.settings.mqtt_host, self.settings.mqtt_port, name)
            self.mqtt.start()

    def close(self) -> None:
        if self.mqtt is not None:
            self.mqtt.stop()
            self.mqtt = None
        self.engine.stop()
        self.database.dispose()

    def wait(self, operation_id: str, seconds: float) -> dict[str, Any]:
        """The operation when it is final and the read model has its block, or as it stands after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            seen = self.engine.changes  # before looking, or a change in between would be slept through
            operation = self.outbox.operation(operation_id)
            left = deadline - time.monotonic()
            if left <= 0 or self._is_done(operation):
                return operation
            self._wait_change(seen, left)

    def wait_for_block(self, number: int, seconds: float) -> None:
        """Returns once the read model has block `number`, or after `seconds`."""
        deadline = time.monotonic() + seconds
        self.engine.wake()
        while True:
            seen = self.engine.changes
            left = deadline - time.monotonic()
            if left <= 0 or self.indexer.position() >= number:
                return
            self._wait_change(seen, left)

    def _wait_change(self, seen: int, left: float) -> None:
        """Sleeps until something may have changed: the engine says so, or, where it runs in another process, soon."""
        self.engine.wait_change(seen, min(left, 1.0 if self.engine.is_running else 0.03))

    def _is_done(self, operation: dict[str, Any]) -> bool:
        if operation["state"] not in FINAL:
            return bool(operation["state"] == "suspended")
        block = operation["block_number"]
        return block is None or self.indexer.position() >= block
