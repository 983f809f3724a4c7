"""M4: from maturity on anyone divides what has come in among all notes, to the last fen."""

import random

import pytest

from tests.contracts.world import (
    CNY,
    CUT_OFF,
    DAY,
    FACE,
    NO_COUNT,
    TOO_MUCH_TO_TRACE,
    Role,
    Status,
    at,
    refused,
    wait_until,
)


@pytest.fixture
def three(world, supplier, mill, bank):
    """A receivable of 100 fen, and its notes: 50 with the supplier, 30 with the mill, 20 with the bank."""
    receivable, root = world.note(face=100)
    return receivable, [root, world.endorse(root, supplier, mill, 30), world.endorse(root, supplier, bank, 20)]


def shares(world, receivable, notes):
    """What each note got, by redeeming them in reverse order."""
    got = {}
    for note in reversed(notes):
        event = world.repayments.redeem(note, {"from": world.stranger}).events["NoteRedeemed"]
        got[note] = event["principal"]
    return [got[note] for note in notes]


def test_in_proportion(world, repayments, three):
    """M4: 10 of 100: 5, 3, 2."""
    receivable, notes = three
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    tx = world.allot(receivable)
    assert dict(tx.events["RepaymentAllotted"]) == {
        "receivableId": receivable,
        "round": 1,
        "principal": 10,
        "penalty": 0,
        "weight": 100,
        "notes": 3,
    }
    assert repayments.allotmentOf(receivable).dict() == {
        "principal": 10,
        "penalty": 0,
        "weight": 100,
        "left": 3,
        "round": 1,
    }
    assert shares(world, receivable, notes) == [5, 3, 2]
    assert world.value(*notes) == [45, 27, 18]
    assert repayments.allotmentOf(receivable).dict()["left"] == 0


@pytest.mark.parametrize(
    ("pot", "expected"),
    [(1, [1, 0, 0]), (2, [1, 1, 0]), (3, [2, 1, 0]), (7, [4, 2, 1]), (9, [4, 3, 2]), (99, [49, 30, 20])],
)
def test_the_odd_units_go_to_the_largest_remainders(world, three, pot, expected):
    """M4: quotas of 3 fen are 1.5, 0.9 and 0.6, so the second and third have the larger remainders; and so on. Among
    equals (9 fen: 4.5, 2.7, 1.8; 99: 49.5, 29.7, 19.8) too the sum is exact."""
    receivable, notes = three
    world.repay(receivable, pot)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    got = shares(world, receivable, notes)
    assert sum(got) == pot
    assert got == largest_remainder(pot, [50, 30, 20])


def largest_remainder(pot, weights):
    """Hamilton's method, written once more and another way."""
    total = sum(weights)
    got = [pot * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(pot * weights[i] % total), i))
    for i in order[: pot - sum(got)]:
        got[i] += 1
    return got


@pytest.mark.parametrize("pot", [1, 2, 3, 4])
def test_among_equals_to_the_lower_note(world, supplier, mill, pot):
    """M4: five notes of one fen; nobody gets more than its worth."""
    receivable, root = world.note(face=5)
    notes = [root, *(world.endorse(root, supplier, mill, 1) for _ in range(4))]
    world.repay(receivable, pot)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    assert shares(world, receivable, notes) == [1] * pot + [0] * (5 - pot)


@pytest.mark.parametrize("seed", range(6))
def test_a_random_tree(world, supplier, mill, seed):
    """M4: the same as Hamilton's method written in Python, round after round, until nothing is left."""
    dice = random.Random(seed)
    face = dice.choice([11, 97, 1_000, 9 * 10**14])
    world.limit(world.obligor, 2 * 10**15)
    world.give(world.obligor, 9 * 10**14)
    receivable, root = world.note(face=face)
    notes = [root]
    for _ in range(dice.randrange(1, 8)):
        held = world.value(root)[0]
        if held > 1:
            notes.append(world.endorse(root, supplier, mill, dice.randrange(1, held)))
    wait_until(world.maturity(receivable))
    for part in (dice.randrange(1, face // 3), dice.randrange(1, face // 3)):
        world.repay(receivable, part)
        listed = world.notes(receivable)
        weights = world.value(*listed)
        world.allot(receivable)
        assert shares(world, receivable, listed) == largest_remainder(part, weights)
    world.repay(receivable, face)
    world.redeem_all(receivable)
    assert world.value(*notes) == [0] * len(notes)


def test_before_maturity_a_part_waits(world, repayments, three):
    """M4: to the second."""
    receivable, notes = three
    world.repay(receivable, 10)
    maturity = world.maturity(receivable)
    with at(maturity - 1), refused("NotYetMature", receivable, maturity):
        repayments.allot(receivable, notes, {"from": world.stranger})
    with at(maturity):
        repayments.allot(receivable, notes, {"from": world.stranger})


def test_what_is_repaid_whole_need_not_wait(world, repayments, three):
    """M4, M5: it can be divided, or redeemed at once."""
    receivable, notes = three
    world.repay(receivable, 100)
    world.allot(receivable)
    assert shares(world, receivable, notes) == [50, 30, 20]


def test_all_notes_must_be_named(world, repayments, three):
    """M4: to leave one out would be to pay it nothing; to name one twice, twice."""
    receivable, (root, first, second) = three
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    for listed, worth in (([root, first], 80), ([first, second], 50), ([], 0)):
        with refused("NotesIncomplete", receivable, worth, 100):
            repayments.allot(receivable, listed, {"from": world.stranger})
    for listed, at_note in (
        ([root, root, first, second], root),
        ([first, root, second], root),
        ([root, second, first], first),
    ):
        with refused("NotesUnordered", at_note):
            repayments.allot(receivable, listed, {"from": world.stranger})
    with refused("UnknownNote", 77):
        repayments.allot(receivable, [root, first, second, 77], {"from": world.stranger})


def test_not_with_another_receivables_note(world, repayments, three):
    """M4."""
    receivable, notes = three
    other, foreign = world.note()
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    with refused("WrongReceivable", foreign, other):
        repayments.allot(receivable, [*notes, foreign], {"from": world.stranger})


def test_an_empty_note_may_be_named_and_gets_nothing(world, repayments, supplier, mill):
    """M4: it has no share, so nobody waits for it."""
    receivable, root = world.note(face=100)
    child = world.endorse(root, supplier, mill, 100)
    world.repay(receivable, 3)
    wait_until(world.maturity(receivable))
    repayments.allot(receivable, [root, child], {"from": world.stranger})
    assert repayments.allotmentOf(receivable).dict()["left"] == 1
    with refused("NothingToRedeem", root):
        repayments.redeem(root, {"from": supplier})
    assert shares(world, receivable, [child]) == [3]


def test_nothing_to_divide(world, repayments, three):
    """M4."""
    receivable, notes = three
    wait_until(world.maturity(receivable))
    with refused("NothingToAllot", receivable):
        repayments.allot(receivable, notes, {"from": world.stranger})
    with refused("UnknownReceivable", 9):
        repayments.allot(9, [], {"from": world.stranger})


def test_one_division_after_the_other(world, repayments, three):
    """M4: a second waits until all have had their share of the first; money that comes in meanwhile waits with it."""
    receivable, notes = three
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.repay(receivable, 20)
    repayments.redeem(notes[0], {"from": world.stranger})
    with refused("AllotmentOpen", receivable, 2):
        repayments.allot(receivable, notes, {"from": world.stranger})
    with refused("AllotmentOpen", receivable, 2):
        repayments.requireNoAllotment(receivable)
    for note in notes[1:]:
        repayments.redeem(note, {"from": world.stranger})
    repayments.requireNoAllotment(receivable)
    tx = world.allot(receivable)
    assert (tx.events["RepaymentAllotted"]["round"], tx.events["RepaymentAllotted"]["principal"]) == (2, 20)
    assert sum(shares(world, receivable, notes)) == 20


def test_the_whole_comes_in_while_a_division_is_open(world, repayments, cash, three, mill):
    """M4, M7: repaid meanwhile; each note has its share, then the rest, and nothing twice."""
    receivable, notes = three
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.repay(receivable, 90)
    assert world.view(receivable)["status"] == Status.REPAID
    assert [repayments.redeem(notes[1], {"from": mill}).return_value] == [3]
    with refused("NothingToRedeem", notes[1]):
        repayments.redeem(notes[1], {"from": mill})
    repayments.redeemMany([notes[0], notes[2]], {"from": mill})
    assert world.redeem_all(receivable) == 90
    assert cash.balanceOf(repayments) == 0


def test_what_a_dispute_locks_has_no_share(world, repayments, three):
    """M4, J5: the supplier's 50 are locked first; the rest is divided among the others."""
    receivable, notes = three
    world.dispute(receivable, 60)
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    tx = world.allot(receivable)
    assert (tx.events["RepaymentAllotted"]["weight"], tx.events["RepaymentAllotted"]["notes"]) == (40, 2)
    with refused("NothingToRedeem", notes[0]):
        repayments.redeem(notes[0], {"from": world.stranger})
    assert shares(world, receivable, notes[1:]) == [6, 4]


def test_all_in_dispute_nothing_to_divide(world, repayments, three):
    """M4: what came in before the dispute waits until it ends, when everything else is locked."""
    receivable, notes = three
    world.dispute(receivable, 100)
    wait_until(world.maturity(receivable))
    with refused("NothingToAllot", receivable):
        repayments.allot(receivable, notes, {"from": world.stranger})


def test_the_supplier_absorbs_first(world, repayments, adjustments, three, supplier):
    """M4: a supplier that owes does not take its share of the obligor's money before."""
    receivable, notes = three
    world.credit(receivable, 20)
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    with refused("NotAbsorbed", notes[0], 20):
        repayments.allot(receivable, notes, {"from": supplier})
    adjustments.absorb(receivable, [notes[0]], {"from": world.stranger})
    world.allot(receivable)
    assert shares(world, receivable, notes) == largest_remainder(10, [30, 30, 20])


def test_a_provisional_note_is_asked_first(world, repayments, receivables, participants, supplier, mill):
    """M4, N8: nobody knows yet whose it is; `acceptBy` is no later than the cut-off, so maturity does not wait."""
    receivable, root = world.note(face=100)
    participants.wantAcceptance(True, {"from": mill})
    with at(world.maturity(receivable) - CUT_OFF - 1):
        child = world.endorse(root, supplier, mill, 40)
    accept_by = receivables.noteOf(child).dict()["acceptBy"]
    assert accept_by == world.maturity(receivable) - CUT_OFF
    world.repay(receivable, 10)
    with at(world.maturity(receivable)), refused("AcceptancePending", child, accept_by):
        repayments.allot(receivable, [root, child], {"from": world.stranger})
    receivables.decline(child, {"from": world.stranger})
    world.allot(receivable)
    assert shares(world, receivable, [root]) == [10]


def test_a_dispute_does_not_trap_a_provisional_note(world, repayments, receivables, participants, supplier, mill):
    """N8, M4: a fen that is locked in it does not keep it from going back, and so does not hold up the others."""
    receivable, root = world.note(face=100)
    participants.wantAcceptance(True, {"from": mill})
    child = world.endorse(root, supplier, mill, 100)
    world.dispute(receivable, 1)
    world.repay(receivable, 99)
    wait_until(world.maturity(receivable))
    receivables.decline(child, {"from": world.stranger})
    assert receivables.ownerOf(child) == supplier
    assert world.adjustments.lockedOf(child) == 1
    world.allot(receivable)
    assert shares(world, receivable, [child]) == [99]


def split(world, root, count):
    """So many notes of one fen beside the root, for the mill; all notes."""
    for _ in range(count // 40):
        world.receivables.endorseMany(root, [(world.mill, 1, False)] * 40, {"from": world.supplier})
    return world.notes(world.receivables.slotOf.call(root))


@TOO_MUCH_TO_TRACE
def test_many_equal_notes_fit_a_block(world, repayments, adjustments):
    """M4, M8, J5: equal notes have equal remainders, which a careless sorting takes far longer for; both a division and a
    dispute stay well below a block, at less than 39,000 gas a note."""
    world.change_limits(maxNotes=700)
    receivable, root = world.note(face=242)
    notes = split(world, root, 240)
    assert len(notes) == 241
    world.repay(receivable, 121)
    tx = adjustments.dispute(receivable, 40, "", notes, {"from": world.obligor})
    assert tx.gas_used < 241 * 39_000
    assert sum(adjustments.lockedOf.call(note) for note in notes) == 40
    adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": world.regulator})
    wait_until(world.maturity(receivable))
    weights = world.value(*notes)
    assert world.allot(receivable).gas_used < 241 * 39_000
    got = []
    for begin in range(0, 241, 50):
        tx = repayments.redeemMany(notes[begin : begin + 50], {"from": world.stranger})
        got += [event["principal"] for event in tx.events if event.name == "NoteRedeemed"]
    assert got == largest_remainder(121, weights)


@TOO_MUCH_TO_TRACE
def test_over_a_whole_word_of_numbers(world, repayments, supplier, mill):
    """M5: notes at 255, 256 and 257: those served are kept in words of 256."""
    world.change_limits(maxNotes=300)
    _, filler = world.note(face=1_000)
    split(world, filler, 240)
    while world.receivables.noteCount.call() < 252:
        world.endorse(filler, supplier, mill, 1)
    receivable, root = world.note(face=50)
    notes = [root, *(world.endorse(root, supplier, mill, 10) for _ in range(4))]
    assert {255, 256, 257} <= set(notes)
    world.repay(receivable, 45)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    for note in notes:
        assert shares(world, receivable, [note]) == [9]
        with refused("NothingToRedeem", note):
            repayments.redeem(note, {"from": supplier})


def test_an_expired_or_frozen_holder_is_weighed_too(world, repayments, cash, supplier, mill, newcomer):
    """M4, M6."""
    world.admit(newcomer, Role.SUPPLIER, "short", world.participants.participantOf(supplier)[2])
    receivable, root = world.note(face=10)
    child = world.endorse(root, supplier, newcomer, 5)
    world.freeze(newcomer)
    world.repay(receivable, 4)
    wait_until(world.maturity(receivable) + DAY)
    world.allot(receivable)
    world.redeem_all(receivable)
    assert repayments.withheldOf(newcomer, CNY) == 2
    assert world.value(child) == [3]


def test_the_largest_amounts(world, repayments, cash, supplier, mill, issuer, attestor, admin):
    """M4: 2^63 − 1 divided by 2^63 − 1 among odd notes stays exact."""
    largest = 2**63 - 1
    cash.setCap(2**64 - 1, {"from": admin})
    cash.attestReserve(2**64 - 1, b"\1" * 32, {"from": attestor})
    world.give(world.obligor, largest)
    world.change_limits(maxFaceValue=largest)
    world.limit(world.obligor, 2**64 - 1)
    receivable, root = world.note(face=largest)
    notes = [root, world.endorse(root, supplier, mill, largest // 3), world.endorse(root, supplier, mill, 1)]
    pot = largest - 2
    world.repay(receivable, pot)
    wait_until(world.maturity(receivable))
    weights = world.value(*notes)
    world.allot(receivable)
    assert shares(world, receivable, notes) == largest_remainder(pot, weights)
    world.repay(receivable, 2)
    world.redeem_all(receivable)
    assert cash.balanceOf(repayments) == 0


def test_face_value_is_not_touched(world, three):
    """R9: what was paid leaves the notes, not the facts of the claim."""
    receivable, _ = three
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.redeem_all(receivable)
    view = world.view(receivable)
    assert (view["faceValue"], view["confirmed"]) == (100, 100)
    assert world.repayments.liveOf(receivable) == 90


def test_a_penalty_alone_is_divided_too(world, repayments):
    """M4: what came in before any of the principal did."""
    receivable, root = world.note()
    world.default(receivable)
    world.repay(receivable, 100)
    tx = world.allot(receivable)
    assert (tx.events["RepaymentAllotted"]["principal"], tx.events["RepaymentAllotted"]["penalty"]) == (0, 100)
    paid = repayments.redeem(root, {"from": world.stranger}).events["NoteRedeemed"]
    assert (paid["principal"], paid["penalty"]) == (0, 100)
    assert world.value(root) == [FACE]
    world.require_conserved()


def test_a_penalty_waits_while_all_is_in_dispute(world, repayments):
    """M4, J5: no note can take any of it; when the dispute has ended they can."""
    receivable, root = world.note()
    world.default(receivable)
    world.repay(receivable, 100)
    world.dispute(receivable, FACE)
    with refused("NothingToAllot", receivable):
        repayments.allot(receivable, [root], {"from": world.stranger})
    world.adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": world.regulator})
    assert world.allot(receivable).events["RepaymentAllotted"]["penalty"] == 100
    world.require_conserved()


def test_what_the_supplier_owes_holds_up_nobody_else(world, repayments, supplier, mill):
    """M4, J7: the notes of others take their share, whatever it owes."""
    receivable, _, child = world.owes_by_supplier(300)
    world.repay(receivable, 1_000)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    assert shares(world, receivable, [child]) == [1_000]
    world.require_conserved()


def test_an_empty_note_of_the_supplier_holds_up_nobody(world, repayments):
    """M4, J7."""
    receivable, root, child = world.owes_by_supplier(300)
    world.repay(receivable, 1_000)
    wait_until(world.maturity(receivable))
    repayments.allot(receivable, [root, child], {"from": world.stranger})
    assert shares(world, receivable, [child]) == [1_000]
    world.require_conserved()


def test_a_fen_of_the_supplier_is_absorbed_first(world, repayments, supplier, mill):
    """M4, J7."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE - 1)
    world.credit(receivable, 300)
    world.repay(receivable, 1_000)
    wait_until(world.maturity(receivable))
    with refused("NotAbsorbed", root, 300):
        repayments.allot(receivable, [root, child], {"from": world.stranger})


def test_a_share_of_nothing_of_a_note_in_escrow(world, repayments, collateral, supplier, mill):
    """M4, K12: it is served like any other, and no loan is told of cash that did not come."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE - 40_000)
    signed = world.loan_quote(receivable, value=40_000, limit=10_000)
    tx = world.loans.originate(*signed, root, *NO_COUNT, 10_000, {"from": supplier})
    loan = tx.events["LoanOriginated"]["loanId"]
    world.repay(receivable, 1)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    served = world.repayments.redeem(root, {"from": world.stranger}).events
    assert (served["NoteRedeemed"]["principal"], "ProceedsReceived" in served) == (0, False)
    assert shares(world, receivable, [child]) == [1]
    assert collateral.proceedsOf(loan) == 0
    world.require_conserved()
