"""Contract sources → artifacts, through the pinned compiler; kept in build/ until a source changes."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from backend.config import ROOT, SOLC_VERSION, TOOLCHAIN
from backend.errors import SetupIncomplete, both

CONTRACTS = ROOT / "contracts"
CACHE = ROOT / "build" / "backend"


@dataclass(frozen=True)
class Artifact:
    """A compiled contract. `bytecode` and `runtime` are 0x-hex; `runtime` has zeros where immutables go; `layout` says
    where its variables stand in storage, as solc puts it."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    runtime: str
    layout: dict[str, Any]


def compiler_settings() -> dict[str, Any]:
    """The compiler block of brownie-config.yaml, as solc's standard JSON wants it."""
    config = yaml.safe_load((ROOT / "brownie-config.yaml").read_text(encoding="utf-8"))["compiler"]
    if config["solc"]["version"] != SOLC_VERSION:
        raise SetupIncomplete(
            reason=both(
                "brownie-config.yaml asks for another solc than {version}",
                "brownie-config.yaml 要求的 solc 版本不是 {version}",
                version=SOLC_VERSION,
            )
        )
    return {
        "optimizer": config["solc"]["optimizer"],
        "evmVersion": config["evm_version"],
        "remappings": config["solc"]["remappings"],
    }


def artifacts() -> dict[str, Artifact]:
    """Every contract and interface of contracts/ by name. Raises SetupIncomplete without the compiler."""
    with _LOCK:  # or two threads that start together would compile twice
        return _artifacts()


@cache
def _artifacts() -> dict[str, Artifact]:
    return compiled(contract_sources())


def compiled(sources: dict[str, str], wanted: Sequence[str] = ()) -> dict[str, Artifact]:
    """What stands in `sources` (paths from the root → text), or in those of them that are wanted, by name. Raises
    SetupIncomplete without the compiler."""
    settings = compiler_settings()
    wanted = wanted or list(sources)
    inputs = [SOLC_VERSION, settings, sources, wanted, _libraries(), _WANTED]
    digest = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
    cached = CACHE / f"{digest[:16]}.json"
    if not cached.exists():
        made = _compile(sources, wanted, settings)
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = cached.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(made), encoding="utf-8")
        unfinished.replace(cached)
    return {name: Artifact(name, **kept) for name, kept in json.loads(cached.read_text(encoding="utf-8")).items()}


_LOCK = threading.Lock()


def _libraries() -> str:
    """What says which library sources are imported."""
    package = ROOT / "node_modules" / "@openzeppelin" / "contracts" / "package.json"
    return package.read_text(encoding="utf-8") if package.exists() else ""


def contract_sources() -> dict[str, str]:
    """The text of every file of contracts/, by its path from the root."""
    paths = sorted(path for path in CONTRACTS.rglob("*.sol"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _compile(sources: dict[str, str], wanted: Sequence[str], settings: dict[str, Any]) -> dict[str, Any]:
    os.environ["SOLCX_BINARY_PATH"] = str(TOOLCHAIN)
    import solcx  # reads SOLCX_BINARY_PATH; takes long to import and is needed only here

    if not (ROOT / "node_modules" / "solc").exists():
        raise SetupIncomplete(
            reason=both("the compiler is not installed; run 'make setup'", "编译器尚未安装;请运行 make setup")
        )
    output = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": {path: {"content": text} for path, text in sources.items()},
            "settings": settings | {"outputSelection": {path: {"*": _WANTED} for path in wanted}},
        },
        solc_version=SOLC_VERSION,
        base_path=str(ROOT),
        allow_paths=[str(ROOT)],
    )
    kept: dict[str, Any] = {}
    for path in wanted:
        for name, contract in output["contracts"].get(path, {}).items():
            kept[name] = {
                "abi": contract["abi"],
                "bytecode": "0x" + contract["evm"]["bytecode"]["object"],
                "runtime": "0x" + contract["evm"]["deployedBytecode"]["object"],
                "layout": contract["storageLayout"],
            }
    return kept


_WANTED = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"]


def source_paths() -> list[Path]:
    """The Solidity files of the project, for tools that read them."""
    return sorted(CONTRACTS.rglob("*.sol"))
