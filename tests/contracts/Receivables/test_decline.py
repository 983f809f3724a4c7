"""N8 and N9: the payee refuses an endorsement, or anyone gives it back when its time has passed."""

import pytest

from tests.contracts.world import DAY, FACE, Status, at, refused, wait_until

WHOLE = "address,address,uint256"


@pytest.fixture
def offered(world, participants, supplier, mill):
    """Receivable, root, and a note of 100 that awaits the mill's word."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    return receivable, root, world.endorse(root, supplier, mill, 100, recourse=True)


def test_the_value_goes_back(world, receivables, offered, supplier, mill):
    """N8: into the note it came from; the child keeps its place with nothing in it."""
    receivable, root, note = offered
    tx = receivables.decline(note, {"from": mill})
    assert dict(tx.events["EndorsementDeclined"]) == {
        "noteId": note,
        "parentId": root,
        "endorser": supplier,
        "value": 100,
    }
    assert dict(tx.events["NotePlaceTaken"]) == {
        "noteId": note,
        "toNoteId": root,
        "to": supplier,
        "holder": mill,
        "value": 100,
        "ancestorId": root,
    }
    assert world.value(root, note) == [FACE, 0]
    assert world.view(receivable)["noteCount"] == 2
    with refused("AcceptanceNotAwaited", note):
        receivables.decline(note, {"from": mill})


@pytest.mark.parametrize("offset", [-1, 0, 1])
@pytest.mark.parametrize("caller", ["mill", "supplier", "thief", "stranger"])
def test_the_payee_at_any_time_and_anyone_after(world, receivables, offered, caller, offset):
    """N8: the endorser cannot take it back while the payee may still say yes."""
    _, root, note = offered
    accept_by = receivables.noteOf(note).dict()["acceptBy"]
    account = getattr(world, caller)
    if caller != "mill" and offset <= 0:
        with at(accept_by + offset), refused("AcceptancePending", note, accept_by):
            receivables.decline(note, {"from": account})
    else:
        with at(accept_by + offset):
            receivables.decline(note, {"from": account})
        assert world.value(root, note) == [FACE, 0]


def test_when_the_note_it_came_from_was_assigned(world, receivables, offered, supplier, bank):
    """N9: the endorser gets a new note that comes from where the endorsed one came from; the assignee nothing."""
    receivable, root, note = offered
    receivables.transferFrom[WHOLE](supplier, bank, root, {"from": supplier})
    tx = receivables.decline(note, {"from": world.mill})
    made = tx.events["NotePlaceTaken"]["toNoteId"]
    assert world.value(root, note, made) == [FACE - 100, 0, 100]
    view = receivables.noteOf(made).dict()
    assert (view["holder"], view["parentId"], view["depth"], view["acceptBy"]) == (supplier, 0, 0, 0)
    assert world.view(receivable)["noteCount"] == 3
    world.endorse(made, supplier, bank, 100)


def test_what_a_dispute_locks_goes_back_with_the_note(world, receivables, participants, supplier, mill, bank):
    """N8, J5: the note itself changes hands, lock and all, and begins anew where the endorsed one did."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    first = world.endorse(root, supplier, bank, FACE, recourse=True)
    note = world.endorse(first, bank, mill, 100, recourse=True)
    world.dispute(receivable, FACE // 2)
    locked = world.adjustments.lockedOf(note)
    assert locked == 50
    tx = receivables.decline(note, {"from": mill})
    assert dict(tx.events["NotePlaceTaken"]) == {
        "noteId": note,
        "toNoteId": note,
        "to": bank,
        "holder": mill,
        "value": 100,
        "ancestorId": first,
    }
    assert dict(tx.events["Transfer"]) == {"from": mill, "to": bank, "tokenId": note}
    view, origin = receivables.noteOf(note).dict(), receivables.noteOf(first).dict()
    for name in ("holder", "parentId", "depth", "endorserId", "withRecourse", "acceptBy"):
        assert view[name] == origin[name]
    assert (world.adjustments.lockedOf(note), world.value(note)) == (50, [100])
    world.endorse(note, bank, supplier, 50)
    with refused("NoteLocked", note, 50):
        receivables.endorse(note, supplier, 1, False, {"from": bank})


def test_not_held_up_by_a_freeze_or_the_clock(world, receivables, offered, supplier, mill):
    """N8, P3: giving back is no taking; also after the cut-off, after maturity and when it is repaid."""
    receivable, root, note = offered
    for party in (mill, supplier):
        world.freeze(party)
    wait_until(world.maturity(receivable) + 400 * DAY)
    receivables.decline(note, {"from": mill})
    assert world.value(root) == [FACE]


def test_when_it_is_repaid(world, receivables, repayments, cash, offered, supplier, mill):
    """N8, M5: then the endorser is paid for it."""
    receivable, root, note = offered
    world.repay(receivable)
    assert world.view(receivable)["status"] == Status.REPAID
    receivables.decline(note, {"from": mill})
    repayments.redeem(root, {"from": mill})
    assert cash.balanceOf(supplier) == FACE


def test_an_approval_of_the_payee_ends(world, receivables, participants, supplier, mill, fund):
    """N6: what the payee allowed is not the endorser's word."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    note = world.endorse(root, supplier, mill, FACE)
    receivables.approve["address,uint256"](fund, note, {"from": mill})
    world.dispute(receivable, 10)
    receivables.decline(note, {"from": mill})
    assert receivables.ownerOf(note) == supplier
    with refused("NotAuthorised", note, fund):
        receivables.endorse(note, fund, 1, False, {"from": fund})
