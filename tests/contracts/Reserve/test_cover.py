"""V3: after grace anyone has an insured note covered; the reserve takes its holder's place."""

import pytest

from tests.contracts.world import FACE, Status, at, refused, wait_until


@pytest.fixture
def insured(world):
    """The bank holds the root, bought for 1,000 of its 100,000,000 fen; the reserve has 5 and is given 10,000."""
    receivable, note = world.note()
    world.sale(note, price=1_000)
    world.give(world.reserve, 10_000)
    return receivable, note


def test_up_to_the_price(world, receivables, reserve, cash, insured, bank, stranger):
    """V3: what is insured is less than the value: a new note of the same origin for the reserve; once."""
    receivable, note = insured
    world.default(receivable)
    before = cash.balanceOf(bank)
    tx = reserve.cover(note, {"from": stranger})
    made = tx.events["NoteCovered"]["toNoteId"]
    assert dict(tx.events["NoteCovered"]) == {
        "noteId": note,
        "receivableId": receivable,
        "holder": bank,
        "toNoteId": made,
        "amount": 1_000,
    }
    assert (tx.return_value, cash.balanceOf(bank) - before) == (1_000, 1_000)
    assert (receivables.ownerOf(made), world.value(note, made)) == (reserve, [FACE - 1_000, 1_000])
    origin, view = receivables.noteOf(note).dict(), receivables.noteOf(made).dict()
    for name in ("receivableId", "parentId", "depth", "endorserId", "withRecourse"):
        assert view[name] == origin[name]
    with refused("NotInsured", note):
        reserve.cover(note, {"from": stranger})


def test_the_whole_note_changes_hands(world, receivables, reserve, bank):
    """V3: where all its value is covered."""
    receivable, note = world.note(face=700)
    world.sale(note, price=900)
    world.give(reserve, 10_000)
    world.default(receivable)
    tx = reserve.cover(note, {"from": bank})
    assert (tx.return_value, tx.events["NoteCovered"]["toNoteId"]) == (700, note)
    assert (receivables.ownerOf(note), world.value(note), reserve.insuredOf(note)) == (reserve, [700], 200)
    with refused("NothingToCover", note):
        reserve.cover(note, {"from": bank})


def test_what_the_reserve_has(world, receivables, reserve, cash, bank):
    """V3: the rest when more comes in, into the same note, so that many small payments do not make many notes."""
    receivable, note = world.note()
    world.sale(note, price=1_000)
    world.default(receivable)
    assert reserve.cover(note, {"from": bank}).return_value == 5
    with refused("NothingToCover", note):
        reserve.cover(note, {"from": bank})
    made = world.notes(receivable)[-1]
    for more in (1, 30):
        world.give(reserve, more)
        tx = reserve.cover(note, {"from": bank})
        assert (tx.return_value, tx.events["NoteCovered"]["toNoteId"]) == (more, made)
    assert (world.value(made), reserve.insuredOf(note)) == ([36], 1_000 - 36)
    assert world.view(receivable)["noteCount"] == 2


def test_the_claims_on_earlier_endorsers_go_along(world, receivables, repayments, reserve, cash, supplier, bank):
    """V3, X2: the seller that is liable buys back from the reserve."""
    receivable, root = world.note()
    child = world.sale(root, value=1_000, price=1_000, withRecourse=True)
    world.give(reserve, 2_000)
    world.default(receivable)
    reserve.cover(child, {"from": bank})
    assert receivables.ownerOf(child) == reserve
    world.give(supplier, 1_000, repayments)
    before = cash.balanceOf(reserve)
    repayments.buyBack(child, 0, {"from": supplier})
    assert cash.balanceOf(reserve) - before == 1_000
    assert world.value(root, child) == [FACE, 0]


def test_what_comes_in_later_is_the_reserves(world, repayments, reserve, cash, insured, bank):
    """X4, V3: in proportion to what it took over."""
    receivable, note = insured
    world.default(receivable)
    reserve.cover(note, {"from": bank})
    before = cash.balanceOf(reserve)
    world.repay(receivable, 2 * FACE)
    world.allot(receivable)
    world.redeem_all(receivable)
    penalty = repayments.accountOf(receivable).dict()["penaltyPaid"]
    assert cash.balanceOf(reserve) - before == 1_000 + penalty * 1_000 // FACE


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_after_grace(world, reserve, insured, bank, offset):
    """V3: not in its last second."""
    receivable, note = insured
    end = world.grace_end(receivable)
    if offset <= 0:
        with at(end + offset), refused("NotInDefault", receivable, end):
            reserve.cover(note, {"from": bank})
    else:
        with at(end + offset):
            reserve.cover(note, {"from": bank})


def test_not_what_was_not_bought(world, reserve, bank):
    """V3."""
    receivable, note = world.note()
    world.default(receivable)
    for number in (note, 99):
        with refused("NotInsured", number):
            reserve.cover(number, {"from": bank})


def test_not_what_is_locked(world, reserve, insured, bank):
    """V3, J5: a dispute may show that nothing is owed."""
    receivable, note = insured
    world.dispute(receivable, FACE - 300)
    world.default(receivable)
    assert reserve.cover(note, {"from": bank}).return_value == 300
    with refused("NothingToCover", note):
        reserve.cover(note, {"from": bank})


def test_not_when_repaid(world, reserve, insured, bank):
    """V3."""
    receivable, note = insured
    world.default(receivable)
    world.repay(receivable, 2 * FACE)
    with refused("WrongStatus", receivable, Status.REPAID):
        reserve.cover(note, {"from": bank})


def test_not_while_money_is_divided(world, repayments, reserve, insured, bank):
    """V3, M4: the share first."""
    receivable, note = insured
    world.repay(receivable, FACE - 400)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    world.default(receivable)
    with refused("AllotmentOpen", receivable, 1):
        reserve.cover(note, {"from": bank})
    repayments.redeem(note, {"from": bank})
    assert reserve.cover(note, {"from": bank}).return_value == 400


def test_not_a_supplier_that_owes(world, receivables, reserve, insured, supplier, bank):
    """V3, J7: it does not have the reserve pay what it owes itself."""
    receivable, note = insured
    receivables.transferFrom["address,address,uint256"](bank, supplier, note, {"from": bank})
    world.credit(receivable, 10)
    world.default(receivable)
    with refused("NotAbsorbed", note, 10):
        reserve.cover(note, {"from": supplier})
    world.adjustments.absorb(receivable, [note], {"from": supplier})
    assert reserve.cover(note, {"from": supplier}).return_value == 1_000


def test_not_to_the_frozen(world, reserve, insured, bank):
    """P3: it waits for its cover as for its money."""
    receivable, note = insured
    world.default(receivable)
    world.freeze(bank)
    with refused("ERC7943CannotTransact", bank):
        reserve.cover(note, {"from": world.stranger})
    world.unfreeze(bank)
    reserve.cover(note, {"from": world.stranger})


def test_a_spent_note_has_no_cover(world, reserve, insured, bank, fund):
    """V3: its value went elsewhere, uninsured."""
    receivable, note = insured
    child = world.endorse(note, bank, fund, FACE)
    world.default(receivable)
    with refused("NothingToCover", note):
        reserve.cover(note, {"from": bank})
    with refused("NotInsured", child):
        reserve.cover(child, {"from": fund})


def test_whoever_else_holds_it_is_covered_though_the_supplier_owes(world, reserve, insured, supplier, bank):
    """V3, J7: its holder is not to blame."""
    receivable, note = insured
    world.credit(receivable, 10)
    world.default(receivable)
    assert reserve.cover(note, {"from": bank}).return_value == 1_000
