"""Everything a claim goes through after it was confirmed, as the client says it; each ends with the proof."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.reconcile import reconcile
from backend.sdk import OperationFailed, Party, Refused
from backend.testing import Network

FACE = 1_000_000_00


@pytest.fixture(autouse=True)
def proven(feiqian: Network) -> Iterator[None]:
    yield
    assert reconcile(feiqian.world.system).findings == []


def credit_note(feiqian: Network, amount: int) -> bytes:
    return feiqian.invoice(amount=amount).replace(b">380<", b">381<")


def past_grace(feiqian: Network, claim: int) -> None:
    ends = feiqian.operator.receivable(claim)["graceEndsAt"]
    feiqian.operator.travel(seconds=ends - feiqian.operator.now() + 1)


def value(feiqian: Network, note: int) -> int:
    return int(feiqian.operator.lineage(note)["note"]["valueFen"])


def refused(act: object) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value


def test_a_note_is_split_to_several_at_once_and_merged(feiqian: Network) -> None:
    claim, root = feiqian.confirmed(FACE)
    payees: list[tuple[Party | str, int, bool]] = [
        (feiqian.tier2, 100_00, True), (feiqian.tier2, 50_00, True), (feiqian.bank_a.account, 25_00, False),
    ]  # fmt: skip
    children = feiqian.tier1.endorse_many(root, payees)
    assert [value(feiqian, note) for note in children] == [100_00, 50_00, 25_00]
    feiqian.tier2.merge(children[1], children[0], 20_00)
    feiqian.tier2.merge(children[1], children[0])
    assert [value(feiqian, note) for note in children] == [150_00, 0, 25_00]
    merged = feiqian.tier2.lineage(children[0])["merged"]
    assert [(one["fromNoteId"], one["valueFen"]) for one in merged] == [(children[1], "2000"), (children[1], "3000")]
    assert len(feiqian.tier2.tree(claim)["merges"]) == 2
    assert refused(lambda: feiqian.tier2.merge(children[0], children[2])).status == 403
    too_much = [(feiqian.tier2, FACE, True), (feiqian.bank_a, FACE, True)]
    assert refused(lambda: feiqian.tier1.endorse_many(root, too_much)).error == "InsufficientValue"
    assert value(feiqian, root) == FACE - 175_00, "none stands"


def test_a_payee_that_wants_to_be_asked(feiqian: Network) -> None:
    """Rules P7, N8."""
    feiqian.tier2.want_acceptance()
    _, root = feiqian.confirmed(FACE)
    taken, refused_, lapsed = (int(feiqian.tier1.endorse(root, feiqian.tier2, 100)["result"]["noteId"]) for _ in "abc")
    assert refused(lambda: feiqian.tier2.endorse(taken, feiqian.bank_a, 1)).error == "AcceptancePending"
    assert refused(lambda: feiqian.tier1.decline_note(lapsed)).error == "AcceptancePending"
    feiqian.tier2.accept_note(taken)
    feiqian.tier2.decline_note(refused_)
    assert refused(lambda: feiqian.tier2.accept_note(taken)).error == "AcceptanceNotAwaited"
    feiqian.operator.travel(days=4)
    assert refused(lambda: feiqian.tier2.accept_note(lapsed)).error == "AcceptanceTooLate"
    feiqian.car_maker.decline_note(lapsed)
    assert [value(feiqian, note) for note in (taken, refused_, lapsed)] == [100, 0, 0]
    feiqian.tier2.want_acceptance(False)
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 100)["result"]["noteId"])
    assert feiqian.operator.lineage(child)["note"]["acceptBy"] == 0
    path = f"/participants/{feiqian.tier2.account}/acceptance-wishes"
    assert refused(lambda: feiqian.tier1.act(path, {"wanted": True})).status == 403


def test_before_notice_a_direct_payment_counts_and_after_it_none(feiqian: Network) -> None:
    """Rules J1, J2, J7."""
    claim, root = feiqian.confirmed(FACE)
    assert refused(lambda: feiqian.tier1.give_notice(root)).error == "NothingAssigned"
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 400_000_00)["result"]["noteId"])
    feiqian.car_maker.pay_assignor(claim, 100_000_00)
    assert feiqian.operator.cash(feiqian.tier1) == 100_000_00
    assert feiqian.tier1.due(claim) == {"penalty": 0, "principal": 900_000_00, "supplier": 100_000_00}
    feiqian.tier2.absorb(claim)
    assert (value(feiqian, root), feiqian.tier1.due(claim)["supplier"]) == (500_000_00, 0)
    feiqian.tier2.give_notice(child)
    assert feiqian.operator.receivable(claim)["noticeAt"] > 0
    assert refused(lambda: feiqian.car_maker.pay_assignor(claim, 1)).error == "NoticeWasGiven"
    assert refused(lambda: feiqian.tier1.give_notice(child)).error == "NoticeWasGiven"


def test_credit_notes_before_and_after_the_confirmation(feiqian: Network) -> None:
    """Rule J3: each once, and of the same parties."""
    claim = feiqian.registered(amount=FACE)
    feiqian.tier1.credit(claim, credit_note(feiqian, 100_000_00))
    assert feiqian.operator.receivable(claim)["faceValueFen"] == str(900_000_00)
    root = int(feiqian.car_maker.confirm(claim, 900_000_00)["result"]["noteId"])
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 850_000_00)["result"]["noteId"])
    used = credit_note(feiqian, 80_000_00)
    feiqian.tier1.credit(claim, used)
    assert (value(feiqian, root), value(feiqian, child)) == (0, 850_000_00)
    assert feiqian.tier1.due(claim) == {"penalty": 0, "principal": 820_000_00, "supplier": 30_000_00}
    assert [one["cause"] for one in feiqian.operator.receivable(claim)["dilutions"]] == ["credit-note"] * 2
    assert refused(lambda: feiqian.tier1.credit(claim, used)).error == "FingerprintTaken"
    feiqian.operator.issue_cash(feiqian.tier1, 40_000_00)
    made = feiqian.tier1.make_good(claim, 40_000_00)["result"]
    assert (made["amountFen"], made["excessFen"]) == (str(30_000_00), str(10_000_00))
    for document, field in (
        (feiqian.invoice(), "creditNote"),
        (b"nothing", "creditNote"),
        (credit_note(feiqian, 5).replace(b"91330200MA2CELL001", b"91320500MA3CATH001"), "creditNote"),
        (credit_note(feiqian, 5).replace(b"CNY", b"EUR"), "creditNote"),
    ):
        refusal = refused(lambda document=document: feiqian.tier1.credit(claim, document))
        assert (refusal.status, refusal.field) == (422, field)


def test_a_counterclaim_is_set_off(feiqian: Network) -> None:
    """Rule J4."""
    claim = feiqian.registered(amount=FACE)
    root = int(feiqian.car_maker.confirm(claim, FACE, set_off_waived=False)["result"]["noteId"])
    now = feiqian.operator.now()
    late = feiqian.operator.receivable(claim)["maturityAt"] + 1
    kept = feiqian.tier1.acknowledge(claim, 70_000_00, "damaged pallets 托盘损坏", arisen_at=now, due_at=now)["result"]
    too_late = feiqian.tier1.acknowledge(claim, 1, "later", arisen_at=now, due_at=late)["result"]["counterclaimId"]
    assert refused(lambda: feiqian.car_maker.set_off(too_late)).error == "CounterclaimTooLate"
    feiqian.car_maker.set_off(kept["counterclaimId"])
    assert value(feiqian, root) == 930_000_00
    assert feiqian.tier1.due(claim) == {"penalty": 0, "principal": 930_000_00, "supplier": 0}
    states = {one["id"]: one["state"] for one in feiqian.tier1.receivable(claim)["counterclaims"]}
    assert states == {kept["counterclaimId"]: "used", too_late: "open"}
    assert refused(lambda: feiqian.car_maker.set_off(kept["counterclaimId"])).error == "NonceAlreadyUsed"
    waived, _ = feiqian.confirmed(FACE)
    refusal = refused(lambda: feiqian.tier1.acknowledge(waived, 1, "x", arisen_at=now, due_at=now))
    assert (refusal.status, refusal.type) == (409, "conflict")


@pytest.mark.parametrize("proposer", ["tier1", "car_maker"])
def test_a_dispute_is_resolved_by_both(feiqian: Network, proposer: str) -> None:
    """Rules J5, J6: whoever proposes, the other signs the same."""
    claim, root = feiqian.confirmed(FACE)
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 400_000_00)["result"]["noteId"])
    assert refused(lambda: feiqian.tier1.propose(claim, 1)).status == 409
    feiqian.car_maker.dispute(claim, 700_000_00, "short delivery 短少")
    locks = {note["id"]: note["lockedFen"] for note in feiqian.operator.notes(claim)}
    assert locks == {root: str(600_000_00), child: str(100_000_00)}
    assert refused(lambda: feiqian.tier2.endorse(child, feiqian.bank_a, 300_000_01)).error == "NoteLocked"
    assert refused(lambda: feiqian.tier1.propose(claim, 700_000_01)).field == "upheldFen"
    assert refused(lambda: feiqian.tier2.propose(claim, 1)).status == 403
    one, other = (feiqian.tier1, feiqian.car_maker) if proposer == "tier1" else (feiqian.car_maker, feiqian.tier1)
    proposed = one.propose(claim, 50_000_00)["result"]["resolutionId"]
    assert refused(lambda: one.agree(proposed)).status == 403
    assert refused(lambda: feiqian.tier2.agree(proposed)).status == 403
    assert refused(lambda: feiqian.bank_b.agree(proposed)).status == 404
    done = other.agree(proposed)["result"]
    assert (done["upheldFen"], done["refusedFen"]) == (str(50_000_00), str(650_000_00))
    found = feiqian.tier1.receivable(claim)
    assert (found["status"], found["disputedFen"], found["reducedFen"]) == ("confirmed", "0", str(50_000_00))
    assert (found["disputes"][0]["upheldFen"], found["resolutions"][0]["state"]) == (str(50_000_00), "used")
    assert (value(feiqian, root), value(feiqian, child)) == (550_000_00, 400_000_00)


def test_a_dispute_is_ended_by_order(feiqian: Network) -> None:
    claim, root = feiqian.confirmed(FACE)
    feiqian.car_maker.dispute(claim, 300_00, "first")
    feiqian.operator.order(claim, 0, "order 1")
    feiqian.car_maker.dispute(claim, 300_00, "second")
    feiqian.operator.order(claim, 300_00, "order 2")
    assert refused(lambda: feiqian.operator.order(claim, 1, "order 3")).error == "NoDispute"
    assert [one["upheldFen"] for one in feiqian.operator.receivable(claim)["disputes"]] == ["0", str(300_00)]
    assert value(feiqian, root) == FACE - 300_00


def test_part_payments_are_divided_and_penalty_goes_first(feiqian: Network) -> None:
    """Rules M1, M3, M4."""
    claim, root = feiqian.confirmed(FACE)
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 250_000_00)["result"]["noteId"])
    feiqian.car_maker.repay(claim, 400_000_00)
    assert refused(lambda: feiqian.tier2.allot(claim)).error == "NotYetMature"
    past_grace(feiqian, claim)
    assert feiqian.tier2.due(claim) == {"penalty": 300_00, "principal": 600_000_00, "supplier": 0}
    feiqian.tier2.allot(claim)
    assert refused(lambda: feiqian.car_maker.dispute(claim, 1, "now")).error == "AllotmentOpen"
    feiqian.tier2.redeem(child)
    with pytest.raises((Refused, OperationFailed)) as again:  # at once, or by the chain, where it was tried too early
        feiqian.tier2.redeem(child)
    assert again.value.error == "NothingToRedeem"
    assert feiqian.operator.cash(feiqian.tier2) == 100_000_00
    feiqian.tier1.redeem(root)
    paid = feiqian.car_maker.repay(claim, 300_00 + FACE)["result"]
    assert [paid[name] for name in ("penaltyFen", "principalFen", "excessFen")] == [
        str(300_00), str(600_000_00), str(400_000_00),
    ]  # fmt: skip
    assert feiqian.operator.receivable(claim)["status"] == "repaid"
    feiqian.tier2.allot(claim)
    assert feiqian.tier2.redeem(child)["result"]["penaltyFen"] == str(75_00)
    feiqian.tier1.redeem(root)
    assert feiqian.operator.cash(feiqian.tier2) == 250_000_00 + 75_00


def test_recourse_goes_up_step_by_step_and_straight(feiqian: Network) -> None:
    """Rules X1 to X5."""
    claim, root = feiqian.confirmed(FACE)
    first = int(feiqian.tier1.endorse(root, feiqian.tier2, 300_000_00)["result"]["noteId"])
    second = int(feiqian.tier2.endorse(first, feiqian.bank_a, 200_000_00)["result"]["noteId"])
    assert refused(lambda: feiqian.bank_a.claim_recourse(second)).error == "NotInDefault"
    past_grace(feiqian, claim)
    feiqian.bank_a.claim_recourse(second)
    assert refused(lambda: feiqian.bank_a.claim_recourse(second, 2)).error == "RecourseEnds"
    assert refused(lambda: feiqian.tier1.buy_back(second)).error == "NotTheEndorser"
    feiqian.operator.issue_cash(feiqian.tier1, 200_000_00)
    back = feiqian.tier1.buy_back(second, 1)["result"]
    assert (int(back["noteId"]), back["amountFen"]) == (root, str(200_000_00))
    assert feiqian.operator.cash(feiqian.tier1) == 0
    assert (value(feiqian, root), value(feiqian, second)) == (900_000_00, 0)
    feiqian.tier2.write_off(first)
    assert feiqian.operator.lineage(first)["note"]["writtenOffFen"] == str(100_000_00)
    assert value(feiqian, first) == 100_000_00


def test_the_reserve_covers_what_was_sold(feiqian: Network) -> None:
    """Rules V1 to V3."""
    claim, root = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, FACE, [feiqian.bank_a], with_recourse=True)
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, FACE, price=900_000_00, with_recourse=True)
    note = int(feiqian.tier1.accept(quote["result"]["quoteId"], root)["result"]["noteId"])
    assert feiqian.operator.lineage(note)["note"]["insuredFen"] == str(900_000_00)
    assert refused(lambda: feiqian.bank_a.cover(note)).error == "NotInDefault"
    past_grace(feiqian, claim)
    before = feiqian.operator.cash(feiqian.bank_a)
    assert feiqian.bank_a.cover(note)["result"]["amountFen"] == str(4_500_00)
    assert feiqian.operator.cash(feiqian.bank_a) - before == 4_500_00
    assert refused(lambda: feiqian.bank_a.cover(note)).error == "NothingToCover"
    assert refused(lambda: feiqian.tier1.cover(root)).error == "NotInsured"


def test_of_two_confirmations_only_the_last_waits_and_it_can_be_taken_back(feiqian: Network) -> None:
    """Rule B12."""
    claim = feiqian.registered(amount=FACE)
    feiqian.tier1.ask_for_quotes(claim, 500_000_00, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, 500_000_00, price=490_000_00)["result"]["quoteId"]
    first = feiqian.car_maker.confirm(claim, 900_000_00, carry=False)["result"]["confirmationId"]
    second = feiqian.car_maker.confirm(claim, 400_000_00, carry=False)["result"]["confirmationId"]
    # the first, which would do, is superseded
    assert refused(lambda: feiqian.tier1.accept(quote)).error == "InsufficientValue"
    assert refused(lambda: feiqian.tier1.cancel_confirmation(second)).status == 404
    feiqian.car_maker.cancel_confirmation(second)
    refusal = refused(lambda: feiqian.tier1.accept(quote))
    assert (refusal.status, refusal.type) == (409, "conflict"), "it does not bring the first one back"
    assert refused(lambda: feiqian.car_maker.cancel_confirmation(second)).error == "NonceAlreadyUsed"
    feiqian.car_maker.cancel_confirmation(first)
    feiqian.car_maker.confirm(claim, 600_000_00, carry=False)
    assert feiqian.tier1.accept(quote)["state"] == "succeeded"


def test_lineage_and_tree_are_what_the_chain_says(feiqian: Network) -> None:
    """Rule N10: proven against the parent pointers of the chain itself, merges and places taken included."""
    claim, root = feiqian.confirmed(FACE)
    first, second, circle = feiqian.tier1.endorse_many(
        root, [(feiqian.tier2, 300_00, False), (feiqian.tier2, 200_00, False), (feiqian.tier1, 50_00, True)]
    )
    back = int(feiqian.tier2.endorse(first, feiqian.tier1, 100_00)["result"]["noteId"])
    third = int(feiqian.tier2.endorse(second, feiqian.bank_a, 150_00)["result"]["noteId"])
    feiqian.tier2.merge(second, first)
    feiqian.bank_a.assign(third, feiqian.bank_b)
    contracts = feiqian.world.system.contracts
    on_chain = {note: contracts.read("Receivables", "noteOf", note) for note in range(1, back + 2)}
    tree = feiqian.operator.tree(claim)
    assert {note["id"] for note in tree["notes"]} == set(on_chain)
    for shown in tree["notes"]:
        holder, worth, receivable, parent, depth, endorser, recourse, _ = on_chain[shown["id"]]
        assert (shown["holder"], shown["valueFen"], shown["receivableId"]) == (holder, str(worth), receivable)
        assert (shown["parentId"], shown["depth"], shown["withRecourse"]) == (parent, depth, recourse)
        assert shown["endorser"] == contracts.read("Participants", "accountOf", endorser)
        assert shown["children"] == [note for note, of in on_chain.items() if of[3] == shown["id"]]
        lineage = feiqian.operator.lineage(shown["id"])
        path = [shown["id"]]
        while on_chain[path[-1]][3]:
            path.append(on_chain[path[-1]][3])
        assert [step["id"] for step in lineage["path"]] == path
        assert [child["id"] for child in lineage["children"]] == shown["children"]
        assert lineage["merged"] == [one for one in tree["merges"] if one["toNoteId"] == shown["id"]]
    flags = {note["id"]: note["flag"] for note in tree["notes"]}
    assert flags == {root: "", first: "", second: "", circle: "self", back: "circular", third: ""}
    assert refused(lambda: feiqian.bank_a.tree(claim)).status == 404
