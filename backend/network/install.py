"""Where geth comes from: the release that seals Clique, built with Go once and kept in the user's cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from backend.errors import Conflict, SetupIncomplete, both
from backend.processes import hold

GETH_VERSION = "1.13.15"
"""The last that seals Clique: 1.14 only follows chains that something else drives."""
MODULE = f"github.com/ethereum/go-ethereum/cmd/geth@v{GETH_VERSION}"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "feiqian" / f"geth-{GETH_VERSION}"
_GO = Path("/usr/local/go/bin/go")


def geth() -> Path | None:
    """The geth to run: the one built here, or one on PATH of the same line; None where there is neither."""
    own = CACHE / "geth"
    if own.exists():
        return own
    found = shutil.which("geth")
    return Path(found) if found and _seals_clique(found) else None


def install() -> Path:
    """The geth to run, built where there is none, which takes minutes. Raises SetupIncomplete: what to install."""
    if (found := geth()) is not None:
        return found
    go = _go()
    if go is None:
        raise SetupIncomplete(
            reason=both(
                "the network needs geth {version}: install it, or Go (1.21 or later, go.dev/dl), and it is built",
                "网络需要 geth {version}:请安装它,或安装 Go(1.21 以上,go.dev/dl),以便自动编译",
                version=GETH_VERSION,
            )
        )
    building = hold(CACHE / "lock")
    if building is None:
        raise Conflict(reason=both("another process is building geth", "另一进程正在编译 geth"))
    with building:
        _build(go)
    return CACHE / "geth"


def can_install() -> bool:
    """Whether there is a geth, or what builds one."""
    return geth() is not None or _go() is not None


def _build(go: str) -> None:
    folder = CACHE / "build"
    # From Go 1.23 on a library of this release reaches for what the linker hides.
    flags = ["-ldflags=-checklinkname=0"] if _go_minor(go) >= 23 else []
    command = [go, "install", *flags, MODULE]
    built = subprocess.run(
        command, env={**os.environ, "GOBIN": str(folder)}, cwd=CACHE, capture_output=True, text=True, check=False
    )
    if built.returncode != 0:
        raise SetupIncomplete(
            reason=both(
                "'{command}' failed: {said}",
                "'{command}' 失败:{said}",
                command=" ".join(command),
                said=built.stderr.strip().rpartition("\n")[2],
            )
        )
    (folder / "geth").replace(CACHE / "geth")


def _go() -> str | None:
    return shutil.which("go") or (str(_GO) if _GO.exists() else None)


def _go_minor(go: str) -> int:
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"go1\.(\d+)", said)
    return int(found[1]) if found else 0


def _seals_clique(path: str) -> bool:
    said = subprocess.run([path, "version"], capture_output=True, text=True, check=False).stdout
    return re.search(r"^Version: 1\.13\.", said, re.MULTILINE) is not None
