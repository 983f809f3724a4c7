"""Rule B58: the API, senders and indexers as processes of their own, any number of each, over one chain and one
database."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from backend import processes
from backend.chain.keystore import Keystore
from backend.chain.node import LocalChain, free_port
from backend.config import ROOT, Settings
from backend.database import open_database
from backend.invoices.minimal import make_invoice
from backend.leases import holders
from backend.migrations import migrate
from backend.processes import beside
from backend.sdk import Feiqian, Party
from backend.world import find_or_deploy

CHAIN = os.environ.get("CHAIN", "ganache")
CHAIN_ID = 1337
DEBTOR, SUPPLIER = "91310000MA1AUTO001", "91330200MA2CELL001"
LEAVE_SECONDS = 20.0
"""Well above what it takes on a machine that does nothing else."""


class Deployment:
    """A chain with contracts on it, and the processes that a test starts."""

    def __init__(self, home: Path, *, data: Path | None = None) -> None:
        self.settings = Settings.from_env(
            {}, home=home, chain=CHAIN, rpc_port=free_port(), port=free_port(), keystore_rounds=2, currencies="CNY"
        )
        self.url = f"http://127.0.0.1:{self.settings.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.chain = LocalChain(self.settings, data=data)
        find_or_deploy(self.chain.start(), self.settings)
        Keystore(self.settings)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("FEIQIAN_")} | {
            "FEIQIAN_HOME": str(home),
            "FEIQIAN_RPC_URL": self.chain.url,
            "FEIQIAN_DEPLOYMENTS": str(self.settings.deployments_folder),
            "FEIQIAN_PORT": str(self.settings.port),
            "FEIQIAN_KEYSTORE_ROUNDS": "2",
            "FEIQIAN_CURRENCIES": "CNY",
            "FEIQIAN_LOG_LEVEL": "INFO",
            "FEIQIAN_LOG_JSON": "1",
        }

    @staticmethod
    @contextmanager
    def database(settings: Settings) -> Iterator[Engine]:
        made = open_database(settings.database)
        migrate(made)
        try:
            yield made
        finally:
            made.dispose()

    def start(self, role: str) -> subprocess.Popen[bytes]:
        log = (self.settings.home / f"{role}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", role], env=self.environment, cwd=ROOT, stdout=log, stderr=log
        )
        log.close()
        self.processes.append(process)
        return process

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "backend.cli", *arguments]
        return subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True)

    def operator(self) -> Feiqian:
        return Feiqian(self.url, self.settings.secret("operator-api-key"))

    def logs(self, role: str) -> list[dict[str, Any]]:
        lines = [line for path in self.settings.home.glob(f"{role}-*.log") for line in path.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def said(self) -> str:
        return "\n".join(path.read_text()[-3_000:] for path in self.settings.home.glob("*.log"))

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.chain.stop()


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path)
    yield made
    made.close()


def test_processes_share_the_work_and_one_that_dies_is_followed_by_another(deployment: Deployment) -> None:
    web, *_ = (deployment.start(role) for role in ("web", "sender", "sender", "indexer", "indexer"))
    _until(lambda: _is_ready(deployment), 180, deployment)
    operator = deployment.operator()
    debtor = operator.register("Debtor", DEBTOR, ["obligor"], limits={"CNY": 10**12})
    supplier = operator.register("Supplier", SUPPLIER, ["supplier"])
    told: list[dict[str, Any]] = []

    def read() -> None:
        for event in supplier.stream():
            told.append(event)

    threading.Thread(target=read, daemon=True).start()
    _until(lambda: _readers(deployment) > 0, 10, deployment)

    assert len(_claims(operator, debtor, supplier, "A", 5)) == 5
    _, sender, _, indexer, _ = deployment.processes
    for process in (sender, indexer):
        process.kill()
        process.wait()
    assert len(_claims(operator, debtor, supplier, "B", 5)) == 5

    request = httpx.get(f"{deployment.url}/healthz", headers={"X-Request-Id": "seen-in-every-log"})
    assert request.headers["X-Request-Id"] == "seen-in-every-log"
    moved = {line["request"] for line in deployment.logs("sender") if line["event"] == "operation-moved"}
    asked = {line["request"] for line in deployment.logs("web") if line["event"] == "request"}
    assert moved and moved <= asked
    metrics = httpx.get(f"{deployment.url}/metrics").text
    assert 'feiqian_act_seconds_count{kind="receivable.confirm",state="succeeded"} 10.0' in metrics

    web.send_signal(signal.SIGTTIN)
    _until(lambda: _workers(web) == deployment.settings.web_workers + 1, 30, deployment)

    began = time.monotonic()
    for process in (web, *deployment.processes[2::2]):
        process.send_signal(signal.SIGTERM)
    for process in (web, *deployment.processes[2::2]):
        assert process.wait(LEAVE_SECONDS) == 0, deployment.said()
    assert time.monotonic() - began < LEAVE_SECONDS  # with a reader that would have stayed
    confirmed = [event for event in told if event["name"] == "ReceivableConfirmed"]
    assert len({event["args"]["receivableId"] for event in confirmed}) == len(confirmed) == 10


def test_a_rebuild_waits_for_all_and_a_second_signal_for_nobody(deployment: Deployment) -> None:
    web, indexer = deployment.start("web"), deployment.start("indexer")
    _until(lambda: _is_ready(deployment), 180, deployment)
    for process in (indexer, web):
        refused = deployment.run("rebuild")
        assert refused.returncode == 1 and "another feiqian works on" in refused.stderr
        if process is indexer:
            process.send_signal(signal.SIGTERM)
            assert process.wait(LEAVE_SECONDS) == 0, deployment.said()
    with socket.create_connection(("127.0.0.1", deployment.settings.port)) as slow:
        slow.sendall(b"POST /api/v1/auth/nonces HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")  # and no more
        time.sleep(0.3)
        web.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert web.poll() is None, "it waits for the request under way"
        web.send_signal(signal.SIGTERM)
        assert web.wait(6) == 128 + signal.SIGTERM
    done = deployment.run("rebuild")
    assert done.returncode == 0 and "rebuilt up to block" in done.stdout, done.stderr


def test_what_is_started_before_its_chain_waits_for_it(tmp_path: Path) -> None:
    """As processes that are started together do."""
    deployment = Deployment(tmp_path, data=tmp_path / "chain")
    try:
        time.sleep(1.5)  # Anvil writes its blocks down once a second
        deployment.chain.stop()
        sender = deployment.start("sender")
        log = tmp_path / "sender-0.log"
        _until(lambda: "waiting for the chain" in log.read_text(), 60, deployment)
        time.sleep(2)
        assert sender.poll() is None and "on chain" not in log.read_text()
        deployment.chain.start()
        _until(lambda: f"sender: on chain {CHAIN_ID}" in log.read_text(), 60, deployment)
        assert log.read_text().count("waiting for the chain") == 1
        sender.send_signal(signal.SIGTERM)
        assert sender.wait(LEAVE_SECONDS) == 0, deployment.said()
    finally:
        deployment.close()


@pytest.mark.parametrize("deaf", [False, True])
def test_what_runs_beside_a_network_ends_with_it(
    deployment: Deployment, deaf: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not listen is not waited for for ever."""
    monkeypatch.setattr(processes, "LEAVE_SECONDS", 2 if deaf else LEAVE_SECONDS)
    places = {"rpc_url": deployment.chain.url, "deployments": deployment.settings.deployments_folder}
    settings = deployment.settings.model_copy(update=places)
    with Deployment.database(settings) as database, beside(settings, "indexer") as (indexer,):
        _until(lambda: "indexer" in holders(database), 60, deployment)
        assert indexer.poll() is None
        if deaf:
            indexer.send_signal(signal.SIGSTOP)
    assert indexer.returncode == (-signal.SIGKILL if deaf else 0)


def _claims(operator: Feiqian, debtor: Party, supplier: Party, series: str, count: int) -> set[int]:
    now = time.strftime("%Y-%m-%d", time.gmtime(operator.now()))
    due = time.strftime("%Y-%m-%d", time.gmtime(operator.now() + 60 * 86_400))
    made = set()
    for number in range(count):
        invoice = make_invoice(
            amount=1_000_00, issued=now, due=due, number=f"{series}-{number}", currency="CNY", seller=SUPPLIER,
            buyer=DEBTOR,
        )  # fmt: skip
        claim = int(supplier.hand_over(invoice)["result"]["receivableId"])
        debtor.confirm(claim, 1_000_00)
        made.add(claim)
    return made


def _readers(deployment: Deployment) -> float:
    found = re.search(r"^feiqian_streams ([0-9.]+)$", httpx.get(f"{deployment.url}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0


def _workers(web: subprocess.Popen[bytes]) -> int:
    return len(Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text(encoding="ascii").split())


def _is_ready(deployment: Deployment) -> bool:
    try:
        return httpx.get(f"{deployment.url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _until(holds: Callable[[], bool], seconds: float, deployment: Deployment) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, deployment.said()
        time.sleep(0.1)
