"""From confirmation to repayment: the car maker confirms, the note travels, banks compete, everyone is paid."""

from __future__ import annotations

from backend.demo import why
from backend.demo.acts import claim_of, endorse, redeem, sell_at_best, wait_for_maturity
from backend.demo.stage import Stage
from backend.errors import both
from backend.money import format_amount

TITLE = both("from confirmation to repayment", "从确权到还款")


def play(stage: Stage) -> None:
    """The story itself."""
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    claim, root, confirmed = claim_of(stage, part_percent=95)
    part = confirmed * 40 // 100
    paid = both("Tier 1 pays tier 2 with a part of the note", "一级供应商以部分凭证支付二级供应商")
    child = endorse(stage, tier1, root, tier2, part, name=paid)
    for seller, note, value in ((tier1, root, confirmed - part), (tier2, child, part)):
        sell_at_best(stage, seller, note, claim, value)

    wait_for_maturity(stage, claim)
    stage.play(
        both("The car maker repays {amount}", "车企还款 {amount}", amount=format_amount(confirmed)),
        car_maker.name,
        lambda: car_maker.repay(claim, confirmed),
        why.REPAY,
    )
    for held in stage.operator.notes(claim):
        if int(held["valueFen"]):
            redeem(stage, held)
