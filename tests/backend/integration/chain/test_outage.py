"""The chain dies under the backend and comes back (rule B9)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.chain.node import LocalChain
from backend.config import Settings
from backend.reconcile import reconcile
from backend.sdk import Feiqian, Refused
from backend.world import World
from tests.waiting import eventually


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings.from_env(
        {}, home=tmp_path, chain=os.environ.get("CHAIN", "ganache"), rpc_port=0, keystore_rounds=2, rpc_timeout=5,
        currencies="CNY", poll_seconds=0.01, receipt_seconds=2,
    )  # fmt: skip
    found = World.start(settings)
    yield found
    found.close()


def _settle(world: World) -> None:
    """The chain writes its state a moment after the block; a kill before that loses blocks, which is another test."""
    time.sleep(2.5 if world.settings.chain == "anvil" else 0.5)


def _restart(world: World) -> None:
    assert world.chain is not None
    again = LocalChain(world.settings, data=world.settings.home / "chain", port=world.chain.port)
    again.start()
    world.chain = again


def _await_health(operator: Feiqian) -> None:
    eventually(lambda: operator.get("/health"), 30)


def test_writes_are_refused_reads_go_on_and_nothing_is_lost(world: World) -> None:
    operator = world.operator()
    bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
    operator.attest_reserve(10**9, "statement")
    operator.issue_cash(bank, 1_000)
    _settle(world)
    assert world.chain is not None
    world.chain.kill()

    with pytest.raises(Refused) as refused:
        operator.issue_cash(bank, 1)
    assert (refused.value.status, refused.value.type) == (503, "chain-unavailable")
    assert "nothing was sent" in refused.value.problem["detail"]
    with pytest.raises(Refused) as unwell:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            operator.get("/health")
            time.sleep(0.1)
    assert unwell.value.status == 503
    assert operator.cash(bank) == 1_000

    _restart(world)
    _await_health(operator)
    operator.issue_cash(bank, 10)
    assert operator.cash(bank) == 1_010
    assert reconcile(world.system).findings == []


def test_what_was_accepted_before_the_outage_is_done_after_it(world: World) -> None:
    operator = world.operator()
    bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
    operator.attest_reserve(10**9, "statement")
    _settle(world)
    world.system.engine.stop()
    body = {"to": bank.account, "amountFen": "7", "currency": "CNY"}
    accepted = [operator.act("/cash/issues", body, wait=0) for _ in range(3)]
    assert world.chain is not None
    world.chain.kill()
    world.system.engine.start()
    time.sleep(1)
    assert {operator.operation(one["id"])["state"] for one in accepted} <= {"pending", "submitted"}

    _restart(world)
    for one in accepted:
        assert operator.finish(operator.operation(one["id"]))["state"] == "succeeded"
    assert len({operator.operation(one["id"])["tx"] for one in accepted}) == 3
    _await_health(operator)
    assert operator.cash(bank) == 21
    assert reconcile(world.system).findings == []
