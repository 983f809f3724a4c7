"""The audit log from the command line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from backend.cli_books import read_model
from backend.config import Settings

if TYPE_CHECKING:
    from backend.queries.audit import Head


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    main.add_command(audit)


@click.group(invoke_without_command=True)
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 100_000), help="So many rows.")
@click.option("--account", help="Only what this account asked for.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row.")
@click.pass_context
def audit(ctx: click.Context, last: int, account: str | None, as_json: bool) -> None:
    """Show who asked for what, when, and what came of it."""
    if ctx.invoked_subcommand is not None:
        return
    from backend.queries import audit as queries

    with read_model(ctx.obj) as database:
        found = queries.rows(database, last=last, account=account)
    for row in found:
        click.echo(json.dumps(row) if as_json else _line(row))


@audit.command()
@click.option("--head", "known", metavar="SEQ:HASH", help="A head that was printed before and kept elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def verify(settings: Settings, known: str | None, as_json: bool) -> None:
    """Say whether the chain of hashes is whole, or name the first row that is not; exit status 1 where it is not. Keep
    the head that it prints where nobody can reach both: with --head it finds that the end was cut off."""
    from backend.queries import audit as queries

    with read_model(settings) as database:
        verdict = queries.verify(database, _head(known) if known else None)
    if as_json:
        head = {"seq": verdict.head.seq, "digest": verdict.head.digest}
        click.echo(json.dumps({"holds": verdict.holds, "head": head, "wrong": verdict.wrong}))
    else:
        click.echo(f"✗ {verdict.wrong}" if verdict.wrong else f"✓ {verdict.head.seq} rows, none changed, none missing")
        click.echo(f"head {verdict.head}")
    sys.exit(0 if verdict.holds else 1)


def _head(said: str) -> Head:
    from backend.queries.audit import Head

    seq, _, digest = said.partition(":")
    if not (seq.isascii() and seq.isdigit() and len(digest) == 64):
        raise click.BadParameter("is not what 'feiqian audit verify' prints", param_hint="--head")
    return Head(int(seq), digest)


def _line(row: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(row["at"], UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    what = " ".join(part for part in (row["route"], row["object"]) if part)
    return f"{row['seq']:>8}  {at}  {row['account'] or '-':<42}  {row['outcome']:<12}  {what}"
