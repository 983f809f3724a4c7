from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.config import Settings
from backend.database import open_database
from backend.migrations import migrate
from backend.projections.indexer import Indexer, read_model_digest
from backend.sdk import Feiqian
from backend.system import System
from backend.testing import FUNDS_FEN, Network, NewDatabase
from backend.world import World


class Bench:
    """A network whose backend can die and come back: another System over the same database and chain."""

    def __init__(self, network: Network, home: Path) -> None:
        self.network = network
        self.world = network.world
        self.system = network.world.system
        self._home = home
        self.system.engine.stop()

    def issue(self, amount: int, to: str | None = None, key: str | None = None) -> str:
        """An operation that is pending: no engine is running."""
        body = {"to": to or self.network.tier1.account, "amountFen": str(amount), "currency": "CNY"}
        return str(self.network.operator.act("/cash/issues", body, key=key, wait=0)["id"])

    def attest(self, amount: int) -> str:
        body = {"reserveFen": str(amount), "currency": "CNY", "statement": "statement"}
        return str(self.network.operator.act("/cash/attestations", body, wait=0)["id"])

    def restart(self) -> System:
        """The process died (its leases are free at once); this is the next one."""
        self.system.engine.stop()
        self.system.database.dispose()
        settings = self.world.settings
        self.system = System.open(settings, self.system.node, self.system.contracts.deployment)
        return self.system

    def finish(self, *operation_ids: str) -> list[str]:
        """Lets the engine run; the states of the operations."""
        self.system.start()
        try:
            return [self.system.wait(one, 30)["state"] for one in operation_ids]
        finally:
            self.system.engine.stop()

    def transactions(self, role: str = "issuer") -> int:
        return self.system.node.transaction_count(self.system.contracts.deployment.roles[role])

    def supply(self) -> int:
        return int(self.system.contracts.read("SettlementToken:CNY", "totalSupply"))

    def read_model_is_the_chains(self) -> bool:
        return rebuilt(self.system, self._home) == read_model_digest(self.system.database)

    def close(self) -> None:
        self.system.engine.stop()
        self.system.database.dispose()


def rebuilt(system: System, folder: Path) -> dict[str, str]:
    """The digest of a read model made from the chain alone, up to where `system` is."""
    fresh = open_database(f"sqlite:///{folder / 'rebuilt.db'}")
    try:
        migrate(fresh)
        Indexer(fresh, system.indexer.source).catch_up()
        system.indexer.catch_up()
        return read_model_digest(fresh)
    finally:
        fresh.dispose()
        (folder / "rebuilt.db").unlink()


@pytest.fixture
def bench(feiqian: Network, tmp_path: Path) -> Iterator[Bench]:
    """A network with its engine stopped."""
    made = Bench(feiqian, tmp_path)
    yield made
    made.close()


Start = Callable[..., World]


@pytest.fixture
def start_world(tmp_path: Path, new_database: NewDatabase) -> Iterator[Start]:
    """Starts worlds of the test's own, with chains that it may kill."""
    worlds = []
    database_url = new_database()

    def start(chain: str, *, keep_chain: bool = True, **more: Any) -> World:
        settings = Settings.from_env(
            {},
            home=tmp_path / "home",
            database_url=database_url,
            chain=chain,
            rpc_port=0,
            rpc_timeout=5,
            keystore_rounds=2,
            operator_api_key="operator-key-of-the-tests",
            poll_seconds=0.01,
            currencies="CNY",
            **more,
        )
        world = World.start(settings, keep_chain=keep_chain)
        worlds.append(world)
        return world

    yield start
    for world in worlds:
        world.close()


def bank(operator: Feiqian) -> str:
    """A registered bank, and a reserve to issue from; its account."""
    operator.attest_reserve(10 * FUNDS_FEN, "opening statement")
    return operator.register("bank", "91110000MA4BANK00A", ["financier"]).account
