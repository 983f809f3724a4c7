"""N1 and N2: moves value of a note into a new child note; with recourse, the endorser stays liable."""

import pytest

from tests.contracts.world import CUT_OFF, DAY, FACE, ZERO, Role, Status, at, clause, now, refused


def values(receivables, *notes):
    return [receivables.balanceOf["uint256"](note) for note in notes]


@pytest.mark.parametrize("recourse", [False, True])
@pytest.mark.parametrize("value", [1, FACE // 3, FACE])
def test_value_moves_into_a_child(world, receivables, participants, supplier, mill, value, recourse):
    """N2: a part or the whole; nothing is made or lost, and the child knows where it came from."""
    receivable, note = world.note()
    tx = receivables.endorse(note, mill, value, recourse, {"from": supplier})
    child = tx.events["NoteEndorsed"]["childId"]
    assert dict(tx.events["NoteEndorsed"]) == {
        "noteId": note,
        "childId": child,
        "endorser": supplier,
        "endorsee": mill,
        "value": value,
        "withRecourse": recourse,
    }
    assert dict(tx.events["Transfer"]) == {"from": ZERO, "to": mill, "tokenId": child}
    assert dict(tx.events["SlotChanged"]) == {"tokenId": child, "oldSlot": 0, "newSlot": receivable}
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": note, "toTokenId": child, "value": value}
    assert receivables.noteOf(child).dict() == {
        "holder": mill,
        "value": value,
        "receivableId": receivable,
        "parentId": note,
        "depth": 1,
        "endorserId": participants.participantOf(supplier)[0],
        "withRecourse": recourse,
        "acceptBy": 0,
    }
    assert values(receivables, note, child) == [FACE - value, value]
    assert receivables.ownerOf(note) == supplier
    assert receivables.receivableOf(receivable).dict()["noteCount"] == 2
    assert receivables.noteCount() == child
    assert [receivables.balanceOf["address"](party) for party in (supplier, mill)] == [1, 1]


def test_down_the_tiers(world, receivables, supplier, mill, bank, fund):
    """N2: the chain of endorsements is the tree itself."""
    _, root = world.note()
    first = world.endorse(root, supplier, mill, 600, recourse=True)
    second = world.endorse(first, mill, bank, 400)
    third = world.endorse(second, bank, fund, 400, recourse=True)
    assert values(receivables, root, first, second, third) == [FACE - 600, 200, 0, 400]
    tree = [receivables.noteOf(note).dict() for note in (third, second, first, root)]
    assert [note["parentId"] for note in tree] == [second, first, root, 0]
    assert [note["depth"] for note in tree] == [3, 2, 1, 0]
    assert [note["withRecourse"] for note in tree] == [True, False, True, False]


@pytest.mark.parametrize("value", [FACE + 1, 2**64, 2**64 + 1, 2**256 - 1])
def test_nobody_endorses_more_than_it_holds(world, receivables, supplier, mill, value):
    """N2: a value that only fits when cut to 64 bits does not fit."""
    _, note = world.note()
    with refused("InsufficientValue", note, FACE, value):
        receivables.endorse(note, mill, value, False, {"from": supplier})


def test_nothing_is_no_endorsement(world, receivables, supplier, mill):
    """N2: empty notes would only use up the number that policy allows."""
    _, note = world.note()
    with refused("InvalidAmount", 0, FACE):
        receivables.endorse(note, mill, 0, False, {"from": supplier})


def test_a_spent_note_gives_nothing(world, receivables, supplier, mill):
    """N2: not a second time."""
    _, note = world.note()
    world.endorse(note, supplier, mill, FACE)
    with refused("InsufficientValue", note, 0, 1):
        receivables.endorse(note, mill, 1, False, {"from": supplier})


@pytest.mark.parametrize("caller", ["thief", "stranger", "obligor", "mill"])
def test_nobody_endorses_anothers_note(world, receivables, thief, caller):
    """N2: no signature, no approval, no move."""
    _, note = world.note()
    account = getattr(world, caller)
    with refused("NotAuthorised", note, account):
        receivables.endorse(note, thief, 1, False, {"from": account})


def test_the_former_holder_is_nobody(world, receivables, supplier, mill):
    """N2: value that was endorsed away cannot be endorsed again."""
    _, note = world.note()
    child = world.endorse(note, supplier, mill, FACE)
    with refused("NotAuthorised", child, supplier):
        receivables.endorse(child, supplier, 1, False, {"from": supplier})


def test_an_unknown_note(receivables, supplier, mill):
    """N2: zero and what was never made."""
    for note in (0, 1, 2**256 - 1):
        with refused("UnknownNote", note):
            receivables.endorse(note, mill, 1, False, {"from": supplier})
        with refused("UnknownNote", note):
            receivables.noteOf(note)


def test_an_approved_operator_endorses_for_the_holder(world, receivables, participants, supplier, mill, fund):
    """N2: the endorser is the holder all the same, and the operator needs to be nobody."""
    _, note = world.note()
    receivables.approve["address,uint256"](fund, note, {"from": supplier})
    tx = receivables.endorse(note, mill, 5, True, {"from": fund})
    assert tx.events["NoteEndorsed"]["endorser"] == supplier
    child = receivables.noteOf(tx.events["NoteEndorsed"]["childId"]).dict()
    assert child["endorserId"] == participants.participantOf(supplier)[0]


@pytest.mark.parametrize("to", ["stranger", "nobody", "frozen", "expired"])
def test_only_participants_take_notes(world, receivables, supplier, mill, newcomer, to):
    """N2, P5: whoever takes title is active."""
    _, note = world.note()
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    world.freeze(mill)
    account, error, more = {
        "stranger": (world.stranger, "UnknownParticipant", ()),
        "nobody": (ZERO, "UnknownParticipant", ()),
        "frozen": (mill, "Frozen", ()),
        "expired": (newcomer, "KycExpired", (valid_until,)),
    }[to]
    with at(valid_until + 1), refused(error, account, *more):
        receivables.endorse(note, account, 1, False, {"from": supplier})


def test_an_expired_holder_gives_nothing(world, receivables, mill, newcomer, supplier):
    """N2, P5: whoever gives title is active too; being paid is another matter."""
    _, note = world.note()
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    child = world.endorse(note, supplier, newcomer, 10)
    with at(valid_until + 1), refused("KycExpired", newcomer, valid_until):
        receivables.endorse(child, mill, 1, False, {"from": newcomer})


@pytest.mark.parametrize("late", [False, True])
def test_title_moves_until_the_cut_off(world, receivables, supplier, mill, late):
    """N1: two days before maturity; in the last second before it, and not in its second."""
    receivable, note = world.note()
    cut_off = world.maturity(receivable) - CUT_OFF
    if late:
        with at(cut_off), refused("AfterCutOff", receivable, cut_off):
            receivables.endorse(note, mill, 1, False, {"from": supplier})
    else:
        with at(cut_off - 1):
            receivables.endorse(note, mill, 1, False, {"from": supplier})


def test_a_paid_note_no_longer_moves(world, receivables, supplier, mill):
    """N1: it is worth its money and nothing else."""
    receivable, note = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        receivables.endorse(note, mill, 1, False, {"from": supplier})


def test_not_too_deep(world, receivables, supplier, mill):
    """N2, L4 "depth.max": five endorsements from the root, and no sixth."""
    _, note = world.note()
    holders = [supplier, mill]
    for depth in range(5):
        note = world.endorse(note, holders[depth % 2], holders[(depth + 1) % 2], 100)
    with refused("PolicyRefused", clause("depth.max"), 6, 5):
        receivables.endorse(note, supplier, 1, False, {"from": mill})
    assert receivables.noteOf(note).dict()["depth"] == 5


def test_not_too_many(world, receivables, supplier, mill):
    """N2, L4 "notes.max": twelve notes with the root, and no thirteenth, for any holder of the receivable."""
    receivable, note = world.note()
    for _ in range(11):
        child = world.endorse(note, supplier, mill, 1)
    for holder, used in ((supplier, note), (mill, child)):
        with refused("PolicyRefused", clause("notes.max"), 13, 12):
            receivables.endorse(used, supplier, 1, False, {"from": holder})
    receivables.transferFrom["address,address,uint256"](supplier, mill, note, {"from": supplier})
    assert receivables.receivableOf(receivable).dict()["noteCount"] == 12


def test_to_itself(world, receivables, supplier):
    """N2: a holder may split its own note."""
    _, note = world.note()
    child = world.endorse(note, supplier, supplier, 10)
    assert values(receivables, note, child) == [FACE - 10, 10]
    assert receivables.balanceOf["address"](supplier) == 2


def test_no_callback(world, receivables, supplier, MockWallet):
    """N2: an endorsement asks no receiver, so that none can refuse or come back in the middle."""
    wallet = MockWallet.deploy(supplier, {"from": supplier})
    world.admit(wallet, Role.SUPPLIER, "wallet")
    wallet.setPolite(False, {"from": supplier})
    _, note = world.note()
    world.endorse(note, supplier, wallet, 10)
    assert wallet.calledBack() is False
