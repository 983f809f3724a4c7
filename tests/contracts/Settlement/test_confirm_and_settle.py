"""D3: from paper to cash in one block: the obligor's confirmation and the sale of the note it makes."""

import pytest

from tests.contracts.world import CNY, FACE, Status, digest, levy_on, refused

PRICE = FACE - 15_000_00


@pytest.fixture
def paper(world):
    """A registered receivable with both documents, signed before there is a note."""
    receivable = world.register()
    return receivable, (*world.confirmation(receivable), *world.quote(receivable))


def test_from_paper_to_cash(world, receivables, participants, cash, settlement, paper, supplier, bank, obligor):
    """D3: one transaction of the supplier's; the obligor and the bank need none."""
    _, documents = paper
    tx = settlement.confirmAndSettle(*documents, {"from": supplier})
    note = tx.return_value
    assert tx.events["ReceivableConfirmed"]["noteId"] == note
    assert tx.events["Settled"]["deliveredId"] == note
    assert receivables.ownerOf(note) == bank
    assert cash.balanceOf(supplier) == PRICE - levy_on(PRICE)
    assert receivables.owedBy(participants.participantOf(obligor)[0], CNY) == FACE


def test_a_part_with_recourse(world, receivables, settlement, supplier, bank):
    """D3: the rest stays with the supplier."""
    receivable = world.register()
    quote = world.quote(receivable, value=FACE // 4, price=1, withRecourse=True)
    tx = settlement.confirmAndSettle(*world.confirmation(receivable), *quote, {"from": supplier})
    child = receivables.noteOf(tx.events["NoteEndorsed"]["childId"]).dict()
    root = receivables.noteOf(child["parentId"]).dict()
    assert (child["holder"], child["value"], child["withRecourse"]) == (bank, FACE // 4, True)
    assert (root["holder"], root["value"]) == (supplier, FACE - FACE // 4)


def test_both_or_neither(world, receivables, cash, settlement, paper, supplier, bank, fund, obligor):
    """D3: without the money there is no confirmation either, and no nonce is spent."""
    receivable, documents = paper
    cash.transfer(fund, cash.balanceOf(bank), {"from": bank})
    with refused("ERC20InsufficientBalance", bank, 0, levy_on(PRICE)):
        settlement.confirmAndSettle(*documents, {"from": supplier})
    assert receivables.receivableOf(receivable).dict()["status"] == Status.SUBMITTED
    assert receivables.isNonceUsed(obligor, documents[0][3]) is False
    assert settlement.isNonceUsed(bank, documents[2][9]) is False


def test_only_the_seller(world, receivables, settlement, paper, supplier, thief):
    """D3: a thief that sees both documents can confirm, which harms nobody, but not sell."""
    receivable, documents = paper
    with refused("NotTheSeller", supplier, thief):
        settlement.confirmAndSettle(*documents, {"from": thief})
    assert receivables.receivableOf(receivable).dict()["status"] == Status.SUBMITTED


def test_when_somebody_carried_the_confirmation_first(world, receivables, settlement, paper, supplier, thief):
    """D3: a front-runner wins nothing: the supplier settles with the note it has by then."""
    receivable, documents = paper
    note = receivables.confirm(*documents[:2], {"from": thief}).events["ReceivableConfirmed"]["noteId"]
    assert receivables.ownerOf(note) == supplier
    with refused("WrongStatus", receivable, Status.CONFIRMED):
        settlement.confirmAndSettle(*documents, {"from": supplier})
    settlement.settle(*documents[2:], note, {"from": supplier})


def test_not_another_suppliers_paper(world, settlement, mill, supplier, thief):
    """D3: the note belongs to who registered; the thief cannot deliver it."""
    receivable = world.register()
    confirmation = world.confirmation(receivable)
    quote = world.quote(receivable, seller=thief)
    with refused("NotAuthorised", 1, settlement):
        world.receivables.setApprovalForAll(settlement, False, {"from": supplier})
        settlement.confirmAndSettle(*confirmation, *quote, {"from": thief})
    world.receivables.setApprovalForAll(settlement, True, {"from": supplier})
    with refused("WrongHolder", 1, supplier, thief):
        settlement.confirmAndSettle(*confirmation, *quote, {"from": thief})


def test_not_a_quote_for_another_claim(world, settlement, supplier):
    """D3, D1."""
    receivable, other = world.register(), world.register()
    confirmation = world.confirmation(receivable)
    with refused("WrongClaim", 1, receivable, digest(f"document {receivable}")):
        settlement.confirmAndSettle(*confirmation, *world.quote(other), {"from": supplier})


def test_not_more_than_was_confirmed(world, settlement, supplier):
    """D3, R2: a quote for the face does not buy a part confirmation."""
    receivable = world.register()
    confirmation = world.confirmation(receivable, amount=FACE // 2)
    with refused("InsufficientValue", 1, FACE // 2, FACE):
        settlement.confirmAndSettle(*confirmation, *world.quote(receivable), {"from": supplier})


def test_not_with_a_forged_confirmation(world, receivables, settlement, supplier, obligor):
    """D3, R2: the supplier does not confirm its own claim on the way."""
    receivable = world.register()
    confirmation, signature = world.confirmation(receivable, signer=supplier)
    quote = world.quote(receivable)
    with refused("InvalidSignature", obligor, receivables.confirmationDigest(confirmation)):
        settlement.confirmAndSettle(confirmation, signature, *quote, {"from": supplier})
