"""The composition root: one object that has every part, put together in one place."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Engine as Database

from backend.chain.contracts import Contracts, Deployment
from backend.chain.finality import confirmations
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
from backend.devices.listening import Listening
from backend.devices.mqtt import MqttIntake
from backend.engine import PARTS, Engine
from backend.leases import Leases
from backend.live.deliveries import Deliveries
from backend.migrations import migrate
from backend.projections.indexer import Indexer

FIRST_PAUSE = 0.01
LONGEST_PAUSE = 0.2


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
    deliveries: Deliveries
    listening: Listening | None

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
        indexer = Indexer(database, LogSource(contracts), confirmations(node, settings))
        workers = settings.sender_workers
        senders = [Sender(database, contracts, keystore, settings, (one, workers)) for one in range(workers)]
        engine = Engine(senders, indexer, settings, partial(Leases, database))
        outbox.wake = engine.wake
        desk = Desk(database, contracts, keystore, outbox, settings)
        deliveries = Deliveries(database, settings, lambda: node.development is not None)
        engine.runs = [SettlementRuns(desk).step, Anchoring(desk).step]
        engine.add("webhooks", deliveries.step)
        listening = _listening(desk, database) if settings.mqtt_host else None
        if listening is not None:
            engine.add("listening", listening.step)
        return cls(settings, node, database, contracts, keystore, outbox, indexer, engine, desk, deliveries, listening)

    def start(self, parts: Collection[str] = PARTS) -> None:
        """Sets these parts of the engine going; with "listening", a broker is listened to where one is set."""
        self.engine.start(parts)

    def close(self) -> None:
        self.engine.stop()
        if self.listening is not None:
            self.listening.close()
        self.deliveries.close()
        self.database.dispose()

    def wait(self, operation_id: str, seconds: float) -> dict[str, Any]:
        """The operation when it and what went along with it are final and the read model has its block, or as it
        stands after `seconds`."""
        deadline = time.monotonic() + seconds
        for pause in self._pauses():
            seen = self.engine.changes  # before looking, or a change in between would be slept through
            operation = self.outbox.operation(operation_id)
            left = deadline - time.monotonic()
            if left <= 0 or self._is_done(operation):
                break
            self.engine.wait_change(seen, min(left, pause))
        return operation

    def wait_for_block(self, number: int, seconds: float) -> None:
        """Returns once the read model has block `number`, or after `seconds`."""
        deadline = time.monotonic() + seconds
        self.engine.wake()
        for pause in self._pauses():
            seen = self.engine.changes
            left = deadline - time.monotonic()
            if left <= 0 or self.indexer.position() >= number:
                return
            self.engine.wait_change(seen, min(left, pause))

    def _pauses(self) -> Iterator[float]:
        """How long to sleep at most until something may have changed. The engine of this process says so; what another
        one does has to be looked for, soon at first and then less and less often."""
        pause = LONGEST_PAUSE if self.engine.is_running else FIRST_PAUSE
        while True:
            yield pause
            pause = min(LONGEST_PAUSE, 1.5 * pause)

    def _is_done(self, operation: dict[str, Any]) -> bool:
        if operation["state"] not in FINAL:
            return bool(operation["state"] == "suspended")
        last = self.outbox.last_block(operation)
        return last is not None and self.indexer.position() >= last


def _listening(desk: Desk, database: Database) -> Listening:
    def make() -> MqttIntake:
        name = f"feiqian-intake-{desk.contracts.deployment.chain_id}"
        return MqttIntake(Intake.over(desk), desk.settings.mqtt_host, desk.settings.mqtt_port, name)

    return Listening(Leases(database), make)
