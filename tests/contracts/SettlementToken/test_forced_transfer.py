"""C7: by a regulator's order, moves cash whatever its owner says, frozen or not."""

import pytest

from tests.contracts.world import ZERO, refused


def test_cash_moves_by_order(cash, regulator, bank, mill):
    """C7: nobody's consent, nothing issued, nothing lost."""
    supply, balance = cash.totalSupply(), cash.balanceOf(bank)
    tx = cash.forcedTransfer(bank, mill, 30, {"from": regulator})
    assert dict(tx.events["ForcedTransfer"]) == {"from": bank, "to": mill, "amount": 30}
    assert tx.return_value is True
    assert (cash.balanceOf(bank), cash.balanceOf(mill), cash.totalSupply()) == (balance - 30, 30, supply)


def test_from_a_frozen_party_too(world, cash, regulator, bank, mill):
    """C7, P3: that is what it is for."""
    world.freeze(bank)
    cash.forcedTransfer(bank, mill, 30, {"from": regulator})
    assert cash.balanceOf(mill) == 30


@pytest.mark.parametrize(
    ("frozen", "moved", "left"), [(100, 40, 60), (100, 0, 100), (60, 40, 60), (100, 100, 0)]
)  # fmt: skip
def test_the_freeze_shrinks_to_what_remains(cash, regulator, issuer, mill, bank, frozen, moved, left):
    """C7: free cash goes first; of a balance of 100, what was frozen beyond the rest is free in its new hands."""
    cash.mint(mill, 100, {"from": issuer})
    cash.setFrozenTokens(mill, frozen, {"from": regulator})
    tx = cash.forcedTransfer(mill, bank, moved, {"from": regulator})
    assert cash.getFrozenTokens(mill) == left
    assert ("Frozen" in tx.events) is (left != frozen)


def test_money_does_not_come_from_nowhere(cash, regulator, thief):
    """C7, C3: from the zero address it would be an issue that no reserve stands behind."""
    with refused("ERC20InvalidSender", ZERO):
        cash.forcedTransfer(ZERO, thief, 1, {"from": regulator})


def test_money_does_not_go_nowhere(world, cash, regulator, bank, stranger, mill):
    """C7: to the zero address, a stranger or a frozen party it does not go."""
    world.freeze(mill)
    for to in (ZERO, stranger, mill):
        with refused("ERC7943CannotTransact", to):
            cash.forcedTransfer(bank, to, 1, {"from": regulator})


def test_not_more_than_there_is(cash, regulator, bank, mill):
    """C7: and a freeze is not lost in the attempt."""
    balance = cash.balanceOf(bank)
    cash.setFrozenTokens(bank, 5, {"from": regulator})
    with refused("ERC20InsufficientBalance", bank, balance, balance + 1):
        cash.forcedTransfer(bank, mill, balance + 1, {"from": regulator})
    assert cash.getFrozenTokens(bank) == 5


def test_to_itself(cash, regulator, bank):
    """C7: changes no balance."""
    balance = cash.balanceOf(bank)
    cash.forcedTransfer(bank, bank, balance, {"from": regulator})
    assert cash.balanceOf(bank) == balance
