"""Rules B52 and B53: deliveries come at least once, in order, signed, and go on after whatever happened."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import structlog
from sqlalchemy import select, update

from backend.live.deliveries import AT_ONCE, Deliveries
from backend.live.tables import webhooks
from backend.sdk import Refused
from backend.testing import Network
from tests.waiting import eventually

from .conftest import Receiver


def test_deliveries_are_signed_in_order_and_only_what_was_asked_for(feiqian: Network, receiver: Receiver) -> None:
    hook = feiqian.tier1.hook(receiver.url, names=["ReceivableRegistered", "ReceivableConfirmed"])
    receiver.secret = hook["secret"]
    claims = [feiqian.confirmed(1_000_00)[0] for _ in range(3)]
    receiver.wait(lambda: len(receiver.events) >= 6)
    assert [event["args"]["receivableId"] for event in receiver.events] == [str(c) for c in claims for _ in range(2)]
    assert [event["id"] for event in receiver.events] == sorted(event["id"] for event in receiver.events)
    assert "secret" not in feiqian.tier1.hooks()[0] and feiqian.tier2.hooks() == []


def test_what_is_not_taken_comes_again_and_nothing_is_left_out(feiqian: Network, receiver: Receiver) -> None:
    receiver.answers = [500, 302]
    receiver.secret = feiqian.tier1.hook(receiver.url, names=["ReceivableRegistered"])["secret"]
    claims = [feiqian.registered() for _ in range(3)]
    receiver.wait(lambda: len(receiver.events) >= 3)
    assert [int(event["args"]["receivableId"]) for event in receiver.events] == claims
    assert receiver.deliveries[0][0] == receiver.deliveries[1][0] == receiver.deliveries[2][0]
    hook = _until(feiqian, lambda found: found["failures"] == 0)
    assert hook["state"] == "live" and hook["error"] == ""


def test_a_receiver_that_is_away_for_days_is_suspended_and_resumed_where_it_stopped(
    feiqian: Network, receiver: Receiver
) -> None:
    receiver.answers = [503, 503]
    hook = feiqian.tier1.hook(receiver.url, names=["ReceivableRegistered"])
    receiver.secret = hook["secret"]
    claim = feiqian.registered()
    _until(feiqian, lambda found: found["failures"] == 1)
    long_ago = int(time.time()) - feiqian.world.settings.webhook_days * 86_400
    with feiqian.world.system.database.begin() as db:
        db.execute(update(webhooks).values(failing_since=long_ago, due_at=0))
    found = _until(feiqian, lambda found: found["state"] == "suspended")
    assert (found["failures"], found["error"]) == (2, "HTTP 503")
    later = feiqian.registered()
    assert receiver.events == []
    feiqian.tier1.resume_hook(hook["id"])
    receiver.wait(lambda: len(receiver.events) >= 2)
    assert [int(event["args"]["receivableId"]) for event in receiver.events] == [claim, later]
    feiqian.tier1.unhook(hook["id"])
    feiqian.registered()
    assert feiqian.tier1.hooks() == [] and len(receiver.events) == 2


@pytest.fixture
def second(feiqian: Network) -> Iterator[Deliveries]:
    """Another process's part, in this one."""
    made = Deliveries(feiqian.world.system.database, feiqian.world.settings, lambda: True)
    yield made
    made.close()


def test_two_processes_tell_nothing_twice_and_one_follows_the_other_that_died(
    feiqian: Network, receiver: Receiver, second: Deliveries
) -> None:
    feiqian.world.system.engine.stop()
    start = feiqian.operator.hook("http://127.0.0.1:9/")["position"]
    feiqian.operator.unhook(feiqian.operator.hooks()[0]["id"])
    hook = feiqian.operator.hook(receiver.url, after=0)
    receiver.secret = hook["secret"]
    row = next(iter(second._due(int(time.time()))))
    assert second._take(row)
    first = feiqian.world.system.deliveries
    assert first._due(int(time.time())) == [] and not first._take(row)  # it is the other's
    with feiqian.world.system.database.begin() as db:
        db.execute(update(webhooks).values(held_until=int(time.time()) - 1))  # which died
    while first.step() or len(receiver.events) < start:
        assert len(receiver.deliveries) <= start
    assert not second._told(row, row["position"] + 1)  # it wakes again, and has nothing to say
    assert [event["id"] for event in receiver.events] == list(range(1, start + 1))
    assert feiqian.operator.hooks()[0]["position"] == start


def test_who_ends_in_the_middle_leaves_the_rest_to_the_next_at_once(
    feiqian: Network, receiver: Receiver, second: Deliveries
) -> None:
    feiqian.world.system.engine.stop()
    receiver.gate.clear()
    hook = feiqian.operator.hook(receiver.url, after=0)
    receiver.secret = hook["secret"]
    second.step()
    receiver.wait(lambda: len(receiver.deliveries) == 1)
    ending = threading.Thread(target=second.close)
    ending.start()
    eventually(second._closing.is_set)
    assert ending.is_alive(), "what is under way may end"
    receiver.gate.set()
    ending.join(15)
    (found,) = feiqian.operator.hooks()
    assert found["position"] >= receiver.deliveries[0][-1] and found["failures"] == 0
    assert feiqian.world.system.deliveries._take(_row(feiqian, hook["id"])), "nobody has it any more"


def test_a_webhook_that_is_removed_under_a_delivery_is_gone(
    feiqian: Network, receiver: Receiver, second: Deliveries
) -> None:
    feiqian.world.system.engine.stop()
    receiver.gate.clear()
    receiver.answers = [500]
    hook = feiqian.operator.hook(receiver.url, after=0)
    receiver.secret = hook["secret"]
    with structlog.testing.capture_logs() as lines:
        second.step()
        receiver.wait(lambda: len(receiver.deliveries) == 1)
        feiqian.operator.unhook(hook["id"])
        receiver.gate.set()
        eventually(second.step)
    assert feiqian.operator.hooks() == [] and not second._under_way
    assert "webhook-not-taken" not in {line["event"] for line in lines}, "nobody waits for it"


def test_receivers_that_are_slow_have_so_many_places_and_no_more(feiqian: Network, second: Deliveries) -> None:
    feiqian.world.system.engine.stop()
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as slow:
        slow.setblocking(False)

        def called() -> int:
            second.step()
            with suppress(BlockingIOError):
                connections.append(slow.accept()[0])
            return len(connections)

        for _ in range(AT_ONCE + 1):
            feiqian.operator.hook(f"http://127.0.0.1:{slow.getsockname()[1]}/", after=0)
        try:
            eventually(lambda: called() == AT_ONCE)
            assert [called() for _ in range(3)] == 3 * [AT_ONCE], "the last one waits"
            connections[0].sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            eventually(lambda: called() == AT_ONCE + 1)
        finally:
            for connection in connections:
                connection.close()


def test_an_account_has_its_limit(feiqian: Network) -> None:
    for _ in range(20):
        feiqian.tier1.hook("http://127.0.0.1:9/")
    with pytest.raises(Refused, match="at most 20"):
        feiqian.tier1.hook("http://127.0.0.1:9/")
    assert feiqian.tier2.hook("http://127.0.0.1:9/")["state"] == "live"


def _row(feiqian: Network, name: str) -> Any:
    with feiqian.world.system.database.connect() as db:
        return db.execute(select(webhooks).where(webhooks.c.id == name)).mappings().one()


def _until(feiqian: Network, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        hook = feiqian.tier1.hooks()[0]
        return hook if holds(hook) else None

    return eventually(found)
