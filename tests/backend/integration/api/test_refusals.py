"""What the present state, the policy or a contract refuses reaches the caller: by name, with its values, as a
sentence in both languages; and nothing changes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from backend.chain.outbox import Intent
from backend.invoices.minimal import make_invoice
from backend.sdk import OperationFailed, Refused
from backend.testing import FUNDS_FEN, IDENTIFIERS, LIMIT_FEN, Network

from .driver import FACE, Raw, is_chinese, nothing_changes, own_wallet, problem


def refusal_of(network: Network, act: Callable[[], Any]) -> Refused:
    """What `act` is refused with; nothing changes by it."""
    with nothing_changes(network), pytest.raises(Refused) as refusal:
        act()
    return refusal.value


def says(refusal: Refused, error: str, **arguments: Any) -> None:
    """It is a contract's refusal with this name and (at least) these values."""
    assert (refusal.status, refusal.type, refusal.error) == (409, "contract-refused", error)
    assert {name: refusal.arguments[name] for name in arguments} == {
        name: str(value) for name, value in arguments.items()
    }


def test_the_second_registration_of_an_invoice_names_the_first(feiqian: Network) -> None:
    first = feiqian.registered(number="TWICE-1", amount=FACE)
    invoice = feiqian.invoice(number="TWICE-1", amount=FACE)
    for variant in (invoice, invoice.replace(b"<cbc:ID>TWICE-1", b"<cbc:ID> TWICE-1 ")):
        refusal = refusal_of(feiqian, lambda variant=variant: feiqian.tier1.hand_over(variant))  # type: ignore[misc]
        says(refusal, "FingerprintTaken", id=first)
        assert refusal.problem["detail"] == f"the same thing is registered already, as number {first} of its kind"
    body = {"invoice": base64.b64encode(invoice).decode()}
    answer = Raw(feiqian).send("POST", "/receivables", body, token=feiqian.tier1.token, language="zh")
    assert problem(answer, 409)["detail"] == f"同一标的已登记,编号为 {first}"
    assert answer.body["title"] == "合约拒绝"


def test_what_was_taken_back_can_be_registered_again(feiqian: Network) -> None:
    invoice = feiqian.invoice()
    first = int(feiqian.tier1.hand_over(invoice)["result"]["receivableId"])
    feiqian.tier1.withdraw(first)
    again = int(feiqian.tier1.hand_over(invoice)["result"]["receivableId"])
    assert again == first + 1
    assert feiqian.tier1.get(f"/receivables/{again}")["invoice"]["number"]


def test_an_obligor_owes_no_more_than_its_limit(feiqian: Network) -> None:
    claim = feiqian.registered(amount=LIMIT_FEN + 1)
    refusal = refusal_of(feiqian, lambda: feiqian.car_maker.confirm(claim, LIMIT_FEN + 1))
    says(refusal, "ConfirmationLimitExceeded", owed=LIMIT_FEN + 1, limit=LIMIT_FEN)
    assert str(LIMIT_FEN) in refusal.problem["detail"]
    assert refusal.problem["contractError"]["contract"] == "Receivables"
    feiqian.car_maker.confirm(claim, LIMIT_FEN)


def test_a_status_is_said_in_words(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(FACE)
    says(refusal := refusal_of(feiqian, lambda: feiqian.tier1.withdraw(claim)), "WrongStatus", status=2)
    assert refusal.problem["detail"] == f"receivable {claim} is confirmed"
    path = f"/receivables/{claim}/withdrawals"
    answer = Raw(feiqian).send("POST", path, {}, token=feiqian.tier1.token, language="zh")
    assert problem(answer, 409)["detail"] == f"应收账款 {claim} 已确权"
    says(refusal_of(feiqian, lambda: feiqian.tier1.redeem(note)), "NothingToRedeem", noteId=note)
    says(refusal_of(feiqian, lambda: feiqian.car_maker.reject(claim, "late")), "WrongStatus")
    says(refusal_of(feiqian, lambda: feiqian.tier1.act(f"/receivables/{claim}/expirations")), "WrongStatus")
    again = refusal_of(feiqian, lambda: feiqian.car_maker.confirm(claim, FACE))
    assert (again.status, again.type) == (409, "conflict")
    assert "confirmed, not submitted" in again.problem["detail"]


@pytest.mark.parametrize(
    ("invoice", "clause"),
    [({"days": 0}, "tenor.min"), ({"days": 400}, "tenor.max")],
)
def test_the_policy_names_its_clause(feiqian: Network, invoice: dict[str, int], clause: str) -> None:
    document = feiqian.invoice(**invoice)  # type: ignore[arg-type]
    refusal = refusal_of(feiqian, lambda: feiqian.tier1.hand_over(document))
    says(refusal, "PolicyRefused", clause=clause)
    assert f"clause {clause} refuses" in refusal.problem["detail"]
    body = {"invoice": base64.b64encode(document).decode()}
    answer = Raw(feiqian).send("POST", "/receivables", body, token=feiqian.tier1.token, language="zh")
    assert f"政策条款 {clause} 拒绝" in problem(answer, 409)["detail"]


def test_a_currency_without_a_token_is_refused_by_the_policy(feiqian: Network) -> None:
    refusal = refusal_of(feiqian, lambda: feiqian.tier1.hand_over(feiqian.invoice(currency="HKD")))
    says(refusal, "PolicyRefused", clause="currency", value=344)


def test_money_that_is_not_there_does_not_move(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(FACE)
    says(refusal_of(feiqian, lambda: feiqian.tier1.redeem_cash(1, "p")), "ERC20InsufficientBalance", needed=1)
    says(
        refusal_of(feiqian, lambda: feiqian.operator.issue_cash(feiqian.tier1, 10 * FUNDS_FEN)), "ExceedsReserve",
        reserve=10 * FUNDS_FEN,
    )  # fmt: skip
    says(refusal_of(feiqian, lambda: feiqian.tier1.endorse(note, feiqian.tier2, FACE + 1)), "InsufficientValue",
         needed=FACE + 1)  # fmt: skip
    poor, _ = own_wallet(feiqian, "financier", "91110000MA4POOR001")
    feiqian.tier1.ask_for_quotes(claim, FACE, [poor])
    quote = poor.quote(claim, feiqian.tier1, FACE, price=FACE - 1)["result"]["quoteId"]
    says(refusal_of(feiqian, lambda: feiqian.tier1.accept(quote)), "ERC20InsufficientAllowance", allowance=0)


def test_who_is_frozen_does_nothing(feiqian: Network) -> None:
    feiqian.operator.freeze(feiqian.tier1, "order 7")
    refusal = refusal_of(feiqian, lambda: feiqian.tier1.hand_over(feiqian.invoice()))
    says(refusal, "Frozen", account=feiqian.tier1.account)
    feiqian.operator.unfreeze(feiqian.tier1, "order 8")
    assert feiqian.registered() == 1


def test_after_maturity_nothing_is_sold(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(FACE, days=30)
    feiqian.tier1.ask_for_quotes(claim, FACE, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, FACE, price=FACE - 1, validSeconds=366 * 86_400)
    feiqian.operator.travel(days=31)
    accept = lambda: feiqian.tier1.accept(quote["result"]["quoteId"])  # noqa: E731
    says(refusal_of(feiqian, accept), "AfterCutOff", receivableId=claim)
    says(refusal_of(feiqian, lambda: feiqian.tier1.endorse(note, feiqian.tier2, 1)), "AfterCutOff")


def test_a_quote_is_good_until_it_ends_is_taken_back_or_is_used(feiqian: Network) -> None:
    claim, _ = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, 100, [feiqian.bank_a])
    ids = [
        feiqian.bank_a.quote(claim, feiqian.tier1, 100, price=90 + n, validSeconds=60)["result"]["quoteId"]
        for n in range(3)
    ]
    feiqian.tier1.accept(ids[2])
    feiqian.bank_a.cancel_quote(ids[1])
    for spent in ids[1:]:
        says(refusal_of(feiqian, lambda spent=spent: feiqian.tier1.accept(spent)), "NonceAlreadyUsed")  # type: ignore[misc]
    says(refusal_of(feiqian, lambda: feiqian.bank_a.cancel_quote(ids[1])), "NonceAlreadyUsed")
    assert [(quote["id"], quote["state"]) for quote in feiqian.tier1.quotes()] == [
        (ids[0], "open"), (ids[2], "used"), (ids[1], "used"),
    ]  # fmt: skip
    feiqian.operator.travel(seconds=61)
    says(refusal_of(feiqian, lambda: feiqian.tier1.accept(ids[0])), "SignatureExpired")
    feiqian.registered()
    assert {quote["state"] for quote in feiqian.tier1.quotes()} == {"used", "expired"}


def test_best_is_what_pays_most_for_each_fen(feiqian: Network) -> None:
    claim, _ = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, 100, [feiqian.bank_a, feiqian.bank_b])
    feiqian.bank_a.quote(claim, feiqian.tier1, 10_000, price=9_000)
    feiqian.bank_b.quote(claim, feiqian.tier1, 100, price=95)
    assert [quote["priceFen"] for quote in feiqian.tier1.quotes(claim)] == ["95", "9000"]


def test_only_who_was_asked_quotes_and_within_the_claim(feiqian: Network) -> None:
    claim, _ = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, FACE, [feiqian.bank_a])
    quote = feiqian.bank_a.quote

    def fails(status: int, field: str | None, **more: Any) -> None:
        body = {"receivable_id": claim, "seller": feiqian.tier1, "value": FACE, "price": 1} | more
        refusal = refusal_of(feiqian, lambda: quote(**body))
        assert (refusal.status, refusal.field) == (status, field)

    fails(403, None, seller=feiqian.tier2)
    fails(422, "valueFen", value=FACE + 1)
    fails(422, "priceFen", rate_bps=5)
    fails(422, "priceFen", price=None)
    fails(422, "rateBps", price=None, rate_bps=100_000, value=1)
    fails(404, "receivableId", receivable_id=4711)
    assert quote(claim, feiqian.tier1, FACE, rate_bps=0)["result"]["priceFen"] == str(FACE)


def test_whom_one_may_ask(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(FACE)

    def fails(status: int, field: str | None, value: int = FACE, **more: Any) -> None:
        banks = more.get("financiers", [feiqian.bank_a])
        who = more.get("who", feiqian.tier1)
        refusal = refusal_of(feiqian, lambda: who.ask_for_quotes(more.get("claim", claim), value, banks))
        assert (refusal.status, refusal.field) == (status, field)

    fails(422, "financiers.1", financiers=[feiqian.bank_a, feiqian.tier2])
    fails(422, "financiers.0", financiers=["0x" + "12" * 20])
    fails(422, "valueFen", FACE + 1)
    fails(403, None, who=feiqian.car_maker)
    fails(404, "receivableId", claim=4711)
    feiqian.tier1.assign(note, feiqian.bank_a)
    fails(422, "financiers.0", who=feiqian.bank_a, financiers=[feiqian.bank_a])
    feiqian.car_maker.repay(claim, FACE)
    fails(409, None, who=feiqian.bank_a, financiers=[feiqian.bank_b])


def test_who_holds_nothing_any_more_cannot_accept(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, FACE, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, FACE, price=1)["result"]["quoteId"]
    feiqian.tier1.endorse(note, feiqian.tier2, FACE)
    refusal = refusal_of(feiqian, lambda: feiqian.tier1.accept(quote))
    assert (refusal.status, refusal.type) == (409, "conflict")
    says(refusal_of(feiqian, lambda: feiqian.tier1.accept(quote, note)), "InsufficientValue", needed=FACE)


def test_a_claim_is_sold_only_with_its_confirmation(feiqian: Network) -> None:
    claim = feiqian.registered(amount=FACE)
    feiqian.tier1.ask_for_quotes(claim, FACE, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, FACE, price=FACE - 1)["result"]["quoteId"]
    assert refusal_of(feiqian, lambda: feiqian.tier1.accept(quote)).type == "conflict"
    feiqian.car_maker.confirm(claim, FACE - 10, carry=False)
    says(refusal_of(feiqian, lambda: feiqian.tier1.accept(quote)), "InsufficientValue", value=FACE - 10)
    feiqian.car_maker.confirm(claim, FACE, carry=False)  # the latest counts, though both came in one second
    assert feiqian.tier1.accept(quote)["state"] == "succeeded"


def test_which_invoices_become_receivables(feiqian: Network) -> None:
    day = {"issued": "2026-01-01", "due": "2026-06-01"}
    ours = {"seller": IDENTIFIERS["tier1"], "buyer": IDENTIFIERS["car_maker"], "currency": "CNY", "amount": FACE}
    plain = feiqian.invoice()
    due = plain[plain.index(b"<cbc:DueDate>") : plain.index(b"</cbc:DueDate>") + len(b"</cbc:DueDate>")]
    cases: list[tuple[bytes, int | None, int, str | None]] = [
        (make_invoice(number="1", **day, **{**ours, "seller": IDENTIFIERS["tier2"]}), None, 403, None),
        (make_invoice(number="1", **day, **{**ours, "buyer": "91310000MA1NOBODY1"}), None, 422, "invoice.buyer"),
        (plain.replace(b">380<", b">381<"), None, 422, "invoice"),
        (plain, feiqian.operator.now() + 86_400, 422, "maturityAt"),
        (plain.replace(due, b""), None, 422, "maturityAt"),
        (b"no invoice", None, 422, "invoice"),
    ]
    for document, maturity, status, field in cases:
        refusal = refusal_of(feiqian, lambda d=document, m=maturity: feiqian.tier1.hand_over(d, maturity_at=m))  # type: ignore[misc]
        assert (refusal.status, refusal.field) == (status, field), refusal
    dueless = plain.replace(due, b"")
    claim = feiqian.tier1.hand_over(dueless, maturity_at=feiqian.operator.now() + 40 * 86_400)["result"]
    assert int(feiqian.tier1.receivable(int(claim["receivableId"]))["maturityAt"]) > feiqian.operator.now()


def test_an_obligor_confirms_no_more_than_the_face_value(feiqian: Network) -> None:
    claim = feiqian.registered(amount=FACE)
    refusal = refusal_of(feiqian, lambda: feiqian.car_maker.confirm(claim, FACE + 1))
    assert (refusal.status, refusal.field) == (422, "amountFen")


def test_an_obligor_confirms_its_own_debts_alone(feiqian: Network) -> None:
    """Who holds a note of a claim sees it, and is no obligor of it."""
    claim, root = feiqian.confirmed(FACE)
    other = feiqian.operator.register("Lake Motors", "91310000MA7LAKE002", ["obligor"], limits={"CNY": LIMIT_FEN})
    feiqian.tier1.endorse(root, other, 5)
    assert other.receivable(claim)["id"] == claim
    for act in (lambda: other.confirm(claim, 1), lambda: other.reject(claim, "not ours")):
        refusal = refusal_of(feiqian, act)
        assert refusal.status == 403 and f"you are not the obligor of receivable {claim}" in str(refusal)


def test_a_claim_that_was_registered_past_this_desk_is_held_against_its_invoice(feiqian: Network) -> None:
    """Rule R8: what stands on the chain may claim anything of any invoice; the invoice itself tells."""
    system, day = feiqian.world.system, 86_400
    honest = feiqian.registered(amount=FACE)
    facts = feiqian.tier1.receivable(honest)
    feiqian.tier1.withdraw(honest)
    other_obligor = feiqian.operator.register("Other", "91310000MA1OTHER01", ["obligor"], limits={"CNY": LIMIT_FEN})
    true: dict[str, Any] = {
        "obligor": feiqian.car_maker, "currency": 156, "face": FACE, "maturity": facts["maturityAt"],
        "document": facts["documentHash"], "fingerprint": facts["fingerprint"], "by": feiqian.tier1,
    }  # fmt: skip

    def registered(**lies: Any) -> int:
        claim = true | lies
        call = system.contracts.call_data(
            "Receivables", "register", claim["obligor"].account, claim["currency"], claim["face"], claim["maturity"],
            claim["document"], claim["fingerprint"],
        )  # fmt: skip
        account = claim["by"].account
        row = system.desk.outbox.send(Intent("test", account), account, call)
        events = claim["by"].finish(claim["by"].operation(row["id"]))["events"]
        return int(events[0]["args"]["receivableId"])

    for lies, complaint in [
        ({"document": "0x" + "11" * 32, "fingerprint": "0x" + "22" * 32}, "never handed over"),
        ({"fingerprint": "0x" + "33" * 32}, "another fingerprint"),
        ({"face": FACE + 1}, "another face value"),
        ({"currency": 978}, "another currency"),
        ({"maturity": true["maturity"] + day}, "another maturity"),
        ({"by": feiqian.tier2}, "another supplier"),
        ({"obligor": other_obligor}, "another obligor"),
    ]:
        lie = registered(**lies)
        obligor = lies.get("obligor", feiqian.car_maker)
        refusal = refusal_of(feiqian, lambda lie=lie, obligor=obligor: obligor.confirm(lie, FACE))  # type: ignore[misc]
        assert (refusal.status, refusal.type) == (409, "conflict")
        assert complaint in refusal.problem["detail"]
        if "document" in lies:
            problem(Raw(feiqian).send("GET", f"/receivables/{lie}/document", token=feiqian.tier1.token), 404)
            assert feiqian.tier1.receivable(lie)["invoice"] is None
        lies.get("by", feiqian.tier1).withdraw(lie)
    assert feiqian.car_maker.confirm(registered(), FACE)["state"] == "succeeded"


def test_who_is_taken_in(feiqian: Network) -> None:
    register = feiqian.operator.register

    def fails(status: int, field: str, *args: Any, **more: Any) -> None:
        refusal = refusal_of(feiqian, lambda: register(*args, **more))
        assert (refusal.status, refusal.field) == (status, field), refusal

    fails(409, "identifier", "Again", IDENTIFIERS["tier1"].lower(), ["supplier"])
    fails(409, "account", "Again", "91310000MA1NEW0001", ["supplier"], account=feiqian.tier1.account)
    fails(422, "identifier", "Dashes", "--- ", ["supplier"])
    fails(422, "roles.0", "Nobody", "91310000MA1NEW0001", ["protocol"])
    fails(422, "roles.1", "Nobody", "91310000MA1NEW0001", ["supplier", "king"])
    fails(422, "confirmationLimits", "Supplier", "91310000MA1NEW0001", ["supplier"], limits={"CNY": 1})
    fails(422, "confirmationLimits.ABC", "Obligor", "91310000MA1NEW0001", ["obligor"], limits={"ABC": 1})
    fails(422, "confirmationLimits.CNY", "Obligor", "91310000MA1NEW0001", ["obligor"], limits={"CNY": 0})
    fails(422, "confirmationLimits.cny", "Obligor", "91310000MA1NEW0001", ["obligor"], limits={"cny": 1})
    past = {"name": "Past", "identifier": "91310000MA1NEW0001", "roles": ["supplier"], "kycValidUntil": 1}
    assert refusal_of(feiqian, lambda: feiqian.operator.act("/participants", past)).field == "kycValidUntil"
    limit = {"currency": "ABC", "limitFen": "1"}
    path = f"/participants/{feiqian.car_maker.account}/confirmation-limits"
    assert refusal_of(feiqian, lambda: feiqian.operator.act(path, limit)).field == "currency"
    says(
        refusal_of(
            feiqian,
            lambda: feiqian.operator.act(
                f"/participants/{feiqian.tier1.account}/confirmation-limits", {"currency": "CNY", "limitFen": "1"}
            ),
        ),
        "RoleMissing", account=feiqian.tier1.account,
    )  # fmt: skip


def test_cash_goes_to_participants_in_currencies_that_there_are(feiqian: Network) -> None:
    refusal = refusal_of(feiqian, lambda: feiqian.operator.issue_cash("0x" + "12" * 20, 1))
    assert (refusal.status, refusal.field) == (422, "to")
    for act in (lambda: feiqian.operator.issue_cash(feiqian.tier1, 1, "HKD"),
                lambda: feiqian.operator.attest_reserve(1, "s", "HKD"),
                lambda: feiqian.bank_a.redeem_cash(1, "p", "HKD")):  # fmt: skip
        assert refusal_of(feiqian, act).field == "currency"


def test_notes_go_to_participants(feiqian: Network) -> None:
    _, note = feiqian.confirmed(FACE)
    for act in (lambda: feiqian.tier1.endorse(note, "0x" + "12" * 20, 1),
                lambda: feiqian.tier1.assign(note, "0x" + "12" * 20)):  # fmt: skip
        refusal = refusal_of(feiqian, act)
        assert (refusal.status, refusal.field) == (422, "to")


def test_what_is_accepted_and_then_fails_says_why(feiqian: Network) -> None:
    """While the signer has work under way nothing is refused early: the operation then fails with the reason."""
    claim, _ = feiqian.confirmed(FACE)
    feiqian.world.system.engine.stop()
    try:
        first = feiqian.car_maker.act(f"/receivables/{claim}/repayments", {"amountFen": str(FACE)}, wait=0)
        second = feiqian.car_maker.act(f"/receivables/{claim}/repayments", {"amountFen": str(FACE)}, wait=0)
        assert [first["state"], second["state"]] == ["pending", "pending"]
    finally:
        feiqian.world.system.engine.start()
    assert feiqian.car_maker.finish(first)["state"] == "succeeded"
    with pytest.raises(OperationFailed) as failure:
        feiqian.car_maker.finish(second)
    assert failure.value.error == "WrongStatus"
    assert failure.value.arguments == {"receivableId": str(claim), "status": "6"}
    assert f"receivable {claim} is repaid" in str(failure.value)
    operation = feiqian.car_maker.operation(second["id"])
    assert operation["state"] == "failed" == operation["history"][-1]["state"]
    assert operation["history"][0]["state"] == "pending"
    answer = Raw(feiqian).send("GET", f"/operations/{second['id']}", token=feiqian.car_maker.token, language="zh")
    assert answer.body["error"]["detail"] == f"应收账款 {claim} 已还款"
    assert is_chinese(answer.body["error"]["detail"])
