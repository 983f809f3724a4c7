"""What a build is known by, and the same build made once more from nothing but source and lock files (rule Y10)."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from web3 import Web3

from backend.chain.compile import Artifact, artifact, compiler_settings, contract_sources, kept, question
from backend.config import ROOT, TOOLCHAIN
from backend.errors import SetupIncomplete, both

NEEDED = ("solc", "@openzeppelin/contracts")
"""The packages that have a part in the bytecode: the compiler and the library."""
SECONDS = 600


def code_hash(code: str) -> str:
    """keccak-256 of code in 0x-hex."""
    return Web3.keccak(hexstr=code).to_0x_hex()


def build_record(built: dict[str, Artifact], names: Iterable[str]) -> dict[str, Any]:
    """What a deployment writes down of what it deploys: the compiler, its settings, and for each artifact the hashes
    of its creation code and of its runtime code with zeros where immutables go."""
    used = {name: built[name] for name in sorted(names)}
    (compiler,) = {one.compiler for one in used.values()}
    return {
        "compiler": compiler,
        "settings": compiler_settings(),
        "code": {
            name: {"creation": code_hash(one.bytecode), "runtime": code_hash(one.runtime)} for name, one in used.items()
        },
    }


def masked(code: str, immutables: Iterable[tuple[int, int]]) -> str:
    """Code with zeros where immutables go, as the compiler leaves it."""
    raw = bytearray(bytes.fromhex(code.removeprefix("0x")))
    for start, length in immutables:
        if start + length <= len(raw):
            raw[start : start + length] = bytes(length)
    return "0x" + raw.hex()


def clean_build(root: Path = ROOT, *, installed: bool = False) -> dict[str, Artifact]:
    """Every contract by name, compiled in a temporary folder that nothing was in before: the sources of the checkout at
    `root`, and the compiler and the library as package-lock.json has them by their hashes; with `installed`, those in
    node_modules. No cache of a former build is read. Raises SetupIncomplete."""
    with tempfile.TemporaryDirectory(prefix="feiqian-build-") as name:
        folder = Path(name)
        shutil.copytree(root / "contracts", folder / "contracts")
        for file in ("brownie-config.yaml", "toolchain/solc.cjs"):
            (folder / file).parent.mkdir(exist_ok=True)
            shutil.copy(root / file, folder / file)
        if installed:
            (folder / "node_modules").symlink_to(root / "node_modules")
        else:
            _install(root, folder)
        return _compile(folder)


def locked(lock: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The part of a package-lock.json that installs these packages and what they need, each by its hash."""
    packages, found = lock["packages"], {}
    wanted = list(names)
    while wanted:
        place = f"node_modules/{wanted.pop()}"
        if place not in found:
            found[place] = {key: value for key, value in packages[place].items() if key not in ("dev", "optional")}
            wanted += packages[place].get("dependencies", {})
    top = {"dependencies": {name: packages[f"node_modules/{name}"]["version"] for name in names}}
    return {"lockfileVersion": lock["lockfileVersion"], "requires": True, "packages": {"": top, **found}}


def _install(root: Path, folder: Path) -> None:
    lock = locked(json.loads((root / "package-lock.json").read_text(encoding="utf-8")), NEEDED)
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (folder / "package.json").write_text(json.dumps(lock["packages"][""]), encoding="utf-8")
    command = [str(TOOLCHAIN / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = _run([*command, "--loglevel=error"], folder)
    if done.returncode != 0:
        said = next((line for line in done.stderr.splitlines() if line.strip()), f"exit status {done.returncode}")
        raise SetupIncomplete(
            reason=both(
                "the compiler cannot be installed as package-lock.json has it: {said}",
                "无法按 package-lock.json 安装编译器:{said}",
                said=said,
            )
        )


def _compile(folder: Path) -> dict[str, Artifact]:
    sources = contract_sources(folder)
    asked = json.dumps(question(sources, sources, compiler_settings(folder)))
    compiler = [str(TOOLCHAIN / "node"), str(folder / "toolchain" / "solc.cjs"), "--standard-json"]
    done = _run([*compiler, "--base-path", str(folder)], folder, asked)
    broken = [{"severity": "error", "formattedMessage": done.stderr}]
    answer = json.loads(done.stdout) if done.returncode == 0 else {"errors": broken}
    for complaint in answer.get("errors", []):
        if complaint["severity"] == "error":
            raise SetupIncomplete(
                reason=both(
                    "the sources do not compile: {said}", "源代码无法编译:{said}", said=complaint["formattedMessage"]
                )
            )
    return {name: artifact(name, one) for name, one in kept(answer, sources).items()}


def _run(command: list[str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False
    )
