"""What a thief tries with goods, each attempt by name. The thief is registered like everybody else."""

from tests.contracts.world import (
    DAY,
    EUR,
    FAR,
    GOODS,
    UNLIMITED,
    Role,
    at,
    clause,
    digest,
    now,
    refused,
    wait_until,
)

ORDER, EVIDENCE = digest("order"), digest("evidence")


# ---- one lot, two titles


def test_the_same_goods_with_another_custodian(world, warehousereceipts, thief):
    """W2, F2: a second warehouse swears to the lot of the first, with other words for everything."""
    print_ = digest("harbour 9, lot 1")
    lot, _ = world.receipt(fingerprint=print_)
    with refused("FingerprintTaken", print_, warehousereceipts, lot):
        world.receipt(
            fingerprint=print_, custodian=world.depot, depositor=thief, commodity=clause("CATHODES"), grade=clause("LME"),
            unit=clause("KGM"), decimals=0, placeHash=digest("another gate"), documentHash=digest("other papers"),
        )  # fmt: skip


def test_the_same_goods_in_another_set_of_receipts(world, vault, warehousereceipts):
    """F2: the registry is one for all contracts that keep things in it."""
    print_ = digest("harbour 9, lot 1")
    lot, _ = world.receipt(fingerprint=print_)
    with refused("FingerprintTaken", print_, warehousereceipts, lot):
        vault.receipt(fingerprint=print_)


def test_a_last_grain_left_behind(world, warehousereceipts, custodian):
    """W2: the lot counts as live while one kilogram of it is in a receipt."""
    print_ = digest("harbour 9, lot 1")
    lot, receipt = world.receipt(fingerprint=print_, milliPerUnitDay=0)
    warehousereceipts.report(lot, 3, GOODS - 1, EVIDENCE, [receipt], {"from": custodian})
    with refused("FingerprintTaken", print_, warehousereceipts, lot):
        world.receipt(fingerprint=print_)


def test_an_intake_brought_again_when_the_goods_are_gone(world, warehousereceipts, custodian, thief):
    """S2, W2: the fingerprint is free then, but the paper is spent."""
    intake, signature = world.intake(milliPerUnitDay=0, depositor=thief)
    warehousereceipts.issue(intake, signature, {"from": thief})
    warehousereceipts.deliverGoods(*world.order(1), {"from": custodian})
    with refused("NonceAlreadyUsed", custodian, intake[14]):
        warehousereceipts.issue(intake, signature, {"from": thief})


def test_an_intake_for_another_contract(world, vault, custodian, thief):
    """S2: what was signed for one set of receipts makes none in another."""
    intake, signature = world.intake(depositor=thief)
    with refused("InvalidSignature", custodian, vault.receipts.intakeDigest.call(intake)):
        vault.receipts.issue(intake, signature, {"from": thief})


def test_an_intake_of_ones_own(world, warehousereceipts, custodian, thief):
    """W1, S1: in the custodian's name, with the thief's key; in its own name, without the role."""
    intake, signature = world.intake(signer=thief, depositor=thief)
    with refused("InvalidSignature", custodian, warehousereceipts.intakeDigest.call(intake)):
        warehousereceipts.issue(intake, signature, {"from": thief})
    with refused("RoleMissing", thief, Role.CUSTODIAN):
        world.receipt(custodian=thief, depositor=thief)


# ---- goods out of another's receipt


def test_an_order_for_someone_elses_receipt(world, warehousereceipts, custodian, supplier, thief):
    """W5: even with a custodian that would help: the holder's signature is what counts."""
    _, receipt = world.receipt(milliPerUnitDay=0)
    order, signature = world.order(receipt, signer=thief)
    with refused("InvalidSignature", supplier, warehousereceipts.orderDigest.call(order)):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})


def test_the_order_of_one_who_has_sold(world, warehousereceipts, custodian, supplier, thief):
    """W5: signed while it held the receipt, brought when the buyer holds it."""
    _, receipt = world.receipt(depositor=thief, milliPerUnitDay=0)
    order, signature = world.order(receipt)
    warehousereceipts.transferFrom(thief, supplier, receipt, {"from": thief})
    with refused("InvalidSignature", supplier, warehousereceipts.orderDigest.call(order)):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})


def test_an_order_brought_twice(world, warehousereceipts, custodian, supplier):
    """S2: one lorry."""
    _, receipt = world.receipt(milliPerUnitDay=0)
    order, signature = world.order(receipt, 10)
    warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    with refused("NonceAlreadyUsed", supplier, order[3]):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    assert world.quantities(receipt) == [GOODS - 10]


def test_two_orders_for_all_of_it_in_one_second(world, warehousereceipts, custodian):
    """W5: the goods leave once."""
    _, receipt = world.receipt(milliPerUnitDay=0)
    first, second = world.order(receipt), world.order(receipt)
    moment = now() + 10
    with at(moment):
        warehousereceipts.deliverGoods(*first, {"from": custodian})
    with refused("UnknownReceipt", receipt):
        warehousereceipts.deliverGoods(*second, {"from": custodian})


def test_more_than_is_held_in_two_orders(world, warehousereceipts, custodian):
    """W5."""
    _, receipt = world.receipt(milliPerUnitDay=0)
    first, second = world.order(receipt, GOODS - 1), world.order(receipt, 2)
    warehousereceipts.deliverGoods(*first, {"from": custodian})
    with refused("InvalidQuantity", 2, 1):
        warehousereceipts.deliverGoods(*second, {"from": custodian})


def test_a_delivery_of_what_is_pledged_by_an_old_order(world, vault, custodian):
    """W5, K3: signed before the pledge, brought after it."""
    _, receipt = vault.receipt(milliPerUnitDay=0)
    signed = world.order(receipt, contract=vault.receipts)
    vault.pledge(receipt)
    with refused("InEscrow", receipt):
        vault.receipts.deliverGoods(*signed, {"from": custodian})


def test_a_pledge_of_what_is_delivered(world, vault, custodian):
    """K3, W5: the other order of the two."""
    _, receipt = vault.receipt(milliPerUnitDay=0)
    lot = vault.receipts.lotOf.call(1).dict()["documentHash"]
    vault.receipts.deliverGoods(*world.order(receipt, contract=vault.receipts), {"from": custodian})
    with refused("UnknownReceipt", receipt):
        vault.do(vault.receipts.deliver, receipt, 1, lot, world.supplier, vault.escrow, GOODS, False)


def test_a_pledge_twice(world, vault, supplier):
    """K3: what stands in escrow is the escrow's."""
    _, receipt = vault.receipt()
    vault.pledge(receipt)
    paper = vault.receipts.lotOf.call(1).dict()["documentHash"]
    with refused("WrongReceiptHolder", receipt, vault.escrow, supplier):
        vault.do(vault.receipts.deliver, receipt, 1, paper, supplier, vault.escrow, GOODS, False)


# ---- out of a lien, a freeze, a lock


def test_a_split_to_escape_the_lien(world, warehousereceipts, supplier, thief, custodian):
    """W6: not one fen less is owed on the parts together than on the whole."""
    _, receipt = world.receipt(depositor=thief)
    wait_until(now() + 20 * DAY - 3_600)  # well within the day, whatever a call takes of it
    whole, _ = warehousereceipts.storageOf(receipt)
    child = world.split(receipt, thief, supplier, 333_333)
    assert warehousereceipts.storageOf(receipt)[0] + warehousereceipts.storageOf(child)[0] >= whole
    unpaid = warehousereceipts.storageOf(child)[0]
    with refused("StorageUnpaid", child, unpaid):
        warehousereceipts.deliverGoods(*world.order(child, 1), {"from": custodian})


def test_storage_rounded_away_by_dust(world, warehousereceipts, thief):
    """W6: a kilogram costs a fen and a half in a thousand days; split off, it costs a fen at once."""
    _, receipt = world.receipt(depositor=thief)
    dust = [world.split(receipt, thief, thief, 1) for _ in range(3)]
    wait_until(warehousereceipts.receiptOf(receipt)[3] + 1)
    assert [warehousereceipts.storageOf(grain)[0] for grain in dust] == [1, 1, 1]
    assert warehousereceipts.storageOf(receipt)[0] == 1_500


def test_a_merge_to_launder_a_lien(world, warehousereceipts, thief):
    """W4, W6: the paid part does not cover the rest."""
    _, receipt = world.receipt(depositor=thief)
    child = world.split(receipt, thief, thief, 1)
    wait_until(now() + 300 * DAY)
    world.pay_storage(child)
    for order in ((receipt, child), (child, receipt)):
        with refused("ReceiptsNotMergeable", *order):
            warehousereceipts.merge(*order, {"from": thief})


def test_a_loss_to_escape_the_lien(world, warehousereceipts, custodian):
    """W6, W7: what burns is not charged any more, what is left is."""
    lot, receipt = world.receipt()
    wait_until(warehousereceipts.receiptOf(receipt)[3] + 10 * DAY)
    warehousereceipts.report(lot, 3, GOODS // 2, EVIDENCE, [receipt], {"from": custodian})
    assert warehousereceipts.storageOf(receipt)[0] in (7_500, 8_250)


def test_around_a_freeze(world, warehousereceipts, regulator, custodian, supplier, thief):
    """W9: by no door: moved, split, merged, sold, delivered, replaced."""
    lot, receipt = world.receipt(depositor=thief, milliPerUnitDay=0)
    child = world.split(receipt, thief, thief, 10)
    warehousereceipts.requestReplacement(receipt, supplier, EVIDENCE, {"from": custodian})
    wait_until(now() + 31 * DAY)
    warehousereceipts.freeze(receipt, ORDER, {"from": regulator})
    w, own = warehousereceipts, {"from": thief}
    paper = w.lotOf.call(lot).dict()["documentHash"]
    for act in (
        lambda: w.transferFrom(thief, supplier, receipt, own),
        lambda: w.safeTransferFrom["address,address,uint256"](thief, supplier, receipt, own),
        lambda: w.split(receipt, thief, 1, own),
        lambda: w.merge(receipt, child, own),
        lambda: w.merge(child, receipt, own),
        lambda: w.deliver(receipt, lot, paper, thief, supplier, GOODS - 10, False, own),
        lambda: w.deliver(receipt, lot, paper, thief, supplier, 1, False, own),
        lambda: w.deliverGoods(*world.order(receipt, 1), {"from": custodian}),
        lambda: w.replace(receipt, own),
    ):
        with refused("ReceiptIsFrozen", receipt):
            act()


def test_a_locked_lot_by_a_fresh_receipt(world, vault, custodian, supplier):
    """W8: what is split off after the lock is as locked as the rest."""
    lot, receipt = vault.receipt(milliPerUnitDay=0)
    vault.lock(lot)
    child = vault.split(receipt, supplier, supplier, 10)
    with refused("LotIsLocked", lot):
        vault.pledge(child, 10)
    with refused("LotIsLocked", lot):
        vault.receipts.deliverGoods(*world.order(child, 10, contract=vault.receipts), {"from": custodian})


# ---- title in another's name


def test_nothing_without_the_holder(world, warehousereceipts, supplier, thief):
    """W3: none of the ways to move a receipt, by one who was approved nothing."""
    lot, receipt = world.receipt()
    paper = warehousereceipts.lotOf.call(lot).dict()["documentHash"]
    w, own = warehousereceipts, {"from": thief}
    for act in (
        lambda: w.transferFrom(supplier, thief, receipt, own),
        lambda: w.safeTransferFrom["address,address,uint256,bytes"](supplier, thief, receipt, b"", own),
        lambda: w.split(receipt, thief, 1, own),
        lambda: w.approve(thief, receipt, own),
        lambda: w.deliver(receipt, lot, paper, supplier, thief, GOODS, False, own),
        lambda: w.objectToReplacement(receipt, own),
    ):
        with refused("NotYourReceipt", receipt, thief):
            act()


def test_another_custodian_of_ones_own(world, warehousereceipts, custodian, depot, thief):
    """W5, W7, W10, W11: a custodian is one for its own lots only."""
    lot, receipt = world.receipt()
    w, own = warehousereceipts, {"from": depot}
    for act in (
        lambda: w.report(lot, 3, 1, EVIDENCE, [receipt], own),
        lambda: w.extend(lot, FAR, FAR, own),
        lambda: w.requestReplacement(receipt, thief, EVIDENCE, own),
        lambda: w.deliverGoods(*world.order(receipt), own),
    ):
        with refused("NotTheCustodian", lot, custodian, depot):
            act()


def test_a_custodian_takes_the_goods_by_replacement(world, warehousereceipts, custodian, supplier, thief):
    """W10: with a made-up story; the holder has 30 days to say that its key is there, and a whole life after."""
    _, receipt = world.receipt()
    warehousereceipts.requestReplacement(receipt, thief, EVIDENCE, {"from": custodian})
    wait_until(now() + 30 * DAY - 60)
    warehousereceipts.objectToReplacement(receipt, {"from": supplier})
    wait_until(now() + DAY)
    with refused("NoReplacement", receipt):
        warehousereceipts.replace(receipt, {"from": thief})


def test_a_replacement_that_outlives_a_sale(world, warehousereceipts, custodian, supplier, mill, thief):
    """W10: the buyer does not lose what it bought to a request against the seller."""
    _, receipt = world.receipt()
    warehousereceipts.requestReplacement(receipt, thief, EVIDENCE, {"from": custodian})
    warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})
    wait_until(now() + 31 * DAY)
    with refused("NoReplacement", receipt):
        warehousereceipts.replace(receipt, {"from": thief})


def test_a_loss_for_the_others_alone(world, warehousereceipts, custodian, supplier, thief):
    """W7: a custodian that spares its friend; or counts somebody twice in its place."""
    lot, receipt = world.receipt()
    spared = world.split(receipt, supplier, thief, GOODS // 2)
    with refused("ReceiptsIncomplete", lot, GOODS // 2, GOODS):
        warehousereceipts.report(lot, 3, 10, EVIDENCE, [receipt], {"from": custodian})
    with refused("ReceiptsUnordered", receipt):
        warehousereceipts.report(lot, 3, 10, EVIDENCE, [receipt, receipt], {"from": custodian})
    assert world.quantities(receipt, spared) == [GOODS // 2, GOODS // 2]


# ---- calls that come back


def test_cash_that_comes_back_while_storage_is_paid(world, warehousereceipts, admin, bank, custodian, MockCash):
    """W6: it finds the door shut, for storage, insurance and what is withheld."""
    euro = world.euros(MockCash)
    _, receipt = world.receipt(currency=EUR)
    euro.print(bank, GOODS, {"from": admin})
    euro.approve(warehousereceipts, UNLIMITED, {"from": bank})
    wait_until(now() + DAY)
    w = warehousereceipts
    for call in (
        w.payStorage.encode_input(receipt),
        w.payInsurance.encode_input(receipt, 1),
        w.payWithheld.encode_input(custodian, EUR),
        w.deliverGoods.encode_input(*world.order(receipt)),
    ):
        euro.arm(w, call, {"from": admin})
        for act in (lambda: w.payStorage(receipt, {"from": bank}), lambda: w.payInsurance(receipt, 1, {"from": bank})):
            with refused("ReentrancyGuardReentrantCall"):
                act()


def test_a_receiver_that_comes_back(world, warehousereceipts, supplier, mill, newcomer, MockWallet):
    """W3: asked whether it takes the receipt, it moves it on: it is its own already, and there is one of it."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.SUPPLIER, "company")
    lot, receipt = world.receipt()
    move = warehousereceipts.transferFrom.encode_input(wallet, mill, receipt)
    wallet.arm(warehousereceipts, move, {"from": newcomer})
    warehousereceipts.safeTransferFrom["address,address,uint256"](supplier, wallet, receipt, {"from": supplier})
    assert warehousereceipts.ownerOf(receipt) == mill
    assert [warehousereceipts.balanceOf(party) for party in (supplier, wallet, mill)] == [0, 0, 1]
    assert world.receipts_of(lot) == [receipt]


def test_a_receiver_that_comes_back_for_more(world, warehousereceipts, supplier, newcomer, MockWallet):
    """W3: what stayed with the giver is not within its reach."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.SUPPLIER, "company")
    _, receipt = world.receipt()
    kept = world.split(receipt, supplier, supplier, GOODS // 2)
    wallet.arm(warehousereceipts, warehousereceipts.split.encode_input(kept, wallet, 1), {"from": newcomer})
    with refused("NotYourReceipt", kept, wallet):
        warehousereceipts.safeTransferFrom["address,address,uint256"](supplier, wallet, receipt, {"from": supplier})


# ---- prices


def test_an_old_price_brought_late(world, prices, thief):
    """O2: kept back while the market fell, it does not take the place of a newer one."""
    observed = now() - 60
    high = world.price(90_000_00, observedAt=observed - 60)
    world.publish(50_000_00, observedAt=observed)
    with refused("PriceNotNewer", "0x" + world.feed().hex(), observed - 60, observed):
        prices.publish(*high, {"from": thief})


def test_a_price_of_a_revoked_oracle(world, prices, registrar, oracle, newcomer, thief):
    """O1, O3: signed while it was the oracle, brought when it is not."""
    world.publish(70_000_00, observedAt=now() - 60)
    document, signature = world.price(1)
    world.admit(newcomer, Role.ORACLE, "another oracle")
    prices.assignFeed(world.feed(), newcomer, {"from": registrar})
    with refused("InvalidSignature", newcomer, prices.priceDigest.call(document)):
        prices.publish(document, signature, {"from": thief})


def test_the_price_of_other_goods(world, prices, registrar, oracle, thief):
    """O1: gold for copper."""
    gold = world.feed("GOLD")
    for feed in (gold, world.feed()):
        prices.assignFeed(feed, oracle, {"from": registrar})
    document, signature = world.price(10**12, feed=gold)
    changed = (world.feed(), *document[1:])
    with refused("InvalidSignature", oracle, prices.priceDigest.call(changed)):
        prices.publish(changed, signature, {"from": thief})
