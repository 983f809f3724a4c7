"""Four geth validators, PostgreSQL behind the backend, and what happens to a network in its life: a validator is killed
and comes back, two and two are parted, the backend's own is cut off from the rest (rules B60 to B64).

Every key that was ever sent ends as one transaction, and the read model is what a rebuild makes of the chain.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.chain.finality import CLIQUE_CONFIRMATIONS
from backend.cli import main
from backend.config import Settings
from backend.network import Network, heal
from backend.network.install import can_install
from backend.reconcile import CHECKS, reconcile
from backend.sdk import Feiqian, Refused
from backend.world import World

PAUSE = 0.1


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("poa")


@pytest.fixture(scope="module")
def network(home: Path) -> Iterator[Network]:
    if not can_install():
        pytest.skip("NEITHER GETH NOR GO IS INSTALLED: nothing is tested on a proof-of-authority network")
    found = Network.lay_out(Settings.from_env({}, home=home, network_port=0))
    try:
        found.up()
        yield found
    finally:
        found.down()


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Callable[[str], str]]:
    """Makes databases; the URL of each."""
    from backend import private_postgresql as private

    try:
        server = private.PrivatePostgresql()
    except private.NotInstalled as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(f"POSTGRESQL IS NOT INSTALLED: nothing is tested on the network ({missing})")
    with server:
        yield server.create


def test_the_demo_is_played_to_the_end(
    network: Network, home: Path, postgresql: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule B61. The claim matures while one watches: nobody moves the clock of such a chain."""
    monkeypatch.setenv("DATABASE_URL", postgresql("demo"))
    monkeypatch.setenv("FEIQIAN_CURRENCIES", "CNY")
    result = CliRunner().invoke(main, ["--home", str(home), "demo", "--network", "poa", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["checks"] == dict.fromkeys(CHECKS, True)
    assert report["findings"] == []
    paid = [move for step in report["steps"] if "is paid to its holder" in step["name"] for move in step["moves"]]
    assert sum(int(move["changeFen"]) for move in paid if move["what"] == "cash") == 95_000_000
    assert network.is_up(), "a network that ran before goes on"


def test_nothing_is_lost_or_doubled_whatever_happens_to_validators(
    network: Network, tmp_path: Path, postgresql: Callable[[str], str]
) -> None:
    """Rules B62, B63, B64, B1, B5."""
    settings = Settings.from_env(
        {}, home=tmp_path, deployments=tmp_path, rpc_url=network.url, database_url=postgresql("torture"),
        keystore_rounds=2, currencies="CNY", operator_api_key="the-operator", receipt_seconds=5, rpc_timeout=5,
    )  # fmt: skip
    world = World.start(settings)
    try:
        operator = world.operator()
        bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
        operator.attest_reserve(10**9, "statement")
        with Issuing(world, bank.account) as issuing:
            for what in (
                lambda: _a_validator_dies_and_comes_back(network),
                lambda: _the_validator_of_the_backend_dies_and_comes_back(network, world),
                lambda: _two_and_two(network),
                lambda: _the_backend_on_the_small_side(network),
                lambda: _all_die_at_once(network),
            ):
                begun = time.monotonic()
                what()
                print(f"{time.monotonic() - begun:.0f} s, {len(issuing.wanted)} acts asked for")
        _nothing_is_lost_or_doubled(world, operator, bank.account, issuing.wanted)
        assert reconcile(world.system).findings == []
    finally:
        world.close()


class Issuing:
    """A client that goes on asking, each time under a new key, whatever the answer."""

    def __init__(self, world: World, account: str) -> None:
        self.wanted: list[str] = []
        self._operator = world.operator()
        self._account = account
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Issuing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        for number in itertools.count():
            if self._stop.wait(PAUSE):
                return
            self.wanted.append(f"issue-{number}")
            try:
                issue(self._operator, self._account, self.wanted[-1])
            except Refused as refused:
                assert refused.status == 503, refused


def issue(operator: Feiqian, account: str, key: str) -> dict[str, Any]:
    return operator.act("/cash/issues", {"to": account, "amountFen": "1", "currency": "CNY"}, key=key, wait=0)


def test_nothing_listens_beyond_loopback(network: Network) -> None:
    """Rule B61."""
    listening = "0A"
    for validator in network.validators:
        pid = validator.pid()
        sockets = {os.readlink(handle) for handle in Path(f"/proc/{pid}/fd").iterdir() if handle.is_symlink()}
        found = []
        for table in ("tcp", "tcp6", "udp", "udp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if f"socket:[{rest[5]}]" in sockets and (state == listening or table.startswith("udp")):
                    found.append((table, local.partition(":")[0]))
        assert len(found) >= 2, "RPC and peers"
        assert set(found) == {("tcp", "0100007F")}


def test_the_drills_from_the_command_line(network: Network, home: Path) -> None:
    """Rules B62, B63."""

    def run(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(main, ["--home", str(home), "network", *words])
        assert done.exit_code == status, done.output
        return done.output

    heads = network.heads()
    assert len(run("status").splitlines()) == 1 + len(heads)
    assert "down" in run("kill", "3")
    assert "down" in run("status", status=1)
    assert "down" not in run("restart", "3")
    run("partition", "1,2", "3,4")
    assert all(one.peers == 1 for one in network.standings())
    assert "blocks taken back: " in run("heal")
    assert "'3,x' is no side" in run("partition", "1,2", "3,x", status=2)
    assert "1 to 4" in run("kill", "5", status=1)
    with network.held():
        assert "another command works on the network" in run("kill", "1", status=1)
    assert "its chain stays" in run("down")
    assert not network.running()
    assert f"feiqian --rpc-url {network.url} up" in run("up")
    assert min(head.number for head in network.heads().values()) > max(head.number for head in heads.values())


def _a_validator_dies_and_comes_back(network: Network) -> None:
    network.validator(3).kill()
    begun = network.head_number()
    _await(lambda: network.head_number() >= begun + 4, "three of four seal on")
    network.restart(3)


def _the_validator_of_the_backend_dies_and_comes_back(network: Network, world: World) -> None:
    network.validator(1).kill()
    _await(lambda: world.system.engine.fault is not None, "the backend notices")
    network.restart(1)


def _all_die_at_once(network: Network) -> None:
    before = {number: head.number for number, head in network.heads().items()}
    for validator in network.validators:
        validator.kill()
    network.up()
    assert min(network.heads()[number].number - before[number] for number in before) >= 0


def _two_and_two(network: Network) -> None:
    network.partition({1, 2}, {3, 4})
    _await(lambda: _stands_still(network), "neither half has a majority")
    heads = network.heads()
    assert max(head.number for head in heads.values()) - min(head.number for head in heads.values()) <= 2
    print("two and two:", heal(network))


def _the_backend_on_the_small_side(network: Network) -> None:
    """It may seal one block alone, and has to take it back: cut off when it may, it nearly always does."""
    for _ in range(5):
        _await(lambda: _may_seal_next(network, 1), "its turn comes")
        network.partition({1}, {2, 3, 4})
        begun = network.heads()
        _await(lambda begun=begun: network.heads()[2].number >= begun[2].number + 3, "three of four seal on")
        assert network.heads()[1].number <= begun[1].number + 1
        healed = heal(network)
        print("one against three:", healed)
        if healed.depth:
            return
    raise AssertionError("the validator that was alone never sealed a block")


def _may_seal_next(network: Network, number: int) -> bool:
    """Whether it sealed neither of the last two blocks (EIP-225: one in any three of four validators' blocks)."""
    head = network.head_number()
    signers = [network.validator(2).call("clique_getSigner", hex(block)).lower() for block in (head - 1, head)]
    return network.validator(number).seat.account.lower() not in signers


def _stands_still(network: Network) -> bool:
    before = network.heads()
    time.sleep(3 * network.block_seconds + 1)
    return network.heads() == before


def _nothing_is_lost_or_doubled(world: World, operator: Feiqian, account: str, wanted: list[str]) -> None:
    """A client that heard nothing asks again, under the same key."""
    asked = [issue(operator, account, key)["id"] for key in wanted]
    _await(lambda: _is_quiet(world), "it comes to rest")
    operations = [operator.operation(operation_id) for operation_id in asked]
    assert {operation["state"] for operation in operations} == {"succeeded"}
    assert len({operation["tx"] for operation in operations}) == len(wanted) == len({op["id"] for op in operations})
    assert operator.cash(account) == len(wanted)
    again = sum(any("is gone" in (step["note"] or "") for step in operation["history"]) for operation in operations)
    print(f"{len(wanted)} acts, {again} of them in a block that was taken back")


def _is_quiet(world: World) -> bool:
    engine, settled = world.system.engine, world.system.node.head().number - CLIQUE_CONFIRMATIONS
    return (
        not engine.fault and world.system.indexer.position() >= settled and not any(s.lanes() for s in engine.senders)
    )


def _await(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
