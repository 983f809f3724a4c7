"""Clients that know nothing of what happens behind the API: they ask again, under the same key, until they are told
what became of their act."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from web3 import Web3

from backend.sdk import Feiqian, OperationFailed, Refused
from tests.torture.stage import RESERVE, Stage

Json = dict[str, Any]
Mark = tuple[str, object]


@dataclass(frozen=True)
class Act:
    """One act under one key, and the event that only it leaves on the chain. Three lanes: issuer, attestor, bank."""

    key: str
    path: str
    body: Json
    mark: Mark
    token: str | None = None
    """Of the party that acts; the operator where there is none."""
    may_fail: bool = False
    """It needs what may vanish from the chain: it may be refused until that is there again, or come before it and fail."""


def draw(stage: Stage, count: int) -> list[Act]:
    """New acts, of each lane in turn."""
    numbers = range(stage.drawn, stage.drawn + count)
    stage.drawn += count
    return [(_issue, _attest, _redeem)[number % 3](stage, number) for number in numbers]


def _issue(stage: Stage, number: int) -> Act:
    amount = 1_000 + number
    body = {"to": stage.bank[1], "amountFen": str(amount), "currency": "CNY"}
    return Act(f"issue-{number}", "/cash/issues", body, ("Issued", amount))


def _attest(_stage: Stage, number: int) -> Act:
    reserve = RESERVE + 1 + number
    body = {"reserveFen": str(reserve), "currency": "CNY", "statement": f"statement {number}"}
    return Act(f"attest-{number}", "/cash/attestations", body, ("ReserveAttested", reserve))


def _redeem(stage: Stage, number: int) -> Act:
    return redemption(f"payout {number}", stage.bank[2])


def redemption(reference: str, token: str | None, *, may_fail: bool = False) -> Act:
    """A party turns one fen into money at the bank."""
    body = {"amountFen": "1", "currency": "CNY", "payoutReference": reference}
    mark = ("Redeemed", Web3.keccak(text=reference).to_0x_hex())
    return Act(f"redeem {reference}".replace(" ", "-"), "/cash/redemptions", body, mark, token, may_fail)


class Client:
    """A caller that has the addresses of some backends, and no patience with any of them."""

    def __init__(self, stage: Stage, ports: Sequence[object] = (), seed: int = 0) -> None:
        self._dice = random.Random(seed)
        self._operators = [stage.operator(port, wait=2) for port in ports or (stage.given["port"],)]
        self._parties: dict[tuple[Feiqian, str], Feiqian] = {}

    def caller(self, act: Act) -> Feiqian:
        """A connection of whoever acts, to one backend or another."""
        operator = self._dice.choice(self._operators)
        if act.token is None:
            return operator
        if (operator, act.token) not in self._parties:
            self._parties[operator, act.token] = operator.acting_as(act.token)
        return self._parties[operator, act.token]

    def ask(self, act: Act, seconds: float = 120) -> Json:
        """Has the act taken. Raises Refused where it is refused, TimeoutError."""

        def once() -> Json:
            try:
                return self.caller(act).act(act.path, act.body, key=act.key, wait=0)
            except OperationFailed as failure:
                if not act.may_fail:
                    raise
                return failure.operation

        return self._insist(once, act, seconds)

    def do(self, act: Act, seconds: float = 120) -> Json:
        """The operation, final. Raises Refused or OperationFailed where the act itself is refused, TimeoutError."""

        def once() -> Json:
            caller = self.caller(act)
            try:
                return caller.finish(caller.act(act.path, act.body, key=act.key, wait=0), seconds=2)
            except OperationFailed as failure:
                if not act.may_fail:
                    raise
                return failure.operation

        return self._insist(once, act, seconds)

    def _insist(self, once: Callable[[], Json], act: Act, seconds: float) -> Json:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return once()
            except (httpx.HTTPError, TimeoutError, Refused) as silence:
                if isinstance(silence, Refused) and silence.status < 500 and not act.may_fail:
                    raise
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{act.key}: {silence}") from silence
            time.sleep(self._dice.uniform(0.02, 0.1))

    def close(self) -> None:
        for connection in (*self._operators, *self._parties.values()):
            connection.close()


class Crowd:
    """Several clients at once, each with its share of the acts: every other one asks for all of its acts before it
    waits for any. They begin at once; `join` gives what they were told."""

    def __init__(self, stage: Stage, acts: Sequence[Act], clients: int = 6, *, ports: Sequence[object] = ()) -> None:
        self._told: dict[str, set[str]] = {}
        self._faults: list[BaseException] = []
        self._lock = threading.Lock()
        self._stage = stage
        shares = [acts[n::clients] for n in range(clients)]
        self._threads = [
            threading.Thread(target=self._work, args=(Client(stage, ports, n), share, n % 2 == 0), daemon=True)
            for n, share in enumerate(shares)
            if share
        ]
        for thread in self._threads:
            thread.start()

    @property
    def done(self) -> int:
        return len(self._told)

    def await_done(self, count: int, seconds: float = 60, *, meanwhile: Callable[[], bool] = lambda: False) -> None:
        """Until that many were told, all are through, or `meanwhile` says that it is enough."""
        deadline = time.monotonic() + seconds
        while self.done < count and not meanwhile() and any(thread.is_alive() for thread in self._threads):
            assert time.monotonic() < deadline, f"{self.done} acts done:\n{self._stage.what_is_open()}"
            time.sleep(0.005)

    def join(self, seconds: float = 60) -> dict[str, set[str]]:
        """The operations that were told for each key. Raises what a client could not get over."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"a client still waits:\n{self._stage.what_is_open()}"
        if self._faults:
            self._faults[0].add_note("\n".join(self._stage.last_words()))
            raise self._faults[0]
        return self._told

    def _work(self, client: Client, acts: Sequence[Act], is_hasty: bool) -> None:
        try:
            for act in acts if is_hasty else ():
                client.ask(act)
            for act in acts:
                operation = client.do(act)
                with self._lock:
                    self._told.setdefault(act.key, set()).add(str(operation["id"]))
        except BaseException as fault:
            self._faults.append(fault)
        finally:
            client.close()
