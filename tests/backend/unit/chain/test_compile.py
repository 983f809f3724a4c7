"""One compiler, chosen by a shim; artifacts are kept until a source, a setting or a library changes."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from backend.chain import compile as compiling
from backend.config import SOLC_VERSION, TOOLCHAIN
from backend.errors import SetupIncomplete

SHIM = TOOLCHAIN / "solc-v0.8.30"
SOURCE = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\ncontract Small { uint256 public answer = 42; }\n"
INPUT = json.dumps(
    {
        "language": "Solidity",
        "sources": {"Small.sol": {"content": SOURCE}},
        "settings": {"evmVersion": "paris", "outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
)


def native(folder: Path, version: str, name: str = "solc") -> Path:
    """A stand-in for a native compiler: it says its version, and otherwise that it was called."""
    path = folder / name
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "solc"; echo "Version: {version}"; '
        'else echo "native called with $*"; fi\n'
    )
    path.chmod(0o755)
    return path


def shim(*arguments: str, stdin: str = "", **environment: str) -> str:
    env = {name: value for name, value in os.environ.items() if name != "FEIQIAN_SOLC"} | environment
    return subprocess.run(
        [str(SHIM), *arguments], input=stdin, env=env, capture_output=True, text=True, check=True
    ).stdout


def bytecode(output: str) -> str:
    return str(json.loads(output)["contracts"]["Small.sol"]["Small"]["evm"]["bytecode"]["object"])


def test_a_native_compiler_of_the_same_version_is_used(tmp_path: Path) -> None:
    fake = native(tmp_path, "0.8.30+commit.73712a01.Linux.g++")
    assert shim("--standard-json", FEIQIAN_SOLC=str(fake)) == "native called with --standard-json\n"
    on_path = f"{tmp_path}:{os.environ['PATH']}"
    assert shim("--standard-json", PATH=on_path) == "native called with --standard-json\n"


@pytest.mark.parametrize("version", ["0.8.29+commit.ab55807c", "0.8.301+commit.1", "1.0.8.30+x", ""])
def test_any_other_native_compiler_is_not(tmp_path: Path, version: str) -> None:
    fake = native(tmp_path, version)
    assert "0.8.30+commit.73712a01" in shim("--version", FEIQIAN_SOLC=str(fake))


def test_neither_one_that_is_missing_nor_an_unwanted_one(tmp_path: Path) -> None:
    assert "0.8.30+commit" in shim("--version", FEIQIAN_SOLC=str(tmp_path / "nothing"))
    native(tmp_path, "0.8.30+commit.73712a01")
    on_path = f"{tmp_path}:{os.environ['PATH']}"
    assert "native" not in shim("--standard-json", stdin=INPUT, FEIQIAN_SOLC="wasm", PATH=on_path)


def test_both_ways_lead_to_the_same_bytecode(tmp_path: Path) -> None:
    """As far as can be told without a native compiler: one that hands over to the wasm build is taken for native,
    and what comes back is what the shim makes itself."""
    passing_on = tmp_path / "solc"
    passing_on.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "Version: 0.8.30+commit.73712a01"; '
        f'else FEIQIAN_SOLC=wasm exec "{SHIM}" "$@"; fi\n'
    )
    passing_on.chmod(0o755)
    through_native = shim("--standard-json", stdin=INPUT, FEIQIAN_SOLC=str(passing_on))
    assert bytecode(through_native) == bytecode(shim("--standard-json", stdin=INPUT, FEIQIAN_SOLC="wasm")) != ""


def test_the_shim_speaks_standard_json_alone() -> None:
    refused = subprocess.run([str(SHIM), "--bin"], env=os.environ | {"FEIQIAN_SOLC": "wasm"}, capture_output=True)
    assert refused.returncode == 1


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The compilations that take place, over a cache of the test's own."""
    compilations: list[str] = []

    def compile_(sources: dict[str, str], wanted: object, settings: object) -> dict[str, object]:
        compilations.append(",".join(sources))
        return {
            "Small": {"abi": [], "bytecode": "0x60", "runtime": "0x60", "layout": {}, "immutables": [], "compiler": ""}
        }

    monkeypatch.setattr(compiling, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(compiling, "_compile", compile_)
    monkeypatch.setattr(compiling, "contract_sources", lambda: {"contracts/Small.sol": SOURCE})
    compiling._artifacts.cache_clear()
    yield compilations
    compiling._artifacts.cache_clear()


def test_artifacts_are_kept_until_something_changes(
    counted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> int:
        compiling._artifacts.cache_clear()
        assert compiling.artifacts()["Small"].bytecode == "0x60"
        return len(counted)

    assert [again(), again()] == [1, 1]
    monkeypatch.setattr(compiling, "contract_sources", lambda: {"contracts/Small.sol": SOURCE + "//"})
    assert [again(), again()] == [2, 2]
    monkeypatch.setattr(compiling, "_libraries", lambda: '{"version": "5.3.1"}')
    assert [again(), again()] == [3, 3]
    monkeypatch.setattr(compiling, "compiler_settings", lambda: {"evmVersion": "shanghai"})
    assert [again(), again()] == [4, 4]
    assert {path.suffix for path in (tmp_path / "cache").iterdir()} == {".json"}


def test_threads_that_start_together_compile_once(counted: list[str]) -> None:
    threads = [threading.Thread(target=compiling.artifacts) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == 1


def test_the_settings_are_brownies() -> None:
    assert compiling.compiler_settings()["evmVersion"] == "paris"


def test_another_version_in_brownies_settings_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brownie-config.yaml").write_text("compiler: {solc: {version: 0.8.19}}\n")
    monkeypatch.setattr(compiling, "ROOT", tmp_path)
    with pytest.raises(SetupIncomplete, match=SOLC_VERSION) as refusal:
        compiling.compiler_settings()
    assert "版本" in refusal.value.describe("zh")


def test_without_the_compiler_setup_is_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "ROOT", tmp_path)
    with pytest.raises(SetupIncomplete, match="make setup"):
        compiling._compile({}, [], {})
    assert compiling._libraries() == ""


def test_the_compiler_of_the_project_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compiling._compile({"contracts/Small.sol": SOURCE}, ["contracts/Small.sol"], compiling.compiler_settings())
    assert list(made) == ["Small"]
    assert made["Small"]["bytecode"].startswith("0x60")
    assert len(made["Small"]["runtime"]) < len(made["Small"]["bytecode"])
    assert [item["name"] for item in made["Small"]["abi"]] == ["answer"]


def test_every_contract_of_the_project_is_there() -> None:
    names = {path.stem for path in compiling.source_paths()}
    assert {"Receivables", "Settlement", "SettlementToken"} <= names & compiling.artifacts().keys()
