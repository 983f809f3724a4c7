"""K: what a borrower, a lender, a bidder, a custodian or a stranger may try."""

import pytest
from brownie import web3
from brownie.exceptions import VirtualMachineError

from tests.contracts.world import (
    CNY,
    COUNT,
    DAY,
    EUR,
    FACE,
    GOODS,
    LENT,
    LOAN_QUOTE,
    NO_COUNT,
    TONNE,
    LoanStatus,
    at,
    decoded,
    digest,
    now,
    refused,
    wait_until,
)  # fmt: skip

WHOLE = "address,address,uint256"
A_DAY = LENT * 600 // 3_600_000
CALL_PRICE, LIQUIDATION_PRICE = 75_000, 66_000


def execute(world, signed, token, count=NO_COUNT, amount=LENT, sender=None):
    return world.loans.originate(*signed, token, *count, amount, {"from": sender or world.supplier})


def goods(world):
    lot, receipt = world.receipt()
    world.publish(TONNE)
    return lot, receipt


# ---- to pledge what is pledged


def test_the_same_note_twice(world, collateral, supplier, fund):
    """K3: with a quote of another lender."""
    _, note = world.loan()
    receivable = world.receivables.slotOf(note)
    with refused("WrongHolder", note, collateral, supplier):
        execute(world, world.loan_quote(receivable, financier=fund), note)


def test_the_same_receipt_twice(world, collateral, supplier, fund):
    """K3: with a fresh count for another lender, even."""
    _, receipt = world.goods_loan()
    count = world.count(receipt, pledgee=fund.address)
    with refused("WrongReceiptHolder", receipt, collateral, supplier):
        execute(world, world.goods_quote(1, financier=fund), receipt, count)


def test_the_same_title_once_more_in_the_same_loan(world, loans, collateral, supplier):
    """K3, K10: it would count twice."""
    loan, note = world.loan()
    receivable = world.receivables.slotOf(note)
    title = (note, receivable, bytes(world.view(receivable)["documentHash"]), FACE)
    with refused("WrongHolder", note, collateral, supplier):
        loans.topUp(loan, title, *NO_COUNT, {"from": supplier})
    other, receipt = world.goods_loan()
    with refused("WrongReceiptHolder", receipt, collateral, supplier):
        loans.topUp(other, world.title(receipt), *world.count(receipt), {"from": supplier})


def test_anothers_title(world, loans, thief, supplier):
    """K2: escrow may move the supplier's notes; a thief does not borrow on them."""
    receivable, note = world.note()
    with refused("WrongHolder", note, supplier, thief):
        execute(world, world.loan_quote(receivable, borrower=thief), note, sender=thief)


def test_a_note_sold_after_the_pledge(world, settlement, receivables, supplier, fund):
    """K3: neither by a quote nor by hand, nor in part."""
    _, note = world.loan()
    receivable = receivables.slotOf(note)
    with refused("NotAuthorised", note, settlement):
        settlement.settle(*world.quote(receivable, financier=fund), note, {"from": supplier})
    with refused("NotAuthorised", note, supplier):
        receivables.transferFrom[WHOLE](supplier, fund, note, {"from": supplier})
    with refused("NotAuthorised", note, supplier):
        receivables.endorse(note, fund, 1, False, {"from": supplier})


def test_goods_sold_or_delivered_after_the_pledge(world, warehousereceipts, supplier, custodian, fund):
    """K3, W5: not even where custodian and borrower agree."""
    _, receipt = world.goods_loan()
    with refused("NotYourReceipt", receipt, supplier):
        warehousereceipts.transferFrom(supplier, fund, receipt, {"from": supplier})
    with refused("NotYourReceipt", receipt, supplier):
        warehousereceipts.split(receipt, supplier, 1, {"from": supplier})
    with refused("InEscrow", receipt):
        warehousereceipts.deliverGoods(*world.order(receipt, signer=supplier), {"from": custodian})
    with refused("InEscrow", receipt):
        warehousereceipts.requestReplacement(receipt, supplier, b"\1" * 32, {"from": custodian})


def test_an_approval_from_before_the_pledge(world, receivables, warehousereceipts, supplier, thief):
    """K3: what the borrower allowed others ends as title goes into escrow."""
    receivable, note = world.note()
    receivables.approve["address,uint256"](thief, note, {"from": supplier})
    receivables.approve["uint256,address,uint256"](note, thief, FACE, {"from": supplier})
    receivables.setApprovalForAll(thief, True, {"from": supplier})
    execute(world, world.loan_quote(receivable), note)
    with refused("NotAuthorised", note, thief):
        receivables.transferFrom[WHOLE](world.collateral, thief, note, {"from": thief})
    with refused("InsufficientAllowance", note, thief, 0, 1):
        receivables.transferFrom["uint256,address,uint256"](note, thief, 1, {"from": thief})
    lot, receipt = goods(world)
    warehousereceipts.approve(thief, receipt, {"from": supplier})
    execute(world, world.goods_quote(lot), receipt, world.count(receipt))
    with refused("NotYourReceipt", receipt, thief):
        warehousereceipts.transferFrom(world.collateral, thief, receipt, {"from": thief})


def test_a_replacement_asked_for_before_the_pledge(world, warehousereceipts, custodian, mill):
    """K3, W10: it ends with the pledge."""
    lot, receipt = goods(world)
    warehousereceipts.requestReplacement(receipt, mill, b"\1" * 32, {"from": custodian})
    execute(world, world.goods_quote(lot), receipt, world.count(receipt))
    wait_until(now() + 31 * DAY)
    with refused("NoReplacement", receipt):
        warehousereceipts.replace(receipt, {"from": mill})


def test_title_sent_to_escrow_without_a_pledge(world, receivables, warehousereceipts, collateral, supplier):
    """K3: it would stand for nothing, and nobody could take it out."""
    _, note = world.note()
    with refused("ReceiverRefused", collateral):
        receivables.transferFrom[WHOLE](supplier, collateral, note, {"from": supplier})
    with refused("ReceiverRefused", collateral):
        receivables.endorse(note, collateral, 1, False, {"from": supplier})
    _, receipt = world.receipt()
    with refused("ReceiverRefused", collateral):
        warehousereceipts.transferFrom(supplier, collateral, receipt, {"from": supplier})
    with refused("ReceiverRefused", collateral):
        warehousereceipts.split(receipt, collateral, 1, {"from": supplier})


# ---- to use a document again, or another's


def test_a_quote_once_more(world, loans, supplier, bank):
    """K2, S2: while the loan lives, and after it was paid."""
    receivable, root = world.note()
    half = world.endorse(root, supplier, supplier, FACE // 2)
    signed = world.loan_quote(receivable, value=FACE // 2)
    execute(world, signed, half, amount=1_000)
    for _ in range(2):
        with refused("NonceAlreadyUsed", bank, signed[0][-2]):
            execute(world, signed, root, amount=1_000)
        loans.waive(1, {"from": bank}) if world.loan_view(1)["status"] == LoanStatus.LIVE else None


def test_a_count_once_more(world, loans, supplier, custodian):
    """K2, S2: taken out and put in again: the goods are counted again."""
    loan, _ = world.goods_loan(amount=1_000)
    _, receipt = world.receipt()
    count = world.count(receipt)
    loans.topUp(loan, world.title(receipt), *count, {"from": supplier})
    loans.release(loan, receipt, GOODS, {"from": supplier})
    with refused("NonceAlreadyUsed", custodian, count[0][4]):
        loans.topUp(loan, world.title(receipt), *count, {"from": supplier})


def test_a_bid_once_more(world, enforcement, fund, bank):
    """K14, S2: outbid, and in the next round."""
    loan, _ = world.in_sale()
    signed = world.bid_of(loan, 90_000_000)
    enforcement.bid(*signed, {"from": fund})
    with refused("BidTooLow", 90_000_000, 90_000_001):
        enforcement.bid(*signed, {"from": fund})
    world.freeze(fund)
    world.close_sale(loan)
    world.unfreeze(fund)
    enforcement.openSale(loan, DAY, {"from": bank})
    with refused("NonceAlreadyUsed", fund, signed[0][3]):
        enforcement.bid(*signed, {"from": fund})


def test_a_price_once_more(world, prices):
    """O2: a good one of yesterday over a bad one of today, and the bad one over itself."""
    _, _ = world.goods_loan()
    observed = now() + 1
    wait_until(observed)
    high = world.price(TONNE * 2, observedAt=observed)
    prices.publish(*high, {"from": world.stranger})
    world.move_price(LIQUIDATION_PRICE)
    last = prices.lastOf(world.feed())[1]
    with refused("PriceNotNewer", world.feed(), observed, last):
        prices.publish(*high, {"from": world.supplier})


@pytest.mark.parametrize("domain", ["chainId", "verifyingContract", "name", "version"])
def test_a_quote_of_another_domain(world, loans, settlement, bank, domain):
    """K1, S2: of another chain, or for another contract."""
    receivable, note = world.note()
    quote, _ = world.loan_quote(receivable)
    other = {"chainId": 1, "verifyingContract": settlement.address, "name": "Feiqian Settlement", "version": "2"}
    words = dict(zip(LOAN_QUOTE, quote, strict=True))
    message = world.message(loans, "Quote", LOAN_QUOTE, words, **{domain: other[domain]})
    signature = bytes(world.keys[bank.address].sign_message(message).signature)
    with refused("InvalidSignature", bank, loans.quoteDigest.call(quote)):
        execute(world, (quote, signature), note)


@pytest.mark.parametrize("domain", ["chainId", "verifyingContract"])
def test_a_count_of_another_domain(world, collateral, loans, custodian, domain):
    """K2, S2."""
    lot, receipt = goods(world)
    count, _ = world.count(receipt)
    other = {"chainId": 1, "verifyingContract": loans.address}
    words = dict(zip(COUNT, count, strict=True))
    message = world.message(collateral, "Count", COUNT, words, **{domain: other[domain]})
    signature = bytes(world.keys[custodian.address].sign_message(message).signature)
    with refused("InvalidSignature", custodian, collateral.countDigest.call(count)):
        execute(world, world.goods_quote(lot), receipt, (count, signature))


def test_anothers_quote(world, loans, bank, thief):
    """K1: a thief puts itself in the borrower's place; or signs in the bank's name."""
    receivable, note = world.note()
    quote, signature = world.loan_quote(receivable)
    stolen = (quote[0], thief.address, *quote[2:])
    with refused("InvalidSignature", bank, loans.quoteDigest.call(stolen)):
        execute(world, (stolen, signature), note, sender=thief)
    forged = world.loan_quote(receivable, signer=thief)
    with refused("InvalidSignature", bank, loans.quoteDigest.call(forged[0])):
        execute(world, forged, note)


def test_a_quote_that_was_taken_back(world, loans, bank):
    """S3."""
    receivable, note = world.note()
    signed = world.loan_quote(receivable)
    loans.cancelNonce(signed[0][-2], {"from": bank})
    with refused("NonceAlreadyUsed", bank, signed[0][-2]):
        execute(world, signed, note)


@pytest.mark.parametrize("trick", ["receipt", "pledgee", "custodian", "short", "stale"])
def test_a_count_that_is_not_one(world, collateral, custodian, depot, fund, trick):
    """K2: of another receipt, for another lender, by another custodian, of too little, of last week."""
    lot, receipt = goods(world)
    other = world.receipt()[1]
    counted = now() - 2 * DAY
    count = {
        "receipt": lambda: world.count(other),
        "pledgee": lambda: world.count(receipt, pledgee=fund.address),
        "custodian": lambda: world.count(receipt, signer=depot),
        "short": lambda: world.count(receipt, quantity=GOODS - 1),
        "stale": lambda: world.count(receipt, countedAt=counted),
    }[trick]()
    signed = world.goods_quote(lot)
    second = now() + 10
    expected = {
        "receipt": ("CountOfAnother", other, world.bank),
        "pledgee": ("CountOfAnother", receipt, fund),
        "custodian": ("InvalidSignature", custodian, collateral.countDigest.call(count[0])),
        "short": ("CountShort", receipt, GOODS - 1, GOODS),
        "stale": ("CountStale", counted, second - DAY),
    }[trick]
    with at(second), refused(*expected):
        execute(world, signed, receipt, count)


# ---- prices


def test_a_stale_price_liquidates_nobody(world, loans, enforcement, supplier, bank):
    """K13, O3: nor calls it margin, nor draws, nor lets goods out."""
    loan, receipt = world.goods_loan()
    world.move_price(LIQUIDATION_PRICE)
    assert loans.defaultOf(loan) == 2
    wait_until(world.prices.lastOf(world.feed())[1] + 2 * DAY + 1)
    assert loans.defaultOf(loan) == 0
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    for act in (
        lambda: loans.callMargin(loan, {"from": bank}),
        lambda: loans.draw(loan, 1, {"from": supplier}),
        lambda: loans.release(loan, receipt, 1, {"from": supplier}),
    ):
        with refused("NoGoodPrice", loan):
            act()


def test_a_call_that_ran_out_needs_a_good_price_too(world, loans, enforcement, bank):
    """K13."""
    loan, _ = world.goods_loan()
    world.move_price(CALL_PRICE)
    loans.callMargin(loan, {"from": bank})
    wait_until(max(world.loan_view(loan)["callBy"], world.prices.lastOf(world.feed())[1] + 2 * DAY) + 1)
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    world.publish(CALL_PRICE)
    enforcement.openSale(loan, DAY, {"from": bank})


@pytest.mark.parametrize("how", ["frozen", "role taken", "feed given away"])
def test_the_price_of_a_revoked_oracle(world, loans, participants, prices, enforcement, oracle, registrar, bank, how):
    """O3, K13: what it published is no longer good, and what it signs is not taken."""
    loan, _ = world.goods_loan()
    world.move_price(LIQUIDATION_PRICE)
    wait_until(now() + 1)
    fresh = world.price(LIQUIDATION_PRICE)
    other = world.parties["newcomer"]
    if how == "frozen":
        world.freeze(oracle)
        expected = ("Frozen", oracle)
    elif how == "role taken":
        participants.renew(oracle, 1, 2**40 - 1, {"from": registrar})
        expected = ("RoleMissing", oracle, 32)
    else:
        world.admit(other, 32, "another oracle")
        prices.assignFeed(world.feed(), other, {"from": registrar})
        expected = ("InvalidSignature", other, prices.priceDigest.call(fresh[0]))
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    with refused("NoGoodPrice", loan):
        loans.callMargin(loan, {"from": bank})
    with refused(*expected):
        prices.publish(*fresh, {"from": bank})


@pytest.mark.parametrize("first", ["cure", "price"])
def test_a_price_slipped_in_at_the_deadline(world, loans, cash, prices, enforcement, supplier, bank, first):
    """K9, K13: the borrower cures in the last second; in the same block a lender carries a lower price, before or after
    it, and asks for a sale: what was asked for was paid, and the new price begins a new call."""
    loan, _ = world.goods_loan()
    world.move_price(CALL_PRICE)
    loans.callMargin(loan, {"from": bank})
    call_by = world.loan_view(loan)["callBy"]
    wait_until(call_by - 10)
    price = world.price(62_000)
    cash.approve(loans, LENT, {"from": supplier})
    acts = {
        "cure": lambda way: loans.repay(loan, 7_530_000, {"from": supplier} | way),
        "price": lambda way: prices.publish(*price, {"from": world.stranger} | way),
    }
    order = ("cure", "price") if first == "cure" else ("price", "cure")
    in_one_block(call_by, *(acts[name] for name in order))
    assert prices.lastOf(world.feed())[0] == 62_000
    view = world.loan_view(loan)
    assert (view["callBy"], view["status"], world.debt(loan)[3] < LENT) == (0, LoanStatus.LIVE, True)
    with at(call_by + 1), refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    tx = loans.callMargin(loan, {"from": bank})
    assert tx.events["MarginCalled"]["callBy"] == tx.timestamp + 2 * DAY


def in_one_block(second, *acts):
    """The transactions are mined together, in this order and this second."""

    def rpc(method, *params):
        answer = web3.provider.make_request(method, list(params))
        assert "error" not in answer, answer

    anvil = "anvil" in web3.client_version.lower()
    rpc("evm_setAutomine", False) if anvil else rpc("miner_stop")
    try:
        way = {"required_confs": 0, "gas_limit": 1_000_000}
        sent = [act(way | {"gas_price": 9_000_000_000 - place}) for place, act in enumerate(acts)]
        if anvil:
            rpc("evm_setNextBlockTimestamp", second)
            rpc("evm_mine")
        else:
            rpc("evm_setTime", second * 1_000)
            rpc("evm_mine", {"timestamp": second})
    finally:
        rpc("evm_setAutomine", True) if anvil else rpc("miner_start")
    for tx in sent:
        tx.wait(1)
    assert len({tx.block_number for tx in sent}) == 1
    assert [tx.txindex for tx in sent] == sorted(tx.txindex for tx in sent)
    assert now() == second


def test_a_lender_that_sits_on_the_proceeds(
    world, loans, enforcement, warehousereceipts, custodian, cash, obligor, bank
):
    """K4, K13: half of the goods burnt and were paid for; the lender does not get the other half for it."""
    loan, receipt = world.goods_loan()
    warehousereceipts.report(1, 3, GOODS // 2, b"\1" * 32, [receipt], {"from": custodian})
    cash.approve(warehousereceipts, FACE, {"from": obligor})
    warehousereceipts.payInsurance(receipt, FACE // 2, {"from": obligor})
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    assert loans.ltvAt(loan, TONNE) == -(-(LENT + A_DAY - FACE // 2) * 10_000 // (FACE // 2))


# ---- gas, reentrancy, dust


def test_too_little_gas_for_the_winner(world, enforcement, warehousereceipts, bank, fund):
    """K14, K15: eight receipts with liens; whoever closes the sale sends too little on purpose, so that the handing over
    fails and the sale with it: refused, or sold whole; never failed."""
    loan, receipt = world.goods_loan()
    receipts = [receipt, *(world.top_up_goods(loan, 1_000) for _ in range(7))]
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 90_000_000)
    wait_until(world.sale_of(loan)[0]["endsAt"] + 1)
    for gas in (300_000, 1_000_000, 2_000_000, 2_500_000, 2_520_000, 2_540_000, 2_560_000, 2_580_000, 2_600_000):
        try:
            tx = enforcement.closeSale(loan, {"from": world.thief, "gas_limit": gas, "allow_revert": True})
        except VirtualMachineError as refusal:
            name, values = decoded(refusal.revert_msg)
            assert (name, values[1]) == ("NotEnoughGas", 2_500_000)
            assert values[0] < min(gas, 2_500_000)
            assert world.loan_view(loan)["status"] == LoanStatus.IN_SALE
        else:
            break
    assert "SaleFailed" not in tx.events
    assert tx.gas_used < 2_000_000
    assert [warehousereceipts.ownerOf(token) for token in receipts] == [fund] * 8


@pytest.fixture
def euro_loan(world, MockCash):
    """A loan in money that calls back as it moves, once it is armed."""
    euro = world.euros(MockCash)
    world.limit(world.obligor, 10 * FACE, EUR)
    for party in (world.bank, world.fund, world.supplier):
        euro.print(party, 10 * FACE, {"from": world.admin})
        for contract in (world.loans, world.enforcement):
            euro.approve(contract, 10 * FACE, {"from": party})
    receivable, note = world.note(currency=EUR)
    execute(world, world.loan_quote(receivable, currency=EUR), note, amount=LENT)
    return euro, note


def test_cash_that_comes_back_to_loans(world, loans, admin, supplier, euro_loan):
    """K: each door that moves cash or title is shut while one is open."""
    euro, note = euro_loan
    receivable, other = world.note(currency=EUR)
    signed = world.loan_quote(receivable, currency=EUR)
    calls = [
        loans.draw.encode_input(1, 1),
        loans.repay.encode_input(1, 1),
        loans.applyProceeds.encode_input(1),
        loans.waive.encode_input(1),
        loans.release.encode_input(1, note, FACE),
        loans.returnTitle.encode_input(1),
        loans.advanceStorage.encode_input(1, note),
        loans.payWithheld.encode_input(supplier, EUR),
        loans.originate.encode_input(*signed, other, *NO_COUNT, 1),
        loans.topUp.encode_input(1, (1, 1, b"\0" * 32, 1), *NO_COUNT),
    ]
    for call in calls:
        euro.arm(loans, call, {"from": admin})
        with refused("ReentrancyGuardReentrantCall"):
            loans.draw(1, 1, {"from": supplier})
        with refused("ReentrancyGuardReentrantCall"):
            loans.repay(1, 1, {"from": supplier})
        with refused("ReentrancyGuardReentrantCall"):
            execute(world, signed, other, amount=1)


def test_cash_that_comes_back_to_a_sale(world, loans, enforcement, admin, bank, fund, euro_loan):
    """K14: nor is a sale closed, opened or bid in from within a bid; nor closed from within a payment."""
    euro, _ = euro_loan
    world.overdue(1)
    enforcement.openSale(1, DAY, {"from": bank})
    world.bid(1, 80_000_000)
    signed = world.bid_of(1, 90_000_000, bank)
    for call in (
        enforcement.bid.encode_input(*world.bid_of(1, 95_000_000)),
        enforcement.closeSale.encode_input(1),
        enforcement.payWithheld.encode_input(fund, EUR),
        enforcement.openSale.encode_input(1, DAY),
    ):
        euro.arm(enforcement, call, {"from": admin})
        with refused("ReentrancyGuardReentrantCall"):
            enforcement.bid(*signed, {"from": bank})
    wait_until(world.sale_of(1)[0]["endsAt"] + 1)
    euro.arm(enforcement, enforcement.closeSale.encode_input(1), {"from": admin})
    with refused("ReentrancyGuardReentrantCall"):
        loans.repay(1, 1, {"from": world.supplier})


def test_interest_is_not_rounded_away_by_small_payments(world, loans, cash, supplier):
    """K5: seven fen a day at a time that owe less than one fen a day: what a fraction is stays owed."""
    many, _ = world.loan(amount=7_000, order=2)
    once, _ = world.loan(amount=7_000, order=2)
    cash.approve(loans, LENT, {"from": supplier})
    start = world.loan_view(many)["startedAt"]
    for day in range(1, 30):
        with at(start + day * DAY + 100):
            tx = loans.repay(many, 1, {"from": supplier})
        assert tuple(tx.events["LoanRepaid"]["split"]) == (0, 0, 0, 1)
    with at(start + 30 * DAY + 100):
        loans.repay(once, 29, {"from": supplier})
    # 7,000 and less by one each day, against 7,000 throughout: both unrounded, and rounded down once.
    days = world.debt(many)[2], world.debt(once)[2]
    owed = sum(7_000 - max(0, day - 2) for day in range(1, 32))
    assert days == (owed * 600 // 3_600_000, 7_000 * 31 * 600 // 3_600_000)


def test_interest_is_not_escaped_by_repaying_overnight(world, loans, cash, supplier):
    """K5: paid back in the evening and drawn again in the morning: every day is borne, and one day twice."""
    loan, _ = world.loan(limit=10 * LENT, order=2)
    cash.approve(loans, 10 * LENT, {"from": supplier})
    start = world.loan_view(loan)["startedAt"]
    for day in range(1, 5):
        with at(start + day * DAY):
            loans.repay(loan, LENT - 1, {"from": supplier})
        with at(start + day * DAY + 1):
            loans.draw(loan, LENT - 1, {"from": supplier})
    assert world.debt(loan) == (0, 0, 5 * A_DAY, LENT)
    with at(start + 4 * DAY + 2):
        loans.repay(loan, LENT - 1, {"from": supplier})
    with at(start + 4 * DAY + 3):
        loans.draw(loan, LENT - 1, {"from": supplier})
    assert world.debt(loan)[2] == 6 * A_DAY - 1


def test_dust_does_not_cure(world, loans, cash, supplier):
    """K9: many payments of a fen ask many times, and change what they pay."""
    loan, _ = world.goods_loan()
    world.move_price(CALL_PRICE)
    loans.callMargin(loan, {"from": supplier})
    cash.approve(loans, LENT, {"from": supplier})
    for _ in range(3):
        assert "MarginCured" not in loans.repay(loan, 1, {"from": supplier}).events
    assert sum(world.debt(loan)) == LENT + A_DAY - 3


def test_endless_titles_of_dust(world, loans, enforcement, receivables, bank, fund, supplier):
    """K10: eight notes of a fen at most, and all of them are sold in one go."""
    loan, first = world.loan()
    _, note = world.note()
    titles = [first, *(world.top_up(loan, note, 1) for _ in range(7))]
    receivable = receivables.slotOf(note)
    title = (note, receivable, bytes(world.view(receivable)["documentHash"]), 1)
    with refused("TooManyTitles", loan, 8):
        loans.topUp(loan, title, *NO_COUNT, {"from": supplier})
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 90_000_000)
    world.close_sale(loan)
    assert [receivables.ownerOf(token) for token in titles] == [fund] * 8


@pytest.mark.parametrize("early", [0, 1])
def test_a_title_that_stops_moving_keeps_the_rest_from_sale(world, loans, enforcement, receivables, bank, fund, early):
    """K10, K15: all title is sold or none; a fen of a note that matures before the first one would save it all."""
    loan, first = world.loan()
    cut_off = world.view(receivables.slotOf(first))["cutOffAt"]
    receivable, note = world.note(maturityAt=world.maturity(receivables.slotOf(first)) - early)
    if early:
        with refused("CutOffTooEarly", receivable, cut_off - 1, cut_off):
            world.top_up(loan, note, 1)
        return
    world.top_up(loan, note, 1)
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 90_000_000)
    world.close_sale(loan)
    assert receivables.ownerOf(first) == fund


def test_a_lender_that_buys_below_the_reserve(world, enforcement, bank):
    """K14: not at once, and not by having a straw man win and fail."""
    loan, _ = world.in_sale()
    with refused("BidTooLow", 1, 80_000_000):
        world.bid(loan, 1, bank)
    world.bid(loan, 80_000_000)
    world.freeze(world.fund)
    world.close_sale(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    with refused("BidTooLow", 64_000_000, 80_000_000):
        world.bid(loan, 64_000_000, bank)


def test_a_payment_by_the_thief_buys_nothing(world, loans, receivables, supplier, thief):
    """K18: whoever pays, title goes to the borrower."""
    loan, note = world.loan()
    world.give(thief, 2 * LENT, loans)
    loans.repay(loan, 2 * LENT, {"from": thief})
    assert receivables.ownerOf(note) == supplier
    assert CNY
    assert digest("x")
