"""The region from the command line."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path

import click

from backend.config import ROOT, UNLIMITED, Settings


@click.command()
@click.option("--seed", default=1, show_default=True, help="What the plan is drawn from.")
@click.option(
    "--scale", type=click.IntRange(1, 100), default=100, show_default=True, help="Per cent of the whole region."
)
@click.option(
    "--default-rate-bps",
    type=click.IntRange(0, 10_000),
    default=400,
    show_default=True,
    help="How many core enterprises and borrowers fail.",
)
@click.option(
    "--dispute-rate-bps",
    type=click.IntRange(0, 10_000),
    default=300,
    show_default=True,
    help="How many claims are disputed.",
)
@click.option("--report", "path", type=click.Path(path_type=Path, dir_okay=False), help="Where the report goes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.pass_obj
def region(
    settings: Settings,
    seed: int,
    scale: int,
    default_rate_bps: int,
    dispute_rate_bps: int,
    path: Path | None,
    as_json: bool,
) -> None:
    """Play a region of core enterprises and five tiers of suppliers on a fresh local chain, prove it, report it."""
    from backend.processes import beside
    from backend.region import run
    from backend.region.assumptions import Size
    from backend.region.plan import make_plan
    from backend.world import World

    started = time.monotonic()
    signal.signal(signal.SIGTERM, _leave)
    plan = make_plan(seed, Size.of_percent(scale), default_bps=default_rate_bps, dispute_bps=dispute_rate_bps)
    command = (
        f"make region CHAIN={settings.chain} SEED={seed} SCALE={scale}"
        f" DEFAULT_RATE_BPS={default_rate_bps} DISPUTE_RATE_BPS={dispute_rate_bps}"
    )
    with tempfile.TemporaryDirectory(prefix="feiqian-region-") as folder:
        # As the demo's: a throw-away chain needs no slow keystore. One currency, so that nobody approves four.
        fresh = settings.model_copy(
            update={
                "home": Path(folder),
                "deployments": Path(folder) / "deployments",
                "rpc_port": 0,
                "keystore_rounds": 2,
                "poll_seconds": 0.1,  # a question takes the node from its blocks
                "gather_seconds": 0.1,  # thousands act at once: a round for many costs what a round for one does
                "currencies": "CNY",
                **UNLIMITED,
            }
        )
        world = World.start(fresh, report=lambda line: click.echo(f"· {line}"), keep_chain=False, parts=())
        try:
            where = path or ROOT / "reports" / f"region-{settings.chain}.html"
            joined = fresh.model_copy(update={"rpc_url": world.system.node.url})
            with beside(joined, "sender", "indexer") as processes:
                holds = run(
                    world, plan, path=where, command=command, started=started, as_json=as_json, processes=processes
                )
        finally:
            world.close()
    sys.exit(0 if holds else 1)


def _leave(number: int, _frame: object) -> None:
    """A long run that is ended takes its chain with it."""
    sys.exit(128 + number)
