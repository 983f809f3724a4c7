"""The stage: plays one act after another and sees whose balance moved by how much. A prompter may hold
each of them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from backend.demo import why as reasons
from backend.errors import Phrase, both
from backend.money import format_amount
from backend.sdk import Feiqian, OperationFailed, Party, Refused

RESERVE = "Reserve fund 风险准备金"
RUN = both("settlement run", "清分批次")


@dataclass
class Step:
    """One thing that happened, as the API told it. `moves` are changes of cash and notes by party, in fen; `refusal` is
    why it did not happen, where it should not, and `refused` the refusal itself."""

    name: Phrase
    actor: str
    tx: str | None
    gas: int | None
    block: int | None
    moves: list[tuple[str, str, int]] = field(default_factory=list)
    transactions: int = 1
    refusal: str = ""
    refused: Refused | OperationFailed | None = None


class Prompter:
    """Who is asked before each act, with the name of whoever does it and why, and told of it after. This one lets
    everything go on at once."""

    def cue(self, name: Phrase, actor: str, why: Phrase) -> None:
        """Returns when it may happen."""

    def told(self, step: Step) -> None:
        """It happened, or was refused."""

    def heading(self, line: Phrase) -> None:
        """Another part of the story begins."""


class Stage:
    """Runs steps, and sees whose balance moved by how much in each."""

    def __init__(
        self,
        console: Console,
        operator: Feiqian,
        parties: dict[str, Party],
        reserve: str,
        *,
        can_travel: bool,
        currency: str = "CNY",
        prompter: Prompter | None = None,
        mark: str = "",
    ) -> None:
        """`mark` tells this play from earlier ones on the same chain."""
        self.console = console
        self.operator = operator
        self.parties = parties
        self.can_travel = can_travel
        self.currency = currency
        self.records: list[dict[str, Any]] = []
        self._prompter = prompter or Prompter()
        self._mark = mark
        self._watched = {party.name: party.account for party in parties.values()} | {RESERVE: reserve}
        self.steps: list[Step] = []
        self._before = self._balances()

    def unlike(self, word: str) -> str:
        """A number or name of the story, such as no play before used."""
        return f"{word}-{self._mark}" if self._mark else word

    def play(self, name: Phrase, actor: str, act: Callable[[], dict[str, Any]], why: Phrase) -> dict[str, Any]:
        """Does `act`, shows what came of it, and gives back its result."""
        self._prompter.cue(name, actor, why)
        operation = act()
        step = Step(name, actor, operation["tx"], operation["gas"], operation["block"], self._moves())
        step.transactions = 1 if step.tx else 0
        self._add(step)
        return dict(operation["result"])

    def refuse(self, name: Phrase, actor: str, act: Callable[[], Any], why: Phrase) -> None:
        """Tries `act`, which must be refused, and shows why it was. Raises AssertionError where it is not."""
        self._prompter.cue(name, actor, why)
        try:
            act()
        except (Refused, OperationFailed) as refusal:
            self._add(Step(name, actor, None, None, None, self._moves(), 0, str(refusal), refusal))
        else:
            raise AssertionError(f"not refused: {name}")

    def settle_day(self, name: Phrase, day: str, why: Phrase) -> None:
        """Has a settlement run pay everybody that is due on `day`. Raises AssertionError where it does not end well."""
        self._prompter.cue(name, RUN, why)
        run = self.operator.settle_day(day)
        if run["state"] != "done":
            raise AssertionError(f"the settlement run is {run['state']}: {run['reason']}")
        step = Step(name, RUN, None, None, None, self._moves(), run["transactions"])
        self._add(step)

    def note(self, line: Phrase) -> None:
        """A heading between two parts of a story."""
        self._prompter.heading(line)
        self.console.print(f"\n[bold]{line}[/bold]")

    def record(self, **facts: Any) -> None:
        """Keeps what is not shown: rows that a figure is drawn from."""
        self.records.append(facts)

    def travel(self, days: int, *, seconds: int = 0) -> None:
        passing = both("{days} days pass", "{days} 天过去", days=days)
        self._prompter.cue(passing, "", reasons.TIME)
        self.operator.travel(days=days, seconds=seconds)
        self.console.print(f"[dim]    … {passing} …[/dim]")
        self._prompter.told(Step(passing, "", None, None, None, transactions=0))

    def _add(self, step: Step) -> None:
        self.steps.append(step)
        self._show(step)
        self._prompter.told(step)

    def _moves(self) -> list[tuple[str, str, int]]:
        before, self._before = self._before, self._balances()
        return [
            (party, what, self._before[party, what] - amount)
            for (party, what), amount in before.items()
            if self._before[party, what] != amount
        ]

    def _balances(self) -> dict[tuple[str, str], int]:
        found = {}
        for name, account in self._watched.items():
            position = self.operator.position(account)
            found[name, "cash"] = _total(position["cash"], "amountFen", self.currency)
            found[name, "notes"] = _total(position["notes"], "valueFen", self.currency)
        return found

    def _show(self, step: Step) -> None:
        number = len(self.steps)
        self.console.print(f"[bold]{number:>2}. {step.name}[/bold]  [dim]{step.actor}[/dim]")
        if step.tx:
            self.console.print(f"    [dim]tx {step.tx[:18]}…  gas {step.gas:,}  block {step.block}[/dim]")
        elif step.refusal:
            self.console.print(f"    [yellow]refused:[/yellow] {step.refusal}")
        elif step.transactions:
            self.console.print(f"    [dim]{step.transactions} transactions[/dim]")
        else:
            self.console.print("    [dim]a signed document; nothing to send[/dim]")
        for party, what, change in step.moves:
            colour = "green" if change > 0 else "red"
            self.console.print(f"    {party}: {what} [{colour}]{'+' if change > 0 else ''}{format_amount(change)}[/]")


def _total(rows: list[dict[str, Any]], key: str, currency: str) -> int:
    return sum(int(row[key]) for row in rows if row["currency"] == currency)
