"""What a network is laid out with, and how it is found out whether it can be (rules B61, B65)."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from eth_account import Account

from backend.chain.finality import CLIQUE_CONFIRMATIONS, confirmations
from backend.cli import main
from backend.config import Settings
from backend.errors import InvalidInput, SetupIncomplete
from backend.network import Network
from backend.network import install as installing
from backend.network.genesis import VALIDATORS, Layout, lay_out, seat_folder


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return lay_out(tmp_path / "network", Settings.from_env({}, home=tmp_path, network_port=0, network_block_seconds=3))


def test_each_validator_has_its_own(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "network"
    assert len(layout.seats) == VALIDATORS == len({seat.account for seat in layout.seats})
    listens = set()
    for seat in layout.seats:
        own = seat_folder(folder, seat.number)
        config = tomllib.loads((own / "config.toml").read_text())
        host, _, port = config["Node"]["P2P"]["ListenAddr"].partition(":")
        assert host == "127.0.0.1"
        assert seat.enode.endswith(f"@127.0.0.1:{port}")
        assert seat.enode not in config["Node"]["P2P"]["TrustedNodes"]
        listens |= {int(port), seat.rpc_port}
        (kept,) = (own / "keystore").iterdir()
        key = Account.decrypt(json.loads(kept.read_text()), (own / "password").read_text())
        assert Account.from_key(key).address == seat.account
        for secret in (kept, own / "password", own / "nodekey"):
            assert secret.stat().st_mode & 0o077 == 0
    assert len(listens) == 2 * VALIDATORS


def test_the_first_block_names_them_and_knows_no_base_fee(layout: Layout, tmp_path: Path) -> None:
    first = json.loads((tmp_path / "network" / "genesis.json").read_text())
    extra = bytes.fromhex(first["extraData"][2:])
    named = [extra[at : at + 20] for at in range(32, len(extra) - 65, 20)]
    assert named == sorted(bytes.fromhex(seat.account[2:]) for seat in layout.seats)
    assert first["config"]["clique"]["period"] == 3
    assert first["config"]["chainId"] == layout.chain_id
    assert "londonBlock" not in first["config"]


def test_it_is_read_as_it_was_written(layout: Layout, tmp_path: Path) -> None:
    assert Layout.load(tmp_path / "network") == layout
    assert Layout.load(tmp_path / "elsewhere") is None


def test_ports_in_a_row(tmp_path: Path) -> None:
    made = lay_out(tmp_path / "network", Settings.from_env({}, home=tmp_path, network_port=23_400))
    assert [seat.rpc_port for seat in made.seats] == [23_400, 23_401, 23_402, 23_403]
    assert [int(seat.enode.rpartition(":")[2]) for seat in made.seats] == [23_404, 23_405, 23_406, 23_407]


def test_no_two_networks_share_a_number(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path, network_port=0)
    assert len({lay_out(tmp_path / str(n), settings).chain_id for n in range(3)}) == 3


@pytest.mark.parametrize("sides", [[{1, 2}, {3}], [{1, 2}, {2, 3, 4}], [{1, 2}, {3, 5}]])
def test_sides_that_leave_one_out_or_have_one_twice(layout: Layout, tmp_path: Path, sides: list[set[int]]) -> None:
    with pytest.raises(InvalidInput, match="every validator once"):
        Network(tmp_path / "network", layout, tmp_path / "geth").partition(*sides)


def test_without_geth_and_go_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installing, "CACHE", tmp_path)
    monkeypatch.setattr(installing, "_GO", tmp_path / "go")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not installing.can_install()
    with pytest.raises(SetupIncomplete, match=r"geth 1\.13\.15.*Go"):
        installing.install()
    done = CliRunner().invoke(main, ["--home", str(tmp_path), "network", "up"])
    assert done.exit_code == 1
    assert "install it, or Go" in done.output


@pytest.mark.parametrize(("version", "taken"), [("1.13.15-stable", True), ("1.14.12-stable", False)])
def test_only_a_geth_that_seals_clique_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, taken: bool
) -> None:
    other = tmp_path / "geth"
    other.write_text(f"#!/bin/sh\necho Geth\necho Version: {version}\n")
    other.chmod(0o755)
    monkeypatch.setattr(installing, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert installing.geth() == (other if taken else None)


def test_a_home_without_a_network(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--home", str(tmp_path), "network", "status"])
    assert done.exit_code == 1
    assert "feiqian network up" in done.output


class Paper:
    """A node whose latest block has the header that is given."""

    def __init__(self, **header: Any) -> None:
        self._header = header

    def rpc(self, _method: str, *_: Any) -> Any:
        return self._header


CLIQUE = {"difficulty": "0x2", "mixHash": "0x" + "00" * 32, "extraData": "0x" + "00" * (32 + 65)}
QBFT = CLIQUE | {"difficulty": "0x1", "mixHash": "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"}
GANACHE = {"difficulty": "0x1", "mixHash": "0x" + "00" * 32, "extraData": "0x"}


@pytest.mark.parametrize(("header", "behind"), [(CLIQUE, CLIQUE_CONFIRMATIONS), (QBFT, 0), (GANACHE, 0)])
def test_how_far_behind_the_head_is_read(header: dict[str, str], behind: int) -> None:
    node: Any = Paper(**header)
    assert confirmations(node, Settings.from_env({})) == behind
    assert confirmations(node, Settings.from_env({}, confirmations=5)) == 5
    assert confirmations(node, Settings.from_env({"FEIQIAN_CONFIRMATIONS": "0"})) == 0
