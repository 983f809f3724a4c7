"""N7: a note is endorsed to several payees in one act; either all endorsements stand or none."""

import pytest

from tests.contracts.world import CUT_OFF, FACE, ZERO, at, clause, refused


def test_several_at_once(world, receivables, supplier, mill, bank, fund):
    """N7: each with its own value and recourse, in the order given."""
    receivable, root = world.note()
    payees = [(mill, 30, True), (bank, 20, False), (mill, 10, False)]
    tx = receivables.endorseMany(root, payees, {"from": supplier})
    made = list(tx.return_value)
    assert made == [event["childId"] for event in tx.events["NoteEndorsed"]]
    assert world.value(root, *made) == [FACE - 60, 30, 20, 10]
    views = [receivables.noteOf(note).dict() for note in made]
    assert [(view["holder"], view["withRecourse"]) for view in views] == [(mill, True), (bank, False), (mill, False)]
    assert world.view(receivable)["noteCount"] == 4


def test_the_whole_value(world, receivables, supplier, mill, bank):
    """N7: to the last fen, and not one more."""
    _, root = world.note()
    with refused("InsufficientValue", root, 1, 2):
        receivables.endorseMany(root, [(mill, FACE - 1, False), (bank, 2, False)], {"from": supplier})
    assert world.value(root) == [FACE]
    receivables.endorseMany(root, [(mill, FACE - 1, False), (bank, 1, False)], {"from": supplier})
    assert world.value(root) == [0]


def test_all_or_none(world, receivables, supplier, mill, stranger):
    """N7: one that fails takes the others back."""
    receivable, root = world.note()
    for last, error, values in (
        ((stranger, 1, False), "UnknownParticipant", (stranger,)),
        ((ZERO, 1, False), "UnknownParticipant", (ZERO,)),
        ((mill, 0, False), "InvalidAmount", (0, FACE - 5)),
        ((world.repayments, 1, False), "ReceiverRefused", (world.repayments,)),
    ):
        with refused(error, *values):
            receivables.endorseMany(root, [(mill, 5, False), last], {"from": supplier})
    assert (world.value(root), world.view(receivable)["noteCount"]) == ([FACE], 1)


def test_nobody_at_all(world, receivables, supplier, thief):
    """N7: an empty act does nothing, but not for everybody."""
    _, root = world.note()
    assert "NoteEndorsed" not in receivables.endorseMany(root, [], {"from": supplier}).events
    with refused("NotAuthorised", root, thief):
        receivables.endorseMany(root, [], {"from": thief})


@pytest.mark.parametrize("caller", ["thief", "mill", "stranger"])
def test_nobody_endorses_anothers_note(world, receivables, caller):
    """N7."""
    _, root = world.note()
    account = getattr(world, caller)
    with refused("NotAuthorised", root, account):
        receivables.endorseMany(root, [(account, 1, False)], {"from": account})


def test_not_too_many(world, receivables, supplier, mill):
    """N7, L4: eleven beside the root, not twelve."""
    _, root = world.note()
    with refused("PolicyRefused", clause("notes.max"), 13, 12):
        receivables.endorseMany(root, [(mill, 1, False)] * 12, {"from": supplier})
    receivables.endorseMany(root, [(mill, 1, False)] * 11, {"from": supplier})


def test_until_the_cut_off(world, receivables, supplier, mill):
    """N1."""
    receivable, root = world.note()
    cut_off = world.maturity(receivable) - CUT_OFF
    with at(cut_off), refused("AfterCutOff", receivable, cut_off):
        receivables.endorseMany(root, [(mill, 1, False)], {"from": supplier})


def test_some_are_asked_and_some_are_not(world, receivables, participants, supplier, mill, bank):
    """N7, N8."""
    _, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    tx = receivables.endorseMany(root, [(mill, 1, False), (bank, 1, False)], {"from": supplier})
    made = list(tx.return_value)
    assert [event["noteId"] for event in tx.events["AcceptanceAwaited"]] == made[:1]
    assert receivables.noteOf(made[1]).dict()["acceptBy"] == 0
