"""A default: the car maker pays a third; recourse, the reserve, a write-off, and money that comes after all."""

from __future__ import annotations

from backend.demo.acts import claim_of, day_of_maturity, endorse, sell_at_best, wait_for_maturity
from backend.demo.stage import Stage
from backend.money import format_amount
from backend.sdk import Party

TITLE = "a default, recourse and the reserve"

GRACE_DAYS = 5


def play(stage: Stage) -> None:
    """The story itself."""
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    claim, root, confirmed = claim_of(stage)
    child = endorse(stage, tier1, root, tier2, 450_000_00, name="Tier 1 pays tier 2 with a part, with recourse")
    sell_at_best(stage, tier2, child, claim, 350_000_00, with_recourse=True)
    sell_at_best(stage, tier1, root, claim, confirmed - 450_000_00)

    wait_for_maturity(stage, claim)
    third = confirmed // 3
    stage.play(
        f"The car maker pays a third: {format_amount(third)}", car_maker.name, lambda: car_maker.repay(claim, third)
    )
    day = day_of_maturity(stage, claim)
    stage.settle_day("The shortfall is shared pro rata, to the fen", day)

    stage.travel(GRACE_DAYS)
    bank = holder_of(stage, with_recourse_from(stage, claim, tier2))
    note = with_recourse_from(stage, claim, tier2)
    stage.play("The bank goes back on tier 2", bank.name, lambda: bank.claim_recourse(note))
    stage.play("Tier 2 pays and takes its place", tier2.name, lambda: tier2.buy_back(note))
    back = with_recourse_from(stage, claim, tier1)
    stage.play("Tier 2 goes back on tier 1", tier2.name, lambda: tier2.claim_recourse(back))
    stage.play("Tier 1 pays; the walk ends at the supplier", tier1.name, lambda: tier1.buy_back(back))
    loser = holder_of(stage, root)
    stage.refuse("The bank that bought without recourse finds nobody", loser.name, lambda: loser.claim_recourse(root))
    stage.play("The reserve pays it what it has and takes its place for that", loser.name, lambda: loser.cover(root))
    stage.play("It writes the rest off", loser.name, lambda: loser.write_off(root))

    stage.travel(60)
    due = stage.operator.due(claim)
    stage.play(
        f"Two months later the car maker pays all after all, with a penalty of {format_amount(due['penalty'])}",
        car_maker.name,
        lambda: car_maker.repay(claim, due["principal"] + due["penalty"]),
    )
    stage.settle_day("Whoever holds the right now is paid, the reserve among them", day)


def with_recourse_from(stage: Stage, claim: int, endorser: Party) -> int:
    """The note with value that `endorser` endorsed with recourse."""
    notes = stage.operator.notes(claim)
    found = next(
        note
        for note in notes
        if note["withRecourse"] and note["endorser"] == endorser.account and int(note["valueFen"])
    )
    return int(found["id"])


def holder_of(stage: Stage, note: int) -> Party:
    """Who holds a note now."""
    account = stage.operator.lineage(note)["note"]["holder"]
    return next(party for party in stage.parties.values() if party.account == account)
