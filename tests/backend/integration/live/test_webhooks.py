"""Rules B52 and B53: deliveries come at least once, in order, signed, and go on after whatever happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update

from backend.live.deliveries import Deliveries
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


def test_an_account_has_its_limit(feiqian: Network) -> None:
    for _ in range(20):
        feiqian.tier1.hook("http://127.0.0.1:9/")
    with pytest.raises(Refused, match="at most 20"):
        feiqian.tier1.hook("http://127.0.0.1:9/")
    assert feiqian.tier2.hook("http://127.0.0.1:9/")["state"] == "live"


def _until(feiqian: Network, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        hook = feiqian.tier1.hooks()[0]
        return hook if holds(hook) else None

    return eventually(found)
