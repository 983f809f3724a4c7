"""The doctor says what is wrong and what mends it, and nothing where all is well."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from backend import doctor
from backend.chain.node import Anvil, Node
from backend.chain.outbox import operations
from backend.cli import main
from backend.config import DAY, Settings
from backend.testing import Network, NewDatabase


@pytest.fixture
def settings(feiqian: Network) -> Settings:
    world = feiqian.world
    assert world.chain is not None
    return world.settings.model_copy(
        update={"rpc_url": world.chain.url, "port": 1, "deployments": world.settings.deployments_folder}
    )


def wrong(settings: Settings) -> dict[str, doctor.Finding]:
    return {one.check: one for one in doctor.examine(settings) if not one.ok}


def test_a_network_that_is_well_is_well(feiqian: Network, settings: Settings) -> None:
    feiqian.registered()
    found = {one.check: one for one in doctor.examine(settings)}
    assert [one for one in found.values() if not one.ok] == []
    assert set(found) >= {
        "Python", "Node.js", "compiler", "port", "disk", "keystore", "database", "writing", "chain", "deployment",
        "lanes", "suspended", "read model", "processes", "webhooks",
    }  # fmt: skip


def test_what_is_wrong_is_named_with_what_mends_it(feiqian: Network, settings: Settings) -> None:
    system = feiqian.world.system
    system.engine.stop()
    wish = f"/participants/{feiqian.tier1.account}/acceptance-wishes"
    held = feiqian.tier1.act(wish, {"wanted": True}, wait=0)
    error = {"error": "NodeRefused", "arguments": {"reason": "no funds"}, "contract": None}
    with system.database.begin() as db:
        db.execute(update(operations).where(operations.c.id == held["id"]).values(state="suspended", error=error))
    development = system.node.development
    assert development is not None
    development.move_clock(1_000)
    for _ in range(settings.ready_lag_blocks + 1):
        development.mine()
    found = wrong(settings)
    assert set(found) == {"suspended", "lanes", "read model", "processes"}
    assert held["id"] in found["suspended"].found and "no funds" in found["suspended"].found
    assert feiqian.tier1.account in found["lanes"].found
    assert all(one.mend for one in found.values())


def test_a_chain_that_is_away_or_another_one_is_told(feiqian: Network, settings: Settings, tmp_path: Path) -> None:
    away = settings.model_copy(update={"rpc_url": "http://127.0.0.1:9"})
    assert "FEIQIAN_RPC_URL" in wrong(away)["chain"].mend
    record = feiqian.world.system.contracts.deployment
    other = settings.model_copy(update={"deployments": tmp_path})
    assert set(wrong(other)) == {"deployment"}
    moved = {**record.contracts, "Notes": "0x" + "11" * 20, "Receivables": record.contracts["Reserve"]}
    type(record)(**{**vars(record), "contracts": moved}).save(other)
    assert "Receivables" in wrong(other)["deployment"].found
    locked = settings.model_copy(update={"keystore_passphrase": "another"})
    assert "FEIQIAN_KEYSTORE_PASSPHRASE" in wrong(locked)["keystore"].mend


def test_other_code_at_a_settlement_token_is_told(feiqian: Network, settings: Settings) -> None:
    node, deployment = feiqian.world.system.node, feiqian.world.system.contracts.deployment
    method = "anvil_setCode" if isinstance(node.development, Anvil) else "evm_setAccountCode"
    code = node.rpc("eth_getCode", deployment.tokens["EUR"], "latest")
    node.rpc(method, deployment.tokens["EUR"], code[:-2] + "00")
    assert wrong(settings)["deployment"].found == "not as deployed: SettlementToken:EUR"
    older = {name: digest for name, digest in deployment.code_hashes.items() if name in deployment.contracts}
    replace(deployment, code_hashes=older, build={}, created={}).save(settings)
    assert "deployment" not in wrong(settings), "its record does not know how it was"
    deployment.save(settings)


def test_a_network_that_is_down_is_started_again(settings: Settings) -> None:
    """Its program is looked at, as nobody else's chain is joined."""
    down = settings.model_copy(update={"rpc_url": None, "rpc_port": 9})
    found = {one.check: one for one in doctor.examine(down)}
    assert found[settings.chain].ok and found[settings.chain].found
    assert "127.0.0.1:9" in found["chain"].found and found["chain"].mend == "start it with 'feiqian up'"
    assert "deployment" not in found, "nobody can say"
    assert found["processes"].ok, "where the chain is away, nobody has to read it"


def test_who_has_the_port_is_told(feiqian: Network, settings: Settings) -> None:
    assert "is free" in {one.check: one.found for one in doctor.examine(settings)}["port"]
    listener = socket.create_server(("127.0.0.1", 0))
    feiqian.world.serve(listener)
    served = settings.model_copy(update={"port": listener.getsockname()[1]})
    (port,) = (one for one in doctor.examine(served) if one.check == "port")
    assert port.ok and port.found == f"this network answers at 127.0.0.1:{served.port}"
    other = wrong(served.model_copy(update={"operator_api_key": "of another network"}))
    assert set(other) == {"port"}
    assert f"is not the network of {served.home}" in other["port"].found and "FEIQIAN_PORT" in other["port"].mend


def test_a_database_of_another_version_is_told(settings: Settings, new_database: NewDatabase) -> None:
    older = wrong(settings.model_copy(update={"database_url": new_database(empty=True)}))
    assert "at migration None of" in older["database"].found
    assert "the next start of any process migrates it" in older["database"].mend
    assert "writing" not in older, "nobody writes to it before that"


def test_a_clock_that_is_not_the_chains_is_told(
    feiqian: Network, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a chain that is shared; where one travels in time, that is what was wanted."""
    feiqian.operator.travel(days=1)
    assert "clock" not in wrong(settings)
    monkeypatch.setattr(Node, "development", None)
    clock = wrong(settings)["clock"]
    assert int(clock.found.split()[0]) > DAY // 2 and "set the clock" in clock.mend


def test_a_record_of_another_chain_and_keys_that_are_elsewhere_are_told(
    feiqian: Network, settings: Settings, tmp_path: Path
) -> None:
    deployment = feiqian.world.system.contracts.deployment
    bare = settings.model_copy(update={"home": tmp_path / "bare"})
    powers = wrong(bare)["powers"]
    assert powers.found == f"no keys for {', '.join(deployment.roles)}"
    assert str(tmp_path / "bare") in powers.mend
    other = settings.model_copy(update={"deployments": tmp_path})
    record = replace(deployment, chain_id=5).save(other)
    record.rename(tmp_path / f"{deployment.chain_id}.json")
    found = wrong(other)["deployment"]
    assert found.found == "it is of chain 5" and "FEIQIAN_DEPLOYMENTS" in found.mend


def test_its_exit_status_says_whether_something_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEIQIAN_RPC_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("FEIQIAN_PORT", "1")
    shown = CliRunner().invoke(main, ["--home", str(tmp_path), "doctor", "--json"])
    assert shown.exit_code == 1
    checks = {one["check"]: one for one in json.loads(shown.output)["checks"]}
    assert checks["chain"]["ok"] is False and checks["Python"]["ok"] is True
    lines = CliRunner().invoke(main, ["--home", str(tmp_path), "doctor"]).output
    assert "✓ Python" in lines and "✗ chain" in lines and "→" in lines
