"""N1 and N6: what a holder lets others do with its notes, and when that ends."""

import pytest

from tests.contracts.world import FACE, UNLIMITED, ZERO, refused

WHOLE = "address,address,uint256"
ADDRESS = "address,uint256"
VALUE = "uint256,address,uint256"


@pytest.fixture
def note(world):
    return world.note()[1]


def test_an_approved_account_moves_the_note_once(world, receivables, supplier, mill, fund, note):
    """N6: the approval ends with the transfer, so a former helper cannot take the note from its new holder."""
    tx = receivables.approve[ADDRESS](fund, note, {"from": supplier})
    assert dict(tx.events["Approval"]) == {"owner": supplier, "approved": fund, "tokenId": note}
    assert receivables.getApproved(note) == fund
    receivables.transferFrom[WHOLE](supplier, mill, note, {"from": fund})
    assert receivables.getApproved(note) == ZERO
    with refused("NotAuthorised", note, fund):
        receivables.transferFrom[WHOLE](mill, fund, note, {"from": fund})


def test_nor_after_the_note_came_back(receivables, supplier, mill, fund, note):
    """N6: it stays ended."""
    receivables.approve[ADDRESS](fund, note, {"from": supplier})
    receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})
    receivables.transferFrom[WHOLE](mill, supplier, note, {"from": mill})
    with refused("NotAuthorised", note, fund):
        receivables.transferFrom[WHOLE](supplier, fund, note, {"from": fund})


def test_a_child_inherits_no_approval(world, receivables, supplier, mill, fund, note):
    """ERC-721: an approval of the parent is not one of what was endorsed away."""
    receivables.approve[ADDRESS](fund, note, {"from": supplier})
    child = world.endorse(note, supplier, mill, 10)
    assert receivables.getApproved(child) == ZERO
    with refused("NotAuthorised", child, fund):
        receivables.endorse(child, fund, 1, False, {"from": fund})


def test_an_approval_can_be_taken_back(receivables, supplier, fund, note):
    """ERC-721: by approving nobody."""
    receivables.approve[ADDRESS](fund, note, {"from": supplier})
    receivables.approve[ADDRESS](ZERO, note, {"from": supplier})
    with refused("NotAuthorised", note, fund):
        receivables.endorse(note, fund, 1, False, {"from": fund})


@pytest.mark.parametrize("caller", ["thief", "stranger"])
def test_nobody_approves_itself(world, receivables, thief, note, caller):
    """ERC-721, ERC-3525: neither for the token nor for value."""
    account = getattr(world, caller)
    with refused("NotAuthorised", note, account):
        receivables.approve[ADDRESS](thief, note, {"from": account})
    with refused("NotAuthorised", note, account):
        receivables.approve[VALUE](note, thief, FACE, {"from": account})


def test_an_approved_account_approves_no_other(receivables, supplier, fund, thief, note):
    """ERC-721: only the holder and its operators name who may move the token."""
    receivables.approve[ADDRESS](fund, note, {"from": supplier})
    with refused("NotAuthorised", note, fund):
        receivables.approve[ADDRESS](thief, note, {"from": fund})


def test_an_unknown_note_has_no_approvals(receivables, supplier, fund):
    """ERC-721."""
    with refused("UnknownNote", 8):
        receivables.approve[ADDRESS](fund, 8, {"from": supplier})
    with refused("UnknownNote", 8):
        receivables.approve[VALUE](8, fund, 1, {"from": supplier})


def test_an_operator_acts_for_all_notes_of_one_holder(world, receivables, mill, fund, supplier, note):
    """ERC-721: now and later ones, until it is dismissed, and nobody else's."""
    tx = receivables.setApprovalForAll(fund, True, {"from": supplier})
    assert dict(tx.events["ApprovalForAll"]) == {"owner": supplier, "operator": fund, "approved": True}
    assert receivables.isApprovedForAll(supplier, fund)
    receivables.approve[ADDRESS](mill, note, {"from": fund})
    receivables.approve[VALUE](note, mill, 5, {"from": fund})
    later = world.note()[1]
    receivables.endorse(later, mill, 1, True, {"from": fund})
    receivables.transferFrom[WHOLE](supplier, mill, note, {"from": fund})
    with refused("NotAuthorised", note, fund):
        receivables.transferFrom[WHOLE](mill, fund, note, {"from": fund})
    receivables.setApprovalForAll(fund, False, {"from": supplier})
    with refused("NotAuthorised", later, fund):
        receivables.endorse(later, mill, 1, False, {"from": fund})


def test_an_allowance_is_its_givers_word(receivables, supplier, mill, fund, note):
    """N6: it sleeps while somebody else holds the note, and is there again when the note comes back."""
    tx = receivables.approve[VALUE](note, fund, 60, {"from": supplier})
    assert dict(tx.events["ApprovalValue"]) == {"tokenId": note, "operator": fund, "value": 60}
    receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})
    assert receivables.allowance(note, fund) == 0
    with refused("InsufficientAllowance", note, fund, 0, 1):
        receivables.transferFrom[VALUE](note, fund, 1, {"from": fund})
    receivables.transferFrom[WHOLE](mill, supplier, note, {"from": mill})
    assert receivables.allowance(note, fund) == 60


def test_an_allowance_is_for_one_note(world, receivables, supplier, fund, note):
    """ERC-3525: not for its children, nor for the holder's others."""
    receivables.approve[VALUE](note, fund, UNLIMITED, {"from": supplier})
    child = world.endorse(note, supplier, supplier, 10)
    with refused("InsufficientAllowance", child, fund, 0, 1):
        receivables.transferFrom[VALUE](child, fund, 1, {"from": fund})


def test_a_new_allowance_replaces_the_old(receivables, supplier, fund, note):
    """ERC-3525."""
    for amount in (60, 5, 0):
        receivables.approve[VALUE](note, fund, amount, {"from": supplier})
        assert receivables.allowance(note, fund) == amount
