"""What is installed is what was locked, and all of it is known: hashes, the bill of materials, the audit (rule Y11)."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from backend.config import ROOT, SOLC_VERSION

sys.path.insert(0, str(ROOT / "scripts"))

import audit_dependencies as auditing
import make_sbom
from lock_files import NPM, PYTHON, STRONG, npm_packages, python_packages, unhashed

LOCKED = [one for file in PYTHON for one in python_packages(ROOT / file)] + npm_packages(ROOT / NPM)


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    """A copy of the lock files, to be changed."""
    for file in (*PYTHON, NPM, "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


def test_every_package_is_locked_by_a_strong_hash() -> None:
    assert len(LOCKED) > 400
    for one in LOCKED:
        assert one.bundled or (one.hashes and all(algorithm in STRONG for algorithm, _ in one.hashes)), one
    strong = {one.name for one in LOCKED if not one.bundled}
    assert {one.bundled for one in LOCKED if one.bundled} <= strong, "by the hash of what they are bundled in"
    assert unhashed() == []


def test_every_line_of_a_requirements_file_is_read() -> None:
    """Counted otherwise: each package begins at the margin."""
    for file in PYTHON:
        lines = (ROOT / file).read_text().splitlines()
        packages = python_packages(ROOT / file)
        assert len(packages) == sum(line[:1].isalnum() for line in lines)
        assert sum(len(one.hashes) for one in packages) == sum(line.strip().startswith("--hash=") for line in lines)


def test_a_package_without_its_hash_is_found(locks: Path) -> None:
    requirements = locks / "requirements.txt"
    requirements.write_text(requirements.read_text() + "leftpad==1.0.0\n")
    lock = json.loads((locks / NPM).read_text())
    del lock["packages"]["node_modules/solc"]["integrity"]
    lock["packages"]["node_modules/echarts"]["integrity"] = "sha1-" + "A" * 27 + "="
    (locks / NPM).write_text(json.dumps(lock))
    found = {line.rpartition(" ")[0] for line in unhashed(locks)}
    assert found == {"requirements.txt: leftpad", f"{NPM}: solc", f"{NPM}: echarts"}


@pytest.mark.parametrize("line", ["leftpad>=1", "leftpad @ git+ssh://somewhere/leftpad", "-r other.txt", "leftpad"])
def test_what_is_no_pinned_package_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"click==8.0.0 \\\n    --hash=sha256:ab\n{line}\n")
    with pytest.raises(ValueError, match=r"requirements\.txt:3"):
        python_packages(tmp_path / "requirements.txt")


def test_the_bill_has_every_locked_package_with_every_hash() -> None:
    bill = json.loads(make_sbom.bill())
    components = {(one["purl"].partition("/")[0], one["name"], one["version"]): one for one in bill["components"]}
    assert len(components) == len(bill["components"])
    for locked in LOCKED:
        component = components[f"pkg:{locked.ecosystem}", locked.name, locked.version]
        assert {digest for _, digest in locked.hashes} <= {one["content"] for one in component["hashes"]}, locked.name
    assert set(components) == {(f"pkg:{one.ecosystem}", one.name, one.version) for one in LOCKED}
    (compiler,) = components["pkg:npm", "solc", SOLC_VERSION]["components"]
    assert compiler["purl"] == f"pkg:github/ethereum/solidity@v{SOLC_VERSION}"


def test_the_bill_says_who_wants_whom_and_what_is_for_development() -> None:
    bill = json.loads(make_sbom.bill())
    wants = {one["ref"].partition("@")[0]: str(one.get("dependsOn")) for one in bill["dependencies"]}
    assert "pkg:pypi/flask@" in wants["feiqian"] and "pkg:npm/solc@" in wants["feiqian"]
    assert "pkg:pypi/jinja2@" in wants["pkg:pypi/flask"] and "pkg:npm/js-sha3@" in wants["pkg:npm/solc"]
    scopes = {one["name"]: one["scope"] for one in bill["components"]}
    assert {scopes[name] for name in ("flask", "jinja2", "solc", "ganache", "web3")} == {"required"}
    assert {scopes[name] for name in ("mypy", "ruff", "solhint", "halmos", "uv")} == {"excluded"}


def test_the_bill_is_valid_and_the_same_each_time(locks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    bill = make_sbom.bill()
    assert bill == make_sbom.bill(locks), "wherever it is made"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert '"timestamp"' not in bill
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert json.loads(make_sbom.bill())["metadata"]["timestamp"].startswith("2023-11-14T22:13:20")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    changed = (locks / "requirements-uv.txt").read_text().replace("uv==", "uv==9")
    (locks / "requirements-uv.txt").write_text(changed)
    assert json.loads(make_sbom.bill(locks))["serialNumber"] != json.loads(bill)["serialNumber"]


WEAK: dict[str, Any] = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": [], "description": ""}],
}
SOUND: dict[str, Any] = {"name": "click", "version": "8.5.1", "vulns": []}
UNKNOWN = {"name": "uv", "skip_reason": "Dependency not found on PyPI and could not be audited: uv (0.13.9)"}


def python(*packages: dict[str, Any]) -> auditing.Audit:
    said = json.dumps({"dependencies": packages, "fixes": []})
    return auditing.judged_python("requirements.txt", said, "No known vulnerabilities found\n")


def npm(vulnerabilities: dict[str, Any]) -> auditing.Audit:
    said = {"vulnerabilities": vulnerabilities, "metadata": {"dependencies": {"total": 3}}}
    return auditing.judged_npm(json.dumps(said), "")


def test_weak_packages_are_named_with_what_mends_them() -> None:
    audit = python(SOUND, WEAK)
    assert (audit.audited, audit.unanswered) == (2, [])
    assert audit.weak == ["jinja2 2.0: PYSEC-2019-217, mended by 2.10.1"]
    (weak,) = npm({"tmp": {"range": "<=0.2.3", "severity": "low", "via": [{"title": "writes elsewhere"}, "solc"]}}).weak
    assert weak == "tmp <=0.2.3: low, writes elsewhere; through solc"


def test_silence_is_no_good_news() -> None:
    """pip-audit says "No known vulnerabilities found", and ends well, where PyPI answers 404 to everything."""
    assert python(SOUND, UNKNOWN).unanswered == [UNKNOWN["skip_reason"]]
    assert auditing.judged_python("r", "", "…\nConnectionError: no such host\n").unanswered == [
        "ConnectionError: no such host"
    ]
    assert auditing.judged_python("r", "", "").unanswered
    assert auditing.judged_npm('{"message": "405 Method Not Allowed"}', "").unanswered == ["405 Method Not Allowed"]
    for nothing in ("", "[]", "null", "{}"):
        assert auditing.judged_npm(nothing, "").unanswered and auditing.judged_python("r", nothing, "").unanswered


@pytest.mark.parametrize(
    ("answer", "status"),
    [((SOUND,), 0), ((SOUND, WEAK), 1), ((SOUND, UNKNOWN), 2), ((WEAK, UNKNOWN), 2)],
)
def test_what_the_command_ends_with(
    answer: tuple[dict[str, Any], ...], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(auditing, "of_python", lambda file: python(*answer))
    monkeypatch.setattr(auditing, "of_npm", lambda: npm({}))
    assert auditing.main() == status
    said = capsys.readouterr().out
    assert ("THIS IS NO AUDIT" in said) == (status == 2)
    assert ("PYSEC-2019-217" in said) == (WEAK in answer)
