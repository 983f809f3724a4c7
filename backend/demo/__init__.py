"""The demo: a car maker, two tiers of suppliers and two banks live through a story, from the invoice to the final
holder's cash, on a real chain. It ends with the proof."""

from __future__ import annotations

import json
import time

from rich.console import Console

from backend.chain.node import connect
from backend.config import Settings
from backend.demo.cast import take_in
from backend.demo.proof import report, show_proof
from backend.demo.stage import Stage
from backend.demo.stories import STORIES
from backend.errors import Conflict, both
from backend.reconcile import reconcile
from backend.sdk import Feiqian
from backend.system import System

__all__ = ["STORIES", "limits_of", "run", "show_proof"]


def limits_of(settings: Settings) -> dict[str, int]:
    """What the demo's deployment allows beyond the usual: where nobody can move the clock of the chain, a claim that
    matures within a minute."""
    is_local = not settings.rpc_url or connect(settings).development is not None
    return {} if is_local else {"min_tenor_days": 0, "cut_off_days": 0}


def run(system: System, operator: Feiqian, *, story: str = "confirmation", as_json: bool = False) -> bool:
    """Plays a story and the proof on a network; whether everything holds. With `as_json` the last line of
    standard output is one JSON object. Raises Conflict where the chain cannot do what the story needs."""
    started = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    told = STORIES[story]
    can_travel = system.node.development is not None
    if told.needs_travel and not can_travel:
        raise Conflict(reason=both("the story needs a development chain", "该剧本需要开发链"))
    console.rule(f"Feiqian 飞钱 · {told.title}")
    with console.status("taking in the parties"):
        parties = take_in(operator, told.cast)
    stage = Stage(
        console,
        operator,
        parties,
        system.contracts.address("Reserve"),
        can_travel=can_travel,
        currency=told.cast.currency,
    )
    flow_started = time.monotonic()
    told.play(stage)
    flow_seconds = time.monotonic() - flow_started
    with console.status("proving it"):
        proof = reconcile(system)
    show_proof(console, proof)
    if as_json:
        print(json.dumps(report(stage, proof, time.monotonic() - started, flow_seconds), ensure_ascii=False))
    return proof.holds
