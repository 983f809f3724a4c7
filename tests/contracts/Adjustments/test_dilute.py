"""J3 and J8: the supplier's credit note lowers the face value or the debt, and falls on the supplier alone."""

import pytest

from tests.contracts.world import FACE, NOTHING, Cause, Role, Status, digest, refused, wait_until


def test_before_the_confirmation_the_face_value(world, receivables, adjustments, supplier):
    """J3: the obligor then confirms at most what is left, and what it sees is that."""
    receivable = world.register()
    tx = adjustments.dilute(receivable, 100, digest("credit"), digest("print"), (), {"from": supplier})
    assert dict(tx.events["ReceivableDiluted"]) == {
        "receivableId": receivable,
        "cause": Cause.CREDIT_NOTE,
        "amount": 100,
        "documentHash": "0x" + digest("credit").hex(),
        "by": supplier,
    }
    assert dict(tx.events["FaceValueLowered"]) == {"receivableId": receivable, "faceValue": FACE - 100}
    assert (world.view(receivable)["faceValue"], world.owed()) == (FACE - 100, 0)
    signed = world.confirmation(receivable, amount=FACE - 99)
    with refused("InvalidAmount", FACE - 99, FACE - 100):
        receivables.confirm(*signed, {"from": supplier})
    world.confirm(receivable)
    assert world.due(receivable) == (0, FACE - 100, 0)
    assert adjustments.adjustmentOf(receivable).dict()["reduced"] == 0


def test_a_confirmation_signed_before_does_not_fit_any_more(world, receivables, supplier, obligor):
    """J3, R2: the face value is one of the words that are signed."""
    receivable = world.register()
    confirmation, signature = world.confirmation(receivable, amount=5)
    world.credit(receivable, 100)
    with refused("InvalidSignature", obligor, receivables.confirmationDigest(confirmation)):
        receivables.confirm(confirmation, signature, {"from": supplier})


@pytest.mark.parametrize("amount", [0, FACE, FACE + 1, 2**64 - 1])
def test_not_less_than_one_unit(world, amount):
    """J3: who credits the whole withdraws."""
    receivable = world.register()
    with refused("InvalidAmount", amount, FACE - 1):
        world.credit(receivable, amount)
    world.credit(receivable, FACE - 1)
    assert world.view(receivable)["faceValue"] == 1
    with refused("InvalidAmount", 1, 0):
        world.credit(receivable, 1)


def test_after_it_what_the_obligor_owes(world, adjustments, supplier):
    """J3, J7: absorbed at once by the notes that are named."""
    receivable, root = world.note()
    tx = world.credit(receivable, 100, [root])
    assert dict(tx.events["DilutionAbsorbed"]) == {
        "receivableId": receivable,
        "noteId": root,
        "supplier": supplier,
        "amount": 100,
    }
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": root, "toTokenId": 0, "value": 100}
    assert (world.value(root), world.due(receivable), world.owed()) == ([FACE - 100], (0, FACE - 100, 0), FACE - 100)
    change = adjustments.adjustmentOf(receivable).dict()
    assert (change["reduced"], change["absorbed"]) == (100, 100)
    assert world.view(receivable)["faceValue"] == FACE


def test_no_other_holders_note_loses_value(world, supplier, mill):
    """J8: what the supplier's notes do not absorb is its debt."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE - 30)
    world.credit(receivable, 100, [root, child])
    assert world.value(root, child) == [0, FACE - 30]
    assert world.due(receivable) == (0, FACE - 100, 70)


def test_the_whole_of_what_the_supplier_holds(world, receivables):
    """J3, M7: nothing is owed any more; its fingerprint stays taken."""
    receivable, root = world.note()
    world.credit(receivable, FACE, [root])
    assert (world.view(receivable)["status"], world.owed()) == (Status.REPAID, 0)
    assert receivables.isLive(receivable)


@pytest.mark.parametrize("amount", [0, FACE + 1])
def test_neither_nothing_nor_more_than_is_owed(world, amount):
    """J8."""
    receivable, root = world.note()
    with refused("InvalidAmount", amount, FACE):
        world.credit(receivable, amount, [root])


def test_at_most_what_is_owed_undisputed_and_not_repaid(world):
    """J8."""
    receivable, root = world.note()
    world.repay(receivable, 100)
    world.dispute(receivable, 50)
    with refused("InvalidAmount", FACE - 149, FACE - 150):
        world.credit(receivable, FACE - 149, [root])
    world.credit(receivable, FACE - 150, [root])
    assert (world.due(receivable), world.value(root)) == ((0, 0, 0), [150])


def test_once(world, adjustments, supplier):
    """J3, F2: a credit note is used once, for this receivable or another, before the confirmation or after."""
    receivable, root = world.note()
    world.credit(receivable, 5, [root], fingerprint=digest("the same"))
    for other in (receivable, world.register()):
        with refused("FingerprintTaken", digest("the same"), adjustments, 1):
            world.credit(other, 5, [root], fingerprint=digest("the same"))
    assert [adjustments.isLive(number) for number in (1, 2)] == [True, False]
    with refused("FingerprintMissing"):
        world.credit(receivable, 5, [root], fingerprint=NOTHING)


def test_nor_is_an_invoice_a_credit_note(world, receivables):
    """F2: one registry for all things."""
    receivable = world.register(fingerprint=digest("invoice"))
    with refused("FingerprintTaken", digest("invoice"), receivables, receivable):
        world.credit(receivable, 5, fingerprint=digest("invoice"))


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize(
    ("caller", "error"), [("mill", "NotTheSupplier"), ("obligor", "RoleMissing"), ("bank", "RoleMissing")]
)
def test_the_supplier_alone(world, adjustments, confirmed, caller, error):
    """J3: nobody credits in its name, least of all the obligor."""
    receivable = world.note()[0] if confirmed else world.register()
    account = getattr(world, caller)
    values = (receivable, account) if error == "NotTheSupplier" else (account, Role.SUPPLIER)
    with refused(error, *values):
        adjustments.dilute(receivable, 1, digest("x"), digest("y"), (), {"from": account})


def test_not_a_frozen_one(world, supplier):
    """P3."""
    receivable = world.register()
    world.freeze(supplier)
    with refused("Frozen", supplier):
        world.credit(receivable, 1)


def test_not_what_has_fallen_or_is_repaid(world, receivables, supplier):
    """J3."""
    receivable, root = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        world.credit(receivable, 1, [root])
    fallen = world.register()
    receivables.withdraw(fallen, {"from": supplier})
    with refused("WrongStatus", fallen, Status.WITHDRAWN):
        world.credit(fallen, 1)
    with refused("UnknownReceivable", 9):
        world.credit(9, 1)


def test_nor_what_is_repaid_while_its_money_is_divided(world, supplier, mill):
    """J3: that it is repaid is the first thing said, and would be so after the division too."""
    receivable, root = world.note()
    world.endorse(root, supplier, mill, FACE // 2)
    world.repay(receivable, 100)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.repay(receivable, FACE - 100)
    with refused("WrongStatus", receivable, Status.REPAID):
        world.credit(receivable, 1)


def test_after_notice_only_what_is_absorbed_at_once(world, adjustments, supplier, mill):
    """J3, Civil Code art. 765: the holders whose assignment was notified do not come to depend on the supplier."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE - 100)
    adjustments.giveNotice(child, {"from": mill})
    given = adjustments.adjustmentOf(receivable).dict()["noticeAt"]
    for amount, notes in ((101, [root]), (1, []), (1, [child])):
        with refused("NoticeWasGiven", receivable, given):
            world.credit(receivable, amount, notes)
    world.credit(receivable, 100, [root])
    assert world.value(root, child) == [0, FACE - 100]
    assert world.due(receivable) == (0, FACE - 100, 0)


def test_not_by_a_note_of_another_receivable(world):
    """J7."""
    receivable, _ = world.note()
    other, foreign = world.note()
    with refused("WrongReceivable", foreign, other):
        world.credit(receivable, 1, [foreign])


def test_not_while_money_is_divided(world, repayments):
    """J9."""
    receivable, root = world.note()
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 1):
        world.credit(receivable, 1, [root])
    repayments.redeem(root, {"from": world.stranger})
    world.credit(receivable, FACE - 10, [root])
    assert world.view(receivable)["status"] == Status.REPAID


def test_the_limit_has_room_again(world, receivables, supplier):
    """P4: what is credited is not owed."""
    world.limit(world.obligor, FACE)
    receivable, root = world.note()
    other = world.register(face=5)
    world.credit(receivable, 5, [root])
    world.confirm(other)
    assert world.owed() == FACE
