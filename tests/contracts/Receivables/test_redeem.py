"""N5: anyone has a note paid out, to its holder."""

import pytest

from tests.contracts.world import DAY, EUR, FACE, Role, Status, at, now, refused, wait_until


def test_the_holder_is_paid(world, receivables, cash, supplier, stranger):
    """N5: whoever asks, the money goes to the holder."""
    receivable, note = world.repaid()
    tx = receivables.redeem(note, {"from": stranger})
    assert tx.return_value == FACE
    assert dict(tx.events["NoteRedeemed"]) == {
        "noteId": note,
        "receivableId": receivable,
        "holder": supplier,
        "amount": FACE,
    }
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": note, "toTokenId": 0, "value": FACE}
    assert (cash.balanceOf(supplier), cash.balanceOf(receivables)) == (FACE, 0)
    assert receivables.receivableOf(receivable).dict()["redeemed"] == FACE
    assert receivables.balanceOf["uint256"](note) == 0
    assert receivables.ownerOf(note) == supplier


def test_every_note_gets_its_part(world, receivables, cash, supplier, mill, bank, obligor):
    """N5: to the fen, in any order, and then nothing is left."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, 1, recourse=True)
    second = world.endorse(root, supplier, bank, FACE // 3)
    receivables.repay(receivable, FACE, {"from": obligor})
    before = cash.balanceOf(bank)
    for note in (second, root, first):
        receivables.redeem(note, {"from": obligor})
    assert cash.balanceOf(mill) == 1
    assert cash.balanceOf(bank) - before == FACE // 3
    assert cash.balanceOf(supplier) == FACE - 1 - FACE // 3
    assert cash.balanceOf(receivables) == 0
    assert receivables.receivableOf(receivable).dict()["redeemed"] == FACE


def test_not_twice(world, receivables, thief):
    """N5: not even from what waits for somebody else."""
    _, note = world.repaid()
    world.repaid()
    receivables.redeem(note, {"from": thief})
    with refused("NothingToRedeem", note):
        receivables.redeem(note, {"from": thief})


def test_a_spent_note_gets_nothing(world, receivables, supplier, mill, obligor):
    """N5: the money follows the value, not the number."""
    receivable, note = world.note()
    world.endorse(note, supplier, mill, FACE)
    receivables.repay(receivable, FACE, {"from": obligor})
    with refused("NothingToRedeem", note):
        receivables.redeem(note, {"from": supplier})


def test_not_before_the_obligor_has_paid(world, receivables, supplier):
    """N5: maturity alone pays nobody, and not out of another's money."""
    world.repaid()
    receivable, note = world.note()
    maturity = receivables.receivableOf(receivable).dict()["maturityAt"]
    with refused("WrongStatus", receivable, Status.CONFIRMED):
        receivables.redeem(note, {"from": supplier})
    with at(maturity + 1), refused("WrongStatus", receivable, Status.CONFIRMED):
        receivables.redeem(note, {"from": supplier})


@pytest.mark.parametrize("note", [0, 5])
def test_an_unknown_note(receivables, thief, note):
    """N5."""
    with refused("UnknownNote", note):
        receivables.redeem(note, {"from": thief})


def test_a_frozen_holder_waits(world, receivables, participants, cash, supplier, regulator):
    """N5, P3: its money stays here until the freeze is lifted."""
    _, note = world.repaid()
    world.freeze(supplier)
    with refused("ERC7943CannotTransact", supplier):
        receivables.redeem(note, {"from": supplier})
    assert cash.balanceOf(receivables) == FACE
    participants.unfreeze(supplier, b"\1" * 32, {"from": regulator})
    receivables.redeem(note, {"from": supplier})
    assert cash.balanceOf(supplier) == FACE


def test_an_expired_holder_is_paid(world, receivables, cash, supplier, newcomer, obligor):
    """N5, P6: an expired KYC never traps money."""
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    receivable, note = world.note()
    child = world.endorse(note, supplier, newcomer, 50)
    wait_until(valid_until + 1)
    receivables.repay(receivable, FACE, {"from": obligor})
    receivables.redeem(child, {"from": obligor})
    assert cash.balanceOf(newcomer) == 50


def test_a_former_holder_gets_nothing(world, receivables, cash, supplier, mill, obligor):
    """N5: the money follows the title."""
    receivable, note = world.note()
    receivables.transferFrom["address,address,uint256"](supplier, mill, note, {"from": supplier})
    receivables.repay(receivable, FACE, {"from": obligor})
    receivables.redeem(note, {"from": supplier})
    assert [cash.balanceOf(party) for party in (supplier, mill)] == [0, FACE]


def test_money_that_comes_back_in_the_middle(world, receivables, policy, participants, admin, registrar, MockCash):
    """N5: a token that calls back as it is paid out cannot be paid twice."""
    euro = MockCash.deploy(EUR, {"from": admin})
    policy.setSettlementToken(EUR, euro, {"from": admin})
    participants.setConfirmationLimit(world.obligor, EUR, FACE, {"from": registrar})
    receivable, note = world.note(currency=EUR)
    euro.print(world.obligor, FACE, {"from": admin})
    euro.approve(receivables, FACE, {"from": world.obligor})
    receivables.repay(receivable, FACE, {"from": world.obligor})
    euro.arm(receivables, receivables.redeem.encode_input(note), {"from": admin})
    with refused("ReentrancyGuardReentrantCall"):
        receivables.redeem(note, {"from": world.thief})
