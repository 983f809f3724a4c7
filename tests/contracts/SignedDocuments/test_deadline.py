"""S1: a document counts until its deadline, in UTC seconds, inclusive."""

import pytest

from tests.contracts.world import at, now, refused


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_to_the_second(world, receivables, supplier, step):
    """S1: before, at and after the deadline; the refusal says both times."""
    receivable = world.register()
    deadline = now() + 300
    signed = world.confirmation(receivable, deadline=deadline)
    if step > 0:
        with at(deadline + step), refused("SignatureExpired", deadline, deadline + step):
            receivables.confirm(*signed, {"from": supplier})
    else:
        with at(deadline + step):
            receivables.confirm(*signed, {"from": supplier})


@pytest.mark.parametrize("deadline", [0, 1])
def test_long_ago(world, receivables, supplier, deadline):
    """S1: zero is no "for ever"."""
    signed = world.confirmation(world.register(), deadline=deadline)
    second = now() + 30
    with at(second), refused("SignatureExpired", deadline, second):
        receivables.confirm(*signed, {"from": supplier})


def test_for_ever(world, receivables, supplier):
    """S1: who wants no deadline writes the largest."""
    receivables.confirm(*world.confirmation(world.register(), deadline=2**256 - 1), {"from": supplier})
