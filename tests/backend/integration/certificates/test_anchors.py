"""What a certificate is held against, and the command that does it (rules Z5 and Z6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eth_account import Account

from backend.certificates.anchors import of_deployment, on_chain
from backend.certificates.checking import check, failures
from backend.chain.contracts import Deployment
from backend.chain.node import Node
from backend.cli import main
from backend.config import Settings
from backend.queries.audit import rows
from backend.testing import Network

from .maker import made, names, parsed, signed


@pytest.fixture
def file(feiqian: Network) -> bytes:
    return made(feiqian, "note", feiqian.confirmed(amount=1_000_000)[1])


Verify = Callable[..., Result]


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """`feiqian verify` with a home in which there is nothing: no database, no keys, no backend."""

    def run(file: bytes, *options: str, language: str = "C.UTF-8") -> Result:
        (tmp_path / "certificate.json").write_bytes(file)
        monkeypatch.setenv("LC_ALL", language)
        home = tmp_path / "home"
        result = CliRunner().invoke(main, ["--home", str(home), "verify", str(tmp_path / "certificate.json"), *options])
        assert not home.exists(), "it leaves nothing behind"
        return result

    return run


def test_a_genuine_one_holds_with_a_node_alone(feiqian: Network, file: bytes, verify: Verify) -> None:
    """Rule Z6."""
    result = verify(file, "--rpc", feiqian.world.system.node.url)
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output and "✓ Value: 10,000.00 CNY" in result.output
    assert "· " in result.output, "a name is said, not proven"
    address = parsed(file)["contracts"]["Receivables"]["address"]
    assert f"· compare Receivables at {address} with what the platform publishes" in result.output


def test_a_genuine_one_holds_with_the_hash_alone(file: bytes, verify: Verify, no_node: None) -> None:
    """Rule Z6: nothing is asked of anybody."""
    block_hash = parsed(file)["block"]["hash"]
    assert verify(file, "--block-hash", block_hash).exit_code == 0
    assert verify(file, "--block-hash", block_hash.upper().replace("0X", "0x")).exit_code == 0
    wrong = verify(file, "--block-hash", "0x" + "11" * 32)
    assert wrong.exit_code == 1 and "✗ the block is the one that was given" in wrong.output


def test_without_either_it_is_anchored_to_nothing(file: bytes, verify: Verify, no_node: None) -> None:
    """Rule Z6: it agrees with itself, which is not enough, and says so by its status."""
    result = verify(file)
    assert result.exit_code == 3
    assert "consistent, but anchored to nothing" in result.output
    assert "自洽,但未与任何可信来源核对" in verify(file, language="zh_CN.UTF-8").output


def test_the_terminal_may_speak_chinese(feiqian: Network, file: bytes, verify: Verify) -> None:
    result = verify(file, "--rpc", feiqian.world.system.node.url, language="zh_CN.UTF-8")
    assert result.exit_code == 0
    assert "✓ 凭证金额:10,000.00 CNY" in result.output and "全部属实" in result.output


def test_an_altered_one_is_crossed_out(feiqian: Network, file: bytes, verify: Verify) -> None:
    altered = file.replace(b'"valueFen":"1000000"', b'"valueFen":"9000000"')
    result = verify(altered, "--rpc", feiqian.world.system.node.url)
    assert result.exit_code == 1
    assert "✗ Value: the certificate says 9000000, the chain has 1000000" in result.output
    assert "do not rely on it" in result.output


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\x00\xff" * 100, b"[" * 10_000, b"x" * 600_000], ids=len)
def test_what_is_no_certificate_is_one_line(content: bytes, verify: Verify) -> None:
    result = verify(content, "--block-hash", "0x00")
    assert result.exit_code == 1
    assert result.output.count("✗") == 1 and "Traceback" not in result.output


def test_a_node_that_is_not_there_proves_nothing(file: bytes, verify: Verify) -> None:
    for url in ("http://127.0.0.1:9", "nonsense", "ftp://127.0.0.1/"):
        result = verify(file, "--rpc", url)
        assert result.exit_code == 1, (url, result.output)
        assert "✗ the node answers" in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)


def test_the_command_makes_what_it_checks(
    feiqian: Network, file: bytes, verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, node = feiqian.world.settings, feiqian.world.system.node
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FEIQIAN_DEPLOYMENTS", str(settings.deployments_folder))
    run = ["--rpc-url", node.url, "--home", str(settings.home), "certificate"]
    out, pdf = tmp_path / "note.json", tmp_path / "note.pdf"
    made_now = CliRunner().invoke(main, [*run, "note", parsed(file)["id"], "--out", str(out), "--pdf", str(pdf)])
    assert made_now.exit_code == 0, made_now.output
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert verify(out.read_bytes(), "--rpc", node.url).exit_code == 0
    shown = CliRunner().invoke(main, [*run, "note", parsed(file)["id"]])
    assert parsed(shown.stdout_bytes)["kind"] == "note"
    refused = CliRunner().invoke(main, [*run, "note", "4711"])
    assert refused.exit_code == 1 and "no note 4711" in refused.output
    kept = [(row["route"], row["object"]) for row in rows(feiqian.world.system.database, last=2)]
    assert kept == [("feiqian certificate", f"note/{parsed(file)['id']}")] * 2, "each that was made (rule Y4)"


def test_a_block_that_was_taken_back(feiqian: Network) -> None:
    """Rule Z6: the chain went on without it, with another block of that number."""
    node = feiqian.world.system.node
    development = node.development
    assert development is not None
    _, note = feiqian.confirmed()
    feiqian.world.system.engine.stop()  # the read model does not follow
    snapshot = development.snapshot()
    development.mine()
    file = made(feiqian, "note", note)
    assert _against(file, feiqian) == []
    development.revert(snapshot)
    assert "node" in _against(file, feiqian), "its number is not there any more"
    development.move_clock(60)
    for _ in range(8):
        development.mine()
    assert "node" in _against(file, feiqian), "another block has its number"


def test_a_block_that_may_still_be_taken_back(feiqian: Network, file: bytes) -> None:
    """Rule Z6: as many blocks on top as the network needs."""
    needs = Settings.from_env({}, confirmations=50)
    found = check(file).certificate
    assert found is not None
    assert names(failures(on_chain(found, feiqian.world.system.node, needs))) == ["depth"]


def test_another_chain(feiqian: Network, file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Node, "chain_id", 5)
    assert "chain" in _against(file, feiqian)


def test_contracts_of_a_stranger(feiqian: Network, file: bytes, verify: Verify, tmp_path: Path) -> None:
    """Rule Z5: whoever deploys contracts of his own proves what he likes of them; so a checker may say which it trusts."""
    deployment = feiqian.world.system.contracts.deployment
    record = tmp_path / "1337.json"
    rpc = ("--rpc", feiqian.world.system.node.url, "--deployment", str(record))
    record.write_text(_json(deployment))
    assert verify(file, *rpc).exit_code == 0
    others = {**deployment.contracts, "Receivables": Account.create().address}
    record.write_text(_json(deployment, contracts=others))
    result = verify(file, *rpc)
    assert result.exit_code == 1 and "✗ the contracts are those of the deployment" in result.output
    record.write_text("{")
    assert verify(file, *rpc).exit_code == 1


def test_contracts_that_are_not_each_others(feiqian: Network, file: bytes) -> None:
    """Rule Z5: the note of one deployment with the participants of another is not the node's."""
    certificate = parsed(file)
    certificate["contracts"]["Participants"]["address"] = certificate["contracts"]["Authority"]["address"]
    assert "contracts" in _against(signed(feiqian, certificate), feiqian)
    certificate = parsed(file)
    del certificate["contracts"]["Adjustments"]
    assert "contracts" in _against(signed(feiqian, certificate), feiqian), "what it needs is not there"


@pytest.fixture
def no_node(monkeypatch: pytest.MonkeyPatch, file: bytes) -> None:
    def never(self: Node, method: str, *params: Any) -> Any:
        raise AssertionError(f"{method} was asked")

    monkeypatch.setattr(Node, "rpc", never)


def _against(file: bytes, network: Network) -> list[str]:
    found = check(file).certificate
    assert found is not None
    system = network.world.system
    return names(failures([*on_chain(found, system.node, system.settings), of_deployment(found, _own(network))]))


def _own(network: Network) -> Deployment:
    return network.world.system.contracts.deployment


def _json(deployment: Deployment, **changes: Any) -> str:
    return json.dumps(asdict(deployment) | changes)
