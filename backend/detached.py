"""The network in the background of a home: `feiqian up --detach` starts it, `feiqian down` ends it (rules B14, B15)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import httpx

from backend.config import Settings
from backend.processes import command_of, hold

START_SECONDS = 180.0
RECOVERY_SECONDS = 10.0
"""How long a network that runs may be unwell before that is said: it may just be starting, or have lost a call."""
END_SECONDS = 60.0


def start(settings: Settings) -> None:
    """Returns once the network of this home runs and is well, whether it was started now or before."""
    from backend.world import listen  # it brings everything else, and 'down' needs none of it

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    starting = hold(settings.home / "starting")
    if starting is None:
        raise click.ClickException(f"another 'feiqian up --detach' is starting the network of {settings.home}")
    with starting:
        pid = _running(settings)
        if pid is None:
            listen(settings).close()  # what the child would stumble over is said here, where somebody reads it
            _start(settings)
            return
        wrong = _await_health(settings, lambda: _running(settings) == pid, RECOVERY_SECONDS)
        if wrong is not None:
            raise click.ClickException(
                f"the network runs (process {pid}) but is not well: {wrong}; see {_log(settings)}. "
                "'feiqian down' and 'feiqian up --detach' start it again on the same data"
            )
    click.echo("it runs already")


def end(settings: Settings) -> None:
    """Ends the network of this home, and nothing else."""
    pid_file = _pid_file(settings)
    if not pid_file.exists():
        raise click.ClickException("no detached network was started here")
    pid = _running(settings)
    if pid is None:
        stale = pid_file.read_text(encoding="ascii", errors="replace").strip()
        pid_file.unlink()
        click.echo("it had ended already")
        if stale.isdigit() and command_of(stale):
            click.echo(f"process {stale} is another program by now and was left alone")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while _running(settings) == pid:
        if time.monotonic() > deadline:
            raise click.ClickException(f"process {pid} does not end; see {_log(settings)}")
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)
    click.echo("the network is down; its data stays")


def _start(settings: Settings) -> None:
    given = ["--home", str(settings.home.resolve()), "--chain", settings.chain]
    given += ["--rpc-url", settings.rpc_url] if settings.rpc_url else []
    with _log(settings).open("ab") as log:
        said_before = log.tell()
        process = subprocess.Popen(
            [sys.executable, *_MODULE, *given, "up"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _pid_file(settings).write_text(str(process.pid), encoding="ascii")
    wrong: str | None = "it was interrupted"
    try:
        wrong = _await_health(settings, lambda: process.poll() is None, START_SECONDS)
    finally:
        if wrong is not None:
            _stop(process)
            _pid_file(settings).unlink(missing_ok=True)
    if wrong is not None:
        raise click.ClickException(
            f"it did not start: {_last_words(_log(settings), said_before) or wrong}; see {_log(settings)}"
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # it ends its chain, too
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_health(settings: Settings, runs: Callable[[], bool], seconds: float) -> str | None:
    """None as soon as the network is well; what is wrong with it where it ends, or is not well after `seconds`."""
    from rich.console import Console

    deadline = time.monotonic() + seconds
    with Console().status("waiting for the network"):
        while runs():
            wrong = what_is_wrong(settings)
            if wrong is None or time.monotonic() > deadline:
                return wrong
            time.sleep(0.2)
    return "it ended"


def what_is_wrong(settings: Settings) -> str | None:
    """None where this home's network answers on host:port and is well. It is known by its operator's key, which is
    this home's secret: a network of another home does not take it."""
    base = f"http://{settings.host}:{settings.port}/api/v1"
    key_file = settings.home / "operator-api-key"
    key = settings.operator_api_key or (key_file.read_text(encoding="ascii").strip() if key_file.exists() else "")
    try:
        with httpx.Client(timeout=2, trust_env=False, headers={"Authorization": f"Bearer {key}"}) as asking:
            if not _is_list(asking.get(f"{base}/events", params={"limit": 1})):
                return f"what answers at {base} is not the network of {settings.home} (FEIQIAN_PORT says where it is)"
            health = asking.get(f"{base}/health")
    except httpx.HTTPError:
        return f"nothing answers at {base} (FEIQIAN_PORT says where it is)"
    if health.is_success:
        return None
    try:
        return str(health.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"its health is HTTP {health.status_code}"


def _is_list(response: httpx.Response) -> bool:
    try:
        return response.is_success and "items" in response.json()
    except (ValueError, TypeError):
        return False


def _running(settings: Settings) -> int | None:
    """The process of this home's network in the background, by its command line; None where none runs."""
    pid_file = _pid_file(settings)
    pid = pid_file.read_text(encoding="ascii", errors="replace").strip() if pid_file.exists() else ""
    if not pid.isdigit():
        return None
    command = command_of(pid)
    own = f"{' '.join(_MODULE)} --home {settings.home.resolve()} " in command and command.endswith(" up")
    return int(pid) if own else None


_MODULE = ("-m", "backend.cli")


def _pid_file(settings: Settings) -> Path:
    return settings.home / "feiqian.pid"


def _log(settings: Settings) -> Path:
    return settings.home / "feiqian.log"


def _last_words(log: Path, offset: int) -> str:
    """The last line that was logged after `offset`."""
    with log.open("rb") as file:
        file.seek(offset)
        lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
