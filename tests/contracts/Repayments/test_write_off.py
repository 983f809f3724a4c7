"""X5: after grace the holder may write a note off; only its books change."""

import pytest

from tests.contracts.world import DAY, FACE, Status, at, refused


def test_only_its_books_change(world, receivables, repayments, supplier):
    """X5: value, title and debt stay as they are."""
    receivable, note = world.note()
    world.default(receivable)
    before = (receivables.noteOf(note).dict(), world.due(receivable), world.owed())
    tx = repayments.writeOff(note, {"from": supplier})
    assert dict(tx.events["NoteWrittenOff"]) == {
        "noteId": note,
        "receivableId": receivable,
        "holder": supplier,
        "amount": FACE,
    }
    assert list(tx.events.keys()) == ["NoteWrittenOff"]
    assert (receivables.noteOf(note).dict(), world.due(receivable), world.owed()) == before


def test_a_note_is_named_by_its_own_number(world, repayments, supplier, mill):
    """X5."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 5)
    world.default(receivable)
    event = repayments.writeOff(child, {"from": mill}).events["NoteWrittenOff"]
    assert (event["noteId"], event["receivableId"]) == (child, receivable)
    assert child != receivable


def test_what_comes_in_later_is_paid_all_the_same(world, repayments, cash, supplier):
    """X4, X5: whole, with its penalty."""
    receivable, note = world.note()
    world.default(receivable)
    repayments.writeOff(note, {"from": supplier})
    with at(world.grace_end(receivable) + 300 * DAY):
        world.repay(receivable, 2 * FACE)
    assert world.view(receivable)["status"] == Status.REPAID
    world.allot(receivable)
    repayments.redeem(note, {"from": world.stranger})
    assert cash.balanceOf(supplier) == FACE + FACE * 5 * 300 // 10_000


@pytest.mark.parametrize("offset", [-1, 0])
def test_not_before_grace_has_passed(world, repayments, supplier, offset):
    """X5: nothing is lost before it is late."""
    receivable, note = world.note()
    end = world.grace_end(receivable)
    with at(end + offset), refused("NotInDefault", receivable, end):
        repayments.writeOff(note, {"from": supplier})


@pytest.mark.parametrize("caller", ["thief", "obligor", "stranger"])
def test_the_holder_alone(world, repayments, supplier, caller):
    """X5: an obligor does not write its own debt off."""
    receivable, note = world.note()
    world.default(receivable)
    account = getattr(world, caller)
    with refused("NotTheHolder", note, supplier, account):
        repayments.writeOff(note, {"from": account})


def test_not_what_is_spent_or_paid(world, repayments, supplier, mill):
    """X5."""
    receivable, note = world.note()
    world.endorse(note, supplier, mill, FACE)
    world.default(receivable)
    with refused("InvalidAmount", 0, 0):
        repayments.writeOff(note, {"from": supplier})
    world.repay(receivable, 2 * FACE)
    with refused("WrongStatus", receivable, Status.REPAID):
        repayments.writeOff(note, {"from": supplier})
    with refused("UnknownNote", 9):
        repayments.writeOff(9, {"from": supplier})
