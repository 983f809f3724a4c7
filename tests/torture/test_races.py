"""What two want and one can have (rules D1, D2, F2, W2, R2, R4, M1, X2, K3, K9, K11): whoever comes first has it, the other
is told why and changes nothing, and the books are those of one act. Each race is run until each side has won, with one
backend and with two. The seed is printed; SEED repeats it, ROUNDS makes it longer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from backend.chain.node import free_port
from backend.config import DAY
from backend.invoices.minimal import make_invoice
from backend.sdk import Party
from tests.torture.races import Race, Ring
from tests.torture.stage import Stage, new_dice, staged, twin

FACE = 100_000_00
LENT = 250_000_00
QUANTITY = "1000"
TERMS = {
    "rate_bps": 600, "penalty_bps": 900, "grace_days": 3, "advance_bps": 6_000, "call_bps": 7_000,
    "liquidation_bps": 8_500, "cure_seconds": 2 * DAY, "reserve_price": 200_00,
}  # fmt: skip
CONVENIENT, LOW = 500_00, 350_00
"""Prices of a barrel: at the first LENT is half of what 1,000 are worth, at the second above the call band."""


@dataclass
class Cast:
    ring: Ring
    parties: dict[str, Party]
    feed: str
    drawn: int = field(default=0)

    def __getitem__(self, name: str) -> Party:
        return self.parties[name]

    def number(self) -> str:
        self.drawn += 1
        return f"RACE-{self.drawn}"

    def cash(self, *names: str) -> list[int]:
        return [self.ring.operator.cash(self[name]) for name in names]

    def invoice(self, number: str) -> bytes:
        now = self.ring.operator.now()
        day = lambda at: time.strftime("%Y-%m-%d", time.gmtime(at))  # noqa: E731
        return make_invoice(
            amount=FACE, issued=day(now), due=day(now + 90 * DAY), number=number, currency="CNY",
            seller="SUPPLIER", buyer="MAKER",
        )  # fmt: skip

    def submitted(self) -> int:
        return int(self["supplier"].hand_over(self.invoice(self.number()))["result"]["receivableId"])

    def confirmed(self) -> tuple[int, int]:
        claim = self.submitted()
        return claim, int(self["maker"].confirm(claim, FACE)["result"]["noteId"])

    def quoted(self, claim: int, bank: str, price: int) -> str:
        return str(self[bank].quote(claim, self["supplier"], FACE, price=price)["result"]["quoteId"])

    def publish(self, price: int) -> None:
        self.ring.operator.travel(seconds=1)  # later than the last one
        self["oracle"].publish_price(self.feed, price, observed_at=self.ring.operator.now())

    def intake(self, depositor: str, lot: str) -> dict[str, Any]:
        until = self.ring.operator.now() + 365 * DAY
        return {
            "depositor": self[depositor], "commodity": "BRENT", "grade": "CRUDE", "unit": "BBL", "quantity": QUANTITY,
            "location": "Yangshan Port, Tank 7", "lot": lot, "inspection": "CCIC 1", "insurance": "PICC 1",
            "insured_until": until, "expires_at": until, "storage": 0,
        }  # fmt: skip

    def loan_quotes(self, *banks: str) -> tuple[int, list[str]]:
        """A receipt of the supplier, and what it is offered for it by each bank."""
        receipt = int(self["warehouse"].take_in(**self.intake("supplier", self.number()))["result"]["receiptId"])
        quotes = []
        for bank in banks:
            self["warehouse"].count(receipt, QUANTITY, self[bank])
            self["supplier"].ask_for_loan("receipt", receipt, LENT, [self[bank]])
            (request, *_) = self[bank].loan_requests()
            assert request["tokenId"] == receipt
            maturity = self.ring.operator.now() + 90 * DAY
            made = self[bank].quote_loan(request["id"], LENT, maturity_at=maturity, **TERMS)
            quotes.append(str(made["result"]["quoteId"]))
        return receipt, quotes


@pytest.fixture(scope="module", params=[1, 2], ids=["one backend", "two backends"])
def cast(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    home = tmp_path_factory.mktemp("races")
    with staged(home, levy_bps=0, receipt_seconds=5, rpc_timeout=10) as stage:
        ports = [int(str(stage.given["port"])), *(free_port() for _ in range(request.param - 1))]
        stage.run_well()
        for port in ports[1:]:
            stage.run_well(home=twin(home), port=port)
        yield _enter(stage, Ring(stage, new_dice(), ports))


def _enter(stage: Stage, ring: Ring) -> Cast:
    operator = stage.operator()
    roles = {
        "maker": "obligor", "supplier": "supplier", "other": "supplier", "north bank": "financier",
        "south bank": "financier", "warehouse": "custodian", "silo": "custodian", "oracle": "oracle",
    }  # fmt: skip
    parties = {}
    for_long = operator.now() + 100 * 365 * DAY  # each round of a race about recourse takes three months
    for name, role in roles.items():
        limits = {"CNY": 10**12} if role == "obligor" else {}
        parties[name] = operator.register(name, name.upper(), [role], limits=limits, kyc_valid_until=for_long)
        operator.issue_cash(parties[name], 10**10)
    cast = Cast(ring, parties, operator.assign_feed(parties["oracle"], "BRENT", "CRUDE", "BBL"))
    cast.publish(CONVENIENT)
    return cast


def test_two_banks_fill_one_request(cast: Cast) -> None:
    """Rule D2."""
    prices = {"north bank": FACE - 1_000, "south bank": FACE - 2_000}

    def race() -> Race:
        claim, note = cast.confirmed()
        cast["supplier"].ask_for_quotes(claim, FACE, [cast[bank] for bank in prices])
        quotes = [cast.quoted(claim, bank, price) for bank, price in prices.items()]
        sellers = [cast.ring.at(side, cast["supplier"]) for side in (0, 1)]
        before = cast.cash("supplier", *prices)

        def after(winner: str) -> None:
            paid = [prices[bank] if bank == winner else 0 for bank in prices]
            assert cast.cash("supplier", *prices) == [before[0] + sum(paid), before[1] - paid[0], before[2] - paid[1]]
            (live,) = [one for one in cast.ring.operator.notes(claim) if one["valueFen"] != "0"]
            assert (live["holder"], live["valueFen"]) == (cast[winner].account, str(FACE))

        acts = (lambda: sellers[0].accept(quotes[0], note), lambda: sellers[1].accept(quotes[1], note))
        return Race(("north bank", "south bank"), acts, after)

    cast.ring.run(race)


def test_one_quote_is_taken_twice(cast: Cast) -> None:
    """Rule S2."""

    def race() -> Race:
        claim, note = cast.confirmed()
        cast["supplier"].ask_for_quotes(claim, FACE, [cast["north bank"]])
        quote = cast.quoted(claim, "north bank", FACE - 500)
        sellers = [cast.ring.at(side, cast["supplier"]) for side in (0, 1)]
        before = cast.cash("supplier", "north bank")

        def after(_: str) -> None:
            assert cast.cash("supplier", "north bank") == [before[0] + FACE - 500, before[1] - FACE + 500]

        acts = (lambda: sellers[0].accept(quote, note), lambda: sellers[1].accept(quote, note))
        return Race(("one client", "another"), acts, after)

    cast.ring.run(race)


def test_one_invoice_is_registered_twice(cast: Cast) -> None:
    """Rules F2 and F3: written differently, it is the same."""

    def race() -> Race:
        number = cast.number()
        invoice = cast.invoice(number)
        spellings = (invoice, invoice.replace(f"<cbc:ID>{number}".encode(), f"<cbc:ID> {number.lower()} ".encode()))
        assert spellings[0] != spellings[1]
        suppliers = [cast.ring.at(side, cast["supplier"]) for side in (0, 1)]
        before = len(cast.ring.operator.receivables())

        def after(_: str) -> None:
            assert len(cast.ring.operator.receivables()) == before + 1

        acts = (lambda: suppliers[0].hand_over(spellings[0]), lambda: suppliers[1].hand_over(spellings[1]))
        return Race(("plain", "spelled otherwise"), acts, after)

    cast.ring.run(race)


def test_two_suppliers_have_one_lot_taken_in(cast: Cast) -> None:
    """Rule W2."""

    def race() -> Race:
        lot = cast.number()
        houses = [cast.ring.at(0, cast["warehouse"]), cast.ring.at(1, cast["silo"])]
        sides = ("supplier", "other")
        intakes = [cast.intake(depositor, lot) for depositor in sides]
        before = {one["id"] for one in cast.ring.operator.lots()}

        def after(winner: str) -> None:
            (found,) = [one for one in cast.ring.operator.lots() if one["id"] not in before]
            (receipt,) = cast.ring.operator.receipts(int(found["id"]))
            assert receipt["holder"] == cast[winner].account

        return Race(sides, (lambda: houses[0].take_in(**intakes[0]), lambda: houses[1].take_in(**intakes[1])), after)

    cast.ring.run(race)


def test_one_confirms_what_the_other_withdraws(cast: Cast) -> None:
    """Rules R2 and R4."""

    def race() -> Race:
        claim = cast.submitted()
        maker, supplier = cast.ring.at(0, cast["maker"]), cast.ring.at(1, cast["supplier"])

        def after(winner: str) -> None:
            status = cast.ring.operator.receivable(claim)["status"]
            assert (status, len(cast.ring.operator.notes(claim))) == (winner, 1 if winner == "confirmed" else 0)

        acts = (lambda: maker.confirm(claim, FACE), lambda: supplier.withdraw(claim))
        return Race(("confirmed", "withdrawn"), acts, after)

    cast.ring.run(race)


def test_a_holder_is_paid_once_by_repayment_or_by_recourse(cast: Cast) -> None:
    """Rules M1 and X2: recourse ends with the debt. The obligor pays in any case; who is paid for it is the question."""

    def race() -> Race:
        claim, note = cast.confirmed()
        child = int(cast["supplier"].endorse(note, cast["other"], FACE)["result"]["noteId"])
        graceful = int(cast.ring.operator.receivable(claim)["graceEndsAt"])
        cast.ring.operator.travel(seconds=graceful - cast.ring.operator.now() + 2)
        due = sum(cast.ring.operator.due(claim)[part] for part in ("penalty", "principal"))
        before = cast.cash("maker", "supplier", "other")
        maker, supplier = cast.ring.at(1, cast["maker"]), cast.ring.at(0, cast["supplier"])

        def after(winner: str) -> None:
            assert cast.ring.operator.receivable(claim)["status"] == "repaid"
            cast["other"].allot(claim)
            for each in cast.ring.operator.notes(claim):
                if each["valueFen"] != "0":
                    cast["other"].redeem(int(each["id"]))
            maker_paid, supplier_got, other_got = (
                now - then for now, then in zip(cast.cash("maker", "supplier", "other"), before, strict=True)
            )
            assert maker_paid == -due
            bought = winner == "recourse"
            assert (supplier_got, other_got) == ((due - FACE, FACE) if bought else (0, due))

        acts = (lambda: supplier.buy_back(child), lambda: maker.repay(claim, due))
        return Race(("recourse", "repayment"), acts, after, second_always_may=True)

    cast.ring.run(race)


def test_goods_are_pledged_to_one_of_two_lenders(cast: Cast) -> None:
    """Rule K3."""
    banks = ("north bank", "south bank")

    def race() -> Race:
        cast.publish(CONVENIENT)
        receipt, quotes = cast.loan_quotes(*banks)
        borrowers = [cast.ring.at(side, cast["supplier"]) for side in (0, 1)]
        before = cast.cash("supplier", *banks)

        def after(winner: str) -> None:
            lent = [LENT if bank == winner else 0 for bank in banks]
            assert cast.cash("supplier", *banks) == [before[0] + LENT, before[1] - lent[0], before[2] - lent[1]]
            assert cast["supplier"].receipt(receipt)["holder"] == cast.ring.stage.contracts.address("Collateral")

        acts = (lambda: borrowers[0].take_loan(quotes[0], LENT), lambda: borrowers[1].take_loan(quotes[1], LENT))
        return Race(banks, acts, after)

    cast.ring.run(race)


def test_goods_are_released_before_the_margin_call_or_not(cast: Cast) -> None:
    """Rules K9 and K11. The price falls and margin is called in any case; the goods go out only before that."""

    def race() -> Race:
        cast.publish(CONVENIENT)
        receipt, (quote,) = cast.loan_quotes("north bank")
        loan = int(cast["supplier"].take_loan(quote, LENT)["result"]["loanId"])
        cast.ring.operator.travel(seconds=1)
        seen_at = cast.ring.operator.now()
        borrower, oracle = cast.ring.at(0, cast["supplier"]), cast.ring.at(1, cast["oracle"])
        bank = cast.ring.at(1, cast["north bank"])

        def call() -> Any:
            oracle.publish_price(cast.feed, LOW, observed_at=seen_at)
            return bank.call_margin(loan)

        def after(winner: str) -> None:
            shown = cast["supplier"].loan(loan)
            held = {"release": "840.000", "call": "1000.000"}[winner]
            assert shown["callBy"] > 0
            assert cast["supplier"].receipt(receipt)["quantity"] == held

        return Race(("release", "call"), (lambda: borrower.release(loan, receipt, "160"), call), after, True)

    cast.ring.run(race)
