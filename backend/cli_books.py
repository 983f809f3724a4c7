"""Books from the command line: the statement of a participant, the lineage of a note, the books of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from backend.config import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

SUBJECTS = {"receivableId": "receivable", "noteId": "note"}


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    for command in (books, statement, lineage):
        main.add_command(command)


@click.command()
@click.option(
    "--beancount",
    "file",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    is_flag=False,
    flag_value="-",
    required=True,
    help="Write a Beancount file; '-' or nothing for standard output.",
)
@click.pass_obj
def books(settings: Settings, file: str) -> None:
    """Export the books of all participants and contracts (from the read model)."""
    from backend.books import beancount

    with read_model(settings) as database, click.open_file(file, "w", encoding="utf-8", atomic=True) as out:
        for piece in beancount(database):
            out.write(piece)


@click.command()
@click.argument("account")
@click.option("--currency", metavar="CODE", help="Only the lines in this currency.")
@click.pass_obj
def statement(settings: Settings, account: str, currency: str | None) -> None:
    """Show a participant's books, line by line, with the event behind each (from the read model)."""
    from backend.invoices import currencies
    from backend.queries import books as queries
    from backend.queries.participants import participant
    from backend.web.schemas import check_address

    try:
        account = check_address(account)
    except ValueError as wrong:
        raise click.ClickException(f"account: {wrong}") from wrong
    number = currencies.currency(currency, field="currency").numeric if currency else None
    with read_model(settings) as database:
        click.echo(f"{participant(database, account)['name']}  {account}")
        page = queries.statement(database, account, currency=number)
        _show_balances("opening", page["opening"])
        while True:
            for entry in page["items"]:
                _show_entry(entry)
            if page["next"] is None:
                break
            page = queries.statement(database, account, currency=number, after=page["next"])
        _show_balances("closing", page["closing"])


@click.command()
@click.argument("note", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def lineage(settings: Settings, note: int) -> None:
    """Show where a note comes from, up to its root, what became of it, and what was merged into it."""
    from backend.queries.notes import lineage as query
    from backend.queries.receivables import visible_receivable

    with read_model(settings) as database:
        found = query(database, note, None)
        code = visible_receivable(database, found["note"]["receivableId"], None)["currency"]
    click.echo(f"note {note} of receivable {found['note']['receivableId']}")
    for depth, ancestor in enumerate(reversed(found["path"])):
        click.echo(f"{'  ' * depth}{_shown_note(ancestor, code)}")
    for child in found["children"]:
        click.echo(f"{'  ' * len(found['path'])}{_shown_note(child, code)}")
    for merge in found["merged"]:
        amount = _amount(merge["valueFen"], code)
        click.echo(f"merged at {_moment(merge['at'])}: {amount} {code} of note {merge['fromNoteId']}")


@contextmanager
def read_model(settings: Settings) -> Iterator[Engine]:
    """The database, where there is one."""
    from backend.database import open_database

    if not (settings.database_url or (settings.home / "feiqian.db").exists()):
        raise click.ClickException(f"there is no network in {settings.home} yet; 'feiqian up' starts one")
    database = open_database(settings.database)
    try:
        yield database
    finally:
        database.dispose()


def _show_balances(title: str, balances: list[dict[str, Any]]) -> None:
    click.echo(f"\n{title}{'' if balances else ': nothing'}")
    for row in balances:
        click.echo(f"  {row['currency']} {row['book']:<16}{_amount(row['amountFen'], row['currency']):>26}")


def _show_entry(entry: dict[str, Any]) -> None:
    about = "".join(f"  {word} {entry[key]}" for key, word in SUBJECTS.items() if entry[key] is not None)
    click.echo(f"\n{_moment(entry['at'])}  {entry['event']}{about}  block {entry['block']}  {entry['tx']}")
    for line in entry["lines"]:
        amount, balance = (_amount(line[key], line["currency"]) for key in ("amountFen", "balanceFen"))
        click.echo(f"  {line['currency']} {line['book']:<16}{amount:>26}{balance:>26}")


def _shown_note(note: dict[str, Any], code: str) -> str:
    facts = [str(note["id"]), f"{_amount(note['valueFen'], code)} {code}", f"held by {note['holder']}"]
    if note["parentId"]:
        facts.append(f"endorsed by {note['endorser']} {'with' if note['withRecourse'] else 'without'} recourse")
    return "  ".join([*facts, note["flag"]]).rstrip()


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _amount(amount: int, code: str) -> str:
    from backend.books import written

    return written(amount, code)
