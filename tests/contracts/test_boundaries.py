"""The edges of time and money: the least and the most, the shortest and the longest, a leap day, every last second."""

from datetime import UTC, datetime

import pytest

from tests.contracts.world import CUT_OFF, DAY, FACE, GRACE, Status, at, clause, now, refused, wait_until


def test_a_leap_day(world, receivables, repayments, cash, supplier, mill):
    """R7: due at the last second of 29 February 2028: cut-off, grace and penalty are counted in days of 86,400 s."""
    maturity = int(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC).timestamp())
    wait_until(maturity - 200 * DAY)
    receivable, root = world.note(maturityAt=maturity)
    assert world.view(receivable)["cutOffAt"] == int(datetime(2028, 2, 27, 23, 59, 59, tzinfo=UTC).timestamp())
    assert world.grace_end(receivable) == int(datetime(2028, 3, 5, 23, 59, 59, tzinfo=UTC).timestamp())
    with at(maturity - CUT_OFF - 1):
        world.endorse(root, supplier, mill, FACE)
    with at(maturity):
        world.repay(receivable, FACE // 2)
    with at(int(datetime(2028, 3, 7, tzinfo=UTC).timestamp())):
        world.repay(receivable, FACE)
    assert world.view(receivable)["status"] == Status.REPAID
    penalty = repayments.accountOf(receivable).dict()["penaltyPaid"]
    assert penalty == (FACE // 2) * 5 * 2 // 10_000
    world.allot(receivable)
    world.redeem_all(receivable)
    assert cash.balanceOf(mill) == FACE + penalty


@pytest.mark.parametrize(("begins", "ends"), [((2027, 3, 1), (2028, 3, 1)), ((2028, 3, 1), (2029, 3, 2))])
def test_the_longest_tenor_over_a_leap_day_and_not(world, begins, ends):
    """L3: 366 days of 86,400 s: a year with its leap day, or a year and a day; a second more is not taken."""
    begin, end = (int(datetime(*day, tzinfo=UTC).timestamp()) for day in (begins, ends))
    with at(begin):
        assert world.register(maturityAt=end) == 1
    with at(begin + 1), refused("PolicyRefused", clause("tenor.max"), end + 2, end + 1):
        world.register(maturityAt=end + 2)


def test_a_tenor_of_one_day(world, receivables, repayments, supplier, mill):
    """L3, N1: shorter than the cut-off: it can be confirmed and paid, and never travels."""
    second = now() + 100
    with at(second):
        receivable = world.register(maturityAt=second + DAY)
    note = world.confirm(receivable)
    cut_off = second + DAY - CUT_OFF
    assert world.view(receivable)["cutOffAt"] == cut_off < second
    with refused("AfterCutOff", receivable, cut_off):
        receivables.endorse(note, mill, 1, False, {"from": supplier})
    with at(second + DAY):
        world.repay(receivable, 3)
    world.allot(receivable)
    assert world.redeem_all(receivable) == 3


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_every_deadline_of_a_receivable(world, receivables, repayments, adjustments, supplier, mill, offset):
    """R5, N1, M4, X1: the second before, at and after confirmBy, cut-off, maturity and the end of grace."""
    waiting = world.register(maturityAt=now() + 200 * DAY)
    confirm_by = world.view(waiting)["confirmBy"]
    signed = world.confirmation(waiting, deadline=confirm_by + DAY)
    if offset <= 0:
        with at(confirm_by + offset):
            root = receivables.confirm(*signed, {"from": supplier}).return_value
    else:
        with at(confirm_by + offset), refused("ConfirmationTooLate", waiting, confirm_by):
            receivables.confirm(*signed, {"from": supplier})
        waiting, root = world.note(maturityAt=now() + 200 * DAY)
    cut_off, maturity, grace_end = world.view(waiting)["cutOffAt"], world.maturity(waiting), world.grace_end(waiting)
    assert (maturity - cut_off, grace_end - maturity) == (CUT_OFF, GRACE)
    if offset < 0:
        with at(cut_off + offset):
            root = world.endorse(root, supplier, mill, FACE, recourse=True)
    else:
        with at(cut_off + offset), refused("AfterCutOff", waiting, cut_off):
            receivables.endorse(root, mill, 1, True, {"from": supplier})
    world.repay(waiting, 1)
    if offset < 0:
        with at(maturity + offset), refused("NotYetMature", waiting, maturity):
            repayments.allot(waiting, [root], {"from": mill})
    else:
        with at(maturity + offset):
            repayments.allot(waiting, [root], {"from": mill})
        world.redeem_all(waiting)
    holder = mill if offset < 0 else supplier
    if offset <= 0:
        with at(grace_end + offset), refused("NotInDefault", waiting, grace_end):
            repayments.writeOff(root, {"from": holder})
        assert world.due(waiting)[0] == 0
    else:
        with at(grace_end + offset):
            repayments.writeOff(root, {"from": holder})
        assert world.due(waiting)[0] == (FACE - 1) * 5 // 10_000


def test_one_fen_all_the_way(world, repayments, adjustments, cash, supplier, mill, bank):
    """R1, N2, M4: registered, confirmed, endorsed, sold, disputed, paid and redeemed: a single fen."""
    receivable, root = world.note(face=1)
    child = world.endorse(root, supplier, mill, 1, recourse=True)
    world.dispute(receivable, 1)
    assert adjustments.lockedOf(child) == 1
    adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": world.regulator})
    world.repay(receivable, 1)
    repayments.redeem(child, {"from": bank})
    assert (cash.balanceOf(mill), cash.balanceOf(repayments)) == (1, 0)


def test_as_many_notes_of_a_fen_as_there_may_be(world, receivables, repayments, cash, supplier, mill):
    """L4, M4: twelve, each of one fen; eleven fen come in, and the highest number goes without."""
    receivable, root = world.note(face=12)
    receivables.endorseMany(root, [(mill, 1, False)] * 11, {"from": supplier})
    notes = world.notes(receivable)
    assert world.value(*notes) == [1] * 12
    world.repay(receivable, 11)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.redeem_all(receivable)
    assert world.value(*notes) == [0] * 11 + [1]
    world.repay(receivable, 1)
    world.redeem_all(receivable)
    assert (cash.balanceOf(repayments), cash.balanceOf(mill)) == (0, 11)


@pytest.mark.parametrize("face", [10**15, 2**63 - 1])
def test_the_largest_claim_through_a_dispute_and_a_division(world, adjustments, repayments, cash, supplier, mill, face):
    """L1, J5, M4: the most that policy allows here, and the most that any policy may allow."""
    cash.setCap(2**64 - 1, {"from": world.admin})
    cash.attestReserve(2**64 - 1, b"\1" * 32, {"from": world.attestor})
    world.give(world.obligor, face)
    world.change_limits(maxFaceValue=face)
    world.limit(world.obligor, 2**64 - 1)
    receivable, root = world.note(face=face)
    child = world.endorse(root, supplier, mill, face // 3)
    world.dispute(receivable, face - 1)
    assert [adjustments.lockedOf(note) for note in (root, child)] == [face - face // 3, face // 3 - 1]
    documents = world.resolution(receivable, face // 2)
    adjustments.resolve(*documents, [root], {"from": world.stranger})
    assert world.value(root, child) == [face - face // 3 - face // 2, face // 3]
    owed = face - face // 2
    world.repay(receivable, owed - 1)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.redeem_all(receivable)
    world.repay(receivable, 1)
    world.redeem_all(receivable)
    assert [cash.balanceOf(party) for party in (supplier, mill)] == [face - face // 3 - face // 2, face // 3]
    assert (cash.balanceOf(repayments), world.owed()) == (0, 0)


def test_zero_is_never_an_amount(world, receivables, repayments, adjustments, supplier, obligor, mill):
    """R1, R2, N2, M1, J2 to J5: each act that moves an amount refuses nothing at all, naming its limit."""
    receivable, root = world.note()
    for act, error, values in (
        (lambda: world.register(face=0), "InvalidAmount", (0, 2**64 - 1)),
        (lambda: receivables.endorse(root, mill, 0, False, {"from": supplier}), "InvalidAmount", (0, FACE)),
        (lambda: repayments.repay(receivable, 0, {"from": obligor}), "InvalidAmount", (0, FACE)),
        (lambda: repayments.makeGood(receivable, 0, {"from": obligor}), "NothingDue", (receivable,)),
        (lambda: adjustments.payAssignor(receivable, 0, {"from": obligor}), "InvalidAmount", (0, FACE)),
        (lambda: world.credit(receivable, 0, [root]), "InvalidAmount", (0, FACE)),
        (lambda: world.dispute(receivable, 0), "InvalidAmount", (0, FACE)),
    ):
        with refused(error, *values):
            act()
