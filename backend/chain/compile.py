"""Contract sources → artifacts, through the pinned compiler; kept in build/ until a source changes."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from backend.config import ROOT, SOLC_VERSION, TOOLCHAIN
from backend.errors import SetupIncomplete, both

CACHE = ROOT / "build" / "backend"


@dataclass(frozen=True)
class Artifact:
    """A compiled contract. `bytecode` and `runtime` are 0x-hex; `runtime` has zeros where immutables go, which
    `immutables` lists as (start, length) in bytes; `layout` says where its variables stand in storage, as solc puts it;
    `compiler` is the compiler's name of itself, commit and all."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    runtime: str
    layout: dict[str, Any]
    immutables: list[tuple[int, int]]
    compiler: str


def compiler_settings(root: Path | None = None) -> dict[str, Any]:
    """The compiler block of brownie-config.yaml, as solc's standard JSON wants it. `root`: of another checkout."""
    config = yaml.safe_load(((root or ROOT) / "brownie-config.yaml").read_text(encoding="utf-8"))["compiler"]
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
    return {name: artifact(name, one) for name, one in json.loads(cached.read_text(encoding="utf-8")).items()}


def artifact(name: str, found: dict[str, Any]) -> Artifact:
    """The artifact of what was `kept`."""
    return Artifact(name, **found | {"immutables": [(start, length) for start, length in found["immutables"]]})


_LOCK = threading.Lock()


def _libraries() -> str:
    """What says which library sources are imported."""
    package = ROOT / "node_modules" / "@openzeppelin" / "contracts" / "package.json"
    return package.read_text(encoding="utf-8") if package.exists() else ""


def contract_sources(root: Path | None = None) -> dict[str, str]:
    """The Solidity sources by the names under which they are compiled: those stand in the metadata. `root`: of another
    checkout."""
    root = root or ROOT
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in source_paths(root)}


def _compile(sources: dict[str, str], wanted: Sequence[str], settings: dict[str, Any]) -> dict[str, Any]:
    os.environ["SOLCX_BINARY_PATH"] = str(TOOLCHAIN)
    import solcx  # reads SOLCX_BINARY_PATH; takes long to import and is needed only here

    if not (ROOT / "node_modules" / "solc").exists():
        raise SetupIncomplete(
            reason=both("the compiler is not installed; run 'make setup'", "编译器尚未安装;请运行 make setup")
        )
    output = solcx.compile_standard(
        question(sources, wanted, settings),
        solc_version=SOLC_VERSION,
        base_path=str(ROOT),
        allow_paths=[str(ROOT)],
    )
    return kept(output, wanted)


def question(sources: dict[str, str], wanted: Iterable[str], settings: dict[str, Any]) -> dict[str, Any]:
    """What the compiler is asked, as its standard JSON: all `sources`, for the code of those that are `wanted`."""
    return {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": settings | {"outputSelection": {path: {"*": _WANTED} for path in wanted}},
    }


def kept(output: dict[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """What of the compiler's answer makes an Artifact, by the contract's name."""
    found: dict[str, Any] = {}
    for path in wanted:
        for name, contract in output["contracts"].get(path, {}).items():
            code = contract["evm"]["deployedBytecode"]
            places = sorted((at["start"], at["length"]) for ats in code["immutableReferences"].values() for at in ats)
            found[name] = {
                "abi": contract["abi"],
                "bytecode": "0x" + contract["evm"]["bytecode"]["object"],
                "runtime": "0x" + code["object"],
                "layout": contract["storageLayout"],
                "immutables": places,
                "compiler": json.loads(contract["metadata"])["compiler"]["version"],
            }
    return found


_WANTED = [
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
    "metadata",
    "storageLayout",
]


def source_paths(root: Path = ROOT) -> list[Path]:
    """The Solidity files of the project, or of another checkout, for tools that read them."""
    return sorted((root / "contracts").rglob("*.sol"))
