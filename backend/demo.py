"""The demo: a car maker, two tiers of suppliers and two banks live through one claim, from the invoice to the
final holder's cash, on a real chain. It ends with the proof."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from backend.config import ROOT
from backend.money import format_amount
from backend.reconcile import Reconciliation, reconcile
from backend.sdk import Feiqian, Party
from backend.world import World

SAMPLE = ROOT / "samples" / "invoices" / "demo-battery-cny.xml"
FUNDS_FEN = 50_000_000_00
TENOR_DAYS = 90
RATES_BPS = {"bank_a": 520, "bank_b": 480}

CAST = {
    "car_maker": ("Huaxia Motors 华夏汽车", "91310000MA1AUTO001", ["obligor"]),
    "tier1": ("Ningbo Lithium Cells 宁波锂电芯", "91330200MA2CELL001", ["supplier"]),
    "tier2": ("Suzhou Cathode 苏州正极材料", "91320500MA3CATH001", ["supplier"]),
    "bank_a": ("Bank of the River 江河银行", "91110000MA4BANK00A", ["financier"]),
    "bank_b": ("Bank of the Lake 湖泊银行", "91440300MA5BANK00B", ["financier"]),
}


@dataclass
class Step:
    """One thing that happened, as the API told it. `moves` are changes of cash and notes by party, in fen."""

    name: str
    actor: str
    tx: str | None
    gas: int | None
    block: int | None
    moves: list[tuple[str, str, int]] = field(default_factory=list)


class Stage:
    """Runs steps, and sees whose balance moved by how much in each."""

    def __init__(self, console: Console, operator: Feiqian, parties: dict[str, Party]) -> None:
        self.console = console
        self.operator = operator
        self.parties = parties
        self.steps: list[Step] = []
        self._before = self._balances()

    def play(self, name: str, actor: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Does `act`, shows what came of it, and gives back its result."""
        operation = act()
        after = self._balances()
        moves = [
            (party, what, after[party, what] - amount)
            for (party, what), amount in self._before.items()
            if after[party, what] != amount
        ]
        self._before = after
        step = Step(name, actor, operation["tx"], operation["gas"], operation["block"], moves)
        self.steps.append(step)
        self._show(step)
        return dict(operation["result"])

    def _balances(self) -> dict[tuple[str, str], int]:
        found = {}
        for party in self.parties.values():
            position = self.operator.position(party)
            found[party.name, "cash"] = _total(position["cash"], "amountFen")
            found[party.name, "notes"] = _total(position["notes"], "valueFen")
        return found

    def _show(self, step: Step) -> None:
        number = len(self.steps)
        self.console.print(f"[bold]{number:>2}. {step.name}[/bold]  [dim]{step.actor}[/dim]")
        if step.tx:
            self.console.print(f"    [dim]tx {step.tx[:18]}…  gas {step.gas:,}  block {step.block}[/dim]")
        else:
            self.console.print("    [dim]a signed document; nothing to send[/dim]")
        for party, what, change in step.moves:
            colour = "green" if change > 0 else "red"
            self.console.print(f"    {party}: {what} [{colour}]{'+' if change > 0 else ''}{format_amount(change)}[/]")


def run(world: World, *, as_json: bool = False) -> bool:
    """Plays the story and the proof on `world`; whether everything holds. With `as_json` the last line of
    standard output is one JSON object."""
    started = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    operator = world.operator()
    console.rule("Feiqian 飞钱 · from confirmation to repayment")
    with console.status("taking in a car maker, two suppliers and two banks"):
        parties = take_in(operator)
    stage = Stage(console, operator, parties)
    flow_started = time.monotonic()
    play(stage, can_travel=world.system.node.development is not None)
    flow_seconds = time.monotonic() - flow_started
    with console.status("proving it"):
        proof = reconcile(world.system)
    show_proof(console, proof)
    if as_json:
        print(json.dumps(report(stage, proof, time.monotonic() - started, flow_seconds), ensure_ascii=False))
    return proof.holds


def take_in(operator: Feiqian) -> dict[str, Party]:
    """Registers the cast and gives the payers their cash."""
    operator.attest_reserve(10 * FUNDS_FEN, "statement of the reserve account at the opening")
    parties = {}
    for role, (name, identifier, roles) in CAST.items():
        limits = {"CNY": FUNDS_FEN} if role == "car_maker" else {}
        parties[role] = operator.register(name, identifier, roles, limits=limits)
        if role in ("car_maker", "bank_a", "bank_b"):
            operator.issue_cash(parties[role], FUNDS_FEN)
    return parties


def play(stage: Stage, *, can_travel: bool) -> None:
    """The story itself."""
    operator = stage.operator
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    banks = {role: stage.parties[role] for role in ("bank_a", "bank_b")}

    invoice = dated_today(SAMPLE.read_text(encoding="utf-8"), operator.now())
    claim = int(
        stage.play("The supplier hands over its invoice", tier1.name, lambda: tier1.hand_over(invoice))["receivableId"]
    )
    face = int(operator.receivable(claim)["faceValueFen"])
    confirmed = face * 95 // 100
    root = int(
        stage.play(
            f"The car maker confirms 95 %: {format_amount(confirmed)}",
            car_maker.name,
            lambda: car_maker.confirm(claim, confirmed),
        )["noteId"]
    )
    part = confirmed * 40 // 100
    child = int(
        stage.play(
            f"Tier 1 pays tier 2 with a part of the note: {format_amount(part)}",
            tier1.name,
            lambda: tier1.endorse(root, tier2, part),
        )["noteId"]
    )

    for seller, note, value in ((tier1, root, confirmed - part), (tier2, child, part)):
        sell_at_best(stage, seller, note, claim, value, banks)

    if can_travel:
        operator.travel(days=TENOR_DAYS)
        stage.console.print(f"[dim]    … {TENOR_DAYS} days pass …[/dim]")
    stage.play(
        f"The car maker repays {format_amount(confirmed)}",
        car_maker.name,
        lambda: car_maker.repay(claim, confirmed),
    )
    for held in operator.notes(claim):
        if int(held["valueFen"]):
            redeem(stage, held)


def redeem(stage: Stage, note: dict[str, Any]) -> None:
    """The holder has its note paid out."""
    holder = next(party for party in stage.parties.values() if party.account == note["holder"])
    stage.play(f"Note {note['id']} is paid to its holder", holder.name, lambda: holder.redeem(int(note["id"])))


def sell_at_best(stage: Stage, seller: Party, note: int, claim: int, value: int, banks: dict[str, Party]) -> None:
    """Both banks quote; the seller takes the better price: title and cash in one transaction."""
    stage.play(
        f"Asks both banks for a price of {format_amount(value)}",
        seller.name,
        lambda: seller.ask_for_quotes(claim, value, list(banks.values())),
    )
    for role, bank in banks.items():
        give_quote(stage, bank, seller, claim, value, RATES_BPS[role])
    best = next(
        quote for quote in seller.quotes(claim) if quote["state"] == "open" and quote["seller"] == seller.account
    )
    stage.play(
        f"Sells at the better one: {format_amount(int(best['priceFen']))}",
        seller.name,
        lambda: seller.accept(best["id"], note),
    )


def give_quote(stage: Stage, bank: Party, seller: Party, claim: int, value: int, rate_bps: int) -> None:
    """A bank signs a firm price."""
    stage.play(
        f"Signs a quote at {format_amount(rate_bps)} % a year",
        bank.name,
        lambda: bank.quote(claim, seller, value, rate_bps=rate_bps),
    )


def dated_today(invoice: str, now: int) -> bytes:
    """The sample invoice, issued on the chain's today and due at the end of the tenor."""
    today = datetime.fromtimestamp(now, UTC).date()
    due = today + timedelta(days=TENOR_DAYS)
    invoice = re.sub(r"(<cbc:IssueDate>)[^<]*", rf"\g<1>{today.isoformat()}", invoice, count=1)
    return re.sub(r"(<cbc:DueDate>)[^<]*", rf"\g<1>{due.isoformat()}", invoice, count=1).encode()


def show_proof(console: Console, proof: Reconciliation) -> None:
    """The final table: each check, and what is off if anything is."""
    table = Table(title=f"Proof at block {proof.block}", title_justify="left")
    table.add_column("What must hold")
    table.add_column("Holds")
    for check, holds in proof.checks.items():
        table.add_row(check, "[green]yes[/green]" if holds else "[red]NO[/red]")
    console.print(table)
    for finding in proof.findings:
        console.print(f"[red]{finding}[/red]")


def report(stage: Stage, proof: Reconciliation, seconds: float, flow_seconds: float) -> dict[str, Any]:
    """What happened, as one JSON object."""
    return {
        "steps": [
            {
                "name": step.name,
                "actor": step.actor,
                "tx": step.tx,
                "gas": step.gas,
                "block": step.block,
                "moves": [
                    {"party": party, "what": what, "changeFen": str(change)} for party, what, change in step.moves
                ],
            }
            for step in stage.steps
        ],
        "checks": proof.checks,
        "findings": proof.findings,
        "seconds": round(seconds, 2),
        "flowSeconds": round(flow_seconds, 2),
    }


def _total(rows: list[dict[str, Any]], key: str) -> int:
    return sum(int(row[key]) for row in rows if row["currency"] == "CNY")
