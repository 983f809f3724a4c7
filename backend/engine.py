"""The engine: one thread that keeps taking the outbox to the chain and the chain to the read model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import structlog

from backend.chain.sender import Sender
from backend.config import Settings
from backend.errors import ChainUnavailable, both
from backend.projections.indexer import ChainMoved, Indexer

log = structlog.get_logger(__name__)

IDLE_SECONDS = 0.5
FAULT_SECONDS = 1.0
FIRST_PAUSE = 0.002


class Engine:
    """Runs sender and indexer in turns until stopped. A fault is logged, kept in `fault`, and its work tried again;
    what does not depend on it goes on."""

    def __init__(self, sender: Sender, indexer: Indexer, settings: Settings) -> None:
        self.sender = sender
        self.indexer = indexer
        self.runs: list[Callable[[], bool]] = []
        """What goes on by itself from one act to the next; each has its turn when nothing else moves."""
        self.changes = 0
        """How often something moved: whoever waits compares."""
        self._fault: str | None = None
        self._poll = settings.poll_seconds
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="feiqian-engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round under way."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def fault(self) -> str | None:
        """What is wrong now, in both languages; None where all is well."""
        if self._thread is not None and not self._thread.is_alive():
            return both("the engine has stopped", "引擎已停止")
        return self._fault

    def wake(self) -> None:
        """There is new work."""
        self._wanted.set()

    def wait_change(self, seen: int, seconds: float) -> None:
        """Returns once `changes` is another than `seen`, or after `seconds`."""
        with self._change:
            self._change.wait_for(lambda: self.changes != seen, seconds)

    def step(self) -> bool:
        """One round; whether anything moved. The indexer follows each lane that moved, so that nobody waits for
        the other lanes. Raises ChainUnavailable at once, and another fault after everything else had its turn.
        """
        faults: list[Exception] = []
        moved = False
        for signer in self.sender.lanes():
            if self._guarded(partial(self.sender.step, signer, time.monotonic()), faults):
                self._guarded(self.indexer.step, faults)
                self._announce()
                moved = True
        if not moved and self._guarded(self.indexer.step, faults):
            self._announce()
            moved = True
        if not moved and not self.indexer.is_behind:
            turns = [self._guarded(run, faults) for run in self.runs]  # each of them, whatever the others did
            moved = any(turns)
        if faults:
            raise faults[0]
        return moved

    def _guarded(self, work: Callable[[], bool], faults: list[Exception]) -> bool:
        try:
            return work()
        except ChainUnavailable:
            raise
        except ChainMoved:
            return True
        except Exception as fault:
            faults.append(fault)
            return False

    def _announce(self) -> None:
        with self._change:
            self.changes += 1
            self._change.notify_all()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            longest = self._round()
            # Short after something moved, then longer and longer: a block is seldom far away.
            pause = min(longest, 2 * pause) if longest else FIRST_PAUSE
            self._wanted.wait(pause)
            self._wanted.clear()

    def _round(self) -> float:
        """A round; the longest that may pass until the next, seconds: 0 where more can be done at once."""
        try:
            moved = self.step()
            if self._fault:
                log.warning("engine-recovered", was=self._fault)
                self._fault = None
            if self.indexer.is_behind:
                return 0
            if not self.sender.is_busy():
                return IDLE_SECONDS
            return 0 if moved else self._poll
        except ChainUnavailable as silence:
            if self._fault is None:
                log.warning("chain-unavailable", reason=str(silence))
            self._fault = silence.params["reason"]
            self.sender.chain_was_lost()
        except Exception as fault:
            # Whatever it is, it stops the work behind it and is tried again: nothing is skipped.
            log.exception("engine-fault", fault=str(fault))
            self._fault = both("{kind}: {fault}", "引擎故障 {kind}:{fault}", kind=type(fault).__name__, fault=fault)
        return FAULT_SECONDS
