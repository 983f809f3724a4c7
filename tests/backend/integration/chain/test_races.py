"""Many at once: one key is one operation, and one lane one order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from backend.chain.outbox import Intent, Outbox, operations
from backend.database import reading
from backend.documents import tables as documents
from backend.errors import IdempotencyConflict
from backend.testing import Network

THREADS = 8


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """What `work` returned or raised, in each of several threads that start together."""
    barrier, found = threading.Barrier(threads), [None] * threads

    def run(number: int) -> None:
        barrier.wait()
        try:
            found[number] = work(number)
        except Exception as error:
            found[number] = error

    started = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return found


def count(network: Network, kind: str) -> int:
    with reading(network.world.system.database) as db:
        return int(db.execute(select(func.count()).where(operations.c.kind == kind)).scalar_one())


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone looks for an earlier operation before anyone has written one."""
    everyone = threading.Barrier(THREADS)
    looked = threading.local()
    original = Outbox.earlier

    def earlier(outbox: Outbox, intent: Intent) -> Any:
        found = original(outbox, intent)
        if not getattr(looked, "once", False):
            looked.once = True
            everyone.wait(20)
        return found

    monkeypatch.setattr(Outbox, "earlier", earlier)


def test_one_key_sent_by_many_is_one_operation(feiqian: Network, blind: None) -> None:
    outbox, contracts = feiqian.world.system.outbox, feiqian.world.system.contracts
    call = contracts.call_data("SettlementToken:CNY", "mint", feiqian.tier1.account, 5)
    issuer = contracts.deployment.roles["issuer"]
    rows = at_once(lambda _: outbox.send(Intent("race", "operator", {"amount": 5}, "key"), issuer, call))
    assert len({row["id"] for row in rows}) == 1
    assert count(feiqian, "race") == 1
    assert feiqian.world.system.wait(rows[0]["id"], 20)["state"] == "succeeded"
    assert feiqian.operator.cash(feiqian.tier1) == 5


def test_one_key_with_other_bodies_is_a_conflict_for_all_but_one(feiqian: Network, blind: None) -> None:
    outbox, contracts = feiqian.world.system.outbox, feiqian.world.system.contracts
    call = contracts.call_data("SettlementToken:CNY", "mint", feiqian.tier1.account, 5)
    issuer = contracts.deployment.roles["issuer"]
    rows = at_once(lambda number: outbox.send(Intent("race", "operator", number, "key"), issuer, call))
    assert sum(isinstance(row, IdempotencyConflict) for row in rows) == THREADS - 1
    assert count(feiqian, "race") == 1


def test_several_calls_under_one_key_are_written_once(feiqian: Network, blind: None) -> None:
    outbox, contracts = feiqian.world.system.outbox, feiqian.world.system.contracts
    calls = [contracts.call_data("SettlementToken:CNY", "mint", feiqian.tier1.account, 10**n) for n in range(3)]
    issuer = contracts.deployment.roles["issuer"]
    rows = at_once(lambda _: outbox.send(Intent("race", "operator", None, "key"), issuer, *calls))
    assert len({row["id"] for row in rows}) == 1
    assert (count(feiqian, "race"), count(feiqian, "race:mint")) == (1, 2)
    feiqian.world.system.wait(rows[0]["id"], 20)
    assert feiqian.operator.cash(feiqian.tier1) == 111


def test_one_key_settled_by_many_is_one_document(feiqian: Network, blind: None) -> None:
    outbox = feiqian.world.system.outbox
    worked = []

    def keep(db: Any) -> dict[str, Any]:
        worked.append(1)
        return {"number": len(worked)}

    rows = at_once(lambda _: outbox.settle(Intent("race", "operator", None, "key"), 7, keep))
    assert len({row["id"] for row in rows}) == 1
    assert {row["result"]["number"] for row in rows if row["result"]} <= {1, *range(len(worked) + 1)}
    assert count(feiqian, "race") == 1
    assert outbox.operation(rows[0]["id"])["state"] == "succeeded"


def test_work_that_breaks_a_rule_of_its_own_is_not_taken_for_a_race(feiqian: Network) -> None:
    from sqlalchemy.exc import IntegrityError

    outbox = feiqian.world.system.outbox
    invoice = {
        "document_hash": "0x1",
        "fingerprint": "0x2",
        "document": b"",
        "facts": {},
        "handed_over_by": "0x3",
        "at": 1,
    }

    def twice(db: Any) -> dict[str, Any]:
        db.execute(insert(documents.invoices).values(**invoice))
        db.execute(insert(documents.invoices).values(**invoice))
        return {}

    for key in ("key", None):
        with pytest.raises(IntegrityError):
            outbox.settle(Intent("race", "operator", None, key), 7, twice)
    assert count(feiqian, "race") == 0
    with reading(feiqian.world.system.database) as db:
        assert db.execute(select(documents.invoices)).first() is None


def test_the_same_request_from_many_clients(feiqian: Network) -> None:
    supply = int(feiqian.world.system.contracts.read("SettlementToken:CNY", "totalSupply"))
    body = {"to": feiqian.tier1.account, "amountFen": "7", "currency": "CNY"}
    answers = at_once(lambda _: feiqian.world.operator().act("/cash/issues", body, key="one"))
    assert len({answer["id"] for answer in answers}) == 1
    assert int(feiqian.world.system.contracts.read("SettlementToken:CNY", "totalSupply")) - supply == 7


def test_one_lane_used_by_many_keeps_every_nonce(feiqian: Network) -> None:
    system = feiqian.world.system
    issuer = system.contracts.deployment.roles["issuer"]
    first = system.node.transaction_count(issuer)

    def issue(number: int) -> list[str]:
        client = feiqian.world.operator()
        body = {"to": feiqian.tier1.account, "currency": "CNY"}
        amounts = [10 ** (number % 4) * (1 + number // 4) for _ in range(3)]
        return [client.act("/cash/issues", body | {"amountFen": str(amount)}, wait=0)["id"] for amount in amounts]

    ids = [one for some in at_once(issue) for one in some]
    done = [system.wait(one, 60) for one in ids]
    assert {operation["state"] for operation in done} == {"succeeded"}
    assert sorted(operation["nonce"] for operation in done) == list(range(first, first + 24))
    by_intent = sorted(done, key=lambda operation: operation["seq"])
    assert [operation["nonce"] for operation in by_intent] == list(range(first, first + 24))
    assert feiqian.operator.cash(feiqian.tier1) == 3 * (1 + 10 + 100 + 1_000) * 3
