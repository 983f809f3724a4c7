"""Goods from the gate to the gate, through the API and the chain (rules W, O, B7)."""

from __future__ import annotations

from typing import Any

import pytest

from backend.chain.typed import Price
from backend.config import DAY
from backend.invoices.currencies import currency
from backend.price_publisher import publish, read_csv
from backend.reconcile import reconcile
from backend.sdk import Refused
from backend.testing import Network

from .driver import goods, nothing_changes, own_wallet


def refusal(act: Any, *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value


def test_the_main_flow(feiqian: Network) -> None:
    """Take in → split → sell on → order → pay storage → deliver, and everything agrees with the chain."""
    net = feiqian
    lot, receipt = net.stored("1000.5")
    shown = net.tier1.receipt(receipt)
    assert (shown["holder"], shown["quantity"], shown["commodity"]) == (net.tier1.account, "1000.500", "BRENT")
    assert net.warehouse.lot(lot)["location"] == "Yangshan Port, Tank 7"
    net.operator.issue_cash(net.tier1, 1_000_000)

    child = int(net.tier1.split(receipt, "400.25", net.bank_a)["result"]["receiptId"])
    assert net.bank_a.receipt(child)["parentId"] == receipt
    assert net.tier1.receipt(receipt)["quantity"] == "600.250"
    net.bank_a.transfer(child, net.tier2)
    assert [one["id"] for one in net.tier2.receipts()] == [child]

    order = net.tier1.order_delivery(receipt, "600.25", "truck 沪A·12345")["result"]["deliveryOrderId"]
    assert [(one["state"], one["recipient"]) for one in net.warehouse.delivery_orders()] == [
        ("open", "truck 沪A·12345")
    ]
    net.operator.travel(days=9, seconds=60)
    unpaid = refusal(net.warehouse.deliver, order)
    assert unpaid.error == "StorageUnpaid"

    order = net.tier1.order_delivery(receipt, "600.25", "truck 沪A·12345")["result"]["deliveryOrderId"]
    due = int(net.tier1.receipt(receipt)["storageDueFen"])
    paid = int(net.tier1.pay_storage(receipt)["result"]["amountFen"])
    assert paid == due == 30_013, "600.25 barrels, ten days begun, 5 fen a barrel and day, rounded up"
    assert net.operator.cash(net.warehouse) == paid == 1_000_000 - net.operator.cash(net.tier1)
    net.warehouse.deliver(order)

    gone = net.tier1.receipt(receipt)
    assert (gone["quantity"], gone["storageDueFen"]) == ("0.000", "0")
    assert [(one["quantity"], one["recipient"]) for one in gone["deliveries"]] == [("600.250", "truck 沪A·12345")]
    assert [one["state"] for one in net.tier1.delivery_orders()] == ["used", "expired"]
    found = net.warehouse.lot(lot)
    assert (found["counted"], found["delivered"], found["live"]) == ("1000.500", "600.250", "400.250")
    books = {(line["book"], line["amountFen"]) for line in net.operator.position(net.warehouse)["books"]}
    assert books == {("cash", str(paid)), ("storage", str(-paid))}
    proof = reconcile(net.world.system)
    assert proof.findings == [] and proof.holds


def test_an_intake_waits_for_its_depositor(feiqian: Network) -> None:
    waiting = feiqian.warehouse.take_in(feiqian.tier1, **goods(feiqian, "L-1"), carry=False)["result"]["intakeId"]
    assert feiqian.tier1.lots() == []
    assert [(one["id"], one["state"]) for one in feiqian.tier1.intakes()] == [(waiting, "open")]
    issued = feiqian.tier1.issue(waiting)["result"]
    assert feiqian.tier1.receipt(int(issued["receiptId"]))["quantity"] == "500.000"
    assert feiqian.tier1.intakes()[0]["state"] == "used"
    assert refusal(feiqian.tier1.issue, waiting).error == "NonceAlreadyUsed"
    other = feiqian.warehouse.take_in(feiqian.tier1, **goods(feiqian, "L-2"), carry=False)["result"]["intakeId"]
    feiqian.warehouse.cancel_intake(other)
    assert refusal(feiqian.tier1.issue, other).error == "NonceAlreadyUsed"


def test_the_same_lot_is_refused_however_it_is_written(feiqian: Network) -> None:
    """W2: another custodian, depositor, commodity, unit and spelling do not make it another lot."""
    rival = feiqian.operator.register("Rival 仓储", "91310115MA6RIVAL01", ["custodian"])
    said = goods(feiqian, "LOT-7")
    first = feiqian.warehouse.take_in(feiqian.tier1, **said)["result"]["lotId"]
    again = said | {"location": "ｔａｎｋ  8", "lot": "lot\u20137", "commodity": "WTI", "unit": "T", "quantity": "68"}
    taken = refusal(rival.take_in, feiqian.tier2, **again)
    assert (taken.error, int(taken.arguments["id"])) == ("FingerprintTaken", int(first))
    assert feiqian.tier2.lots() == [] and rival.intakes() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "1.0005"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"commodity": "brent"}, "commodity"),
        ({"unit": "桶"}, "unit"),
        ({"location": "\u200b"}, "location"),
        ({"currency": "XXX"}, "currency"),
        ({"decimals": 19}, "decimals"),
    ],
)
def test_an_intake_that_cannot_be_is_refused_by_its_field(feiqian: Network, change: dict[str, Any], field: str) -> None:
    found = refusal(feiqian.warehouse.take_in, feiqian.tier1, **(goods(feiqian, "L-1") | change))
    assert (found.status, found.field) == (422, field)


def test_what_the_chain_would_refuse_is_refused_at_once(feiqian: Network) -> None:
    past = feiqian.operator.now() - 1
    for field in ("insured_until", "expires_at"):
        found = refusal(feiqian.warehouse.take_in, feiqian.tier1, **(goods(feiqian, "L-1") | {field: past}))
        assert (found.status, found.error) == (409, "InvalidIntake")
    _, receipt = feiqian.stored("10")
    for act, error in (
        (lambda: feiqian.tier1.split(receipt, "10"), "InvalidQuantity"),
        (lambda: feiqian.tier1.merge_receipts(receipt, receipt), "ReceiptsNotMergeable"),
        (lambda: feiqian.tier1.object_to_replacement(receipt), "NoReplacement"),
        (lambda: feiqian.tier1.replace(receipt), "NoReplacement"),
    ):
        found = refusal(act)
        assert (found.status, found.error) == (409, error)
    assert refusal(feiqian.tier1.order_delivery, receipt, "10.001", "truck").field == "quantity"


def test_parts_of_one_lien_are_put_together_again(feiqian: Network) -> None:
    _, receipt = feiqian.stored("10")
    child = int(feiqian.tier1.split(receipt, "4")["result"]["receiptId"])
    feiqian.tier1.merge_receipts(child, receipt)
    assert feiqian.tier1.receipt(receipt)["quantity"] == "10.000"
    assert feiqian.tier1.receipt(receipt)["merged"][0]["fromReceiptId"] == child
    assert feiqian.tier1.receipt(child)["quantity"] == "0.000"


def test_a_loss_is_shared_and_its_insurance_reaches_the_holders(feiqian: Network) -> None:
    net = feiqian
    lot, receipt = net.stored("10")
    child = int(net.tier1.split(receipt, "3", net.tier2)["result"]["receiptId"])
    net.warehouse.report(lot, "shortage", "1", "count of 2026-08-15")
    assert (net.tier1.receipt(receipt)["quantity"], net.tier2.receipt(child)["quantity"]) == ("6.300", "2.700")
    assert net.tier2.receipt(child)["losses"][0]["quantity"] == "0.300"
    assert net.warehouse.lot(lot)["misfortunes"][0]["kind"] == "shortage"
    net.operator.issue_cash(net.warehouse, 500)
    net.warehouse.pay_insurance(child, 500)
    assert net.operator.cash(net.tier2) == 500
    assert reconcile(net.world.system).findings == []


def test_a_lot_that_is_locked_and_a_receipt_that_is_frozen_stay(feiqian: Network) -> None:
    net = feiqian
    lot, receipt = net.stored("10")
    order = net.tier1.order_delivery(receipt, "1", "truck")["result"]["deliveryOrderId"]
    net.operator.issue_cash(net.tier1, 10_000)
    net.operator.travel(seconds=60)
    net.warehouse.report(lot, "contamination", "0", "sample 5")
    assert net.tier1.receipt(receipt)["lotLocked"]
    assert refusal(net.warehouse.deliver, order).error == "LotIsLocked"
    net.operator.unlock_lot(lot, "order 1")
    net.operator.freeze_receipt(receipt, "order 2")
    assert net.tier1.receipt(receipt)["frozen"]
    for act in (lambda: net.tier1.transfer(receipt, net.tier2), lambda: net.warehouse.deliver(order)):
        assert refusal(act).error == "ReceiptIsFrozen"
    net.operator.unfreeze_receipt(receipt, "order 3")
    net.tier1.pay_storage(receipt)
    net.warehouse.deliver(order)
    assert net.tier1.receipt(receipt)["quantity"] == "9.000"


def test_an_order_that_is_taken_back_is_not_carried_out(feiqian: Network) -> None:
    _, receipt = feiqian.stored("10")
    order = feiqian.tier1.order_delivery(receipt, "1", "truck")["result"]["deliveryOrderId"]
    feiqian.tier1.cancel_delivery(order)
    assert feiqian.warehouse.delivery_orders()[0]["state"] == "used"
    feiqian.operator.issue_cash(feiqian.tier1, 100)
    feiqian.operator.travel(seconds=60)
    feiqian.tier1.pay_storage(receipt)
    assert refusal(feiqian.warehouse.deliver, order).error == "NonceAlreadyUsed"


def test_a_lost_key_is_replaced_after_its_time(feiqian: Network) -> None:
    """W10."""
    net = feiqian
    lot, receipt = net.stored("10")
    net.warehouse.request_replacement(receipt, net.tier2, "affidavit 7")
    assert net.tier1.receipt(receipt)["replacementTo"] == net.tier2.account
    assert refusal(net.tier2.replace, receipt).error == "ReplacementWaits"
    net.tier1.object_to_replacement(receipt)
    assert net.tier1.receipt(receipt)["replacementTo"] is None
    net.warehouse.request_replacement(receipt, net.tier2, "affidavit 8")
    net.operator.travel(days=31)
    net.tier2.replace(receipt)
    assert net.tier2.receipt(receipt)["holder"] == net.tier2.account
    assert net.tier1.receipt(receipt)["lotId"] == lot, "the depositor sees what became of its goods"


def test_insurance_and_expiry_are_extended_and_never_shortened(feiqian: Network) -> None:
    lot, _ = feiqian.stored("10")
    before = feiqian.warehouse.lot(lot)
    feiqian.warehouse.extend(lot, insured_until=before["insuredUntil"] + DAY)
    after = feiqian.tier1.lot(lot)
    assert (after["insuredUntil"], after["expiresAt"]) == (before["insuredUntil"] + DAY, before["expiresAt"])
    shorter = refusal(feiqian.warehouse.extend, lot, expires_at=before["expiresAt"] - 1)
    assert shorter.error == "NotShortened"


def test_only_who_it_concerns_sees_and_acts(feiqian: Network) -> None:
    """B7: holder, custodian and depositor; nobody else."""
    net = feiqian
    lot, receipt = net.stored("10")
    for stranger in (net.tier2, net.bank_a, net.car_maker, net.oracle):
        assert stranger.lots() == stranger.receipts() == []
        assert refusal(stranger.receipt, receipt).status == refusal(stranger.lot, lot).status == 404
        assert refusal(stranger.transfer, receipt, stranger).status == 404
    assert refusal(net.warehouse.transfer, receipt, net.warehouse).status == 403
    assert refusal(net.tier1.report, lot, "loss", "1", "x").status == 403
    assert refusal(net.tier1.take_in, net.tier1, **goods(net, "L-1")).status == 403
    net.tier1.transfer(receipt, net.tier2)
    assert net.tier2.lot(lot)["id"] == lot
    assert refusal(net.tier1.split, receipt, "1").status == 403


def test_who_ordered_goods_does_not_hand_them_out(feiqian: Network) -> None:
    """W5, where the holder keeps goods, too: only not these."""
    _, receipt = feiqian.stored("10")
    rival = feiqian.operator.register("Rival 仓储", "91310115MA6RIVAL01", ["custodian"])
    feiqian.tier1.transfer(receipt, rival)
    order = rival.order_delivery(receipt, "1", "truck")["result"]["deliveryOrderId"]
    with nothing_changes(feiqian):
        found = refusal(rival.deliver, order)
    assert found.status == 403 and "the custodian hands goods out" in str(found)
    assert feiqian.warehouse.delivery_orders()[0]["state"] == "open"


def test_wallets_of_their_own_take_in_and_order(feiqian: Network) -> None:
    """B8: nobody signs for a party whose key is elsewhere; the registrar carries what it signed."""
    keeper, _ = own_wallet(feiqian, "custodian", "91310115MA6OWNST01")
    owner, _ = own_wallet(feiqian, "supplier", "91330200MA2OWNSU01")
    result = keeper.take_in(owner, **goods(feiqian, "L-1"))["result"]
    receipt = int(result["receiptId"])
    order = owner.order_delivery(receipt, "1.5", "truck 9")["result"]["deliveryOrderId"]
    assert keeper.delivery_orders()[0]["id"] == order
    assert keeper.delivery_orders()[0]["quantity"] == "1.500"


def test_pages_of_receipts(feiqian: Network) -> None:
    lot, receipt = feiqian.stored("10")
    others = [int(feiqian.tier1.split(receipt, "1")["result"]["receiptId"]) for _ in range(3)]
    first = feiqian.tier1.get("/receipts", lotId=lot, limit=2)
    assert [one["id"] for one in first["items"]] == [receipt, others[0]] and first["next"] == others[0]
    assert [one["id"] for one in feiqian.tier1.get("/receipts", lotId=lot, after=others[0])["items"]] == others[1:]


# ---- selling goods


def test_goods_are_sold_for_cash_in_one_transaction(feiqian: Network) -> None:
    """Rules D1, D2: part of a receipt is a split, all of it a transfer; no levy is for notes alone."""
    net = feiqian
    lot, receipt = net.stored("10")
    net.tier1.ask_for_receipt_quotes(receipt, "4", [net.bank_a, net.bank_b])
    assert net.bank_a.receipt(receipt)["quantity"] == "10.000"
    for bank, price in ((net.bank_a, 2_000_00), (net.bank_b, 1_900_00)):
        bank.quote_receipt(receipt, "4", price)
    best, second = net.tier1.receipt_quotes(receipt)
    assert (best["financier"], best["priceFen"], best["quantity"]) == (net.bank_a.account, "200000", "4.000")
    assert [one["id"] for one in net.bank_b.receipt_quotes()] == [second["id"]], "a competitor's price is its own"
    part = int(net.tier1.sell_receipt(best["id"])["result"]["receiptId"])
    assert (net.bank_a.receipt(part)["holder"], net.bank_a.receipt(part)["quantity"]) == (net.bank_a.account, "4.000")
    assert (net.tier1.receipt(receipt)["quantity"], net.operator.cash(net.tier1)) == ("6.000", 2_000_00)
    assert refusal(net.tier1.sell_receipt, best["id"]).error == "NonceAlreadyUsed"

    net.tier1.ask_for_receipt_quotes(receipt, "6", [net.bank_b])
    whole = net.bank_b.quote_receipt(receipt, "6", 3_000_00)["result"]["quoteId"]
    assert int(net.tier1.sell_receipt(whole)["result"]["receiptId"]) == receipt
    assert net.operator.cash(net.tier1) == 5_000_00
    books = {line["book"]: line["amountFen"] for line in net.operator.position(net.tier1)["books"]}
    assert books == {"cash": "500000", "goods": "-500000"}
    statement = net.tier1.statement(net.tier1)
    assert [item["receivableId"] for item in statement["items"] if item["event"] == "Settled"] == [None, None]
    assert reconcile(net.world.system).findings == []
    assert net.tier1.lot(lot)["live"] == "10.000"


def test_only_who_was_asked_quotes_and_only_its_seller_sells(feiqian: Network) -> None:
    net = feiqian
    _, receipt = net.stored("10")
    assert refusal(net.bank_a.quote_receipt, receipt, "1", 1).status == 404
    net.tier1.ask_for_receipt_quotes(receipt, "1", [net.bank_a])
    assert refusal(net.bank_a.quote_receipt, receipt, "11", 1).field == "quantity"
    assert refusal(net.tier1.ask_for_receipt_quotes, receipt, "1", [net.tier2]).field == "financiers.0"
    quote = net.bank_a.quote_receipt(receipt, "1", 1)["result"]["quoteId"]
    assert refusal(net.tier2.sell_receipt, quote).status == 404
    assert refusal(net.bank_a.sell_receipt, quote).status == 403
    assert refusal(net.tier1.cancel_receipt_quote, quote).status == 403
    _, other = net.stored("10")
    assert refusal(net.tier1.sell_receipt, quote, other).field == "receiptId"
    net.bank_a.cancel_receipt_quote(quote)
    assert refusal(net.tier1.sell_receipt, quote).error == "NonceAlreadyUsed"
    net.tier1.transfer(receipt, net.tier2)
    assert refusal(net.bank_a.receipt, receipt).status == 404, "the new holder asked nobody"


def test_who_has_a_receipt_does_not_quote_on_it(feiqian: Network) -> None:
    _, receipt = feiqian.stored("10")
    feiqian.tier1.transfer(receipt, feiqian.bank_a)
    with nothing_changes(feiqian):
        found = refusal(feiqian.bank_a.quote_receipt, receipt, "1", 1)
    assert found.status == 403 and "did not ask you" in str(found)


def test_a_quote_holds_for_another_receipt_of_its_lot(feiqian: Network) -> None:
    """D1, D2: what was split off since is of the same goods."""
    net = feiqian
    _, receipt = net.stored("10")
    net.tier1.ask_for_receipt_quotes(receipt, "4", [net.bank_a])
    quote = net.bank_a.quote_receipt(receipt, "4", 2_000_00)["result"]["quoteId"]
    child = int(net.tier1.split(receipt, "6")["result"]["receiptId"])
    sold = int(net.tier1.sell_receipt(quote, child)["result"]["receiptId"])
    assert net.bank_a.receipt(sold)["quantity"] == "4.000"
    assert [net.tier1.receipt(one)["quantity"] for one in (receipt, child)] == ["4.000", "2.000"]


def test_a_buyer_with_its_own_wallet_quotes(feiqian: Network) -> None:
    net = feiqian
    bank, _ = own_wallet(net, "financier", "91110000MA4OWNBK01")
    _, receipt = net.stored("10")
    net.tier1.ask_for_receipt_quotes(receipt, "1", [bank])
    assert bank.quote_receipt(receipt, "1", 500_00)["result"]["priceFen"] == "50000"


# ---- prices


def test_prices_from_a_table_to_the_chain(feiqian: Network) -> None:
    net = feiqian
    feed = net.operator.assign_feed(net.oracle, "BRENT", "CRUDE", "BBL", "USD")
    table = "Date,Price\n2020-01-02,66.25\n2020-01-03,68.6\n2020-01-06,68.91\n2199-01-01,1.00\n"
    published = publish(net.oracle, feed, read_csv(table, currency("USD")))
    assert [one.price for one in published] == [6_625, 6_860, 6_891]
    assert [one["priceFen"] for one in net.bank_a.prices(feed)] == ["6625", "6860", "6891"]
    (shown,) = net.bank_a.feeds()
    assert (shown["commodity"], shown["currency"], shown["priceFen"]) == ("BRENT", "USD", "6891")
    assert publish(net.oracle, feed, read_csv(table, currency("USD"))) == []
    assert reconcile(net.world.system).findings == []


def test_the_feed_of_a_lot_is_the_one_that_was_assigned(feiqian: Network) -> None:
    feed = feiqian.operator.assign_feed(feiqian.oracle, "BRENT", "CRUDE", "BBL")
    lot, _ = feiqian.stored("10")
    assert feiqian.tier1.lot(lot)["feed"] == feed
    contracts = feiqian.world.system.contracts
    assert "0x" + bytes(contracts.read("WarehouseReceipts", "goodsOf", 1)[4]).hex() == feed


def test_a_price_that_cannot_be_is_refused(feiqian: Network) -> None:
    net = feiqian
    feed = net.operator.assign_feed(net.oracle, "BRENT", "CRUDE", "BBL")
    now = net.operator.now()
    net.oracle.publish_price(feed, 500_00, observed_at=now - 10)
    older = refusal(net.oracle.publish_price, feed, 500_00, observed_at=now - 10)
    assert (older.status, older.error) == (409, "PriceNotNewer")
    future = refusal(net.oracle.publish_price, feed, 500_00, observed_at=now + DAY)
    assert (future.status, future.field) == (422, "observedAt")
    assert refusal(net.tier1.publish_price, feed, 500_00, observed_at=now).status == 403
    assert refusal(net.oracle.publish_price, "0x" + 64 * "1", 1, observed_at=now).status == 404
    assert refusal(net.operator.assign_feed, net.tier1, "BRENT", "CRUDE", "BBL").field == "oracle"


def test_an_oracle_with_its_own_wallet(feiqian: Network) -> None:
    oracle, _ = own_wallet(feiqian, "oracle", "91110108MA7OWNPR01")
    feed = feiqian.operator.assign_feed(oracle, "BRENT", "CRUDE", "BBL")
    at = feiqian.operator.now() - 5
    oracle.publish_price(feed, 480_00, observed_at=at)
    assert feiqian.tier1.feeds()[0]["publishedBy"] == oracle.account


def test_anyone_carries_what_the_oracle_signed_and_nobody_alters_it(feiqian: Network) -> None:
    """Rule O2."""
    oracle, wallet = own_wallet(feiqian, "oracle", "91110108MA7OWNPR01")
    feed = feiqian.operator.assign_feed(oracle, "BRENT", "CRUDE", "BBL")
    now = feiqian.operator.now()
    document = Price(feed=feed, price=480_00, observedAt=now - 5, nonce=7, deadline=now + 600)
    typed = document.typed(feiqian.world.system.contracts)
    signature = "0x" + bytes(wallet.sign_typed_data(full_message=typed).signature).hex()
    own = {"signature": signature, "nonce": "7", "deadline": now + 600}
    body = {"feed": feed, "priceFen": "48000", "observedAt": now - 5, "own": own}
    for change in ({"priceFen": "48001"}, {"observedAt": now - 6}):
        assert refusal(feiqian.tier2.act, "/prices", body | change).field == "own.signature"
    feiqian.tier2.act("/prices", body)
    assert feiqian.tier1.feeds()[0]["priceFen"] == "48000"
    assert refusal(feiqian.tier2.act, "/prices", body).status == 409
