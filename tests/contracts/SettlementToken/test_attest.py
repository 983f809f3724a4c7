"""C1: states the money that stands behind the token at the bank."""

from tests.contracts.world import NOTHING, digest, refused

STATEMENT = digest("bank statement")


def test_the_reserve_is_what_the_statement_says(cash, attestor):
    """C1: more or less than before, with the hash of the evidence in the log."""
    for reserve in (10**16, 0, 2**256 - 1):
        tx = cash.attestReserve(reserve, STATEMENT, {"from": attestor})
        assert dict(tx.events["ReserveAttested"]) == {"reserve": reserve, "evidence": "0x" + STATEMENT.hex()}
        assert cash.reserve() == reserve


def test_no_reserve_without_evidence(cash, attestor):
    """C1: a number alone is not a statement."""
    with refused("EvidenceMissing"):
        cash.attestReserve(10**16, NOTHING, {"from": attestor})


def test_a_reserve_below_the_supply_stops_new_money(cash, attestor, issuer, bank, fund):
    """C1, C3: what is outstanding keeps moving, nothing is added until the reserve is back."""
    supply = cash.totalSupply()
    cash.attestReserve(supply - 1, STATEMENT, {"from": attestor})
    with refused("ExceedsReserve", supply, supply - 1):
        cash.mint(bank, 0, {"from": issuer})
    cash.transfer(fund, 1, {"from": bank})
