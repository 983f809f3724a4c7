"""What the tests ask the chain, overheard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest


@dataclass
class Reach:
    """What one test comes to, as Contract.0xselector, and how long it takes."""

    test: str
    passed: bool
    seconds: float
    calls: list[str] = field(default_factory=list)
    of: str = ""
    """The file of the test, as it was."""


class Recorder:
    maxfail = 0

    def __init__(self, say: Callable[[Any], None], project: Any, provider: Any) -> None:
        self._say = say
        self._project = project
        self._provider = provider
        self._ask = provider.make_request
        self._asked: list[tuple[str, Any]] = []
        self._reach = Reach("", True, 0)
        self._started = 0.0

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._reach, self._started = Reach(item.nodeid, True, 0), time.monotonic()
        calls: set[str] = set()
        with self._listening(calls):
            yield
        self._reach.calls = sorted(calls)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._reach.passed = False
        if report.when == "teardown" and self._reach.test == report.nodeid:
            self._say(asdict(self._reach))

    @contextmanager
    def _listening(self, calls: set[str]) -> Iterator[None]:
        """Every call meanwhile is traced, and every transaction when the test is told that it is mined, since Anvil has
        a trace of nothing until then. At once: the chain goes back afterwards."""
        provider, ask = self._provider, self._ask
        of_a_call = {"tracer": "callTracer"}
        names = {c.address.lower(): c._name for container in self._project for c in container}
        mined: set[str] = set()

        def asking(method: str, params: Any) -> Any:
            answer = ask(method, params)
            if method == "eth_call":
                traced = ask("debug_traceCall", [params[0], params[1], of_a_call])
            elif method == "eth_getTransactionReceipt" and answer.get("result") and str(params[0]) not in mined:
                mined.add(str(params[0]))
                traced = ask("debug_traceTransaction", [params[0], of_a_call])
            else:
                return answer
            calls.update(_called(traced["result"], names))
            return answer

        provider.make_request = asking
        provider._request_func_cache = (None, None)
        try:
            yield
        finally:
            provider.make_request = ask
            provider._request_func_cache = (None, None)
            self._reach.seconds = round(time.monotonic() - self._started, 2)

    def end(self) -> None:
        pass


def _called(frame: dict[str, Any], names: dict[str, str]) -> Iterable[str]:
    name = names.get(str(frame.get("to", "")).lower())
    if name:
        yield f"{name}.{frame.get('input', '')[2:10]}"
    for inner in frame.get("calls", ()):
        yield from _called(inner, names)
