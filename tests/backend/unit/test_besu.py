"""The files for Besu agree with each other and keep what deploy/besu/README.md says. That Besu takes them is not tested:
there is none here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rlp
import yaml
from eth_keys.datatypes import PrivateKey

from backend.config import ROOT

BESU = ROOT / "deploy" / "besu"
ACCOUNT = "0x" + "Ab" * 20


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("besu")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def validators() -> dict[str, Any]:
    services = yaml.safe_load((BESU / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return {name: service for name, service in services.items() if name.startswith("validator-")}


def make(folder: Path, *accounts: str) -> None:
    given = [part for account in (ACCOUNT, *accounts) for part in ("--account", account)]
    subprocess.run([sys.executable, BESU / "make_network.py", "--folder", folder, *given], check=True, cwd=ROOT)


def test_it_says_that_it_was_not_run() -> None:
    for name in ("compose.yaml", "README.md"):
        assert "not run here" in (BESU / name).read_text(encoding="utf-8").lower()


def test_nothing_is_open_to_the_outside(validators: dict[str, Any]) -> None:
    assert len(validators) == 4
    for service in validators.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        offered = service["environment"]["BESU_RPC_HTTP_API"].split(",")
        assert not {"ADMIN", "DEBUG", "MINER", "PERM"} & set(offered)
        assert service["environment"]["BESU_DISCOVERY_ENABLED"] == "false"


def test_who_connects_and_who_sends_is_asked(validators: dict[str, Any], network: Path) -> None:
    for service in validators.values():
        for who in ("NODES", "ACCOUNTS"):
            assert service["environment"][f"BESU_PERMISSIONS_{who}_CONFIG_FILE_ENABLED"] == "true"
            assert service["environment"][f"BESU_PERMISSIONS_{who}_CONFIG_FILE"] == "/config/permissions.toml"
    written = (network / "config" / "permissions.toml").read_text()
    accounts = written.partition("accounts-allowlist=")[2]
    assert [account.lower() for account in json.loads(accounts)] == [ACCOUNT.lower()]


def test_each_validator_is_where_the_others_look_for_it(validators: dict[str, Any], network: Path) -> None:
    enodes = json.loads((network / "config" / "static-nodes.json").read_text())
    for number, enode in enumerate(enodes, 1):
        service = validators[f"validator-{number}"]
        address = service["networks"]["consortium"]["ipv4_address"]
        assert enode.endswith(f"@{address}:{service['environment']['BESU_P2P_PORT']}")
        assert service["environment"]["BESU_P2P_HOST"] == address
        assert PrivateKey(key(network, number)).public_key.to_bytes().hex() in enode
        assert service["secrets"] == [{"source": f"nodekey-{number}", "target": "nodekey"}]
        assert enode in (network / "config" / "permissions.toml").read_text()


def test_the_genesis_names_the_validators_and_takes_no_fee(network: Path) -> None:
    genesis = json.loads((network / "config" / "genesis.json").read_text())
    vanity, named, vote, turn, seals = rlp.decode(bytes.fromhex(genesis["extraData"][2:]))
    assert (len(vanity), vote, turn, seals) == (32, [], b"", [])
    addresses = [PrivateKey(key(network, number)).public_key.to_canonical_address() for number in (1, 2, 3, 4)]
    assert named == sorted(addresses)
    assert genesis["config"]["zeroBaseFee"] is True
    assert genesis["config"]["qbft"]["blockperiodseconds"] == 2


def test_what_was_made_once_is_kept(network: Path) -> None:
    before = [key(network, number) for number in (1, 2, 3, 4)], (network / "config" / "genesis.json").read_text()
    other = "0x" + "Cd" * 20
    make(network, other)
    after = [key(network, number) for number in (1, 2, 3, 4)], (network / "config" / "genesis.json").read_text()
    assert before == after
    assert other.lower() in (network / "config" / "permissions.toml").read_text().lower()
    assert all((network / "keys" / str(number) / "nodekey").stat().st_mode & 0o077 == 0 for number in (1, 2, 3, 4))


def key(network: Path, number: int) -> bytes:
    return bytes.fromhex((network / "keys" / str(number) / "nodekey").read_text())
