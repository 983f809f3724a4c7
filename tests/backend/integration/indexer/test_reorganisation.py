"""Histories that change on a real chain (Anvil can do that, whatever chain the other tests run on)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.chain.outbox import operations
from backend.config import Settings
from backend.database import open_database, reading
from backend.migrations import migrate
from backend.projections import indexer, tables
from backend.projections.indexer import Indexer, read_model_digest
from backend.reconcile import reconcile
from backend.sdk import Feiqian
from backend.testing import NewDatabase
from backend.world import World
from tests.waiting import eventually


class Scene:
    """A small network on Anvil."""

    def __init__(self, home: Path, database_url: str) -> None:
        settings = Settings.from_env(
            {}, home=home, database_url=database_url, chain="anvil", rpc_port=0, keystore_rounds=2, currencies="CNY", poll_seconds=0.01,
            operator_api_key="operator-key-of-the-tests", receipt_seconds=1,
        )  # fmt: skip
        self.world = World.start(settings, keep_chain=False)
        self.system = self.world.system
        self.operator: Feiqian = self.world.operator()
        self.operator.attest_reserve(10**12, "opening statement")
        self.bank = self.operator.register("Lake Bank", "LAKE-1", ["financier"])
        self._folder = home

    def issue(self, amount: int) -> dict[str, Any]:
        return self.system.outbox.operation(self.operator.issue_cash(self.bank, amount)["id"])

    def reorganise(self, depth: int) -> None:
        """Empty blocks take the place of the last `depth`."""
        self.system.node.rpc("anvil_reorg", depth, [])

    def sent_again(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        """The operations, once they vanished with their blocks and were mined again."""
        for operation in operations:
            self.until(lambda operation=operation: states(self.finished(operation)) == AGAIN)
        return [self.finished(operation) for operation in operations]

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline, "it never came to be"
            self.system.engine.wait_change(self.system.engine.changes, 0.05)

    def finished(self, operation: dict[str, Any]) -> dict[str, Any]:
        self.operator.finish(self.operator.operation(operation["id"]))
        return self.system.outbox.operation(operation["id"])

    def block_of(self, operation: dict[str, Any]) -> int:
        """Where it is now: it may just be on its way back from a block that is gone."""
        places: list[int] = []

        def looks() -> bool:
            places.append(self.system.outbox.operation(operation["id"])["block_number"] or 0)
            return places[-1] > 0

        self.until(looks)
        return places[-1]

    def rebuilt(self) -> dict[str, str]:
        fresh = open_database(f"sqlite:///{self._folder / 'rebuilt.db'}")
        try:
            migrate(fresh)
            Indexer(fresh, self.system.indexer.source).catch_up()
            self.system.indexer.catch_up()
            return read_model_digest(fresh)
        finally:
            fresh.dispose()
            (self._folder / "rebuilt.db").unlink()

    def check(self) -> None:
        """The read model is what the chain alone makes of it, and both add up."""
        assert self.rebuilt() == read_model_digest(self.system.database)
        assert reconcile(self.system).findings == []


@pytest.fixture
def scene(tmp_path: Path, new_database: NewDatabase) -> Iterator[Scene]:
    made = Scene(tmp_path, new_database())
    yield made
    made.world.close()


AGAIN = ["pending", "submitted", "succeeded", "submitted", "succeeded"]


def states(operation: dict[str, Any]) -> list[str]:
    return [entry["state"] for entry in operation["history"]]


def head_transactions(scene: Scene, first: int) -> list[str]:
    """Hashes of all transactions from block `first` to the head."""
    node = scene.system.node
    blocks = [node.rpc("eth_getBlockByNumber", hex(n), False) for n in range(first, node.head().number + 1)]
    return [tx for block in blocks for tx in block["transactions"]]


def test_what_vanished_with_its_block_is_sent_again_with_the_same_bytes(scene: Scene) -> None:
    start = scene.system.node.head().number + 1
    before = [scene.issue(amount) for amount in (1, 20, 300)]
    scene.reorganise(scene.system.node.head().number - before[1]["block_number"] + 1)
    after = [scene.finished(before[0]), *scene.sent_again(*before[1:])]
    assert [operation["raw"] for operation in after] == [operation["raw"] for operation in before]
    assert states(after[0]) == ["pending", "submitted", "succeeded"], "its block stayed"
    assert all(operation["history"][3]["note"].endswith("is gone") for operation in after[1:])
    mined = head_transactions(scene, start)
    assert sorted(mined) == sorted(operation["tx_hash"] for operation in after), "each once"
    assert scene.operator.cash(scene.bank) == 321
    scene.check()


def test_everything_since_the_deployment_vanishes(scene: Scene) -> None:
    for amount in (1, 20, 300):
        scene.issue(amount)
    deployed = max(
        int(log["blockNumber"], 16)
        for log in scene.system.node.rpc(
            "eth_getLogs",
            {"fromBlock": "0x0", "toBlock": "latest", "address": scene.system.contracts.address("Authority")},
        )
    )
    scene.reorganise(scene.system.node.head().number - deployed)
    with reading(scene.system.database) as db:
        everything = [dict(row) for row in db.execute(select(operations)).mappings()]
    assert len(everything) == 8, "statement, approvals in three contracts and registration of the bank, three issues"
    scene.sent_again(*everything)
    assert scene.operator.cash(scene.bank) == 321
    scene.check()


def test_a_history_without_them_that_is_only_seen_later(scene: Scene) -> None:
    """The backend slept while the chain was reorganised, and what it knew as final is gone."""
    scene.issue(1)
    scene.system.engine.stop()
    body = {"to": scene.bank.account, "amountFen": "20", "currency": "CNY"}
    operation_id = scene.operator.act("/cash/issues", body, wait=0)["id"]

    def is_final() -> bool:
        for sender in scene.system.engine.senders:
            sender.step(sender.lanes(), 0.0)
        return bool(scene.system.outbox.operation(operation_id)["state"] == "succeeded")

    eventually(is_final)  # sent and final, but not read by the indexer
    scene.reorganise(1)
    scene.system.node.rpc("evm_mine")
    assert not scene.system.node.rpc(
        "eth_getTransactionReceipt", scene.system.outbox.operation(operation_id)["tx_hash"]
    )
    scene.system.engine.start()
    scene.sent_again({"id": operation_id})
    assert scene.operator.cash(scene.bank) == 21
    scene.check()


@pytest.mark.parametrize("seed", range(2))
def test_any_depth_under_a_running_backend(scene: Scene, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Nothing is lost or doubled, the rows are those of a rebuild, and none of it takes all kept events (rules B31, B33)."""
    monkeypatch.setattr(indexer, "_replay", never)
    chance = random.Random(seed)
    issued = []
    for amount in (1, 20, 300, 4_000):
        issued.append(scene.issue(amount))
        first = scene.block_of(issued[chance.randrange(len(issued))])
        for _ in range(chance.choice([0, 1, 5, 60])):
            scene.system.node.rpc("evm_mine")
        scene.system.indexer.reader.most = chance.choice([1, 3, 1_000])
        scene.reorganise(min(64, scene.system.node.head().number - first + 1))
        issued = [scene.finished(operation) for operation in issued]
    scene.until(lambda: scene.operator.cash(scene.bank) == 4_321)
    scene.system.engine.stop()
    scene.system.indexer.catch_up()
    scene.check()
    assert standing(scene) == known(scene)


def never(*_: Any) -> None:
    raise AssertionError("the kept events were gone through once more")


def standing(scene: Scene) -> list[tuple[str, int]]:
    """What a reader that follows the feed from its beginning holds to be true."""
    held: list[tuple[str, int]] = []
    with reading(scene.system.database) as db:
        for told in db.execute(select(tables.feed).order_by(tables.feed.c.seq)):
            place = told.block_hash, told.log_index
            (held.append if told.kind == "event" else held.remove)(place)
    return held


def known(scene: Scene) -> list[tuple[str, int]]:
    table = tables.events
    with reading(scene.system.database) as db:
        query = select(table.c.block_hash, table.c.log_index).order_by(table.c.block_number, table.c.log_index)
        return [(row.block_hash, row.log_index) for row in db.execute(query)]


def test_new_work_goes_on_top_of_what_is_sent_again(scene: Scene) -> None:
    first = scene.issue(1)
    scene.system.engine.stop()
    scene.reorganise(scene.system.node.head().number - first["block_number"] + 1)
    body = {"to": scene.bank.account, "amountFen": "20", "currency": "CNY"}
    second = scene.operator.act("/cash/issues", body, wait=0)
    scene.system.engine.start()
    done = scene.finished(second)
    assert (done["state"], done["nonce"]) == ("succeeded", first["nonce"] + 1)
    assert scene.sent_again(first)[0]["nonce"] == first["nonce"]
    assert scene.operator.cash(scene.bank) == 21
    scene.check()
