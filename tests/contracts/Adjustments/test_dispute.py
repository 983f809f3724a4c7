"""J5: the obligor disputes a part of what it owes; that part is locked."""

import pytest

from tests.contracts.world import Role, Status, at, refused, wait_until

WHOLE = "address,address,uint256"
MERGE = "uint256,uint256,uint256"


@pytest.fixture
def three(world, supplier, mill, bank):
    """A receivable of 100 fen, and its notes: 50 with the supplier, 30 with the mill, 20 with the bank."""
    receivable, root = world.note(face=100)
    return receivable, [root, world.endorse(root, supplier, mill, 30), world.endorse(root, supplier, bank, 20)]


def locked(world, notes):
    return [world.adjustments.lockedOf(note) for note in notes]


def test_a_part_is_disputed(world, adjustments, three, obligor):
    """J5: with its reason; the rest is as good as before."""
    receivable, notes = three
    tx = adjustments.dispute(receivable, 10, "受潮", notes, {"from": obligor})
    assert dict(tx.events["ReceivableDisputed"]) == {
        "receivableId": receivable,
        "disputeId": 1,
        "obligor": obligor,
        "amount": 10,
        "reason": "受潮",
    }
    assert dict(tx.events["NoteLockedByDispute"]) == {"noteId": notes[0], "receivableId": receivable, "amount": 10}
    assert dict(tx.events["ReceivableStatusChanged"]) == {"receivableId": receivable, "status": Status.DISPUTED}
    change = adjustments.adjustmentOf(receivable).dict()
    assert (change["disputed"], change["disputeId"]) == (10, 1)
    assert (world.due(receivable), world.owed(), world.value(*notes)) == ((0, 90, 0), 100, [50, 30, 20])
    assert world.receivables.isLive(receivable)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (1, [1, 0, 0]),
        (50, [50, 0, 0]),
        (51, [50, 1, 0]),
        (52, [50, 1, 1]),
        (54, [50, 2, 2]),
        (57, [50, 4, 3]),
        (99, [50, 29, 20]),
        (100, [50, 30, 20]),
    ],
)
def test_the_suppliers_notes_first(world, three, amount, expected):
    """J5: then all others in proportion, 3 to 2, the odd fen to the largest remainder, the sum exact."""
    receivable, notes = three
    world.dispute(receivable, amount)
    assert locked(world, notes) == expected
    assert sum(expected) == amount


def test_the_suppliers_notes_share_it_in_proportion(world, supplier):
    """J5: 10 of 60 and 40: 6 and 4."""
    receivable, root = world.note(face=100)
    own = world.endorse(root, supplier, supplier, 40)
    world.dispute(receivable, 10)
    assert locked(world, [root, own]) == [6, 4]


def test_locked_value_stays_where_it_is(world, receivables, three, supplier, mill, bank):
    """J5: neither endorsed nor transferred, merged or delivered; the free part is; the refusal names what is locked."""
    receivable, notes = three
    own = world.endorse(notes[0], supplier, supplier, 10)
    world.dispute(receivable, 40)
    assert locked(world, [notes[0], own]) == [32, 8]
    sent = {"from": supplier}
    document = world.view(receivable)["documentHash"]
    receivables.approve["uint256,address,uint256"](notes[0], mill, 50, sent)
    for act in (
        lambda: receivables.endorse(notes[0], mill, 9, False, sent),
        lambda: receivables.endorseMany(notes[0], [(mill, 8, False), (bank, 1, True)], sent),
        lambda: receivables.transferFrom[WHOLE](supplier, mill, notes[0], sent),
        lambda: receivables.transferFrom[MERGE](notes[0], own, 9, sent),
        lambda: receivables.transferFrom["uint256,address,uint256"](notes[0], mill, 9, {"from": mill}),
        lambda: receivables.deliver(notes[0], receivable, document, supplier, bank, 40, False, sent),
        lambda: receivables.deliver(notes[0], receivable, document, supplier, bank, 9, True, sent),
    ):
        with refused("NoteLocked", notes[0], 32):
            act()
    receivables.endorse(notes[0], mill, 7, False, sent)
    receivables.transferFrom[MERGE](notes[0], own, 1, sent)
    receivables.transferFrom[WHOLE](bank, mill, notes[2], {"from": bank})
    with refused("InsufficientValue", notes[0], 32, 33):
        receivables.endorse(notes[0], mill, 33, False, sent)
    with refused("InvalidAmount", 0, 32):
        receivables.endorse(notes[0], mill, 0, False, sent)


def test_nor_sold_by_a_quote_signed_before(world, settlement, three, supplier):
    """J5, D2: a dispute that comes between leaves cash and title where they are."""
    receivable, notes = three
    signed = world.quote(receivable, value=50, price=40)
    world.dispute(receivable, 1)
    with refused("NoteLocked", notes[0], 1):
        settlement.settle(*signed, notes[0], {"from": supplier})
    settlement.settle(*world.quote(receivable, value=49, price=40), notes[0], {"from": supplier})


@pytest.mark.parametrize("amount", [0, 101, 2**64 - 1])
def test_neither_nothing_nor_more_than_it_owes(world, adjustments, three, obligor, amount):
    """J5."""
    receivable, notes = three
    with refused("InvalidAmount", amount, 100):
        adjustments.dispute(receivable, amount, "", notes, {"from": obligor})


def test_not_what_is_paid(world, adjustments, three, obligor):
    """J5: who paid cannot lock the money of the holders."""
    receivable, notes = three
    world.repay(receivable, 99)
    with refused("InvalidAmount", 2, 1):
        adjustments.dispute(receivable, 2, "", notes, {"from": obligor})
    world.dispute(receivable, 1)
    assert world.due(receivable) == (0, 0, 0)


def test_one_at_a_time(world, adjustments, three, obligor):
    """J5."""
    receivable, notes = three
    world.dispute(receivable, 1)
    with refused("WrongStatus", receivable, Status.DISPUTED):
        adjustments.dispute(receivable, 1, "", notes, {"from": obligor})


def test_the_next_has_the_next_number_and_no_old_locks(world, adjustments, three, regulator, mill, supplier):
    """J5, J6: a lock of an earlier dispute counts for nothing."""
    receivable, notes = three
    world.dispute(receivable, 100)
    adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": regulator})
    assert locked(world, notes) == [0, 0, 0]
    world.endorse(notes[1], mill, supplier, 30)
    assert world.dispute(receivable, 1) == 2
    assert locked(world, notes) == [1, 0, 0]


@pytest.mark.parametrize(
    ("caller", "error"), [("dealer", "NotTheObligor"), ("supplier", "RoleMissing"), ("thief", "RoleMissing")]
)
def test_the_obligor_alone(world, adjustments, three, caller, error):
    """J5: nobody else locks anything."""
    receivable, notes = three
    account = getattr(world, caller)
    values = (receivable, account) if error == "NotTheObligor" else (account, Role.OBLIGOR)
    with refused(error, *values):
        adjustments.dispute(receivable, 1, "", notes, {"from": account})


def test_all_notes_must_be_named(world, adjustments, three, obligor):
    """J5: so that none is spared or locked twice."""
    receivable, (root, first, second) = three
    for listed, worth in (([root], 50), ([first, second], 50), ([], 0)):
        with refused("NotesIncomplete", receivable, worth, 100):
            adjustments.dispute(receivable, 5, "", listed, {"from": obligor})
    for listed, at_note in (([first, root, second], root), ([root, first, first, second], first)):
        with refused("NotesUnordered", at_note):
            adjustments.dispute(receivable, 5, "", listed, {"from": obligor})
    other, foreign = world.note()
    with refused("WrongReceivable", foreign, other):
        adjustments.dispute(receivable, 5, "", [root, first, second, foreign], {"from": obligor})


def test_not_what_is_not_open(world, adjustments, obligor):
    """J5: nor what is repaid, so a payment cannot be taken back."""
    receivable, root = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        adjustments.dispute(receivable, 1, "", [root], {"from": obligor})
    waiting = world.register()
    with refused("WrongStatus", waiting, Status.SUBMITTED):
        adjustments.dispute(waiting, 1, "", [], {"from": obligor})
    with refused("UnknownReceivable", 9):
        adjustments.dispute(9, 1, "", [], {"from": obligor})


def test_not_a_frozen_obligor(world, adjustments, three, obligor):
    """P3."""
    receivable, notes = three
    world.freeze(obligor)
    with refused("Frozen", obligor):
        adjustments.dispute(receivable, 1, "", notes, {"from": obligor})


def test_not_while_money_is_divided(world, adjustments, three, obligor):
    """J9: a share that is allotted cannot be locked any more."""
    receivable, notes = three
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 3):
        adjustments.dispute(receivable, 1, "", notes, {"from": obligor})
    world.redeem_all(receivable)
    with at(world.grace_end(receivable)):
        world.dispute(receivable, 90)
    assert locked(world, notes) == [45, 27, 18]


def test_what_nobody_made_has_no_lock(adjustments):
    """J5."""
    with refused("UnknownNote", 9):
        adjustments.lockedOf(9)


def test_face_and_confirmation_stay(world, three):
    """R9: a dispute changes no fact of the claim."""
    receivable, _ = three
    world.dispute(receivable, 60)
    view = world.view(receivable)
    assert (view["faceValue"], view["confirmed"], view["noteCount"]) == (100, 100, 3)
