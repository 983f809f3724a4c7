"""EIP-2612: an allowance by signature, carried by anybody."""

import pytest

from tests.contracts.world import DAY, PERMIT, at, now, refused


@pytest.fixture
def permit(world, cash):
    """Signs a permit and gives the arguments of `permit`."""

    def sign(owner, spender, value, deadline, nonce=0, signer=None, **domain):
        words = {"owner": owner.address, "spender": spender.address, "value": value, "nonce": nonce,
                 "deadline": deadline}  # fmt: skip
        signed = world.keys[(signer or owner).address].sign_message(
            world.message(cash, "Permit", PERMIT, words, **domain)
        )
        return (owner, spender, value, deadline, signed.v, signed.r.to_bytes(32), signed.s.to_bytes(32))

    return sign


def recovered(world, cash, signed, nonce=0):
    """Who seems to have signed, when the contract reads another message than the signer wrote."""
    from eth_account import Account

    owner, spender, value, deadline, v, r, s = signed
    words = {"owner": owner.address, "spender": spender.address, "value": value, "nonce": nonce, "deadline": deadline}
    message = world.message(cash, "Permit", PERMIT, words)
    return Account.recover_message(message, vrs=(v, int.from_bytes(r), int.from_bytes(s)))


def test_a_permit_is_an_allowance(cash, permit, mill, bank, stranger):
    """EIP-2612: the owner needs no gas and no transaction."""
    cash.permit(*permit(bank, mill, 25, now() + DAY), {"from": stranger})
    assert (cash.allowance(bank, mill), cash.nonces(bank)) == (25, 1)


def test_once(world, cash, permit, mill, bank):
    """EIP-2612: a spent permit names another signer, because its number has passed."""
    signed = permit(bank, mill, 25, now() + DAY)
    cash.permit(*signed, {"from": mill})
    with refused("ERC2612InvalidSigner", recovered(world, cash, signed, nonce=1), bank):
        cash.permit(*signed, {"from": mill})


@pytest.mark.parametrize("late", [False, True])
def test_in_time(cash, permit, mill, bank, late):
    """EIP-2612: the deadline is inclusive."""
    deadline = now() + 1000
    signed = permit(bank, mill, 25, deadline)
    if late:
        with at(deadline + 1), refused("ERC2612ExpiredSignature", deadline):
            cash.permit(*signed, {"from": mill})
    else:
        with at(deadline):
            cash.permit(*signed, {"from": mill})


def test_by_the_owner_alone(world, cash, permit, thief, bank):
    """EIP-2612: a thief signs for itself only."""
    signed = permit(bank, thief, 25, now() + DAY, signer=thief)
    with refused("ERC2612InvalidSigner", thief, bank):
        cash.permit(*signed, {"from": thief})


@pytest.mark.parametrize("domain", [{"chainId": 1}, {"name": "Feiqian EUR"}], ids=str)
def test_for_this_token_alone(world, cash, permit, thief, bank, domain):
    """EIP-712: a permit for another chain or another currency is worth nothing here."""
    signed = permit(bank, thief, 25, now() + DAY, **domain)
    with refused("ERC2612InvalidSigner", recovered(world, cash, signed), bank):
        cash.permit(*signed, {"from": thief})


def test_a_twisted_signature(cash, permit, mill, bank):
    """EIP-2: the other s of the same signature is refused."""
    owner, spender, value, deadline, v, r, s = permit(bank, mill, 25, now() + DAY)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    twisted = (order - int.from_bytes(s)).to_bytes(32)
    with refused("ECDSAInvalidSignatureS", twisted):
        cash.permit(owner, spender, value, deadline, 55 - v, r, twisted, {"from": mill})
