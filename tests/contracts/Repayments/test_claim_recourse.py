"""X1: after grace the holder of what is not paid turns to one of its endorsers."""

import pytest

from tests.contracts.world import FACE, Status, at, refused, wait_until


@pytest.fixture
def chain(world, supplier, mill, bank, fund):
    """supplier → mill → bank → fund, all with recourse: receivable, root and the three notes."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, FACE, recourse=True)
    second = world.endorse(first, mill, bank, FACE, recourse=True)
    third = world.endorse(second, bank, fund, FACE, recourse=True)
    return receivable, [root, first, second, third]


@pytest.mark.parametrize(("level", "endorser"), [(0, "bank"), (1, "mill"), (2, "supplier")])
def test_the_last_or_an_earlier_one(world, repayments, chain, fund, level, endorser):
    """X1, X3: it is named; no cash and no title moves."""
    receivable, notes = chain
    world.default(receivable)
    tx = repayments.claimRecourse(notes[3], level, {"from": fund})
    assert dict(tx.events["RecourseClaimed"]) == {
        "noteId": notes[3],
        "receivableId": receivable,
        "endorser": getattr(world, endorser),
        "holder": fund,
        "amount": FACE,
    }
    assert list(tx.events.keys()) == ["RecourseClaimed"]


@pytest.mark.parametrize("level", [3, 4, 2**256 - 1])
def test_the_walk_ends_at_the_supplier(world, repayments, chain, fund, level):
    """X1: nobody stands before it."""
    receivable, notes = chain
    world.default(receivable)
    with refused("RecourseEnds", notes[3], notes[0]):
        repayments.claimRecourse(notes[3], level, {"from": fund})


def test_the_walk_ends_behind_an_endorsement_without_recourse(world, repayments, supplier, mill, bank, fund):
    """X1: mill → bank is without; the fund reaches the bank, and neither mill nor supplier through it."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, FACE, recourse=True)
    second = world.endorse(first, mill, bank, FACE)
    third = world.endorse(second, bank, fund, FACE, recourse=True)
    world.default(receivable)
    repayments.claimRecourse(third, 0, {"from": fund})
    for level in (1, 2):
        with refused("RecourseEnds", third, second):
            repayments.claimRecourse(third, level, {"from": fund})


@pytest.mark.parametrize("recourse", [False, True])
def test_a_root_has_no_endorser(world, repayments, supplier, recourse):
    """X1: nor has a note that was endorsed without recourse."""
    receivable, root = world.note()
    note = root if recourse else world.endorse(root, supplier, supplier, 5)
    world.default(receivable)
    with refused("RecourseEnds", note, note):
        repayments.claimRecourse(note, 0, {"from": supplier})


def test_an_assignee_keeps_the_claims_on_earlier_endorsers(
    world, receivables, repayments, chain, supplier, fund, thief
):
    """N3, X1: the assignor itself is not liable."""
    receivable, notes = chain
    receivables.transferFrom["address,address,uint256"](fund, thief, notes[3], {"from": fund})
    world.default(receivable)
    assert repayments.claimRecourse(notes[3], 0, {"from": thief}).events["RecourseClaimed"]["endorser"] == world.bank
    with refused("NotTheHolder", notes[3], thief, fund):
        repayments.claimRecourse(notes[3], 0, {"from": fund})


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_after_grace(world, repayments, chain, fund, offset):
    """X1: not in its last second."""
    receivable, notes = chain
    end = world.grace_end(receivable)
    if offset <= 0:
        with at(end + offset), refused("NotInDefault", receivable, end):
            repayments.claimRecourse(notes[3], 0, {"from": fund})
    else:
        with at(end + offset):
            repayments.claimRecourse(notes[3], 0, {"from": fund})


@pytest.mark.parametrize("caller", ["thief", "bank", "obligor", "stranger"])
def test_the_holder_alone(world, repayments, chain, fund, caller):
    """X1."""
    receivable, notes = chain
    world.default(receivable)
    account = getattr(world, caller)
    with refused("NotTheHolder", notes[3], fund, account):
        repayments.claimRecourse(notes[3], 0, {"from": account})


def test_not_for_what_is_spent_or_paid(world, repayments, chain, supplier, fund):
    """X1: a note without value has no claim, nor has one whose receivable is repaid."""
    receivable, notes = chain
    world.default(receivable)
    with refused("InvalidAmount", 0, 0):
        repayments.claimRecourse(notes[0], 0, {"from": supplier})
    world.repay(receivable, 2 * FACE)
    with refused("WrongStatus", receivable, Status.REPAID):
        repayments.claimRecourse(notes[3], 0, {"from": fund})


def test_not_while_money_is_being_paid_out(world, repayments, chain, fund):
    """X1, M4: first the share that is there, then recourse for the rest."""
    receivable, notes = chain
    world.repay(receivable, 100)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.default(receivable)
    with refused("AllotmentOpen", receivable, 1):
        repayments.claimRecourse(notes[3], 0, {"from": fund})
    repayments.redeem(notes[3], {"from": fund})
    tx = repayments.claimRecourse(notes[3], 0, {"from": fund})
    assert tx.events["RecourseClaimed"]["amount"] == FACE - 100


def test_only_for_what_is_not_in_dispute(world, repayments, chain, fund):
    """X1, J5."""
    receivable, notes = chain
    world.dispute(receivable, 100)
    world.default(receivable)
    assert repayments.claimRecourse(notes[3], 0, {"from": fund}).events["RecourseClaimed"]["amount"] == FACE - 100


def test_nor_when_all_of_it_is(world, repayments, chain, fund):
    """X1, J5."""
    receivable, notes = chain
    world.dispute(receivable, FACE)
    world.default(receivable)
    with refused("InvalidAmount", 0, FACE):
        repayments.claimRecourse(notes[3], 0, {"from": fund})


def test_an_unknown_note(repayments, fund):
    """X1."""
    with refused("UnknownNote", 9):
        repayments.claimRecourse(9, 0, {"from": fund})
