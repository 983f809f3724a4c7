"""C3: issues against the reserve; supply never passes the reserve or the cap."""

import pytest

from tests.contracts.world import ZERO, digest, refused


def test_money_is_issued(cash, issuer, mill):
    """C3: one fen is the least that matters."""
    supply = cash.totalSupply()
    tx = cash.mint(mill, 1, {"from": issuer})
    assert dict(tx.events["Issued"]) == {"to": mill, "amount": 1}
    assert (cash.balanceOf(mill), cash.totalSupply()) == (1, supply + 1)


def test_the_reserve_holds_to_the_fen(cash, issuer, attestor, bank):
    """C3: up to it, and not one more."""
    supply = cash.totalSupply()
    cash.attestReserve(supply + 1, digest("statement"), {"from": attestor})
    with refused("ExceedsReserve", supply + 2, supply + 1):
        cash.mint(bank, 2, {"from": issuer})
    cash.mint(bank, 1, {"from": issuer})
    assert cash.totalSupply() == cash.reserve()


def test_an_amount_beyond_all_numbers(cash, issuer, bank):
    """C3: no wrapping round to a small supply."""
    with refused("Panic", 0x11):
        cash.mint(bank, 2**256 - 1, {"from": issuer})


@pytest.mark.parametrize("to", ["stranger", "frozen", "nobody"])
def test_only_participants_hold_cash(world, cash, issuer, mill, to):
    """C3, P6: strangers, the frozen and the zero address receive none."""
    world.freeze(mill)
    account = {"stranger": world.stranger, "frozen": mill, "nobody": ZERO}[to]
    error = ("ERC20InvalidReceiver", ZERO) if to == "nobody" else ("ERC7943CannotTransact", account)
    with refused(*error):
        cash.mint(account, 1, {"from": issuer})
