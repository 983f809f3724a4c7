"""M5: anyone has a note paid its share, or, once nothing is owed any more, its value; always to its holder, once."""

import pytest

from tests.contracts.world import DAY, EUR, FACE, Role, at, now, refused, wait_until


def test_the_holder_is_paid(world, receivables, repayments, cash, supplier, stranger):
    """M5: whoever asks, the money goes to the holder, and the value leaves the note."""
    receivable, note = world.repaid()
    tx = repayments.redeem(note, {"from": stranger})
    assert tx.return_value == FACE
    assert dict(tx.events["NoteRedeemed"]) == {
        "noteId": note,
        "receivableId": receivable,
        "holder": supplier,
        "principal": FACE,
        "penalty": 0,
    }
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": note, "toTokenId": 0, "value": FACE}
    assert (cash.balanceOf(supplier), cash.balanceOf(repayments)) == (FACE, 0)
    assert repayments.accountOf(receivable).dict()["redeemed"] == FACE
    assert world.value(note) == [0]
    assert receivables.ownerOf(note) == supplier


def test_every_note_gets_its_part(world, repayments, cash, supplier, mill, bank, obligor):
    """M5: to the fen, in any order, and then nothing is left."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, 1, recourse=True)
    second = world.endorse(root, supplier, bank, FACE // 3)
    world.repay(receivable)
    before = cash.balanceOf(bank)
    for note in (second, root, first):
        repayments.redeem(note, {"from": obligor})
    assert cash.balanceOf(mill) == 1
    assert cash.balanceOf(bank) - before == FACE // 3
    assert cash.balanceOf(supplier) == FACE - 1 - FACE // 3
    assert cash.balanceOf(repayments) == 0


def test_not_twice(world, repayments, thief):
    """M5: not even from what waits for somebody else."""
    _, note = world.repaid()
    world.repaid()
    repayments.redeem(note, {"from": thief})
    with refused("NothingToRedeem", note):
        repayments.redeem(note, {"from": thief})


def test_nor_a_share_twice(world, repayments, supplier, mill, thief):
    """M5: while the others have not had theirs, and after the last."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 40)
    world.repay(receivable, FACE // 2)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    repayments.redeem(root, {"from": thief})
    with refused("NothingToRedeem", root):
        repayments.redeem(root, {"from": thief})
    repayments.redeem(child, {"from": thief})
    for note in (root, child):
        with refused("NothingToRedeem", note):
            repayments.redeem(note, {"from": thief})


def test_a_share_of_nothing_is_served_too(world, repayments, supplier, mill):
    """M4, M5: a note whose share rounds to nothing counts as served, so that the next division can begin."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 1)
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    tx = repayments.redeem(child, {"from": mill})
    assert tx.return_value == 0
    assert dict(tx.events["NoteRedeemed"])["principal"] == 0
    assert "Transfer" not in tx.events
    repayments.redeem(root, {"from": mill})
    repayments.requireNoAllotment(receivable)


def test_a_spent_note_gets_nothing(world, repayments, supplier, mill):
    """M5: the money follows the value, not the number."""
    receivable, note = world.note()
    world.endorse(note, supplier, mill, FACE)
    world.repay(receivable)
    with refused("NothingToRedeem", note):
        repayments.redeem(note, {"from": supplier})


def test_not_before_the_obligor_has_paid(world, repayments, supplier):
    """M5: maturity alone pays nobody, and not out of another's money."""
    world.repaid()
    receivable, note = world.note()
    with refused("NothingToRedeem", note):
        repayments.redeem(note, {"from": supplier})
    with at(world.maturity(receivable) + 1), refused("NothingToRedeem", note):
        repayments.redeem(note, {"from": supplier})


@pytest.mark.parametrize("note", [0, 5])
def test_an_unknown_note(repayments, thief, note):
    """M5."""
    with refused("UnknownNote", note):
        repayments.redeem(note, {"from": thief})


def test_not_a_provisional_note(world, receivables, repayments, participants, cash, supplier, mill):
    """N8: paid when its payee has said yes, or to the endorser when it goes back."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    yes, no = (world.endorse(root, supplier, mill, value) for value in (30, 20))
    world.repay(receivable)
    for note in (yes, no):
        with refused("NothingToRedeem", note):
            repayments.redeem(note, {"from": mill})
    receivables.accept(yes, {"from": mill})
    receivables.decline(no, {"from": mill})
    repayments.redeem(yes, {"from": mill})
    repayments.redeem(root, {"from": mill})
    assert [cash.balanceOf(party) for party in (mill, supplier)] == [30, FACE - 30]


def test_an_expired_holder_is_paid(world, repayments, cash, supplier, newcomer, obligor):
    """M5, P6: an expired KYC never traps money."""
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    receivable, note = world.note()
    child = world.endorse(note, supplier, newcomer, 50)
    wait_until(valid_until + 1)
    world.repay(receivable)
    repayments.redeem(child, {"from": obligor})
    assert cash.balanceOf(newcomer) == 50


def test_a_former_holder_gets_nothing(world, receivables, repayments, cash, supplier, mill):
    """M5: the money follows the title."""
    receivable, note = world.note()
    receivables.transferFrom["address,address,uint256"](supplier, mill, note, {"from": supplier})
    world.repay(receivable)
    repayments.redeem(note, {"from": supplier})
    assert [cash.balanceOf(party) for party in (supplier, mill)] == [0, FACE]


def test_money_that_comes_back_in_the_middle(world, repayments, admin, MockCash):
    """M5: a token that calls back as it is paid out cannot be paid twice."""
    euro = world.euros(MockCash)
    receivable, note = world.note(currency=EUR)
    world.repay(receivable)
    for call in (repayments.redeem.encode_input(note), repayments.redeemMany.encode_input([note])):
        euro.arm(repayments, call, {"from": admin})
        for act in (lambda: repayments.redeem(note, {"from": admin}), lambda: repayments.redeemMany([note])):
            with refused("ReentrancyGuardReentrantCall"):
                act()
