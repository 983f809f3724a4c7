"""From confirmation to repayment: the car maker confirms, the note travels, banks compete, everyone is paid."""

from __future__ import annotations

from backend.demo.acts import claim_of, endorse, redeem, sell_at_best, wait_for_maturity
from backend.demo.stage import Stage
from backend.money import format_amount

TITLE = "from confirmation to repayment"


def play(stage: Stage) -> None:
    """The story itself."""
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    claim, root, confirmed = claim_of(stage, part_percent=95)
    part = confirmed * 40 // 100
    child = endorse(stage, tier1, root, tier2, part, name="Tier 1 pays tier 2 with a part of the note")
    for seller, note, value in ((tier1, root, confirmed - part), (tier2, child, part)):
        sell_at_best(stage, seller, note, claim, value)

    wait_for_maturity(stage, claim)
    stage.play(
        f"The car maker repays {format_amount(confirmed)}",
        car_maker.name,
        lambda: car_maker.repay(claim, confirmed),
    )
    for held in stage.operator.notes(claim):
        if int(held["valueFen"]):
            redeem(stage, held)
