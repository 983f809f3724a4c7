"""C2: the most that may be outstanding, whatever the reserve."""

from tests.contracts.world import refused


def test_the_cap_holds_to_the_fen(cash, admin, issuer, bank):
    """C2: up to it, and not one more."""
    supply = cash.totalSupply()
    tx = cash.setCap(supply + 5, {"from": admin})
    assert tx.events["CapSet"]["cap"] == supply + 5
    with refused("ExceedsCap", supply + 6, supply + 5):
        cash.mint(bank, 6, {"from": issuer})
    cash.mint(bank, 5, {"from": issuer})
    with refused("ExceedsCap", supply + 6, supply + 5):
        cash.mint(bank, 1, {"from": issuer})


def test_a_cap_below_the_supply_takes_nothing_away(cash, admin, issuer, bank, fund):
    """C2: it only stops new money."""
    cash.setCap(0, {"from": admin})
    cash.transfer(fund, 1, {"from": bank})
    with refused("ExceedsCap", cash.totalSupply(), 0):
        cash.mint(bank, 0, {"from": issuer})


def test_the_largest_cap_fits_a_ledger_column(cash, admin):
    """C2: 64 bits, as every amount."""
    cash.setCap(2**64 - 1, {"from": admin})
    assert cash.cap() == 2**64 - 1
