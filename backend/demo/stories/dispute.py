"""A dispute: a part is locked wherever its notes went, the rest stays good; both sides agree; the supplier bears it."""

from __future__ import annotations

from backend.demo import why
from backend.demo.acts import claim_of, day_of_maturity, endorse, sell_at_best, wait_for_maturity
from backend.demo.stage import Stage
from backend.errors import both
from backend.money import format_amount

TITLE = both("a dispute, a credit note and a late payer", "争议、贷项与逾期付款")

DISPUTED = 250_000_00
UPHELD = 100_000_00


def play(stage: Stage) -> None:
    """The story itself."""
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    claim, root, _ = claim_of(stage)
    paid = both("Tier 1 pays tier 2 with a part of the note", "一级供应商以部分凭证支付二级供应商")
    child = endorse(stage, tier1, root, tier2, 300_000_00, name=paid)
    sell_at_best(stage, tier1, root, claim, 500_000_00)
    sold = next(note for note in stage.operator.notes(claim) if int(note["valueFen"]) == 500_000_00)
    stage.play(
        both("Tier 1 tells the car maker that the claim was assigned", "一级供应商向车企发出债权转让通知"),
        tier1.name,
        lambda: tier1.give_notice(int(sold["id"])),
        why.NOTICE,
    )
    stage.refuse(
        both("The car maker tries to pay tier 1 past the holders", "车企试图绕过持有人直接付款给一级供应商"),
        car_maker.name,
        lambda: car_maker.pay_assignor(claim, 100_000_00),
        why.PAST_HOLDERS,
    )
    stage.play(
        both(
            "The car maker disputes {amount}: a batch of cells is faulty",
            "车企就 {amount} 提出争议:一批电芯不合格",
            amount=format_amount(DISPUTED),
        ),
        car_maker.name,
        lambda: car_maker.dispute(claim, DISPUTED, "one pallet of cells does not hold its charge 一托电芯容量不足"),
        why.DISPUTE,
    )
    stage.refuse(
        both("Tier 2 tries to pass on what is locked in its note", "二级供应商试图转出凭证中被锁定的金额"),
        tier2.name,
        lambda: tier2.endorse(child, tier1, 300_000_00),
        why.LOCKED,
    )
    proposed = stage.play(
        both(
            "Tier 1 signs: {amount} is not owed, the rest is",
            "一级供应商签署:{amount} 无需支付,其余照付",
            amount=format_amount(UPHELD),
        ),
        tier1.name,
        lambda: tier1.propose(claim, UPHELD),
        why.PROPOSE,
    )
    stage.play(
        both(
            "The car maker signs the same; tier 1's own note absorbs it", "车企签署相同内容;由一级供应商自己的凭证吸收"
        ),
        car_maker.name,
        lambda: car_maker.agree(str(proposed["resolutionId"])),
        why.AGREE,
    )

    wait_for_maturity(stage, claim)
    due = stage.operator.due(claim)["principal"]
    half = due // 2
    stage.play(
        both(
            "The car maker pays a part: {half} of {due}",
            "车企支付一部分:{half},应付 {due}",
            half=format_amount(half),
            due=format_amount(due),
        ),
        car_maker.name,
        lambda: car_maker.repay(claim, half),
        why.PART,
    )
    day = day_of_maturity(stage, claim)
    stage.settle_day(both("Every holder gets its share, to the fen", "每位持有人按份额获付,精确到分"), day, why.SETTLE)
    stage.travel(10)
    due_late = stage.operator.due(claim)
    stage.play(
        both(
            "Days after grace the car maker pays the rest with a penalty of {penalty}",
            "宽限期后数日,车企付清余款及违约金 {penalty}",
            penalty=format_amount(due_late["penalty"]),
        ),
        car_maker.name,
        lambda: car_maker.repay(claim, due_late["principal"] + due_late["penalty"]),
        why.LATE,
    )
    rest = both("Every holder gets the rest and its share of the penalty", "每位持有人获得余款及其违约金份额")
    stage.settle_day(rest, day, why.SETTLE)
