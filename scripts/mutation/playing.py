"""The contract tests, tried on one broken contract after the other by one process: brownie is loaded, the tests are
collected and the chain is started once. Each try is a fork of that, on a chain that goes back afterwards.

What a test comes to is recorded once (`record`): the functions of the contracts that were called while it ran, by the
chain's own traces. A mutant is tried by the tests that come to its function, and by no other.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import pytest
from _pytest.main import pytest_runtestloop as play_items
from mutation.reach import Reach, Recorder
from mutation.sources import Code

from tests.contracts.line import lay

NETWORK = "feiqian-anvil"
SAME_BYTECODE, GAS = "test_same_bytecode.py", "test_gas.py"
"""Tests that tell any bytecode from any other, or for nothing but its gas."""
LONGEST = 7 * 86_400.0
"""Seconds, for what takes as long as it takes."""
OVER = "over"


@dataclass(frozen=True)
class Outcome:
    killer: str
    """The test that failed first; empty where none did."""
    tests: int
    seconds: float


def with_tests(play: Callable[[Tests], None], folder: Path) -> int:
    """Collects the tests, and has them played with instead of run."""
    from brownie._config import CONFIG

    CONFIG.argv["cli"] = "test"  # as its own command line does
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "--network", NETWORK]
    return int(pytest.main([str(folder), *options], plugins=["pytest-brownie", _Player(play)]))


class _Player:
    def __init__(self, play: Callable[[Tests], None]) -> None:
        self._play = play

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        capture = session.config.pluginmanager.get_plugin("capturemanager")
        assert capture
        with capture.global_and_fixture_disabled():
            self._play(Tests(session))
        return True


class Tests:
    def __init__(self, session: pytest.Session) -> None:
        import brownie

        self._session = session
        self._project = brownie.project.get_loaded_projects()[0]
        self._provider = brownie.web3.provider
        left_out = (SAME_BYTECODE, GAS)
        self._stands = False
        self._items = {item.nodeid: item for item in session.items if item.path.name not in left_out}

    def names(self) -> list[str]:
        return list(self._items)

    def in_world(self, act: Callable[[], None]) -> None:
        """Does something in a process in which the world that all tests begin with is deployed already."""
        for _ in self._forked(lambda _: self._deployed(act), LONGEST):
            pass

    def _deployed(self, act: Callable[[], None]) -> None:
        self._begin()
        # The session as what comes next: its fixtures stay, and nothing else.
        first = self._session.items[0]
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=self._session)
        self._stands = True
        act()

    def try_on(
        self, codes: dict[str, Code], right: dict[str, Code], tests: list[str], seconds: float
    ) -> Outcome | None:
        """The first of these tests that fails with these contracts. They take the place of those that are deployed;
        None where they cannot (`right` is what stands there), and all must be deployed anew."""
        runtime = self._in_place(codes, right) if self._stands else {}
        if runtime is None:
            return None
        started, first = time.monotonic(), ["it took too long", 0]
        for line in self._forked(lambda say: self._play(codes, runtime, tests, _FirstFailure(say)), seconds):
            first = json.loads(line)
        return Outcome(str(first[0]), int(first[1]), round(time.monotonic() - started, 1))

    def _in_place(self, codes: dict[str, Code], right: dict[str, Code]) -> dict[str, str] | None:
        """The code to put at each address."""
        found = {}
        for name, code in codes.items():
            address = self._project[name][0].address
            there = self._provider.make_request("eth_getCode", [address, "latest"])["result"]
            runtime = code.in_place_of(right[name], there)
            if runtime is None:
                return None
            found[address] = runtime
        return found

    def record(self, tests: list[str]) -> Iterator[Reach]:
        """What each test comes to, one after the other, as they end."""
        recorder = partial(Recorder, project=self._project, provider=self._provider)
        for line in self._forked(lambda say: self._play({}, {}, tests, recorder(say)), LONGEST):
            yield Reach(**json.loads(line))

    def _begin(self) -> None:
        """In a process of its own: its connections are the other one's, and nobody reads what pytest tells."""
        self._session.config.pluginmanager.get_plugin("terminalreporter")._tw._file = StringIO()
        lay(self._provider)

    def _play(self, codes: dict[str, Code], runtime: dict[str, str], tests: list[str], watcher: Any) -> None:
        import brownie

        self._begin()
        for container in self._project:
            if container._name in codes:
                container.bytecode = container._build["bytecode"] = codes[container._name].creation
        for address, code in runtime.items():
            self._provider.make_request("anvil_setCode", [address, "0x" + code])
        if self._stands:
            chain = brownie.chain
            chain._reset_id = chain._current_id = chain._take_snapshot()
        self._session.items[:] = [self._items[test] for test in tests]
        self._session.config.pluginmanager.register(watcher)
        self._session.config.option.maxfail = watcher.maxfail
        with suppress(self._session.Failed):
            play_items(self._session)
        watcher.end()

    def _forked(self, act: Callable[[Callable[[Any], None]], None], seconds: float) -> Iterator[str]:
        """What an act says in a process of its own, line by line; the chain is then as it was before."""
        snapshot = self._provider.make_request("evm_snapshot", [])["result"]
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _say_all(act, writing)
        os.close(writing)
        end, said = time.monotonic() + seconds, ""
        try:
            for said in _lines(reading, end):
                if said != OVER:
                    yield said
            assert said == OVER or time.monotonic() >= end, "a process ended before it was over"
        finally:
            os.close(reading)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            self._provider.make_request("evm_revert", [snapshot])


def _say_all(act: Callable[[Callable[[Any], None]], None], writing: int) -> NoReturn:
    """To its end, and out: what the other process has begun is not this one's to finish."""
    try:
        with os.fdopen(writing, "w") as out:
            act(lambda said: print(json.dumps(said), file=out, flush=True))
            print(OVER, file=out)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _lines(reading: int, end: float) -> Iterator[str]:
    """Until the writer closes, or the time is over."""
    text = b""
    while select.select([reading], [], [], max(0, end - time.monotonic()))[0]:
        piece = os.read(reading, 65_536)
        if not piece:
            return
        *lines, text = (text + piece).split(b"\n")
        yield from (line.decode() for line in lines)


class _FirstFailure:
    maxfail = 1

    def __init__(self, say: Callable[[Any], None]) -> None:
        self._say = say
        self._killer = ""
        self._tests = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tests += report.when == "setup"
        if report.failed and not self._killer:
            self._killer = report.nodeid

    def end(self) -> None:
        self._say([self._killer, self._tests])
