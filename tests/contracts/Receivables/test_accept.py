"""N8: a payee that wants to be asked holds an endorsed note provisionally, until it accepts."""

import pytest

from tests.contracts.world import ACCEPTANCE, CUT_OFF, DAY, FACE, Role, at, now, refused, wait_until

WHOLE = "address,address,uint256"
MERGE = "uint256,uint256,uint256"


@pytest.fixture
def offered(world, participants, supplier, mill):
    """Receivable, root, and a note of 100 that awaits the mill's word."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    return receivable, root, world.endorse(root, supplier, mill, 100, recourse=True)


def deadline(world, note):
    return world.receivables.noteOf(note).dict()["acceptBy"]


def test_it_is_asked_and_says_yes(world, receivables, participants, supplier, mill):
    """N8, P7: three days here; from then on the note is like any other."""
    _, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    second = now() + 20
    with at(second):
        tx = receivables.endorse(root, mill, 100, True, {"from": supplier})
    child = tx.events["NoteEndorsed"]["childId"]
    assert dict(tx.events["AcceptanceAwaited"]) == {"noteId": child, "acceptBy": second + ACCEPTANCE}
    assert deadline(world, child) == second + ACCEPTANCE
    tx = receivables.accept(child, {"from": mill})
    assert dict(tx.events["EndorsementAccepted"]) == {"noteId": child, "holder": mill}
    assert deadline(world, child) == 0
    world.endorse(child, mill, supplier, 100)


@pytest.mark.parametrize("late", [False, True])
def test_to_the_last_second(receivables, world, offered, mill, late):
    """N8: `acceptBy` is inclusive."""
    _, _, note = offered
    accept_by = deadline(world, note)
    if late:
        with at(accept_by + 1), refused("AcceptanceTooLate", note, accept_by):
            receivables.accept(note, {"from": mill})
    else:
        with at(accept_by):
            receivables.accept(note, {"from": mill})


@pytest.mark.parametrize("early", [1, DAY, ACCEPTANCE])
def test_no_later_than_the_cut_off(world, receivables, participants, supplier, mill, early):
    """N8: so that nobody waits for an answer at maturity."""
    receivable, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    cut_off = world.maturity(receivable) - CUT_OFF
    with at(cut_off - early):
        note = world.endorse(root, supplier, mill, 1)
    assert deadline(world, note) == cut_off


def test_meanwhile_it_stays_where_it_is(world, receivables, participants, offered, supplier, mill, bank):
    """N8: neither endorsed, nor transferred, merged into or from, delivered or split."""
    receivable, root, note = offered
    participants.wantAcceptance(False, {"from": mill})
    held = world.endorse(root, supplier, mill, 50, recourse=True)
    accept_by, sent = deadline(world, note), {"from": mill}
    document = world.view(receivable)["documentHash"]
    for act in (
        lambda: receivables.endorse(note, bank, 1, False, sent),
        lambda: receivables.endorseMany(note, [(bank, 1, False)], sent),
        lambda: receivables.transferFrom[WHOLE](mill, bank, note, sent),
        lambda: receivables.safeTransferFrom[WHOLE](mill, bank, note, sent),
        lambda: receivables.transferFrom["uint256,address,uint256"](note, bank, 1, sent),
        lambda: receivables.transferFrom[MERGE](note, held, 1, sent),
        lambda: receivables.transferFrom[MERGE](held, note, 1, sent),
        lambda: receivables.deliver(note, receivable, document, mill, bank, 100, False, sent),
        lambda: receivables.deliver(note, receivable, document, mill, bank, 1, True, sent),
    ):
        with refused("AcceptancePending", note, accept_by):
            act()
    receivables.accept(note, sent)
    receivables.transferFrom[MERGE](note, held, 100, sent)


@pytest.mark.parametrize("caller", ["supplier", "thief", "stranger", "bank"])
def test_the_payee_alone(world, receivables, offered, caller):
    """N8: nobody says yes for it."""
    _, _, note = offered
    account = getattr(world, caller)
    with refused("NotAuthorised", note, account):
        receivables.accept(note, {"from": account})


def test_not_an_operator_of_the_payee_either(receivables, offered, mill, fund):
    """N8: title that somebody takes is its own act."""
    _, _, note = offered
    receivables.setApprovalForAll(fund, True, {"from": mill})
    with refused("NotAuthorised", note, fund):
        receivables.accept(note, {"from": fund})


def test_while_it_is_active(world, receivables, participants, supplier, newcomer, mill, offered):
    """N8, P5: a frozen one takes no title, nor one whose KYC has ended."""
    _, root, note = offered
    world.freeze(mill)
    with refused("Frozen", mill):
        receivables.accept(note, {"from": mill})
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    participants.wantAcceptance(True, {"from": newcomer})
    other = world.endorse(root, supplier, newcomer, 1)
    with at(valid_until + 1), refused("KycExpired", newcomer, valid_until):
        receivables.accept(other, {"from": newcomer})


def test_only_where_an_answer_is_awaited(receivables, offered, supplier, mill):
    """N8: not twice, not a root, not what does not exist."""
    _, root, note = offered
    receivables.accept(note, {"from": mill})
    for number, caller in ((note, mill), (root, supplier)):
        for act in (receivables.accept, receivables.decline):
            with refused("AcceptanceNotAwaited", number):
                act(number, {"from": caller})
    for act in (receivables.accept, receivables.decline):
        with refused("UnknownNote", 99):
            act(99, {"from": mill})


def test_who_signed_a_quote_is_not_asked(world, participants, bank):
    """N8, D2: an endorsement with recourse by settlement is accepted with the quote."""
    _, root = world.note()
    participants.wantAcceptance(True, {"from": bank})
    child = world.sale(root, value=100, price=100, withRecourse=True)
    assert deadline(world, child) == 0


def test_nor_is_who_gets_the_whole_token(world, receivables, participants, supplier, mill):
    """N8, N3: it speaks of endorsements."""
    _, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    receivables.transferFrom[WHOLE](supplier, mill, root, {"from": supplier})
    assert deadline(world, root) == 0


def test_the_wish_counts_when_it_is_endorsed(world, receivables, participants, offered, supplier, mill):
    """P7: taken back later, it does not accept what waits; wanted later, it does not reopen what stands."""
    _, root, waiting = offered
    participants.wantAcceptance(False, {"from": mill})
    stands = world.endorse(root, supplier, mill, 1)
    participants.wantAcceptance(True, {"from": mill})
    assert (deadline(world, waiting) != 0, deadline(world, stands)) == (True, 0)


def test_yes_after_it_was_repaid(world, receivables, repayments, cash, offered, mill):
    """N8, M5: in time it is paid like the others."""
    receivable, _, note = offered
    world.repay(receivable)
    receivables.accept(note, {"from": mill})
    repayments.redeem(note, {"from": mill})
    assert cash.balanceOf(mill) == 100


def test_with_no_days_it_is_now_or_never(world, receivables, participants, supplier, mill):
    """N8, L1: zero days: in the very second, else it goes back."""
    world.change_limits(acceptanceDays=0)
    _, root = world.note()
    participants.wantAcceptance(True, {"from": mill})
    note = world.endorse(root, supplier, mill, 1)
    accept_by = deadline(world, note)
    assert accept_by == now()
    wait_until(accept_by + 1)
    with refused("AcceptanceTooLate", note, accept_by):
        receivables.accept(note, {"from": mill})
    receivables.decline(note, {"from": world.stranger})
    assert world.value(root) == [FACE]
