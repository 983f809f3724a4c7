"""R1: the supplier registers what it says it is owed; the fingerprint makes it the only one."""

import pytest

from tests.contracts.world import CNY, CUT_OFF, DAY, FACE, NOTHING, Role, Status, at, digest, now, refused


def test_a_receivable_is_what_was_registered(world, receivables, fingerprints, supplier, obligor):
    """R1: event, view and fingerprint tell the same; nobody owes anything yet."""
    second, maturity = now() + 50, now() + 90 * DAY
    with at(second):
        tx = receivables.register(
            obligor, CNY, FACE, maturity, digest("document"), digest("fingerprint"), {"from": supplier}
        )
    assert tx.return_value == 1
    assert dict(tx.events["ReceivableRegistered"]) == {
        "receivableId": 1,
        "supplier": supplier,
        "obligor": obligor,
        "currency": CNY,
        "faceValue": FACE,
        "maturityAt": maturity,
        "confirmBy": second + 30 * DAY,
        "cutOffAt": maturity - CUT_OFF,
        "documentHash": "0x" + digest("document").hex(),
        "fingerprint": "0x" + digest("fingerprint").hex(),
    }
    assert receivables.receivableOf(1).dict() == {
        "supplier": supplier,
        "obligor": obligor,
        "currency": CNY,
        "faceValue": FACE,
        "confirmBy": second + 30 * DAY,
        "maturityAt": maturity,
        "status": Status.SUBMITTED,
        "setOffWaived": False,
        "confirmed": 0,
        "noteCount": 0,
        "cutOffAt": maturity - CUT_OFF,
        "graceDays": 0,
        "penaltyBpsPerDay": 0,
        "documentHash": "0x" + digest("document").hex(),
    }
    assert fingerprints.holderOf(digest("fingerprint")) == (receivables, 1)
    assert (receivables.receivableCount(), world.due(1), receivables.isLive(1)) == (1, (0, 0, 0), True)
    assert world.owed() == 0


def test_one_fen_is_a_receivable(world, receivables):
    """R1: the least amount; nothing at all is refused, naming the most that the field holds."""
    assert receivables.receivableOf(world.register(face=1)).dict()["faceValue"] == 1
    with refused("InvalidAmount", 0, 2**64 - 1):
        world.register(face=0)


def test_no_document_no_receivable(world):
    """R1: the obligor signs the document's hash, so it must be there."""
    with refused("DocumentMissing"):
        world.register(documentHash=NOTHING)


def test_no_fingerprint_no_receivable(world, receivables):
    """R1, F2: and nothing is left behind."""
    with refused("FingerprintMissing"):
        world.register(fingerprint=NOTHING)
    assert receivables.receivableCount() == 0


@pytest.mark.parametrize(
    ("caller", "error", "values"),
    [
        ("stranger", "UnknownParticipant", ()),
        ("bank", "RoleMissing", (Role.SUPPLIER,)),
        ("obligor", "RoleMissing", (Role.SUPPLIER,)),
    ],
)
def test_only_suppliers_register(world, caller, error, values):
    """R1, P5: not a stranger, not a financier, and not the obligor for its supplier."""
    account = getattr(world, caller)
    with refused(error, account, *values):
        world.register(supplier=account)


@pytest.mark.parametrize(
    ("debtor", "error", "values"),
    [
        ("stranger", "UnknownParticipant", ()),
        ("bank", "RoleMissing", (Role.OBLIGOR,)),
        ("mill", "RoleMissing", (Role.OBLIGOR,)),
    ],
)
def test_only_obligors_are_owed_by(world, debtor, error, values):
    """R1, P5: a claim on somebody who cannot confirm it would only wait."""
    account = getattr(world, debtor)
    with refused(error, account, *values):
        world.register(obligor=account)


def test_a_frozen_obligor_cannot_be_claimed_on(world, obligor):
    """R1, P3."""
    world.freeze(obligor)
    with refused("Frozen", obligor):
        world.register()


def test_nobody_owes_itself(world, participants, dealer):
    """R1: circular paper, out of nothing."""
    with refused("SelfObligation", participants.participantOf(dealer)[0]):
        world.register(supplier=dealer, obligor=dealer)


def test_both_roles_towards_different_people(world, receivables, dealer):
    """R1: a firm sells and buys."""
    world.register(supplier=dealer)
    world.register(obligor=dealer)
    assert receivables.receivableCount() == 2


def test_the_same_document_may_stand_behind_two_things(world):
    """R1: what makes a thing unique is its fingerprint, not the file."""
    for _ in range(2):
        world.register(documentHash=digest("one file, two invoices"))


def test_an_unknown_one_is_an_error(receivables, repayments):
    """R1: zero and the next one do not exist."""
    for receivable in (0, 1, 2**256 - 1):
        for ask in (receivables.receivableOf, receivables.termsOf, repayments.dueOf, repayments.liveOf):
            with refused("UnknownReceivable", receivable):
                ask(receivable)
        assert receivables.isLive(receivable) is False
