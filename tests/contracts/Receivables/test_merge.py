"""N4: merges: one holder, one receivable, and no claim on an endorser lost by it."""

import pytest

from tests.contracts.world import CUT_OFF, Status, at, refused

MERGE = "uint256,uint256,uint256"


@pytest.fixture
def notes(world, supplier, mill):
    """Four children of one root in the mill's hand: two with recourse to the supplier, two without."""
    receivable, root = world.note()
    made = [world.endorse(root, supplier, mill, 100, recourse) for recourse in (True, True, False, False)]
    return [receivable, root, *made]


def test_siblings_with_recourse(receivables, notes, mill):
    """N4: the same parent, endorser and recourse: the claim on the endorser is the same."""
    _, _, one, two, *_ = notes
    tx = receivables.transferFrom[MERGE](one, two, 40, {"from": mill})
    assert dict(tx.events["NotesMerged"]) == {"fromNoteId": one, "toNoteId": two, "value": 40}
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": one, "toTokenId": two, "value": 40}
    assert [receivables.balanceOf["uint256"](note) for note in (one, two)] == [60, 140]
    receivables.transferFrom[MERGE](one, two, 60, {"from": mill})
    assert [receivables.balanceOf["uint256"](note) for note in (one, two)] == [0, 200]
    assert receivables.noteOf(two).dict()["withRecourse"] is True


def test_free_notes_of_any_origin(world, receivables, notes, supplier, mill, bank):
    """N4: where nobody is liable, nothing is lost."""
    _, root, _, _, free, _ = notes
    far = world.endorse(world.endorse(root, supplier, bank, 50), bank, mill, 50)
    receivables.transferFrom[MERGE](far, free, 50, {"from": mill})
    assert receivables.balanceOf["uint256"](free) == 150


def test_a_spent_note_can_be_filled_again(receivables, notes, mill):
    """N4: it keeps its place, so value returns to it."""
    _, _, one, two, *_ = notes
    receivables.transferFrom[MERGE](one, two, 100, {"from": mill})
    receivables.transferFrom[MERGE](two, one, 1, {"from": mill})
    assert receivables.balanceOf["uint256"](one) == 1


def test_a_claim_is_not_lost_nor_won(receivables, notes, mill):
    """N4: with recourse into without it, and the other way."""
    _, _, liable, _, free, _ = notes
    for giver, taker in ((liable, free), (free, liable)):
        with refused("NotMergeable", giver, taker):
            receivables.transferFrom[MERGE](giver, taker, 1, {"from": mill})


def test_another_endorser_is_another_claim(world, receivables, notes, supplier, mill, bank):
    """N4: the root's next holder endorses the same parent, and is liable itself."""
    _, root, one, *_ = notes
    receivables.transferFrom["address,address,uint256"](supplier, bank, root, {"from": supplier})
    other = world.endorse(root, bank, mill, 10, recourse=True)
    assert receivables.noteOf(other).dict()["parentId"] == receivables.noteOf(one).dict()["parentId"]
    with refused("NotMergeable", other, one):
        receivables.transferFrom[MERGE](other, one, 10, {"from": mill})


def test_not_with_a_child_of_a_liable_note(world, receivables, notes, mill):
    """N4: another parent, another claim."""
    _, _, one, *_ = notes
    child = world.endorse(one, mill, mill, 10, recourse=True)
    with refused("NotMergeable", child, one):
        receivables.transferFrom[MERGE](child, one, 10, {"from": mill})


def test_not_with_itself(receivables, notes, mill):
    """N4: a note added to itself would grow."""
    *_, free = notes
    with refused("NotMergeable", free, free):
        receivables.transferFrom[MERGE](free, free, 100, {"from": mill})


def test_not_into_anothers_note(receivables, notes, supplier, mill):
    """N4: value that leaves a holder leaves by endorsement, with its policy and its trail."""
    _, root, *_, free = notes
    with refused("NotMergeable", free, root):
        receivables.transferFrom[MERGE](free, root, 100, {"from": mill})


def test_not_out_of_anothers_note(receivables, notes, mill, thief):
    """N4: a thief needs an allowance, and then the same holder on both sides."""
    _, root, *_, free = notes
    with refused("InsufficientAllowance", root, mill, 0, 1):
        receivables.transferFrom[MERGE](root, free, 1, {"from": mill})
    with refused("InsufficientAllowance", free, thief, 0, 1):
        receivables.transferFrom[MERGE](free, root, 1, {"from": thief})


def test_not_across_receivables(world, receivables, notes, supplier):
    """N4: one debt does not become another."""
    _, root, *_ = notes
    _, other = world.note()
    with refused("NotMergeable", root, other):
        receivables.transferFrom[MERGE](root, other, 1, {"from": supplier})


@pytest.mark.parametrize("value", [101, 2**64 + 1])
def test_not_more_than_there_is(receivables, notes, mill, value):
    """N4: nor what seems less when cut to 64 bits."""
    _, _, one, two, *_ = notes
    with refused("InsufficientValue", one, 100, value):
        receivables.transferFrom[MERGE](one, two, value, {"from": mill})


def test_not_nothing(receivables, notes, mill):
    """N4."""
    _, _, one, two, *_ = notes
    with refused("InvalidAmount", 0, 100):
        receivables.transferFrom[MERGE](one, two, 0, {"from": mill})


def test_unknown_notes(receivables, notes, mill):
    """N4: on either side."""
    *_, free = notes
    for giver, taker in ((99, free), (free, 99)):
        with refused("UnknownNote", 99):
            receivables.transferFrom[MERGE](giver, taker, 1, {"from": mill})


def test_an_operator_merges_within_its_allowance(receivables, notes, mill, fund):
    """N4, ERC-3525."""
    _, _, one, two, *_ = notes
    receivables.approve["uint256,address,uint256"](one, fund, 30, {"from": mill})
    receivables.transferFrom[MERGE](one, two, 30, {"from": fund})
    with refused("InsufficientAllowance", one, fund, 0, 1):
        receivables.transferFrom[MERGE](one, two, 1, {"from": fund})


def test_not_by_the_frozen_nor_after_the_cut_off_nor_when_paid(world, receivables, notes, mill):
    """N1, P3."""
    receivable, _, one, two, *_ = notes
    cut_off = world.maturity(receivable) - CUT_OFF
    world.freeze(mill)
    with refused("Frozen", mill):
        receivables.transferFrom[MERGE](one, two, 1, {"from": mill})
    world.unfreeze(mill)
    with at(cut_off), refused("AfterCutOff", receivable, cut_off):
        receivables.transferFrom[MERGE](one, two, 1, {"from": mill})
    world.repay(receivable)
    with refused("WrongStatus", receivable, Status.REPAID):
        receivables.transferFrom[MERGE](one, two, 1, {"from": mill})
