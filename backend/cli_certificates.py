"""Certificates from the command line: made by whoever runs the network, checked by anybody."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO, get_args

import click

from backend.certificates.shape import Kind
from backend.config import Settings
from backend.errors import Phrase, both

NOT_ANCHORED = 3
"""The exit status for what agrees with itself and was held against nothing."""
_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", None)}


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    for command in (certificate, verify):
        main.add_command(command)


@click.command()
@click.argument("kind", type=click.Choice(get_args(Kind)))
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the JSON file here.")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write the page here.")
@click.pass_obj
def certificate(settings: Settings, kind: str, number: int, out: Path | None, pdf: Path | None) -> None:
    """Certify a receivable, note, receipt or loan, with proofs of the chain; to standard output unless told where."""
    from backend import audit
    from backend.certificates.making import make
    from backend.certificates.paper import page
    from backend.chain.finality import confirmations
    from backend.commands.desk import OPERATOR
    from backend.system import System

    system = System.open(settings)
    try:
        depth = confirmations(system.node, settings)
        file = make(system.contracts, system.keystore, system.database, depth, kind, number)
        audit.begin(audit.Asked("feiqian certificate", f"{kind}/{number}"))
        with system.database.begin() as db:
            audit.record(db, OPERATOR, "done")
    finally:
        system.close()
    if out is not None:
        out.write_bytes(file)
    if pdf is not None:
        pdf.write_bytes(page(file, settings.public_url))
    if out is None and pdf is None:
        click.echo(file, nl=False)


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--rpc", metavar="URL", help="Ask this node whether its chain has the block.")
@click.option("--block-hash", metavar="HASH", help="The hash of the block, from somewhere that you trust.")
@click.option(
    "--deployment",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The platform's published record (deployments/<chain>.json): its contracts and no others.",
)
@click.pass_obj
def verify(
    settings: Settings, file: BinaryIO, rpc: str | None, block_hash: str | None, deployment: Path | None
) -> None:
    """Check a certificate: exit status 0 where all of it holds, 1 where something does not, 3 where nothing was given
    to hold it against. It takes no network of ours, no database and no key."""
    from backend.certificates import anchors
    from backend.certificates.canonical import MAX_BYTES
    from backend.certificates.checking import check, failures
    from backend.chain.contracts import Deployment
    from backend.chain.node import Node

    found = check(file.read(MAX_BYTES + 1))
    checks = list(found.checks)
    if found.certificate is not None:
        if block_hash is not None:
            checks.append(anchors.known_hash(found.certificate, block_hash))
        if rpc is not None:
            checks += anchors.on_chain(found.certificate, Node(rpc, settings.rpc_timeout), settings)
        if deployment is not None:
            checks.append(anchors.of_deployment(found.certificate, Deployment.read(deployment)))
        else:
            checks.append(anchors.of_no_deployment(found.certificate))
    for one in checks:
        mark, colour = _MARKS[one.holds]
        click.secho(f"{mark} {_spoken(one.says)}", fg=colour)
    if failures(checks):
        click.echo(_spoken(both("do not rely on it", "不可采信")))
        sys.exit(1)
    if not anchors.is_anchored(checks):
        click.echo(
            _spoken(
                both(
                    "consistent, but anchored to nothing: give --rpc URL or --block-hash HASH",
                    "自洽,但未与任何可信来源核对:请提供 --rpc URL 或 --block-hash HASH",
                )
            )
        )
        sys.exit(NOT_ANCHORED)
    click.echo(_spoken(both("all of it holds", "全部属实")))


def _spoken(phrase: Phrase) -> str:
    """In the language of the terminal."""
    chosen = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return phrase.zh if chosen.startswith("zh") else str(phrase)
