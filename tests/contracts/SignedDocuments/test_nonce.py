"""S2: a document is spent once; nonces have no order."""

import pytest

from tests.contracts.world import FACE, refused


@pytest.mark.parametrize("nonce", [0, 1, 255, 256, 2**255, 2**256 - 1])
def test_any_number_once(world, receivables, supplier, obligor, nonce):
    """S2: also at the edges of a word of 256, and only that one."""
    neighbours = {(nonce + step) % 2**256 for step in (-1, 1, 256)}
    signed = world.confirmation(world.register(), nonce=nonce)
    assert receivables.isNonceUsed(obligor, nonce) is False
    tx = receivables.confirm(*signed, {"from": supplier})
    assert dict(tx.events["NonceUsed"]) == {"signer": obligor, "nonce": nonce}
    assert receivables.isNonceUsed(obligor, nonce) is True
    assert not any(receivables.isNonceUsed(obligor, other) for other in neighbours)
    again = world.confirmation(world.register(), nonce=nonce)
    with refused("NonceAlreadyUsed", obligor, nonce):
        receivables.confirm(*again, {"from": supplier})


def test_in_any_order(world, receivables, supplier):
    """S2: a document that waits stops no other."""
    first, second = world.register(), world.register()
    late, early = world.confirmation(first, nonce=7), world.confirmation(second, nonce=9000)
    receivables.confirm(*early, {"from": supplier})
    receivables.confirm(*late, {"from": supplier})
    assert [world.due(receivable) for receivable in (first, second)] == [(0, FACE, 0)] * 2


def test_each_signer_has_its_own(world, receivables, supplier, dealer):
    """S2: one obligor's nonces are nothing to another."""
    receivables.confirm(*world.confirmation(world.register(), nonce=5), {"from": supplier})
    other = world.register(obligor=dealer)
    receivables.confirm(*world.confirmation(other, nonce=5), {"from": supplier})


def test_each_contract_has_its_own(world, receivables, settlement, supplier, bank):
    """S2: a number spent in one contract is free in the others."""
    receivables.cancelNonce(5, {"from": bank})
    receivable, note = world.note()
    settlement.settle(*world.quote(receivable, nonce=5), note, {"from": supplier})
    world.adjustments.cancelNonce(5, {"from": bank})
    with refused("NonceAlreadyUsed", bank, 5):
        world.adjustments.cancelNonce(5, {"from": bank})


def test_a_failed_attempt_spends_nothing(world, receivables, supplier, obligor, stranger):
    """S2: only a document that was executed is spent; a forger cannot burn a nonce."""
    receivable = world.register()
    good = world.confirmation(receivable, nonce=3)
    with refused("InvalidSignature", obligor, receivables.confirmationDigest(good[0])):
        receivables.confirm(good[0], b"\1" * 65, {"from": stranger})
    receivables.confirm(*good, {"from": supplier})
