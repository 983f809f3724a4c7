"""Rules B50 and B51: everybody is told its own business, in order, once, from where it stopped."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from backend.config import DAY
from backend.live import stream as streams
from backend.sdk import Feiqian, Refused
from backend.testing import Network
from tests.backend.integration.pages.browser import Browser

Served = Callable[[str | None], Feiqian]


def told(client: Feiqian, after: int = 0) -> list[dict[str, Any]]:
    return list(client.stream(after, follow=False))


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["name"] for event in events]


def test_news_come_as_they_happen_and_a_broken_stream_goes_on_where_it_broke(feiqian: Network, served: Served) -> None:
    client, found = served(feiqian.tier1.token), queue.Queue()  # type: ignore[var-annotated]
    news: Iterator[dict[str, Any]] = client.stream(names=["ReceivableRegistered", "ReceivableConfirmed"])

    def read() -> None:
        for event in news:
            found.put(event)

    threading.Thread(target=read, daemon=True).start()
    while not feiqian.world.app.extensions["feiqian-streams"]._tail._end:
        threading.Event().wait(0.01)
    claim, _ = feiqian.confirmed(5_000_00)
    first = found.get(timeout=10)
    assert (first["kind"], first["name"]) == ("event", "ReceivableRegistered")
    assert first["args"]["receivableId"] == str(claim)
    assert found.get(timeout=10)["name"] == "ReceivableConfirmed"
    feiqian.world.app.extensions["feiqian-streams"].closing.set()  # as a server that stops ends its streams
    threading.Event().wait(0.3)
    feiqian.world.app.extensions["feiqian-streams"].closing.clear()
    second = feiqian.registered()
    event = found.get(timeout=10)
    assert event["args"]["receivableId"] == str(second) and event["id"] > first["id"]
    assert found.empty()


def test_a_participant_is_told_its_own_business_and_the_operator_all(feiqian: Network) -> None:
    before = told(feiqian.operator)[-1]["id"]
    claim, _ = feiqian.confirmed(5_000_00)
    feiqian.tier1.ask_for_quotes(claim, 2_000_00, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, 2_000_00, price=1_900_00)["result"]["quoteId"]
    feiqian.tier1.accept(quote)
    feiqian.stored()
    everything = told(feiqian.operator, before)
    assert [event["id"] for event in everything] == sorted({event["id"] for event in everything})
    mine = names(told(feiqian.tier1, before))
    assert {"ReceivableRegistered", "ReceivableConfirmed", "Settled", "LotTakenIn", "ReceiptIssued"} <= set(mine)
    bank = names(told(feiqian.bank_a, before))
    assert "Settled" in bank and "ReceivableConfirmed" in bank and "LotTakenIn" not in bank
    owes = names(told(feiqian.car_maker, before))
    assert "ReceivableConfirmed" in owes and not {"Settled", "LotTakenIn"} & set(owes)  # the price is between the two
    assert names(told(feiqian.bank_b, before)) == []
    keeps = names(told(feiqian.warehouse, before))
    assert "LotTakenIn" in keeps and "ReceivableRegistered" not in keeps


def _claim_and_note(net: Network) -> None:
    _, note = net.confirmed(5_000_00)
    net.tier1.endorse(note, net.tier2, 1_000_00)


def _goods(net: Network) -> None:
    lot, receipt = net.stored()
    net.tier1.split(receipt, "100", net.tier2)
    net.tier1.order_delivery(receipt, "10", "truck")
    net.warehouse.watch(lot, tolerance_bps=200, max_silence=DAY)
    until = net.operator.now() + 100 * DAY
    net.warehouse.register_device(lot, net.bank_a.account, "weight", calibrated_until=until, simulated=True)


@pytest.mark.parametrize("live", [_claim_and_note, _goods])
def test_what_a_reorganisation_takes_back_is_told_to_whoever_was_told_it(
    feiqian: Network, live: Callable[[Network], None]
) -> None:
    development = feiqian.world.system.node.development
    assert development is not None
    snapshot, start = development.snapshot(), told(feiqian.operator)[-1]["id"]
    live(feiqian)
    parties = ("operator", "tier1", "tier2", "car_maker", "warehouse", "bank_b")
    events = {who: told(getattr(feiqian, who), start) for who in parties}
    development.revert(snapshot)
    middle = max(event["id"] for event in events["operator"])
    feiqian.world.system.engine.wake()
    for _ in range(500):
        if told(feiqian.operator, middle):
            break
        threading.Event().wait(0.02)
    for who, was in events.items():
        back = [event for event in told(getattr(feiqian, who), middle) if event["kind"] == "retraction"]
        places = {(event["blockHash"], event["logIndex"]) for event in was}
        assert places == {(event["blockHash"], event["logIndex"]) for event in back}, who
    for who in ("tier1", "tier2"):
        assert len(events["operator"]) > len(events[who]) > 0 and events["bank_b"] == []


def test_who_is_no_longer_welcome_is_let_go(feiqian: Network, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.2)
    token = feiqian.tier2.post(f"/participants/{feiqian.tier2.account}/api-keys")["apiKey"]
    news = served(token).stream()
    refused = threading.Event()

    def read() -> None:
        with pytest.raises(Refused, match="revoked"):
            next(news)
        refused.set()

    threading.Thread(target=read, daemon=True).start()
    threading.Event().wait(0.3)
    feiqian.operator._http.delete(f"/api/v1/participants/{feiqian.tier2.account}/api-keys")
    assert refused.wait(10)


def test_places_for_readers_are_counted_and_given_free(feiqian: Network, served: Served) -> None:
    app = feiqian.world.app
    app.extensions["feiqian-streams"] = streams.Streams(feiqian.world.system.database, 1)
    http = served(feiqian.tier1.token)._http
    with http.stream("GET", "/api/v1/events/stream") as first:
        assert first.status_code == 200 and first.headers["Content-Type"].startswith("text/event-stream")
        next(first.iter_lines())
        refused = http.get("/api/v1/events/stream")
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/overloaded")
        assert refused.headers["Retry-After"]
    app.extensions["feiqian-streams"].closing.set()
    assert http.get("/api/v1/events/stream").status_code == 503
    threading.Event().wait(1.5)
    app.extensions["feiqian-streams"].closing.clear()
    for _ in range(100):
        again = http.get("/api/v1/events/stream?follow=false")
        if again.status_code == 200:
            break
        threading.Event().wait(0.05)
    assert again.status_code == 200


def test_who_comes_back_goes_on_behind_the_last_that_it_saw(feiqian: Network) -> None:
    """As browsers say it, by a header; what the address says counts before it."""
    http: httpx.Client = feiqian.operator._http
    events = told(feiqian.operator)
    path, last = "/api/v1/events/stream?follow=false", events[-1]["id"]

    def seen(address: str, header: int) -> list[int]:
        answer = http.get(address, headers={"Last-Event-ID": str(header)})
        return [int(one) for one in re.findall(r"id: (\d+)\nevent: ", answer.text)]

    assert seen(path, last) == []
    assert seen(path, events[-3]["id"]) == [one["id"] for one in events[-2:]]
    assert seen(f"{path}&after={last}", 0) == []


def test_the_stream_of_a_page_begins_where_the_browser_was(feiqian: Network) -> None:
    """Else where the page says; a place that another database had is the end of this one."""
    browser, end = Browser(feiqian).enter_as(feiqian.tier1.account), told(feiqian.operator)[-1]["id"]

    def begins(path: str, **headers: str) -> int:
        answer = browser.client.get(path, headers=browser.headers | headers)
        first = re.search(r"id: (\d+)", str(next(answer.iter_encoded()), "utf-8"))
        answer.close()
        assert first is not None
        return int(first[1])

    assert begins("/live?after=1", **{"Last-Event-ID": "2"}) == 2
    assert begins("/live?after=1") == 1
    assert begins("/live") == begins(f"/live?after={end + 1_000}") == end


@pytest.mark.parametrize("said", ["x", "-1", "٣", "1.0", "9" * 19])
def test_a_place_that_is_none_is_refused(feiqian: Network, said: str) -> None:
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    assert browser.get("/live", query_string={"after": said}).status_code == 422
    assert browser.client.get("/live", headers=browser.headers | {"Last-Event-ID": "x"}).status_code == 422


def test_a_position_that_the_feed_has_not_reached_is_refused(feiqian: Network) -> None:
    with pytest.raises(Refused) as refusal:
        told(feiqian.tier1, 10**6)
    assert refusal.value.field == "after"
    http: httpx.Client = feiqian.tier1._http
    for said in ("-1", "x", "9" * 30):
        assert http.get("/api/v1/events/stream", headers={"Last-Event-ID": said}).status_code == 422
