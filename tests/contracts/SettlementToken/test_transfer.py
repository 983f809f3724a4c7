"""C5: cash is ERC-20 among those who may hold it, in the currency's own minor units."""

from tests.contracts.world import CNY, UNLIMITED, ZERO, refused


def test_it_is_money_of_one_currency(cash):
    """C5: name, units and currency."""
    assert (cash.name(), cash.symbol(), cash.decimals(), cash.currency()) == ("Feiqian CNY", "fCNY", 2, CNY)


def test_it_says_what_it_can(cash):
    """ERC-165: itself and ERC-7943 for fungible tokens; an interface's number is all its selectors together."""
    number = 0
    for name in ("forcedTransfer", "setFrozenTokens", "canTransact", "getFrozenTokens", "canTransfer"):
        number ^= int(getattr(cash, name).signature, 16)
    answers = [cash.supportsInterface(interface) for interface in ("0x01ffc9a7", f"0x{number:08x}", "0xffffffff")]
    assert answers == [True, True, False]


def test_it_moves_between_participants(cash, bank, mill):
    """ERC-20: one fen, and all of it."""
    balance = cash.balanceOf(bank)
    assert cash.canTransfer(bank, mill, balance)
    for amount in (1, balance - 1):
        tx = cash.transfer(mill, amount, {"from": bank})
        assert dict(tx.events["Transfer"]) == {"from": bank, "to": mill, "value": amount}
    assert (cash.balanceOf(bank), cash.balanceOf(mill)) == (0, balance)


def test_not_more_than_there_is(cash, bank, mill):
    """ERC-20: the error names what is there and what was wanted."""
    balance = cash.balanceOf(bank)
    with refused("ERC20InsufficientBalance", bank, balance, balance + 1):
        cash.transfer(mill, balance + 1, {"from": bank})
    with refused("ERC20InsufficientBalance", bank, balance, UNLIMITED):
        cash.transfer(mill, UNLIMITED, {"from": bank})
    assert not cash.canTransfer(bank, mill, balance + 1)


def test_not_out_of_the_circle(cash, bank, stranger):
    """C5, P6: a stranger neither gives nor takes."""
    with refused("ERC7943CannotTransact", stranger):
        cash.transfer(stranger, 1, {"from": bank})
    with refused("ERC7943CannotTransact", stranger):
        cash.transfer(bank, 0, {"from": stranger})
    with refused("ERC20InvalidReceiver", ZERO):
        cash.transfer(ZERO, 1, {"from": bank})
    assert not cash.canTransfer(bank, stranger, 1)
    assert not cash.canTransfer(stranger, bank, 0)


def test_a_spender_needs_its_allowance(cash, bank, mill, thief):
    """ERC-20: a thief with none, and a spender beyond its own."""
    with refused("ERC20InsufficientAllowance", thief, 0, 1):
        cash.transferFrom(bank, thief, 1, {"from": thief})
    cash.approve(mill, 10, {"from": bank})
    with refused("ERC20InsufficientAllowance", mill, 10, 11):
        cash.transferFrom(bank, mill, 11, {"from": mill})
    cash.transferFrom(bank, mill, 4, {"from": mill})
    assert cash.allowance(bank, mill) == 6


def test_a_frozen_party_is_cut_off(world, cash, bank, mill, fund):
    """C5, P3: it neither gives nor takes, by itself or through a spender."""
    cash.approve(mill, UNLIMITED, {"from": bank})
    world.freeze(bank)
    for act in (
        lambda: cash.transfer(mill, 1, {"from": bank}),
        lambda: cash.transferFrom(bank, mill, 1, {"from": mill}),
        lambda: cash.transfer(bank, 1, {"from": fund}),
    ):
        with refused("ERC7943CannotTransact", bank):
            act()
    assert not cash.canTransact(bank)
