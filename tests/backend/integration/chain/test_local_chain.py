"""The chain's process: it starts, it ends, and nothing of a killed backend stands in the next one's way."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account

from backend.chain import node as nodes
from backend.chain.node import LocalChain, Node, forget, free_port
from backend.config import DAY, ROOT, Settings
from backend.errors import ChainUnavailable, Conflict, SetupIncomplete
from backend.processes import command_of


def settings(**more: object) -> Settings:
    return Settings.from_env({}, chain=os.environ.get("CHAIN", "ganache"), **{"rpc_port": 0, "rpc_timeout": 5, **more})


def is_alive(pid: int) -> bool:
    return "chain-id" in command_of(str(pid)).lower().replace("chain.chainid", "chain-id")


def test_it_starts_answers_and_stops(tmp_path: Path) -> None:
    chain = LocalChain(settings(), data=tmp_path / "chain")
    node = chain.start()
    assert node.chain_id == 1337
    assert node.development is not None
    first = node.head()
    assert node.travel(86_400) >= first.timestamp + 86_400
    someone = "0x" + 39 * "0" + "7"
    node.prepare_accounts(someone)
    node.prepare_accounts(someone)
    assert int(node.rpc("eth_getBalance", someone, "latest"), 16) == nodes.FUNDS_WEI
    snapshot = node.development.snapshot()
    height = node.head().number
    node.development.mine()
    node.development.revert(snapshot)
    assert node.head().number == height
    assert chain.process is not None
    pid = chain.process.pid
    chain.stop()
    chain.stop()
    assert not is_alive(pid)
    assert not node.is_up()
    assert not (tmp_path / "chain" / "pid").exists()
    forget(tmp_path / "chain")
    assert not (tmp_path / "chain").exists()


def test_a_key_is_ready_when_it_is_said_to_be() -> None:
    """Ganache shows a change of an account later than its answer where somebody makes a block meanwhile; a nonce that
    was asked for in between would be 0."""
    chain = LocalChain(settings())
    node = chain.start()
    done = threading.Event()

    def mine() -> None:
        assert node.development is not None
        while not done.wait(0.005):
            node.development.mine()

    miners = [threading.Thread(target=mine) for _ in range(2)]
    try:
        for miner in miners:
            miner.start()
        keys = [f"0x{number:040x}" for number in range(1 << 80, (1 << 80) + 200)]
        counts = []
        for key in keys:
            node.prepare_accounts(key)
            counts.append(node.transaction_count(key))
        first = 1 if os.environ.get("CHAIN", "ganache") == "ganache" else 0
        assert counts == [first] * len(keys)
    finally:
        done.set()
        for miner in miners:
            miner.join()
        chain.stop()


def test_a_trial_is_answered_while_transactions_are_mined() -> None:
    """Ganache's own estimate hangs in every tenth of these."""
    chain = LocalChain(settings(rpc_timeout=3))
    node = chain.start()
    try:
        key = Account.create()
        node.prepare_accounts(key.address)
        first = node.transaction_count(key.address)
        price = node.gas_price(node.head())
        sent = threading.Event()

        def send() -> None:
            for nonce in range(first, first + 200):
                transaction = {"to": key.address, "value": 0, "gas": 21_000, "gasPrice": price, "nonce": nonce,
                               "chainId": 1337, "data": "0x"}  # fmt: skip
                node.rpc("eth_sendRawTransaction", key.sign_transaction(transaction).raw_transaction.to_0x_hex())
            sent.set()

        sender = threading.Thread(target=send)
        sender.start()
        trials = 0
        while not sent.is_set():
            assert node.gas_limit({"from": key.address, "to": key.address, "data": "0x"}) >= 21_000
            trials += 1
        sender.join()
        assert trials > 50
        assert node.transaction_count(key.address) == first + 200
    finally:
        chain.stop()


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Conflict, match=f"port {port} is taken") as refusal:
            LocalChain(settings(rpc_port=port)).start()
    assert "端口" in refusal.value.describe("zh")


def test_without_its_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "ROOT", tmp_path)
    with pytest.raises(SetupIncomplete, match="make setup"):
        LocalChain(settings()).start()


def test_a_process_that_ends_at_once_is_tried_on_other_ports_and_then_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = []

    def fails(chain: LocalChain) -> list[str]:
        ports.append(chain.port)
        return ["sh", "-c", "echo address in use >&2; exit 1"]

    monkeypatch.setattr(LocalChain, "_command", fails)
    with pytest.raises(ChainUnavailable, match="did not start on port"):
        LocalChain(settings(), data=tmp_path).start()
    assert len(ports) == len(set(ports)) == 3
    fixed = free_port()
    with pytest.raises(ChainUnavailable, match=f"did not start on port {fixed}"):
        LocalChain(settings(rpc_port=fixed), data=tmp_path).start()
    assert ports[3:] == [fixed], "a port that somebody chose is not another"


def test_a_process_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalChain, "_command", lambda _: ["sleep", "60"])
    chain = LocalChain(settings(rpc_port=free_port()))
    with pytest.raises(ChainUnavailable):
        chain.start(wait_seconds=0.2)
    assert chain.process is not None
    assert chain.process.poll() is not None


def test_one_that_does_not_listen_to_reason_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = LocalChain(settings())
    chain.process = subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"])
    time.sleep(0.2)
    waited = chain.process.wait
    monkeypatch.setattr(chain.process, "wait", lambda timeout=None: waited(0.2 if timeout else None))
    chain.stop()
    assert chain.process.poll() == -signal.SIGKILL


def test_two_backends_cannot_share_a_chains_data(tmp_path: Path) -> None:
    chain = LocalChain(settings(), data=tmp_path / "chain")
    chain.start()
    try:
        with pytest.raises(Conflict, match="another backend") as refusal:
            LocalChain(settings(), data=tmp_path / "chain").start()
        assert "另一后端" in refusal.value.describe("zh")
        assert chain.process is not None
        assert is_alive(chain.process.pid), "it is left alone"
    finally:
        chain.stop()
    again = LocalChain(settings(), data=tmp_path / "chain")
    again.start()
    again.stop()


def test_the_chain_of_a_killed_backend_is_ended_by_the_next(tmp_path: Path) -> None:
    port = free_port()
    script = (
        "import time\n"
        "from pathlib import Path\n"
        "from backend.chain.node import LocalChain\n"
        "from backend.config import Settings\n"
        f"settings = Settings.from_env({{}}, chain={settings().chain!r}, rpc_port={port})\n"
        f"LocalChain(settings, data=Path({str(tmp_path / 'chain')!r})).start()\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    backend = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert backend.stdout is not None
    assert b"up\n" in iter(backend.stdout.readline, b"")
    backend.kill()
    backend.wait()
    orphan = int((tmp_path / "chain" / "pid").read_text())
    assert Node(f"http://127.0.0.1:{port}", 5).is_up(), "it outlived its backend"
    chain = LocalChain(settings(rpc_port=port), data=tmp_path / "chain")
    chain.start()
    try:
        assert not is_alive(orphan)
    finally:
        chain.stop()


@pytest.mark.parametrize("content", ["", "nonsense", "1", str(os.getpid())])
def test_another_process_of_that_number_is_left_alone(tmp_path: Path, content: str) -> None:
    chain = LocalChain(settings(), data=tmp_path)
    (tmp_path / "pid").write_text(content)
    chain._claim_data()
    chain._release_data()


def test_where_nobody_can_list_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(Path, "exists", lambda _path: False)
    assert command_of("1") == ""


def test_a_command_line_is_known_with_and_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = subprocess.Popen(["sleep", "60.125"])
    try:
        while not command_of(str(sleeper.pid)).startswith("sleep"):
            time.sleep(0.01)  # it is not quite that program yet
        assert command_of(str(sleeper.pid)) == "sleep 60.125"
        monkeypatch.setattr(Path, "exists", lambda _path: False)
        assert command_of(str(sleeper.pid)) == "sleep 60.125"
    finally:
        sleeper.kill()
        sleeper.wait()


@contextlib.contextmanager
def started(folder: Path) -> Iterator[Node]:
    """A chain on the data of the one before it."""
    chain = LocalChain(settings(), data=folder / "chain")
    node = chain.start()
    try:
        yield node
        time.sleep(1.5)  # Anvil writes its blocks down once a second
    finally:
        chain.stop()


def test_time_never_goes_back_over_a_restart(tmp_path: Path) -> None:
    """Rule B13. What a development chain travelled is lost with its process, its blocks are not."""
    with started(tmp_path) as node:
        before = node.travel(90 * DAY)
    for _ in range(2):  # the second start must not add the difference again
        with started(tmp_path) as node:
            assert node.head().timestamp == before
            assert node.development is not None
            node.development.mine()
            assert before <= node.head().timestamp < before + DAY
            before = node.now()
    assert before > time.time() + 89 * DAY


def test_a_killed_chain_keeps_its_time_too(tmp_path: Path) -> None:
    chain = LocalChain(settings(), data=tmp_path / "chain")
    before = chain.start().travel(30 * DAY)
    time.sleep(2.5)
    chain.kill()
    with started(tmp_path) as node:
        assert node.now() >= before


def test_a_port_that_is_none() -> None:
    with pytest.raises(SetupIncomplete, match="FEIQIAN_RPC_PORT") as refusal:
        LocalChain(settings(rpc_port=99_999)).start()
    assert "不是端口" in refusal.value.describe("zh")


def test_a_start_that_is_interrupted_leaves_nothing_running(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_node: Node) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Node, "is_up", interrupt)
    chain = LocalChain(settings())
    with pytest.raises(KeyboardInterrupt):
        chain.start()
    assert chain.process is not None
    assert chain.process.poll() is not None
