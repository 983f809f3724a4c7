"""J4: the obligor sets off a counterclaim that the supplier acknowledged by signature."""

import pytest

from tests.contracts.world import DAY, FACE, Cause, Role, Status, at, digest, now, refused, wait_until


def set_off(world, signed, notes=(), caller=None):
    return world.adjustments.setOff(*signed, notes, {"from": caller or world.obligor})


def not_signed(world, document):
    return "InvalidSignature", world.supplier, world.adjustments.setOffDigest(document)


def test_it_lowers_what_is_owed(world, adjustments, supplier, obligor):
    """J4, J8: and falls on the supplier's notes first; the supplier's word is spent."""
    receivable, root = world.note()
    document, signature = world.counterclaim(receivable, 100)
    tx = set_off(world, (document, signature), [root])
    assert dict(tx.events["ReceivableDiluted"]) == {
        "receivableId": receivable,
        "cause": Cause.SET_OFF,
        "amount": 100,
        "documentHash": "0x" + digest("counterclaim").hex(),
        "by": obligor,
    }
    assert (world.due(receivable), world.owed(), world.value(root)) == ((0, FACE - 100, 0), FACE - 100, [FACE - 100])
    assert adjustments.isNonceUsed(supplier, document[5])
    with refused("NonceAlreadyUsed", supplier, document[5]):
        set_off(world, (document, signature), [root])


def test_what_the_supplier_no_longer_holds_is_its_debt(world, supplier, mill):
    """J8: the mill's note keeps its value."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE)
    set_off(world, world.counterclaim(receivable, 100), [root, child])
    assert (world.due(receivable), world.value(child)) == ((0, FACE - 100, 100), [FACE])


def test_the_whole(world):
    """J4, M7."""
    receivable, root = world.note()
    set_off(world, world.counterclaim(receivable, FACE), [root])
    assert world.view(receivable)["status"] == Status.REPAID


def test_not_when_it_was_waived(world):
    """J4, R2: what the obligor signed in its confirmation holds."""
    receivable = world.register()
    root = world.confirm(receivable, setOffWaived=True)
    with refused("SetOffWaived", receivable):
        set_off(world, world.counterclaim(receivable, 1), [root])


@pytest.mark.parametrize("late", [False, True])
def test_due_no_later_than_the_receivable(world, late):
    """J4: in its second at the latest."""
    receivable, root = world.note()
    maturity = world.maturity(receivable)
    signed = world.counterclaim(receivable, 1, dueAt=maturity + late)
    if late:
        with refused("CounterclaimTooLate", receivable, maturity + 1, maturity):
            set_off(world, signed, [root])
    else:
        set_off(world, signed, [root])


@pytest.mark.parametrize("late", [False, True])
def test_after_notice_it_must_have_arisen_before(world, adjustments, supplier, mill, late):
    """J4: in the second of the notice at the latest; before any notice it does not matter."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 1)
    set_off(world, world.counterclaim(receivable, 1, arisenAt=now() + 50 * DAY), [root])
    adjustments.giveNotice(child, {"from": mill})
    given = adjustments.adjustmentOf(receivable).dict()["noticeAt"]
    signed = world.counterclaim(receivable, 1, arisenAt=given + late)
    if late:
        with refused("CounterclaimTooLate", receivable, given + 1, given):
            set_off(world, signed, [root])
    else:
        set_off(world, signed, [root])


@pytest.mark.parametrize("signer", ["obligor", "mill", "thief"])
def test_acknowledged_by_the_supplier(world, signer):
    """J4, S1: the obligor does not sign its own counterclaim."""
    receivable, root = world.note()
    document, signature = world.counterclaim(receivable, 100, signer=getattr(world, signer))
    with refused(*not_signed(world, document)):
        set_off(world, (document, signature), [root])


@pytest.mark.parametrize(
    ("position", "value"), [(1, 101), (2, digest("x")), (3, 1), (4, 1), (5, 4711), (6, 2**40)],
    ids=["amount", "counterclaimHash", "arisenAt", "dueAt", "nonce", "deadline"],
)  # fmt: skip
def test_nothing_is_changed_on_the_way(world, position, value):
    """S2."""
    receivable, root = world.note()
    document, signature = world.counterclaim(receivable, 100)
    changed = (*document[:position], value, *document[position + 1 :])
    with refused(*not_signed(world, changed)):
        set_off(world, (changed, signature), [root])


def test_nor_against_another_receivable(world):
    """S2: it names the one it was acknowledged for."""
    receivable, _ = world.note()
    other, root = world.note()
    document, signature = world.counterclaim(receivable, 100)
    changed = (other, *document[1:])
    with refused(*not_signed(world, changed)):
        set_off(world, (changed, signature), [root])


@pytest.mark.parametrize("late", [False, True])
def test_in_time(world, late):
    """S1: the deadline is inclusive."""
    receivable, root = world.note()
    deadline = now() + 500
    signed = world.counterclaim(receivable, 1, deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            set_off(world, signed, [root])
    else:
        with at(deadline):
            set_off(world, signed, [root])


def test_taken_back(world, adjustments, supplier):
    """S3."""
    receivable, root = world.note()
    signed = world.counterclaim(receivable, 1)
    adjustments.cancelNonce(signed[0][5], {"from": supplier})
    with refused("NonceAlreadyUsed", supplier, signed[0][5]):
        set_off(world, signed, [root])


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, 0), (FACE + 1, FACE + 1), (2**64, 2**64 - 1), (2**64 + 5, 2**64 - 1), (2**256 - 1, 2**64 - 1)],
)
def test_neither_nothing_nor_more_than_is_owed(world, amount, said):
    """J8: nor what is less when cut to 64 bits."""
    receivable, root = world.note()
    with refused("InvalidAmount", said, FACE):
        set_off(world, world.counterclaim(receivable, amount), [root])


@pytest.mark.parametrize(
    ("caller", "error"), [("dealer", "NotTheObligor"), ("supplier", "RoleMissing"), ("thief", "RoleMissing")]
)
def test_the_obligor_alone(world, caller, error):
    """J4: it is its choice whether to set off."""
    receivable, root = world.note()
    account = getattr(world, caller)
    values = (receivable, account) if error == "NotTheObligor" else (account, Role.OBLIGOR)
    with refused(error, *values):
        set_off(world, world.counterclaim(receivable, 1), [root], account)


def test_not_with_a_frozen_supplier(world, supplier):
    """P3, P5."""
    receivable, root = world.note()
    signed = world.counterclaim(receivable, 1)
    world.freeze(supplier)
    with refused("Frozen", supplier):
        set_off(world, signed, [root])


def test_not_what_is_repaid_or_unconfirmed(world):
    """J4."""
    receivable, root = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        set_off(world, world.counterclaim(receivable, 1), [root])
    waiting = world.register()
    with refused("WrongStatus", waiting, Status.SUBMITTED):
        set_off(world, world.counterclaim(waiting, 1))


def test_not_while_money_is_divided(world):
    """J9."""
    receivable, root = world.note()
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 1):
        set_off(world, world.counterclaim(receivable, 1, dueAt=1), [root])
