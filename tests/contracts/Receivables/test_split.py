"""ERC-3525: value to an address makes a child without recourse, by the holder or within an allowance."""

import pytest

from tests.contracts.world import CUT_OFF, FACE, UNLIMITED, Role, Status, at, refused

SPLIT = "uint256,address,uint256"


@pytest.fixture
def wallet(world, supplier, MockWallet):
    """A participant with code that understands value transfers."""
    made = MockWallet.deploy(supplier, {"from": supplier})
    world.admit(made, Role.SUPPLIER, "wallet")
    return made


def test_the_holder_splits(world, receivables, supplier, mill):
    """N2: the same as endorsing without recourse."""
    _, note = world.note()
    tx = receivables.transferFrom[SPLIT](note, mill, 30, {"from": supplier})
    child = receivables.noteOf(tx.events["NoteEndorsed"]["childId"]).dict()
    assert (child["holder"], child["value"], child["parentId"], child["withRecourse"]) == (mill, 30, note, False)
    assert tx.events["NoteEndorsed"]["withRecourse"] is False


def test_within_the_allowance(world, receivables, supplier, mill, fund):
    """ERC-3525: an operator takes what it was allowed, and no fen more."""
    _, note = world.note()
    receivables.approve["uint256,address,uint256"](note, fund, 50, {"from": supplier})
    receivables.transferFrom[SPLIT](note, mill, 20, {"from": fund})
    assert receivables.allowance(note, fund) == 30
    with refused("InsufficientAllowance", note, fund, 30, 31):
        receivables.transferFrom[SPLIT](note, mill, 31, {"from": fund})
    receivables.transferFrom[SPLIT](note, mill, 30, {"from": fund})
    with refused("InsufficientAllowance", note, fund, 0, 1):
        receivables.transferFrom[SPLIT](note, mill, 1, {"from": fund})


def test_an_unlimited_allowance_is_not_used_up(world, receivables, supplier, mill, fund):
    """ERC-3525: and still gives no more than there is."""
    _, note = world.note()
    receivables.approve["uint256,address,uint256"](note, fund, UNLIMITED, {"from": supplier})
    receivables.transferFrom[SPLIT](note, mill, 20, {"from": fund})
    assert receivables.allowance(note, fund) == UNLIMITED
    with refused("InsufficientValue", note, FACE - 20, FACE):
        receivables.transferFrom[SPLIT](note, mill, FACE, {"from": fund})


def test_an_allowance_is_for_value_only(world, receivables, supplier, thief):
    """ERC-3525: it does not carry the right to move the token, to endorse with recourse, or to approve."""
    _, note = world.note()
    receivables.approve["uint256,address,uint256"](note, thief, FACE, {"from": supplier})
    for act in (
        lambda: receivables.transferFrom["address,address,uint256"](supplier, thief, note, {"from": thief}),
        lambda: receivables.endorse(note, thief, 1, True, {"from": thief}),
        lambda: receivables.approve["uint256,address,uint256"](note, thief, UNLIMITED, {"from": thief}),
        lambda: receivables.approve["address,uint256"](thief, note, {"from": thief}),
    ):
        with refused("NotAuthorised", note, thief):
            act()


def test_without_an_allowance(world, receivables, mill, thief):
    """ERC-3525: a thief has none; of nothing it may take nothing."""
    _, note = world.note()
    with refused("InsufficientAllowance", note, thief, 0, 1):
        receivables.transferFrom[SPLIT](note, thief, 1, {"from": thief})
    with refused("InvalidAmount", 0, FACE):
        receivables.transferFrom[SPLIT](note, thief, 0, {"from": thief})
    with refused("UnknownNote", 44):
        receivables.transferFrom[SPLIT](44, thief, 0, {"from": thief})


def test_not_after_the_cut_off_or_payment(world, receivables, supplier, mill):
    """N1."""
    receivable, note = world.note()
    cut_off = world.maturity(receivable) - CUT_OFF
    with at(cut_off), refused("AfterCutOff", receivable, cut_off):
        receivables.transferFrom[SPLIT](note, mill, 1, {"from": supplier})
    world.repay(receivable)
    with refused("WrongStatus", receivable, Status.REPAID):
        receivables.transferFrom[SPLIT](note, mill, 1, {"from": supplier})


def test_a_contract_is_asked(world, receivables, supplier, wallet):
    """ERC-3525: one that understands value transfers may refuse them."""
    _, note = world.note()
    wallet.setPolite(False, {"from": supplier})
    with refused("ReceiverRefused", wallet):
        receivables.transferFrom[SPLIT](note, wallet, 1, {"from": supplier})
    wallet.setPolite(True, {"from": supplier})
    receivables.transferFrom[SPLIT](note, wallet, 1, {"from": supplier})
    assert wallet.calledBack() is True


def test_a_contract_that_does_not_understand_is_not_asked(world, receivables, supplier, wallet, settlement):
    """ERC-3525: whether it says so by ERC-165 or says nothing at all."""
    world.admit(settlement, Role.PROTOCOL, "settlement")
    wallet.setKnows3525(False, {"from": supplier})
    _, note = world.note()
    for taker in (wallet, settlement):
        receivables.transferFrom[SPLIT](note, taker, 1, {"from": supplier})
    assert wallet.calledBack() is False


def test_a_receiver_that_comes_back(world, receivables, supplier, thief, wallet):
    """N2: in the middle the value has moved already, once; the allowance is used already too."""
    _, note = world.note()
    receivables.approve["uint256,address,uint256"](note, wallet, 50, {"from": supplier})
    again = receivables.transferFrom[SPLIT].encode_input(note, thief, 30)
    wallet.arm(receivables, again, {"from": supplier})
    with refused("InsufficientAllowance", note, wallet, 20, 30):
        wallet.execute(receivables, receivables.transferFrom[SPLIT].encode_input(note, wallet, 30), {"from": thief})
    wallet.arm(receivables, receivables.transferFrom[SPLIT].encode_input(note, thief, 20), {"from": supplier})
    wallet.execute(receivables, receivables.transferFrom[SPLIT].encode_input(note, wallet, 30), {"from": thief})
    assert receivables.balanceOf["uint256"](note) == FACE - 50
    assert receivables.allowance(note, wallet) == 0
