"""Software bill of materials: CycloneDX 1.6, from the lock files (`make sbom`).

The same lock files give the same bytes: its serial number is made of them, and its time is SOURCE_DATE_EPOCH where that
is set, else left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tomllib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from lock_files import NPM, PROJECT, PYTHON, ROOT, Locked, npm_packages, python_packages
from packageurl import PackageURL

ALGORITHMS = {
    "sha1": HashAlgorithm.SHA_1,  # of what is bundled: npm goes by the hash of the whole
    "sha256": HashAlgorithm.SHA_256,
    "sha384": HashAlgorithm.SHA_384,
    "sha512": HashAlgorithm.SHA_512,
}
COMPILER = "solc"
"""The npm package that carries the Solidity compiler."""


def bill(root: Path = ROOT) -> str:
    """The bill as JSON. Raises ValueError where it is not valid by CycloneDX's own schema."""
    locks = {file: (root / file).read_bytes() for file in (*PYTHON, NPM)}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(b"\0".join(locks.values())).hexdigest())
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    subject = Component(
        name=PROJECT,
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=PROJECT,
        licenses=[LicenseExpression(project["license"])],
    )
    locked = [(file, one) for file in PYTHON for one in python_packages(root / file)]
    locked += [(NPM, one) for one in npm_packages(root / NPM)]
    components = _components(locked)
    bom = Bom(
        serial_number=serial,
        metadata=BomMetaData(component=subject, timestamp=_moment()),
        components=components.values(),
        dependencies=_dependencies(locked),
    )
    text = str(JsonV1Dot6(bom).output_as_string())
    made = json.loads(text)
    if _moment() is None:
        del made["metadata"]["timestamp"]
    text = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"the bill is not valid CycloneDX 1.6: {wrong}")
    return text


def _components(locked: Iterable[tuple[str, Locked]]) -> dict[str, Component]:
    """One for each package and version, whichever lock files have it."""
    files: dict[str, list[str]] = {}
    packages: dict[str, Locked] = {}
    for file, one in locked:
        url = _url(one)
        files.setdefault(url, []).append(file)
        if url not in packages or packages[url].development:
            packages[url] = one
    return {url: _component(url, one, files[url]) for url, one in packages.items()}


def _component(url: str, one: Locked, files: list[str]) -> Component:
    properties = [Property(name="feiqian:lockFile", value=file) for file in sorted(set(files))]
    if one.marker:
        properties.append(Property(name="feiqian:marker", value=one.marker))
    if one.bundled:
        properties.append(Property(name="feiqian:bundledIn", value=one.bundled))
    compiler = Component(
        name="solidity",
        version=one.version,
        type=ComponentType.APPLICATION,
        bom_ref=f"solidity@{one.version}",
        purl=PackageURL("github", "ethereum", "solidity", f"v{one.version}"),
        description="The Solidity compiler, as WebAssembly in this package",
    )
    return Component(
        name=one.name,
        version=one.version,
        bom_ref=url,
        purl=PackageURL.from_string(url),
        scope=ComponentScope.EXCLUDED if one.development else ComponentScope.REQUIRED,
        hashes=[HashType(alg=ALGORITHMS[algorithm], content=digest) for algorithm, digest in one.hashes],
        licenses=[DisjunctiveLicense(name=one.license)] if one.license else [],
        properties=properties,
        components=[compiler] if (one.ecosystem, one.name) == ("npm", COMPILER) else [],
    )


def _dependencies(locked: list[tuple[str, Locked]]) -> list[Dependency]:
    """Who wants whom, by the lock files."""
    urls: dict[tuple[str, str], list[str]] = {}
    for file, one in locked:
        urls.setdefault((file, one.name), []).append(_url(one))
    wanted: dict[str, set[str]] = {PROJECT: set()} | {_url(one): set() for _, one in locked}
    for file, one in locked:
        for name in one.wanted_by or [PROJECT]:
            for url in [PROJECT] if name.split(" ")[0] == PROJECT else urls.get((file, name), []):
                wanted[url].add(_url(one))
    components = {url: Component(name=url, bom_ref=url) for url in wanted}
    return [
        Dependency(components[url].bom_ref, [Dependency(components[other].bom_ref) for other in sorted(others)])
        for url, others in sorted(wanted.items())
    ]


def _url(one: Locked) -> str:
    namespace, _, name = one.name.rpartition("/")
    return str(PackageURL(one.ecosystem, namespace or None, name, one.version))


def _moment() -> datetime | None:
    said = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(said), UTC) if said else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "reports" / "sbom.cdx.json")
    output: Path = parser.parse_args().output
    text = bill()
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    print(f"{output}: {len(json.loads(text)['components'])} components, valid CycloneDX 1.6, sha256 {digest}")


if __name__ == "__main__":
    sys.exit(main())
