"""50 clients at once, each with the same 200 keys, before two backends over one database and one chain (rules B1, B2):
exactly 200 transactions. The seed is printed; SEED repeats it."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from backend.chain.node import free_port
from backend.private_postgresql import NotInstalled, PrivatePostgresql
from tests.torture.clients import Act, draw
from tests.torture.stage import OPERATOR_KEY, Stage, new_dice, staged, twin
from tests.torture.verdict import await_recovery, judge

CLIENTS = 50
KEYS = 200


def test_200_keys_are_200_transactions_on_sqlite(tmp_path: Path) -> None:
    _two_backends(tmp_path, f"sqlite:///{tmp_path / 'shared.db'}")


def test_200_keys_are_200_transactions_on_postgresql(tmp_path: Path) -> None:
    try:
        server = PrivatePostgresql()
    except NotInstalled as missing:
        pytest.skip(f"POSTGRESQL IS NOT INSTALLED: nothing is tested on it ({missing})")
    with server:
        _two_backends(tmp_path, server.create("feiqian"))


def _two_backends(home: Path, database_url: str) -> None:
    dice = new_dice()
    with staged(home, database_url=database_url, receipt_seconds=5, rpc_timeout=10) as stage:
        ports = [int(str(stage.given["port"])), free_port()]
        stage.run_well()
        stage.run_well(home=twin(home), port=ports[1])
        before = _transactions(stage)
        acts = draw(stage, KEYS)
        began = time.monotonic()
        told = _everyone_asks_for(acts, ports, dice)
        asked = time.monotonic()
        print(f"{CLIENTS} clients asked {KEYS} times each in {asked - began:.1f} s")
        assert told.keys() == {act.key for act in acts}
        assert all(len(ids) == 1 for ids in told.values()), "one key, one operation"
        await_recovery(stage, asked, of=f"{KEYS} acts")
        assert _transactions(stage) - before == KEYS
        judge(stage, acts, told)


def _everyone_asks_for(acts: Sequence[Act], ports: list[int], dice: random.Random) -> dict[str, set[str]]:
    """The ids that were answered for each key. Every client asks for all of them, in an order of its own."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    start = threading.Barrier(CLIENTS)
    faults: list[BaseException] = []

    def ask(own: list[Act], port: int) -> None:
        try:
            asking = _Asking(port)
            start.wait()
            for act in own:
                told[act.key].add(asking.id_of(act))
        except BaseException as fault:
            faults.append(fault)

    threads = [
        threading.Thread(target=ask, args=(dice.sample(acts, len(acts)), ports[number % len(ports)]), daemon=True)
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return dict(told)


class _Asking:
    """A client on one connection, so plain that fifty of them do not slow what they test."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def id_of(self, act: Act) -> str:
        """The operation of this key; asked for again while the backend is busy."""
        headers = {
            "Authorization": f"Bearer {act.token or OPERATOR_KEY}",
            "Content-Type": "application/json",
            "Idempotency-Key": act.key,
        }
        for _ in range(20):
            self._connection.request("POST", f"/api/v1{act.path}", json.dumps(act.body), headers)
            answer = self._connection.getresponse()
            said = answer.read()
            if answer.status < 500:
                assert answer.status in (200, 202), said
                return str(json.loads(said)["id"])
            time.sleep(0.1)
        raise AssertionError(f"{act.key}: {said.decode()}")


def _transactions(stage: Stage) -> int:
    roles = stage.contracts.deployment.roles
    return sum(stage.node.transaction_count(who) for who in (roles["issuer"], roles["attestor"], stage.bank[1]))
