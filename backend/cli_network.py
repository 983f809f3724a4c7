"""The proof-of-authority network from the command line: up, down, and what may happen to it in between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from backend.config import Settings

if TYPE_CHECKING:
    from backend.network import Network


def register(main: click.Group) -> None:
    """Mounts the commands of this file."""
    main.add_command(network)


@click.group()
def network() -> None:
    """Run four geth validators (Clique) on loopback, in the network folder of home."""


@network.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Start the validators that do not run. They stay until 'feiqian network down'."""
    with _changing(_laid_out(settings)) as found:
        found.up(report=lambda line: click.echo(f"· {line}"))
        _show(found)
    click.echo(f"join it     feiqian --rpc-url {found.url} up   (or FEIQIAN_RPC_URL={found.url})")


@network.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """End all validators. Their chain stays."""
    with _changing(_existing(settings)) as found:
        found.down()
    click.echo("the network is down; its chain stays")


@network.command()
@click.pass_obj
def status(settings: Settings) -> None:
    """Show where each validator stands; exit status 1 where one is down or they disagree."""
    found = _existing(settings)
    raise SystemExit(0 if _show(found) else 1)


@network.command()
@click.argument("validator", type=int)
@click.pass_obj
def kill(settings: Settings, validator: int) -> None:
    """Kill a validator: SIGKILL, it writes down nothing."""
    with _changing(_existing(settings)) as found:
        found.validator(validator).kill()
        _show(found)


@network.command()
@click.argument("validator", type=int)
@click.pass_obj
def restart(settings: Settings, validator: int) -> None:
    """Bring a validator back; returns when it has what the others have."""
    with _changing(_existing(settings)) as found:
        found.restart(validator)
        _show(found)


@network.command()
@click.argument("sides", nargs=-1, required=True, metavar="SIDE SIDE ...")
@click.pass_obj
def partition(settings: Settings, sides: tuple[str, ...]) -> None:
    """Part the validators, as in 'partition 1,2 3,4', until 'heal' or a restart."""
    with _changing(_existing(settings)) as found:
        found.partition(*(_side(side) for side in sides))
        _show(found)


@network.command()
@click.pass_obj
def heal(settings: Settings) -> None:
    """Join the validators again; returns when they seal one chain."""
    from backend.network import heal as healing

    with _changing(_existing(settings)) as found:
        healed = healing(found)
        _show(found)
    if healed.was_tied:
        click.echo("their forks had the same weight: one side was set back to where they parted")
    click.echo(f"blocks taken back: {healed.depth}")


@contextlib.contextmanager
def joined(settings: Settings) -> Iterator[Settings]:
    """Settings that join the network of this home, which is started for as long as this lasts where it does not run."""
    found = _laid_out(settings)
    ran = found.is_up()
    try:
        with found.held():
            found.up(report=lambda line: click.echo(f"· {line}"))
        yield settings.model_copy(update={"rpc_url": found.url})
    finally:
        if not ran:
            found.down()


def _laid_out(settings: Settings) -> Network:
    from rich.console import Console

    from backend.network import Network
    from backend.network.install import geth

    if geth() is None:
        click.echo("· building geth, which takes some minutes the first time", err=True)
    with Console(stderr=True).status("preparing the network"):
        return Network.lay_out(settings)


def _existing(settings: Settings) -> Network:
    from backend.network import Network

    found = Network.find(settings)
    if found is None:
        raise click.ClickException(f"there is no such network in {settings.home} yet; 'feiqian network up' starts one")
    return found


@contextlib.contextmanager
def _changing(found: Network) -> Iterator[Network]:
    with found.held():
        yield found


def _side(written: str) -> set[int]:
    try:
        return {int(number) for number in written.split(",")}
    except ValueError:
        raise click.BadParameter(f"{written!r} is no side; write 1,2 for validators 1 and 2") from None


def _show(found: Network) -> bool:
    """Prints a line for each validator; whether all run and are on one chain."""
    standings = found.standings()
    click.echo("validator   process     peers       block  hash          at")
    for one in standings:
        number, pid = one.validator.seat.number, one.pid or "down"
        if one.head is None:
            click.echo(f"{number:<12}{pid:<12}{'-':<6}{'-':>11}  {'-':<14}{one.validator.seat.url}")
        else:
            head = one.head
            click.echo(
                f"{number:<12}{pid:<12}{one.peers:<6}{head.number:>11}  {head.hash[:10]:<14}{one.validator.seat.url}"
            )
    heads = [one.head.number for one in standings if one.head is not None]
    return len(heads) == len(standings) and found.agree_on(min(heads))
