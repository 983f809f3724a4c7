"""The sender on a chain on paper: lanes, refusals, patience, and histories that change."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from eth_abi import encode
from eth_account import Account
from sqlalchemy import select, update
from web3 import Web3

from backend.chain.keystore import Keystore
from backend.chain.outbox import Intent, MovedElsewhere, Outbox, error_json, move, operations
from backend.chain.sender import LYING_BLOCKS, PATIENCE_PERIODS, Sender
from backend.database import reading
from backend.errors import ChainUnavailable, ContractRefused, IdempotencyConflict, KeyNotHeld, NotFound, SetupIncomplete
from backend.leases import leases
from tests.backend.unit.chain.paper_bench import PERIOD, Bench, gone
from tests.backend.unit.chain.paper_chain import ADDRESS, refusal

REVERT = refusal(
    "execution reverted",
    data="0x" + (Web3.keccak(text="ExceedsCap(uint256,uint256)")[:4] + encode(["uint256"] * 2, [9, 2**60])).hex(),
)


# ---- the ordinary way


def test_from_intent_to_block(bench: Bench) -> None:
    operation_id = bench.put(1)
    assert bench[operation_id]["state"] == "pending"
    assert bench.sender.is_busy()
    assert bench.step()
    done = bench[operation_id]
    assert (done["state"], done["nonce"], done["block_number"], done["gas_used"]) == ("succeeded", 1, 1, 21_000)
    assert done["block_hash"] == bench.chain.blocks[1].hash
    assert [(entry["state"], entry["at"]) for entry in done["history"]] == [
        ("pending", 1_000),
        ("submitted", 1_000),
        ("succeeded", 1_001),
    ]
    assert not bench.step()
    assert not bench.sender.is_busy()
    assert bench.chain.estimates == 1, "the simulation of the outbox is the sender's estimate"


def test_a_lane_keeps_its_order_and_lanes_do_not_wait_for_each_other(bench: Bench) -> None:
    other = bench.keystore.create()
    mine = [bench.put(number) for number in (1, 2, 3)]
    bench.put(4, signer=other)
    bench.chain.mines = False
    bench.step()
    assert [bench[one]["state"] for one in mine] == ["submitted"] * 3, "pipelined"
    assert len(bench.chain.pool) == 4
    bench.chain.mine()
    bench.chain.mine()
    bench.chain.mine()
    bench.step()
    assert bench.sent() == ["0x00000001", "0x00000004", "0x00000002", "0x00000003"]
    assert [bench[one]["nonce"] for one in mine] == [1, 2, 3]


def test_several_calls_of_one_intent_go_in_order(bench: Bench) -> None:
    row = bench.outbox.send(Intent("act", "me"), bench.signer, bench.call(1), bench.call(2), bench.call(3))
    bench.step()
    assert bench.sent() == ["0x00000001", "0x00000002", "0x00000003"]
    assert bench[row["id"]]["data"] == "0x00000003", "the last one stands for all"
    with reading(bench.database) as db:
        kinds = db.execute(select(operations.c.kind).order_by(operations.c.seq)).scalars().all()
    assert kinds == ["act:mint", "act:mint", "act"]


def test_a_new_key_is_made_ready_once(bench: Bench) -> None:
    bench.chain.first_count = 0
    bench.put(1)
    bench.step()
    assert bench.chain.prepared == [bench.signer]
    bench.put(2)
    bench.step()
    assert bench.chain.prepared == [bench.signer]
    assert bench.sent() == ["0x00000001", "0x00000002"]


# ---- what a contract refuses


def test_what_is_refused_now_is_not_written(bench: Bench) -> None:
    bench.chain.reverts["0x00000001"] = REVERT
    with pytest.raises(ContractRefused, match="ExceedsCap"):
        bench.put(1)
    assert bench.sender.lanes() == []


def test_what_is_refused_later_fails_without_being_sent(bench: Bench) -> None:
    operation_id = bench.put(1)
    bench.chain.mine()
    bench.chain.reverts["0x00000001"] = REVERT
    assert bench.step()
    done = bench[operation_id]
    assert (done["state"], done["tx_hash"], done["nonce"]) == ("failed", None, None)
    assert done["error"] == {
        "error": "ExceedsCap",
        "arguments": {"supply": "9", "cap": str(2**60)},
        "contract": "SettlementToken:CNY",
    }
    assert done["history"][-1]["note"] == "refused before sending"
    assert bench.chain.broadcasts == []


def test_what_is_refused_in_its_block_fails_with_the_reason(bench: Bench) -> None:
    bench.chain.mines = False
    operation_id = bench.put(1)
    bench.step()
    bench.chain.reverts["0x00000001"] = REVERT
    bench.chain.mine()
    bench.step()
    assert bench[operation_id]["state"] == "failed"
    assert bench[operation_id]["error"]["error"] == "ExceedsCap"


def test_a_failure_without_a_reason(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.chain.mines = False
    operation_id = bench.put(1)
    bench.step()
    bench.chain.reverts["0x00000001"] = REVERT
    bench.chain.mine()
    monkeypatch.setattr(bench.chain, "eth_call", lambda *_: "0x")
    bench.step()
    assert bench[operation_id]["error"] == {"error": "Reverted", "arguments": {}, "contract": "SettlementToken:CNY"}


def test_what_depends_on_the_one_before_waits_for_it(bench: Bench) -> None:
    bench.chain.mines = False
    first, second = bench.put(1), bench.put(2)
    bench.chain.reverts["0x00000002"] = REVERT  # as long as the first is not mined
    bench.step()
    assert [bench[first]["state"], bench[second]["state"]] == ["submitted", "pending"]
    bench.chain.mine()
    del bench.chain.reverts["0x00000002"]
    bench.step()
    bench.chain.mine()
    bench.step()
    assert [bench[first]["state"], bench[second]["state"]] == ["succeeded", "succeeded"]


def test_after_a_failure_the_lane_goes_on(bench: Bench) -> None:
    first, second = bench.put(1), bench.put(2)
    bench.chain.mine()
    bench.chain.reverts["0x00000001"] = REVERT
    bench.step()
    assert [bench[first]["state"], bench[second]["state"]] == ["failed", "succeeded"]


# ---- what a node refuses


@pytest.mark.parametrize("known", ["already known", "transaction already imported", "known transaction: 0x1"])
def test_a_transaction_the_node_has_is_no_refusal(bench: Bench, known: str) -> None:
    operation_id = bench.put(1)
    bench.chain.refuses = known
    bench.step()
    assert bench[operation_id]["state"] == "submitted"
    assert bench.sender._attempts[operation_id].answer is None


def test_missing_funds_are_added_on_a_development_chain(bench: Bench) -> None:
    operation_id = bench.put(1)
    bench.chain.refuses = "insufficient funds for gas * price + value"
    bench.step()
    assert bench[operation_id]["state"] == "succeeded"
    assert bench.chain.prepared == [bench.signer]


def test_what_the_node_never_takes_is_suspended_with_its_reason_and_offered_on(bench: Bench) -> None:
    first, second = bench.put(1), bench.put(2)
    bench.chain.refuses = "max fee per gas less than block base fee"
    bench.step()
    bench.wait(PATIENCE_PERIODS - 1)
    assert bench[first]["state"] == "submitted"
    bench.wait(1)
    suspended = bench[first]
    assert suspended["state"] == "suspended"
    assert suspended["error"] == {
        "error": "NodeRefused",
        "arguments": {"reason": "max fee per gas less than block base fee"},
        "contract": "SettlementToken:CNY",
    }
    third = bench.put(3)
    bench.wait(3)
    assert bench[second]["state"] == "submitted", "it was signed together with the first, and waits for it"
    assert bench[third]["state"] == "pending", "nothing more is signed behind what the node does not take"
    assert bench.chain.mined == {}
    assert bench.states(first).count("suspended") == 1
    assert len(set(bench.chain.broadcasts)) == 2, "always the same bytes"

    bench.chain.refuses = None
    bench.wait(1)
    assert [bench[one]["state"] for one in (first, second, third)] == ["succeeded"] * 3
    assert bench[first]["error"] is None
    assert bench.sent() == ["0x00000001", "0x00000002", "0x00000003"]


def test_patience_starts_anew_with_a_new_process(bench: Bench) -> None:
    operation_id = bench.put(1)
    bench.chain.refuses = "no"
    bench.step()
    bench.wait(PATIENCE_PERIODS - 1)
    bench.restart()
    bench.step()
    assert bench[operation_id]["state"] == "submitted"
    bench.wait(PATIENCE_PERIODS)
    assert bench[operation_id]["state"] == "suspended"


def test_silence_does_not_wear_patience_out(bench: Bench) -> None:
    operation_id = bench.put(1)
    bench.chain.gone = True
    for _ in range(10):
        with pytest.raises(ChainUnavailable):
            bench.step(PERIOD)
        bench.sender.chain_was_lost()
    bench.chain.gone = False
    assert bench.step()
    assert bench[operation_id]["state"] == "succeeded"


def test_what_no_block_takes_is_suspended_and_seen_when_one_does(bench: Bench) -> None:
    bench.chain.mines = False
    first, second = bench.put(1), bench.put(2)
    bench.step()
    bench.wait(PATIENCE_PERIODS)
    assert bench[first]["error"]["error"] == "NotMined"
    assert "90 seconds" in bench[first]["error"]["arguments"]["reason"]
    assert bench[second]["state"] == "submitted", "it is only waiting for its turn"
    bench.wait(3)
    assert bench.states(first).count("suspended") == 1
    bench.chain.mine()
    bench.chain.mine()
    bench.step()
    assert [bench[first]["state"], bench[second]["state"]] == ["succeeded", "succeeded"]


def test_a_development_chain_whose_miner_forgets_is_woken(bench: Bench) -> None:
    bench.chain.mines, bench.chain.is_development = False, True
    first = bench.put(1)
    bench.step()
    assert bench[first]["state"] == "submitted"
    bench.wait(1)
    assert bench.states(first) == ["pending", "submitted", "succeeded"]


def test_a_lane_of_a_chain_that_went_back_to_before_it_goes_on(bench: Bench) -> None:
    """Ganache's first nonce is 1, and it forgets that too."""
    first = bench.put(1)
    bench.chain.mines = False
    bench.step()
    bench.chain.pool.clear()
    bench.chain.first_count, bench.chain.mines = 0, True
    bench.wait(1)
    assert bench[first]["state"] == "succeeded"


def test_two_of_a_lane_that_lost_their_nonces_are_looked_into_together(bench: Bench) -> None:
    """As a process finds them that has just been started."""
    bench.chain.mines = False
    lost = [bench.put(number) for number in (1, 2)]
    bench.step()
    bench.chain.pool.clear()
    for nonce in (1, 2):
        taken = {"from": bench.signer, "nonce": nonce, "data": "0x", "block": bench.chain.blocks[0]}
        bench.chain.mined[f"0xelse{nonce}"] = taken
    why = {"error": "NonceTaken", "arguments": {}, "contract": None}
    with bench.database.begin() as db:
        db.execute(update(operations).values(state="suspended", error=why))
    bench.chain.mines = True
    third = bench.put(3)
    bench.wait(2)
    assert [bench[one]["state"] for one in (*lost, third)] == ["suspended", "suspended", "succeeded"]


def test_a_nonce_that_another_transaction_took(bench: Bench) -> None:
    bench.chain.mines = False
    first, second = bench.put(1), bench.put(2)
    bench.step()
    bench.chain.pool.clear()
    bench.chain.mined["0xelse"] = {"from": bench.signer, "nonce": 1, "data": "0x", "block": bench.chain.blocks[0]}
    bench.chain.mines = True
    bench.wait(1)
    assert bench[first]["state"] == "submitted", "its receipt may only be late"
    bench.wait(PATIENCE_PERIODS - 1)
    assert bench[first]["state"] == "suspended"
    assert bench[first]["error"]["error"] == "NonceTaken"
    assert "nonce 1" in bench[first]["error"]["arguments"]["reason"]
    bench.wait(1)
    assert bench[second]["state"] == "succeeded", "it stands in nobody's way"
    third = bench.put(3)
    bench.wait(1)
    assert bench[third]["state"] == "succeeded"
    assert [bench[one]["nonce"] for one in (first, second, third)] == [1, 2, 3]
    assert bench.states(first).count("suspended") == 1

    del bench.chain.mined["0xelse"]  # a reorganisation gives the nonce back
    bench.chain.first_count = 1
    bench.chain.mined.clear()
    bench.wait(1)
    assert bench[first]["state"] == "succeeded", "the same bytes, after all"


def test_a_receipt_that_was_late_is_no_taken_nonce(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    operation_id = bench.put(1)
    with monkeypatch.context() as patched:
        patched.setattr(bench.chain, "eth_getTransactionReceipt", lambda _: None)
        bench.step()
        bench.wait(PATIENCE_PERIODS - 1)
    bench.step()
    assert bench[operation_id]["state"] == "succeeded"
    assert len(bench.chain.broadcasts) == 1


def test_a_node_that_cannot_estimate_is_asked_again_and_then_suspended(bench: Bench) -> None:
    first, second = bench.put(1), bench.put(2)
    bench.chain.mine()
    bench.chain.reverts["0x00000001"] = refusal("missing trie node")
    bench.step()
    bench.step()
    assert bench.chain.estimates == 3, "not again before its time"
    bench.wait(PATIENCE_PERIODS - 1)
    assert (bench[first]["state"], bench[first]["error"]["error"]) == ("suspended", "NodeRefused")
    assert bench[first]["raw"] is None
    bench.chain.reverts.clear()
    bench.wait(1)
    assert [bench[first]["state"], bench[second]["state"]] == ["succeeded", "succeeded"]
    assert bench[first]["error"] is None


def test_the_outbox_calls_the_nodes_trouble_by_its_name(bench: Bench) -> None:
    bench.chain.reverts["0x00000001"] = refusal("missing trie node")
    with pytest.raises(ChainUnavailable, match="missing trie node"):
        bench.put(1)
    assert bench.sender.lanes() == []


def test_an_operation_for_contracts_of_another_deployment_is_never_sent(bench: Bench) -> None:
    lost = bench.put(1)
    bench.chain.mines = False
    under_way = bench.put(2)
    bench.step()
    bench.deploy_anew()
    bench.chain.broadcasts.clear()
    bench.step()
    bench.wait(3)
    for one in (lost, under_way):
        assert bench[one]["error"]["error"] == "OtherDeployment"
        assert bench.states(one).count("suspended") == 1
    assert bench.chain.broadcasts == []
    assert not bench.sender.is_busy()


def test_a_key_that_does_not_open_stops_its_lane_alone(bench: Bench) -> None:
    operation_id = bench.put(1)
    bench.keystore = Keystore(bench.settings.model_copy(update={"keystore_passphrase": "wrong"}))
    bench.restart()
    with pytest.raises(SetupIncomplete, match="passphrase"):
        bench.step()
    bench.keystore = Keystore(bench.settings)
    bench.restart()
    bench.step()
    assert bench[operation_id]["state"] == "succeeded"


# ---- histories that change


def test_what_vanishes_with_its_block_is_sent_again_with_the_same_bytes(bench: Bench) -> None:
    first, second = bench.put(1), bench.put(2)
    bench.step()
    raw = [bench[one]["raw"] for one in (first, second)]
    bench.chain.reorganise(2)
    assert gone(bench, 0) == 2
    reopened = bench[first]
    assert (reopened["state"], reopened["block_number"], reopened["block_hash"]) == ("submitted", None, None)
    assert reopened["result"] is None
    assert reopened["history"][-1]["note"] == "block 1 is gone"
    bench.step()
    bench.step()
    assert [bench[one]["state"] for one in (first, second)] == ["succeeded", "succeeded"]
    assert [bench[one]["raw"] for one in (first, second)] == raw
    assert bench.sent() == ["0x00000001", "0x00000002"]
    assert bench.states(first) == ["pending", "submitted", "succeeded", "submitted", "succeeded"]


def test_what_is_known_beforehand_outlives_a_reorganisation(bench: Bench) -> None:
    row = bench.outbox.send(Intent("act", "me"), bench.signer, bench.call(1), result={"account": "0xa"})
    bench.step()
    bench.chain.reorganise(1)
    gone(bench, 0)
    assert bench[row["id"]]["result"] == {"account": "0xa"}
    bench.step()
    assert bench[row["id"]]["result"] == {"account": "0xa", "events": []}


def test_a_new_operation_does_not_take_the_nonce_of_one_that_vanished(bench: Bench) -> None:
    first = bench.put(1)
    bench.step()
    bench.chain.reorganise(1)
    second = bench.put(2)
    bench.step()
    assert bench[second]["state"] == "pending", "the indexer has not seen yet what happened"
    gone(bench, 0)
    bench.step()
    bench.step()
    assert [(bench[one]["state"], bench[one]["nonce"]) for one in (first, second)] == [
        ("succeeded", 1),
        ("succeeded", 2),
    ]


def test_one_whose_predecessor_vanished_is_not_broadcast_before_it(bench: Bench) -> None:
    first = bench.put(1)
    bench.step()
    bench.chain.mines = False
    second = bench.put(2)
    bench.step()
    bench.chain.pool.clear()
    bench.chain.reorganise(1)
    bench.chain.mines = True
    bench.chain.broadcasts.clear()
    bench.restart()
    bench.step()
    assert bench.chain.broadcasts == [], "Ganache would hang on it"
    assert "before 2" in str(bench.sender._attempts[second].answer)
    gone(bench, 0)
    bench.step()
    bench.step()
    assert [bench[one]["state"] for one in (first, second)] == ["succeeded", "succeeded"]


def test_a_receipt_of_a_block_that_is_just_going_is_not_believed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    operation_id = bench.put(1)
    monkeypatch.setattr(
        bench.chain, "block", lambda number: dataclasses.replace(bench.chain.blocks[number], hash="0xother")
    )
    bench.step()
    assert bench[operation_id]["state"] == "submitted"


# ---- several at once


@pytest.mark.parametrize("between", ["gas_price", "eth_getTransactionReceipt"])
def test_two_engines_over_one_database_do_not_send_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    operation_id = bench.put(1)
    other = Sender(bench.database, bench.contracts, bench.keystore, bench.settings)
    original = getattr(bench.chain, between)

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(bench.chain, between, original)
        other.step([bench.signer], 0)
        return original(*arguments)

    monkeypatch.setattr(bench.chain, between, meanwhile)
    bench.step()
    assert bench[operation_id]["state"] == "succeeded"
    assert len(bench.chain.broadcasts) == 1
    assert bench.states(operation_id) == ["pending", "submitted", "succeeded"]


def test_a_move_from_a_state_that_has_passed(bench: Bench) -> None:
    operation_id = bench.put(1)
    stale = bench[operation_id]
    bench.step()
    with pytest.raises(MovedElsewhere), bench.database.begin() as db:
        move(db, stale, "failed", 1)
    assert bench[operation_id]["state"] == "succeeded"


# ---- the outbox alone


def test_a_party_with_its_own_wallet_gets_the_transaction(bench: Bench) -> None:
    wallet = Account.create().address
    with pytest.raises(KeyNotHeld) as refused:
        bench.outbox.send(Intent("act", "me"), wallet, bench.call(7))
    assert refused.value.params["address"] == wallet
    assert refused.value.params["transaction"] == {"to": ADDRESS, "data": "0x00000007", "chainId": 1337}
    bench.chain.mine()
    bench.chain.reverts["0x00000007"] = REVERT
    with pytest.raises(ContractRefused):
        bench.outbox.send(Intent("act", "me"), wallet, bench.call(7))


def test_an_unknown_operation(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.outbox.operation("0" * 32)


def test_nothing_is_written_where_the_chain_is_silent(bench: Bench) -> None:
    bench.chain.gone = True
    with pytest.raises(ChainUnavailable):
        bench.put(1)
    bench.chain.gone = False
    assert bench.sender.lanes() == []


def test_a_signer_with_work_under_way_is_not_simulated(bench: Bench) -> None:
    bench.put(1)
    bench.chain.reverts["0x00000002"] = REVERT
    operation_id = bench.put(2)
    assert bench[operation_id]["state"] == "pending"


def test_an_act_that_waits_behind_another_is_not_simulated_for_who_asks(bench: Bench) -> None:
    bench.chain.reverts["0x00000002"] = REVERT
    with pytest.raises(ContractRefused, match="ExceedsCap"):
        bench.outbox.simulate(bench.signer, bench.call(2))
    bench.put(1)
    bench.outbox.simulate(bench.signer, bench.call(2))  # what is under way may change it


# ---- one key, one operation


def test_a_key_that_was_used_is_answered_with_its_operation(bench: Bench) -> None:
    first = bench.put(1, idempotency_key="k")
    bench.chain.mines = False
    bench.chain.reverts["0x00000001"] = REVERT
    assert bench.put(1, idempotency_key="k") == first, "whatever the contract would say now"
    with pytest.raises(IdempotencyConflict):
        bench.put(2, idempotency_key="k")


def test_what_is_refused_because_it_was_just_done_under_the_same_key_is_that(bench: Bench) -> None:
    """Two that ask the same at once: the contract refuses the second, which has no other act than the first."""
    other = Outbox(bench.database, bench.contracts, bench.keystore)
    asked, done = bench.chain.gas_limits, []

    def just_done(transactions: list[dict[str, str]]) -> list[Any]:
        if not done:
            done.append("")
            intent = Intent("act", "me", 1, idempotency_key="k")
            done[0] = str(other.send(intent, bench.signer, bench.call(1))["id"])
            bench.chain.reverts["0x00000001"] = REVERT
        return asked(transactions)

    bench.chain.gas_limits = just_done  # type: ignore[method-assign]
    assert bench.put(1, idempotency_key="k") == done[0]
    bench.step()
    with pytest.raises(ContractRefused, match="ExceedsCap"):
        bench.put(1, idempotency_key="another")


def test_what_needs_no_chain_is_settled_once_under_its_key(bench: Bench) -> None:
    times: list[int] = []

    def work(_: Any) -> dict[str, Any]:
        times.append(1)
        return {"documentId": "7"}

    intent = Intent("document.keep", "me", 1, idempotency_key="k")
    first, again = (bench.outbox.settle(intent, 1_000, work)["id"] for _ in range(2))
    assert first == again and times == [1]
    assert bench[first]["result"] == {"documentId": "7"}


def test_why_an_operation_failed_is_kept_with_exact_numbers() -> None:
    refused = ContractRefused(error="TooMany", arguments={"ids": [2**60, 1], "is": True}, contract="Receivables")
    assert error_json(refused)["arguments"] == {"ids": [str(2**60), "1"], "is": True}


# ---- other bytes at the same nonce


def replaced(bench: Bench, operation_id: str) -> list[str]:
    return [str(entry["note"]) for entry in bench[operation_id]["history"] if " at " in str(entry["note"])]


def test_what_blocks_pass_over_is_signed_again_at_a_better_price(bench: Bench) -> None:
    bench.chain.mines = False
    first, second = bench.put(1), bench.put(2)
    bench.step()
    before = bench[first]
    left = bench.chain.pool[:]
    bench.step(PERIOD)
    assert bench[first]["raw"] == before["raw"], "no block came meanwhile: it is not the price"
    for _ in range(LYING_BLOCKS):
        bench.chain.pool.clear()
        bench.chain.mine()
    bench.chain.pool += left
    bench.step(PERIOD)
    after = bench[first]
    assert (after["nonce"], after["data"]) == (before["nonce"], before["data"])
    assert (before["gas_price"], after["gas_price"]) == ("20", "23")
    assert replaced(bench, first) == ["bump at 23 wei"]
    bench.chain.pool = [tx for tx in bench.chain.pool if tx["hash"] != before["tx_hash"]]
    bench.chain.mine()
    bench.chain.mine()
    bench.step()
    assert [bench[one]["state"] for one in (first, second)] == ["succeeded"] * 2
    assert bench.sent() == ["0x00000001", "0x00000002"]


def test_the_earlier_bytes_may_be_the_ones_that_a_block_has(bench: Bench) -> None:
    bench.chain.mines = False
    first = bench.put(1)
    bench.step()
    before = bench[first]
    left = bench.chain.pool[:]
    bench.step(PERIOD)
    for _ in range(LYING_BLOCKS):
        bench.chain.pool.clear()
        bench.chain.mine()
    bench.step(PERIOD)
    assert bench[first]["tx_hash"] != before["tx_hash"]
    bench.chain.pool = left
    bench.chain.mine()
    bench.step()
    done = bench[first]
    assert (done["state"], done["tx_hash"], done["raw"]) == ("succeeded", before["tx_hash"], before["raw"])
    bench.chain.reorganise(1)
    gone(bench, 0)
    bench.chain.pool.clear()
    bench.chain.mines = True
    bench.step(PERIOD)
    assert bench[first]["state"] == "succeeded"
    assert bench.sent() == ["0x00000001"], "once, by either"


def test_a_price_that_the_node_calls_too_low_is_raised_to_what_it_asks(bench: Bench) -> None:
    first = bench.put(1)
    bench.chain.refuses = "transaction underpriced"
    bench.step()
    bench.step(PERIOD)
    assert replaced(bench, first) == [], "it asks for no more than was offered"
    bench.chain.price = 50
    bench.chain.refuses = None
    bench.step(PERIOD)
    assert bench[first]["state"] == "succeeded"
    assert bench[first]["gas_price"] == "50"


def test_what_is_not_sent_yet_is_taken_back_without_a_trace_on_the_chain(bench: Bench) -> None:
    bench.chain.mines = False
    first, second = bench.put(1), bench.put(2)
    bench.outbox.take_back(second)
    bench.step()
    assert bench[second]["state"] == "failed"
    assert bench[second]["error"]["error"] == "Cancelled"
    assert bench[second]["raw"] is None
    bench.chain.mine()
    bench.step()
    assert bench.sent() == ["0x00000001"]
    bench.outbox.take_back(first)
    assert bench[first]["state"] == "succeeded", "what has ended stays as it is"


def test_what_is_under_way_gives_its_nonce_to_a_transfer_of_nothing(bench: Bench) -> None:
    bench.chain.mines = False
    first, second = bench.put(1), bench.put(2)
    bench.step()
    bench.outbox.take_back(first)
    bench.step()
    assert replaced(bench, first) == ["cancel at 23 wei"]
    assert len(bench.chain.pool) == 3
    bench.chain.pool = [tx for tx in bench.chain.pool if tx["data"] != "0x00000001"]
    bench.chain.mine()
    bench.chain.mine()
    bench.step()
    assert bench[first]["state"] == "failed"
    assert bench[first]["error"] == {"error": "Cancelled", "arguments": {}, "contract": "SettlementToken:CNY"}
    assert bench[second]["state"] == "succeeded"
    assert bench.sent() == ["0x", "0x00000002"], "no gap"


def test_it_may_be_too_late_to_take_back(bench: Bench) -> None:
    bench.chain.mines = False
    first = bench.put(1)
    bench.step()
    bench.chain.mine()
    bench.outbox.take_back(first)
    bench.step()
    assert bench[first]["state"] == "succeeded"
    assert bench.sent() == ["0x00000001"]


# ---- many at once


def test_where_every_transaction_has_its_own_block_only_the_first_is_tried(bench: Bench) -> None:
    bench.chain.gas_behind = 30_000_000
    many = [bench.put(number) for number in range(1, 6)]
    bench.step()
    assert [bench[one]["state"] for one in many] == ["succeeded"] * 5
    assert bench.chain.estimates == 1


def test_what_fails_there_fails_in_its_block_and_the_lane_goes_on(bench: Bench) -> None:
    bench.chain.gas_behind = 30_000_000
    many = [bench.put(number) for number in range(1, 4)]
    bench.chain.reverts["0x00000002"] = REVERT
    bench.step()
    assert [bench[one]["state"] for one in many] == ["succeeded", "failed", "succeeded"]
    assert bench[many[1]]["error"]["error"] == "ExceedsCap"
    assert [bench[one]["nonce"] for one in many] == [1, 2, 3]


def test_a_long_lane_is_sent_in_stretches_and_every_nonce_once(bench: Bench) -> None:
    many = [bench.put(number) for number in range(1, 251)]
    bench.step()
    assert {bench[one]["state"] for one in many} == {"succeeded"}
    assert [bench[one]["nonce"] for one in many] == list(range(1, 251))
    assert len(bench.chain.broadcasts) == 250


def test_a_round_says_whether_acts_wait_for_their_turn_alone(bench: Bench) -> None:
    for number in range(1, 12):
        bench.put(number)
    behind = []
    while bench.sender.step([bench.signer], bench.clock):
        behind.append(bench.sender.is_behind)
    assert behind == [True, False], "eight at once, to begin with"


def test_two_workers_of_a_process_share_the_lanes(bench: Bench) -> None:
    signers = [bench.keystore.create() for _ in range(12)]
    for number, signer in enumerate(signers):
        bench.put(number, signer=signer)
    halves = [
        Sender(bench.database, bench.contracts, bench.keystore, bench.settings, (share, 2)).lanes() for share in (0, 1)
    ]
    assert sorted(halves[0] + halves[1]) == sorted(signers)


def test_a_lane_that_another_holds_is_left_to_it(bench: Bench) -> None:
    operation_id = bench.put(1)
    other = Sender(bench.database, bench.contracts, bench.keystore, bench.settings)
    assert other.leases.holds(f"lane:{bench.signer}")
    assert not bench.step()
    assert bench[operation_id]["state"] == "pending"
    other.leases.release()
    assert bench.step()
    assert bench[operation_id]["state"] == "succeeded"


def test_a_lane_that_is_lost_in_the_middle_of_a_round_is_not_signed_for(bench: Bench) -> None:
    """Another process took over while this one asked the chain: nothing is given a nonce, nothing is sent."""
    operation_id = bench.put(1)
    price = bench.chain.gas_price

    def taken_over(head: Any) -> int:
        with bench.database.begin() as db:
            db.execute(update(leases).values(owner="elsewhere/1/ab", until=2**40))
        return price(head)

    bench.chain.gas_price = taken_over  # type: ignore[method-assign]
    assert bench.sender.step(bench.sender.lanes(), bench.clock), "there is more to do, for whoever has the lane"
    assert (bench[operation_id]["state"], bench[operation_id]["nonce"]) == ("pending", None)
    assert bench.chain.broadcasts == []
    bench.chain.gas_price = price  # type: ignore[method-assign]
    assert not bench.step(), "it is the other's"
    with bench.database.begin() as db:
        db.execute(update(leases).values(owner="", until=0.0))
    bench.restart()
    bench.step()
    assert bench.states(operation_id) == ["pending", "submitted", "succeeded"]


def test_a_lane_whose_first_is_refused_leaves_the_others_alone(bench: Bench) -> None:
    refused, other = bench.put(1), bench.put(2, signer=bench.keystore.create())
    bench.chain.mine()
    bench.chain.reverts["0x00000001"] = REVERT
    bench.step()
    assert (bench[refused]["state"], bench[refused]["nonce"]) == ("failed", None)
    assert bench[other]["state"] == "succeeded"


def test_of_lanes_that_wait_only_the_one_with_a_block_moves(bench: Bench) -> None:
    bench.chain.mines = False
    stays, goes = bench.put(1), bench.put(2, signer=bench.keystore.create())
    bench.step()
    waiting = [tx for tx in bench.chain.pool if tx["data"] == "0x00000001"]
    bench.chain.pool = [tx for tx in bench.chain.pool if tx["data"] == "0x00000002"]
    bench.chain.mine()
    bench.step()
    assert (bench[stays]["state"], bench[goes]["state"]) == ("submitted", "succeeded")
    bench.chain.pool = waiting
    bench.chain.mine()
    bench.step()
    assert bench[stays]["state"] == "succeeded"


def test_what_the_node_did_not_want_behind_another_is_offered_again_once_that_is_through(bench: Bench) -> None:
    bench.chain.mines = False
    first = bench.put(1)
    bench.step()
    bench.chain.refuses = "replacement transaction queue is full"
    second = bench.put(2)
    bench.step()
    assert [bench[one]["state"] for one in (first, second)] == ["submitted", "submitted"]
    assert len(bench.chain.pool) == 1, "the second was not taken"
    bench.chain.refuses = None
    bench.chain.mines = True
    bench.chain.mine()
    bench.step()
    assert [bench[one]["state"] for one in (first, second)] == ["succeeded"] * 2, "at once, not a period later"


def test_what_is_of_another_deployment_is_not_taken_back_on_the_chain(bench: Bench) -> None:
    bench.chain.mines = False
    under_way = bench.put(1)
    bench.step()
    bench.deploy_anew()
    bench.outbox.take_back(under_way)
    bench.chain.broadcasts.clear()
    bench.step()
    assert bench[under_way]["error"]["error"] == "OtherDeployment"
    assert bench.chain.broadcasts == []
