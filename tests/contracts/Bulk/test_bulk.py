"""U: many acts of one party in one transaction, each as if it had come alone."""

import pytest
from brownie.exceptions import VirtualMachineError

from tests.contracts.world import FACE, FAR, Status, decoded, refused


def outcomes(tx):
    """What became of each act: True, or the name of the error and its values."""
    found = []
    for event in tx.events["BulkItem"]:
        assert event["item"] == len(found)
        found.append(event["done"] or decoded("0x" + bytes(event["reason"]).hex()))
    return found


def names(tx):
    return [event.name for event in tx.events]


def test_acts_are_done_in_their_order(world, receivables, supplier, mill, bank):
    """U1, U2: what an act did stands before its outcome."""
    _, root = world.note()
    encode = receivables.endorse.encode_input
    tx = receivables.bulk([encode(root, mill, 30, True), encode(root, bank, 70, False)], {"from": supplier})
    assert outcomes(tx) == [True, True]
    told = names(tx)
    first, second = (index for index, name in enumerate(told) if name == "BulkItem")
    assert told[:first].count("NoteEndorsed") == told[first:second].count("NoteEndorsed") == 1
    assert [world.value(event["childId"])[0] for event in tx.events["NoteEndorsed"]] == [30, 70]
    assert world.value(root) == [FACE - 100]


def test_what_is_refused_changes_nothing_and_stops_no_other(world, receivables, supplier, mill):
    """U1, U2: the error comes back with its values."""
    _, root = world.note()
    encode = receivables.endorse.encode_input
    calls = [encode(root, mill, value, True) for value in (1, 2 * FACE, 2)]
    tx = receivables.bulk(calls, {"from": supplier})
    assert outcomes(tx) == [True, ("InsufficientValue", (root, FACE - 1, 2 * FACE)), True]
    assert world.value(root) == [FACE - 3]


def test_many_confirmations_and_a_replay(world, receivables, obligor):
    """U1, S2: a signature is good once, in one bulk as in two transactions."""
    signed = [world.confirmation(world.register()) for _ in range(3)]
    encode = receivables.confirm.encode_input
    tx = receivables.bulk([encode(*one) for one in [*signed, signed[0]]], {"from": obligor})
    *done, no = outcomes(tx)
    assert done == [True] * 3
    assert no == ("WrongStatus", (signed[0][0][0], Status.CONFIRMED))
    assert len(tx.events["ReceivableConfirmed"]) == 3


def test_many_redemptions(world, repayments, cash, supplier, mill):
    """U1, N5: cash leaves under the same guard as alone, and a second time it does not."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 40)
    world.repay(receivable, FACE)
    world.allot(receivable)
    before = cash.balanceOf(mill)
    encode = repayments.redeem.encode_input
    tx = repayments.bulk([encode(root), encode(child), encode(child)], {"from": supplier})
    assert outcomes(tx)[:2] == [True, True]
    assert cash.balanceOf(mill) == before + 40


def test_nobody_acts_for_another(world, receivables, supplier, mill, thief):
    """U1: the caller is the caller."""
    _, root = world.note()
    tx = receivables.bulk([receivables.endorse.encode_input(root, mill, 1, True)], {"from": thief})
    assert [no[0] for no in outcomes(tx)] == ["NotAuthorised"]
    assert world.value(root) == [FACE]


def test_powers_are_those_of_the_act(participants, registrar, thief, accounts):
    """U1, A2: AccessManager sees the act, not the bulk around it."""
    encode = participants.register.encode_input
    calls = [encode(accounts[-number], bytes(31) + bytes([number]), 1, FAR, f"one {number}") for number in (1, 2)]
    tx = participants.bulk(calls, {"from": thief})
    assert [no[0] for no in outcomes(tx)] == ["AccessManagedUnauthorized"] * 2
    tx = participants.bulk(calls, {"from": registrar})
    assert outcomes(tx) == [True, True]


def test_for_want_of_gas_nothing_is_done(world, receivables, supplier, mill):
    """U3: an act that ended without a word is not called refused."""
    _, root = world.note()
    calls = [receivables.endorse.encode_input(root, mill, 1, True)] * 6
    whole = receivables.bulk(calls, {"from": supplier}).gas_used
    _, root = world.note()
    calls = [receivables.endorse.encode_input(root, mill, 1, True)] * 6
    with pytest.raises(VirtualMachineError) as ended:
        receivables.bulk(calls, {"from": supplier, "gas_limit": whole // 2})
    name, (item,) = decoded(ended.value.revert_msg)
    assert name == "BulkItemWithoutReason" and 0 < item < 5
    assert world.value(root) == [FACE]


@pytest.mark.parametrize("call", ["0x", "0x12345678"])
def test_what_is_no_act_of_the_contract(receivables, supplier, call):
    """U3."""
    with refused("BulkItemWithoutReason", 0):
        receivables.bulk([call], {"from": supplier})


def test_a_bulk_in_a_bulk(world, receivables, supplier, mill):
    """U1: an act like any other."""
    _, root = world.note()
    inner = receivables.bulk.encode_input([receivables.endorse.encode_input(root, mill, 5, True)])
    tx = receivables.bulk([inner], {"from": supplier})
    assert [event["done"] for event in tx.events["BulkItem"]] == [True, True]
    assert world.value(root) == [FACE - 5]


def test_none_at_all(receivables, supplier):
    assert "BulkItem" not in receivables.bulk([], {"from": supplier}).events
