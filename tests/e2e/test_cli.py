"""The command line as a user types it, in processes of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest

from backend import detached
from backend.chain.node import free_port
from backend.config import DAY, ROOT, Settings
from backend.processes import hold
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
    settings = own_settings(tmp_path_factory.mktemp("home"))
    feiqian("up", "--detach", **settings)
    yield settings
    feiqian("down", **settings)


def own_settings(home: Path) -> dict[str, object]:
    return {
        "home": home,
        "port": free_port(),
        "rpc_port": free_port(),
        "keystore_rounds": 2,
        "chain": CHAIN,
        "currencies": "CNY",
    }


def pid_of(settings: dict[str, object], name: str = "feiqian.pid") -> int:
    return int((Path(str(settings["home"])) / name).read_text())


def nothing_runs_in(home: Path) -> bool:
    listed = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    return str(home) not in listed and hold(home / "lock") is not None


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


def test_position_and_reconcile_speak_of_the_running_network(network: dict[str, object]) -> None:
    operator = _operator(network)
    bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
    operator.attest_reserve(10**9, "statement")
    operator.issue_cash(bank, 123_456)
    assert "1,234.56" in feiqian("position", bank.account, **network)
    assert json.loads(feiqian("reconcile", "--json", **network).splitlines()[-1])["findings"] == []


def test_nothing_is_rebuilt_under_a_running_network(network: dict[str, object]) -> None:
    """Rule B16. The API would answer 404 for what is not read yet."""
    operator = _operator(network)
    carrier = operator.register("Canal Boats", "BOATS-1", ["carrier"])
    out = feiqian("rebuild", expect=1, **network)
    assert "feiqian down" in out
    assert "Traceback" not in out
    assert carrier.account in {party["account"] for party in operator.participants()}


def test_up_again_says_that_it_runs(network: dict[str, object]) -> None:
    before = pid_of(network)
    assert "it runs already" in feiqian("up", "--detach", **network)
    assert pid_of(network) == before
    out = feiqian("up", "--detach", expect=1, **{**network, "port": free_port()})
    assert "FEIQIAN_PORT" in out, "it runs, but not there"
    out = feiqian("up", expect=1, **{**network, "port": free_port(), "rpc_port": free_port()})
    assert "another feiqian" in out
    assert httpx.get(f"http://127.0.0.1:{network['port']}/api/v1/health").is_success


def test_another_network_at_the_port_is_not_ours(network: dict[str, object], tmp_path: Path) -> None:
    """Rule B15."""
    settings = {**own_settings(tmp_path / "home"), "port": network["port"]}
    for arguments in (["up", "--detach"], ["up"]):
        out = feiqian(*arguments, expect=1, **settings)
        assert "FEIQIAN_PORT" in out and str(network["port"]) in out
        assert "Traceback" not in out
        assert not (tmp_path / "home" / "feiqian.pid").exists()
        assert nothing_runs_in(tmp_path / "home")


def test_what_is_no_network_at_all_at_the_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {**own_settings(tmp_path / "home"), "port": taken.getsockname()[1]}
        started = time.monotonic()
        assert "FEIQIAN_PORT" in feiqian("up", "--detach", expect=1, **settings)
        assert time.monotonic() - started < 30
        assert nothing_runs_in(tmp_path / "home")
    assert "FEIQIAN_PORT" in feiqian("up", expect=1, **{**settings, "port": 99_999})
    assert "FEIQIAN_HOST" in feiqian("up", expect=1, **settings, host="no host")


def test_a_start_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {**own_settings(tmp_path / "home"), "rpc_port": taken.getsockname()[1]}
        out = feiqian("up", "--detach", expect=1, **settings)
    assert "FEIQIAN_RPC_PORT" in out
    assert not (tmp_path / "home" / "feiqian.pid").exists()
    assert nothing_runs_in(tmp_path / "home")


def test_a_life_of_a_network_with_a_dead_chain_in_it(tmp_path: Path) -> None:
    """Rules B13 to B16: started over a stale pid file, moved on in time, its chain killed, ended, rebuilt, started again."""
    settings = own_settings(tmp_path / "a home")
    home = Path(str(settings["home"]))
    home.mkdir()
    stranger = subprocess.Popen(["sleep", "300"])
    try:
        (home / "feiqian.pid").write_text(str(stranger.pid))
        out = feiqian("down", **settings)
        assert "had ended already" in out and f"process {stranger.pid} is another program" in out
        (home / "feiqian.pid").write_text(str(stranger.pid))
        assert "it runs already" not in feiqian("up", "--detach", **settings)
        assert stranger.poll() is None, "it was left alone"
    finally:
        stranger.kill()
        stranger.wait()
    try:
        operator = _operator(settings)
        bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
        operator.attest_reserve(10**9, "statement")
        operator.issue_cash(bank, 123_456)
        then = operator.travel(days=90)
        time.sleep(2)  # Anvil writes its blocks down once a second
        os.kill(pid_of(settings, "chain/pid"), signal.SIGKILL)
        out = feiqian("up", "--detach", expect=1, **settings)
        assert "it runs already" not in out
        assert "not well" in out and "feiqian down" in out
        assert "Traceback" not in out
    finally:
        assert "is down" in feiqian("down", **settings)
    assert nothing_runs_in(home)
    assert "rebuilt" in feiqian("rebuild", **settings)
    assert nothing_runs_in(home)
    feiqian("up", "--detach", **settings)
    try:
        operator = _operator(settings)
        assert operator.cash(bank) == 123_456
        assert then <= operator.now() < then + DAY, "time did not go back"
    finally:
        feiqian("down", **settings)


def test_two_that_start_one_home_do_not_meet(tmp_path: Path) -> None:
    with hold(tmp_path / "starting") or pytest.fail("nobody starts it"):
        out = feiqian("up", "--detach", expect=1, **own_settings(tmp_path))
    assert "another 'feiqian up --detach' is starting" in out
    assert not (tmp_path / "feiqian.pid").exists() and nothing_runs_in(tmp_path)


def test_the_process_of_a_pid_file_is_gone(tmp_path: Path) -> None:
    """Rule B14."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    for stale in (str(gone.pid), "nonsense", ""):
        (tmp_path / "feiqian.pid").write_text(stale)
        out = feiqian("down", home=tmp_path)
        assert "it had ended already" in out and "another program" not in out
        assert not (tmp_path / "feiqian.pid").exists()


def test_a_network_that_does_not_end_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule B14: it is not said to be down, and its pid file stays for the next try."""
    monkeypatch.setattr(detached, "END_SECONDS", 0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(120)"
    command = [sys.executable, "-c", deaf, "-m", "backend.cli", "--home", str(tmp_path), "up"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline()
        (tmp_path / "feiqian.pid").write_text(str(process.pid))
        with pytest.raises(click.ClickException, match=f"process {process.pid} does not end; see .*feiqian.log"):
            detached.end(Settings.from_env({}, home=tmp_path))
        assert process.poll() is None and pid_of({"home": tmp_path}) == process.pid
    finally:
        process.kill()
        process.wait()


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


def test_commands_before_any_network_say_so(tmp_path: Path) -> None:
    """Rule B17."""
    for home in (tmp_path, tmp_path / "nowhere"):
        account = "0x" + "1" * 40
        for command in (["position", account], ["statement", account], ["lineage", "1"], ["rebuild"]):
            out = feiqian(*command, expect=1, home=home, rpc_port=free_port())
            assert f"no network in {home}" in out
            assert out.count("\n") == 1
    assert not (tmp_path / "nowhere").exists()
    assert os.listdir(tmp_path) == []


def test_a_database_that_cannot_be_used(tmp_path: Path) -> None:
    for url in ("sqlite:////nowhere/at/all.db", f"sqlite:///{tmp_path / 'empty.db'}", "nonsense"):
        out = feiqian("position", "0x" + "1" * 40, expect=1, home=tmp_path, database_url=url)
        assert "FEIQIAN_DATABASE_URL" in out
        assert out.count("\n") == 1


def test_a_home_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    out = feiqian("up", "--detach", expect=1, home=tmp_path / "file", port=free_port())
    assert str(tmp_path / "file") in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("name", "value"), [("port", "abc"), ("chain", "bitcoin"), ("rpc_timeout", "soon"), ("log_json", "perhaps")]
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    out = feiqian("position", "0x" + "1" * 40, expect=2, **{"home": tmp_path, name: value})
    assert f"FEIQIAN_{name.upper()} is '{value}'" in out
    assert out.count("\n") == 1


def test_reading_an_invoice_touches_no_chain() -> None:
    out = feiqian("invoice", "read", "samples/invoices/demo-battery-cny.xml", rpc_url="http://127.0.0.1:1")
    facts = json.loads(out)
    assert facts["number"] == "BAT-2026-0117"
    assert facts["payable"] == "100000000"
