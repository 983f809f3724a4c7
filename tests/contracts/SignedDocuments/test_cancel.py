"""S3: takes back a document that the caller has signed and nobody has carried yet."""

from tests.contracts.world import refused


def test_a_word_can_be_taken_back(world, receivables, supplier, obligor):
    """S3: before anybody carried it; another document with another nonce is not touched."""
    receivable = world.register()
    first, second = world.confirmation(receivable), world.confirmation(receivable)
    tx = receivables.cancelNonce(first[0][3], {"from": obligor})
    assert dict(tx.events["NonceUsed"]) == {"signer": obligor, "nonce": first[0][3]}
    with refused("NonceAlreadyUsed", obligor, first[0][3]):
        receivables.confirm(*first, {"from": supplier})
    receivables.confirm(*second, {"from": supplier})


def test_a_quote_too(world, settlement, supplier, bank):
    """S3, D1."""
    receivable, note = world.note()
    signed = world.quote(receivable)
    settlement.cancelNonce(signed[0][9], {"from": bank})
    with refused("NonceAlreadyUsed", bank, signed[0][9]):
        settlement.settle(*signed, note, {"from": supplier})


def test_only_ones_own(world, receivables, supplier, thief):
    """S3: a thief cancels its own numbers."""
    signed = world.confirmation(world.register())
    receivables.cancelNonce(signed[0][3], {"from": thief})
    receivables.confirm(*signed, {"from": supplier})


def test_not_what_was_carried_nor_twice(world, receivables, supplier, obligor):
    """S3: too late is said to be too late."""
    signed = world.confirmation(world.register())
    receivables.confirm(*signed, {"from": supplier})
    receivables.cancelNonce(500, {"from": obligor})
    for nonce in (signed[0][3], 500):
        with refused("NonceAlreadyUsed", obligor, nonce):
            receivables.cancelNonce(nonce, {"from": obligor})


def test_a_frozen_signer_can_still_take_back(world, receivables, obligor, supplier):
    """S3, P3: taking a word back is no act that a freeze should stop."""
    signed = world.confirmation(world.register())
    world.freeze(obligor)
    receivables.cancelNonce(signed[0][3], {"from": obligor})
    world.participants.unfreeze(obligor, b"\1" * 32, {"from": world.regulator})
    with refused("NonceAlreadyUsed", obligor, signed[0][3]):
        receivables.confirm(*signed, {"from": supplier})
