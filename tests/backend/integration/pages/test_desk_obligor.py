"""The core enterprise's desk: the same as the API says, and for it alone."""

from __future__ import annotations

import re

import pytest

from backend.testing import Network
from backend.web.pages.desks.obligor import DAYS

from .browser import Browser

UGLY = "<script>alert(1)</script>"


def desk(net: Network, path: str = "/desks/obligor", language: str = "en") -> str:
    answer = Browser(net, **{"Accept-Language": language}).enter_as(net.car_maker.account).get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def card(page: str, name: str) -> str:
    """The text of a section, by the id of its heading."""
    found = re.search(rf'aria-labelledby="{name}-title">(.*?)</section>', page, re.S)
    assert found is not None, name
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_what_waits_stands_beside_its_document(feiqian: Network) -> None:
    """Rule G40."""
    waiting = feiqian.registered(amount=1_234_567_89, number="INV-77")
    feiqian.confirmed(amount=500_00)
    page = desk(feiqian)
    (claim,) = feiqian.car_maker.receivables("submitted")
    assert claim["id"] == waiting
    inbox = card(page, "inbox")
    for fact in (f"Receivable {waiting}", feiqian.tier1.name, "1,234,567.89", "INV-77"):
        assert fact in inbox, fact
    assert f'href="/acts/confirm/{waiting}"' in page and f'href="/acts/reject/{waiting}"' in page
    assert "500.00" not in inbox
    assert "待确权" in desk(feiqian, language="zh")


def test_what_falls_due_is_summed_up_by_day(feiqian: Network) -> None:
    """Rule G40: the days and what is overdue come to what the API says is owed."""
    for amount, days in ((100_00, 40), (250_00, 40), (1_000_00, 70)):
        feiqian.confirmed(amount=amount, days=days)
    feiqian.operator.travel(days=50)
    page = desk(feiqian)
    calendar = card(page, "calendar")
    assert "overdue 2 350.00 CNY" in calendar
    assert "1 1,000.00 CNY" in calendar
    assert feiqian.car_maker.me()["position"]["owed"] == [{"currency": "CNY", "valueFen": "135000"}]
    first = re.search(r'href="/acts/repay/(\d+)"', page)
    assert first is not None and int(first[1]) == 1
    owed = feiqian.car_maker.due(1)
    assert f"{owed['penalty'] / 100:.2f} CNY penalty" in card(page, "payables")
    feiqian.car_maker.repay(1, sum(owed.values()))
    assert "overdue 1 250.00 CNY" in card(desk(feiqian), "calendar")


def test_days_that_are_far_off_are_summed_up(feiqian: Network) -> None:
    """Rule G40: the next days stand each for itself, what is due after them together."""
    for days in range(DAYS + 2):
        feiqian.confirmed(amount=1_00, days=40 + days)
    calendar = card(desk(feiqian), "calendar")
    assert calendar.count(" 1.00 CNY") == DAYS
    assert calendar.endswith("later 2 2.00 CNY")


def test_the_limit_is_used_by_what_is_owed(feiqian: Network) -> None:
    """Rules G40 and P4."""
    feiqian.confirmed(amount=2_000_00)
    page = desk(feiqian)
    limit = feiqian.car_maker.get(f"/participants/{feiqian.car_maker.account}")["confirmationLimits"]["CNY"]
    assert f'max="{limit}" value="200000"' in page
    assert '<label class="d-block" for="limit-CNY">' in page


def test_what_others_propose_waits_here(feiqian: Network) -> None:
    """Rule G40: a resolution and a counterclaim, until they are accepted; what people wrote is text."""
    claim, _ = feiqian.confirmed(amount=1_000_00)
    feiqian.car_maker.dispute(claim, 300_00, UGLY)
    feiqian.tier1.propose(claim, 120_00)
    page = desk(feiqian)
    assert "120.00 CNY" in card(page, "resolutions") and feiqian.tier1.name in card(page, "resolutions")
    assert "300.00 CNY" in card(page, "disputed")
    assert UGLY not in page and "&lt;script&gt;alert(1)" in page
    assert 'href="/acts/accept-resolution/' in page
    proposal = feiqian.car_maker.receivable(claim)["resolutions"][0]["id"]
    feiqian.car_maker.agree(proposal)
    page = desk(feiqian)
    assert "accept-resolution" not in page and "There are none." in card(page, "disputed")

    kept = feiqian.registered(amount=900_00)
    feiqian.car_maker.confirm(kept, 900_00, set_off_waived=False)
    now = feiqian.operator.now()
    feiqian.tier1.acknowledge(kept, 50_00, "Freight of May", arisen_at=now, due_at=now)
    assert "Freight of May 50.00 CNY" in card(desk(feiqian), "counterclaims")


def test_what_another_obligor_has_is_not_shown(feiqian: Network) -> None:
    other = feiqian.operator.register("Other Works", "91310000OTHER001", ["obligor"], limits={"CNY": 10_00})
    feiqian.registered(amount=1_234_567_89)
    page = Browser(feiqian).enter_as(other.account).get("/desks/obligor").text
    assert "1,234,567.89" not in page and "Nothing waits for you." in page


def test_what_is_too_late_to_confirm_can_only_be_closed(feiqian: Network) -> None:
    """Rules G40 and R5."""
    late = feiqian.registered(amount=1_000_00, days=90)
    feiqian.operator.travel(days=80)
    page = desk(feiqian)
    assert "passed" in card(page, "inbox") and f"/acts/expire/{late}" in page
    assert "/acts/confirm/" not in page and "/acts/reject/" not in page


@pytest.mark.parametrize("role", ["tier1", "bank_a", "warehouse"])
def test_it_is_for_obligors_alone(feiqian: Network, role: str) -> None:
    """Rule G8."""
    browser = Browser(feiqian).enter_as(getattr(feiqian, role).account)
    assert browser.get("/desks/obligor").status_code == 403


@pytest.mark.parametrize("query", ["inbox=x", "payables=1", "payables=1-2-3", "payables=-1-2", "disputed=-1"])
def test_no_place_in_a_list_is_refused(feiqian: Network, query: str) -> None:
    answer = Browser(feiqian).enter_as(feiqian.car_maker.account).get(f"/desks/obligor?{query}")
    assert answer.status_code == 422


def test_lists_go_on(feiqian: Network) -> None:
    for _ in range(11):
        feiqian.registered(amount=10_00)
    for _ in range(21):
        feiqian.confirmed(amount=10_00)
    page = desk(feiqian)
    assert page.count("<article") == 10
    further = re.search(r'href="(\?inbox=\d+)"', page)
    assert further is not None and desk(feiqian, f"/desks/obligor{further[1]}").count("<article") == 1
    further = re.search(r'href="(\?payables=\d+-\d+)"', page)
    assert further is not None and desk(feiqian, f"/desks/obligor{further[1]}").count("/acts/repay/") == 1
