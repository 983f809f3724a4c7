"""K1 and K2: the borrower executes a financier's signed quote: title into escrow, cash to the borrower, or neither."""

import pytest

from tests.contracts.world import (
    CNY,
    DAY,
    EUR,
    FACE,
    GOODS,
    LENT,
    LIMIT_OF_LOAN,
    NO_COUNT,
    TONNE,
    ZERO,
    LoanStatus,
    Role,
    at,
    clause,
    digest,
    now,
    refused,
)  # fmt: skip


def execute(world, signed, token, count=NO_COUNT, amount=LENT, sender=None):
    return world.loans.originate(*signed, token, *count, amount, {"from": sender or world.supplier})


def test_title_into_escrow_and_cash_to_the_borrower(world, loans, collateral, receivables, cash, supplier, bank):
    """K2: the whole note; nothing is left in between."""
    receivable, note = world.note()
    before = cash.balanceOf(bank)
    quote, signature = world.loan_quote(receivable)
    tx = execute(world, (quote, signature), note)
    assert tx.return_value == 1
    originated = dict(tx.events["LoanOriginated"])
    assert tuple(bytes(word) if isinstance(word, bytes) else word for word in originated.pop("quote")) == quote
    assert originated == {"loanId": 1, "lender": bank, "borrower": supplier, "asset": receivables}
    assert dict(tx.events["TitlePledged"]) == {
        "loanId": 1, "asset": receivables, "tokenId": note, "assetKey": receivable, "value": FACE,
    }  # fmt: skip
    assert dict(tx.events["LoanDrawn"]) == {"loanId": 1, "borrower": supplier, "amount": LENT, "principal": LENT}
    assert (receivables.ownerOf(note), world.value(note)) == (collateral, [FACE])
    assert (before - cash.balanceOf(bank), cash.balanceOf(supplier)) == (LENT, LENT)
    assert [cash.balanceOf(contract) for contract in (loans, collateral)] == [0, 0]
    assert loans.isNonceUsed(bank, quote[-2])
    assert (collateral.titlesOf(1), collateral.loanIdOf(receivables, note)) == ((receivables, (note,)), 1)
    assert world.loan_view(1) == {
        "lender": bank, "borrower": supplier, "status": LoanStatus.LIVE, "overNotes": True, "order": 0,
        "currency": CNY, "limit": LIMIT_OF_LOAN, "drawn": LENT, "rateBps": 600, "penaltyBps": 900,
        "startedAt": tx.timestamp, "maturityAt": quote[10], "graceEndsAt": quote[10] + 3 * DAY, "advanceBps": 7_000,
        "callBps": 8_000, "liquidationBps": 9_000, "cureSeconds": 2 * DAY, "reservePrice": 8_000, "callBy": 0,
        "callPrice": 0,
    }  # fmt: skip


def test_over_goods(world, loans, collateral, warehousereceipts, cash, supplier, bank, custodian):
    """K2: with the custodian's count, at a good price."""
    lot, receipt = world.receipt()
    world.publish(TONNE)
    signed, count = world.goods_quote(lot), world.count(receipt)
    tx = execute(world, signed, receipt, count)
    assert dict(tx.events["TitlePledged"]) == {
        "loanId": 1, "asset": warehousereceipts, "tokenId": receipt, "assetKey": lot, "value": GOODS,
    }  # fmt: skip
    assert (warehousereceipts.ownerOf(receipt), cash.balanceOf(supplier)) == (collateral, LENT)
    assert collateral.isNonceUsed(custodian, count[0][4])
    assert (collateral.valueAt(1, TONNE), collateral.priceOf(1)) == (FACE, TONNE)
    assert world.loan_view(1)["overNotes"] is False
    assert collateral.titlesOf(1) == (warehousereceipts, (receipt,))


def test_a_part_of_a_note(world, receivables, collateral, supplier):
    """K2: the rest stays with the borrower, free."""
    receivable, note = world.note()
    signed = world.loan_quote(receivable, value=FACE // 2)
    tx = execute(world, signed, note, amount=FACE // 4)
    child = tx.events["TitlePledged"]["tokenId"]
    assert child != note
    assert (receivables.ownerOf(child), receivables.ownerOf(note)) == (collateral, supplier)
    assert world.value(child, note) == [FACE // 2, FACE // 2]
    assert (collateral.loanIdOf(receivables, child), collateral.loanIdOf(receivables, note)) == (1, 0)


def test_a_part_of_the_goods(world, warehousereceipts, collateral, supplier):
    """K2, W3."""
    lot, receipt = world.receipt()
    world.publish(TONNE)
    tx = execute(world, world.goods_quote(lot, value=GOODS // 4), receipt, world.count(receipt), amount=FACE // 8)
    child = tx.events["TitlePledged"]["tokenId"]
    assert (warehousereceipts.ownerOf(child), warehousereceipts.ownerOf(receipt)) == (collateral, supplier)
    assert world.quantities(child, receipt) == [GOODS // 4, GOODS * 3 // 4]
    assert collateral.valueAt(1, TONNE) == FACE // 4


def test_it_binds_to_the_claim_and_not_to_a_token(world, receivables, collateral, supplier):
    """K1: whichever note of the claim the borrower has."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, supplier, FACE // 2)
    execute(world, world.loan_quote(receivable, value=FACE // 2), child, amount=1)
    assert receivables.ownerOf(child) == collateral


def test_whoever_wants_to_be_asked_signed_already(world, participants, receivables, collateral, bank, supplier):
    """N8: escrow is not asked whether it accepts."""
    participants.wantAcceptance(True, {"from": bank})
    _, note = world.loan()
    assert receivables.noteOf(note).dict()["acceptBy"] == 0


@pytest.mark.parametrize("caller", ["thief", "bank", "stranger"])
def test_only_the_borrower(world, loans, supplier, caller):
    """K2."""
    receivable, note = world.note()
    account = getattr(world, caller)
    with refused("NotTheBorrower", 0, account):
        execute(world, world.loan_quote(receivable), note, sender=account)


FIELDS = {
    "assetKey": 2, "documentHash": digest("x"), "value": FACE - 1, "currency": EUR, "limit": LIMIT_OF_LOAN + 1,
    "rateBps": 599, "penaltyBps": 899, "maturityAt": 2**31, "graceDays": 255, "advanceBps": 7_001, "callBps": 8_001,
    "liquidationBps": 9_001, "cureSeconds": 2**32 - 1, "reservePrice": 1, "order": 2, "nonce": 10**9, "deadline": 2**40,
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_nothing_is_changed_on_the_way(world, loans, bank, MockCash, field):
    """K1, S1: every word of a quote is signed."""
    world.euros(MockCash)
    receivable, note = world.note()
    quote, signature = world.loan_quote(receivable)
    words = dict(zip(world_fields(), quote, strict=True))
    value = now() + 90 * DAY if field == "maturityAt" else FIELDS[field]
    changed = tuple((words | {field: value}).values())
    with refused("InvalidSignature", bank, loans.quoteDigest.call(changed)):
        execute(world, (changed, signature), note)


def world_fields():
    from tests.contracts.world import LOAN_QUOTE

    return LOAN_QUOTE


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("limit", {"limit": 0}),
        ("limit", {"limit": 2**63}),
        ("rateBps", {"rateBps": 10_001}),
        ("penaltyBps", {"penaltyBps": 10_001}),
        ("advanceBps", {"advanceBps": 0}),
        ("advanceBps", {"advanceBps": 8_000}),
        ("callBps", {"callBps": 9_000}),
        ("liquidationBps", {"liquidationBps": 10_001}),
        ("cureSeconds", {"cureSeconds": 0}),
        ("reservePrice", {"reservePrice": 0}),
        ("currency", {"currency": EUR}),
    ],
    ids=str,
)
def test_terms_that_make_no_sense(world, field, changed):
    """K1, K4: the bands rise; a rate is no more than the whole a year; a currency has its token."""
    receivable, note = world.note()
    with refused("InvalidTerms", clause(field)):
        execute(world, world.loan_quote(receivable, **changed), note)


@pytest.mark.parametrize("offset", [0, 1, 3_660 * DAY, 3_660 * DAY + 1])
def test_the_maturity_is_ahead(world, offset):
    """K1: after this second, and within ten years."""
    receivable, note = world.note()
    second = now() + 100
    signed = world.loan_quote(receivable, maturityAt=second + offset)
    if offset in (1, 3_660 * DAY):
        with at(second):
            execute(world, signed, note)
    else:
        with at(second), refused("InvalidTerms", clause("maturityAt")):
            execute(world, signed, note)


@pytest.mark.parametrize("changed", [{"rateBps": 10_000, "penaltyBps": 10_000, "liquidationBps": 10_000}, {"rateBps": 0, "penaltyBps": 0, "graceDays": 0}], ids=["most", "least"])  # fmt: skip
def test_the_edges_are_good(world, loans, changed):
    """K1, K4."""
    loan, _ = world.loan(**changed)
    assert world.debt(loan) == (0, 0, LENT * changed["rateBps"] // 3_600_000, LENT)


@pytest.mark.parametrize("over", [False, True])
def test_no_more_than_the_advance(world, over):
    """K4: with the first day's interest: 69,988,335 and 11,664.72 of interest are 70 per cent of a hundred million."""
    receivable, note = world.note()
    most = 69_988_335
    assert most + most * 600 // 3_600_000 == 69_999_999
    signed = world.loan_quote(receivable)
    if over:
        with refused("LtvTooHigh", 7_001, 7_000):
            execute(world, signed, note, amount=most + 2)
    else:
        execute(world, signed, note, amount=most)
        assert world.loans.ltvAt(1, 10_000) == 7_000


def test_no_more_than_the_limit(world):
    """K1, K7."""
    receivable, note = world.note()
    signed = world.loan_quote(receivable, limit=100)
    with refused("LimitExceeded", 101, 100):
        execute(world, signed, note, amount=101)
    with refused("InvalidAmount", 0, 100):
        execute(world, signed, note, amount=0)
    execute(world, signed, note, amount=100)


@pytest.mark.parametrize("late", [False, True])
def test_in_time(world, late):
    """K1, S1: the deadline is inclusive."""
    receivable, note = world.note()
    deadline = now() + 500
    signed = world.loan_quote(receivable, deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            execute(world, signed, note)
    else:
        with at(deadline):
            execute(world, signed, note)


def test_the_lender_is_a_financier(world, mill):
    """K1, P5."""
    receivable, note = world.note()
    with refused("RoleMissing", mill, Role.FINANCIER):
        execute(world, world.loan_quote(receivable, financier=mill), note)


@pytest.mark.parametrize("party", ["supplier", "bank"])
def test_not_with_the_frozen(world, party):
    """K2, P3."""
    receivable, note = world.note()
    signed, account = world.loan_quote(receivable), getattr(world, party)
    world.freeze(account)
    with refused("Frozen", account):
        execute(world, signed, note)


def test_other_kinds_of_title(world, loans, cash, admin, MockAsset):
    """K1: what Collateral does not know cannot be pledged."""
    receivable, note = world.note()
    forged = MockAsset.deploy({"from": admin})
    quote, signature = world.loan_quote(receivable)
    for asset in (forged.address, cash.address, ZERO):
        with refused("UnknownAsset", asset):
            execute(world, (quote[:2] + (asset,) + quote[3:], signature), note)


def test_another_claim_than_the_quotes(world):
    """K1: nor another document behind it."""
    good, _ = world.note()
    bad, note = world.note(obligor=world.dealer)
    with refused("WrongClaim", note, bad, digest(f"document {bad}")):
        execute(world, world.loan_quote(good), note)
    with refused("WrongClaim", note, bad, digest(f"document {bad}")):
        execute(world, world.loan_quote(bad, documentHash=digest("x")), note)


def test_another_lot_than_the_quotes(world, warehousereceipts):
    """K1, K2: commodity, place and lot are those of the quote."""
    good, _ = world.receipt()
    bad, receipt = world.receipt(commodity=clause("SAND"))
    world.publish(TONNE)
    document = bytes(warehousereceipts.lotOf(bad).dict()["documentHash"])
    with refused("WrongLot", receipt, bad, document):
        execute(world, world.goods_quote(good), receipt, world.count(receipt))


def test_not_more_than_the_note(world):
    """K2, N2: and the nonce is not spent by the attempt."""
    receivable, note = world.note()
    signed = world.loan_quote(receivable, value=FACE + 1)
    with refused("InsufficientValue", note, FACE, FACE + 1):
        execute(world, signed, note)
    assert world.loans.isNonceUsed(world.bank, signed[0][-2]) is False


def test_in_another_money(world, MockCash):
    """K2: a debt and its title are in one currency."""
    world.euros(MockCash)
    receivable, note = world.note()
    with refused("WrongCurrency", CNY, EUR):
        execute(world, world.loan_quote(receivable, currency=EUR), note)
    lot, receipt = world.receipt()
    with refused("WrongCurrency", CNY, EUR):
        execute(world, world.goods_quote(lot, currency=EUR), receipt, world.count(receipt))


def test_without_the_borrowers_approval(world, receivables, collateral, supplier):
    """K2."""
    receivable, note = world.note()
    receivables.setApprovalForAll(collateral, False, {"from": supplier})
    with refused("NotAuthorised", note, collateral):
        execute(world, world.loan_quote(receivable), note)


def test_without_the_money(world, loans, cash, receivables, supplier, bank):
    """K2: no cash, no title."""
    receivable, note = world.note()
    signed = world.loan_quote(receivable)
    cash.approve(loans, LENT - 1, {"from": bank})
    with refused("ERC20InsufficientAllowance", loans, LENT - 1, LENT):
        execute(world, signed, note)
    assert receivables.ownerOf(note) == supplier


def test_without_a_price(world):
    """K2, O3: before any was published, and once it is too old."""
    lot, receipt = world.receipt()
    signed = world.goods_quote(lot, deadline=now() + 10 * DAY)
    with refused("NoGoodPrice", 1):
        execute(world, signed, receipt, world.count(receipt))
    world.publish(TONNE)
    observed = now()
    published = world.prices.lastOf(world.feed())[1]
    assert observed >= published
    count = world.count(receipt, countedAt=published + 2 * DAY - 10, deadline=now() + 10 * DAY)
    with at(published + 2 * DAY + 1), refused("NoGoodPrice", 1):
        execute(world, signed, receipt, count)


def test_at_the_last_second_of_a_price(world):
    """K2, L7, O3: up to and including 48 hours."""
    lot, receipt = world.receipt()
    world.publish(TONNE)
    published = world.prices.lastOf(world.feed())[1]
    second = published + 2 * DAY
    signed = world.goods_quote(lot, deadline=second)
    count = world.count(receipt, countedAt=second - 10, deadline=second)
    with at(second):
        execute(world, signed, receipt, count)


def test_not_after_the_cut_off(world):
    """N1: a note that cannot move cannot be pledged."""
    receivable, note = world.note()
    cut_off = world.view(receivable)["cutOffAt"]
    signed = world.loan_quote(receivable, deadline=cut_off, maturityAt=cut_off + DAY)
    with at(cut_off), refused("AfterCutOff", receivable, cut_off):
        execute(world, signed, note)


def test_the_contract_and_the_wallet_read_the_same(world, loans, collateral, enforcement):
    """S1: the digests of the chain are EIP-712's own, word for word."""
    from eth_utils import keccak

    from tests.contracts.world import BID, COUNT, LOAN_QUOTE

    receivable, _ = world.note()
    _, receipt = world.receipt()
    for contract, kind, fields, values, digest_of in (
        (loans, "Quote", LOAN_QUOTE, world.loan_quote(receivable)[0], loans.quoteDigest),
        (collateral, "Count", COUNT, world.count(receipt)[0], collateral.countDigest),
        (enforcement, "Bid", BID, world.bid_of(1, 5)[0], enforcement.bidDigest),
    ):
        message = world.message(contract, kind, fields, dict(zip(fields, values, strict=True)))
        assert bytes(digest_of(values)) == keccak(b"\x19" + message.version + message.header + message.body)


def test_unknown_loans(world, loans, enforcement, supplier):
    """K1: what there is not, is named."""
    for act in (
        lambda: loans.loanOf(7),
        lambda: loans.debtOf(7),
        lambda: loans.draw(7, 1, {"from": supplier}),
        lambda: loans.repay(7, 1, {"from": supplier}),
        lambda: loans.applyProceeds(7, {"from": supplier}),
        lambda: loans.waive(7, {"from": supplier}),
        lambda: enforcement.openSale(7, DAY, {"from": supplier}),
        lambda: enforcement.closeSale(7, {"from": supplier}),
    ):
        with refused("UnknownLoan", 7):
            act()
