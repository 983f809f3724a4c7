"""What the contracts around Receivables may do with notes and claims, and nobody else; and who holds no title."""

import pytest

from tests.contracts.world import FACE, Status, refused

ACTS = {
    "takePlace": lambda w, receivable, note: (note, 0, w.thief, 1),
    "burn": lambda w, receivable, note: (note, 1),
    "relieve": lambda w, receivable, note: (receivable, 1),
    "lowerFaceValue": lambda w, receivable, note: (receivable, 1),
    "setStatus": lambda w, receivable, note: (receivable, Status.REPAID),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("caller", ["thief", "supplier", "obligor", "admin", "regulator", "stranger"])
def test_nobody_steps_in_for_them(world, receivables, act, caller):
    """N9, R9: no party and no officer moves value, debt or status by hand."""
    receivable, note = world.note()
    account = getattr(world, caller)
    with refused("NotASibling", account):
        getattr(receivables, act)(*ACTS[act](world, receivable, note), {"from": account})
    assert (world.value(note), world.due(receivable)) == ([FACE], (0, FACE, 0))


def test_they_are_who_was_deployed(world, receivables, repayments, adjustments, reserve, settlement):
    """The circle is closed: each knows the others, and for good."""
    assert (receivables.repayments(), receivables.adjustments(), receivables.reserve()) == (
        repayments,
        adjustments,
        reserve,
    )
    assert (repayments.receivables(), repayments.adjustments()) == (receivables, adjustments)
    assert (adjustments.receivables(), adjustments.repayments()) == (receivables, repayments)
    assert (reserve.receivables(), reserve.repayments(), reserve.adjustments()) == (
        receivables,
        repayments,
        adjustments,
    )
    assert (reserve.settlement(), settlement.reserve(), settlement.receivables()) == (settlement, reserve, receivables)


def test_the_paymaster_holds_no_note(world, receivables, repayments, settlement, supplier):
    """R10: it would pay itself, and the money would be nobody's."""
    _, note = world.note()
    for act in (
        lambda: receivables.endorse(note, repayments, 1, False, {"from": supplier}),
        lambda: receivables.transferFrom["address,address,uint256"](supplier, repayments, note, {"from": supplier}),
        lambda: receivables.transferFrom["uint256,address,uint256"](note, repayments, 1, {"from": supplier}),
        lambda: receivables.endorseMany(note, [(repayments, 1, False)], {"from": supplier}),
    ):
        with refused("ReceiverRefused", repayments):
            act()


def test_what_does_not_exist_has_no_terms(receivables):
    """R1."""
    with refused("UnknownReceivable", 9):
        receivables.termsOf(9)


def test_the_terms_of_a_claim(world, receivables):
    """What the others are told of it: as registered, then as confirmed."""
    receivable = world.register()
    terms = receivables.termsOf(receivable).dict()
    assert (terms["status"], terms["confirmed"], terms["graceEndsAt"]) == (
        Status.SUBMITTED,
        0,
        world.maturity(receivable),
    )
    world.confirm(receivable, setOffWaived=True, amount=5)
    terms = receivables.termsOf(receivable).dict()
    assert (terms["status"], terms["confirmed"], terms["setOffWaived"]) == (Status.CONFIRMED, 5, True)
