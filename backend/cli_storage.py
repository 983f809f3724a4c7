"""Backups from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from backend.config import Settings
from backend.processes import hold


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    for command in (backup, restore):
        main.add_command(command)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="Put the keystore's passphrase and the operator's key in, too.")
@click.pass_obj
def backup(settings: Settings, file: Path, with_secrets: bool) -> None:
    """Write database, keystore and deployment record to FILE, while the network runs."""
    from backend.backup import back_up

    made = back_up(settings, file, with_secrets=with_secrets)
    click.echo(f"{file}: {made['database']} up to block {made['block']}, {file.stat().st_size:,} bytes")
    if with_secrets:
        click.echo("the passphrase of the keystore is in it: whoever reads the file can sign for everybody")
    else:
        click.echo(f"no secrets are in it: keep {settings.home / 'secret'} apart, or no key in it opens")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(settings: Settings, file: Path) -> None:
    """Put the backup FILE into an empty home and database. What was sent since is found again on the chain."""
    from backend.backup import restore as put_back
    from backend.recovery import find_sent
    from backend.world import open_resting

    lock = hold(settings.home / "lock")
    if lock is None:
        raise click.ClickException(f"another feiqian works on {settings.home}")
    with lock:
        made = put_back(settings, file)
        click.echo(f"restored up to block {made['block']}")
        if settings.rpc_url or (settings.home / "chain").exists():
            with open_resting(settings) as system:
                found = find_sent(system, made["block"] or 0)
            click.echo(f"{found} operations that waited were sent after the backup; they are followed, not sent again")
