"""Every list is read in pages behind a key (rule B45)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from backend.config import DAY
from backend.projections import tables
from backend.queries.pages import EXAMINED
from backend.sdk import Feiqian, Refused
from backend.testing import Network

PLAIN = (
    "/receivables", "/notes", "/events", "/participants", "/quote-requests", "/quotes", "/loans", "/loan-requests",
    "/loan-quotes", "/counts", "/sales", "/lots", "/receipts", "/intakes", "/delivery-orders", "/receipt-quotes",
    "/feeds", "/webhooks",
)  # fmt: skip


@pytest.fixture
def lived(feiqian: Network) -> Network:
    """A network where every list has several entries, and nobody sees all of them."""
    tier1, tier2, car_maker, now = feiqian.tier1, feiqian.tier2, feiqian.car_maker, feiqian.operator.now()
    banks = [feiqian.bank_a, feiqian.bank_b]
    for number in range(3):
        claim, note = feiqian.confirmed(amount=(number + 1) * 100_000_00)
        tier1.endorse(note, tier2, 30_000_00)
        tier1.ask_for_quotes(claim, 20_000_00, banks[: 1 + number % 2])
        for rate, bank in enumerate(banks[: 1 + number % 2]):
            bank.quote(claim, tier1, 20_000_00, rate_bps=400 + rate)
        tier1.ask_for_loan("note", note, 10_000_00, banks)
    feiqian.registered(amount=7_00)
    car_maker.reject(feiqian.registered(amount=6_00), "unknown")
    bands = {"advance_bps": 6_000, "call_bps": 7_000, "liquidation_bps": 8_500, "cure_seconds": DAY}
    terms = {
        "rate_bps": 600,
        "penalty_bps": 900,
        "grace_days": 0,
        "maturity_at": now + 10 * DAY,
        "reserve_price": 5_000,
    }
    for request in feiqian.bank_a.loan_requests()[:2]:
        quote = feiqian.bank_a.quote_loan(request["id"], 10_000_00, **terms, **bands)["result"]["quoteId"]
        tier1.take_loan(quote, 10_000_00)
    for grade in ("CRUDE", "HEAVY"):
        feiqian.operator.assign_feed(feiqian.oracle, "BRENT", grade, "BBL")
    for _ in range(2):
        _, receipt = feiqian.stored("10")
        tier1.split(receipt, "3")
        feiqian.warehouse.count(receipt, "7", feiqian.bank_a)
        tier1.order_delivery(receipt, "1", "truck")
        tier1.ask_for_receipt_quotes(receipt, "2", banks)
        feiqian.bank_a.quote_receipt(receipt, "2", 1_000_00)
        for party in (tier1, feiqian.bank_a):
            party.hook("http://127.0.0.1:9/")
    feiqian.operator.travel(days=12)
    for loan in feiqian.bank_a.loans():
        feiqian.bank_a.open_sale(loan["id"])
    return feiqian


def callers(network: Network) -> dict[str, Feiqian]:
    names = ("operator", "car_maker", "tier1", "tier2", "bank_a", "bank_b", "warehouse", "oracle")
    return {name: getattr(network, name) for name in names}


def followed(caller: Feiqian, path: str, limit: int, **query: Any) -> list[Any]:
    items, after = [], None
    while True:
        page = caller.get(path, limit=limit, after=after, **query)
        assert len(page["items"]) <= limit
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


def still(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without how far a webhook is: the tries go on meanwhile."""
    goes_on = {"position", "deliveredAt", "failures", "failingSince", "error"}
    return [{name: value for name, value in item.items() if name not in goes_on} for item in items]


def test_pages_of_any_size_are_the_list(lived: Network) -> None:
    seen = dict.fromkeys(PLAIN, 0)
    for name, caller in callers(lived).items():
        for path in PLAIN:
            if path == "/events" and name != "operator":
                continue
            whole = caller.get(path, limit=500)
            assert whole["next"] is None
            for limit in (1, 2, len(whole["items"]) or 1):
                assert still(followed(caller, path, limit)) == still(whole["items"]), (name, path, limit)
            seen[path] = max(seen[path], len(whole["items"]))
    assert min(seen.values()) > 1, f"a list that is empty proves nothing: {seen}"


def test_everybody_sees_its_own_and_nothing_else(lived: Network) -> None:
    """What a list shows is what may be looked at one by one."""
    for path, kind in (
        ("/receivables", "receivables"),
        ("/lots", "lots"),
        ("/receipts", "receipts"),
        ("/loans", "loans"),
    ):
        every = [row["id"] for row in lived.operator.get(path, limit=500)["items"]]
        for name, caller in callers(lived).items():
            listed = [row["id"] for row in caller.get(path, limit=500)["items"]]
            assert listed == [number for number in every if may_see(caller, f"/{kind}/{number}")], (name, path)


def may_see(caller: Feiqian, path: str) -> bool:
    try:
        caller.get(path)
    except Refused as no:
        assert no.status == 404
        return False
    return True


def test_what_is_added_meanwhile_moves_nothing(lived: Network) -> None:
    oldest = lived.tier1.get("/receivables", limit=2)
    latest = lived.tier1.get("/quote-requests", limit=2)
    rest = followed(lived.tier1, "/quote-requests", 2)[2:]
    claim = lived.registered(amount=8_00)
    lived.tier1.ask_for_quotes(claim, 5_00, [lived.bank_a])
    assert followed(lived.tier1, "/receivables", 2)[:2] == oldest["items"]
    assert followed(lived.tier1, "/receivables", 2)[-1]["id"] == claim, "it stands at the end"
    assert lived.tier1.get("/quote-requests", limit=500, after=latest["next"])["items"] == rest


def test_narrowed_lists_are_paged_too(lived: Network) -> None:
    for caller in (lived.operator, lived.tier1, lived.bank_a):
        every = caller.get("/receivables", limit=500)["items"]
        for status in ("confirmed", "submitted", "rejected", "repaid"):
            wanted = [row for row in every if row["status"] == status]
            assert followed(caller, "/receivables", 1, status=status) == wanted
    financiers = followed(lived.tier1, "/participants", 1, role="financier")
    assert {row["account"] for row in financiers} == {lived.bank_a.account, lived.bank_b.account}
    claim = lived.tier1.receivables()[1]["id"]
    assert {row["receivableId"] for row in followed(lived.tier1, "/notes", 1, receivableId=claim)} == {claim}
    assert {row["receivableId"] for row in followed(lived.tier1, "/quotes", 1, receivableId=claim)} == {claim}


def test_what_is_rare_is_found_behind_much_else(feiqian: Network) -> None:
    """A page looks at so many rows; it may have fewer than it could, and then goes on where it stopped."""
    feiqian.confirmed(1_00)
    feiqian.confirmed(2_00)
    claims = tables.receivables
    with feiqian.world.system.database.begin() as db:
        row = dict(db.execute(select(claims).where(claims.c.id == 1)).mappings().one())
        others = [row | {"id": number, "status": "withdrawn"} for number in range(3, 3 + EXAMINED)]
        db.execute(insert(claims), [*others, row | {"id": 3 + EXAMINED}])
    first = feiqian.tier1.get("/receivables", status="confirmed", limit=5)
    assert [one["id"] for one in first["items"]] == [1, 2] and first["next"] is not None
    rest = feiqian.tier1.get("/receivables", status="confirmed", limit=5, after=first["next"])
    assert [one["id"] for one in rest["items"]] == [3 + EXAMINED] and rest["next"] is None
    for limit in (1, 2, 500):
        wanted = followed(feiqian.tier1, "/receivables", limit, status="confirmed")
        assert [one["id"] for one in wanted] == [1, 2, 3 + EXAMINED]


def test_an_after_that_no_page_gave_is_refused(lived: Network) -> None:
    for path, after in (("/quotes", "1"), ("/sales", "1"), ("/events", "1.x"), ("/feeds", "0x1"), ("/receivables", "a"),
                        ("/participants", "-1"), ("/events", "1-99999999999999999999")):  # fmt: skip
        with pytest.raises(Refused) as no:
            lived.operator.get(path, after=after)
        assert (no.value.status, no.value.field) == (422, "after")
    assert lived.operator.get("/participants", after=2**63 - 1) == {"items": [], "next": None}


def test_no_list_is_forgotten(lived: Network) -> None:
    """Whatever answers with items is in pages, and is tried above."""
    spec = lived.operator.get("/openapi.json")
    lists = set()
    for path, operations in spec["paths"].items():
        if "get" not in operations or "{" in path:
            continue
        response = lived.operator._http.get(path, params={"follow": "false"} if path.endswith("/stream") else None)
        if response.headers["content-type"] != "application/json" or "items" not in response.json():
            continue
        parameters = {parameter["name"] for parameter in operations["get"].get("parameters", [])}
        assert {"after", "limit"} <= parameters and "next" in response.json(), path
        lists.add(path.removeprefix("/api/v1"))
    assert lists == set(PLAIN)


def test_the_client_turns_pages_by_itself(lived: Network) -> None:
    first = next(lived.operator.each("/events", limit=1))
    assert first == lived.operator.get("/events", limit=1)["items"][0]
    assert list(lived.operator.each("/events", limit=7)) == followed(lived.operator, "/events", 500)
    best = lived.tier1.quotes()
    assert [quote["state"] for quote in best] == sorted((quote["state"] for quote in best), key="open".__ne__)
