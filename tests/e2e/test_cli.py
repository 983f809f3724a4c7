"""The command line as a user types it, in processes of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.chain.node import free_port
from backend.config import ROOT
from backend.sdk import Feiqian

CHAIN = os.environ.get("CHAIN", "ganache")


def feiqian(*arguments: str, expect: int = 0, **settings: object) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FEIQIAN_")}
    env |= {f"FEIQIAN_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "backend.cli", *arguments],
        capture_output=True,
        text=True,
        env=env,
        timeout=240,
        cwd=ROOT,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    settings: dict[str, object] = {
        "home": tmp_path_factory.mktemp("home"),
        "port": free_port(),
        "rpc_port": free_port(),
        "keystore_rounds": 2,
        "chain": CHAIN,
    }
    feiqian("up", "--detach", **settings)
    yield settings
    feiqian("down", **settings)


def _operator(settings: dict[str, object]) -> Feiqian:
    key = (Path(str(settings["home"])) / "operator-api-key").read_text()
    return Feiqian(f"http://127.0.0.1:{settings['port']}", key)


def test_up_serves_the_api_and_its_documentation(network: dict[str, object]) -> None:
    base = f"http://127.0.0.1:{network['port']}"
    assert httpx.get(f"{base}/api/v1/health").json()["status"] == "ok"
    page = httpx.get(f"{base}/docs").text
    assets = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert assets
    assert all(asset.startswith("/assets/") for asset in assets), "the page must not ask another host"
    assert all(httpx.get(base + asset).status_code == 200 for asset in assets)
    assert httpx.get(f"{base}/api/v1/openapi.json").json()["openapi"].startswith("3.1")


def test_position_reconcile_rebuild_speak_of_the_running_network(network: dict[str, object]) -> None:
    operator = _operator(network)
    bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
    operator.attest_reserve(10**9, "statement")
    operator.issue_cash(bank, 123_456)
    assert "1,234.56" in feiqian("position", bank.account, **network)
    assert json.loads(feiqian("reconcile", "--json", **network).splitlines()[-1])["findings"] == []
    assert "rebuilt" in feiqian("rebuild", **network)
    assert operator.cash(bank) == 123_456


def test_deploy_to_a_chain_by_its_url(network: dict[str, object], tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{network['rpc_port']}"
    settings = {"home": tmp_path, "deployments": tmp_path, "keystore_rounds": 2}
    first = feiqian("--rpc-url", url, "deploy", **settings)
    assert "Receivables" in first
    assert feiqian("--rpc-url", url, "deploy", **settings).split("\n")[-2:] == first.split("\n")[-2:]


def test_refusals_are_one_sentence(network: dict[str, object]) -> None:
    out = feiqian("position", "0x" + "1" * 40, expect=1, **network)
    assert "no participant" in out
    assert "Traceback" not in out
    assert "account" in feiqian("position", "0x12", expect=1, **network)


def test_commands_without_a_chain_say_so(tmp_path: Path) -> None:
    out = feiqian("reconcile", expect=1, home=tmp_path, rpc_port=free_port())
    assert "does not answer" in out
    assert "Traceback" not in out
    assert "no detached network" in feiqian("down", expect=1, home=tmp_path)


def test_reading_an_invoice_touches_no_chain() -> None:
    out = feiqian("invoice", "read", "samples/invoices/demo-battery-cny.xml", rpc_url="http://127.0.0.1:1")
    facts = json.loads(out)
    assert facts["number"] == "BAT-2026-0117"
    assert facts["payable"] == "100000000"
