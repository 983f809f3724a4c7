"""The engine: what keeps taking the outbox to the chain and the chain to the read model.

Its parts run side by side, each in a thread of its own and with its own fault: senders, the indexer, the runs that
go on by themselves from one act to the next, what tells webhooks, and what listens to devices. Several processes may
run any of them over one database: a signer's lane, the indexer, the runs, a webhook and the listening are each worked
on by one of them at a time, by lease.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from backend.chain.sender import Sender
from backend.config import Settings
from backend.errors import ChainUnavailable, both
from backend.leases import Leases
from backend.processes import settle
from backend.projections.indexer import ChainMoved, Indexer

log = structlog.get_logger(__name__)

PARTS = ("sender", "indexer", "runs", "webhooks", "listening")
IDLE_SECONDS = 0.5
FAULT_SECONDS = 1.0
FIRST_PAUSE = 0.002


@dataclass
class Part:
    """One of the things that go on. `work` is a round of it, and says whether anything moved."""

    kind: str
    work: Callable[[], bool]
    rest: Callable[[], float]
    """The longest that may pass until the next round where nothing moved, seconds: 0 where more can be done at once."""
    has_more: Callable[[], bool] = lambda: False
    """Whether work is left that does not get less by waiting."""
    leases: Leases | None = None
    when_lost: Callable[[], None] = lambda: None
    """Called when the chain does not answer."""
    fault: str | None = None
    wanted: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Engine:
    """Runs its parts until stopped. A fault is logged, kept in `fault`, and its work tried again; what does not depend
    on it goes on."""

    def __init__(
        self,
        senders: Sequence[Sender],
        indexer: Indexer,
        settings: Settings,
        lease: Callable[[], Leases] | None = None,
    ) -> None:
        self.senders = list(senders)
        self.indexer = indexer
        self.runs: list[Callable[[], bool]] = []
        """What goes on by itself from one act to the next; each has its turn when the read model is not behind."""
        self.changes = 0
        """How often something moved: whoever waits compares."""
        self._poll = settings.poll_seconds
        self._gather = settings.gather_seconds
        self._stopping = threading.Event()
        self._change = threading.Condition()
        self._parts = [
            *(self._sending(sender) for sender in self.senders),
            Part(
                "indexer",
                lambda: self.indexer.step(),
                self._rest_of_indexer,
                has_more=lambda: self.indexer.is_behind,
                leases=lease() if lease else None,
            ),
            Part("runs", self._run_each, lambda: IDLE_SECONDS, leases=lease() if lease else None),
        ]

    def _sending(self, sender: Sender) -> Part:
        def rest() -> float:
            return self._poll if sender.is_busy() else IDLE_SECONDS

        def work() -> bool:
            return sender.step(sender.lanes(), time.monotonic())

        return Part("sender", work, rest, has_more=lambda: sender.is_behind, when_lost=sender.chain_was_lost)

    def add(self, kind: str, work: Callable[[], bool]) -> None:
        """One more part, which shares its work with other processes by itself."""
        self._parts.append(Part(kind, work, lambda: IDLE_SECONDS))

    def start(self, kinds: Collection[str] = PARTS) -> None:
        """Sets the parts of these kinds going."""
        settle()
        self._stopping.clear()
        for part in self._parts:
            if part.kind in kinds:
                part.fault = None
                part.thread = threading.Thread(
                    target=self._keep_going, args=(part,), name=f"feiqian-{part.kind}", daemon=True
                )
                part.thread.start()

    def stop(self) -> None:
        """Ends after the rounds under way, and leaves the work to whoever comes next."""
        self._stopping.set()
        for part in self._parts:
            part.wanted.set()
        for part in self._parts:
            if part.thread is not None:
                part.thread.join(timeout=30)
                part.thread = None
        for leases in [*(part.leases for part in self._parts), *(sender.leases for sender in self.senders)]:
            if leases is not None:
                leases.release()

    @property
    def is_running(self) -> bool:
        return any(part.thread is not None and part.thread.is_alive() for part in self._parts)

    @property
    def fault(self) -> str | None:
        """What is wrong now, in both languages; None where all is well."""
        for part in self._parts:
            if part.thread is not None and not part.thread.is_alive():
                return both("the engine has stopped", "引擎已停止")
        return next((part.fault for part in self._parts if part.fault), None)

    def wake(self) -> None:
        """There is new work."""
        for part in self._parts:
            part.wanted.set()

    def wait_change(self, seen: int, seconds: float) -> None:
        """Returns once `changes` is another than `seen`, or after `seconds`."""
        with self._change:
            self._change.wait_for(lambda: self.changes != seen, seconds)

    def step(self) -> bool:
        """One round of each part in turn; whether anything moved. Raises ChainUnavailable at once, and another fault
        after everything else had its turn."""
        return _each(partial(self._round, part) for part in self._parts)

    def _round(self, part: Part) -> bool:
        if part.leases is not None and not part.leases.holds(part.kind):
            return False  # another process does it
        try:
            moved = part.work()
        except ChainMoved:
            return True
        if moved:
            self._announce(part)
        return moved

    def _run_each(self) -> bool:
        return False if self.indexer.is_behind else _each(self.runs)

    def _rest_of_indexer(self) -> float:
        if self.indexer.is_behind:
            return 0
        return self._poll if any(sender.is_busy() for sender in self.senders[:1]) else IDLE_SECONDS

    def _announce(self, mover: Part) -> None:
        with self._change:
            self.changes += 1
            self._change.notify_all()
        for part in self._parts:
            if part is not mover:
                part.wanted.set()

    def _keep_going(self, part: Part) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            longest = self._guarded(part)
            # Short after something moved, then longer and longer: a block is seldom far away.
            pause = min(longest, 2 * pause) if longest else FIRST_PAUSE
            if (part.wanted.wait(pause) or longest == 0) and not part.has_more():
                pause = FIRST_PAUSE
                self._stopping.wait(self._gather)
            part.wanted.clear()

    def _guarded(self, part: Part) -> float:
        """A round; the longest that may pass until the next, seconds."""
        try:
            moved = self._round(part)
            longest = 0 if moved else part.rest()
            if part.fault:
                log.warning("engine-recovered", part=part.kind, was=part.fault)
                part.fault = None
            return longest
        except ChainUnavailable as silence:
            if part.fault is None:
                log.warning("chain-unavailable", part=part.kind, reason=str(silence))
            part.fault = silence.params["reason"]
            part.when_lost()
        except Exception as fault:
            # Whatever it is, it stops the work behind it and is tried again: nothing is skipped.
            log.exception("engine-fault", part=part.kind, fault=str(fault))
            part.fault = both("{kind}: {fault}", "引擎故障 {kind}:{fault}", kind=type(fault).__name__, fault=fault)
        return FAULT_SECONDS


def _each(works: Iterable[Callable[[], bool]]) -> bool:
    """Has each of them done, whatever the others did; whether anything moved. Raises ChainUnavailable at once, and the
    first other fault at the end."""
    faults: list[Exception] = []
    moved = False
    for work in works:
        try:
            moved = work() or moved
        except ChainUnavailable:
            raise
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return moved
