"""D1 and D2: the seller accepts a financier's signed quote: title one way, cash the other, or neither."""

import pytest

from tests.contracts.world import CNY, CUT_OFF, DAY, FACE, UNLIMITED, Role, Status, at, digest, levy_on, now, refused

PRICE = FACE - 15_000_00


def not_signed(settlement, quote):
    """The error for a signature that is not under this quote."""
    return "InvalidSignature", quote[0], settlement.quoteDigest.call(quote)


def test_title_and_cash_change_hands(world, receivables, cash, settlement, supplier, bank):
    """D2, D6: the whole note, without recourse: the token itself; the seller has the price less the levy."""
    receivable, note = world.note()
    before = cash.balanceOf(bank)
    quote, signature = world.quote(receivable)
    tx = settlement.settle(quote, signature, note, {"from": supplier})
    assert tx.return_value == note
    assert dict(tx.events["Settled"]) == {
        "financier": bank,
        "seller": supplier,
        "assetKey": receivable,
        "asset": receivables,
        "deliveredId": note,
        "value": FACE,
        "cash": cash,
        "price": PRICE,
        "withRecourse": False,
        "nonce": quote[9],
        "levy": levy_on(PRICE),
    }
    assert receivables.ownerOf(note) == bank
    assert before - cash.balanceOf(bank) == PRICE
    assert (cash.balanceOf(supplier), cash.balanceOf(world.reserve)) == (PRICE - levy_on(PRICE), levy_on(PRICE))
    assert cash.balanceOf(settlement) == 0
    assert settlement.isNonceUsed(bank, quote[9])


@pytest.mark.parametrize(("value", "recourse"), [(1, False), (FACE // 2, True), (FACE, True)])
def test_a_part_or_recourse_makes_a_child(world, receivables, settlement, supplier, bank, value, recourse):
    """D2, N2: the seller keeps the rest, and stays liable where it said so."""
    receivable, note = world.note()
    signed = world.quote(receivable, value=value, withRecourse=recourse, price=value)
    tx = settlement.settle(*signed, note, {"from": supplier})
    child = receivables.noteOf(tx.events["NoteEndorsed"]["childId"]).dict()
    assert (child["holder"], child["value"], child["parentId"], child["withRecourse"]) == (bank, value, note, recourse)
    assert child["endorserId"] == world.participants.participantOf(supplier)[0]
    assert receivables.balanceOf["uint256"](note) == FACE - value


@pytest.mark.parametrize("price", [0, 1, FACE + 1])
def test_the_price_is_theirs_to_agree(world, cash, settlement, supplier, price):
    """D1: a gift, a fen, more than the face."""
    receivable, note = world.note()
    settlement.settle(*world.quote(receivable, price=price), note, {"from": supplier})
    assert cash.balanceOf(supplier) == price - levy_on(price)


def test_a_quote_fits_whichever_note_the_seller_has(world, receivables, settlement, supplier, bank):
    """D1: it names the claim and the seller, not a token."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, supplier, 600)
    settlement.settle(*world.quote(receivable, value=600, price=500), child, {"from": supplier})
    assert receivables.ownerOf(child) == bank


@pytest.mark.parametrize("caller", ["thief", "bank", "stranger"])
def test_only_the_seller_accepts(world, settlement, supplier, caller):
    """D2: a quote seen in the open cannot be accepted in the seller's place, nor by the financier itself."""
    receivable, note = world.note()
    signed, account = world.quote(receivable), getattr(world, caller)
    with refused("NotTheSeller", supplier, account):
        settlement.settle(*signed, note, {"from": account})


def test_a_thief_cannot_put_itself_in(world, settlement, supplier, thief):
    """D1, S1: the seller is one of the words that are signed."""
    receivable, note = world.note()
    quote, signature = world.quote(receivable)
    stolen = (quote[0], thief.address, *quote[2:])
    with refused(*not_signed(settlement, stolen)):
        settlement.settle(stolen, signature, note, {"from": thief})


@pytest.mark.parametrize(
    ("position", "value"),
    [(3, 2), (4, digest("x")), (5, FACE - 1), (7, FACE + 1), (8, True), (9, 999), (10, 2**40)],
    ids=["assetKey", "documentHash", "value", "price", "withRecourse", "nonce", "deadline"],
)
def test_nothing_is_changed_on_the_way(world, settlement, supplier, position, value):
    """D1, S1: every word of a quote is signed."""
    receivable, note = world.note()
    quote, signature = world.quote(receivable)
    changed = (*quote[:position], value, *quote[position + 1 :])
    with refused(*not_signed(settlement, changed)):
        settlement.settle(changed, signature, note, {"from": supplier})


@pytest.mark.parametrize("position", [2, 6], ids=["asset", "cash"])
def test_nor_the_contracts(world, settlement, supplier, admin, MockAsset, position):
    """D1, S1: a forged asset would take the cash for nothing, forged cash the title."""
    receivable, note = world.note()
    forged = MockAsset.deploy({"from": admin})
    quote, signature = world.quote(receivable)
    changed = (*quote[:position], forged.address, *quote[position + 1 :])
    with refused(*not_signed(settlement, changed)):
        settlement.settle(changed, signature, note, {"from": supplier})


def test_in_another_financiers_name(world, settlement, supplier, thief, bank):
    """D1, S1: a thief does not spend the bank's money."""
    receivable, note = world.note()
    quote, signature = world.quote(receivable, signer=thief)
    with refused(*not_signed(settlement, quote)):
        settlement.settle(quote, signature, note, {"from": supplier})


def test_once(world, settlement, receivables, supplier, bank):
    """D2, S2: a quote for one note does not buy two."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, supplier, FACE // 2)
    quote, signature = world.quote(receivable, value=FACE // 2, price=1)
    settlement.settle(quote, signature, child, {"from": supplier})
    with refused("NonceAlreadyUsed", bank, quote[9]):
        settlement.settle(quote, signature, root, {"from": supplier})


def test_one_of_two_quotes(world, settlement, supplier, bank):
    """D1: two quotes with one nonce are one offer in two forms: whichever is taken ends the other."""
    receivable, note = world.note()
    first = world.quote(receivable, value=100, price=90)
    second = world.quote(receivable, value=200, price=181, nonce=first[0][9])
    settlement.settle(*second, note, {"from": supplier})
    with refused("NonceAlreadyUsed", bank, first[0][9]):
        settlement.settle(*first, note, {"from": supplier})


@pytest.mark.parametrize("late", [False, True])
def test_in_time(world, settlement, supplier, late):
    """D1, S1: the deadline is inclusive."""
    receivable, note = world.note()
    deadline = now() + 500
    signed = world.quote(receivable, deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            settlement.settle(*signed, note, {"from": supplier})
    else:
        with at(deadline):
            settlement.settle(*signed, note, {"from": supplier})


def test_the_buyer_is_a_financier(world, settlement, supplier, mill):
    """D2, P5: buying claims is a financier's business."""
    receivable, note = world.note()
    with refused("RoleMissing", mill, Role.FINANCIER):
        settlement.settle(*world.quote(receivable, financier=mill), note, {"from": supplier})


@pytest.mark.parametrize("party", ["supplier", "bank"])
def test_not_with_the_frozen(world, settlement, supplier, party):
    """D2, P3: neither seller nor buyer."""
    receivable, note = world.note()
    signed, account = world.quote(receivable), getattr(world, party)
    world.freeze(account)
    with refused("Frozen", account):
        settlement.settle(*signed, note, {"from": supplier})


@pytest.mark.parametrize(("value", "recourse"), [(FACE, False), (FACE, True), (1, False)])
def test_not_anothers_note(world, settlement, thief, supplier, value, recourse):
    """D2: whoever accepts delivers its own: a thief with a financier of its own does not sell it the note of somebody
    who has approved the settlement, neither the whole nor a part."""
    receivable, root = world.note()
    quote = world.quote(receivable, financier=thief, seller=thief, value=value, withRecourse=recourse, price=0)
    with refused("WrongHolder", root, supplier, thief):
        settlement.settle(*quote, root, {"from": thief})


def test_not_another_claim(world, settlement, supplier):
    """D1: a good quote does not buy a bad debt."""
    good, _ = world.note()
    bad, note = world.note(obligor=world.dealer)
    with refused("WrongClaim", note, bad, digest(f"document {bad}")):
        settlement.settle(*world.quote(good), note, {"from": supplier})


def test_not_more_than_the_note(world, settlement, supplier):
    """D2, N2: and the nonce is not spent by the attempt."""
    receivable, note = world.note()
    signed = world.quote(receivable, value=FACE + 1)
    with refused("InsufficientValue", note, FACE, FACE + 1):
        settlement.settle(*signed, note, {"from": supplier})
    assert settlement.isNonceUsed(world.bank, signed[0][9]) is False


def test_without_the_sellers_approval(world, receivables, settlement, supplier):
    """D2: the settlement moves only what its holder let it move."""
    receivable, note = world.note()
    receivables.setApprovalForAll(settlement, False, {"from": supplier})
    signed = world.quote(receivable)
    with refused("NotAuthorised", note, settlement):
        settlement.settle(*signed, note, {"from": supplier})
    receivables.approve["address,uint256"](settlement, note, {"from": supplier})
    settlement.settle(*signed, note, {"from": supplier})


def test_an_allowance_of_value_is_not_that_approval(world, receivables, settlement, supplier):
    """D2, ERC-3525."""
    receivable, note = world.note()
    receivables.setApprovalForAll(settlement, False, {"from": supplier})
    receivables.approve["uint256,address,uint256"](note, settlement, UNLIMITED, {"from": supplier})
    with refused("NotAuthorised", note, settlement):
        settlement.settle(*world.quote(receivable), note, {"from": supplier})


def test_without_the_money(world, receivables, cash, settlement, supplier, bank, fund):
    """D2: no cash, no title."""
    receivable, note = world.note()
    signed = world.quote(receivable)
    levy = levy_on(PRICE)
    cash.approve(settlement, PRICE - 1, {"from": bank})
    with refused("ERC20InsufficientAllowance", settlement, PRICE - 1 - levy, PRICE - levy):
        settlement.settle(*signed, note, {"from": supplier})
    cash.approve(settlement, UNLIMITED, {"from": bank})
    cash.transfer(fund, cash.balanceOf(bank), {"from": bank})
    with refused("ERC20InsufficientBalance", bank, 0, levy):
        settlement.settle(*signed, note, {"from": supplier})
    assert receivables.ownerOf(note) == supplier


def test_not_with_frozen_money(world, cash, settlement, regulator, supplier, bank):
    """D2, C6."""
    receivable, note = world.note()
    balance = cash.balanceOf(bank)
    levy = levy_on(PRICE)
    cash.setFrozenTokens(bank, balance - PRICE + 1, {"from": regulator})
    with refused("ERC7943InsufficientUnfrozenBalance", bank, PRICE - levy, PRICE - 1 - levy):
        settlement.settle(*world.quote(receivable), note, {"from": supplier})


def test_not_after_the_cut_off_nor_when_paid(world, settlement, supplier):
    """D2, N1."""
    receivable, note = world.note()
    cut_off = world.maturity(receivable) - CUT_OFF
    signed = world.quote(receivable, deadline=cut_off + DAY)
    with at(cut_off), refused("AfterCutOff", receivable, cut_off):
        settlement.settle(*signed, note, {"from": supplier})
    world.repay(receivable)
    with refused("WrongStatus", receivable, Status.REPAID):
        settlement.settle(*signed, note, {"from": supplier})


def test_a_token_that_comes_back(world, settlement, supplier, bank, admin, MockCash):
    """D2: cash that calls back as it moves finds the door shut."""
    receivable, note = world.note()
    money = MockCash.deploy(CNY, {"from": admin})
    money.print(bank, FACE, {"from": admin})
    money.approve(settlement, FACE, {"from": bank})
    signed = world.quote(receivable, cash=money, value=FACE // 2, price=1)
    money.arm(settlement, settlement.settle.encode_input(*signed, note), {"from": admin})
    with refused("ReentrancyGuardReentrantCall"):
        settlement.settle(*signed, note, {"from": supplier})


def test_an_asset_that_comes_back(world, settlement, supplier, bank, admin, MockAsset):
    """D2: nor does a title that calls back as it is delivered get in, by either door."""
    receivable, note = world.note()
    asset = MockAsset.deploy({"from": admin})
    signed = world.quote(receivable, asset=asset)
    confirmation = world.confirmation(world.register())
    for call in (
        settlement.settle.encode_input(*signed, note),
        settlement.confirmAndSettle.encode_input(*confirmation, *signed),
    ):
        asset.arm(settlement, call, {"from": admin})
        with refused("ReentrancyGuardReentrantCall"):
            settlement.settle(*signed, note, {"from": supplier})


def test_cash_that_says_nothing(world, settlement, supplier, stranger):
    """D2: an account without code is no cash."""
    receivable, note = world.note()
    with refused("SafeERC20FailedOperation", stranger):
        settlement.settle(*world.quote(receivable, cash=stranger), note, {"from": supplier})
