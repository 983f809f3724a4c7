"""M5, M8: many notes in one transaction; those that have nothing to get are passed over."""

from tests.contracts.world import EUR, FACE, refused, wait_until


def test_all_at_once(world, repayments, cash, supplier, mill, stranger):
    """M5: each to its holder; the sum is returned."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 40)
    world.repay(receivable)
    tx = repayments.redeemMany([child, root], {"from": stranger})
    assert tx.return_value == FACE
    assert [event["noteId"] for event in tx.events["NoteRedeemed"]] == [child, root]
    assert [cash.balanceOf(party) for party in (supplier, mill)] == [FACE - 40, 40]


def test_across_receivables_and_currencies(world, repayments, cash, supplier, MockCash):
    """M8: a day's settlement is not bound to one claim."""
    euro = world.euros(MockCash)
    _, one = world.repaid()
    second, other = world.note(currency=EUR)
    world.repay(second)
    repayments.redeemMany([one, other], {"from": supplier})
    assert (cash.balanceOf(supplier), euro.balanceOf(supplier)) == (FACE, FACE)


def test_what_has_nothing_is_passed_over(world, repayments, supplier, mill):
    """M5: a note that is spent, paid, named twice or of an unpaid receivable stops nobody."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE)
    _, unpaid = world.note()
    world.repay(receivable)
    assert repayments.redeemMany([root, child, child, unpaid], {"from": mill}).return_value == FACE
    assert repayments.redeemMany([root, child, child, unpaid], {"from": mill}).return_value == 0
    assert repayments.redeemMany([], {"from": mill}).return_value == 0


def test_but_a_note_that_does_not_exist_is_an_error(world, repayments, supplier):
    """M5: a wrong number is a mistake worth hearing of; nothing is paid by half."""
    _, note = world.repaid()
    with refused("UnknownNote", 99):
        repayments.redeemMany([note, 99], {"from": supplier})
    assert world.value(note) == [FACE]


def test_in_batches_it_is_the_same(world, repayments, cash, supplier, mill):
    """M8: a run that stops anywhere is taken up by the next, in any order, with overlaps."""
    receivable, root = world.note()
    notes = [root, *(world.endorse(root, supplier, mill, 10 + n) for n in range(5))]
    world.repay(receivable, FACE // 2)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    for batch in (notes[4:], notes[2:5], [], notes[:3]):
        repayments.redeemMany(batch, {"from": mill})
    repayments.requireNoAllotment(receivable)
    assert repayments.accountOf(receivable).dict()["redeemed"] == FACE // 2
    assert cash.balanceOf(repayments) == 0
