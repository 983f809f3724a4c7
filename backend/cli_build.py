"""Whether what was deployed is what the sources make, from the command line (rule Y10)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.config import Settings

if TYPE_CHECKING:
    from backend.chain.compile import Artifact
    from backend.chain.contracts import Deployment
    from backend.chain.node import Node
    from backend.chain.verification import Compared

MARKS = {"same": "✓", "different": "✗", "not compared": "·"}


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    main.add_command(verify_build)


@click.command("verify-build")
@click.argument("records", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--installed", is_flag=True, help="Use compiler and library of node_modules; nothing is fetched.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def verify_build(settings: Settings, records: tuple[Path, ...], installed: bool, as_json: bool) -> None:
    """Build the contracts anew in an empty folder and compare them, byte for byte, with deployment RECORDS (default:
    all that there are) and with the chain, where a node answers; exit status 1 where anything differs."""
    from backend.chain.building import clean_build
    from backend.chain.compile import artifacts
    from backend.chain.contracts import Deployment
    from backend.chain.verification import against_cache

    folder = settings.deployments_folder
    deployments = {path: Deployment.read(path) for path in records or sorted(folder.glob("*.json"))}
    built = clean_build(installed=installed)
    compared = {"build": list(against_cache(built, artifacts()))}
    node = _node(settings)
    for path, deployment in deployments.items():
        compared[str(path)] = list(_compare(built, deployment, node))
    if as_json:
        click.echo(json.dumps({name: [asdict(one) for one in found] for name, found in compared.items()}))
    else:
        for name, found in compared.items():
            _show(name, found)
        if not deployments:
            click.echo(f"there is no deployment record in {folder}: nothing that was deployed was compared")
    wrong = [one for found in compared.values() for one in found if one.outcome == "different"]
    for one in wrong:
        click.echo(f"{one.contract or 'the build'} differs: {one.what}", err=True)
    sys.exit(1 if wrong else 0)


def _compare(built: dict[str, Artifact], deployment: Deployment, node: Node | str) -> list[Compared]:
    from backend.chain.verification import Compared, against_chain, against_record

    found = list(against_record(built, deployment))
    if not isinstance(node, str) and node.chain_id != deployment.chain_id:
        node = f"{node.url} is chain {node.chain_id}, not {deployment.chain_id}"
    if isinstance(node, str):
        return [*found, Compared("", "chain", "not compared", node)]
    return [*found, *against_chain(built, deployment, node)]


def _node(settings: Settings) -> Node | str:
    """The node, or why there is none. One that was asked for has to answer."""
    from backend.chain.node import connect

    node = connect(settings)
    return node if settings.rpc_url or node.is_up() else f"no node answers at {node.url}"


def _show(name: str, found: list[Compared]) -> None:
    """What is the same in one line for each contract, everything else in a line of its own."""
    click.echo(name)
    same: dict[str, list[str]] = {}
    for one in found:
        if one.outcome == "same":
            same.setdefault(one.contract or "build", []).append(f"{one.what} ({one.seen})" if one.seen else one.what)
        else:
            click.echo(f"  {MARKS[one.outcome]} {one.contract or 'build':<20}{one.what}: {one.outcome}, {one.seen}")
    for contract, whats in same.items():
        click.echo(f"  ✓ {contract:<20}{', '.join(whats)}")
    counted = {outcome: sum(one.outcome == outcome for one in found) for outcome in MARKS}
    click.echo("  " + ", ".join(f"{number} {outcome}" for outcome, number in counted.items()))
