"""P3: by a regulator's logged order, a participant can neither act nor receive nor be paid."""

import pytest

from tests.contracts.world import FACE, NOTHING, digest, refused

ORDER = digest("order 2026-17")


def test_a_freeze_names_its_order(participants, supplier, regulator):
    """P3: the order's hash is in the log, for the freeze and for its end."""
    tx = participants.freeze(supplier, ORDER, {"from": regulator})
    assert dict(tx.events["ParticipantFrozen"]) == {"participantId": 1, "orderHash": "0x" + ORDER.hex()}
    assert participants.participantOf(supplier)[3] is True
    tx = participants.unfreeze(supplier, ORDER, {"from": regulator})
    assert dict(tx.events["ParticipantUnfrozen"]) == {"participantId": 1, "orderHash": "0x" + ORDER.hex()}
    assert participants.participantOf(supplier)[3] is False


@pytest.mark.parametrize("act", ["freeze", "unfreeze"])
def test_no_freeze_without_an_order(participants, supplier, regulator, act):
    """P3: nobody is frozen or freed by word of mouth."""
    with refused("OrderMissing"):
        getattr(participants, act)(supplier, NOTHING, {"from": regulator})


@pytest.mark.parametrize("act", ["freeze", "unfreeze"])
def test_a_stranger_cannot_be_frozen(participants, stranger, regulator, act):
    """P3: there is nothing to freeze."""
    with refused("UnknownParticipant", stranger):
        getattr(participants, act)(stranger, ORDER, {"from": regulator})


def test_freezing_twice_changes_nothing(participants, supplier, regulator):
    """P3: each order is logged all the same."""
    for _ in range(2):
        assert "ParticipantFrozen" in participants.freeze(supplier, ORDER, {"from": regulator}).events
    participants.unfreeze(supplier, ORDER, {"from": regulator})
    assert participants.mayHold(supplier)


def test_a_frozen_supplier_can_do_nothing(world, receivables, cash, supplier, mill):
    """P3: it neither registers nor withdraws nor gives title away, and its cash stays where it is."""
    receivable, note = world.note()
    waiting = world.register()
    world.freeze(supplier)
    with refused("Frozen", supplier):
        world.register()
    with refused("Frozen", supplier):
        receivables.withdraw(waiting, {"from": supplier})
    with refused("Frozen", supplier):
        receivables.endorse(note, mill, 1, False, {"from": supplier})
    with refused("Frozen", supplier):
        receivables.transferFrom["address,address,uint256"](supplier, mill, note, {"from": supplier})
    with refused("ERC7943CannotTransact", supplier):
        cash.transfer(mill, 0, {"from": supplier})
    assert world.due(receivable) == (0, FACE, 0)


def test_a_frozen_party_receives_nothing(world, receivables, cash, supplier, mill, bank):
    """P3: neither title nor cash reaches it."""
    _, note = world.note()
    world.freeze(mill)
    with refused("Frozen", mill):
        receivables.endorse(note, mill, 1, False, {"from": supplier})
    with refused("Frozen", mill):
        receivables.transferFrom["address,address,uint256"](supplier, mill, note, {"from": supplier})
    with refused("ERC7943CannotTransact", mill):
        cash.transfer(mill, 1, {"from": bank})


def test_a_frozen_operator_cannot_help_itself_to_what_is_frozen(world, receivables, supplier, mill, thief):
    """P3: an approval given before the freeze does not get round it."""
    _, note = world.note()
    receivables.setApprovalForAll(thief, True, {"from": supplier})
    world.freeze(supplier)
    with refused("Frozen", supplier):
        receivables.endorse(note, thief, 1, False, {"from": thief})
