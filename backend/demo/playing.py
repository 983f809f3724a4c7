"""A story as it is played before an audience: a tape that is recorded act by act, and that goes back and on again.

The chain goes forward alone. Going back shows what was recorded, as it was after an earlier step; going on from there
shows the steps that were and then acts again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from io import StringIO

import structlog
from rich.console import Console

from backend.commands.participants import identity_hash
from backend.commands.signatures import SignedDocument, signed_here
from backend.demo.cast import Already, take_in
from backend.demo.stage import Prompter, Stage, Step
from backend.demo.stories import Story
from backend.demo.tape import Cue, Holdings, Recorded, Tape
from backend.errors import Phrase
from backend.invoices import currency
from backend.queries import feed
from backend.queries import stage as queries
from backend.reconcile import Reconciliation, reconcile
from backend.sdk import Feiqian, Party
from backend.system import System

log = structlog.get_logger(__name__)

LEAVE_SECONDS = 30


class Ended(Exception):
    """Whoever watches has had enough."""


class Play(Prompter):
    """One story, in a thread of its own. `state` is preparing, waiting (the next act is known), acting, proving, over,
    failed (with `fault`) or ended; `version` is another one after each change."""

    def __init__(
        self, system: System, operator: Feiqian, name: str, story: Story, *, is_running: bool, pace: float
    ) -> None:
        self.id = secrets.token_hex(8)
        self.name = name
        self.story = story
        self.state = "preparing"
        self.is_running = is_running
        self.pace = pace
        self.tape = Tape()
        self.opening: Holdings = {}
        self.next: Cue | None = None
        self.parties: dict[str, Party] = {}
        self.fault: Exception | None = None
        self.proof: Reconciliation | None = None
        self.version = 0
        self._system = system
        self._operator = operator
        self._changed = threading.Condition()
        self._due = 0.0
        self._is_step_wanted = False
        self._is_ending = False
        self._is_closing = False
        self._heading: Phrase | None = None
        self._holdings: Holdings = {}
        self._told = 0
        self._signed: list[SignedDocument] = []
        self._thread = threading.Thread(target=self._run, name="feiqian-stage", daemon=True)

    # ---- what whoever watches wants

    def begin(self) -> None:
        self._thread.start()

    @property
    def is_under_way(self) -> bool:
        return self.state not in ("over", "failed", "ended")

    def go_on(self) -> None:
        """Goes on by itself; from the opening again where all was seen."""
        with self._changed:
            if not self.is_under_way and self.tape.is_at_end:
                self.tape.shown = 0
            self.is_running, self._due = True, 0.0
            self._change()

    def pause(self) -> None:
        with self._changed:
            self.is_running = False
            self._change()

    def step(self) -> None:
        """One step on: one that was recorded, or else the act that waits."""
        with self._changed:
            self.is_running = False
            if not self.tape.is_at_end:
                self.tape.shown += 1
            elif self.state == "waiting":
                self._is_step_wanted = True
            self._change()

    def show(self, number: int) -> None:
        """The picture as it was after a step; 0 is the opening."""
        with self._changed:
            self.is_running = False
            self.tape.shown = max(0, min(number, len(self.tape.steps)))
            self._change()

    def back(self) -> None:
        self.show(self.tape.shown - 1)

    def set_pace(self, seconds: float) -> None:
        with self._changed:
            self.pace, self._due = seconds, 0.0
            self._change()

    def end(self) -> None:
        """No further act is begun; one that is under way is done with."""
        with self._changed:
            self._is_ending = self.is_under_way
            self._change()

    def close(self) -> None:
        """Ends it, and returns when its thread has."""
        with self._changed:
            self._is_ending = self._is_closing = True
            self._change()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(LEAVE_SECONDS)

    # ---- the story's thread

    def cue(self, name: Phrase, actor: str, why: Phrase) -> None:
        with self._changed:
            self.next, self._heading = Cue(name, actor, why, self._heading), None
            self._is_step_wanted = False
            self._set("waiting")
            self._wait(lambda: self._is_step_wanted)
            self._set("acting")
        self._signed.clear()

    def told(self, step: Step) -> None:
        assert self.next is not None
        before, begun = self._holdings, self._told
        self._look()
        with self._changed:
            follows = self.tape.is_at_end
            recorded = Recorded(
                len(self.tape.steps) + 1, self.next, step, before, self._holdings, (begun, self._told), (*self._signed,)
            )
            self.tape.steps.append(recorded)
            if follows:
                self.tape.shown = recorded.number
            self.next, self._due = None, time.monotonic() + self.pace
            self._change()

    def heading(self, line: Phrase) -> None:
        self._heading = line

    def _run(self) -> None:
        try:
            with signed_here() as self._signed:
                self._play()
        except Ended:
            self._stop("ended")
        except Exception as fault:
            # Whatever it is, the audience is told.
            log.exception("story-failed", story=self.name, fault=str(fault))
            self.fault = fault
            self._stop("failed")
        self._replay()

    def _play(self) -> None:
        system, story = self._system, self.story
        self.parties = take_in(self._operator, story.cast, _already(system, story))
        reserve = system.contracts.address("Reserve")
        stage = Stage(
            Console(file=StringIO()),
            self._operator,
            self.parties,
            reserve,
            can_travel=True,
            currency=story.cast.currency,
            prompter=self,
            mark=self.id[:4].upper(),
        )
        self._look()
        self.opening = self._holdings
        story.play(stage)
        with self._changed:
            self._set("proving")
        self.proof = reconcile(system)
        self._stop("over")

    def _stop(self, state: str) -> None:
        with self._changed:
            self.next = None
            self.is_running = self.is_running and not self.tape.is_at_end
            self._set(state)

    def _replay(self) -> None:
        """All is recorded: from here on the tape alone moves, until it is ended."""
        with self._changed:
            self._is_ending = self._is_closing
            while not self._is_closing:
                with suppress(Ended):
                    self._wait(lambda: False, is_recorded=True)

    def _wait(self, may_go: Callable[[], bool], *, is_recorded: bool = False) -> None:
        """Moves the tape on as long as it runs; returns when the next act may begin. Raises Ended."""
        while not self._is_ending:
            if may_go():
                return
            if not self.is_running:
                self._changed.wait()
                continue
            left = self._due - time.monotonic()
            if left > 0:
                self._changed.wait(left)
            elif not self.tape.is_at_end:
                self.tape.shown += 1
                self._due = time.monotonic() + self.pace
                self._change()
            elif is_recorded:
                self.is_running = False
                self._change()
            else:
                return
        raise Ended

    def _look(self) -> None:
        """What everybody has now, and how far the feed is."""
        accounts = {party.account for party in self.parties.values()} | keepers(self._system)
        self._holdings = queries.holdings(self._system.database, accounts)
        self._told = feed.end(self._system.database)

    def _set(self, state: str) -> None:
        self.state = state
        self._change()

    def _change(self) -> None:
        self.version += 1
        self._changed.notify_all()


def keepers(system: System) -> set[str]:
    """The contracts that hold what belongs to others."""
    return {system.contracts.address(name) for name in (*ESCROW, "Reserve")}


ESCROW = (
    "Receivables",
    "Repayments",
    "Adjustments",
    "Settlement",
    "Loans",
    "Collateral",
    "Enforcement",
    "WarehouseReceipts",
)


def _already(system: System, story: Story) -> Already:
    """What the network has of the story's cast and money."""
    hashes = {identity_hash(one.identifier): one.identifier for one in story.cast.people.values()}
    found = queries.known(system.database, hashes)
    reserve, issuable = queries.issuable(system.database, currency(story.cast.currency).numeric)
    return Already({hashes[one]: who for one, who in found.items()}, reserve, issuable)
