"""J6: a regulator's order ends a dispute where the sides do not."""

import pytest

from tests.contracts.world import FACE, Cause, Status, digest, refused, wait_until

ORDER = digest("judgment")


@pytest.mark.parametrize("upheld", [0, 40, 100])
def test_the_order_decides(world, adjustments, regulator, upheld):
    """J6: and its hash is logged with what follows from it."""
    receivable, root = world.note()
    world.dispute(receivable, 100)
    tx = adjustments.resolveByOrder(receivable, upheld, ORDER, [root], {"from": regulator})
    assert dict(tx.events["DisputeResolved"]) == {
        "receivableId": receivable,
        "disputeId": 1,
        "upheld": upheld,
        "refused": 100 - upheld,
        "orderHash": "0x" + ORDER.hex(),
    }
    if upheld:
        assert dict(tx.events["ReceivableDiluted"]) == {
            "receivableId": receivable,
            "cause": Cause.DISPUTE,
            "amount": upheld,
            "documentHash": "0x" + ORDER.hex(),
            "by": regulator,
        }
    assert (world.due(receivable), world.value(root)) == ((0, FACE - upheld, 0), [FACE - upheld])
    assert world.view(receivable)["status"] == Status.CONFIRMED


def test_also_between_the_frozen(world, adjustments, regulator):
    """J6, P3: what two sides that may not act cannot end."""
    receivable, root = world.note()
    world.dispute(receivable, 100)
    for party in (world.supplier, world.obligor):
        world.freeze(party)
    adjustments.resolveByOrder(receivable, 50, ORDER, [root], {"from": regulator})
    assert world.due(receivable) == (0, FACE - 50, 0)


def test_not_without_an_order(world, adjustments, regulator):
    """J6: a power that leaves no trace is none."""
    receivable, root = world.note()
    world.dispute(receivable, 100)
    with refused("OrderMissing"):
        adjustments.resolveByOrder(receivable, 1, b"\0" * 32, [root], {"from": regulator})


@pytest.mark.parametrize("caller", ["admin", "registrar", "obligor", "supplier", "stranger"])
def test_the_regulator_alone(world, adjustments, caller):
    """A3."""
    receivable, root = world.note()
    world.dispute(receivable, 100)
    with refused("AccessManagedUnauthorized", getattr(world, caller)):
        adjustments.resolveByOrder(receivable, 1, ORDER, [root], {"from": getattr(world, caller)})


def test_not_more_than_is_in_dispute(world, adjustments, regulator):
    """J6: an order does not take from a holder what nobody disputed."""
    receivable, root = world.note()
    world.dispute(receivable, 100)
    with refused("InvalidAmount", 101, 100):
        adjustments.resolveByOrder(receivable, 101, ORDER, [root], {"from": regulator})


def test_only_where_there_is_a_dispute(world, adjustments, regulator):
    """J6: nor twice."""
    receivable, root = world.note()
    with refused("NoDispute", receivable, 0):
        adjustments.resolveByOrder(receivable, 0, ORDER, [root], {"from": regulator})
    world.dispute(receivable, 100)
    adjustments.resolveByOrder(receivable, 0, ORDER, [root], {"from": regulator})
    with refused("NoDispute", receivable, 1):
        adjustments.resolveByOrder(receivable, 0, ORDER, [root], {"from": regulator})
    with refused("UnknownReceivable", 9):
        adjustments.resolveByOrder(9, 0, ORDER, [], {"from": regulator})


def test_not_while_money_is_divided(world, adjustments, regulator):
    """J9."""
    receivable, root = world.note()
    world.dispute(receivable, 100)
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 1):
        adjustments.resolveByOrder(receivable, 100, ORDER, [root], {"from": regulator})
