"""Rule Y10. What was deployed is what the sources make; whatever was changed on the way is found and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.chain import building
from backend.chain.building import NEEDED, clean_build, locked, masked
from backend.chain.compile import Artifact, artifacts
from backend.chain.contracts import Deployment
from backend.chain.node import Anvil
from backend.chain.verification import Compared, against_cache, against_chain, against_record
from backend.cli import main
from backend.config import ROOT
from backend.errors import SetupIncomplete
from backend.testing import Network

Built = dict[str, Artifact]


@pytest.fixture(scope="module")
def built() -> Built:
    return clean_build()


@pytest.fixture
def deployment(feiqian: Network) -> Deployment:
    return feiqian.world.system.contracts.deployment


def different(found: Iterator[Compared]) -> dict[str, str]:
    return {one.contract: one.what for one in found if one.outcome == "different"}


def test_all_that_was_deployed_is_what_the_sources_make(feiqian: Network, built: Built, deployment: Deployment) -> None:
    found = [
        *against_cache(built, artifacts()),
        *against_record(built, deployment),
        *against_chain(built, deployment, feiqian.world.system.node),
    ]
    assert {one.outcome for one in found} == {"same"}, [one for one in found if one.outcome != "same"]
    for name in deployment.places:
        assert sum(one.contract == name for one in found) == 5, name
    assert len(deployment.places) == 19


def test_code_that_was_changed_on_the_chain(feiqian: Network, built: Built, deployment: Deployment) -> None:
    node, address = feiqian.world.system.node, deployment.contracts["Settlement"]
    method = "anvil_setCode" if isinstance(node.development, Anvil) else "evm_setAccountCode"
    code = bytearray(bytes.fromhex(node.rpc("eth_getCode", address, "latest")[2:]))
    immutable, _ = built["Settlement"].immutables[0]
    for at in (0, len(code) - 20, immutable):  # the first instruction; the hash of the metadata; what is masked
        changed = bytearray(code)
        changed[at] ^= 1
        node.rpc(method, address, "0x" + changed.hex())
        assert different(against_chain(built, deployment, node)) == {"Settlement": "code on the chain"}, at
    node.rpc(method, address, "0x" + code[:-1].hex())
    assert different(against_chain(built, deployment, node)) == {"Settlement": "code on the chain"}
    node.rpc(method, address, "0x")
    (missing,) = (one for one in against_chain(built, deployment, node) if one.outcome == "different")
    assert missing.contract == "Settlement" and "there is none" in missing.seen


def test_a_record_that_was_changed(feiqian: Network, built: Built, deployment: Deployment) -> None:
    node = feiqian.world.system.node

    def changed(**parts: Any) -> Iterator[Compared]:
        return against_record(built, replace(deployment, build=deployment.build | parts))

    code = deployment.build["code"]
    for what in ("creation", "runtime"):
        forged = code | {"Loans": code["Loans"] | {what: "0x" + "00" * 32}}
        assert different(changed(code=forged)) == {"Loans": f"{what} code recorded"}
    assert different(changed(compiler="0.8.29+commit.ab55807c")) == {"": "compiler"}
    assert different(changed(settings=deployment.build["settings"] | {"evmVersion": "shanghai"})) == {"": "settings"}
    renamed = replace(deployment, contracts=deployment.contracts | {"Backdoor": deployment.roles["admin"]})
    assert different(against_record(built, renamed)) == {"Backdoor": "source"}
    assert not any(one.contract == "Backdoor" for one in against_chain(built, renamed, node)), (
        "there is nothing to hold it against"
    )


def test_a_record_that_says_too_little_is_not_taken_for_good(
    feiqian: Network, built: Built, deployment: Deployment
) -> None:
    older = replace(deployment, build={}, created={}, code_hashes={})
    assert {one.outcome for one in against_record(built, older)} == {"not compared"}
    found = list(against_chain(built, older, feiqian.world.system.node))
    made = {one.contract for one in found if one.what == "transaction that made it" and one.outcome == "not compared"}
    assert made == deployment.places.keys()
    assert all(one.outcome == "same" for one in found if one.what == "code on the chain")
    torn = replace(deployment, build={"compiler": None, "code": "0x"})
    assert {one.outcome for one in against_record(built, torn)} == {"not compared"}


def test_a_contract_that_was_made_otherwise(feiqian: Network, built: Built, deployment: Deployment) -> None:
    node, loans = feiqian.world.system.node, deployment.created["Loans"]

    def changed(**parts: str) -> dict[str, str]:
        forged = replace(deployment, created=deployment.created | {"Loans": loans | parts})
        return different(against_chain(built, forged, node))

    made = {"Loans": "transaction that made it"}
    assert changed(transaction=deployment.created["Prices"]["transaction"]) == made, "of another contract"
    assert changed(transaction="0x" + "ab" * 32) == changed(transaction="0xab") == made, "there is no such"
    assert changed(arguments=loans["arguments"][:-2] + "01") == made, "other arguments"
    assert changed(arguments="0x") == changed(arguments="0xzz") == changed(arguments=loans["arguments"] + "00") == made


def test_a_contract_that_was_told_to_trust_a_stranger(feiqian: Network, built: Built, deployment: Deployment) -> None:
    """The same code, on the chain as recorded: only whom it believes is another's."""
    swapped = replace(deployment, contracts=deployment.contracts | {"Policy": deployment.tokens["CNY"]})
    found = against_chain(built, swapped, feiqian.world.system.node)
    strangers = {one.contract for one in found if one.what == "addresses given to it" and one.outcome == "different"}
    assert strangers >= {"Receivables", "Repayments", "Loans", "Settlement"}
    assert "Participants" not in strangers


def test_a_source_that_was_changed(tmp_path: Path, built: Built) -> None:
    """By one word of a comment: the code does the same, the hash of its metadata does not."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "toolchain", checkout / "toolchain")
    shutil.copy(ROOT / "brownie-config.yaml", checkout)
    (checkout / "node_modules").symlink_to(ROOT / "node_modules")
    for file in ("Fingerprints.sol", "interfaces/IFingerprints.sol", "interfaces/IParticipants.sol"):
        (checkout / "contracts" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "contracts" / file, checkout / "contracts" / file)
    again = clean_build(checkout, installed=True)
    assert again["Fingerprints"].bytecode == built["Fingerprints"].bytecode, "whatever the folder is called"
    source = checkout / "contracts" / "Fingerprints.sol"
    source.write_text(source.read_text() + "// only a word\n")
    changed = clean_build(checkout, installed=True)
    assert different(against_cache(built | {"Fingerprints": changed["Fingerprints"]}, built)) == {
        "Fingerprints": "what would be deployed"
    }
    code, other = bytes.fromhex(built["Fingerprints"].runtime[2:]), bytes.fromhex(changed["Fingerprints"].runtime[2:])
    assert len(code) == len(other) and code[:-53] == other[:-53] and code != other
    source.write_text("contract Fingerprints { function idle() external {} }")  # the compiler warns
    assert clean_build(checkout, installed=True).keys() == changed.keys()
    source.write_text("contract Fingerprints { nonsense }")
    with pytest.raises(SetupIncomplete, match="do not compile: ParserError"):
        clean_build(checkout, installed=True)


def test_what_is_installed_has_the_hashes_of_the_lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    part = locked(lock, NEEDED)["packages"]
    assert {f"node_modules/{name}" for name in NEEDED} < part.keys() < lock["packages"].keys()
    assert all("integrity" in package for place, package in part.items() if place)
    lock["packages"]["node_modules/solc"]["integrity"] = "sha512-" + "A" * 86 + "=="
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "clean").mkdir()
    with pytest.raises(SetupIncomplete, match="EINTEGRITY"):
        building._install(tmp_path, tmp_path / "clean")


def test_what_several_packages_need_is_installed_once() -> None:
    packages = {
        f"node_modules/{name}": {
            "version": "1.0.0",
            "integrity": f"sha512-{name}",
            "dependencies": dict.fromkeys(needs),
        }
        for name, needs in {"a": "bc", "b": "c", "c": "a", "d": ""}.items()
    }
    found = locked({"lockfileVersion": 3, "packages": packages}, ["a"])["packages"]
    assert found.keys() == {"", "node_modules/a", "node_modules/b", "node_modules/c"}
    assert found["node_modules/c"]["integrity"] == "sha512-c"


def test_masking_leaves_the_rest() -> None:
    assert masked("0x11223344", [(1, 2)]) == "0x11000044"
    assert masked("0x1122", [(1, 32)]) == "0x1122", "too short to have them"


def test_the_command_says_what_it_compared_and_fails_on_a_difference(
    feiqian: Network, built: Built, deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "clean_build", lambda installed: built)
    chain = feiqian.world.chain
    assert chain is not None
    record = deployment.save(feiqian.world.settings.model_copy(update={"deployments": tmp_path}))

    def run(*arguments: str, url: str = chain.url) -> Any:
        asked = ["--home", str(tmp_path), *(["--rpc-url", url] if url else []), "verify-build", *arguments]
        return CliRunner().invoke(main, asked, env={"FEIQIAN_RPC_PORT": "1"})

    held = run(str(record))
    assert held.exit_code == 0, held.output
    assert "✓ Receivables" in held.output and "0 different, 0 not compared" in held.output

    alone = run(str(record), url="")
    assert alone.exit_code == 0 and "chain: not compared, no node answers at http://127.0.0.1:1" in alone.output
    assert run(str(record), url="http://127.0.0.1:1").exit_code == 1, "one that was asked for has to answer"
    assert "there is no deployment record" in run(url="").output

    forged = json.loads(record.read_text())
    forged["build"]["code"]["Reserve"]["runtime"] = "0x" + "00" * 32
    record.write_text(json.dumps(forged))
    found = run("--json", str(record))
    assert found.exit_code == 1 and "Reserve differs: runtime code recorded" in found.output
    record.write_text(json.dumps(forged | {"chain_id": 5}))
    assert f"is chain {deployment.chain_id}, not 5" in run(str(record)).output
    for nonsense in ({"build": "trust me"}, {"contracts": {"Loans": "0x12"}}, {"tokens": {"CNY": 7}}):
        record.write_text(json.dumps(forged | nonsense))
        refused = run(str(record))
        assert refused.exit_code == 1 and "is no deployment record" in refused.output, nonsense
