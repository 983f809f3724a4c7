"""A default: the car maker pays a third; recourse, the reserve, a write-off, and money that comes after all."""

from __future__ import annotations

from backend.demo import why
from backend.demo.acts import claim_of, day_of_maturity, endorse, sell_at_best, wait_for_maturity
from backend.demo.stage import Stage
from backend.errors import both
from backend.money import format_amount
from backend.sdk import Party

TITLE = both("a default, recourse and the reserve", "违约、追索与风险准备金")

GRACE_DAYS = 5


def play(stage: Stage) -> None:
    """The story itself."""
    car_maker, tier1, tier2 = (stage.parties[role] for role in ("car_maker", "tier1", "tier2"))
    claim, root, confirmed = claim_of(stage)
    paid = both("Tier 1 pays tier 2 with a part, with recourse", "一级供应商以部分凭证支付二级供应商(有追索权)")
    child = endorse(stage, tier1, root, tier2, 450_000_00, name=paid)
    sell_at_best(stage, tier2, child, claim, 350_000_00, with_recourse=True)
    sell_at_best(stage, tier1, root, claim, confirmed - 450_000_00)

    wait_for_maturity(stage, claim)
    third = confirmed // 3
    stage.play(
        both("The car maker pays a third: {third}", "车企支付三分之一:{third}", third=format_amount(third)),
        car_maker.name,
        lambda: car_maker.repay(claim, third),
        why.PART,
    )
    day = day_of_maturity(stage, claim)
    stage.settle_day(
        both("The shortfall is shared pro rata, to the fen", "不足部分按比例分担,精确到分"), day, why.SETTLE
    )

    stage.travel(GRACE_DAYS)
    bank = holder_of(stage, with_recourse_from(stage, claim, tier2))
    note = with_recourse_from(stage, claim, tier2)
    stage.play(
        both("The bank goes back on tier 2", "银行向二级供应商追索"),
        bank.name,
        lambda: bank.claim_recourse(note),
        why.RECOURSE,
    )
    stage.play(
        both("Tier 2 pays and takes its place", "二级供应商付款并取得其地位"),
        tier2.name,
        lambda: tier2.buy_back(note),
        why.BUY_BACK,
    )
    back = with_recourse_from(stage, claim, tier1)
    stage.play(
        both("Tier 2 goes back on tier 1", "二级供应商向一级供应商追索"),
        tier2.name,
        lambda: tier2.claim_recourse(back),
        why.RECOURSE,
    )
    stage.play(
        both("Tier 1 pays; the walk ends at the supplier", "一级供应商付款;追索止于原供应商"),
        tier1.name,
        lambda: tier1.buy_back(back),
        why.BUY_BACK,
    )
    loser = holder_of(stage, root)
    stage.refuse(
        both("The bank that bought without recourse finds nobody", "无追索权买入的银行无人可追索"),
        loser.name,
        lambda: loser.claim_recourse(root),
        why.NOBODY,
    )
    stage.play(
        both("The reserve pays it what it has and takes its place for that", "风险准备金以其余额代偿并就此取得其地位"),
        loser.name,
        lambda: loser.cover(root),
        why.COVER,
    )
    stage.play(
        both("It writes the rest off", "银行核销剩余部分"), loser.name, lambda: loser.write_off(root), why.WRITE_OFF
    )

    stage.travel(60)
    due = stage.operator.due(claim)
    stage.play(
        both(
            "Two months later the car maker pays all after all, with a penalty of {penalty}",
            "两个月后车企最终付清全部款项,含违约金 {penalty}",
            penalty=format_amount(due["penalty"]),
        ),
        car_maker.name,
        lambda: car_maker.repay(claim, due["principal"] + due["penalty"]),
        why.AFTER_ALL,
    )
    paid_last = both("Whoever holds the right now is paid, the reserve among them", "现权利人全部获付,包括风险准备金")
    stage.settle_day(paid_last, day, why.SETTLE)


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
