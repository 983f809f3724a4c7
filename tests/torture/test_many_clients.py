"""50 clients at once, each with the same 200 keys, before two backends over one database and one chain (rule B1):
exactly 200 transactions. The seed is printed; SEED repeats it."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

from backend.chain.node import free_port
from tests.torture.clients import Act, Client, Crowd, draw
from tests.torture.stage import Stage, new_dice, staged
from tests.torture.verdict import await_recovery, judge

CLIENTS = 50
KEYS = 200


def test_two_hundred_keys_are_two_hundred_transactions(tmp_path: Path) -> None:
    _two_backends(tmp_path, f"sqlite:///{tmp_path / 'shared.db'}")


def _two_backends(home: Path, database_url: str) -> None:
    dice = new_dice()
    with staged(home, database_url=database_url, receipt_seconds=5, rpc_timeout=10) as stage:
        ports = [stage.given["port"], free_port()]
        stage.run_well()
        stage.run_well(home=_twin(home), port=ports[1])
        acts = draw(stage, KEYS)
        before = _transactions(stage)
        since = time.monotonic()
        told = _everyone_asks(stage, acts, ports, dice)
        asked = time.monotonic()
        print(f"{CLIENTS} clients asked {KEYS} times each in {asked - since:.1f} s")
        assert told.keys() == {act.key for act in acts}
        assert all(len(ids) == 1 for ids in told.values()), "one key, one operation"
        Crowd(stage, acts, ports=ports).join()
        await_recovery(stage, asked, of=f"{KEYS} acts")
        assert _transactions(stage) - before == KEYS
        judge(stage, acts, told)


def _everyone_asks(stage: Stage, acts: list[Act], ports: list[object], dice: random.Random) -> dict[str, set[str]]:
    """The ids that were answered for each key. Every client asks for all of them, in an order of its own."""
    told: dict[str, set[str]] = {}
    lock, start = threading.Lock(), threading.Barrier(CLIENTS)
    faults: list[BaseException] = []

    def ask(number: int, own: list[Act]) -> None:
        client = Client(stage, ports, number)
        try:
            start.wait()
            for act in own:
                answered = client.ask(act)
                with lock:
                    told.setdefault(act.key, set()).add(str(answered["id"]))
        except BaseException as fault:
            faults.append(fault)
        finally:
            client.close()

    orders = [dice.sample(acts, len(acts)) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=ask, args=(n, own), daemon=True) for n, own in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return told


def _transactions(stage: Stage) -> int:
    roles = stage.contracts.deployment.roles
    return sum(stage.node.transaction_count(who) for who in (roles["issuer"], roles["attestor"], stage.bank[1]))


def _twin(home: Path) -> Path:
    """A home for another backend of the same network: the same keys."""
    twin = home / "twin"
    twin.mkdir()
    for shared in ("keystore", "secret"):
        (twin / shared).symlink_to(home / shared)
    return twin
