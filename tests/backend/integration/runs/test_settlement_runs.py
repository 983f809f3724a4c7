"""Settlement runs (rule M8): one day, all holders, to the fen; stopped, doubled or refused, the result is the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.chain.contracts import Call
from backend.chain.node import Node
from backend.commands import settlement_runs
from backend.config import DAY
from backend.queries import settlement_runs as queries
from backend.reconcile import reconcile
from backend.sdk import Refused
from backend.testing import Network
from tests.waiting import eventually

FACE = 1_000_000_00
Json = dict[str, Any]


def day_of(network: Network, claim: int) -> str:
    maturity = network.operator.receivable(claim)["maturityAt"]
    return datetime.fromtimestamp(maturity, UTC).strftime("%Y-%m-%d")


def mature(network: Network, claim: int) -> str:
    """Lets time pass until the day of a claim is over; that day."""
    seconds = network.operator.receivable(claim)["maturityAt"] - network.operator.now() + 10
    network.operator.travel(seconds=seconds)
    return day_of(network, claim)


def split(network: Network, note: int, *values: int) -> list[int]:
    """Children of a root of tier1 for tier2, bank_a and bank_b, in turn."""
    holders = [network.tier2, network.bank_a, network.bank_b]
    return network.tier1.endorse_many(note, [(holders[n % 3], value, True) for n, value in enumerate(values)])


def values(network: Network, claim: int) -> dict[int, int]:
    return {note["id"]: int(note["valueFen"]) for note in network.operator.notes(claim)}


def holds(network: Network) -> None:
    assert reconcile(network.world.system).findings == []


def outcome(run: Json) -> tuple[str, str, int, int]:
    return run["state"], run["reason"], run["notesLeft"], run["receivablesLeft"]


def ended(network: Network, run_id: str, seconds: float = 30) -> Json:
    def found() -> Json | None:
        run = network.operator.settlement_run(run_id)
        return None if run["state"] == "open" else run

    return eventually(found, seconds)


def test_all_current_holders_are_paid_in_one_run(feiqian: Network) -> None:
    """Several claims of one day, early and late ones of other days beside them."""
    first, root = feiqian.confirmed(FACE)
    split(feiqian, root, 300_000_00, 200_000_00, 100_000_00)
    second, other_root = feiqian.confirmed(2 * FACE)
    feiqian.tier1.assign(other_root, feiqian.bank_a)
    elsewhere, _ = feiqian.confirmed(FACE, days=91)
    for claim, amount in ((first, FACE), (second, 2 * FACE), (elsewhere, FACE)):
        feiqian.car_maker.repay(claim, amount)
    before = {party.name: feiqian.operator.cash(party) for party in (feiqian.tier1, feiqian.tier2, feiqian.bank_a)}
    run = feiqian.operator.settle_day(mature(feiqian, first))
    assert outcome(run) == ("done", "", 0, 0)
    gained = {
        party.name: feiqian.operator.cash(party) - before[party.name]
        for party in (feiqian.tier1, feiqian.tier2, feiqian.bank_a)
    }
    assert gained == {"tier1": 400_000_00, "tier2": 300_000_00, "bank_a": 200_000_00 + 2 * FACE}
    assert not any(values(feiqian, first).values()) and not any(values(feiqian, second).values())
    assert sum(values(feiqian, elsewhere).values()) == FACE, "another day's"
    holds(feiqian)
    again = feiqian.operator.settle_day(run["day"])
    assert (outcome(again), again["transactions"]) == (("done", "", 0, 0), 0)


def test_a_shortfall_is_shared_exactly(feiqian: Network) -> None:
    """Rule M4: a third is missing; each gets two thirds, the odd fen to the largest remainders."""
    worth = [100_00, 100_01, 50, 33_33]
    claim, root = feiqian.confirmed(FACE)
    children = split(feiqian, root, *worth)
    paid = FACE * 2 // 3
    feiqian.car_maker.repay(claim, paid)
    run = feiqian.operator.settle_day(mature(feiqian, claim))
    assert outcome(run) == ("done", "", 0, 0)
    weights = dict(zip([root, *children], [FACE - sum(worth), *worth], strict=True))
    shares = {note: paid * weight // FACE for note, weight in weights.items()}
    remainders = sorted(weights, key=lambda note: (-(paid * weights[note] % FACE), note))
    for note in remainders[: paid - sum(shares.values())]:
        shares[note] += 1
    assert sum(shares.values()) == paid
    assert values(feiqian, claim) == {note: weight - shares[note] for note, weight in weights.items()}
    claim_now = feiqian.operator.receivable(claim)
    assert (claim_now["status"], claim_now["redeemedFen"]) == ("confirmed", str(paid))
    holds(feiqian)


def test_the_rest_comes_later_with_its_penalty(feiqian: Network) -> None:
    """Rules M3 and M8: the same day is run again when more has come in."""
    claim, root = feiqian.confirmed(FACE)
    [child] = split(feiqian, root, 250_000_00)
    feiqian.car_maker.repay(claim, FACE - 90_000_00)
    day = mature(feiqian, claim)
    feiqian.operator.settle_day(day)
    feiqian.operator.travel(days=4)
    due = feiqian.operator.due(claim)
    assert due == {"penalty": 2 * 45_00, "principal": 90_000_00, "supplier": 0}
    before = feiqian.operator.cash(feiqian.tier2)
    feiqian.car_maker.repay(claim, sum(due.values()))
    assert outcome(feiqian.operator.settle_day(day)) == ("done", "", 0, 0)
    assert feiqian.operator.cash(feiqian.tier2) - before == 90_000_00 // 4 + 90_00 // 4
    assert values(feiqian, claim) == {root: 0, child: 0}
    holds(feiqian)


def test_what_a_supplier_owes_is_absorbed_first(feiqian: Network) -> None:
    """Rule M4: its own notes go before anyone is short of it."""
    claim, root = feiqian.confirmed(FACE)
    split(feiqian, root, 600_000_00)
    feiqian.car_maker.pay_assignor(claim, 150_000_00)
    feiqian.car_maker.repay(claim, 500_000_00)
    run = feiqian.operator.settle_day(mature(feiqian, claim))
    assert outcome(run) == ("done", "", 0, 0)
    found = feiqian.operator.receivable(claim)
    assert (found["absorbedFen"], found["redeemedFen"]) == (str(150_000_00), str(500_000_00))
    # 850,000 are left for 500,000: tier2 holds 600,000 of them
    assert values(feiqian, claim)[root + 1] == 600_000_00 - 352_941_18
    holds(feiqian)


def test_an_endorsement_that_lapsed_goes_back_before_the_money_does(feiqian: Network) -> None:
    """Rule N8: nobody waits for a payee that never answered."""
    feiqian.tier2.want_acceptance()
    claim, root = feiqian.confirmed(FACE)
    [child] = split(feiqian, root, 100_000_00)
    feiqian.car_maker.repay(claim, FACE // 2)
    run = feiqian.operator.settle_day(mature(feiqian, claim))
    assert outcome(run) == ("done", "", 0, 0)
    assert values(feiqian, claim) == {root: FACE // 2, child: 0}
    assert feiqian.operator.cash(feiqian.tier1) == FACE // 2
    holds(feiqian)


def test_money_of_a_frozen_holder_waits_for_it(feiqian: Network) -> None:
    """Rule M6: it does not hold up the others, and is paid when it may."""
    claim, root = feiqian.confirmed(FACE)
    split(feiqian, root, 400_000_00)
    feiqian.car_maker.repay(claim, FACE)
    day = mature(feiqian, claim)
    feiqian.operator.freeze(feiqian.tier2, "order 1")
    assert outcome(feiqian.operator.settle_day(day)) == ("done", "", 0, 0)
    assert feiqian.operator.cash(feiqian.tier1) == 600_000_00
    assert feiqian.operator.cash(feiqian.tier2) == 0
    kept = [{"currency": "CNY", "amountFen": str(400_000_00)}]
    assert feiqian.operator.position(feiqian.tier2)["withheld"] == kept
    holds(feiqian)
    with pytest.raises(Refused) as refusal:
        feiqian.tier2.take_withheld()
    assert refusal.value.status == 409
    feiqian.operator.unfreeze(feiqian.tier2, "order 2")
    feiqian.tier2.take_withheld()
    assert feiqian.operator.cash(feiqian.tier2) == 400_000_00
    assert feiqian.operator.position(feiqian.tier2)["withheld"] == []
    with pytest.raises(Refused) as refusal:
        feiqian.tier2.take_withheld()
    assert refusal.value.error == "InvalidAmount", "once"
    holds(feiqian)


def test_what_is_locked_by_a_dispute_is_not_paid_and_the_rest_is(feiqian: Network) -> None:
    """Rule J5: the undisputed part stays payable."""
    claim, root = feiqian.confirmed(FACE)
    feiqian.tier1.assign(root, feiqian.bank_a)
    feiqian.car_maker.dispute(claim, 100_000_00, "short")
    feiqian.car_maker.repay(claim, FACE)
    run = feiqian.operator.settle_day(mature(feiqian, claim))
    assert outcome(run) == ("done", "", 0, 0)
    assert values(feiqian, claim) == {root: 100_000_00}
    holds(feiqian)


def test_a_penalty_waits_while_all_that_it_is_for_is_in_dispute(feiqian: Network) -> None:
    """Rule M4: where everything is locked there is nobody to divide it among, until the dispute is over."""
    claim, root = feiqian.confirmed(FACE)
    feiqian.tier1.assign(root, feiqian.bank_a)
    day = mature(feiqian, claim)
    feiqian.operator.travel(days=10)
    penalty = feiqian.operator.due(claim)["penalty"]
    feiqian.car_maker.dispute(claim, FACE, "none of it came")
    feiqian.car_maker.repay(claim, penalty)
    before = feiqian.operator.cash(feiqian.bank_a)
    run = feiqian.operator.settle_day(day)
    assert outcome(run) == ("done", "", 0, 0)
    assert feiqian.operator.cash(feiqian.bank_a) == before and values(feiqian, claim) == {root: FACE}
    feiqian.operator.order(claim, 0, "order 5")
    run = feiqian.operator.settle_day(day)
    assert outcome(run) == ("done", "", 0, 0)
    assert feiqian.operator.cash(feiqian.bank_a) == before + penalty
    holds(feiqian)


def test_two_runs_at_once_pay_once(feiqian: Network) -> None:
    claims = [feiqian.confirmed(FACE) for _ in range(4)]
    for claim, root in claims:
        split(feiqian, root, 100_00, 200_00)
        feiqian.car_maker.repay(claim, FACE // 2)
    day = mature(feiqian, claims[0][0])
    feiqian.world.system.engine.stop()
    operations = [feiqian.operator.act("/settlement-runs", {"day": day}, wait=0) for _ in range(3)]
    feiqian.world.system.engine.start()
    runs = [ended(feiqian, operation["result"]["runId"]) for operation in operations]
    assert [outcome(run) for run in runs] == [("done", "", 0, 0)] * 3
    assert [run["transactions"] for run in runs[1:]] == [0, 0], "the first did it all"
    for claim, _ in claims:
        assert sum(values(feiqian, claim).values()) == FACE // 2
    holds(feiqian)


def test_a_run_that_is_stopped_anywhere_is_taken_up(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction at a time, with a new engine after each."""
    monkeypatch.setattr(settlement_runs, "MOST_CALLS", 1)
    monkeypatch.setattr(settlement_runs, "BATCH", 1)
    claim, root = feiqian.confirmed(FACE)
    split(feiqian, root, 1_00, 2_00, 3_00)
    feiqian.car_maker.repay(claim, FACE // 2)
    day = mature(feiqian, claim)
    system = feiqian.world.system
    system.engine.stop()
    run_id = feiqian.operator.act("/settlement-runs", {"day": day}, wait=0)["result"]["runId"]
    left = []
    for _ in range(60):
        system.engine.runs = [settlement_runs.SettlementRuns(system.desk).step]
        system.engine.step()
        run = feiqian.operator.settlement_run(run_id)
        left.append(run["notesLeft"])
        if run["state"] != "open":
            break
    assert outcome(run) == ("done", "", 0, 0)
    assert {4, 3, 2, 1, 0} <= set(left)
    assert run["transactions"] == 1 + 4
    assert sum(values(feiqian, claim).values()) == FACE // 2
    holds(feiqian)


def test_a_run_that_somebody_overtakes_goes_on(feiqian: Network) -> None:
    """A holder has its note paid by hand between two turns of the run: nobody is paid twice, and the run ends."""
    claim, root = feiqian.confirmed(FACE)
    [child] = split(feiqian, root, 400_000_00)
    feiqian.car_maker.repay(claim, FACE // 2)
    day = mature(feiqian, claim)
    feiqian.tier2.allot(claim)
    feiqian.tier2.redeem(child)
    assert outcome(feiqian.operator.settle_day(day)) == ("done", "", 0, 0)
    assert feiqian.operator.cash(feiqian.tier2) == 200_000_00
    holds(feiqian)


@pytest.fixture
def spoilt(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> Network:
    """The runs divide what is not there to be divided."""
    monkeypatch.setattr(
        settlement_runs.SettlementRuns, "_next",
        lambda self, run: [feiqian.world.system.contracts.call_data("Repayments", "allot", 1, [])],
    )  # fmt: skip
    return feiqian


def test_a_run_that_is_refused_again_and_again_is_suspended_with_the_reason(spoilt: Network) -> None:
    """It holds up neither the engine nor the runs of other days."""
    claim, _ = spoilt.confirmed(FACE)
    spoilt.car_maker.repay(claim, FACE // 2)
    day = mature(spoilt, claim)
    run = spoilt.operator.settle_day(day, seconds=30)
    assert outcome(run)[:2] == ("suspended", "NotesIncomplete")
    assert run["endedAt"] > 0
    assert spoilt.operator.get("/health")["status"] == "ok"
    other = datetime.fromtimestamp(spoilt.operator.now() - 30 * DAY, UTC).strftime("%Y-%m-%d")
    assert spoilt.operator.settle_day(other, seconds=30)["state"] == "suspended"
    spoilt.operator.issue_cash(spoilt.tier1, 1)


def test_a_suspended_run_is_followed_by_another(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, _ = feiqian.confirmed(FACE)
    feiqian.car_maker.repay(claim, FACE)
    day = mature(feiqian, claim)
    broken = [feiqian.world.system.contracts.call_data("Repayments", "allot", claim, [])]
    with monkeypatch.context() as patch:
        patch.setattr(settlement_runs.SettlementRuns, "_next", lambda self, run: broken)
        assert feiqian.operator.settle_day(day, seconds=30)["state"] == "suspended"
    assert outcome(feiqian.operator.settle_day(day)) == ("done", "", 0, 0)
    assert feiqian.operator.cash(feiqian.tier1) == FACE


def test_an_operation_that_fails_is_tried_again_and_at_most_suspends_the_run(
    feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calls at once are not tried beforehand: what fails then fails on the way, and is counted."""
    claim, root = feiqian.confirmed(FACE)
    feiqian.car_maker.repay(claim, FACE)
    day = mature(feiqian, claim)
    real = settlement_runs.SettlementRuns._next
    calls = feiqian.world.system.contracts.call_data
    wrong: list[Call] = [calls("Repayments", "allot", claim, []), calls("Repayments", "redeemMany", [])]
    turns: list[int] = []

    def once(self: settlement_runs.SettlementRuns, run: Json) -> list[Call]:
        turns.append(1)
        return wrong if len(turns) == 1 else real(self, run)

    with monkeypatch.context() as patch:
        patch.setattr(settlement_runs.SettlementRuns, "_next", once)
        assert outcome(feiqian.operator.settle_day(day, seconds=30)) == ("done", "", 0, 0)
    assert values(feiqian, claim) == {root: 0}
    with monkeypatch.context() as patch:
        patch.setattr(settlement_runs.SettlementRuns, "_next", lambda self, run: wrong)
        run = feiqian.operator.settle_day(day, seconds=30)
    assert outcome(run)[0] == "suspended" and run["reason"]
    assert run["transactions"] == 2 * settlement_runs.MOST_FAILURES


def test_while_something_of_a_run_is_under_way_it_waits(feiqian: Network) -> None:
    claim, _ = feiqian.confirmed(FACE)
    feiqian.car_maker.repay(claim, FACE)
    day = mature(feiqian, claim)
    system = feiqian.world.system
    system.engine.stop()
    run_id = feiqian.operator.act("/settlement-runs", {"day": day}, wait=0)["result"]["runId"]
    runs = settlement_runs.SettlementRuns(system.desk)
    assert runs.step() and not runs.step()
    assert queries.progress(system.database, f"run:{run_id}").is_under_way
    for sender in system.engine.senders:
        sender.step(sender.lanes(), 0.0)
    assert not runs.step(), "sent, and not in the read model yet"
    system.engine.start()
    assert ended(feiqian, run_id)["state"] == "done"


def test_a_run_stays_open_until_its_day_is_over(feiqian: Network) -> None:
    """What was repaid whole is paid at once; a part waits for the last second of the day (rules M4, R7)."""
    whole, whole_root = feiqian.confirmed(FACE)
    part, part_root = feiqian.confirmed(FACE)
    feiqian.car_maker.repay(whole, FACE)
    feiqian.car_maker.repay(part, FACE // 2)
    maturity = feiqian.operator.receivable(whole)["maturityAt"]
    feiqian.operator.travel(seconds=maturity - feiqian.operator.now() - 3600)
    day = day_of(feiqian, whole)
    run_id = feiqian.operator.act("/settlement-runs", {"day": day})["result"]["runId"]
    eventually(lambda: not values(feiqian, whole)[whole_root], 60)
    assert feiqian.operator.settlement_run(run_id)["state"] == "open"
    assert values(feiqian, part)[part_root] == FACE
    feiqian.operator.travel(seconds=3700)
    assert ended(feiqian, run_id)["state"] == "done"
    assert values(feiqian, part)[part_root] == FACE // 2
    holds(feiqian)


def test_which_days_can_be_run(feiqian: Network) -> None:
    tomorrow = datetime.fromtimestamp(feiqian.operator.now() + DAY, UTC).strftime("%Y-%m-%d")
    for day, said in ((tomorrow, "still to come"), ("2026-02-30", "is no day"), ("2026-13-01", "is no day")):
        with pytest.raises(Refused) as refusal:
            feiqian.operator.settle_day(day)
        assert (refusal.value.status, refusal.value.field) == (422, "day")
        assert said in refusal.value.problem["detail"]
    with pytest.raises(Refused) as refusal:
        feiqian.operator.settlement_run("0" * 32)
    assert refusal.value.status == 404
    with pytest.raises(TimeoutError, match="still open"):
        today = datetime.fromtimestamp(feiqian.operator.now(), UTC).strftime("%Y-%m-%d")
        feiqian.operator.settle_day(today, seconds=0.2)


def test_runs_ask_the_chain_only_while_they_are_open(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    feiqian.world.system.engine.stop()
    with monkeypatch.context() as patch:
        patch.setattr(Node, "rpc", None)
        assert not settlement_runs.SettlementRuns(feiqian.world.system.desk).step()
