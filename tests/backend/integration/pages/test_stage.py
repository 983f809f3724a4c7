"""The stage (rules G20 to G25): who may watch and play, one story at a time, what is told of it, and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event
from typing import Any

import pytest

from backend.demo.stage import Stage
from backend.demo.stories import STORIES
from backend.demo.theatre import PACES
from backend.errors import ChainUnavailable, both
from backend.reconcile import CHECKS
from backend.testing import Network

from .browser import Browser

UGLY = "<script>alert(1)</script>\"'&{{7*7}}"


@pytest.fixture
def stage(feiqian: Network) -> Iterator[Browser]:
    """A browser of a party, and an end to whatever it began."""
    yield Browser(feiqian).enter_as(feiqian.tier1.account)
    feiqian.world.app.extensions["feiqian-theatre"].close()


def begin(browser: Browser, story: str = "confirmation", **more: str) -> Any:
    return browser.post("/stage/plays", {"story": story, "how": "step", "pace": "fast", **more})


def control(browser: Browser, name: str, **more: str) -> Any:
    return browser.post(f"/stage/controls/{name}", more)


def news(browser: Browser, **query: object) -> dict[str, Any]:
    answer = browser.get("/stage/news", query_string=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def until(browser: Browser, holds: Callable[[dict[str, Any]], bool], seconds: float = 90) -> dict[str, Any]:
    """The play once it is so."""
    deadline = time.monotonic() + seconds
    while not holds(play := news(browser)["play"]):
        assert time.monotonic() < deadline, (play["state"], play["fault"], play["count"])
        assert play["state"] != "failed" or "failed" in str(holds.__doc__), play["fault"]
        time.sleep(0.05)
    return dict(play)


def waiting(play: dict[str, Any]) -> bool:
    return bool(play["state"] == "waiting")


def over(play: dict[str, Any]) -> bool:
    return bool(play["state"] == "over")


def failed(play: dict[str, Any]) -> bool:
    """It has failed."""
    return bool(play["state"] == "failed")


# ---- G20, G21: who


def test_who_is_not_signed_in_sees_and_plays_nothing(feiqian: Network) -> None:
    stranger = Browser(feiqian)
    for path in ("/stage", "/stage/news"):
        assert stranger.get(path).status_code == 303
    assert begin(stranger).status_code == control(stranger, "step").status_code == 401
    assert feiqian.world.app.extensions["feiqian-theatre"].play is None


def _close_doors(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    system = feiqian.world.system
    monkeypatch.setattr(system, "settings", system.settings.model_copy(update={"open_doors": False}))


def _no_development_chain(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(feiqian.world.system.node), "development", None)


def _no_engine(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(feiqian.world.system.engine), "is_running", False)


@pytest.mark.parametrize("close", [_close_doors, _no_development_chain, _no_engine], ids=lambda one: one.__name__)
def test_elsewhere_nobody_plays_and_only_the_overseers_watch(
    feiqian: Network, stage: Browser, monkeypatch: pytest.MonkeyPatch, close: Callable[..., None]
) -> None:
    close(feiqian, monkeypatch)
    assert stage.get("/stage").status_code == stage.get("/stage/news").status_code == 403
    assert begin(stage).status_code == 403
    operator = Browser(feiqian)
    operator.post("/door/key", {"key": feiqian.world.settings.operator_api_key or ""})
    assert "Play the story" not in operator.get("/stage").text
    assert {place["name"] for place in news(operator)["places"]} >= {"tier1", "bank_a"}
    assert begin(operator).status_code == control(operator, "step").status_code == 403
    assert feiqian.world.app.extensions["feiqian-theatre"].play is None


def test_another_site_plays_nothing(feiqian: Network, stage: Browser) -> None:
    form = {"story": "confirmation", "form_token": stage.token()}
    cross = stage.headers | {"Sec-Fetch-Site": "cross-site"}
    assert stage.client.post("/stage/plays", data=form, headers=cross).status_code == 403
    assert stage.post("/stage/plays", {"story": "confirmation"}, token="0" * 80).status_code == 403
    assert news(stage)["play"] is None


def test_what_makes_no_sense_is_refused(feiqian: Network, stage: Browser) -> None:
    assert begin(stage, "hamlet").status_code == 422
    assert begin(stage, pace="never").status_code == 422
    assert control(stage, "step").status_code == 409, "nothing is played"
    assert begin(stage).status_code == 303
    assert control(stage, "fly").status_code == 404
    assert control(stage, "pace", pace="never").status_code == control(stage, "pace").status_code == 422
    assert control(stage, "pace", pace="calm").status_code == 303
    assert feiqian.world.app.extensions["feiqian-theatre"].play.pace == PACES["calm"]
    assert control(stage, "show", step="-1").status_code == control(stage, "show").status_code == 422
    assert stage.get("/stage/news?after=x").status_code == 422


# ---- G22: one at a time


def test_of_two_that_begin_at_once_one_plays(feiqian: Network, stage: Browser) -> None:
    others = [Browser(feiqian).enter_as(party.account) for party in (feiqian.bank_a, feiqian.bank_b, feiqian.tier2)]
    barrier = Barrier(len(others))

    def at_once(browser: Browser) -> int:
        barrier.wait()
        return int(begin(browser).status_code)

    with ThreadPoolExecutor(len(others)) as pool:
        assert sorted(pool.map(at_once, others)) == [303, 409, 409]
    refusal = stage.client.post(
        "/stage/plays",
        data={"form_token": stage.token(), "story": "dispute"},
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json", "Accept-Language": "zh"},
    )
    assert "从确权到还款" in refusal.json["detail"]


# ---- G23: steps


def test_nothing_happens_until_it_is_wanted_and_going_back_changes_nothing(feiqian: Network, stage: Browser) -> None:
    begin(stage)
    first = until(stage, waiting)
    assert first["next"]["name"] == "The supplier hands over its invoice"
    assert first["count"] == 0 and feiqian.operator.receivables() == []
    for number in (1, 2):
        control(stage, "step")
        until(stage, lambda play, number=number: play["count"] == number and waiting(play))  # type: ignore[misc]
    control(stage, "back")
    control(stage, "back")
    control(stage, "back")
    told = until(stage, waiting)
    assert (told["shown"], told["count"]) == (0, 2)
    assert feiqian.tier1.get("/me")["position"]["notes"][0]["valueFen"] == "95000000", "the chain has not gone back"
    steps = told["steps"]
    mine = feiqian.tier1.account
    assert told["opening"][mine] == []
    assert steps[1]["lines"][mine] == [{"label": "Notes", "value": "950,000.00 CNY"}]
    confirmed = next(one for one in steps[1]["movements"] if one["event"] == "ReceivableConfirmed")
    assert (confirmed["from"], confirmed["to"], confirmed["amount"]) == (
        feiqian.car_maker.account,
        mine,
        "950,000.00 CNY",
    )
    for word in (
        confirmed["tx"],
        "Receivables.confirm",
        "setOffWaived",
        feiqian.car_maker.account,
        "0.00 CNY → 950,000.00 CNY",
    ):
        assert word in steps[1]["html"], word
    control(stage, "step")
    assert until(stage, waiting)["shown"] == 1, "it was shown again"
    assert len(news(stage, play=told["id"], steps=1)["play"]["steps"]) == 1, "only what is new is told"
    control(stage, "end")
    assert until(stage, lambda play: play["state"] == "ended")["count"] == 2
    assert begin(stage).status_code == 303, "another may begin"


def short(gate: Event) -> Callable[[Stage], None]:
    """A story of two acts, of which the second waits until it may end."""

    def played(on: Stage) -> None:
        supplier = on.parties["tier1"]
        for wanted in (True, False):

            def act(wanted: bool = wanted) -> Any:
                if not wanted:
                    gate.wait(30)
                return supplier.act(f"/participants/{supplier.account}/acceptance-wishes", {"wanted": wanted})

            said = both("wants {wanted}", "{wanted}", wanted=wanted)
            on.play(said, supplier.name, act, said)

    return played


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Open, the second act of the story ends."""
    made = Event()
    monkeypatch.setitem(STORIES, "confirmation", replace(STORIES["confirmation"], play=short(made)))
    yield made
    made.set()


def test_who_looks_back_while_an_act_is_under_way_is_not_taken_away_from_it(stage: Browser, gate: Event) -> None:
    begin(stage)
    until(stage, waiting)
    control(stage, "step")
    until(stage, lambda play: play["count"] == 1 and waiting(play))
    control(stage, "step")
    until(stage, lambda play: play["state"] == "acting")
    control(stage, "step")  # it is under way already
    control(stage, "back")
    gate.set()
    told = until(stage, over)
    assert (told["shown"], told["count"]) == (0, 2)


def test_what_is_over_is_shown_again_from_its_opening(feiqian: Network, stage: Browser, gate: Event) -> None:
    gate.set()
    begin(stage, how="play")
    told = until(stage, lambda play: over(play) and not play["isRunning"])
    assert (told["shown"], told["count"]) == (2, 2)
    control(stage, "step")
    assert news(stage)["play"]["shown"] == 2, "there is no more"
    sent = feiqian.world.system.node.transaction_count(feiqian.tier1.account)
    control(stage, "pace", pace="calm")
    control(stage, "play")
    again = until(stage, lambda play: play["isRunning"])
    assert again["shown"] < 2 and again["state"] == "over"
    control(stage, "pace", pace="fast")
    until(stage, lambda play: play["shown"] == 2 and not play["isRunning"])
    assert feiqian.world.system.node.transaction_count(feiqian.tier1.account) == sent, "nothing was acted again"


def test_a_theatre_that_closes_ends_its_story_and_may_close_again(
    feiqian: Network, stage: Browser, gate: Event
) -> None:
    begin(stage)
    until(stage, waiting)
    theatre = feiqian.world.app.extensions["feiqian-theatre"]
    for _ in range(2):
        theatre.close()
        assert news(stage)["play"]["state"] == "ended"
    assert not any(thread.name == "feiqian-stage" for thread in threading.enumerate())


@pytest.mark.parametrize("stories", [("confirmation", "confirmation", "dispute")])
def test_stories_are_played_one_after_another_and_each_ends_with_the_proof(
    feiqian: Network, stage: Browser, stories: tuple[str, ...]
) -> None:
    """Rule G25: the same parties play again, and only what they lack is given to them."""
    before = len(feiqian.operator.participants())
    for story in stories:
        assert begin(stage, story, how="play").status_code == 303
        told = until(stage, over)
        assert 'data-holds="yes"' in told["proof"]
        assert told["proof"].count("<li>") == len(CHECKS)
        assert told["shown"] == told["count"] > 10
        assert {"actor", "name", "why"} <= told["steps"][-1].keys()
    assert len(feiqian.operator.participants()) == before
    refused = [step["refusal"] for step in told["steps"] if step["refusal"]]
    assert any("notice of assignment" in one for one in refused)
    chinese = Browser(feiqian, **{"Accept-Language": "zh"}).enter_as(feiqian.tier2.account)
    for step in news(chinese)["play"]["steps"]:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in step["why"]), step["name"]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in step["name"])
        assert not step["refusal"].startswith("409")


def _api_refuses(on: Stage) -> None:
    on.parties["car_maker"].confirm(999, 1)


def _chain_is_away(_: Stage) -> None:
    raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))


def _has_a_mistake(_: Stage) -> None:
    raise KeyError("amount")


@pytest.mark.parametrize(
    ("falls", "fault", "zh"),
    [
        (_api_refuses, "no receivable 999", "no receivable 999"),
        (_chain_is_away, "the node gave no answer", "节点没有应答"),
        (_has_a_mistake, "KeyError: 'amount'", "KeyError: 'amount'"),
    ],
)
def test_a_story_that_breaks_off_says_so(
    feiqian: Network,
    stage: Browser,
    monkeypatch: pytest.MonkeyPatch,
    falls: Callable[[Stage], None],
    fault: str,
    zh: str,
) -> None:
    """Rule G24: nothing is hidden, and another may begin."""
    monkeypatch.setitem(STORIES, "confirmation", replace(STORIES["confirmation"], play=falls))
    begin(stage, how="play")
    told = until(stage, failed)
    assert fault in told["fault"]
    chinese = Browser(feiqian, **{"Accept-Language": "zh"}).enter_as(feiqian.tier2.account)
    assert zh in news(chinese)["play"]["fault"]
    assert not told["isUnderWay"] and told["proof"] == ""
    assert begin(stage, "dispute").status_code == 303
    until(stage, waiting)


# ---- G20: what is shown


def test_the_stage_shows_what_the_api_says(feiqian: Network, stage: Browser) -> None:
    position = news(stage)["position"]
    _, note = feiqian.confirmed(amount=1_234_567_89)
    feiqian.tier1.endorse(note, feiqian.tier2, 234_567_89)
    told = news(stage, after=position)
    assert told["lines"][feiqian.tier1.account] == [{"label": "Notes", "value": "1,000,000.00 CNY"}]
    assert told["lines"][feiqian.bank_a.account] == [{"label": "Cash", "value": "1,000,000,000.00 CNY"}]
    lanes = {place["name"]: place["lane"] for place in told["places"]}
    assert (lanes["car_maker"], lanes["tier1"], lanes["tier2"]) == ("obligor", "tier1", "tier2")
    assert (lanes["bank_a"], lanes["warehouse"], lanes["Operator"]) == ("financier", "goods", "top")
    assert [(one["event"], one["who"], one["whom"], one["amount"]) for one in told["movements"]] == [
        ("ReceivableRegistered", "tier1", "car_maker", "1,234,567.89 CNY"),
        ("ReceivableConfirmed", "car_maker", "tier1", "1,234,567.89 CNY"),
        ("NoteEndorsed", "tier1", "tier2", "234,567.89 CNY"),
    ]
    assert news(stage, after=told["position"])["movements"] == []
    chinese = Browser(feiqian, **{"Accept-Language": "zh"}).enter_as(feiqian.tier2.account)
    assert news(chinese, after=position)["movements"][2]["words"] == "背书转让凭证 2"


def test_title_and_cash_of_a_sale_go_opposite_ways(feiqian: Network, stage: Browser) -> None:
    claim, note = feiqian.confirmed(amount=1_000_000_00)
    position = news(stage)["position"]
    feiqian.tier1.ask_for_quotes(claim, 1_000_000_00, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, 1_000_000_00, price=990_000_00)["result"]["quoteId"]
    feiqian.tier1.accept(quote, note)
    told = {(one["event"], one["who"], one["whom"]): one["amount"] for one in news(stage, after=position)["movements"]}
    assert told["Settled", "tier1", "bank_a"] == "1,000,000.00 CNY"
    assert told["CashTransferred", "bank_a", "tier1"] == "985,050.00 CNY"
    assert told["CashTransferred", "bank_a", "Reserve fund"] == "4,950.00 CNY"
    assert not any(event == "NoteTransferred" for event, _, _ in told), "the sale says it"
    feiqian.bank_a.assign(note, feiqian.bank_b)
    assert ("NoteTransferred", "bank_a", "bank_b") in {
        (one["event"], one["who"], one["whom"]) for one in news(stage, after=position)["movements"]
    }


def test_goods_travel_in_their_own_unit(feiqian: Network, stage: Browser) -> None:
    position = news(stage)["position"]
    _, receipt = feiqian.stored("1250.75")
    child = int(feiqian.tier1.split(receipt, "200", feiqian.tier2)["result"]["receiptId"])
    feiqian.operator.freeze_receipt(child, "order 4")
    told = [(one["event"], one["who"], one["whom"], one["amount"]) for one in news(stage, after=position)["movements"]]
    assert ("ReceiptIssued", "warehouse", "tier1", "1250.750 BBL") in told
    assert ("ReceiptSplit", "tier1", "tier2", "200.000 BBL") in told
    assert ("ReceiptFrozen", "Operator", "tier2", "") in told


def test_names_are_text(feiqian: Network, stage: Browser) -> None:
    ugly = feiqian.operator.register(UGLY, "UGLY-1", ["supplier"])
    told = news(stage)
    assert UGLY in {place["name"] for place in told["places"]}, "drawn by a script, as text"
    assert "<script>alert" not in stage.get("/stage").text
    assert ugly.account in told["lines"]


def test_many_parties_are_counted_and_not_drawn(
    feiqian: Network, stage: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.web.pages.stage.places.MOST", 3)
    told = news(stage)
    assert [place["name"] for place in told["places"] if place["lane"] != "top"] == ["car_maker", "tier1", "tier2"]
    assert told["leftOut"] == 7 - 3, "of those who act"
    position = told["position"]
    feiqian.operator.issue_cash(feiqian.bank_a, 1_00)
    (paid,) = news(stage, after=position)["movements"]
    assert (paid["from"], paid["to"], paid["whom"]) == ("operator", "", "bank_a"), "it is told and does not travel"
