"""Failures that other systems have had: each is tried here, and refused or shown to be impossible."""

import pytest

from tests.contracts.world import CNY, DAY, FACE, PENALTY_BPS, Status, at, refused, wait_until

WHOLE = "address,address,uint256"
A_DAY = FACE * PENALTY_BPS // 10_000


def test_to_settle_twice(world, settlement, cash, supplier, bank):
    """D2, S2: the same quote, again and with another note."""
    receivable, root = world.note()
    own = world.endorse(root, supplier, supplier, FACE // 2)
    signed = world.quote(receivable, value=FACE // 2, price=100)
    settlement.settle(*signed, own, {"from": supplier})
    before = cash.balanceOf(bank)
    for note in (own, root):
        with refused("NonceAlreadyUsed", bank, signed[0][9]):
            settlement.settle(*signed, note, {"from": supplier})
    assert cash.balanceOf(bank) == before


def test_to_divide_the_same_money_twice(world, repayments, supplier, mill):
    """M4: while the first division is open and after it."""
    receivable, root = world.note()
    world.endorse(root, supplier, mill, FACE // 2)
    world.repay(receivable, 100)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 2):
        world.allot(receivable)
    assert world.redeem_all(receivable) == 100
    with refused("NothingToAllot", receivable):
        world.allot(receivable)


def test_to_settle_when_half_is_repaid(world, settlement, repayments, cash, receivables, supplier, bank):
    """D2, M4: the note still says its whole value, and the half that has come in belongs to whoever holds it: the buyer
    has it at maturity, and the seller nothing of it."""
    receivable, note = world.note()
    world.repay(receivable, FACE // 2)
    settlement.settle(*world.quote(receivable), note, {"from": supplier})
    sold = cash.balanceOf(supplier)
    before = cash.balanceOf(bank)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.redeem_all(receivable)
    assert (cash.balanceOf(bank) - before, cash.balanceOf(supplier)) == (FACE // 2, sold)
    with refused("WrongHolder", note, bank, supplier):
        receivables.transferFrom[WHOLE](supplier, bank, note, {"from": bank})


def test_to_sell_what_was_paid_out(world, settlement, receivables, supplier):
    """D2, N1: after maturity nothing is sold, whatever is left of the value."""
    receivable, note = world.note()
    world.repay(receivable, FACE // 2)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.redeem_all(receivable)
    cut_off = world.view(receivable)["cutOffAt"]
    with refused("AfterCutOff", receivable, cut_off):
        settlement.settle(*world.quote(receivable, value=FACE // 2), note, {"from": supplier})


@pytest.mark.parametrize("caller", ["stranger", "thief", "supplier", "mill"])
def test_to_lock_or_unlock_by_a_stranger(world, adjustments, receivables, caller):
    """J5, J6: neither a dispute in the obligor's name nor the end of one without both words or an order."""
    receivable, root = world.note()
    account = getattr(world, caller)
    with refused(*(("UnknownParticipant", account) if caller == "stranger" else ("RoleMissing", account, 2))):
        adjustments.dispute(receivable, 1, "", [root], {"from": account})
    world.dispute(receivable, 10)
    with refused("AccessManagedUnauthorized", account):
        adjustments.resolveByOrder(receivable, 0, b"\1" * 32, [root], {"from": account})
    for status in (Status.CONFIRMED, Status.REPAID):
        with refused("NotASibling", account):
            receivables.setStatus(receivable, status, {"from": account})
    assert adjustments.lockedOf(root) == 10


def test_to_act_with_someone_elses_from(world, receivables, cash, settlement, repayments, supplier, bank, thief):
    """N3, C5, D2: whoever is named as giver must be the holder and must have allowed it."""
    receivable, note = world.note()
    document = world.view(receivable)["documentHash"]
    for act in (
        lambda: receivables.transferFrom[WHOLE](supplier, thief, note, {"from": thief}),
        lambda: receivables.deliver(note, receivable, document, supplier, thief, FACE, False, {"from": thief}),
        lambda: receivables.endorse(note, thief, 1, False, {"from": thief}),
    ):
        with refused("NotAuthorised", note, thief):
            act()
    with refused("ERC20InsufficientAllowance", thief, 0, 1):
        cash.transferFrom(bank, thief, 1, {"from": thief})
    with refused("NotTheSeller", supplier, thief):
        settlement.settle(*world.quote(receivable), note, {"from": thief})
    with refused("ERC20InsufficientAllowance", repayments, 0, 1):  # whoever pays pays itself
        repayments.repay(receivable, 1, {"from": thief})


def test_to_use_an_approval_of_the_one_for_the_note_of_another(world, receivables, thief, supplier, mill):
    """N1: an operator of the thief's own notes reaches no others."""
    _, note = world.note()
    receivables.setApprovalForAll(mill, True, {"from": thief})
    with refused("NotAuthorised", note, mill):
        receivables.transferFrom[WHOLE](thief, mill, note, {"from": mill})


@pytest.mark.parametrize("how", ["giver", "taker", "dispute"])
def test_to_endorse_what_is_frozen(world, receivables, supplier, mill, how):
    """P3, J5: a frozen giver, a frozen taker, and value that a dispute locks."""
    receivable, note = world.note()
    if how == "dispute":
        world.dispute(receivable, FACE)
        with refused("NoteLocked", note, FACE):
            receivables.endorse(note, mill, 1, False, {"from": supplier})
        return
    frozen = supplier if how == "giver" else mill
    world.freeze(frozen)
    with refused("Frozen", frozen):
        receivables.endorse(note, mill, 1, False, {"from": supplier})
    with refused("Frozen", frozen):
        receivables.endorseMany(note, [(mill, 1, False)], {"from": supplier})


def test_to_redeem_twice(world, repayments, cash, supplier, mill, thief):
    """M5: by number, by batch, by a name twice in a batch; not out of what waits for others."""
    _, note = world.repaid()
    _, other = world.repaid()
    assert repayments.redeemMany([note, note], {"from": thief}).return_value == FACE
    with refused("NothingToRedeem", note):
        repayments.redeem(note, {"from": thief})
    assert repayments.redeemMany([note], {"from": thief}).return_value == 0
    assert (cash.balanceOf(supplier), cash.balanceOf(repayments), world.value(other)) == (FACE, FACE, [FACE])


@pytest.mark.parametrize("first", [1, 33, FACE // 3, FACE - 1])
@pytest.mark.parametrize("divided", [False, True])
def test_a_part_and_then_the_whole_leave_no_residue(world, repayments, cash, supplier, mill, bank, first, divided):
    """M1, M4, R10: odd parts and odd notes; when all is paid out there is nothing left, and nobody is short of a fen."""
    receivable, root = world.note()
    third, some = world.endorse(root, supplier, mill, FACE // 3), world.endorse(root, supplier, bank, 7)
    worth = dict(zip((root, third, some), world.value(root, third, some), strict=True))
    before = {party: cash.balanceOf(party) for party in (supplier, mill, bank)}
    world.repay(receivable, first)
    if divided:
        wait_until(world.maturity(receivable))
        world.allot(receivable)
        world.redeem_all(receivable)
    world.repay(receivable, FACE)
    world.redeem_all(receivable)
    assert cash.balanceOf(repayments) == 0
    got = [cash.balanceOf(party) - was for party, was in before.items()]
    assert got == list(worth.values())
    account = repayments.accountOf(receivable).dict()
    assert (account["repaid"], account["redeemed"], world.owed()) == (FACE, FACE, 0)


def test_a_payment_after_the_write_off_is_not_lost(world, repayments, cash, supplier, mill):
    """X4, X5: a part, then the rest, to the holder of then."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE)
    world.default(receivable)
    repayments.writeOff(child, {"from": mill})
    world.repay(receivable, A_DAY + 100)
    world.allot(receivable)
    world.redeem_all(receivable)
    assert cash.balanceOf(mill) == A_DAY + 100
    world.repay(receivable, FACE)
    world.redeem_all(receivable)
    assert (world.view(receivable)["status"], cash.balanceOf(mill)) == (Status.REPAID, A_DAY + FACE)


def test_the_penalty_keeps_its_base_when_a_part_is_repaid(world):
    """M3: neither forgotten for the days before, nor kept on the whole for the days after."""
    receivable, _ = world.note()
    end = world.grace_end(receivable)
    with at(end + 3 * DAY):
        world.repay(receivable, FACE // 2)
    left = FACE - (FACE // 2 - 3 * A_DAY)
    wait_until(end + 5 * DAY)
    assert world.due(receivable) == (left * PENALTY_BPS * 2 // 10_000, left, 0)


def test_a_payment_of_a_fen_a_day_does_not_shift_the_days(world):
    """M3: paying little and often neither adds a day nor saves one."""
    receivable, _ = world.note()
    end, taken = world.grace_end(receivable), 0
    for day in range(1, 5):
        for second in (1, DAY // 2, DAY):
            with at(end + (day - 1) * DAY + second):
                taken += world.repay(receivable, 1).return_value
    penalty, principal, _ = world.due(receivable)
    assert (penalty + taken, principal) == (4 * A_DAY, FACE)


def test_to_be_paid_by_a_freeze_that_comes_first(world, repayments, cash, mill, supplier):
    """M6: a holder frozen between division and payment stops nobody and loses nothing."""
    receivable, root = world.note()
    world.endorse(root, supplier, mill, FACE // 2)
    world.repay(receivable, 100)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.freeze(mill)
    assert world.redeem_all(receivable) == 100
    assert (cash.balanceOf(supplier), cash.balanceOf(mill), repayments.withheldOf(mill, CNY)) == (50, 0, 50)
    world.unfreeze(mill)
    repayments.payWithheld(mill, CNY, {"from": world.stranger})
    assert cash.balanceOf(mill) == 50


def test_to_get_round_the_levy_by_a_later_zero(world, receivables, settlement, reserve, bank, fund):
    """V2: cover bought dear does not outlive a sale for nothing."""
    _, note = world.note()
    world.sale(note, price=FACE)
    receivables.setApprovalForAll(settlement, True, {"from": bank})
    world.sale(note, seller=bank, financier=fund, price=1)
    assert reserve.insuredOf(note) == 1


def test_a_gift_to_the_paymaster_changes_nobodys_claim(world, repayments, cash, bank):
    """R10: cash that somebody sends there belongs to no receivable; it is neither divided nor lost to the books."""
    receivable, _ = world.note()
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    cash.transfer(repayments, 5, {"from": bank})
    assert world.allot(receivable).events["RepaymentAllotted"]["principal"] == 10
    world.redeem_all(receivable)
    assert cash.balanceOf(repayments) == 5
    cash.forcedTransfer(repayments, bank, 5, {"from": world.regulator})
