"""Operating it: the network's processes one by one, the way of an act from request to block, and what is wrong."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click

from backend.cli_books import read_model
from backend.config import Settings
from backend.errors import ChainUnavailable
from backend.processes import hold

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from backend.chain.contracts import Deployment
    from backend.chain.node import Node


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    for command in (web, sender, indexer, trace, doctor):
        main.add_command(command)


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Serve the API alone, in FEIQIAN_WEB_WORKERS processes of FEIQIAN_WEB_THREADS threads."""
    leave_on_signals()
    with role(settings), tempfile.TemporaryDirectory(prefix="feiqian-metrics-") as folder:
        # Where what the workers count meets; it must be known before anything that counts is imported.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        from backend.web.server import WebServer
        from backend.world import listen

        listen(settings).close()  # what is wrong with the address is said before anything else
        _, deployment = _deployment(settings)
        _migrate(settings)
        click.echo(f"API            http://{settings.host}:{settings.port}/api/v1")
        WebServer(settings, deployment).run()


@click.command()
@click.pass_obj
def sender(settings: Settings) -> None:
    """Take the outbox to the chain, and nothing else. Any number of these share the lanes."""
    _run(settings, ("sender",))


@click.command()
@click.pass_obj
def indexer(settings: Settings) -> None:
    """Take the chain to the read model, settlement runs and anchoring forward, the feed to webhooks, and readings from
    the broker in. One of any number of these works, and the next one when it ends."""
    _run(settings, ("indexer", "runs", "webhooks", "listening"))


@click.command()
@click.argument("name", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def trace(settings: Settings, name: str, as_json: bool) -> None:
    """Show the way of an operation, a request (X-Request-Id) or a transaction from the request to its block."""
    from backend.queries import operations as queries

    with read_model(settings) as database:
        found = queries.way_of(database, name)
    if not found:
        raise click.ClickException(f"no operation, request or transaction {name}")
    if as_json:
        click.echo(json.dumps({"operations": found}, default=_printable))
        return
    for operation in found:
        _show_way(operation)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def doctor(settings: Settings, as_json: bool) -> None:
    """Look for what is wrong, and say what mends it; exit status 1 where something is."""
    from backend.doctor import examine

    findings = examine(settings)
    if as_json:
        rows = [{"check": one.check, "ok": one.ok, "found": one.found, "mend": one.mend} for one in findings]
        click.echo(json.dumps({"ok": all(one.ok for one in findings), "checks": rows}))
    else:
        for one in findings:
            mends = f"\n    → {one.mend}" if one.mend else ""
            click.echo(f"{'✓' if one.ok else '✗'} {one.check:<18}{one.found}{mends}")
    sys.exit(0 if all(one.ok for one in findings) else 1)


@contextlib.contextmanager
def role(settings: Settings, *, alone: bool = False, only: str = "") -> Iterator[None]:
    """Holds the home: several roles of one network share it, `only` one of that name; a rebuild has it `alone` (rule
    B16)."""
    with contextlib.ExitStack() as held:
        for name, shared in [("lock", not alone), *([(f"{only}.lock", False)] if only else [])]:
            lock = hold(settings.home / name, shared=shared)
            if lock is None:
                raise click.ClickException(
                    f"another feiqian works on {settings.home}: "
                    "a network that runs ('feiqian down' ends it) or a rebuild"
                )
            held.enter_context(lock)
        yield


@contextlib.contextmanager
def sole_indexer(database: Engine) -> Iterator[Callable[[], None]]:
    """No other process, of another machine, reads the chain into the database; what is given must be called again and
    again to keep it so."""
    from backend.leases import Leases, holders

    leases = Leases(database)

    def still_alone() -> None:
        if not leases.holds("indexer"):
            owner = holders(database).get("indexer", "another process")
            raise click.ClickException(f"{owner} reads the chain into this database; end its 'feiqian indexer' first")

    still_alone()
    try:
        yield still_alone
    finally:
        leases.release()


def leave_on_signals() -> None:
    """The first signal ends by way of every `finally`; the same once more ends at once."""

    def leave(number: int, _frame: object) -> NoReturn:
        signal.signal(number, signal.SIG_DFL)
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


def _run(settings: Settings, parts: Collection[str]) -> None:
    """Runs parts of the engine until it is told to stop."""
    from backend.system import System

    leave_on_signals()
    with role(settings):
        node, deployment = _deployment(settings)
        system = System.open(settings, node, deployment)
        try:
            system.start(parts)
            click.echo(f"{', '.join(parts)}: on chain {deployment.chain_id}")
            threading.Event().wait()
        finally:
            system.close()


def _deployment(settings: Settings) -> tuple[Node, Deployment]:
    """The chain and what is deployed on it; waits for a chain that does not answer yet, as processes that are started
    together do."""
    from backend.chain.contracts import Deployment
    from backend.chain.node import connect

    node, said = connect(settings), False
    while True:
        try:
            return node, Deployment.load(settings, node.chain_id)
        except ChainUnavailable as silence:
            if not said:
                click.echo(f"waiting for the chain at {node.url}: {silence.params['reason']}")
                said = True
            time.sleep(1)


def _migrate(settings: Settings) -> None:
    """Once, before there are several that would."""
    from backend.database import open_database
    from backend.migrations import migrate

    database = open_database(settings.database)
    migrate(database)
    database.dispose()


def _show_way(operation: dict[str, Any]) -> None:
    click.echo(f"operation {operation['id']}  {operation['kind']}  by {operation['actor']}")
    click.echo(f"  request      {operation['request_id'] or 'none: it began inside'}")
    if operation["signer"]:
        click.echo(f"  call         {operation['contract']}.{operation['function']} signed by {operation['signer']}")
    for entry in operation["history"]:
        click.echo(f"  {_moment(entry['at'])}  {entry['state']:<10} {entry['note'] or ''}".rstrip())
    if operation["tx_hash"]:
        click.echo(f"  transaction  {operation['tx_hash']}  nonce {operation['nonce']}")
    if operation["block_number"] is not None:
        block, gas = operation["block_number"], operation["gas_used"]
        click.echo(f"  block        {block}  {operation['block_hash']}  {gas} gas")
    for told in operation["told"]:
        click.echo(f"  told as {told['seq']:<5}{told['kind']} {told['contract']}.{told['name']}")
    if operation["error"]:
        click.echo(f"  error        {operation['error']['error']} {operation['error']['arguments']}")


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _printable(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
