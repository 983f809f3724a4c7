"""The command line: start a network, play the demo, look at positions, rebuild and reconcile."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from backend import (
    cli_audit,
    cli_books,
    cli_build,
    cli_certificates,
    cli_network,
    cli_operations,
    cli_storage,
    detached,
)
from backend.cli_region import region
from backend.config import UNLIMITED, Settings
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
        except BrokenPipeError:
            raise
        except OSError as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except Exception as fault:
            from sqlalchemy.exc import SQLAlchemyError

            if not isinstance(fault, SQLAlchemyError):
                raise
            said = str(getattr(fault, "orig", None) or fault).partition("\n")[0]
            raise click.ClickException(f"the database cannot be used (FEIQIAN_DATABASE_URL): {said}") from fault


class _WrongSetting(click.ClickException):
    exit_code = 2


@click.group(cls=_Group)
@click.option("--rpc-url", help="Join this chain instead of starting one.")
@click.option("--chain", type=click.Choice(["ganache", "anvil"]), help="The local chain to start.")
@click.option("--home", type=click.Path(path_type=Path), help="Where keystore, database and chain data live.")
@click.pass_context
def main(ctx: click.Context, rpc_url: str | None, chain: str | None, home: Path | None) -> None:
    """Feiqian 飞钱: supply-chain finance on a chain. Settings are FEIQIAN_… variables, see backend/config.py."""
    given: dict[str, object] = {"rpc_url": rpc_url, "chain": chain, "home": home}
    try:
        ctx.obj = Settings.from_env(None, **{name: value for name, value in given.items() if value is not None})
    except ValidationError as wrong:
        raise _WrongSetting("; ".join(_setting(mistake) for mistake in wrong.errors())) from wrong
    from backend import logs

    logs.configure(ctx.obj)


main.add_command(invoice)
main.add_command(region)
cli_audit.register(main)
cli_books.register(main)
cli_build.register(main)
cli_certificates.register(main)
cli_storage.register(main)
cli_operations.register(main)
cli_network.register(main)


@main.command()
@click.option("--story", default="confirmation", type=click.Choice(["confirmation", "dispute", "default", "oil"]))
@click.option("--network", type=click.Choice(["poa"]), help="Play it on the validators of 'feiqian network'.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.pass_obj
def demo(settings: Settings, story: str, network: str | None, as_json: bool) -> None:
    """Play a story on a fresh local chain (or the one given by --rpc-url or --network), and prove it."""
    from backend.demo import limits_of, run
    from backend.world import World

    chain = cli_network.joined(settings) if network else contextlib.nullcontext(settings)
    with chain as joined, tempfile.TemporaryDirectory(prefix="feiqian-demo-") as folder:
        # A throw-away chain needs no slow keystore; a free port leaves a running network alone.
        fresh = joined.model_copy(
            update={
                "home": Path(folder),
                "deployments": Path(folder) / "deployments",
                "rpc_port": 0,
                "keystore_rounds": 4096,
                "poll_seconds": 0.01,
                **UNLIMITED,
                **limits_of(joined),
            }
        )
        world = World.start(fresh, report=lambda line: click.echo(f"· {line}"), keep_chain=False)
        try:
            holds = run(world.system, world.operator(), story=story, as_json=as_json)
        finally:
            world.close()
    sys.exit(0 if holds else 1)


@main.command()
@click.option("--detach", is_flag=True, help="Return when the network runs; 'feiqian down' ends it.")
@click.pass_obj
def up(settings: Settings, detach: bool) -> None:
    """Start the network and the API, and keep them running."""
    if detach:
        detached.start(settings)
        _announce(settings)
        return
    from backend.world import World, listen

    cli_operations.leave_on_signals()
    with cli_operations.role(settings, only="up"), listen(settings) as listener:
        world = World.start(settings, report=lambda line: click.echo(f"· {line}"))
        try:
            world.serve(listener)
            _announce(settings)
            threading.Event().wait()
        finally:
            world.close()


@main.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """End the network that 'feiqian up --detach' started."""
    detached.end(settings)


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
    from backend.money import format_amount
    from backend.queries import participants as queries
    from backend.web.schemas import check_address

    try:
        account = check_address(account)
    except ValueError as wrong:
        raise click.ClickException(f"account: {wrong}") from wrong
    with cli_books.read_model(settings) as database:
        who = queries.participant(database, account)
        found = queries.position(database, account)
    click.echo(f"{who['name']}  {account}  {', '.join(who['roles'])}{'  FROZEN' if who['frozen'] else ''}")
    for kind, key in (("cash", "amountFen"), ("notes", "valueFen"), ("owed", "valueFen")):
        for row in found[kind]:
            click.echo(f"{kind:<8}{row['currency']} {format_amount(row[key]):>24}")


@main.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Drop the read model and make it again from the chain alone. The network must be down."""
    from rich.progress import Progress, TextColumn

    from backend.world import open_resting

    if not (settings.rpc_url or (settings.home / "chain").exists()):
        raise click.ClickException(f"there is no network in {settings.home} yet; 'feiqian up' starts one")
    with (
        cli_operations.role(settings, alone=True),
        open_resting(settings) as system,
        cli_operations.sole_indexer(system.database) as still_alone,
    ):
        system.indexer.rebuild()
        with Progress(*Progress.get_default_columns(), TextColumn("{task.fields[pace]}")) as bar:
            task = bar.add_task("blocks", total=None, pace="")
            while _step(system.indexer):
                still_alone()
                now = system.indexer.progress()
                bar.update(task, completed=now.position, total=now.head, pace=f"{now.rate:,.0f} events/s")
        click.echo(f"rebuilt up to block {system.indexer.position()}")


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
    """A step; where the chain moved meanwhile, there is more to see."""
    from backend.projections.indexer import ChainMoved

    try:
        return indexer.step()
    except ChainMoved:
        return True


def _setting(mistake: Any) -> str:
    """A setting that is wrong, by the name it is set with."""
    name = ".".join(str(part) for part in mistake["loc"])
    return f"FEIQIAN_{name.upper()} is {str(mistake['input'])!r}: {mistake['msg']}"


def _announce(settings: Settings) -> None:
    base = f"http://{settings.host}:{settings.port}"
    click.echo(f"API            {base}/api/v1")
    click.echo(f"Desks          {base}/")
    click.echo(f"Documentation  {base}/docs")
    click.echo(f"Operator key   {settings.home / 'operator-api-key'}")


if __name__ == "__main__":
    main()
