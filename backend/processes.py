"""Processes: this one's memory, parts of a network as processes of their own, which one of the others a number stands
for, and who holds a folder."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from backend.config import ROOT, Settings

LEAVE_SECONDS = 30


def settle() -> None:
    """What a server has loaded when it starts stays: the garbage collector does not look at it again, and looks less
    often at what is new."""
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)


@contextlib.contextmanager
def beside(settings: Settings, *parts: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`feiqian PART` for each of `parts`, over the network of `settings`, for as long as the block lasts. What they say
    on standard error is said here."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("FEIQIAN_")}
    env |= {"MALLOC_ARENA_MAX": "2"}  # glibc would keep an arena for each thread
    env |= {f"FEIQIAN_{name.upper()}": str(getattr(settings, name)) for name in settings.model_fields_set}
    command = [sys.executable, "-m", "backend.cli"]
    started = [subprocess.Popen([*command, part], env=env, cwd=ROOT, stdout=subprocess.DEVNULL) for part in parts]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def peak_memory_mb(others: Sequence[subprocess.Popen[bytes]] = ()) -> int:
    """The most memory that this process had at once, and each of `others` that still runs (on Linux)."""
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return (mine + sum(_peak_kb(process.pid) for process in others)) // 1024


def _peak_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


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
