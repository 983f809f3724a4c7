"""The client that scripts, tests and users write flows with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from eth_account import Account

from backend.sdk import Feiqian, OperationFailed, Party, Refused
from backend.testing import FUNDS_FEN, Network

FACE = 1_000_000_00


def test_the_story_in_twenty_lines(feiqian: Network) -> None:
    operator = feiqian.operator
    core = operator.register("Core 核心企业", "91310000MA1CORE001", ["obligor"], limits={"CNY": 10**12})
    maker = operator.register("Maker 供应商", "91310000MA1MAKE001", ["supplier"])
    bank = operator.register("Bank 银行", "91310000MA1BANK001", ["financier"])
    for party in (core, bank):
        operator.issue_cash(party, 2 * FACE)
    claim = int(maker.hand_over(feiqian.invoice(amount=FACE, days=60, seller="91310000MA1MAKE001",
                                                buyer="91310000MA1CORE001"))["result"]["receivableId"])  # fmt: skip
    note = int(core.confirm(claim, FACE)["result"]["noteId"])
    child = int(maker.endorse(note, feiqian.tier2, 300_000_00)["result"]["noteId"])
    maker.ask_for_quotes(claim, 700_000_00, [bank])
    bank.quote(claim, maker, 700_000_00, rate_bps=360)
    sale = maker.accept(maker.quotes(claim)[0]["id"])
    price = int(sale["result"]["priceFen"])
    assert price == 700_000_00 - 4_270_00  # 61 days begun
    assert operator.cash(maker) == price - 3_478_65  # the levy of 0.5 %
    operator.travel(days=60)
    core.repay(claim, FACE)
    for holder, held in ((bank, int(sale["result"]["noteId"])), (feiqian.tier2, child)):
        holder.redeem(held)
    assert (operator.cash(bank), operator.cash(feiqian.tier2)) == (2 * FACE + 4_270_00, 300_000_00)
    assert maker.receivable(claim)["status"] == "repaid"


def test_a_refusal_says_what_the_problem_says(feiqian: Network) -> None:
    with pytest.raises(Refused) as refusal:
        feiqian.operator.issue_cash("0x12", 1)
    assert (refusal.value.status, refusal.value.type, refusal.value.field) == (422, "invalid-input", "to")
    assert (refusal.value.error, refusal.value.arguments) == (None, {})
    assert "422 A value is not acceptable: to: must be 0x and 40 hexadecimal digits" in str(refusal.value)
    with pytest.raises(Refused) as refusal:
        feiqian.operator.issue_cash(feiqian.tier1, 10 * FUNDS_FEN)
    assert (refusal.value.type, refusal.value.error) == ("contract-refused", "ExceedsReserve")
    assert refusal.value.arguments == {"supply": str(13 * FUNDS_FEN), "reserve": str(10 * FUNDS_FEN)}
    assert refusal.value.problem["instance"] == "/api/v1/cash/issues"


def test_a_refusal_comes_in_the_language_asked_for(feiqian: Network) -> None:
    settings = feiqian.world.settings
    chinese = Feiqian(
        f"http://{settings.sign_in_domain}", settings.operator_api_key, language="zh",
        transport=httpx.WSGITransport(app=feiqian.world.app),
    )  # fmt: skip
    with chinese, pytest.raises(Refused) as refusal:
        chinese.acting_as(str(feiqian.tier1.token)).receivable(4711)
    assert str(refusal.value) == "404 找不到该对象: 找不到应收账款 4711"


def test_what_fails_on_the_chain_is_an_operation_that_failed(feiqian: Network) -> None:
    claim, _ = feiqian.confirmed(FACE)
    path, body = f"/receivables/{claim}/repayments", {"amountFen": str(FACE)}
    feiqian.world.system.engine.stop()
    first, second = (feiqian.car_maker.act(path, body, wait=0, key=key) for key in "ab")
    with pytest.raises(TimeoutError, match="is still pending"):
        feiqian.car_maker.finish(first, 1)
    with pytest.raises(TimeoutError, match="is still pending"):
        feiqian.car_maker.act(path, body, wait=1, key="a")
    feiqian.world.system.engine.start()
    assert feiqian.car_maker.finish(first)["state"] == "succeeded"
    for again in (lambda: feiqian.car_maker.finish(second), lambda: feiqian.car_maker.act(path, body, key="b"),
                  lambda: feiqian.car_maker.act(path, body, key="b", wait=0)):  # fmt: skip
        with pytest.raises(OperationFailed) as failure:
            again()
        assert failure.value.operation["id"] == second["id"]
        assert (failure.value.error, failure.value.arguments["receivableId"]) == ("WrongStatus", str(claim))


def test_not_waiting_and_finishing_later(feiqian: Network) -> None:
    started = [feiqian.tier1.act("/receivables", {"invoice": _base64(feiqian.invoice())}, wait=0) for _ in range(3)]
    done = [feiqian.tier1.finish(operation) for operation in started]
    # what is finished can be seen: no wait, no retry
    assert [int(one["result"]["receivableId"]) for one in done] == [1, 2, 3]
    assert [claim["id"] for claim in feiqian.tier1.receivables()] == [1, 2, 3]
    assert [one["nonce"] for one in done] == list(range(done[0]["nonce"], done[0]["nonce"] + 3))
    assert feiqian.tier1.operation(done[0]["id"]) == done[0]


def test_pages_are_read_to_the_end(feiqian: Network) -> None:
    claims = [feiqian.registered() for _ in range(5)]
    for limit in (1, 2, 5, 100):
        assert [claim["id"] for claim in feiqian.tier1._pages("/receivables", limit=limit)] == claims
    page = feiqian.tier1.get("/receivables", limit=2)
    assert ([claim["id"] for claim in page["items"]], page["next"]) == (claims[:2], claims[1])
    # a row that comes while pages are read neither doubles nor hides another
    late = feiqian.registered()
    page = feiqian.tier1.get("/receivables", limit=10, after=page["next"])
    assert ([claim["id"] for claim in page["items"]], page["next"]) == ([*claims[2:], late], None)
    feiqian.tier1.withdraw(claims[0])
    assert [claim["id"] for claim in feiqian.tier1.receivables("withdrawn")] == [claims[0]]
    assert [claim["id"] for claim in feiqian.tier1.receivables("submitted")] == [*claims[1:], late]


def test_events_are_read_from_where_one_was(feiqian: Network) -> None:
    everything: list[Any] = []
    place: dict[str, int] = {}
    while items := feiqian.operator.get("/events", limit=7, **place)["items"]:
        everything += items
        place = {"afterBlock": items[-1]["block"], "afterLog": items[-1]["logIndex"]}
    assert everything == feiqian.operator.get("/events", limit=500)["items"]
    assert [(event["block"], event["logIndex"]) for event in everything] == sorted(
        (event["block"], event["logIndex"]) for event in everything
    )
    last = everything[-1]["block"]
    from_it = feiqian.operator.get("/events", afterBlock=last)["items"]
    assert from_it == [event for event in everything if event["block"] >= last]


def test_a_wallet_is_a_party(feiqian: Network) -> None:
    wallet = Account.create()
    registered = feiqian.operator.register("Own", "91310000MA1OWN0001", ["supplier"], account=wallet.address)
    assert registered.token is None
    with pytest.raises(Refused) as refusal:
        registered.me()
    assert refusal.value.status == 401
    party = feiqian.operator.sign_in(wallet, "Own")
    assert (party.me()["account"], repr(party)) == (wallet.address, f"Party('Own', {wallet.address})")
    party.sign_out()
    with pytest.raises(Refused):
        party.me()
    with pytest.raises(Refused):
        party.sign_out()


def test_what_there_is_to_ask(feiqian: Network) -> None:
    assert feiqian.operator.me() == {"account": "operator", "roles": ["operator"]}
    assert [party["name"] for party in feiqian.operator.participants("financier")] == ["bank_a", "bank_b"]
    cast = [party["name"] for party in feiqian.tier1.participants() if party["roles"] != ["protocol"]]
    assert cast == ["car_maker", "tier1", "tier2", "bank_a", "bank_b", "warehouse", "oracle"]
    claim, note = feiqian.confirmed(FACE)
    assert feiqian.tier1.notes() == feiqian.car_maker.notes(claim)
    position = feiqian.operator.position(feiqian.car_maker.account)
    assert position["owed"] == [{"currency": "CNY", "valueFen": str(FACE)}]
    assert position["cash"] == [{"currency": "CNY", "amountFen": str(FUNDS_FEN), "frozenFen": "0"}]
    assert (feiqian.operator.cash(feiqian.tier1), feiqian.operator.cash(feiqian.bank_a, "EUR")) == (0, 0)
    assert feiqian.tier1.lineage(note)["children"] == []
    assert feiqian.operator.get("/health")["status"] == "ok"
    assert feiqian.tier1.get("/clock")["now"] <= feiqian.operator.travel(days=1)


def test_the_ways_in_which_a_claim_ends_unconfirmed(feiqian: Network) -> None:
    rejected, withdrawn, expired = (feiqian.registered(days=200) for _ in range(3))
    feiqian.car_maker.reject(rejected, "not our order 非本公司订单")
    feiqian.tier1.withdraw(withdrawn)
    feiqian.operator.travel(days=31)
    feiqian.tier1.act(f"/receivables/{expired}/expirations")
    ends = {claim["id"]: (claim["status"], claim["reason"]) for claim in feiqian.tier1.receivables()}
    assert ends == {
        rejected: ("rejected", "not our order 非本公司订单"), withdrawn: ("withdrawn", ""), expired: ("expired", ""),
    }  # fmt: skip


class Trouble(httpx.BaseTransport):
    """A gateway that answers for the API."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(502, text="<html>bad gateway</html>")


@pytest.fixture
def troubled() -> Iterator[Feiqian]:
    with Feiqian("http://nowhere", transport=Trouble()) as client:
        yield client


def test_an_answer_that_is_no_problem_document_is_a_refusal_too(troubled: Feiqian) -> None:
    with pytest.raises(Refused) as refusal:
        troubled.me()
    assert (refusal.value.status, refusal.value.type) == (502, "")
    assert "bad gateway" in str(refusal.value)


def test_each_act_has_a_key_of_its_own() -> None:
    keys = []

    class Keeper(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            keys.append(request.headers["Idempotency-Key"])
            return httpx.Response(200, json={"id": "1", "state": "succeeded", "kind": "x"})

    client = Party(Feiqian("http://nowhere", transport=Keeper()), "p", "0x1", "t")
    client.withdraw(1)
    client.withdraw(1)
    client.act("/x", key="mine")
    assert keys[0] != keys[1] and uuid.UUID(keys[0]) and keys[2] == "mine"


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()
