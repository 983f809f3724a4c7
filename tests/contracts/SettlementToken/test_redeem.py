"""C4: burns the caller's tokens for money at the bank, 1:1; the reserve falls with them."""

from tests.contracts.world import DAY, Role, digest, now, refused, wait_until

PAYOUT = digest("payment order 1")


def test_tokens_and_reserve_fall_together(cash, bank):
    """C4: the payout's reference is in the log."""
    supply, reserve, balance = cash.totalSupply(), cash.reserve(), cash.balanceOf(bank)
    tx = cash.redeem(7, PAYOUT, {"from": bank})
    assert dict(tx.events["Redeemed"]) == {"holder": bank, "amount": 7, "payoutReference": "0x" + PAYOUT.hex()}
    assert (cash.totalSupply(), cash.reserve(), cash.balanceOf(bank)) == (supply - 7, reserve - 7, balance - 7)


def test_nobody_redeems_more_than_it_has(cash, bank):
    """C4: not one fen, and not twice."""
    balance = cash.balanceOf(bank)
    with refused("ERC20InsufficientBalance", bank, balance, balance + 1):
        cash.redeem(balance + 1, PAYOUT, {"from": bank})
    cash.redeem(balance, PAYOUT, {"from": bank})
    with refused("ERC20InsufficientBalance", bank, 0, 1):
        cash.redeem(1, PAYOUT, {"from": bank})


def test_no_more_than_the_bank_has(cash, attestor, bank):
    """C4: a reserve below the supply pays out only what is there."""
    cash.attestReserve(10, digest("statement"), {"from": attestor})
    with refused("ExceedsReserve", 11, 10):
        cash.redeem(11, PAYOUT, {"from": bank})
    cash.redeem(10, PAYOUT, {"from": bank})
    assert cash.reserve() == 0


def test_frozen_cash_stays(world, cash, regulator, bank):
    """C6, P3: a frozen part is not paid out, nor a frozen party."""
    balance = cash.balanceOf(bank)
    cash.setFrozenTokens(bank, 5, {"from": regulator})
    with refused("ERC7943InsufficientUnfrozenBalance", bank, balance, balance - 5):
        cash.redeem(balance, PAYOUT, {"from": bank})
    cash.redeem(balance - 5, PAYOUT, {"from": bank})
    world.freeze(bank)
    with refused("ERC7943CannotTransact", bank):
        cash.redeem(0, PAYOUT, {"from": bank})


def test_a_stranger_has_nothing_to_redeem(cash, stranger):
    """C4, P6: not even nothing."""
    with refused("ERC7943CannotTransact", stranger):
        cash.redeem(0, PAYOUT, {"from": stranger})


def test_an_expired_kyc_traps_no_money(world, cash, issuer, newcomer):
    """P6: who may no longer act still gets its money out."""
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    cash.mint(newcomer, 9, {"from": issuer})
    wait_until(valid_until + 1)
    cash.redeem(9, PAYOUT, {"from": newcomer})
    assert cash.balanceOf(newcomer) == 0
