"""R5: anyone closes a receivable that was not confirmed in time."""

from tests.contracts.world import Status, at, refused


def test_not_before_its_time(world, receivables, stranger):
    """R5: in the last second it can still be confirmed; one second later anybody closes it, once."""
    receivable = world.register()
    confirm_by = receivables.receivableOf(receivable).dict()["confirmBy"]
    with at(confirm_by), refused("NotYetExpired", receivable, confirm_by):
        receivables.expire(receivable, {"from": stranger})
    with at(confirm_by + 1):
        tx = receivables.expire(receivable, {"from": stranger})
    assert tx.events["ReceivableExpired"]["receivableId"] == receivable
    assert receivables.receivableOf(receivable).dict()["status"] == Status.EXPIRED
    with refused("WrongStatus", receivable, Status.EXPIRED):
        receivables.expire(receivable, {"from": stranger})


def test_not_what_was_confirmed(world, receivables, stranger):
    """R5: a debt does not lapse because its confirmation is old."""
    receivable, _ = world.note()
    confirm_by = receivables.receivableOf(receivable).dict()["confirmBy"]
    with at(confirm_by + 1), refused("WrongStatus", receivable, Status.CONFIRMED):
        receivables.expire(receivable, {"from": stranger})


def test_late_it_can_still_be_rejected_or_withdrawn(world, receivables, supplier, obligor):
    """R3, R4: after its time, as long as nobody has closed it."""
    first, second = world.register(), world.register()
    confirm_by = receivables.receivableOf(second).dict()["confirmBy"]
    with at(confirm_by + 1):
        receivables.reject(first, "late", {"from": obligor})
    receivables.withdraw(second, {"from": supplier})


def test_not_what_nobody_registered(receivables, stranger):
    """R5."""
    with refused("UnknownReceivable", 1):
        receivables.expire(1, {"from": stranger})
