"""The command line: start a network, play the demo, look at positions, rebuild and reconcile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.config import Settings
from backend.errors import FeiqianError
from backend.invoices.cli import invoice

if TYPE_CHECKING:
    from backend.projections.indexer import Indexer


class _Group(click.Group):
    """Prints a refusal as one sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FeiqianError as refusal:
            raise click.ClickException(f"{refusal.title['en']}: {refusal}") from refusal


@click.group(cls=_Group)
@click.option("--rpc-url", help="Join this chain instead of starting one.")
@click.option("--chain", type=click.Choice(["ganache", "anvil"]), help="The local chain to start.")
@click.option("--home", type=click.Path(path_type=Path), help="Where keystore, database and chain data live.")
@click.pass_context
def main(ctx: click.Context, rpc_url: str | None, chain: str | None, home: Path | None) -> None:
    """Feiqian 飞钱: supply-chain finance on a chain. Settings are FEIQIAN_… variables, see backend/config.py."""
    given: dict[str, object] = {"rpc_url": rpc_url, "chain": chain, "home": home}
    ctx.obj = Settings.from_env(None, **{name: value for name, value in given.items() if value is not None})
    from backend import logs

    logs.configure(ctx.obj)


main.add_command(invoice)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.pass_obj
def demo(settings: Settings, as_json: bool) -> None:
    """Play the whole story on a fresh local chain (or the one given by --rpc-url), and prove it."""
    from backend.demo import run
    from backend.world import World

    with tempfile.TemporaryDirectory(prefix="feiqian-demo-") as folder:
        # A throw-away chain needs no slow keystore; a free port leaves a running network alone.
        fresh = settings.model_copy(
            update={
                "home": Path(folder),
                "deployments": Path(folder) / "deployments",
                "rpc_port": 0,
                "keystore_rounds": 4096,
                "poll_seconds": 0.01,
            }
        )
        world = World.start(fresh, report=lambda line: click.echo(f"· {line}"), keep_chain=False)
        try:
            holds = run(world, as_json=as_json)
        finally:
            world.close()
    sys.exit(0 if holds else 1)


@main.command()
@click.option("--detach", is_flag=True, help="Return when the network runs; 'feiqian down' ends it.")
@click.pass_obj
def up(settings: Settings, detach: bool) -> None:
    """Start the network and the API, and keep them running."""
    if detach:
        _start_detached(settings)
        return
    from backend.world import World

    world = World.start(settings, report=lambda line: click.echo(f"· {line}"))
    try:
        world.serve()
        _announce(settings)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        stop.wait()
    finally:
        world.close()


@main.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """End the network that 'feiqian up --detach' started."""
    pid_file = settings.home / "feiqian.pid"
    if not pid_file.exists():
        raise click.ClickException("no detached network was started here")
    pid = int(pid_file.read_text(encoding="ascii"))
    pid_file.unlink()
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        click.echo("it had ended already")
        return
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and _runs(pid):
        time.sleep(0.1)
    click.echo("the network is down; its data stays")


@main.command()
@click.pass_obj
def deploy(settings: Settings) -> None:
    """Deploy the contracts to the chain given by --rpc-url and write deployments/<chainId>.json."""
    from backend.chain.contracts import Deployment
    from backend.chain.node import connect
    from backend.world import find_or_deploy

    node = connect(settings)
    deployment = find_or_deploy(node, settings, lambda line: click.echo(f"· {line}"))
    click.echo(f"chain {deployment.chain_id}: {Deployment.path(settings, deployment.chain_id)}")
    for name, address in deployment.contracts.items():
        click.echo(f"{name:<16}{address}")


@main.command()
@click.argument("account")
@click.pass_obj
def position(settings: Settings, account: str) -> None:
    """Show what a participant has and owes (from the read model)."""
    from backend.database import open_database
    from backend.money import format_amount
    from backend.queries import participants as queries
    from backend.web.schemas import check_address

    database = open_database(settings.database)
    try:
        account = check_address(account)
    except ValueError as wrong:
        raise click.ClickException(f"account: {wrong}") from wrong
    who = queries.participant(database, account)
    click.echo(f"{who['name']}  {account}  {', '.join(who['roles'])}{'  FROZEN' if who['frozen'] else ''}")
    found = queries.position(database, account)
    for kind, key in (("cash", "amountFen"), ("notes", "valueFen"), ("owed", "valueFen")):
        for row in found[kind]:
            click.echo(f"{kind:<8}{row['currency']} {format_amount(row[key]):>24}")


@main.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Drop the read model and make it again from the chain alone."""
    from rich.progress import Progress

    from backend.system import System

    system = System.open(settings)
    try:
        system.indexer.rebuild()
        head = system.indexer.source.head()
        with Progress() as progress:
            task = progress.add_task("blocks", total=max(head, 1))
            while _step(system.indexer):
                progress.update(task, completed=system.indexer.position())
            progress.update(task, completed=head)
        click.echo(f"rebuilt up to block {system.indexer.position()}")
    finally:
        system.close()


@main.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def reconcile_command(settings: Settings, as_json: bool) -> None:
    """Compare every balance and state with the chain; exit status 1 where they differ."""
    from rich.console import Console

    from backend.demo import show_proof
    from backend.reconcile import reconcile
    from backend.system import System

    system = System.open(settings)
    try:
        proof = reconcile(system)
    finally:
        system.close()
    if as_json:
        click.echo(json.dumps({"block": proof.block, "checks": proof.checks, "findings": proof.findings}))
    else:
        show_proof(Console(), proof)
    sys.exit(0 if proof.holds else 1)


def _step(indexer: Indexer) -> bool:
    """A step; where the running network's own indexer was faster, there is more to see."""
    from backend.projections.indexer import ChainMoved

    try:
        return indexer.step()
    except ChainMoved:
        return True


def _start_detached(settings: Settings) -> None:
    pid_file = settings.home / "feiqian.pid"
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if pid_file.exists() and _runs(int(pid_file.read_text(encoding="ascii"))):
        click.echo("it runs already")
        _announce(settings)
        return
    given = ["--home", str(settings.home), "--chain", settings.chain]
    given += ["--rpc-url", settings.rpc_url] if settings.rpc_url else []
    with (settings.home / "feiqian.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", *given, "up"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    pid_file.write_text(str(process.pid), encoding="ascii")
    _await_health(settings, process)
    _announce(settings)


def _await_health(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    import httpx
    from rich.console import Console

    url = f"http://{settings.host}:{settings.port}/api/v1/health"
    deadline = time.monotonic() + 180
    with Console().status("starting the network"):
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise click.ClickException(f"it did not start; see {settings.home / 'feiqian.log'}")
            try:
                if httpx.get(url, timeout=2).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
    raise click.ClickException(f"it does not answer; see {settings.home / 'feiqian.log'}")


def _announce(settings: Settings) -> None:
    base = f"http://{settings.host}:{settings.port}"
    click.echo(f"API            {base}/api/v1")
    click.echo(f"Documentation  {base}/docs")
    click.echo(f"Operator key   {settings.home / 'operator-api-key'}")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"


if __name__ == "__main__":
    main()
