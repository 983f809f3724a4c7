"""The doctor says what is wrong and what mends it, and nothing where all is well."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from backend import doctor
from backend.chain.node import Anvil
from backend.chain.outbox import operations
from backend.cli import main
from backend.config import Settings
from backend.testing import Network


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


def test_its_exit_status_says_whether_something_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEIQIAN_RPC_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("FEIQIAN_PORT", "1")
    shown = CliRunner().invoke(main, ["--home", str(tmp_path), "doctor", "--json"])
    assert shown.exit_code == 1
    checks = {one["check"]: one for one in json.loads(shown.output)["checks"]}
    assert checks["chain"]["ok"] is False and checks["Python"]["ok"] is True
    lines = CliRunner().invoke(main, ["--home", str(tmp_path), "doctor"]).output
    assert "✓ Python" in lines and "✗ chain" in lines and "→" in lines
