"""The contracts as the mutation test sees them: their syntax trees, who is compiled from what, and a compiler that
stays warm, since it takes seconds to start."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mutation.operators import Mutant, Node, children, mutants

from backend.chain.compile import compiler_settings

ROOT = Path(__file__).resolve().parent.parent.parent
BROKEN = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "contracts").rglob("*.sol")
    if path.parent.name not in ("interfaces", "mocks")
)
"""What is mutated: all that has code and is deployed."""
WANTED = ["evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"]
COMPILES = 150
"""How many before the compiler begins anew: it never gives memory back."""


@dataclass(frozen=True)
class Code:
    """What makes a contract, and what is then there, with gaps where its immutables stand: in the order in which they
    are declared, all places of each."""

    creation: str
    runtime: str
    immutables: list[list[int]]

    def in_place_of(self, other: Code, deployed: str) -> str | None:
        """This code with the immutables of another that is deployed; None where it has not the same ones."""
        if len(self.immutables) != len(other.immutables):
            return None
        code = bytearray.fromhex(self.runtime)
        there = bytes.fromhex(deployed.removeprefix("0x"))
        for places, (known, *_) in zip(self.immutables, other.immutables, strict=True):
            for place in places:
                code[place : place + 32] = there[known : known + 32]
        return code.hex()


class Compiler:
    """One process, asked and answered in turns: it works on the next question while the last answer is tried."""

    def __init__(self) -> None:
        self._asked = 0
        self._start()

    def ask(self, sources: dict[str, str], wanted: dict[str, Any]) -> None:
        if self._asked and self._asked % COMPILES == 0:
            self.end()
            self._start()
        self._asked += 1
        # Without its hash of the sources, the bytecode of two that do the same is the same.
        settings = compiler_settings() | {"outputSelection": wanted, "metadata": {"appendCBOR": False}}
        files = {path: {"content": text} for path, text in sources.items()}
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"language": "Solidity", "sources": files, "settings": settings}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout
        answered: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answered

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        tools = ROOT / "toolchain"
        self._process = subprocess.Popen(
            [str(tools / "node"), str(tools / "solc.cjs"), "--standard-json", "--lines"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )


class Sources:
    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self.text = {path: (ROOT / path).read_bytes() for path in BROKEN}
        compiler.ask({path: text.decode() for path, text in self.text.items()}, {"*": {"": ["ast"]}})
        answered = compiler.answer()
        assert "sources" in answered, answered
        self.trees: dict[str, Node] = {path: each["ast"] for path, each in answered["sources"].items()}

    def mutants(self) -> list[Mutant]:
        enums = {
            node["id"]: [member["name"] for member in node["members"]]
            for tree in self.trees.values()
            for node in _all(tree)
            if node["nodeType"] == "EnumDefinition"
        }
        return [mutant for path in BROKEN for mutant in mutants(path, self.trees[path], self.text[path], enums)]

    @cached_property
    def deployed_from(self) -> dict[str, list[str]]:
        """The deployed contracts, by each source whose code they contain: their own, their bases', their libraries'."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in BROKEN:
            for node in self.trees[path]["nodes"]:
                if node.get("contractKind") != "contract" or node["abstract"]:
                    continue
                for source in self._closure(path):
                    found[source].append(node["name"])
        return dict(found)

    def _closure(self, path: str) -> set[str]:
        """A source and those of ours that it imports, interfaces apart (they have no code)."""
        found, waiting = set(), [path]
        while waiting:
            source = waiting.pop()
            if source in found or source not in BROKEN:
                continue
            found.add(source)
            nodes = self.trees[source]["nodes"]
            waiting += [node["absolutePath"] for node in nodes if node["nodeType"] == "ImportDirective"]
        return found

    def ask(self, mutant: Mutant | None, names: list[str]) -> None:
        """For the code of some deployed contracts, with one break or none."""
        sources = {f"contracts/{name}.sol": self.text[f"contracts/{name}.sol"] for name in names}
        if mutant:
            sources[mutant.file] = mutant.apply(self.text[mutant.file])
        wanted = {f"contracts/{name}.sol": {name: WANTED} for name in names}
        self._compiler.ask({path: text.decode() for path, text in sources.items()}, wanted)

    def answer(self, names: list[str]) -> dict[str, Code] | None:
        """Their code, or None where they do not compile."""
        answered = self._compiler.answer()
        if any(error["severity"] == "error" for error in answered.get("errors", [])):
            return None
        made = answered["contracts"]
        return {name: _code(made[f"contracts/{name}.sol"][name]["evm"]) for name in names}

    # ---- who comes to a function

    @cached_property
    def entries(self) -> dict[str, dict[str, str]]:
        """The acts from which each function can be come to, by file.function: their names by their selectors.

        A call that may go to an override goes to all of them, so these are rather too many than too few."""
        kinds = ("FunctionDefinition", "ModifierDefinition")
        functions = [(path, node) for path in BROKEN for node in _all(self.trees[path]) if node["nodeType"] in kinds]
        name_of = {node["id"]: f"{path}.{node['name'] or node.get('kind')}" for path, node in functions}
        acts = {node["id"]: node for _, node in functions if "functionSelector" in node}
        used_by: dict[int, set[int]] = defaultdict(set)
        for _, node in functions:
            used_by[node["id"]] |= name_of.keys() & set(node.get("baseFunctions", []))
            for inner in _all(node):
                if inner.get("referencedDeclaration") in name_of:
                    used_by[inner["referencedDeclaration"]].add(node["id"])
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for number, name in name_of.items():
            seen, waiting = set(), [number]
            while waiting:
                user = waiting.pop()
                if user not in seen:
                    seen.add(user)
                    waiting += used_by[user]
            found[name] |= {acts[user]["functionSelector"]: acts[user]["name"] for user in seen & acts.keys()}
        return dict(found)


def _code(made: dict[str, Any]) -> Code:
    runtime = made["deployedBytecode"]
    places = sorted(runtime["immutableReferences"].items(), key=lambda each: int(each[0]))
    starts = [[place["start"] for place in each] for _, each in places]
    return Code(made["bytecode"]["object"], runtime["object"], starts)


def _all(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for child in children(node):
        yield from _all(child)
