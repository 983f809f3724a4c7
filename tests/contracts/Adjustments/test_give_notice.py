"""J1: the supplier, an endorser or a holder tells the obligor of an assignment; the first notice counts."""

import pytest

from tests.contracts.world import DAY, FACE, Status, at, now, refused

WHOLE = "address,address,uint256"


@pytest.fixture
def assigned(world, supplier, mill, bank):
    """Receivable, root, a note of the mill and one that the mill endorsed to the bank."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, 100)
    return receivable, root, first, world.endorse(first, mill, bank, 40)


@pytest.mark.parametrize("caller", ["supplier", "mill", "bank"])
def test_who_assigned_or_holds_it(world, adjustments, assigned, bank, caller):
    """J1: the supplier of any note, the endorser and the holder of this one."""
    receivable, _, _, second = assigned
    account, second_of_notice = getattr(world, caller), now() + 10
    with at(second_of_notice):
        tx = adjustments.giveNotice(second, {"from": account})
    assert dict(tx.events["NoticeGiven"]) == {
        "receivableId": receivable,
        "noteId": second,
        "by": account,
        "holder": bank,
    }
    assert adjustments.adjustmentOf(receivable).dict()["noticeAt"] == second_of_notice


@pytest.mark.parametrize("caller", ["thief", "obligor", "fund"])
def test_nobody_else(world, adjustments, assigned, caller):
    """J1: who has no part in the assignment cannot close the obligor's ways of payment."""
    _, _, _, second = assigned
    account = getattr(world, caller)
    with refused("NotTheAssignor", second, account):
        adjustments.giveNotice(second, {"from": account})


def test_not_a_stranger_nor_the_frozen(world, adjustments, assigned, stranger, mill):
    """J1, P5."""
    _, _, first, _ = assigned
    with refused("UnknownParticipant", stranger):
        adjustments.giveNotice(first, {"from": stranger})
    world.freeze(mill)
    with refused("Frozen", mill):
        adjustments.giveNotice(first, {"from": mill})


def test_an_earlier_endorser_is_not_this_notes_assignor(world, receivables, adjustments, supplier, mill, bank, fund):
    """J1: the endorser of the note itself, not of its parent."""
    _, root = world.note()
    second = world.endorse(world.endorse(root, supplier, mill, 9), mill, bank, 9)
    third = world.endorse(second, bank, fund, 9)
    with refused("NotTheAssignor", third, mill):
        adjustments.giveNotice(third, {"from": mill})


def test_the_first_counts(world, adjustments, assigned, supplier, bank):
    """J1: a later one, of another note too, is refused and names the time of the first."""
    receivable, _, first, second = assigned
    adjustments.giveNotice(first, {"from": supplier})
    given = adjustments.adjustmentOf(receivable).dict()["noticeAt"]
    for note, caller in ((first, supplier), (second, bank)):
        with refused("NoticeWasGiven", receivable, given):
            adjustments.giveNotice(note, {"from": caller})


def test_each_receivable_has_its_own(world, adjustments, assigned, supplier, mill):
    """J1."""
    _, _, first, _ = assigned
    adjustments.giveNotice(first, {"from": supplier})
    other, root = world.note()
    child = world.endorse(root, supplier, mill, 1)
    adjustments.giveNotice(child, {"from": mill})
    assert adjustments.adjustmentOf(other).dict()["noticeAt"] == now()


def test_nothing_is_assigned_while_the_supplier_holds_it(world, adjustments, assigned, supplier):
    """J1: nor when it split its own note."""
    _, root, _, _ = assigned
    own = world.endorse(root, supplier, supplier, 5)
    for note in (root, own):
        with refused("NothingAssigned", note):
            adjustments.giveNotice(note, {"from": supplier})


def test_nor_by_a_note_without_value(world, adjustments, assigned, mill, supplier):
    """J1: a former holder has no say in how the obligor pays."""
    _, _, first, _ = assigned
    world.endorse(first, mill, supplier, 60)
    for caller in (mill, supplier):
        with refused("NothingAssigned", first):
            adjustments.giveNotice(first, {"from": caller})


def test_nor_by_a_provisional_one(world, adjustments, receivables, participants, supplier, mill):
    """J1, N8: not before its payee said yes."""
    _, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    child = world.endorse(root, supplier, mill, 10)
    with refused("NothingAssigned", child):
        adjustments.giveNotice(child, {"from": supplier})
    receivables.accept(child, {"from": mill})
    adjustments.giveNotice(child, {"from": mill})


def test_an_assignment_of_the_root_itself(world, receivables, adjustments, supplier, bank):
    """J1, N3: the supplier and the new holder, though the token has no endorser."""
    _, root = world.note()
    receivables.transferFrom[WHOLE](supplier, bank, root, {"from": supplier})
    adjustments.giveNotice(root, {"from": bank})


def test_at_any_time_while_it_is_open(world, adjustments, assigned, mill):
    """J1: long after maturity too, in dispute too; not when it is repaid."""
    receivable, _, first, _ = assigned
    world.dispute(receivable, 7)
    with at(world.maturity(receivable) + 400 * DAY):
        adjustments.giveNotice(first, {"from": mill})
    other, root = world.note()
    child = world.endorse(root, world.supplier, mill, 1)
    world.repay(other, FACE)
    with refused("WrongStatus", other, Status.REPAID):
        adjustments.giveNotice(child, {"from": mill})
    with refused("UnknownNote", 99):
        adjustments.giveNotice(99, {"from": mill})
