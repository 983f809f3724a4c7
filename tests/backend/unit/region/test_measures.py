"""The measures of a region of two obligors and three claims, small enough to do by hand in fractions (rules B71, B72)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from backend.config import DAY
from backend.region import assumptions as a
from backend.region import pictures
from backend.region.facts import Facts, take_events
from backend.region.measures import Funds, Measures, Waits, measure, percentiles

BIG, SMALL = "0xb1", "0x52"
TIER_1, TIER_2, BANK, RESERVE = "0x11", "0x22", "0xba", "0x5e"
T0 = 1_800_000_000


def claim(number: int, obligor: str, confirmed: int, **more: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "supplier": TIER_1,
        "obligor": obligor,
        "faceValueFen": str(confirmed),
        "confirmedFen": str(confirmed),
        "reducedFen": "0",
        "repaidFen": str(confirmed),
        "status": "repaid",
        "registeredAt": T0,
        "maturityAt": T0 + 90 * DAY,
        "graceEndsAt": T0 + 93 * DAY,
    }
    return row | more


def note(number: int, receivable: int, holder: str, value: int) -> dict[str, Any]:
    return {"id": number, "receivableId": receivable, "holder": holder, "valueFen": str(value)}


def request(receivable: int, seller: str, value: int, at: int) -> dict[str, Any]:
    return {"receivableId": receivable, "seller": seller, "valueFen": str(value), "askedAt": at}


def event(name: str, tx: str, at: int = T0, **args: Any) -> dict[str, Any]:
    return {"name": name, "tx": tx, "at": at, "args": args}


def settled(tx: str, receivable: int, seller: str, value: int, price: int, levy: int, at: int) -> dict[str, Any]:
    return event("Settled", tx, at, assetKey=receivable, seller=seller, value=value, price=price, levy=levy)


def loan(borrower: str, drawn: int, **more: Any) -> dict[str, Any]:
    terms = {"startedAt": T0, "maturityAt": T0 + 45 * DAY, "rateBps": 650, "sales": [], "acts": []}
    return {"borrower": borrower, "drawnFen": str(drawn), **terms, **more}


def by_hand() -> Measures:
    facts = Facts({TIER_1: 1, TIER_2: 2}, {BIG: "Big", SMALL: "Small", RESERVE: "Reserve", BANK: "Bank"})
    facts.receivables = [
        claim(1, BIG, 600_000),
        claim(2, BIG, 150_000, reducedFen="10000", repaidFen="140000"),
        claim(3, SMALL, 250_000, repaidFen="100000", status="confirmed"),  # in default: 150,000 are not paid
    ]
    facts.notes = [
        note(1, 1, TIER_1, 0),
        note(2, 3, TIER_1, 40_000),
        note(3, 3, TIER_2, 30_000),
        note(4, 3, BANK, 20_000),
        note(5, 3, RESERVE, 60_000),
    ]
    facts.requests = [
        request(1, TIER_1, 200_000, T0 + 100),
        request(1, TIER_1, 200_000, T0 + 101),  # the second bank that was asked
        request(3, TIER_2, 100_000, T0 + 200),
    ]
    facts.quotes = 3
    facts.loans = [
        loan(TIER_1, 90_000),
        loan(TIER_2, 10_000, sales=[{}], acts=[{"act": "waived", "principal": "4000"}, {"act": "ended"}]),
    ]
    facts.now = T0 + 100 * DAY
    take_events(
        facts,
        [
            event("NoteEndorsed", "0xa", endorser=TIER_1, endorsee=TIER_2, value=130_000),
            event("NoteEndorsed", "0xb", endorser=TIER_1, endorsee=BANK, value=200_000),
            settled("0xb", 1, TIER_1, 200_000, 198_000, 990, T0 + 107),
            settled("0xc", 3, TIER_2, 100_000, 98_500, 493, T0 + 86_400 + 200),
            event("NoteBoughtBack", "0xd", amount=11_000),
            event("NoteCovered", "0xe", amount=60_000),
        ],
    )
    return measure(facts)


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def test_volume_and_concentration() -> None:
    found = by_hand()
    assert (found.claims, found.confirmed, found.repaid) == (3, 1_000_000, 840_000)
    assert (found.notes, found.endorsements, found.transactions) == (5, 1, 5)
    assert found.concentration.shares == [("Big", 7_500), ("Small", 2_500)]
    assert found.concentration.top(1) == 7_500
    assert found.concentration.hhi == 5_625 + 625


def test_cost_of_funds_is_all_that_was_paid_over_the_cash_that_was_got() -> None:
    found = by_hand()
    days_1, days_2 = 90, 89  # begun days from the sale to maturity
    cash_1, cash_2 = 198_000 - 990, 98_500 - 493
    tier_1 = found.funds[1]
    assert (tier_1.cash, tier_1.discount, tier_1.levy, tier_1.days) == (cash_1, 2_000, 990, cash_1 * days_1)
    assert tier_1.before_bps == a.ALONE_BPS[0]
    assert tier_1.after_bps == half_up(Fraction((2_000 + 990) * 360 * 10_000, cash_1 * days_1))
    assert tier_1.discount_bps == half_up(Fraction(2_000 * 360 * 10_000, cash_1 * days_1))
    whole = found.all_funds
    weights = Fraction(cash_1 * days_1 + cash_2 * days_2)
    assert whole.before_bps == half_up((cash_1 * days_1 * a.ALONE_BPS[0] + cash_2 * days_2 * a.ALONE_BPS[1]) / weights)
    paid = 2_000 + 990 + 1_500 + 493
    assert whole.after_bps == half_up(Fraction(paid * 360 * 10_000) / weights)
    alone = Fraction(cash_1 * days_1 * a.ALONE_BPS[0] + cash_2 * days_2 * a.ALONE_BPS[1], 360 * 10_000)
    assert whole.saved == half_up(alone) - paid
    assert whole.saved < 0, "a case in which the platform is dearer must be told as one"


def test_time_runs_from_the_first_request_to_the_sale() -> None:
    found = by_hand()
    assert found.to_cash == {1: Waits(1, 7, 7, 7), 2: Waits(1, 86_400, 86_400, 86_400)}
    assert found.from_invoice == Waits(2, 107, 86_600, 86_600)
    assert found.acts_to_cash == 350  # two requests, three quotes, two sales, over two sales: 3.50
    assert percentiles(range(1, 101)) == Waits(100, 50, 95, 100)
    assert percentiles([]) == Waits(0, 0, 0, 0)


def test_losses_are_what_obligors_in_default_owe_by_who_holds_it() -> None:
    losses = by_hand().losses
    assert losses.unpaid == 150_000
    assert losses.borne == {"tier 1": 40_000, "tier 2": 30_000, "banks": 20_000, "reserve": 60_000}
    assert sum(losses.borne.values()) == losses.unpaid
    assert losses.total == 154_000
    assert (losses.loans, losses.bought_back, losses.covered, losses.levies, losses.diluted) == (
        4_000, 11_000, 60_000, 1_483, 10_000,
    )  # fmt: skip


def test_a_claim_within_grace_is_no_loss() -> None:
    facts = Facts({TIER_1: 1}, {BIG: "Big"})
    facts.receivables = [claim(1, BIG, 100, repaidFen="0", status="confirmed")]
    facts.notes = [note(1, 1, TIER_1, 100)]
    facts.now = T0 + 93 * DAY
    assert measure(facts).losses.total == 0
    facts.now += 1
    assert measure(facts).losses.borne == {"tier 1": 100}


def test_flows_add_up_in_every_tier() -> None:
    flows = by_hand().flows
    assert (flows[1].received, flows[1].passed, flows[1].sold, flows[1].held) == (1_000_000, 130_000, 200_000, 670_000)
    assert (flows[2].received, flows[2].passed, flows[2].sold, flows[2].held) == (130_000, 0, 100_000, 30_000)


def test_loans_are_weighed_with_amount_and_days() -> None:
    lending = by_hand().lending
    assert (lending.loans, lending.drawn, lending.repaid) == (2, 100_000, 1)
    assert lending.before_bps == half_up(Fraction(90_000 * a.ALONE_BPS[0] + 10_000 * a.ALONE_BPS[1], 100_000))
    assert lending.after_bps == 650


def test_nothing_is_a_measure_of_nothing() -> None:
    found = measure(Facts({}))
    assert found.all_funds == Funds()
    assert (found.all_funds.before_bps, found.concentration.hhi, found.losses.total) == (0, 0, 0)


def test_figures_say_the_numbers_and_stay_within_their_frames() -> None:
    found = by_hand()
    cost = pictures.cost_of_funds(found.funds)
    assert f">{pictures.percent(found.funds[2].after_bps)}<" in cost
    assert ">HHI 6,250 / 10,000<" in pictures.concentration(found.concentration)
    assert ">0.00 (38.96 %)<" in pictures.losses(found.losses)  # 60,000 of 154,000: rounded down
    for drawn in (cost, pictures.flows(found.flows), pictures.to_cash(found.to_cash), pictures.losses(found.losses)):
        width = pictures.WIDTH
        assert f'viewBox="0 0 {width} ' in drawn
        xs = [int(piece.split('"')[0]) for piece in drawn.split(' x="')[1:]]
        assert all(0 <= x <= width for x in xs)
        assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
