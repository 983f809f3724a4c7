"""A dispute: a part is locked wherever its notes went, the rest stays good; both sides agree; the supplier bears it."""

from __future__ import annotations

from backend.demo.acts import claim_of, day_of_maturity, endorse, sell_at_best, wait_for_maturity
from backend.demo.stage import Stage
from backend.money import format_amount

TITLE = "a dispute, a credit note and a late payer"

DISPUTED = 250_000_00
UPHELD = 100_000_00


def play(stage: Stage) -> None:
    """The story itself."""
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    claim, root, _ = claim_of(stage)
    child = endorse(stage, tier1, root, tier2, 300_000_00, name="Tier 1 pays tier 2 with a part of the note")
    sell_at_best(stage, tier1, root, claim, 500_000_00)
    sold = next(note for note in stage.operator.notes(claim) if int(note["valueFen"]) == 500_000_00)
    stage.play(
        "Tier 1 tells the car maker that the claim was assigned",
        tier1.name,
        lambda: tier1.give_notice(int(sold["id"])),
    )
    stage.refuse(
        "The car maker tries to pay tier 1 past the holders",
        car_maker.name,
        lambda: car_maker.pay_assignor(claim, 100_000_00),
    )
    stage.play(
        f"The car maker disputes {format_amount(DISPUTED)}: a batch of cells is faulty",
        car_maker.name,
        lambda: car_maker.dispute(claim, DISPUTED, "one pallet of cells does not hold its charge 一托电芯容量不足"),
    )
    stage.refuse(
        "Tier 2 tries to pass on what is locked in its note",
        tier2.name,
        lambda: tier2.endorse(child, tier1, 300_000_00),
    )
    proposed = stage.play(
        f"Tier 1 signs: {format_amount(UPHELD)} is not owed, the rest is",
        tier1.name,
        lambda: tier1.propose(claim, UPHELD),
    )
    stage.play(
        "The car maker signs the same; tier 1's own note absorbs it",
        car_maker.name,
        lambda: car_maker.agree(str(proposed["resolutionId"])),
    )

    wait_for_maturity(stage, claim)
    due = stage.operator.due(claim)["principal"]
    half = due // 2
    stage.play(
        f"The car maker pays a part: {format_amount(half)} of {format_amount(due)}",
        car_maker.name,
        lambda: car_maker.repay(claim, half),
    )
    day = day_of_maturity(stage, claim)
    stage.settle_day("Every holder gets its share, to the fen", day)
    stage.travel(10)
    due_late = stage.operator.due(claim)
    stage.play(
        f"Days after grace the car maker pays the rest with a penalty of {format_amount(due_late['penalty'])}",
        car_maker.name,
        lambda: car_maker.repay(claim, due_late["principal"] + due_late["penalty"]),
    )
    stage.settle_day("Every holder gets the rest and its share of the penalty", day)
