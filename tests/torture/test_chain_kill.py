"""SIGKILL to the chain at random moments, under load: blocks it had not written are made again, each act once.

Seed and moments are printed; SEED repeats them.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from backend.config import Settings
from backend.reconcile import reconcile
from backend.sdk import Refused
from backend.world import World
from tests.torture.stage import new_dice, rounds


def test_a_chain_killed_under_load_does_each_act_once(tmp_path: Path) -> None:
    dice = new_dice()
    settings = Settings.from_env(
        {}, home=tmp_path, chain=os.environ.get("CHAIN", "ganache"), rpc_port=0, keystore_rounds=2, rpc_timeout=5,
        currencies="CNY", operator_api_key="the-operator", receipt_seconds=1, poll_seconds=0.01,
    )  # fmt: skip
    world = World.start(settings)
    try:
        operator = world.operator()
        bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
        operator.attest_reserve(10**9, "statement")
        time.sleep(2.5)  # what comes before the torture is on disk
        accepted: dict[str, str] = {}
        for turn in range(rounds(3)):
            stop = threading.Event()
            worker = threading.Thread(target=_work, args=(world, bank.account, turn, stop, accepted))
            worker.start()
            moment = dice.uniform(0.1, 1.2)
            time.sleep(moment)
            assert world.chain is not None
            world.chain.kill()
            stop.set()
            worker.join()
            print(f"round {turn}: chain killed after {moment:.3f} s, {len(accepted)} acts accepted")
            world.chain.start()
        for operation_id in accepted.values():
            assert operator.finish(operator.operation(operation_id), seconds=60)["state"] == "succeeded"
        _await_quiet(world)
        operations = [operator.operation(operation_id) for operation_id in accepted.values()]
        assert {operation["state"] for operation in operations} == {"succeeded"}
        assert len({operation["tx"] for operation in operations}) == len(operations)
        assert operator.cash(bank) == len(operations)
        gone = sum(any("is gone" in (step["note"] or "") for step in operation["history"]) for operation in operations)
        print(f"{len(operations)} acts, {gone} of them made again")
        operator.issue_cash(bank, 1_000)
        assert operator.cash(bank) == len(operations) + 1_000
        assert reconcile(world.system).findings == []
    finally:
        world.close()


def _work(world: World, account: str, turn: int, stop: threading.Event, accepted: dict[str, str]) -> None:
    operator, number = world.operator(), 0
    body: dict[str, Any] = {"to": account, "amountFen": "1", "currency": "CNY"}
    while not stop.is_set():
        key = f"issue-{turn}-{number}"
        number += 1
        try:
            accepted[key] = operator.act("/cash/issues", body, key=key, wait=0)["id"]
        except Refused as refused:
            assert refused.status == 503, refused
            return


def _await_quiet(world: World) -> None:
    """Until the engine has seen everything the chain lost, and made it again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        head = world.system.node.head().number
        if (
            not world.system.engine.fault
            and world.system.indexer.position() >= head
            and not any(sender.lanes() for sender in world.system.engine.senders)
        ):
            return
        time.sleep(0.1)
    raise AssertionError(f"it did not come to rest: {world.system.engine.fault}")
