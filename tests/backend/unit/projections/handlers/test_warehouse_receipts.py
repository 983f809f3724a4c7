"""Goods on paper: what each event leaves in lots, receipts and books (rules W), and what prices leave (rules O)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from backend.database import reading
from backend.goods import feed_of, to_word
from backend.projections import ledger, tables
from tests.backend.unit.projections.paper_life import (
    BANK,
    OBLIGOR,
    SUPPLIER,
    Happen,
    books,
    cash,
    confirmation,
    registration,
    row,
    settled,
)
from tests.backend.unit.projections.paper_source import NOBODY, RECEIPTS, Entry

CUSTODIAN = OBLIGOR
WORDS = to_word("BRENT"), to_word("CRUDE"), to_word("BBL")
FEED = feed_of(*WORDS, 156)


def happened(name: str, **values: Any) -> Entry:
    return "WarehouseReceipts", name, values


def moved(giver: str, taker: str, receipt: int) -> Entry:
    return happened("Transfer", **{"from": giver, "to": taker, "tokenId": receipt})


def issued(receipt: int, holder: str, quantity: int) -> list[Entry]:
    return [
        moved(NOBODY, holder, receipt),
        happened("ReceiptIssued", receiptId=receipt, lotId=1, holder=holder, quantity=quantity),
    ]


def taken_in(quantity: int = 1_000, **changes: Any) -> list[Entry]:
    intake = {
        "custodian": CUSTODIAN,
        "depositor": SUPPLIER,
        "commodity": WORDS[0],
        "grade": WORDS[1],
        "unit": WORDS[2],
        "decimals": 1,
        "quantity": quantity,
        "placeHash": "0xa",
        "fingerprint": "0xfa",
        "documentHash": "0xd0",
        "insuredUntil": 9_000,
        "expiresAt": 8_000,
        "currency": 156,
        "milliPerUnitDay": 5_000,
        "nonce": 1,
        "deadline": 2,
        **changes,
    }
    return [
        ("Fingerprints", "FingerprintClaimed", {"fingerprint": "0xfa", "assetContract": RECEIPTS, "id": 1}),
        *issued(1, SUPPLIER, quantity),
        happened("LotTakenIn", lotId=1, custodian=CUSTODIAN, receiptId=1, intake=intake),
    ]


def split(receipt: int, child: int, to: str, quantity: int) -> list[Entry]:
    return [
        *issued(child, to, quantity),
        happened("ReceiptSplit", receiptId=receipt, childId=child, to=to, quantity=quantity),
    ]


def stored(database: Engine) -> dict[int, Any]:
    """All receipts by number."""
    with reading(database) as db:
        return {found["id"]: found for found in db.execute(select(tables.receipts)).mappings()}


def conserved(database: Engine) -> bool:
    """W12."""
    lot = row(database, tables.lots)
    with reading(database) as db:
        live = db.execute(select(func.sum(tables.receipts.c.quantity))).scalar()
    return bool(live == lot["counted"] - lot["delivered"] - lot["lost"])


def test_a_lot_and_its_receipt(database: Engine, happen: Happen) -> None:
    happen(*taken_in(), happened("NonceUsed", signer=CUSTODIAN, nonce=1))
    lot = row(database, tables.lots)
    assert (lot["commodity"], lot["grade"], lot["unit"], lot["feed"]) == ("BRENT", "CRUDE", "BBL", FEED)
    assert (lot["custodian"], lot["depositor"], lot["counted"], lot["locked"]) == (CUSTODIAN, SUPPLIER, 1_000, False)
    receipt = row(database, tables.receipts)
    assert (receipt["holder"], receipt["quantity"], receipt["charged_until"]) == (SUPPLIER, 1_000, 1_020)
    assert row(database, tables.used_nonces)["contract"] == "WarehouseReceipts"
    assert books(database) == {}, "goods are counted in no money"


@pytest.mark.parametrize("word", ["0x" + 64 * "0", "0x" + 64 * "f", "0x" + "00" * 31 + "41"])
def test_words_that_nobody_can_read_stay_as_they_are(database: Engine, happen: Happen, word: str) -> None:
    happen(*taken_in(commodity=word))
    assert row(database, tables.lots)["commodity"] == word


def test_title_is_divided_moved_and_put_together(database: Engine, happen: Happen) -> None:
    happen(*taken_in())
    happen(happened("StoragePaid", receiptId=1, lotId=1, payer=SUPPLIER, amount=5, chargedUntil=90_000))
    happen(cash(NOBODY, SUPPLIER, 5), cash(SUPPLIER, CUSTODIAN, 5))
    happen(*split(1, 2, BANK, 300), moved(BANK, SUPPLIER, 2))
    found = stored(database)
    assert [(found[n]["holder"], found[n]["quantity"], found[n]["parent_id"]) for n in (1, 2)] == [
        (SUPPLIER, 700, 0), (SUPPLIER, 300, 1),
    ]  # fmt: skip
    assert found[2]["charged_until"] == 90_000, "the lien goes with the goods"
    happen(happened("ReceiptsMerged", fromReceiptId=2, toReceiptId=1, quantity=300), moved(SUPPLIER, NOBODY, 2))
    found = stored(database)
    assert [(found[n]["holder"], found[n]["quantity"]) for n in (1, 2)] == [(SUPPLIER, 1_000), (SUPPLIER, 0)]
    assert row(database, tables.receipt_merges)["quantity"] == 300
    assert conserved(database)


def test_storage_is_a_cost_and_an_income_once(database: Engine, happen: Happen) -> None:
    happen(cash(NOBODY, BANK, 100), *taken_in())
    happen(
        happened("StoragePaid", receiptId=1, lotId=1, payer=BANK, amount=60, chargedUntil=90_000),
        cash(BANK, CUSTODIAN, 60),
    )
    assert books(database) == {
        (BANK, ledger.BANK): -100, (BANK, ledger.CASH): 40, (BANK, ledger.STORAGE): 60,
        (CUSTODIAN, ledger.CASH): 60, (CUSTODIAN, ledger.STORAGE): -60,
    }  # fmt: skip
    paid = row(database, tables.storage_payments)
    assert (paid["payer"], paid["amount"], paid["charged_until"]) == (BANK, 60, 90_000)


def test_storage_of_a_custodian_that_may_not_be_paid_is_kept_for_it(database: Engine, happen: Happen) -> None:
    happen(cash(NOBODY, BANK, 60), *taken_in())
    happen(
        happened("StoragePaid", receiptId=1, lotId=1, payer=BANK, amount=60, chargedUntil=90_000),
        happened("PaymentWithheld", holder=CUSTODIAN, currency=156, amount=60),
        cash(BANK, RECEIPTS, 60),
    )
    kept = row(database, tables.withheld)
    assert (kept["contract"], kept["holder"], kept["amount"]) == ("WarehouseReceipts", CUSTODIAN, 60)
    assert books(database)[CUSTODIAN, ledger.WITHHELD] == 60
    happen(happened("WithheldPaid", holder=CUSTODIAN, currency=156, amount=60), cash(RECEIPTS, CUSTODIAN, 60))
    assert row(database, tables.withheld)["amount"] == 0
    assert books(database) == {
        (BANK, ledger.BANK): -60, (BANK, ledger.STORAGE): 60,
        (CUSTODIAN, ledger.CASH): 60, (CUSTODIAN, ledger.STORAGE): -60,
    }  # fmt: skip


def test_insurance_money_is_the_holders(database: Engine, happen: Happen) -> None:
    happen(cash(NOBODY, BANK, 80), *taken_in())
    happen(happened("InsurancePaid", receiptId=1, payer=BANK, to=SUPPLIER, amount=80), cash(BANK, SUPPLIER, 80))
    assert books(database) == {
        (BANK, ledger.BANK): -80, (BANK, ledger.INSURANCE): 80,
        (SUPPLIER, ledger.CASH): 80, (SUPPLIER, ledger.INSURANCE): -80,
    }  # fmt: skip
    assert row(database, tables.insurance_payments)["to"] == SUPPLIER


def test_goods_go_out_and_are_lost(database: Engine, happen: Happen) -> None:
    happen(*taken_in(), *split(1, 2, BANK, 400))
    out = {"receiptId": 2, "lotId": 1, "holder": BANK, "quantity": 400, "recipientHash": "0xe"}
    happen(happened("GoodsDelivered", **out), moved(BANK, NOBODY, 2))
    lot, found = row(database, tables.lots), stored(database)
    assert (lot["delivered"], lot["last_delivery_at"]) == (400, 1_030)
    assert (found[2]["quantity"], found[2]["holder"]) == (0, BANK), "who held it last is whom insurance is for"
    assert row(database, tables.deliveries)["recipient_hash"] == "0xe"
    happen(
        happened("MisfortuneReported", lotId=1, kind=1, quantity=50, evidence="0xb"),
        happened("GoodsLost", receiptId=1, lotId=1, holder=SUPPLIER, quantity=50),
    )
    assert (row(database, tables.lots)["lost"], stored(database)[1]["quantity"]) == (50, 550)
    assert (row(database, tables.misfortunes)["kind"], row(database, tables.goods_losses)["quantity"]) == (
        "shortage",
        50,
    )
    assert conserved(database)


def test_locks_freezes_extensions_and_replacements(database: Engine, happen: Happen) -> None:
    happen(*taken_in())
    happen(
        happened("MisfortuneReported", lotId=1, kind=2, quantity=0, evidence="0xb"),
        happened("LotLocked", lotId=1, evidence="0xb"),
        happened("ReceiptFrozen", receiptId=1, orderHash="0x1"),
        happened("LotExtended", lotId=1, insuredUntil=9_500, expiresAt=9_600),
        happened("ReplacementRequested", receiptId=1, to=BANK, effectiveAt=5_000, evidence="0xb"),
    )
    lot, receipt = row(database, tables.lots), row(database, tables.receipts)
    assert (lot["locked"], lot["insured_until"], lot["expires_at"]) == (True, 9_500, 9_600)
    assert (receipt["frozen"], receipt["replacement_to"], receipt["replacement_at"]) == (True, BANK, 5_000)
    happen(
        happened("LotUnlocked", lotId=1, orderHash="0x1"),
        happened("ReceiptUnfrozen", receiptId=1, orderHash="0x1"),
        happened("ReplacementEnded", receiptId=1, to=BANK, done=True),
        moved(SUPPLIER, BANK, 1),
    )
    lot, receipt = row(database, tables.lots), row(database, tables.receipts)
    assert (lot["locked"], receipt["frozen"]) == (False, False)
    assert (receipt["holder"], receipt["replacement_to"], receipt["replacement_at"]) == (BANK, "", 0)


def sold(**changes: Any) -> Entry:
    goods = {"asset": RECEIPTS, "assetKey": 1, "deliveredId": 1, "value": 1_000, "levy": 0, "withRecourse": False}
    return settled(**(goods | changes))


def test_goods_are_sold_at_their_price_without_a_discount(database: Engine, happen: Happen) -> None:
    happen(cash(NOBODY, BANK, 390), *taken_in())
    happen(moved(SUPPLIER, BANK, 1), sold(), cash(BANK, SUPPLIER, 390))
    sale = row(database, tables.receipt_sales)
    assert (sale["seller"], sale["buyer"], sale["quantity"], sale["price"]) == (SUPPLIER, BANK, 1_000, 390)
    assert books(database) == {
        (BANK, ledger.BANK): -390, (BANK, ledger.GOODS): 390,
        (SUPPLIER, ledger.CASH): 390, (SUPPLIER, ledger.GOODS): -390,
    }  # fmt: skip


def test_a_lot_is_no_receivable_of_the_same_number(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *taken_in(), cash(NOBODY, BANK, 390))
    happen(moved(SUPPLIER, BANK, 1), sold(), cash(BANK, SUPPLIER, 390))
    with reading(database) as db:
        assert db.execute(select(tables.settlements)).first() is None
    assert row(database, tables.receipt_sales)["lot_id"] == 1


@pytest.mark.parametrize("change", [{"assetKey": 2}, {"asset": NOBODY}, {"cash": NOBODY}, {"assetKey": 2**256 - 1}])
def test_a_sale_of_what_is_not_here_is_no_sale(database: Engine, happen: Happen, change: dict[str, Any]) -> None:
    happen(*taken_in(), sold(**change))
    with reading(database) as db:
        assert db.execute(select(tables.receipt_sales)).first() is None
        assert db.execute(select(tables.settlements)).first() is None


def priced(price: int, observed_at: int, oracle: str = BANK) -> Entry:
    return "Prices", "PricePublished", {"feed": FEED, "oracle": oracle, "price": price, "observedAt": observed_at}


def assigned(oracle: str) -> Entry:
    return "Prices", "FeedAssigned", {"feed": FEED, "oracle": oracle}


def test_a_feed_has_its_last_price_and_all_before(database: Engine, happen: Happen) -> None:
    happen(assigned(BANK), priced(6_625, 900), ("Prices", "NonceUsed", {"signer": BANK, "nonce": 3}))
    happen(priced(6_860, 950))
    feed = row(database, tables.feeds)
    assert (feed["oracle"], feed["price"], feed["observed_at"], feed["published_at"]) == (BANK, 6_860, 950, 1_030)
    with reading(database) as db:
        history = db.execute(select(tables.prices.c.price).order_by(tables.prices.c.observed_at)).scalars().all()
    assert history == [6_625, 6_860]
    assert row(database, tables.used_nonces)["contract"] == "Prices"


def test_the_price_of_an_oracle_that_is_no_more_says_whose_it_is(database: Engine, happen: Happen) -> None:
    happen(assigned(BANK), priced(6_625, 900), assigned(SUPPLIER))
    feed = row(database, tables.feeds)
    assert (feed["oracle"], feed["published_by"], feed["price"]) == (SUPPLIER, BANK, 6_625)
