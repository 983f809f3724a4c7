"""What the lock files say: every package with its version, its hashes, and what wants it."""

from __future__ import annotations

import base64
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "feiqian"
PYTHON = tuple(sorted(path.name for path in ROOT.glob("requirements*.txt")))
"""One for each environment that the Makefile makes."""
NPM = "package-lock.json"
STRONG = ("sha256", "sha384", "sha512")

_PINNED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.*?))?\s*\\?$")
_HASH = re.compile(r"--hash=(\w+):([0-9a-f]+)")


@dataclass
class Locked:
    """A package that is installed. `hashes` are (algorithm, hex), of each file that may be taken; `wanted_by` are names
    of packages, or the project itself; `development` says that nothing but its tests and tools needs it. What is
    `bundled` comes inside the package of that name and is known by the hash of that."""

    ecosystem: str
    name: str
    version: str
    hashes: list[tuple[str, str]] = field(default_factory=list)
    wanted_by: list[str] = field(default_factory=list)
    marker: str = ""
    license: str = ""
    development: bool = False
    bundled: str = ""


def python_packages(file: Path) -> list[Locked]:
    """The packages of a requirements file as uv writes it. Raises ValueError where a line is none of its kind."""
    found: list[Locked] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if pinned := _PINNED.fullmatch(line):
            found.append(Locked("pypi", pinned[1], pinned[2], marker=pinned[3] or ""))
        elif found and line.startswith("    --hash="):
            found[-1].hashes += _HASH.findall(line)
        elif found and line.startswith("    # "):
            wanted_by = line.removeprefix("    #").removeprefix(" via").strip()
            found[-1].wanted_by += [wanted_by] if wanted_by else []
        elif line and not line.startswith("#"):
            raise ValueError(f"{file.name}:{number}: {line!r} is no pinned package")
    _tell_development(found)
    return found


def _tell_development(packages: list[Locked]) -> None:
    """Whatever the project itself wants, and what that wants, is not for development alone."""
    needed = {one.name for one in packages if f"{PROJECT} (pyproject.toml)" in one.wanted_by}
    while more := {one.name for one in packages if needed.intersection(one.wanted_by)} - needed:
        needed |= more
    for one in packages:
        one.development = one.name not in needed


def npm_packages(file: Path) -> list[Locked]:
    """The packages of a package-lock.json."""
    packages = json.loads(file.read_text(encoding="utf-8"))["packages"]
    found: dict[str, Locked] = {}
    for place, package in packages.items():
        if place:
            algorithm, _, digest = package.get("integrity", "").partition("-")
            hashes = [(algorithm, base64.b64decode(digest).hex())] if digest else []
            found[place] = Locked(
                "npm",
                place.rpartition("node_modules/")[2],
                package["version"],
                hashes,
                license=package.get("license", ""),
                development=package.get("dev", False),
                bundled=_carrier(packages, place) if package.get("inBundle") else "",
            )
    for place, package in packages.items():
        wanted = {**package.get("dependencies", {}), **package.get("optionalDependencies", {})}
        if not place:
            wanted |= package.get("devDependencies", {})
        for name in wanted:
            if (at := _resolved(packages, place, name)) in found:
                found[at].wanted_by.append(found[place].name if place else PROJECT)
    return list(found.values())


def _carrier(packages: dict[str, dict[str, object]], place: str) -> str:
    """Which package's file this one comes in."""
    while packages[place].get("inBundle"):
        place = place.rpartition("/node_modules/")[0]
    return place.rpartition("node_modules/")[2]


def _resolved(packages: dict[str, object], place: str, name: str) -> str:
    """Where Node finds what a package requires: beneath it, or the nearest above."""
    while place:
        if (at := f"{place}/node_modules/{name}") in packages:
            return at
        place = place.rpartition("/node_modules/")[0]
    return f"node_modules/{name}"


def unhashed(root: Path = ROOT) -> list[str]:
    """Packages that could be changed on the way: those whose file has no hash, or a weak one."""
    everything = [(file, one) for file in PYTHON for one in python_packages(root / file)]
    everything += [(NPM, one) for one in npm_packages(root / NPM)]
    return [
        f"{file}: {one.name} {one.version}"
        for file, one in everything
        if not one.bundled and (not one.hashes or any(algorithm not in STRONG for algorithm, _ in one.hashes))
    ]


if __name__ == "__main__":
    without = unhashed()
    print("\n".join(without) or "every package of every lock file has its hash")
    sys.exit(1 if without else 0)
