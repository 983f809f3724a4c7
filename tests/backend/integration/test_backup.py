"""Backup while the network runs, and restore into an empty place (rules B46, B47)."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.backup import back_up, restore
from backend.chain.keystore import Keystore
from backend.cli import main
from backend.cli_operations import role
from backend.config import Settings, write_private
from backend.errors import Conflict, InvalidInput, SetupIncomplete
from backend.projections.indexer import read_model_digest
from backend.reconcile import reconcile
from backend.recovery import find_sent
from backend.system import System
from backend.testing import Network, NewDatabase
from tests.waiting import eventually

WAIT = 30.0


@pytest.fixture
def elsewhere(feiqian: Network, tmp_path: Path, new_database: NewDatabase) -> Settings:
    """Settings of an empty home and an empty database, on the same chain."""
    changes = {
        "home": tmp_path / "elsewhere",
        "deployments": tmp_path / "elsewhere" / "deployments",
        "database_url": new_database(empty=True),
    }
    return feiqian.world.settings.model_copy(update=changes)


def issue(feiqian: Network, amount: int, key: str | None = None) -> str:
    body = {"to": feiqian.tier1.account, "amountFen": str(amount), "currency": "CNY"}
    return str(feiqian.operator.act("/cash/issues", body, key=key, wait=0)["id"])


def transactions(feiqian: Network) -> int:
    system = feiqian.world.system
    return system.node.transaction_count(system.contracts.deployment.roles["issuer"])


def opened(feiqian: Network, settings: Settings) -> System:
    system = feiqian.world.system
    return System.open(settings, system.node, system.contracts.deployment)


def run(system: System, *operations: str) -> list[dict[str, Any]]:
    system.start()
    try:
        return [system.wait(one, WAIT) for one in operations]
    finally:
        system.engine.stop()


def test_what_came_after_is_found_on_the_chain_and_nothing_is_sent_twice(
    feiqian: Network, elsewhere: Settings, tmp_path: Path
) -> None:
    system, file = feiqian.world.system, tmp_path / "backup"
    before = issue(feiqian, 5)
    assert system.wait(before, WAIT)["state"] == "succeeded"
    system.engine.stop()
    waiting = [issue(feiqian, amount) for amount in (70, 70, 900)]
    made = back_up(feiqian.world.settings, file, with_secrets=True)
    assert made["block"] == system.indexer.position()
    issuer = system.contracts.deployment.roles["issuer"]
    system.engine.senders[0].step(
        [issuer], 0.0
    )  # the first two of them go out, with others that the backup does not know
    sent = run(system, *waiting[:2], issue(feiqian, 11_000), waiting[2])
    assert [one["state"] for one in sent] == 4 * ["succeeded"]
    count, supply = transactions(feiqian), system.contracts.read("SettlementToken:CNY", "totalSupply")

    assert restore(elsewhere, file) == made
    again = opened(feiqian, elsewhere)
    try:
        assert find_sent(again, made["block"]) == 3
        ended = run(again, *waiting)
        assert [one["state"] for one in ended] == 3 * ["succeeded"]
        assert [one["tx_hash"] for one in ended] == [sent[n]["tx_hash"] for n in (0, 1, 3)], "the same transactions"
        assert [one["raw"] for one in ended] == [sent[n]["raw"] for n in (0, 1, 3)]
        again.indexer.catch_up()
        assert transactions(feiqian) == count, "nothing was sent twice"
        assert again.contracts.read("SettlementToken:CNY", "totalSupply") == supply
        system.indexer.catch_up()
        assert read_model_digest(again.database) == read_model_digest(system.database)
        assert reconcile(again).findings == []
    finally:
        again.close()


def test_the_restored_network_goes_on(feiqian: Network, elsewhere: Settings, tmp_path: Path) -> None:
    """Keys open, callers are known, an earlier request is answered with its operation, and new acts go through."""
    from backend.web.app import create_app
    from backend.world import World

    body = {"to": feiqian.tier1.account, "amountFen": "5", "currency": "CNY"}
    first = feiqian.operator.act("/cash/issues", body, key="once")
    back_up(feiqian.world.settings, tmp_path / "backup", with_secrets=True)
    feiqian.world.system.engine.stop()
    restore(elsewhere, tmp_path / "backup")
    again = opened(feiqian, elsewhere)
    again.start()
    try:
        operator = World(elsewhere, None, again, create_app(again)).operator()
        assert operator.act("/cash/issues", body, key="once")["id"] == first["id"]
        tier1 = operator.acting_as(str(feiqian.tier1.token))
        assert tier1.me()["account"] == feiqian.tier1.account
        paid = tier1.act("/cash/redemptions", {"amountFen": "5", "currency": "CNY", "payoutReference": "r"})
        assert paid["state"] == "succeeded", "it was signed with a key out of the backup"
    finally:
        again.close()


def test_where_nothing_waits_nothing_is_looked_for(feiqian: Network, elsewhere: Settings, tmp_path: Path) -> None:
    system = feiqian.world.system
    assert system.wait(issue(feiqian, 5), WAIT)["state"] == "succeeded"
    made = back_up(feiqian.world.settings, tmp_path / "backup", with_secrets=True)
    assert system.wait(issue(feiqian, 5), WAIT)["state"] == "succeeded"
    restore(elsewhere, tmp_path / "backup")
    again = opened(feiqian, elsewhere)
    try:
        assert find_sent(again, made["block"]) == 0
    finally:
        again.close()


def test_from_the_command_line(
    feiqian: Network, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what it wrote, what is to be kept apart, and what it found on the chain."""
    settings, chain = feiqian.world.settings, feiqian.world.chain
    assert chain is not None

    def ask(of: Settings, *command: str, url: str = "", expect: int = 0) -> str:
        monkeypatch.setenv("FEIQIAN_DATABASE_URL", of.database)
        monkeypatch.setenv("FEIQIAN_DEPLOYMENTS", str(of.deployments_folder))
        joined = ["--rpc-url", url] if url else []
        done = CliRunner().invoke(main, ["--home", str(of.home), *joined, *command])
        assert done.exit_code == expect, done.output
        return done.output

    feiqian.world.system.engine.stop()
    waiting = issue(feiqian, 70)
    whole, without = str(tmp_path / "whole"), str(tmp_path / "without")
    assert "whoever reads the file can sign for everybody" in ask(settings, "backup", "--with-secrets", whole)
    said = ask(settings, "backup", without)
    assert f"keep {settings.home / 'secret'} apart" in said and "sign for everybody" not in said
    assert f"{Path(without).stat().st_size:,} bytes" in said
    assert [one["state"] for one in run(feiqian.world.system, waiting)] == ["succeeded"]

    with role(elsewhere):
        assert f"another feiqian works on {elsewhere.home}" in ask(elsewhere, "restore", whole, expect=1)
    said = ask(elsewhere, "restore", whole, url=chain.url)
    assert "1 operations that waited were sent after the backup" in said
    third = elsewhere.model_copy(
        update={"home": tmp_path / "third", "deployments": tmp_path / "third" / "deployments", "database_url": None}
    )
    if settings.database.startswith("sqlite"):  # a backup goes into a database of its own kind
        (line,) = ask(third, "restore", whole).splitlines()
        assert line.startswith("restored up to block"), "there is no chain yet to look at"


def test_what_was_sent_in_another_way_is_not_taken_for_ours(
    feiqian: Network, elsewhere: Settings, tmp_path: Path
) -> None:
    """B47: something else has used the key; what waited is still to be sent."""
    system = feiqian.world.system
    system.engine.stop()
    operation = system.outbox.operation(issue(feiqian, 70))
    made = back_up(feiqian.world.settings, tmp_path / "backup", with_secrets=True)
    node, signer = system.node, operation["signer"]
    price = node.gas_price(node.head())
    signed = system.keystore.account(signer).sign_transaction(
        {
            "type": 2,
            "chainId": node.chain_id,
            "nonce": node.transaction_count(signer),
            "gas": 300_000,
            "value": 0,
            "maxFeePerGas": price,
            "maxPriorityFeePerGas": 1,
            "to": operation["to"],
            "data": operation["data"],
        }
    )
    sent = node.rpc("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
    eventually(lambda: node.rpc("eth_getTransactionReceipt", sent))
    restore(elsewhere, tmp_path / "backup")
    again = opened(feiqian, elsewhere)
    try:
        assert find_sent(again, made["block"]) == 0
        assert again.outbox.operation(operation["id"])["state"] == "pending"
    finally:
        again.close()


def test_secrets_are_in_it_only_where_that_was_asked_for(feiqian: Network, elsewhere: Settings, tmp_path: Path) -> None:
    settings = feiqian.world.settings
    secret = settings.secret("secret").encode()
    for with_secrets in (False, True):
        file = tmp_path / f"backup-{with_secrets}"
        assert back_up(settings, file, with_secrets=with_secrets)["secrets"] is with_secrets
        assert (secret in file.read_bytes()) is with_secrets
        assert file.stat().st_mode & 0o077 == 0, "for its owner alone"
        with tarfile.open(file) as archive:
            names = archive.getnames()
        assert {"secret"} & set(names) == ({"secret"} if with_secrets else set())
        assert f"keystore/{feiqian.tier1.account.lower()}.json" in names
        assert any(name.startswith("deployments/") for name in names)
    with pytest.raises(SetupIncomplete, match="put the passphrase"):
        restore(elsewhere, tmp_path / "backup-False")
    elsewhere.home.mkdir(parents=True)
    write_private(elsewhere.home / "secret", secret.decode())
    restore(elsewhere, tmp_path / "backup-False")
    assert Keystore(elsewhere).account(feiqian.tier1.account).address == feiqian.tier1.account


def test_nothing_is_overwritten(feiqian: Network, elsewhere: Settings, tmp_path: Path) -> None:
    file, settings = tmp_path / "backup", feiqian.world.settings
    back_up(settings, file, with_secrets=True)
    with pytest.raises(Conflict, match="empty home"):
        restore(settings, file)
    with pytest.raises(Conflict, match="empty home"):
        restore(elsewhere.model_copy(update={"database_url": settings.database_url}), file)
    restore(elsewhere, file)
    with pytest.raises(Conflict, match="empty home"):
        restore(elsewhere, file)


def test_what_is_no_backup_is_refused(feiqian: Network, elsewhere: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.tar"
    (tmp_path / "file").write_text("hello")
    with tarfile.open(other, "w") as archive:
        archive.add(tmp_path / "file", "backup.json")
    with pytest.raises(InvalidInput, match="no backup"):
        restore(elsewhere, other)
    with pytest.raises(InvalidInput, match="no backup"):
        restore(elsewhere, tmp_path / "file")
    back_up(feiqian.world.settings, other, with_secrets=True)
    newer = tmp_path / "newer.tar"
    (tmp_path / "manifest").write_text('{"format": 99, "database": "sqlite", "block": 1, "secrets": true}')
    with tarfile.open(newer, "w") as archive:
        archive.add(tmp_path / "manifest", "backup.json")
        archive.add(tmp_path / "file", "")
    with pytest.raises(InvalidInput, match="not made by this version"):
        restore(elsewhere, newer)
    with tarfile.open(other, "a") as archive:
        archive.add(tmp_path / "file", "../outside")
    with pytest.raises(InvalidInput, match=r"\.\./outside"):
        restore(elsewhere, other)
    assert not elsewhere.home.exists()


def test_before_any_network_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path / "home")
    with pytest.raises(SetupIncomplete, match="no database yet"):
        back_up(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_backup_that_fails_leaves_nothing(feiqian: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setattr("backend.backup._kept_files", lambda *_, **__: [tmp_path / "is-not-there"])
    with pytest.raises((OSError, ValueError)):
        back_up(feiqian.world.settings, tmp_path / "out" / "backup")
    assert list((tmp_path / "out").iterdir()) == []
