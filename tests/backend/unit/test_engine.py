"""The engine: a fault alarms and is tried again, what does not depend on it goes on, and nobody sleeps through news."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from backend import engine as engine_module
from backend.config import Settings
from backend.engine import Engine
from backend.errors import ChainUnavailable, Phrase, both
from backend.projections.indexer import ChainMoved, HandlerFailed
from tests.waiting import eventually

Work = Callable[[], bool]


def silence() -> bool:
    raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))


def moves() -> bool:
    raise ChainMoved


def fails() -> bool:
    raise HandlerFailed("Receivables.Transfer in block 7, log 1: KeyError: 5")


class Stage:
    """A sender and an indexer that do what a test says, and a record of what was done."""

    def __init__(self, gather_seconds: float = 0) -> None:
        self.send: Work = lambda: False
        self.index: Work = lambda: False
        self.is_behind = False
        self.busy = False
        self.lost = 0
        self.mine = True
        self.done: list[str] = []
        self.leases = Lease(self)
        settings = Settings.from_env({}, poll_seconds=0.01, gather_seconds=gather_seconds)
        self.engine = Engine([self], Index(self), settings, lambda: self.leases)  # type: ignore[list-item,arg-type,return-value]

    # ---- a Sender

    def lanes(self) -> list[str]:
        return ["a lane"]

    def step(self, signers: list[str], clock: float) -> bool:
        assert signers == ["a lane"]
        self.done.append("send")
        return self.send()

    def is_busy(self) -> bool:
        return self.busy

    def chain_was_lost(self) -> None:
        self.lost += 1


class Index:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def is_behind(self) -> bool:
        return self._stage.is_behind

    def step(self) -> bool:
        self._stage.done.append("index")
        return self._stage.index()


class Lease:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.released = 0

    def holds(self, name: str) -> bool:
        assert name in ("indexer", "runs")
        return self._stage.mine

    def release(self) -> None:
        self.released += 1


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(engine_module, "FAULT_SECONDS", 0.02)
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 0.02)
    made = Stage()
    yield made
    made.engine.stop()


def test_each_part_has_its_turn(stage: Stage) -> None:
    stage.engine.runs = [lambda: bool(stage.done.append("run"))]
    assert not stage.engine.step()
    assert stage.done == ["send", "index", "run"]
    assert stage.engine.changes == 0
    stage.send, stage.index = lambda: True, lambda: True
    assert stage.engine.step()
    assert stage.engine.changes == 2


def test_what_another_process_does_is_left_to_it(stage: Stage) -> None:
    stage.mine = False
    stage.engine.runs = [fails]
    stage.index = fails
    assert not stage.engine.step()
    assert stage.done == ["send"], "a sender asks for its lanes itself"


def test_a_process_may_run_some_parts_only(stage: Stage) -> None:
    stage.engine.start(["indexer"])
    eventually(lambda: stage.done.count("index") > 2)
    assert set(stage.done) == {"index"}
    assert stage.engine.fault is None


def test_a_chain_that_moved_is_no_fault(stage: Stage) -> None:
    stage.index = moves
    assert stage.engine.step(), "there is more to do"
    assert stage.engine.fault is None


def test_a_fault_in_one_part_stops_no_other(stage: Stage) -> None:
    stage.send, stage.index = fails, lambda: True
    with pytest.raises(HandlerFailed):
        stage.engine.step()
    assert stage.done == ["send", "index"]
    assert stage.engine.changes == 1


def test_silence_ends_the_round(stage: Stage) -> None:
    stage.send = silence
    with pytest.raises(ChainUnavailable):
        stage.engine.step()
    assert stage.done == ["send"]


def test_silence_is_a_fault_until_the_chain_is_back(stage: Stage) -> None:
    stage.send = silence
    stage.engine.start()
    eventually(lambda: stage.engine.fault)
    assert isinstance(stage.engine.fault, Phrase)
    assert (stage.engine.fault, stage.engine.fault.zh) == ("the node gave no answer", "节点没有应答")
    eventually(lambda: stage.lost > 2)
    assert stage.done.count("index") > 1, "the others go on"
    stage.send = lambda: False
    eventually(lambda: stage.engine.fault is None)
    assert stage.engine.is_running


def test_a_fault_of_the_program_is_told_and_tried_again(stage: Stage) -> None:
    stage.index = fails
    stage.engine.start()
    eventually(lambda: stage.engine.fault)
    assert stage.engine.fault == "HandlerFailed: Receivables.Transfer in block 7, log 1: KeyError: 5"
    assert isinstance(stage.engine.fault, Phrase)
    assert "故障" in stage.engine.fault.zh
    eventually(lambda: stage.done.count("index") > 2)
    assert stage.lost == 0
    stage.index = lambda: False
    eventually(lambda: stage.engine.fault is None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_engine_that_died_is_a_fault(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends() -> bool:
        raise SystemExit

    assert stage.engine.fault is None, "one that was never started is none"
    stage.index = ends
    stage.engine.start()
    eventually(lambda: stage.engine.fault == "the engine has stopped")
    assert stage.engine.is_running, "the other parts go on"


def test_it_stops_and_starts_again(stage: Stage) -> None:
    stage.engine.start()
    eventually(lambda: stage.done)
    stage.engine.stop()
    assert not stage.engine.is_running
    assert stage.engine.fault is None
    seen = len(stage.done)
    stage.engine.start()
    eventually(lambda: len(stage.done) > seen)
    stage.engine.stop()
    released = stage.leases.released
    stage.engine.stop()
    assert released, "nobody has to wait for its leases to end"


def test_news_is_not_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 60)
    stage.engine.start()
    eventually(lambda: {"send", "index"} <= set(stage.done))
    time.sleep(0.05)
    stage.done.clear()
    stage.engine.wake()
    eventually(lambda: {"send", "index"} <= set(stage.done))


def test_what_comes_while_it_gathers_is_one_rounds_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 60.0)
    monkeypatch.setattr(engine_module, "FIRST_PAUSE", 60.0)
    stage = Stage(gather_seconds=1.0)
    stage.engine.start(["sender"])
    try:
        eventually(lambda: stage.done == ["send"])
        for _ in range(20):
            stage.engine.wake()
            time.sleep(0.005)
        eventually(lambda: stage.done == ["send", "send"])
    finally:
        began = time.monotonic()
        stage.engine.stop()
    assert time.monotonic() - began < 0.5, "an engine that is to stop gathers no more"
    assert stage.done == ["send", "send"]


def test_what_one_part_moved_wakes_the_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 60)
    stage.engine.start(["indexer"])
    eventually(lambda: stage.done)
    time.sleep(0.05)
    stage.done.clear()
    stage.send = lambda: True
    stage.engine._round(stage.engine._parts[0])
    eventually(lambda: "index" in stage.done)


@pytest.mark.parametrize(
    ("moved", "busy", "behind", "longest"),
    [
        (False, False, False, engine_module.IDLE_SECONDS),
        (True, False, False, 0),
        (False, True, False, 0.01),
        (True, True, False, 0),
        (False, False, True, 0),
    ],
)
def test_how_long_the_indexer_rests(stage: Stage, moved: bool, busy: bool, behind: bool, longest: float) -> None:
    stage.index, stage.busy, stage.is_behind = lambda: moved, busy, behind
    expected = engine_module.IDLE_SECONDS if longest > 0.01 else longest
    assert stage.engine._guarded(stage.engine._parts[1]) == expected


@pytest.mark.parametrize(("kind", "done"), [("indexer", "index"), ("sender", "send")])
@pytest.mark.parametrize(("behind", "gathers"), [(False, True), (True, False)])
def test_what_moved_waits_for_more_to_come_together(kind: str, done: str, behind: bool, gathers: bool) -> None:
    """What is left to read or to sign does not get less by waiting."""
    stage = Stage(gather_seconds=30)
    stage.index, stage.send, stage.is_behind = lambda: True, lambda: True, behind
    stage.engine.start([kind])
    try:
        if gathers:
            time.sleep(0.2)
            assert stage.done == [done]
        else:
            eventually(lambda: len(stage.done) > 10)
    finally:
        stage.engine.stop()


def test_whoever_waits_is_told_at_once(stage: Stage) -> None:
    stage.index = lambda: True
    seen = stage.engine.changes
    timer = threading.Timer(0.1, stage.engine.step)
    timer.start()
    started = time.monotonic()
    stage.engine.wait_change(seen, 10)
    assert time.monotonic() - started < 5


def test_a_change_before_the_wait_is_not_slept_through(stage: Stage) -> None:
    seen = stage.engine.changes
    stage.index = lambda: True
    stage.engine.step()
    started = time.monotonic()
    stage.engine.wait_change(seen, 10)
    assert time.monotonic() - started < 1
    stage.engine.wait_change(stage.engine.changes, 0.01)


def test_what_goes_on_by_itself_waits_for_the_read_model(stage: Stage) -> None:
    stage.engine.runs = [lambda: stage.done.append("run") is None]
    stage.is_behind = True
    stage.engine.step()
    assert stage.done == ["send", "index"]
    stage.is_behind = False
    assert stage.engine.step()
    assert stage.done[2:] == ["send", "index", "run"]


def test_what_goes_on_by_itself_does_not_stop_its_neighbour(stage: Stage) -> None:
    stage.engine.runs = [fails, lambda: stage.done.append("two") is None]
    with pytest.raises(HandlerFailed):
        stage.engine.step()
    assert stage.done == ["send", "index", "two"]
