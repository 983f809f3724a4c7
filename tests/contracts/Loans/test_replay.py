"""The replay of loans on oil (docs/brent-replay.md) against the contracts themselves: the same acts at the same seconds
come to the same figures, to the fen."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest

from backend.loan_arithmetic import Split, Trigger
from backend.replay import Bid, Call, Close, Originate, Publish, Sale, acts_of, brent
from tests.contracts.world import CNY, DAY, FAR, TOO_MUCH_TO_TRACE, at, clause, now

pytestmark = TOO_MUCH_TO_TRACE

CAUSES = {Trigger.CALL: 1, Trigger.LIQUIDATION: 2, Trigger.MATURITY: 3}
DATES = 204
ADVANCES = (6_000, 7_500, 9_000)
MARGIN = 200
"""Prices after the last start, so that every sale finds one."""


def sampled(part: int) -> list[int]:
    """Every so many starts of the file, and the days of 2020 on which the most was lost."""
    series = brent()
    starts = len(series.days) - MARGIN
    even = [index * starts // DATES for index in range(DATES)]
    worst = [index for index, day in enumerate(series.days[:starts]) if day.isoformat()[:7] == "2020-04"]
    return [*even, *worst[:6]][part :: len(ADVANCES)]


@pytest.mark.parametrize(("part", "advance"), enumerate(ADVANCES))
def test_every_figure_is_the_replays(world, part, advance):
    """K4 to K6, K9, K13 to K15, O3."""
    world.change_limits(priceAgeHours=96)
    for party in (world.bank, world.fund):
        world.give(party, 10**12, world.loans, world.enforcement)
    sold = called = lost = 0
    days = brent().days
    for start in sampled(part):
        acts = needed(acts_of(days[start], advance))
        shift = now() + 2 * DAY - acts[0].at
        played = Played(world, shift)
        for act in acts:
            played.play(act)
        sold += 1
        called += any(isinstance(act, Call) for act in acts)
        lost += acts[-1].remains.total > 0
    assert sold >= DATES // len(ADVANCES)
    assert called > sold // 4, "the sample says something about calls"
    assert lost > 0 or advance == min(ADVANCES)


def needed(acts: tuple[Any, ...]) -> list[Any]:
    """Of the prices only those that an act is judged at: the last before it."""
    return [
        act
        for act, following in zip(acts, [*acts[1:], None], strict=True)
        if not (isinstance(act, Publish) and isinstance(following, Publish))
    ]


class Played:
    """One loan on the chain, `shift` seconds later than the replay has it."""

    def __init__(self, world: Any, shift: int) -> None:
        self.world, self.shift = world, shift
        quantity = 1_000_000
        self.lot, self.receipt = world.receipt(
            quantity=quantity, milliPerUnitDay=0, insuredUntil=FAR, expiresAt=FAR, unit=clause("TNE")
        )
        self.quantity = quantity
        self.loan = 0

    def play(self, act: Any) -> None:
        moment = act.at + self.shift
        getattr(self, f"on_{type(act).__name__.lower()}")(act, moment)

    def on_publish(self, act: Publish, moment: int) -> None:
        with at(moment):
            self.world.publish(act.price, observedAt=moment, deadline=FAR)

    def on_originate(self, act: Originate, moment: int) -> None:
        terms, world = act.terms, self.world
        quote = world.goods_quote(
            self.lot, value=self.quantity, limit=terms.limit, rateBps=terms.rate_bps, penaltyBps=terms.penalty_bps,
            maturityAt=terms.maturity_at + self.shift, graceDays=terms.grace_days, advanceBps=terms.advance_bps,
            callBps=terms.call_bps, liquidationBps=terms.liquidation_bps, cureSeconds=terms.cure_seconds,
            reservePrice=terms.reserve, order=int(terms.order), currency=CNY, deadline=FAR,
        )  # fmt: skip
        count = world.count(self.receipt, quantity=self.quantity, countedAt=moment, deadline=FAR)
        with at(moment):
            tx = world.loans.originate(*quote, self.receipt, *count, act.drawn, {"from": world.supplier})
        self.loan = int(tx.events["LoanOriginated"]["loanId"])
        assert tx.events["LoanDrawn"]["principal"] == act.drawn

    def on_call(self, act: Call, moment: int) -> None:
        with at(moment):
            event = self.world.loans.callMargin(self.loan, {"from": self.world.stranger}).events["MarginCalled"]
        assert dict(event) == {
            "loanId": self.loan, "ltvBps": act.ltv_bps, "price": act.price, "callBy": act.call_by + self.shift,
        }  # fmt: skip

    def on_sale(self, act: Sale, moment: int) -> None:
        with at(moment):
            tx = self.world.enforcement.openSale(self.loan, act.ends_at - act.at, {"from": self.world.bank})
        told = tx.events["LoanDefaulted"]
        assert (told["cause"], told["debt"], told["ltvBps"]) == (CAUSES[act.trigger], act.owed.total, act.ltv_bps)

    def on_bid(self, act: Bid, moment: int) -> None:
        signed = self.world.bid_of(self.loan, act.amount, deadline=FAR)
        with at(moment):
            self.world.enforcement.bid(*signed, {"from": self.world.stranger})

    def on_close(self, act: Close, moment: int) -> None:
        with at(moment):
            sold = self.world.enforcement.closeSale(self.loan, {"from": self.world.stranger}).events["CollateralSold"]
        assert Split(*sold["split"]) == act.waterfall.lender, astuple(act.waterfall.lender)
        figures = (sold["amount"], sold["storagePaid"], sold["toBorrower"], sold["shortfall"])
        assert figures == (act.proceeds, act.waterfall.storage, act.waterfall.borrower, act.remains.total)
