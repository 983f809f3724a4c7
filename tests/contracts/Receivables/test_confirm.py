"""R2: executes the obligor's signed confirmation: the whole claim becomes one root note of the supplier."""

import pytest

from tests.contracts.world import (
    CNY,
    CUT_OFF,
    DAY,
    FACE,
    GRACE,
    PENALTY_BPS,
    ZERO,
    Role,
    Status,
    at,
    clause,
    digest,
    limits,
    now,
    refused,
)


def wrong(receivables, confirmation, signer):
    """The error for a signature that is not under this confirmation."""
    return "InvalidSignature", signer, receivables.confirmationDigest.call(confirmation)


def test_the_claim_becomes_a_note(world, receivables, supplier, obligor, stranger):
    """R2: anybody carries it; the note is the supplier's, and the obligor owes."""
    receivable = world.register()
    confirmation, signature = world.confirmation(receivable, setOffWaived=True)
    tx = receivables.confirm(confirmation, signature, {"from": stranger})
    note = tx.return_value
    assert dict(tx.events["ReceivableConfirmed"]) == {
        "receivableId": receivable,
        "obligor": obligor,
        "noteId": note,
        "amount": FACE,
        "setOffWaived": True,
        "graceEndsAt": world.maturity(receivable) + GRACE,
        "penaltyBpsPerDay": PENALTY_BPS,
    }
    assert dict(tx.events["Transfer"]) == {"from": ZERO, "to": supplier, "tokenId": note}
    assert dict(tx.events["SlotChanged"]) == {"tokenId": note, "oldSlot": 0, "newSlot": receivable}
    assert dict(tx.events["TransferValue"]) == {"fromTokenId": 0, "toTokenId": note, "value": FACE}
    view = receivables.receivableOf(receivable).dict()
    assert (view["status"], view["confirmed"], view["noteCount"]) == (Status.CONFIRMED, FACE, 1)
    assert view["setOffWaived"] is True
    assert receivables.noteOf(note).dict() == {
        "holder": supplier,
        "value": FACE,
        "receivableId": receivable,
        "parentId": 0,
        "depth": 0,
        "endorserId": 0,
        "withRecourse": False,
        "acceptBy": 0,
    }
    assert (view["graceDays"] * DAY, view["penaltyBpsPerDay"]) == (GRACE, PENALTY_BPS)
    assert world.due(receivable) == (0, FACE, 0)
    assert world.owed() == FACE
    assert receivables.isLive(receivable)


@pytest.mark.parametrize("amount", [1, FACE - 1, FACE])
def test_a_part_or_the_whole(world, receivables, amount):
    """R2: what the obligor grants is what is owed; the note is that much."""
    receivable = world.register()
    note = world.confirm(receivable, amount=amount)
    assert receivables.balanceOf["uint256"](note) == amount
    assert world.due(receivable) == (0, amount, 0)


@pytest.mark.parametrize("amount", [0, FACE + 1, 2**64 + 1, 2**256 - 1])
def test_neither_nothing_nor_more(world, receivables, amount):
    """R2: an amount that only seems small when cut to 64 bits is no smaller for it."""
    receivable = world.register()
    signed = world.confirmation(receivable, amount=amount)
    with refused("InvalidAmount", amount, FACE):
        receivables.confirm(*signed, {"from": world.supplier})


def test_only_once(world, receivables, supplier):
    """R2: neither the same document nor a new one makes a second note."""
    receivable = world.register()
    signed = world.confirmation(receivable)
    receivables.confirm(*signed, {"from": supplier})
    for again in (signed, world.confirmation(receivable)):
        with refused("WrongStatus", receivable, Status.CONFIRMED):
            receivables.confirm(*again, {"from": supplier})


def test_only_what_exists(world, receivables, supplier):
    """R2: a number that nobody registered, and zero, which would read an empty word."""
    receivable = world.register()
    signed = world.confirmation(receivable)
    for unknown in (0, receivable + 1):
        with refused("UnknownReceivable", unknown):
            receivables.confirm((unknown, *signed[0][1:]), signed[1], {"from": supplier})
        with refused("UnknownReceivable", unknown):
            receivables.confirmationDigest((unknown, *signed[0][1:]))


@pytest.mark.parametrize("late", [False, True])
def test_to_the_last_second(world, receivables, supplier, late):
    """R2, R5: confirmBy is inclusive."""
    receivable = world.register()
    confirm_by = receivables.receivableOf(receivable).dict()["confirmBy"]
    signed = world.confirmation(receivable, deadline=confirm_by + DAY)
    if late:
        with at(confirm_by + 1), refused("ConfirmationTooLate", receivable, confirm_by):
            receivables.confirm(*signed, {"from": supplier})
    else:
        with at(confirm_by):
            receivables.confirm(*signed, {"from": supplier})


@pytest.mark.parametrize("signer", ["supplier", "dealer", "stranger", "thief"])
def test_the_obligor_alone(world, receivables, supplier, obligor, signer):
    """R2, S1: neither the supplier nor another obligor confirms for it."""
    confirmation, signature = world.confirmation(world.register(), signer=getattr(world, signer))
    with refused(*wrong(receivables, confirmation, obligor)):
        receivables.confirm(confirmation, signature, {"from": supplier})


@pytest.mark.parametrize(
    "shown",
    [
        {"faceValue": FACE - 1},
        {"supplier": ZERO},
        {"maturityAt": 1},
        {"documentHash": digest("another invoice")},
        {"receivableId": 2},
    ],
    ids=lambda shown: next(iter(shown)),
)
def test_what_was_shown_is_what_counts(world, receivables, supplier, obligor, shown):
    """R2: an obligor whose wallet showed other facts than the chain has did not confirm these."""
    receivable = world.register()
    world.register()
    sent, signature = world.confirmation(receivable, **shown)
    confirmation = (receivable, *sent[1:])
    with refused(*wrong(receivables, confirmation, obligor)):
        receivables.confirm(confirmation, signature, {"from": supplier})


@pytest.mark.parametrize(("position", "value"), [(1, FACE // 2), (2, True), (3, 4711), (4, 2**40)])
def test_nothing_is_changed_on_the_way(world, receivables, supplier, obligor, position, value):
    """R2, S1: a carrier cannot change amount, waiver, nonce or deadline."""
    confirmation, signature = world.confirmation(world.register())
    changed = (*confirmation[:position], value, *confirmation[position + 1 :])
    with refused(*wrong(receivables, changed, obligor)):
        receivables.confirm(changed, signature, {"from": supplier})


def test_an_old_confirmation_does_not_fit_a_new_registration(world, receivables, supplier, obligor):
    """R2, R3: registered again after a rejection, the claim needs a new word of the obligor."""
    terms = {"documentHash": digest("invoice"), "fingerprint": digest("print"), "maturityAt": now() + 90 * DAY}
    first = world.register(**terms)
    confirmation, signature = world.confirmation(first)
    receivables.reject(first, "the goods were late", {"from": obligor})
    second = world.register(**terms)
    with refused("WrongStatus", first, Status.REJECTED):
        receivables.confirm(confirmation, signature, {"from": supplier})
    replayed = (second, *confirmation[1:])
    with refused(*wrong(receivables, replayed, obligor)):
        receivables.confirm(replayed, signature, {"from": supplier})
    world.confirm(second)


@pytest.mark.parametrize("state", ["REJECTED", "WITHDRAWN", "EXPIRED"])
def test_not_what_has_fallen(world, receivables, supplier, obligor, state):
    """R2: a word given before the end comes too late after it."""
    receivable = world.register()
    signed = world.confirmation(receivable, deadline=now() + 60 * DAY)
    if state == "REJECTED":
        receivables.reject(receivable, "no", {"from": obligor})
    elif state == "WITHDRAWN":
        receivables.withdraw(receivable, {"from": supplier})
    else:
        with at(receivables.receivableOf(receivable).dict()["confirmBy"] + 1):
            receivables.expire(receivable, {"from": supplier})
    with refused("WrongStatus", receivable, Status[state]):
        receivables.confirm(*signed, {"from": supplier})


@pytest.mark.parametrize("party", ["supplier", "obligor"])
def test_both_must_still_be_active(world, receivables, participants, registrar, stranger, party):
    """R2, P3, P5: frozen, or stripped of the role, since the registration."""
    account = getattr(world, party)
    signed = world.confirmation(world.register())
    participants.renew(account, Role.FINANCIER, 2**40 - 1, {"from": registrar})
    with refused("RoleMissing", account, Role[party.upper()]):
        receivables.confirm(*signed, {"from": stranger})
    world.freeze(account)
    with refused("Frozen", account):
        receivables.confirm(*signed, {"from": stranger})


def test_the_limit_holds_to_the_fen(world, receivables, participants, registrar, obligor):
    """R2, P4: what is owed already counts, and what is repaid, in part too, makes room."""
    number = participants.participantOf(obligor)[0]
    participants.setConfirmationLimit(obligor, CNY, 2 * FACE, {"from": registrar})
    first = world.register()
    world.confirm(first)
    small = world.register(face=FACE + 1)
    signed = world.confirmation(small)
    with refused("ConfirmationLimitExceeded", number, 2 * FACE + 1, 2 * FACE):
        receivables.confirm(*signed, {"from": world.supplier})
    world.confirm(small, amount=FACE)
    assert receivables.owedBy(number, CNY) == 2 * FACE
    third = world.register(face=1)
    signed = world.confirmation(third)
    with refused("ConfirmationLimitExceeded", number, 2 * FACE + 1, 2 * FACE):
        receivables.confirm(*signed, {"from": world.supplier})
    world.repay(first, FACE - 1)
    receivables.confirm(*signed, {"from": world.supplier})
    assert world.owed() == FACE + 2


def test_without_a_limit_nothing(world, receivables, participants, registrar, dealer):
    """R2, P4: an obligor with limit 0 confirms nothing."""
    participants.setConfirmationLimit(dealer, CNY, 0, {"from": registrar})
    signed = world.confirmation(world.register(obligor=dealer))
    with refused("ConfirmationLimitExceeded", participants.participantOf(dealer)[0], FACE, 0):
        receivables.confirm(*signed, {"from": world.supplier})


def test_the_largest_amount(world, receivables, participants, registrar, supplier, mill, obligor):
    """R2: the most that policy and limit can grant goes all the way: confirmed, endorsed, merged, counted."""
    largest = 2**63 - 1
    world.change_limits(maxFaceValue=largest)
    participants.setConfirmationLimit(obligor, CNY, 2**64 - 1, {"from": registrar})
    receivable = world.register(face=largest)
    note = world.confirm(receivable)
    child = world.endorse(note, supplier, mill, largest - 1)
    assert [receivables.balanceOf["uint256"](number) for number in (note, child)] == [1, largest - 1]
    back = world.endorse(child, mill, supplier, largest - 1)
    receivables.transferFrom["uint256,uint256,uint256"](back, note, largest - 1, {"from": supplier})
    assert receivables.balanceOf["uint256"](note) == largest
    one_more = world.confirmation(world.register(face=largest))
    receivables.confirm(*one_more, {"from": supplier})
    third = world.confirmation(world.register(face=2))
    number = participants.participantOf(obligor)[0]
    with refused("ConfirmationLimitExceeded", number, 2**64, 2**64 - 1):
        receivables.confirm(*third, {"from": supplier})


@pytest.mark.parametrize("late", [False, True])
def test_never_past_maturity(world, receivables, supplier, mill, late):
    """R5, N1: a claim of two days can be confirmed up to its due second; a note made in that second is owed and no
    longer travels."""
    maturity = now() + 2 * DAY
    receivable = world.register(maturityAt=maturity)
    signed = world.confirmation(receivable, deadline=now() + 10 * DAY)
    if late:
        with at(maturity + 1), refused("ConfirmationTooLate", receivable, maturity):
            receivables.confirm(*signed, {"from": supplier})
        return
    with at(maturity):
        note = receivables.confirm(*signed, {"from": supplier}).events["ReceivableConfirmed"]["noteId"]
    assert world.due(receivable) == (0, FACE, 0)
    with refused("AfterCutOff", receivable, maturity - CUT_OFF):
        receivables.endorse(note, mill, 1, False, {"from": supplier})


def test_a_tightened_policy_does_not_stop_what_was_registered(world, receivables, policy, admin):
    """R2, L1: limits are asked at the registration."""
    receivable = world.register()
    begin = now() + DAY
    policy.scheduleLimits(limits(maxFaceValue=1), begin, {"from": admin})
    signed = world.confirmation(receivable, deadline=begin + DAY)
    with at(begin):
        receivables.confirm(*signed, {"from": world.supplier})
    with refused("PolicyRefused", clause("faceValue.max"), FACE, 1):
        world.register()
