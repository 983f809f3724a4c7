"""The region: core enterprises, five tiers of suppliers, banks and warehouses live through their claims and loans
on a real chain, from a seed. It ends with the proof and a report of one page."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from subprocess import Popen

import httpx
from rich.console import Console
from rich.table import Table

from backend.demo.proof import show_proof
from backend.errors import Conflict, both
from backend.processes import peak_memory_mb
from backend.reconcile import reconcile
from backend.region import report
from backend.region.crew import Crew
from backend.region.facts import gather
from backend.region.measures import measure
from backend.region.plan import Plan
from backend.region.play import play
from backend.sdk import Feiqian
from backend.world import World

__all__ = ["run"]


def run(
    world: World,
    plan: Plan,
    *,
    path: Path,
    command: str,
    started: float | None = None,
    as_json: bool = False,
    processes: Sequence[Popen[bytes]] = (),
) -> bool:
    """Plays a plan on `world`, proves it and writes the report to `path`; whether everything holds. `started` is when
    all of it began, monotonic seconds; `processes` do what this one does not. Raises Conflict on a chain that cannot
    travel in time."""
    started = time.monotonic() if started is None else started
    if world.system.node.development is None:
        raise Conflict(reason=both("the region needs a development chain", "区域演示需要开发链"))
    console = Console(highlight=False, soft_wrap=True)
    console.rule(f"Feiqian 飞钱 · the region · seed {plan.seed}")
    playing = time.monotonic()
    with Crew(console) as crew:
        cast = play(_impatient(world), crew, plan).cast
    played, memory = time.monotonic() - playing, peak_memory_mb(processes)
    with console.status("asking the API what came of it"):
        tiers = {party.account: one.tier for party, one in zip(cast.suppliers, plan.suppliers, strict=True)}
        found = measure(gather(world.operator(), tiers))
    proving = time.monotonic()
    with console.status("proving it"):
        proof = reconcile(world.system)
    now = time.monotonic()
    done = report.Run(
        command=command,
        chain=world.settings.chain,
        chain_id=world.system.node.chain_id,
        plan=plan,
        phases=crew.phases,
        proof=proof,
        played_seconds=played,
        proof_seconds=now - proving,
        total_seconds=now - started,
        memory_mb=memory,
        proof_memory_mb=peak_memory_mb(processes),
    )
    report.write(path, found, done)
    show_proof(console, proof)
    _show(console, report.headline(found, done))
    console.print(f"report: {path}")
    if as_json:
        figures = {figure.name: figure.value for figure in report.headline(found, done)}
        phases = [asdict(phase) for phase in done.phases]
        print(json.dumps({"figures": figures, "phases": phases, "checks": proof.checks}, ensure_ascii=False))
    return proof.holds


def _impatient(world: World) -> Feiqian:
    """The operator, with a client that does not wait for what it asks for."""
    settings = world.settings
    token = settings.operator_api_key or settings.secret("operator-api-key")
    return Feiqian(f"http://{settings.sign_in_domain}", token, transport=httpx.WSGITransport(app=world.app), wait=0)


def _show(console: Console, figures: list[report.Figure]) -> None:
    table = Table(title="The region 区域平台", title_justify="left")
    for head in ("", "", "How 计算方法"):
        table.add_column(head)
    for figure in figures:
        table.add_row(f"{figure.name} {figure.name_zh}", figure.value, f"[dim]{figure.how}[/dim]")
    console.print(table)
