"""SIGKILL to the backend at random moments: nothing is lost, nothing is doubled (rules B1, B2).

The chain lives in this process, so that only the backend dies. Seed and moments are printed; SEED repeats them.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from backend.chain.node import LocalChain, free_port
from backend.config import ROOT, Settings
from backend.reconcile import reconcile
from backend.sdk import Feiqian, Refused
from backend.system import System

ROUNDS = int(os.environ.get("ROUNDS", "4"))
ISSUES = 12


def test_a_backend_killed_at_any_moment_does_each_act_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", secrets.randbits(32)))
    print(f"seed {seed}")
    dice = random.Random(seed)
    given = {
        "home": tmp_path, "deployments": tmp_path, "chain": os.environ.get("CHAIN", "ganache"), "rpc_port": free_port(),
        "port": free_port(), "keystore_rounds": 2, "currencies": "CNY", "operator_api_key": "the-operator",
        "receipt_seconds": 1,
    }  # fmt: skip
    chain = LocalChain(Settings.from_env({}, **given))
    chain.start()
    given["rpc_url"] = chain.url
    try:
        process, operator = start(given)
        bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
        operator.attest_reserve(10**9, "statement")
        wanted: list[str] = []
        for turn in range(ROUNDS):
            lifetime = dice.uniform(0.0, 0.6)
            deadline = time.monotonic() + lifetime
            for number in range(ISSUES):
                key = f"issue-{turn}-{number}"
                wanted.append(key)
                if time.monotonic() >= deadline or not _issue(operator, bank.account, key):
                    break
            print(f"round {turn}: killed after {lifetime:.3f} s")
            process.send_signal(signal.SIGKILL)
            process.wait()
            process, operator = start(given)
        # The client that heard nothing asks again, under the same key.
        operations = [_again(operator, bank.account, key) for key in wanted]
        assert len({operation["id"] for operation in operations}) == len(wanted)
        assert len({operation["tx"] for operation in operations}) == len(wanted)
        assert operator.cash(bank) == len(wanted)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        try:
            system = System.open(Settings.from_env({}, **given))
            assert reconcile(system).findings == []
            system.close()
        finally:
            chain.stop()


def start(given: dict[str, object], wait: int = 30) -> tuple[subprocess.Popen[bytes], Feiqian]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FEIQIAN_")}
    env |= {f"FEIQIAN_{name.upper()}": str(value) for name, value in given.items()}
    process = subprocess.Popen([sys.executable, "-m", "backend.cli", "up"], env=env, cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    url = f"http://127.0.0.1:{given['port']}"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the backend did not start"
        try:
            if httpx.get(f"{url}/api/v1/health", timeout=5).is_success:
                return process, Feiqian(url, "the-operator", wait=wait)
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("the backend does not answer")


def _body(account: str) -> dict[str, str]:
    return {"to": account, "amountFen": "1", "currency": "CNY"}


def _issue(operator: Feiqian, account: str, key: str) -> bool:
    try:
        operator.act("/cash/issues", _body(account), key=key, wait=0)
    except (httpx.HTTPError, Refused):
        return False
    return True


def _again(operator: Feiqian, account: str, key: str) -> dict[str, object]:
    return operator.finish(operator.act("/cash/issues", _body(account), key=key))
