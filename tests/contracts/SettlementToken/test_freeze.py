"""C6: by a regulator's order, the frozen part of a balance cannot leave."""

from tests.contracts.world import refused


def test_the_frozen_part_stays(cash, regulator, bank, mill):
    """C6: to the fen; the rest moves."""
    balance = cash.balanceOf(bank)
    tx = cash.setFrozenTokens(bank, 40, {"from": regulator})
    assert dict(tx.events["Frozen"]) == {"account": bank, "amount": 40}
    assert tx.return_value is True
    assert cash.getFrozenTokens(bank) == 40
    free = balance - 40
    assert cash.canTransfer(bank, mill, free) and not cash.canTransfer(bank, mill, free + 1)
    with refused("ERC7943InsufficientUnfrozenBalance", bank, free + 1, free):
        cash.transfer(mill, free + 1, {"from": bank})
    cash.transfer(mill, free, {"from": bank})
    with refused("ERC7943InsufficientUnfrozenBalance", bank, 1, 0):
        cash.transfer(mill, 1, {"from": bank})


def test_more_than_the_balance_may_be_frozen(cash, regulator, bank, mill, fund):
    """C6: what comes in later is frozen too; what is not there at all is ERC-20's own error."""
    balance = cash.balanceOf(bank)
    cash.setFrozenTokens(bank, balance + 100, {"from": regulator})
    cash.transfer(bank, 60, {"from": fund})
    with refused("ERC7943InsufficientUnfrozenBalance", bank, 1, 0):
        cash.transfer(mill, 1, {"from": bank})
    with refused("ERC20InsufficientBalance", bank, balance + 60, balance + 61):
        cash.transfer(mill, balance + 61, {"from": bank})


def test_a_new_order_replaces_the_old(cash, regulator, bank, mill):
    """C6: the amount is the whole of what is frozen, not one more part."""
    balance = cash.balanceOf(bank)
    for amount in (balance, 0):
        cash.setFrozenTokens(bank, amount, {"from": regulator})
    cash.transfer(mill, balance, {"from": bank})


def test_nothing_moves_out_of_a_freeze_by_a_spender(cash, regulator, bank, mill):
    """C6: an allowance does not reach frozen cash."""
    cash.approve(mill, 1, {"from": bank})
    cash.setFrozenTokens(bank, cash.balanceOf(bank), {"from": regulator})
    with refused("ERC7943InsufficientUnfrozenBalance", bank, 1, 0):
        cash.transferFrom(bank, mill, 1, {"from": mill})
