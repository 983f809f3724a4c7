"""The operator's desk (rules G35 to G37)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert, update

from backend.chain.outbox import operations
from backend.database import metadata
from backend.projections import tables
from backend.sdk import OperationFailed
from backend.testing import Network

from .browser import Browser


@pytest.fixture
def operator(feiqian: Network) -> Browser:
    browser = Browser(feiqian)
    browser.post("/door/key", {"key": feiqian.world.settings.operator_api_key})
    return browser


def do(browser: Browser, path: str, form: dict[str, str]) -> Any:
    """An act as its form has it: what will happen, then it."""
    review = browser.post(path, form | {"step": "review"})
    assert review.status_code == 200, review.text
    key = re.search(r'name="key" value="([^"]+)"', review.text)
    assert key is not None
    return browser.post(path, form | {"step": "do", "key": key[1]})


def held(feiqian: Network, error: dict[str, Any]) -> str:
    """An operation of tier1's that the node does not take."""
    wish = f"/participants/{feiqian.tier1.account}/acceptance-wishes"
    feiqian.world.system.engine.stop()
    found = str(feiqian.tier1.act(wish, {"wanted": True}, wait=0)["id"])
    with feiqian.world.system.database.begin() as db:
        db.execute(update(operations).where(operations.c.id == found).values(state="suspended", error=error))
    return found


def test_it_is_the_operators_alone(feiqian: Network, operator: Browser) -> None:
    regulator = feiqian.operator.register("Bureau", "BUREAU-1", ["regulator"])
    for party in (feiqian.tier1, feiqian.bank_a, regulator):
        assert Browser(feiqian).enter_as(party.account).get("/desks/operator").status_code == 403
    assert operator.get("/").headers["Location"] == "/desks/operator"


@pytest.mark.parametrize(("language", "ready"), [("en", "ready"), ("zh", "正常")])
def test_it_shows_what_the_figures_say(feiqian: Network, language: str, ready: str) -> None:
    browser = Browser(feiqian, **{"Accept-Language": language})
    browser.post("/door/key", {"key": feiqian.world.settings.operator_api_key})
    page = browser.get("/desks/operator").text
    assert page.count(f'<div class="h2 mb-0">{ready}</div>') == 3
    for name in ("tier1", "car_maker", "bank_a"):
        assert f">{name}</a>" in page
    assert '"/docs"' in page and 'href="/acts/travel"' in page
    assert f'href="/acts/set-limit/{feiqian.car_maker.account}"' in page
    assert f'href="/acts/set-limit/{feiqian.tier1.account}"' not in page
    assert f'href="/acts/freeze-participant/{feiqian.tier1.account}"' in page
    feiqian.operator.freeze(feiqian.tier1, "order 1")
    assert f'href="/acts/unfreeze-participant/{feiqian.tier1.account}"' in browser.get("/desks/operator").text


def test_what_waits_is_shown_with_its_reason_and_taken_back(feiqian: Network, operator: Browser) -> None:
    """Rule G36."""
    why = "<b>no funds</b>"
    operation = held(feiqian, {"error": "NodeRefused", "arguments": {"reason": why}, "contract": None})
    page = operator.get("/desks/operator").text
    assert "&lt;b&gt;no funds&lt;/b&gt;" in page and why not in page
    assert f'href="/operations/{operation}"' in page and f'href="/acts/cancel-operation/{operation}"' in page
    assert re.search(r"tier1</a></th><td class=\"text-end\">1</td><td class=\"text-end\">1</td>", page)
    other = Browser(feiqian).enter_as(feiqian.tier2.account)
    assert other.get(f"/acts/cancel-operation/{operation}").status_code == 403
    owner = Browser(feiqian).enter_as(feiqian.tier1.account)
    assert "cancel-operation" in owner.get(f"/operations/{operation}").text
    assert do(owner, f"/acts/cancel-operation/{operation}", {}).headers["Location"] == f"/operations/{operation}"
    feiqian.world.system.engine.start()
    with pytest.raises(OperationFailed, match="taken back"):
        feiqian.tier1.finish(feiqian.tier1.operation(operation))
    assert operation not in operator.get("/desks/operator").text
    assert "cancel-operation" not in owner.get(f"/operations/{operation}").text, "it has ended"


def test_alarms_name_what_is_wrong(feiqian: Network, operator: Browser) -> None:
    """Rule G35."""
    assert "alert" not in operator.get("/desks/operator").text
    feed = feiqian.operator.assign_feed(feiqian.oracle, "BRENT", "CRUDE", "BBL")
    assert "none yet" in operator.get("/desks/operator").text
    feiqian.operator.travel(seconds=1)
    feiqian.oracle.publish_price(feed, 512_40, observed_at=feiqian.operator.now())
    page = operator.get("/desks/operator").text
    assert "alert" not in page and "512.40" in page and "BRENT CRUDE" in page
    lot, _ = feiqian.stored()
    feiqian.operator.travel(days=5)
    feiqian.world.system.engine.stop()
    with feiqian.world.system.database.begin() as db:
        token = update(tables.tokens).where(tables.tokens.c.currency == 156)
        db.execute(token.values(supply=5_00, reserve=4_99))
        db.execute(insert(tables.loans).values(_loan(feiqian, call_by=1)))
        said = {"block_number": 1, "log_index": 900, "at": 1, "lot_id": lot, "device": feiqian.tier1.account}
        db.execute(
            insert(tables.contradictions).values(said | {"kind": "door", "value": "1", "limit": "0", "evidence": ""})
        )
        db.execute(insert(metadata.tables["webhooks"]).values(_webhook(feiqian)))
    page = operator.get("/desks/operator").text
    assert "More tokens than reserve" in page and "4.99" in page
    assert "Feeds whose price is older than 96 hours: 1" in page
    assert "Webhooks suspended: 1" in page
    assert re.search(r'<div class="alert alert-danger"><a href="/loans/77">', page) and "tier1 → bank_a" in page
    assert f'<a href="/lots/{lot}">{lot}</a></th><td>door</td>' in page


def _loan(feiqian: Network, call_by: int) -> dict[str, Any]:
    """A row that has what its table wants, of a loan whose call was to be met at `call_by`."""
    row: dict[str, Any] = {column.name: "0" if column.type.python_type is str else 0 for column in tables.loans.columns}
    parties = {"lender": feiqian.bank_a.account, "borrower": feiqian.tier1.account}
    return row | parties | {"id": 77, "status": "live", "asset": "note", "currency": 156, "call_by": call_by}


def _webhook(feiqian: Network) -> dict[str, Any]:
    table = metadata.tables["webhooks"]
    row: dict[str, Any] = {column.name: 0 for column in table.columns}
    words = {
        "id": "0" * 32,
        "account": feiqian.tier1.account,
        "url": "http://x",
        "secret": "s",
        "names": [],
        "error": "",
        "holder": "",
    }
    return row | words | {"state": "suspended"}


def test_the_clock_moves_on_a_development_chain_alone(
    feiqian: Network, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule G37."""
    before = feiqian.operator.now()
    assert do(operator, "/acts/travel", {"seconds": "3"}).status_code == 303
    assert 0 <= feiqian.operator.now() - before - 3 * 86_400 < 60
    assert operator.post("/acts/travel", {"seconds": "367", "step": "review"}).status_code == 200
    assert Browser(feiqian).enter_as(feiqian.tier1.account).get("/acts/travel").status_code == 403
    monkeypatch.setattr(type(feiqian.world.system.node), "development", None)
    assert "/acts/travel" not in operator.get("/desks/operator").text


def test_participants_are_paged(feiqian: Network, operator: Browser) -> None:
    for number in range(8):
        feiqian.operator.register(f"Many {number}", f"MANY-{number}", ["supplier"])
    further = re.search(r'href="(\?participants=\d+)"', operator.get("/desks/operator").text)
    assert further is not None
    assert "Many 7" in operator.get(f"/desks/operator{further[1]}").text
    for wrong in ("participants=x", "feeds=0x1"):
        assert operator.get(f"/desks/operator?{wrong}").status_code == 422
