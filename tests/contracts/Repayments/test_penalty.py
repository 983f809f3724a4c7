"""M3: for each day begun after grace a penalty runs on what was due when the day began."""

import pytest

from tests.contracts.world import DAY, FACE, GRACE, PENALTY_BPS, Status, at, refused, wait_until

A_DAY = FACE * PENALTY_BPS // 10_000


def fen(principal, days):
    """The penalty on `principal` for so many days, rounded down."""
    return principal * PENALTY_BPS * days // 10_000


@pytest.mark.parametrize(
    ("after", "days"),
    [(-1, 0), (0, 0), (1, 1), (DAY - 1, 1), (DAY, 1), (DAY + 1, 2), (2 * DAY, 2), (2 * DAY + 1, 3), (365 * DAY, 365)],
)
def test_each_day_begun_after_grace(world, after, days):
    """M3: not in the last second of grace; one second later a whole day counts, and so at every boundary of a day."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable) + after):
        tx = world.repay(receivable, 1)
    taken = tx.events["ReceivableRepaid"]
    assert (taken["penalty"], taken["principal"]) == ((1, 0) if days else (0, 1))
    penalty, principal, _ = world.due(receivable)
    assert penalty + principal == FACE + days * A_DAY - 1


def test_grace_is_after_maturity(world):
    """M3, L5: five days here, as they were at the confirmation."""
    receivable, _ = world.note()
    assert world.grace_end(receivable) == world.maturity(receivable) + GRACE


def test_the_penalty_is_paid_first(world, repayments):
    """M1, Civil Code art. 561: a payment that is smaller than the penalty leaves the principal as it is."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable) + 1):
        tx = world.repay(receivable, A_DAY - 1)
    assert (tx.events["ReceivableRepaid"]["penalty"], tx.events["ReceivableRepaid"]["principal"]) == (A_DAY - 1, 0)
    assert world.due(receivable) == (1, FACE, 0)
    tx = world.repay(receivable, 11)
    assert (tx.events["ReceivableRepaid"]["penalty"], tx.events["ReceivableRepaid"]["principal"]) == (1, 10)
    assert (world.due(receivable), world.owed()) == ((0, FACE - 10, 0), FACE - 10)
    assert repayments.accountOf(receivable).dict()["penaltyPaid"] == A_DAY


def test_a_part_payment_lowers_it_for_later_days_only(world):
    """M3: the day that has begun counts on what was due when it began."""
    receivable, _ = world.note()
    half = FACE // 2
    with at(world.grace_end(receivable) + 10):
        world.repay(receivable, A_DAY + half)
    wait_until(world.grace_end(receivable) + DAY)
    assert world.due(receivable) == (0, half, 0)
    wait_until(world.grace_end(receivable) + DAY + 1)
    assert world.due(receivable) == (fen(half, 1), half, 0)
    wait_until(world.grace_end(receivable) + 3 * DAY)
    assert world.due(receivable) == (fen(half, 2), half, 0)


def test_a_part_payment_in_grace_lowers_it_from_the_first_day(world):
    """M3: in the last second of grace still."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable)):
        world.repay(receivable, FACE - 2_000)
    wait_until(world.grace_end(receivable) + 1)
    assert world.due(receivable) == (fen(2_000, 1), 2_000, 0)


def test_it_accrues_unrounded(world, repayments, stranger):
    """M3: 1,999 fen at 5 bps is 0.9995 fen a day: no fen after one day, one after two, 1,998 after 1,999 days less one;
    and asking every day does not lose what asking once would find."""
    receivable, _ = world.note(face=1_999)
    end = world.grace_end(receivable)
    for days, due in ((1, 0), (2, 1), (3, 2), (4, 3)):
        with at(end + days * DAY):
            repayments.accrue(receivable, {"from": stranger})
        assert world.due(receivable) == (due, 1_999, 0)
    wait_until(end + 1_998 * DAY)
    assert world.due(receivable) == (1_999 * 5 * 1_998 // 10_000, 1_999, 0)
    penalty = repayments.penaltyOf(receivable).dict()
    assert (penalty["accrued"], penalty["lateDays"]) == (4 * 1_999 * 5, 4)


def test_a_single_fen(world):
    """M3: owes its first fen of penalty after two thousand days."""
    receivable, _ = world.note(face=1)
    wait_until(world.grace_end(receivable) + 1_999 * DAY)
    assert world.due(receivable) == (0, 1, 0)
    wait_until(world.grace_end(receivable) + 1_999 * DAY + 1)
    assert world.due(receivable) == (1, 1, 0)


def test_a_fraction_is_forgiven_at_the_end(world):
    """M3, M7: less than a fen stops nobody from having paid."""
    receivable, _ = world.note(face=100)
    world.default(receivable)
    world.repay(receivable, 100)
    assert (world.view(receivable)["status"], world.due(receivable)) == (Status.REPAID, (0, 0, 0))


def test_when_all_is_paid_it_stops(world):
    """M3, M7: a repaid receivable owes no penalty, however long ago."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable) + 1):
        world.repay(receivable, FACE + A_DAY)
    assert world.view(receivable)["status"] == Status.REPAID
    wait_until(world.grace_end(receivable) + 100 * DAY)
    assert world.due(receivable) == (0, 0, 0)


@pytest.mark.parametrize("short", [1, A_DAY])
def test_not_repaid_while_a_fen_is_left(world, short):
    """M7: penalty first, so the principal is what remains."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable) + 1):
        world.repay(receivable, FACE + A_DAY - short)
    assert world.view(receivable)["status"] == Status.CONFIRMED
    assert world.due(receivable) == (0, short, 0)


def test_what_is_in_dispute_bears_none(world, repayments):
    """M3: from the day after the dispute began; the day that had begun counts in full."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable) + 1):
        world.dispute(receivable, FACE // 2)
    wait_until(world.grace_end(receivable) + 3 * DAY)
    assert world.due(receivable) == (A_DAY + fen(FACE // 2, 2), FACE // 2, 0)


def test_nor_when_it_is_refused(world, adjustments, regulator):
    """M3, J6: however the dispute ends, it bears none for its days; from the next day on what was refused does."""
    receivable, _ = world.note()
    world.dispute(receivable, FACE)
    with at(world.grace_end(receivable) + 2 * DAY):
        adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": regulator})
    assert world.due(receivable) == (0, FACE, 0)
    wait_until(world.grace_end(receivable) + 2 * DAY + 1)
    assert world.due(receivable) == (A_DAY, FACE, 0)


def test_a_credit_note_keeps_what_has_accrued(world, supplier):
    """M3, J3: a dilution lowers later days only."""
    receivable, root = world.note()
    with at(world.grace_end(receivable) + 1):
        world.credit(receivable, FACE // 2, [root])
    wait_until(world.grace_end(receivable) + DAY + 1)
    assert world.due(receivable) == (A_DAY + fen(FACE // 2, 1), FACE // 2, 0)


def test_the_rate_is_that_of_the_confirmation(world):
    """L5: neither a higher rate later nor a longer grace changes what was agreed; a new receivable has the new terms."""
    receivable, _ = world.note()
    world.change_limits(penaltyBpsPerDay=1_000, graceDays=200)
    other, _ = world.note()
    wait_until(world.grace_end(receivable) + 1)
    assert world.due(receivable)[0] == A_DAY
    assert world.due(other)[0] == 0
    wait_until(world.grace_end(other) + 1)
    assert world.due(other)[0] == FACE // 10


def test_without_grace_and_rate(world):
    """M3, L1: a house may leave either out."""
    world.change_limits(graceDays=0, penaltyBpsPerDay=0)
    receivable, _ = world.note()
    assert world.grace_end(receivable) == world.maturity(receivable)
    wait_until(world.maturity(receivable) + 100 * DAY)
    assert world.due(receivable) == (0, FACE, 0)


def test_it_grows_to_the_most_that_an_amount_may_be(world, repayments, cash, supplier):
    """M3: the largest amounts at the highest rate, in ten years; what is paid of it is counted to the last fen."""
    largest, face = 2**63 - 1, 2**62
    cash.setCap(2**64 - 1, {"from": world.admin})
    cash.attestReserve(2**64 - 1, b"\1" * 32, {"from": world.attestor})
    world.give(world.obligor, largest + face)
    world.change_limits(maxFaceValue=largest, penaltyBpsPerDay=1_000)
    world.limit(world.obligor, 2**64 - 1)
    receivable, root = world.note(face=face)
    with at(world.grace_end(receivable) + 18 * DAY + 1):
        repayments.accrue(receivable, {"from": world.stranger})
    assert world.due(receivable) == (face * 19 // 10, face, 0)
    wait_until(world.grace_end(receivable) + 3_650 * DAY)
    assert world.due(receivable) == (largest, face, 0)
    world.repay(receivable, 2**69)
    assert (world.view(receivable)["status"], world.due(receivable)) == (Status.REPAID, (0, 0, 0))
    world.allot(receivable)
    world.redeem_all(receivable)
    assert (cash.balanceOf(supplier), cash.balanceOf(repayments), world.value(root)) == (largest + face, 0, [0])


def test_the_penalty_is_the_holders(world, repayments, cash, supplier, mill):
    """M4, M5: in proportion to what each note was worth, beside the principal."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE // 4)
    with at(world.grace_end(receivable) + 1):
        world.repay(receivable, FACE + A_DAY)
    for note in (root, child):  # a whole repaid with a penalty must be divided first
        with refused("NothingToRedeem", note):
            repayments.redeem(note, {"from": world.stranger})
    world.allot(receivable)
    world.redeem_all(receivable)
    assert [cash.balanceOf(party) for party in (supplier, mill)] == [
        3 * FACE // 4 + 3 * A_DAY // 4,
        FACE // 4 + A_DAY // 4,
    ]
    assert repayments.penaltyOf(receivable).dict()["redeemed"] == A_DAY


def test_what_is_left_when_no_note_has_value(world, repayments, cash, supplier):
    """M9: the supplier credits and absorbs the whole, and the penalty that was due still comes in: it is the
    supplier's, once."""
    receivable, root = world.note()
    with at(world.grace_end(receivable) + 1):
        world.credit(receivable, FACE, [root])
    assert world.due(receivable) == (A_DAY, 0, 0)
    assert world.view(receivable)["status"] == Status.CONFIRMED
    world.repay(receivable, A_DAY)
    assert world.view(receivable)["status"] == Status.REPAID
    tx = repayments.allot(receivable, (), {"from": world.stranger})
    assert dict(tx.events["LeftPenaltyPaid"]) == {"receivableId": receivable, "supplier": supplier, "amount": A_DAY}
    assert (cash.balanceOf(supplier), cash.balanceOf(repayments)) == (A_DAY, 0)
    with refused("NothingToAllot", receivable):
        repayments.allot(receivable, (), {"from": world.stranger})


def test_what_is_left_comes_on_top_of_what_notes_have_had(world, repayments, cash, supplier):
    """M9: the first day's penalty goes to the note, the second day's is left; none of it is paid twice."""
    receivable, root = world.note()
    with at(world.grace_end(receivable) + 1):
        world.repay(receivable, A_DAY)
    world.allot(receivable)
    world.redeem_all(receivable)
    with at(world.grace_end(receivable) + DAY + 1):
        world.credit(receivable, FACE, [root])
    assert world.due(receivable) == (A_DAY, 0, 0)
    world.repay(receivable, A_DAY)
    tx = repayments.allot(receivable, (), {"from": world.stranger})
    assert tx.events["LeftPenaltyPaid"]["amount"] == A_DAY
    assert repayments.penaltyOf(receivable).dict()["redeemed"] == 2 * A_DAY
    assert (cash.balanceOf(supplier), cash.balanceOf(repayments)) == (2 * A_DAY, 0)
    with refused("NothingToAllot", receivable):
        repayments.allot(receivable, (), {"from": world.stranger})


def test_nor_is_it_lost_when_it_came_in_before(world, repayments, cash, supplier):
    """M9: paid first, and the rest credited after."""
    receivable, root = world.note()
    with at(world.grace_end(receivable) + 1):
        world.repay(receivable, A_DAY)
    world.credit(receivable, FACE, [root])
    assert world.view(receivable)["status"] == Status.REPAID
    repayments.allot(receivable, (), {"from": world.stranger})
    assert cash.balanceOf(supplier) == A_DAY
