"""Every locked package against the advisories of PyPI and npm (`make audit`).

Exit status 1 where one has a known weakness, 2 where a service did not answer for all of them: silence is no good news.
pip-audit by itself ends well when PyPI knows a package not at all, as behind a mirror without advisories; here that is
counted as not audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lock_files import NPM, PYTHON

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 900


@dataclass
class Audit:
    """What came of one lock file: how many packages were looked up, which are weak, and what nobody answered for."""

    file: str
    audited: int = 0
    weak: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def of_python(file: str) -> Audit:
    """What pip-audit says of a requirements file."""
    command = [str(ROOT / ".venv-sec" / "bin" / "pip-audit"), "-r", file, "--require-hashes", "--disable-pip"]
    return judged_python(file, *_run([*command, "--format", "json", "--progress-spinner", "off"]))


def judged_python(file: str, said: str, complaint: str) -> Audit:
    audit = Audit(file)
    packages = _json(said).get("dependencies")
    if packages is None:
        audit.unanswered.append(_last(complaint) or "pip-audit said nothing")
    for package in packages or []:
        if "skip_reason" in package:
            audit.unanswered.append(package["skip_reason"])
            continue
        audit.audited += 1
        for weakness in package["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "nothing yet"
            audit.weak.append(f"{package['name']} {package['version']}: {weakness['id']}, mended by {mended}")
    return audit


def of_npm() -> Audit:
    """What `npm audit` says of package-lock.json."""
    return judged_npm(*_run([str(ROOT / "toolchain" / "npm"), "audit", "--package-lock-only", "--json"]))


def judged_npm(said: str, complaint: str) -> Audit:
    audit, answer = Audit(NPM), _json(said)
    if "vulnerabilities" not in answer:
        audit.unanswered.append(str(answer.get("message") or _last(complaint) or "npm said nothing"))
        return audit
    audit.audited = answer["metadata"]["dependencies"]["total"]
    for name, found in sorted(answer["vulnerabilities"].items()):
        titles = [via["title"] if isinstance(via, dict) else f"through {via}" for via in found["via"]]
        audit.weak.append(f"{name} {found['range']}: {found['severity']}, {'; '.join(titles)}")
    return audit


def main() -> int:
    audits = [*map(of_python, PYTHON), of_npm()]
    for audit in audits:
        print(f"{audit.file}: {audit.audited} packages looked up, {len(audit.weak)} weaknesses")
        for weakness in audit.weak:
            print(f"  ✗ {weakness}")
        if audit.unanswered:
            print(f"  NOT AUDITED, {len(audit.unanswered)} without an answer, the first: {audit.unanswered[0]}")
    if any(audit.unanswered for audit in audits):
        print("THIS IS NO AUDIT: an advisory service did not answer from here. Run it where PyPI and npm do.")
        return 2
    return 1 if any(audit.weak for audit in audits) else 0


def _run(command: list[str]) -> tuple[str, str]:
    """What it printed and what it complained of; neither tool's exit status tells weak from unanswered."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return "", str(failure)
    return done.stdout, done.stderr


def _json(said: str) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


if __name__ == "__main__":
    sys.exit(main())
