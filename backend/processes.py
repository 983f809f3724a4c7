"""Processes: this one's memory, which one of the others a number stands for, and who holds a folder."""

from __future__ import annotations

import fcntl
import gc
import subprocess
from pathlib import Path
from typing import IO


def settle() -> None:
    """What a server has loaded when it starts stays: the garbage collector, which took a third of its time with that,
    does not look at it again, and looks less often at what is new."""
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)


def command_of(pid: str) -> str:
    """The command line of a process that runs; empty where there is none, or nobody to ask. A pid file is believed
    only with this: its number may be another process's by now."""
    try:
        if Path("/proc/self/cmdline").exists():
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ").strip()
        asked = ["ps", "-ww", "-o", "args=", "-p", pid]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def hold(path: Path, *, shared: bool = False) -> IO[str] | None:
    """Locks the file `path` until what is returned is closed, which the system does however the process ends; None
    where another holds it. A `shared` lock leaves room for others that are shared."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = path.open("w")
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
