"""L2: the settlement token of a currency, once and for good."""

import brownie
import pytest

from tests.contracts.world import CNY, EUR, refused


def test_a_currency_gets_its_token(policy, authority, participants, admin, SettlementToken):
    """L2: from then on the currency can be registered in."""
    euro = SettlementToken.deploy(authority, participants, "Feiqian EUR", "fEUR", EUR, 2, {"from": admin})
    tx = policy.setSettlementToken(EUR, euro, {"from": admin})
    assert dict(tx.events["SettlementTokenSet"]) == {"currency": EUR, "token": euro}
    assert policy.settlementTokenOf(EUR) == euro


def test_money_is_not_exchanged_under_the_holders(policy, cash, admin, MockCash):
    """L2: a second token for the currency is refused, naming the first."""
    other = MockCash.deploy(CNY, {"from": admin})
    with refused("CurrencyTaken", CNY, cash):
        policy.setSettlementToken(CNY, other, {"from": admin})


def test_a_token_of_another_currency_is_refused(policy, cash, admin):
    """L2: the token itself says what it counts."""
    with refused("InvalidSettlementToken", EUR, cash):
        policy.setSettlementToken(EUR, cash, {"from": admin})


@pytest.mark.parametrize("token", ["stranger", "participants"])
def test_what_is_no_token_is_refused(world, policy, admin, token):
    """L2: an account without code, and a contract that knows no currency."""
    with brownie.reverts():
        policy.setSettlementToken(EUR, getattr(world, token), {"from": admin})
