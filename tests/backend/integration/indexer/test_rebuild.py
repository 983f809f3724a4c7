"""The read model is made of nothing but the chain: made again, it is the same to the byte."""

from __future__ import annotations

from typing import Any

from backend.config import DAY
from backend.database import reading
from backend.devices.documents import Domain
from backend.devices.simulator import Fault, SimulatedDevice
from backend.projections import tables
from backend.projections.indexer import read_model_digest
from backend.testing import Network
from tests.waiting import eventually


def lived(feiqian: Network) -> None:
    """A life that leaves rows in every table."""
    claim = feiqian.registered(amount=1_000_000_00)
    feiqian.car_maker.confirm(claim, 950_000_00, carry=False)
    feiqian.tier1.ask_for_quotes(claim, 450_000_00, [feiqian.bank_a])
    feiqian.bank_a.quote(claim, feiqian.tier1, 450_000_00, rate_bps=520)
    feiqian.tier1.accept(feiqian.tier1.quotes(claim)[0]["id"])
    note = next(note["id"] for note in feiqian.tier1.notes(claim) if note["holder"] == feiqian.tier1.account)
    feiqian.tier1.endorse(int(note), feiqian.tier2, 100_000_00)
    feiqian.operator.freeze(feiqian.tier2, "order 1")
    feiqian.operator.unfreeze(feiqian.tier2, "order 2")
    feiqian.tier1.withdraw(feiqian.registered(amount=5_00))
    feiqian.car_maker.reject(feiqian.registered(amount=6_00), "unknown 不明")
    feiqian.car_maker.repay(claim, 950_000_00)
    feiqian.tier1.redeem(int(note))
    _lived_badly(feiqian)
    _lived_on_goods(feiqian)
    _lived_on_credit(feiqian)
    _lived_under_watch(feiqian)


def _lived_on_goods(feiqian: Network) -> None:
    """A lot that is divided, sold, lost in part, insured and handed out, and a price for it."""
    warehouse, tier1, bank = feiqian.warehouse, feiqian.tier1, feiqian.bank_a
    feed = feiqian.operator.assign_feed(feiqian.oracle, "BRENT", "CRUDE", "BBL")
    feiqian.oracle.publish_price(feed, 500_00, observed_at=feiqian.operator.now() - 5)
    lot, receipt = feiqian.stored("10")
    child = int(tier1.split(receipt, "3")["result"]["receiptId"])
    tier1.merge_receipts(child, receipt)
    tier1.ask_for_receipt_quotes(receipt, "4", [bank])
    sold = tier1.sell_receipt(bank.quote_receipt(receipt, "4", 2_000_00)["result"]["quoteId"])["result"]["receiptId"]
    warehouse.report(lot, "shortage", "1", "count")
    bank.pay_insurance(int(sold), 100)
    feiqian.operator.travel(seconds=60)
    tier1.pay_storage(receipt)
    warehouse.deliver(tier1.order_delivery(receipt, "1", "truck")["result"]["deliveryOrderId"])


def _lived_on_credit(feiqian: Network) -> None:
    """A loan over a note that is not paid, and the sale of the note."""
    tier1, bank, now = feiqian.tier1, feiqian.bank_a, feiqian.operator.now()
    _, note = feiqian.confirmed(amount=100_000_00)
    tier1.ask_for_loan("note", note, 50_000_00, [bank])
    bands = {"advance_bps": 6_000, "call_bps": 7_000, "liquidation_bps": 8_500, "cure_seconds": DAY}
    terms = {
        "rate_bps": 600,
        "penalty_bps": 900,
        "grace_days": 0,
        "maturity_at": now + 10 * DAY,
        "reserve_price": 5_000,
    }
    request = bank.loan_requests()[0]["id"]
    loan = tier1.take_loan(bank.quote_loan(request, 50_000_00, **terms, **bands)["result"]["quoteId"], 50_000_00)
    feiqian.operator.travel(days=12)
    bank.open_sale(int(loan["result"]["loanId"]))


def _lived_under_watch(feiqian: Network) -> None:
    """A lot whose scale anchors a reading, and then contradicts."""
    warehouse, operator = feiqian.warehouse, feiqian.operator
    lot, _ = feiqian.stored("1000")
    warehouse.watch(lot, tolerance_bps=200, max_silence=DAY)
    domain = Domain.of(feiqian.world.system.contracts)
    scale = SimulatedDevice("scale", "weight", lot, domain, quantity=1_000_000)
    until = operator.now() + 100 * DAY
    warehouse.register_device(lot, scale.address, "weight", calibrated_until=until, simulated=True)
    operator.travel(seconds=10)
    warehouse.hand_in(_said(scale, operator.now()))
    warehouse.anchor(scale.address, scale.key)
    scale.faults[Fault.WEIGHT_LOSS] = 0
    warehouse.contradict(_said(scale, operator.now()))
    eventually(lambda: warehouse.device(scale.address)["lastSequence"])


def _said(scale: SimulatedDevice, at: int) -> dict[str, Any]:
    message = scale.read(at)
    assert message is not None
    return message


def _lived_badly(feiqian: Network) -> None:
    """A dispute, a merge, a shortfall, a holder who is frozen, and recourse."""
    car_maker, tier1, tier2, bank = feiqian.car_maker, feiqian.tier1, feiqian.tier2, feiqian.bank_b
    claim, root = feiqian.confirmed(amount=1_000_000_00)
    parts = [(tier2, 400_000_00, True), (bank, 100_000_01, False), (bank, 100_000_02, False)]
    child, first, second = tier1.endorse_many(root, parts)
    bank.merge(first, second)
    car_maker.dispute(claim, 10_000_00, "short delivery 短少")
    feiqian.operator.order(claim, 4_000_00, "order 3")
    feiqian.operator.travel(days=91)
    car_maker.repay(claim, 300_000_00)
    feiqian.operator.freeze(tier2, "order 4")
    tier1.allot(claim)
    for note in (root, child, second):
        tier1.redeem(note)
    feiqian.operator.unfreeze(tier2, "order 5")
    feiqian.operator.travel(days=5)
    tier2.claim_recourse(child)


def test_the_same_to_the_byte(feiqian: Network) -> None:
    lived(feiqian)
    indexer, database = feiqian.world.system.indexer, feiqian.world.system.database
    feiqian.world.system.engine.stop()
    indexer.catch_up()
    before = read_model_digest(database)
    with reading(database) as db:
        empty = [table.name for table in tables.READ_MODEL if db.execute(table.select()).first() is None]
    assert empty == [], "a table that nothing is written to proves nothing"
    indexer.rebuild()
    assert read_model_digest(database) != before
    indexer.catch_up()
    assert read_model_digest(database) == before


def test_one_block_at_a_time_makes_the_same(feiqian: Network) -> None:
    lived(feiqian)
    indexer, database = feiqian.world.system.indexer, feiqian.world.system.database
    feiqian.world.system.engine.stop()
    indexer.catch_up()
    before = read_model_digest(database)
    indexer.rebuild()
    indexer.reader.most = indexer.reader.span = 1
    while indexer.step():
        pass
    assert read_model_digest(database) == before


def test_under_a_running_engine(feiqian: Network) -> None:
    lived(feiqian)
    system = feiqian.world.system
    for _ in range(3):
        system.indexer.rebuild()
        system.indexer.catch_up()
    feiqian.operator.issue_cash(feiqian.tier1, 5)
    system.engine.stop()
    system.indexer.catch_up()
    used = read_model_digest(system.database)
    system.indexer.rebuild()
    system.indexer.catch_up()
    assert read_model_digest(system.database) == used
