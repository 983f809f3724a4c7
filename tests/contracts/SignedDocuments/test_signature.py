"""S1: a document counts when its signer signed it, with a key or as an account with code (ERC-1271)."""

import pytest
from eth_account import Account

from tests.contracts.world import (
    CNY,
    CONFIRMATION,
    DELIVERY_ORDER,
    FACE,
    FAR,
    INTAKE,
    PRICE,
    QUOTE,
    Role,
    refused,
)

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
def paper(world):
    """A confirmation on its way: the document and its good signature."""
    return world.confirmation(world.register())


def rejected(receivables, confirmation, signer):
    return refused("InvalidSignature", signer, receivables.confirmationDigest.call(confirmation))


def shown(world, confirmation):
    """Every word of a confirmation, as the wallet shows it."""
    receivable, amount, waived, nonce, deadline = confirmation
    view = world.receivables.receivableOf.call(receivable).dict()
    return {
        "receivableId": receivable, "supplier": view["supplier"], "documentHash": bytes(view["documentHash"]),
        "faceValue": view["faceValue"], "maturityAt": view["maturityAt"], "amount": amount,
        "setOffWaived": waived, "nonce": nonce, "deadline": deadline,
    }  # fmt: skip


def test_the_contract_and_the_wallet_read_the_same(world, receivables, settlement):
    """S1: the digest of the chain is EIP-712's own, word for word."""
    receivable = world.register()
    confirmation, _ = world.confirmation(receivable)
    message = world.message(receivables, "Confirmation", CONFIRMATION, shown(world, confirmation))
    assert bytes(receivables.confirmationDigest(confirmation)) == _digest(message)
    quote, _ = world.quote(receivable)
    message = world.message(settlement, "Quote", QUOTE, dict(zip(QUOTE, quote, strict=True)))
    assert bytes(settlement.quoteDigest(quote)) == _digest(message)


def test_goods_and_prices_too(world, prices, warehousereceipts):
    """S1: what a custodian, a holder and an oracle sign."""
    intake, _ = world.intake()
    order, _ = world.order(world.receipt()[1])
    price, _ = world.price(70_000_00)
    for contract, kind, fields, document, digest in (
        (warehousereceipts, "Intake", INTAKE, intake, warehousereceipts.intakeDigest(intake)),
        (warehousereceipts, "DeliveryOrder", DELIVERY_ORDER, order, warehousereceipts.orderDigest(order)),
        (prices, "Price", PRICE, price, prices.priceDigest(price)),
    ):
        message = world.message(contract, kind, fields, dict(zip(fields, document, strict=True)))
        assert bytes(digest) == _digest(message)


def _digest(message):
    from eth_utils import keccak

    return keccak(b"\x19" + message.version + message.header + message.body)


def test_the_domain_can_be_asked_for(world, receivables, settlement):
    """EIP-5267: a wallet learns from the contract what it signs for."""
    from brownie import chain

    for contract, name in ((receivables, "Feiqian Receivables"), (settlement, "Feiqian Settlement")):
        _, named, version, chain_id, verifying, *_ = contract.eip712Domain()
        assert (named, version, chain_id, verifying) == (name, "1", chain.id, contract)


@pytest.mark.parametrize(
    "forge",
    [
        lambda s: b"",
        lambda s: s[:64],
        lambda s: s + b"\0",
        lambda s: b"\0" * 65,
        lambda s: s[:64] + bytes([s[64] ^ 7]),
        lambda s: bytes([s[0] ^ 1]) + s[1:],
        lambda s: s[:32] + (ORDER - int.from_bytes(s[32:64])).to_bytes(32) + bytes([55 - s[64]]),
    ],
    ids=["empty", "short", "long", "zero", "other v", "one bit", "twisted"],
)
def test_no_other_form_of_a_signature(receivables, supplier, obligor, paper, forge):
    """S1: one document, one signature: not cut, not padded, and not its mirror image."""
    confirmation, signature = paper
    with rejected(receivables, confirmation, obligor):
        receivables.confirm(confirmation, forge(signature), {"from": supplier})
    receivables.confirm(confirmation, signature, {"from": supplier})


@pytest.mark.parametrize("domain", ["chainId", "verifyingContract", "name", "version"])
def test_no_other_domain(world, receivables, settlement, supplier, obligor, paper, domain):
    """S1: a word given on another chain, to another contract or for another version counts nothing here."""
    confirmation, _ = paper
    other = {"chainId": 1, "verifyingContract": settlement.address, "name": "Feiqian Settlement", "version": "2"}
    message = world.message(
        receivables, "Confirmation", CONFIRMATION, shown(world, confirmation), **{domain: other[domain]}
    )
    signature = world.keys[obligor.address].sign_message(message).signature
    with rejected(receivables, confirmation, obligor):
        receivables.confirm(confirmation, bytes(signature), {"from": supplier})


def test_no_other_kind_of_document(world, receivables, supplier, obligor, paper):
    """S1: the same words under another name are another document."""
    confirmation, _ = paper
    message = world.message(receivables, "Confirm", CONFIRMATION, shown(world, confirmation))
    signature = world.keys[obligor.address].sign_message(message).signature
    with rejected(receivables, confirmation, obligor):
        receivables.confirm(confirmation, bytes(signature), {"from": supplier})


@pytest.fixture
def wallet(world, participants, registrar, newcomer, MockWallet):
    """An obligor and financier whose account is a contract; the newcomer's key signs for it."""
    made = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(made, Role.OBLIGOR | Role.FINANCIER, "company", FAR)
    participants.setConfirmationLimit(made, CNY, 10**12, {"from": registrar})
    return made


def test_an_account_with_code_confirms(world, receivables, wallet, newcomer, supplier):
    """S1: through its own judgement of the signature."""
    receivable = world.register(obligor=wallet)
    signed = world.confirmation(receivable, signer=newcomer)
    receivables.confirm(*signed, {"from": supplier})
    assert world.due(receivable) == (0, FACE, 0)


def test_an_account_with_code_buys(world, receivables, cash, settlement, issuer, wallet, newcomer, supplier):
    """S1, D1."""
    receivable, note = world.note()
    cash.mint(wallet, FACE, {"from": issuer})
    wallet.execute(cash, cash.approve.encode_input(settlement, FACE), {"from": newcomer})
    signed = world.quote(receivable, signer=newcomer, financier=wallet)
    settlement.settle(*signed, note, {"from": supplier})
    assert receivables.ownerOf(note) == wallet


def test_an_account_with_code_says_no(world, receivables, wallet, newcomer, thief, supplier):
    """S1: another's key, or a wallet that has turned the key off."""
    receivable = world.register(obligor=wallet)
    confirmation, signature = world.confirmation(receivable, signer=thief)
    with rejected(receivables, confirmation, wallet):
        receivables.confirm(confirmation, signature, {"from": supplier})
    confirmation, signature = world.confirmation(receivable, signer=newcomer)
    wallet.setPolite(False, {"from": newcomer})
    with rejected(receivables, confirmation, wallet):
        receivables.confirm(confirmation, signature, {"from": supplier})


def test_a_contract_that_cannot_sign(world, receivables, settlement, participants, registrar, supplier, thief):
    """S1: code without ERC-1271 never signs, whatever is sent for it."""
    world.admit(settlement, Role.OBLIGOR, "a contract", FAR)
    participants.setConfirmationLimit(settlement, CNY, 10**12, {"from": registrar})
    confirmation, signature = world.confirmation(world.register(obligor=settlement), signer=thief)
    with rejected(receivables, confirmation, settlement):
        receivables.confirm(confirmation, signature, {"from": supplier})


def test_a_key_of_nobody(world, receivables, supplier, obligor, paper):
    """S1: a fresh key is not the obligor's."""
    confirmation, _ = paper
    message = world.message(receivables, "Confirmation", CONFIRMATION, shown(world, confirmation))
    signature = Account.create("nobody").sign_message(message).signature
    with rejected(receivables, confirmation, obligor):
        receivables.confirm(confirmation, bytes(signature), {"from": supplier})
