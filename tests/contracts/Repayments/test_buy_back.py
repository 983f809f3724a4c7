"""X2: an endorser pays the note's value to the holder and takes its place."""

import pytest

from tests.contracts.world import EUR, FACE, UNLIMITED, Status, at, refused, wait_until

WHOLE = "address,address,uint256"


@pytest.fixture
def chain(world, repayments, supplier, mill, bank, fund):
    """supplier → mill → bank → fund, all with recourse; everybody has money. Receivable, root and the three notes."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, FACE, recourse=True)
    second = world.endorse(first, mill, bank, FACE, recourse=True)
    third = world.endorse(second, bank, fund, FACE, recourse=True)
    for party in (supplier, mill, bank):
        world.give(party, FACE, repayments)
    return receivable, [root, first, second, third]


def test_the_last_endorser(world, receivables, repayments, cash, chain, bank, fund):
    """X2, N9: value goes up into the note that it endorsed; the holder has its money."""
    receivable, notes = chain
    world.default(receivable)
    before = [cash.balanceOf(party) for party in (bank, fund)]
    tx = repayments.buyBack(notes[3], 0, {"from": bank})
    assert tx.return_value == notes[2]
    assert dict(tx.events["NoteBoughtBack"]) == {
        "noteId": notes[3],
        "receivableId": receivable,
        "endorser": bank,
        "holder": fund,
        "toNoteId": notes[2],
        "amount": FACE,
    }
    assert dict(tx.events["NotePlaceTaken"]) == {
        "noteId": notes[3],
        "toNoteId": notes[2],
        "to": bank,
        "holder": fund,
        "value": FACE,
        "ancestorId": notes[2],
    }
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": notes[3], "toTokenId": notes[2], "value": FACE}
    assert world.value(*notes) == [0, 0, FACE, 0]
    assert [cash.balanceOf(party) for party in (bank, fund)] == [before[0] - FACE, before[1] + FACE]
    assert receivables.ownerOf(notes[3]) == fund


def test_and_further_back_from_there(world, repayments, cash, chain, supplier, mill, bank):
    """X2: step by step to the supplier, where it ends."""
    receivable, notes = chain
    world.default(receivable)
    for note, payer in ((notes[3], bank), (notes[2], mill), (notes[1], supplier)):
        repayments.buyBack(note, 0, {"from": payer})
    assert world.value(*notes) == [FACE, 0, 0, 0]
    assert [cash.balanceOf(party) for party in (supplier, mill)] == [0, FACE]
    with refused("RecourseEnds", notes[0], notes[0]):
        repayments.buyBack(notes[0], 0, {"from": supplier})


@pytest.mark.parametrize(("level", "payer", "to"), [(1, "mill", 1), (2, "supplier", 0)])
def test_straight_to_an_earlier_one(world, repayments, cash, chain, fund, level, payer, to):
    """X1, X2: those in between pay nothing and have nothing."""
    receivable, notes = chain
    world.default(receivable)
    tx = repayments.buyBack(notes[3], level, {"from": getattr(world, payer)})
    assert tx.return_value == notes[to]
    assert world.value(*notes) == [FACE if n == to else 0 for n in range(4)]
    assert cash.balanceOf(getattr(world, payer)) == 0


@pytest.mark.parametrize("caller", ["fund", "mill", "supplier", "thief", "obligor", "stranger"])
def test_that_endorser_alone(world, repayments, cash, chain, bank, caller):
    """X2: nobody pays its way into another's claim, the holder itself included."""
    receivable, notes = chain
    world.default(receivable)
    account = getattr(world, caller)
    with refused("NotTheEndorser", notes[3], bank, account):
        repayments.buyBack(notes[3], 0, {"from": account})


def test_when_the_endorsed_note_is_not_its_own_any_more(world, receivables, repayments, bank, fund, thief):
    """N9: the bank assigned the note that it had endorsed from; it gets a new note that comes from where that one came
    from, so it has the claims that it had before, and none on itself. The fund's spent note keeps its own origin, and who had it endorsed from there its claims."""
    world.give(bank, FACE, repayments)
    receivable, root = world.note()
    first = world.endorse(root, world.supplier, world.mill, FACE, recourse=True)
    second = world.endorse(first, world.mill, bank, FACE, recourse=True)
    third = world.endorse(second, bank, fund, FACE - 1, recourse=True)
    grandchild = world.endorse(third, fund, thief, 10, recourse=True)
    receivables.transferFrom[WHOLE](bank, thief, second, {"from": bank})
    before = receivables.noteOf(third).dict()
    world.default(receivable)
    tx = repayments.buyBack(third, 0, {"from": bank})
    made, view = tx.return_value, receivables.noteOf(tx.return_value).dict()
    assert (view["holder"], view["value"], tx.events["NotePlaceTaken"]["ancestorId"]) == (bank, FACE - 11, second)
    origin = receivables.noteOf(second).dict()
    for name in ("receivableId", "parentId", "depth", "endorserId", "withRecourse", "acceptBy"):
        assert view[name] == origin[name]
    assert repayments.claimRecourse(made, 0, {"from": bank}).events["RecourseClaimed"]["endorser"] == world.mill
    assert receivables.noteOf(third).dict() == before | {"value": 0}
    claim = repayments.claimRecourse(grandchild, 1, {"from": thief}).events["RecourseClaimed"]
    assert claim["endorser"] == bank


def test_an_earlier_endorser_has_no_claim_on_a_later_one(world, receivables, repayments, supplier, mill, fund, thief):
    """X2, N9: the supplier, which assigned its root, pays the fund; it cannot turn to the mill that it is liable to."""
    receivable, root = world.note()
    world.give(supplier, FACE, repayments)
    first = world.endorse(root, supplier, mill, FACE - 1, recourse=True)
    second = world.endorse(first, mill, fund, FACE - 1, recourse=True)
    receivables.transferFrom[WHOLE](supplier, thief, root, {"from": supplier})
    world.default(receivable)
    made = repayments.buyBack(second, 1, {"from": supplier}).return_value
    assert receivables.ownerOf(made) == supplier
    assert made not in (root, first, second)
    with refused("RecourseEnds", made, made):
        repayments.claimRecourse(made, 0, {"from": supplier})


def test_in_dispute_what_is_free(world, receivables, repayments, cash, chain, bank, fund):
    """X2, J5: the locked part stays where it is."""
    receivable, notes = chain
    world.dispute(receivable, 100)
    world.default(receivable)
    before = cash.balanceOf(fund)
    repayments.buyBack(notes[3], 0, {"from": bank})
    assert cash.balanceOf(fund) - before == FACE - 100
    assert world.value(*notes) == [0, 0, FACE - 100, 100]
    with refused("InvalidAmount", 0, 100):
        repayments.buyBack(notes[3], 0, {"from": bank})


def test_in_dispute_a_part_becomes_a_note_of_its_own(world, receivables, repayments, supplier, mill, bank, thief):
    """N9: where the endorsed note is not its own any more, and a part is locked."""
    receivable, root = world.note()
    first = world.endorse(root, supplier, mill, FACE, recourse=True)
    second = world.endorse(first, mill, bank, FACE - 1, recourse=True)
    receivables.transferFrom[WHOLE](mill, thief, first, {"from": mill})
    world.give(mill, FACE, repayments)
    world.dispute(receivable, 100)
    world.default(receivable)
    locked = world.adjustments.lockedOf(second)
    tx = repayments.buyBack(second, 0, {"from": mill})
    made = tx.return_value
    view = receivables.noteOf(made).dict()
    assert (view["holder"], view["value"], view["parentId"]) == (mill, FACE - 1 - locked, root)
    assert world.value(second) == [locked]
    assert dict(tx.events["SlotChanged"]) == {"tokenId": made, "oldSlot": 0, "newSlot": receivable}
    assert world.view(receivable)["noteCount"] == 4
    assert receivables.balanceOf["address"](mill) == 1


@pytest.mark.parametrize("offset", [-1, 0])
def test_not_before_grace_has_passed(world, repayments, chain, bank, offset):
    """X1, X2."""
    receivable, notes = chain
    end = world.grace_end(receivable)
    with at(end + offset), refused("NotInDefault", receivable, end):
        repayments.buyBack(notes[3], 0, {"from": bank})


def test_not_when_repaid_nor_unconfirmed(world, repayments, chain, bank):
    """X2."""
    receivable, notes = chain
    world.default(receivable)
    world.repay(receivable, 2 * FACE)
    with refused("WrongStatus", receivable, Status.REPAID):
        repayments.buyBack(notes[3], 0, {"from": bank})


def test_not_while_money_is_being_paid_out(world, repayments, chain, bank):
    """X2, M4: a note that is served can be bought back when all are."""
    receivable, notes = chain
    world.repay(receivable, 100)
    world.default(receivable)
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 1):
        repayments.buyBack(notes[3], 0, {"from": bank})
    world.redeem_all(receivable)
    repayments.buyBack(notes[3], 0, {"from": bank})
    assert world.value(notes[2]) == [FACE - 100]


def test_only_with_money(world, repayments, cash, chain, bank, mill):
    """X2, X3: no cash, no title."""
    receivable, notes = chain
    world.default(receivable)
    cash.approve(repayments, FACE - 1, {"from": bank})
    with refused("ERC20InsufficientAllowance", repayments, FACE - 1, FACE):
        repayments.buyBack(notes[3], 0, {"from": bank})
    cash.approve(repayments, UNLIMITED, {"from": mill})
    cash.transfer(bank, FACE, {"from": mill})
    with refused("ERC20InsufficientBalance", mill, 0, FACE):
        repayments.buyBack(notes[3], 1, {"from": mill})
    assert world.value(*notes) == [0, 0, 0, FACE]


def test_not_from_or_to_the_frozen(world, repayments, chain, bank, fund):
    """X2, P3: neither pays nor is paid."""
    receivable, notes = chain
    world.default(receivable)
    world.freeze(fund)
    with refused("ERC7943CannotTransact", fund):
        repayments.buyBack(notes[3], 0, {"from": bank})
    world.unfreeze(fund)
    world.freeze(bank)
    with refused("ERC7943CannotTransact", bank):
        repayments.buyBack(notes[3], 0, {"from": bank})


def test_what_comes_in_later_is_the_endorsers(world, repayments, cash, chain, bank, fund):
    """X4: late money goes to whoever holds the notes then."""
    receivable, notes = chain
    world.default(receivable)
    repayments.buyBack(notes[3], 0, {"from": bank})
    before = [cash.balanceOf(party) for party in (bank, fund)]
    world.repay(receivable, 2 * FACE)
    penalty = world.repayments.accountOf(receivable).dict()["penaltyPaid"]
    world.allot(receivable)
    world.redeem_all(receivable)
    assert [cash.balanceOf(party) for party in (bank, fund)] == [before[0] + FACE + penalty, before[1]]


def test_money_that_comes_back_in_the_middle(world, repayments, admin, supplier, mill, MockCash):
    """X2: a token that calls back does not buy back twice."""
    euro = world.euros(MockCash)
    receivable, root = world.note(currency=EUR)
    child = world.endorse(root, supplier, mill, 50, recourse=True)
    euro.print(supplier, 100, {"from": admin})
    euro.approve(repayments, 100, {"from": supplier})
    world.default(receivable)
    euro.arm(repayments, repayments.buyBack.encode_input(child, 0), {"from": admin})
    with refused("ReentrancyGuardReentrantCall"):
        repayments.buyBack(child, 0, {"from": supplier})


def test_a_provisional_note_is_nobodys_to_buy(world, receivables, repayments, participants, supplier, mill):
    """N8, X2: first it must be known whose it is."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    child = world.endorse(root, supplier, mill, 50, recourse=True)
    accept_by = receivables.noteOf(child).dict()["acceptBy"]
    wait_until(world.grace_end(receivable) + 1)
    for act in (
        lambda: repayments.buyBack(child, 0, {"from": supplier}),
        lambda: repayments.claimRecourse(child, 0, {"from": mill}),
        lambda: repayments.writeOff(child, {"from": mill}),
    ):
        with refused("AcceptancePending", child, accept_by):
            act()
