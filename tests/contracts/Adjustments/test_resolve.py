"""J6: a dispute ends by a document that both sides signed."""

import pytest

from tests.contracts.world import FACE, Cause, Role, Status, at, now, refused, wait_until

DISPUTED = 60


@pytest.fixture
def open_one(world, supplier, mill):
    """A receivable of 100 fen, 60 of them in dispute; 50 with the supplier, 50 with the mill."""
    receivable, root = world.note(face=100)
    child = world.endorse(root, supplier, mill, 50)
    world.dispute(receivable, DISPUTED)
    return receivable, [root, child]


def resolve(world, documents, notes=(), caller=None):
    return world.adjustments.resolve(*documents, notes, {"from": caller or world.stranger})


@pytest.mark.parametrize("upheld", [0, 1, 30, DISPUTED])
def test_what_is_upheld_is_not_owed(world, adjustments, open_one, upheld):
    """J6, J8: what is refused is owed again; all locks end; the supplier's notes absorb."""
    receivable, notes = open_one
    tx = resolve(world, world.resolution(receivable, upheld), notes)
    assert dict(tx.events["DisputeResolved"]) == {
        "receivableId": receivable,
        "disputeId": 1,
        "upheld": upheld,
        "refused": DISPUTED - upheld,
        "orderHash": "0x" + "00" * 32,
    }
    absorbed = min(upheld, 50)
    assert world.due(receivable) == (0, 100 - upheld, upheld - absorbed)
    assert world.value(*notes) == [50 - absorbed, 50]
    assert [adjustments.lockedOf(note) for note in notes] == [0, 0]
    assert (world.view(receivable)["status"], world.owed()) == (Status.CONFIRMED, 100 - upheld)
    change = adjustments.adjustmentOf(receivable).dict()
    assert (change["disputed"], change["reduced"], change["absorbed"]) == (0, upheld, absorbed)
    if upheld:
        assert tx.events["ReceivableDiluted"]["cause"] == Cause.DISPUTE
    else:
        assert "ReceivableDiluted" not in tx.events


def test_the_dispute_is_named_by_its_receivable_and_its_number(world):
    """J6: which are not the same."""
    world.note()
    receivable, _ = world.note()
    world.dispute(receivable, 10)
    event = resolve(world, world.resolution(receivable, 10)).events["DisputeResolved"]
    assert (event["receivableId"], event["disputeId"]) == (receivable, 1)
    assert receivable != 1


def test_all_upheld_and_the_rest_paid(world, open_one, supplier):
    """J6, M7: the receivable is repaid with it when nothing else is owed."""
    receivable, root = world.note()
    world.dispute(receivable, FACE)
    resolve(world, world.resolution(receivable, FACE), [root])
    assert world.view(receivable)["status"] == Status.REPAID


def test_the_rest_was_paid_before(world, cash, repayments, supplier, mill, open_one):
    """J6, M7: 40 paid, 60 upheld, 50 absorbed, 10 made good."""
    receivable, notes = open_one
    world.repay(receivable, 100)
    resolve(world, world.resolution(receivable, DISPUTED), notes)
    assert (world.view(receivable)["status"], world.due(receivable)) == (Status.CONFIRMED, (0, 0, 10))
    world.give(mill, 10, repayments)
    repayments.makeGood(receivable, 10, {"from": mill})
    assert world.view(receivable)["status"] == Status.REPAID
    world.redeem_all(receivable)
    assert cash.balanceOf(mill) == 50


def test_absorbed_later_by_anyone(world, adjustments, open_one):
    """J6, J7: a resolution that names no notes makes a debt of the supplier, which absorb settles."""
    receivable, notes = open_one
    resolve(world, world.resolution(receivable, 30))
    assert world.due(receivable) == (0, 70, 30)
    adjustments.absorb(receivable, notes, {"from": world.stranger})
    assert (world.due(receivable), world.value(*notes)) == ((0, 70, 0), [20, 50])


@pytest.mark.parametrize("side", ["obligor", "supplier"])
@pytest.mark.parametrize("signer", ["thief", "mill", "dealer"])
def test_both_must_sign(world, adjustments, open_one, side, signer):
    """J6, S1: neither side ends it alone or by another."""
    receivable, notes = open_one
    documents = world.resolution(receivable, 30, **{side: getattr(world, signer)})
    with refused("InvalidSignature", getattr(world, side), adjustments.resolutionDigest(documents[0])):
        resolve(world, documents, notes)
    assert world.view(receivable)["status"] == Status.DISPUTED


def test_not_the_signatures_the_wrong_way_round(world, adjustments, open_one, obligor):
    """J6: each for itself."""
    receivable, notes = open_one
    document, by_obligor, by_supplier = world.resolution(receivable, 30)
    with refused("InvalidSignature", obligor, adjustments.resolutionDigest(document)):
        resolve(world, (document, by_supplier, by_obligor), notes)


@pytest.mark.parametrize(("position", "value"), [(1, 2), (2, 31), (3, 4711), (4, 2**40)])
def test_nothing_is_changed_on_the_way(world, adjustments, open_one, obligor, position, value):
    """S2: dispute, amount, nonce, deadline."""
    receivable, notes = open_one
    document, *signatures = world.resolution(receivable, 30)
    changed = (*document[:position], value, *document[position + 1 :])
    with refused("InvalidSignature", obligor, adjustments.resolutionDigest(changed)):
        resolve(world, (changed, *signatures), notes)


def test_not_more_than_is_in_dispute(world, open_one):
    """J6."""
    receivable, notes = open_one
    with refused("InvalidAmount", DISPUTED + 1, DISPUTED):
        resolve(world, world.resolution(receivable, DISPUTED + 1), notes)
    with refused("InvalidAmount", 2**64 + 1, DISPUTED):
        resolve(world, world.resolution(receivable, 2**64 + 1), notes)


def test_of_this_dispute_alone(world, adjustments, open_one, obligor):
    """J6: an agreement on the first does not end the second; and where none is open none ends."""
    receivable, notes = open_one
    early = world.resolution(receivable, 5)
    resolve(world, world.resolution(receivable, 0), notes)
    with refused("NoDispute", receivable, 1):
        resolve(world, early, notes)
    world.dispute(receivable, 10)
    with refused("NoDispute", receivable, 1):
        resolve(world, early, notes)
    resolve(world, world.resolution(receivable, 10), notes)


def test_once(world, open_one, obligor):
    """S2: both nonces are spent."""
    receivable, notes = open_one
    documents = world.resolution(receivable, 5)
    resolve(world, documents, notes)
    world.dispute(receivable, 5)
    with refused("NonceAlreadyUsed", obligor, documents[0][3]):
        resolve(world, documents, notes)


@pytest.mark.parametrize("side", ["obligor", "supplier"])
def test_either_takes_its_word_back(world, adjustments, open_one, side):
    """S3."""
    receivable, notes = open_one
    documents = world.resolution(receivable, 5)
    adjustments.cancelNonce(documents[0][3], {"from": getattr(world, side)})
    with refused("NonceAlreadyUsed", getattr(world, side), documents[0][3]):
        resolve(world, documents, notes)


@pytest.mark.parametrize("late", [False, True])
def test_in_time(world, open_one, late):
    """S1: the deadline is inclusive."""
    receivable, notes = open_one
    deadline = now() + 400
    documents = world.resolution(receivable, 5, deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            resolve(world, documents, notes)
    else:
        with at(deadline):
            resolve(world, documents, notes)


@pytest.mark.parametrize("side", ["obligor", "supplier"])
def test_both_must_still_be_active(world, participants, registrar, open_one, side):
    """P3, P5: else a regulator's order ends it."""
    receivable, notes = open_one
    documents, account = world.resolution(receivable, 5), getattr(world, side)
    participants.renew(account, Role.FINANCIER, 2**40 - 1, {"from": registrar})
    with refused("RoleMissing", account, Role[side.upper()]):
        resolve(world, documents, notes)
    world.freeze(account)
    with refused("Frozen", account):
        resolve(world, documents, notes)


def test_not_while_money_is_divided(world, open_one):
    """J9: nor while a share waits that the locks decided."""
    receivable, notes = open_one
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 1):
        resolve(world, world.resolution(receivable, 5), notes)
    world.redeem_all(receivable)
    resolve(world, world.resolution(receivable, 5), notes)


def test_not_where_nothing_was_registered(world, adjustments):
    """J6."""
    with refused("UnknownReceivable", 9):
        adjustments.resolve((9, 0, 0, 1, 2**40), b"", b"", (), {"from": world.stranger})


def test_by_an_account_with_code(world, adjustments, registrar, newcomer, MockWallet):
    """S1, ERC-1271: through its own judgement."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.OBLIGOR, "company")
    world.limit(wallet, FACE)
    receivable = world.register(obligor=wallet)
    root = world.confirm(receivable, signer=newcomer)
    call = adjustments.dispute.encode_input(receivable, 10, "", [root])
    wallet.execute(adjustments, call, {"from": newcomer})
    resolve(world, world.resolution(receivable, 10, obligor=newcomer), [root])
    assert world.due(receivable) == (0, FACE - 10, 0)
