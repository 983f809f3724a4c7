"""What several stories do."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from backend.demo import why
from backend.demo.cast import SAMPLE, TENOR_DAYS, TENOR_SECONDS, dated_today
from backend.demo.stage import Stage
from backend.errors import Phrase, both
from backend.money import format_amount
from backend.sdk import Party

RATES_BPS = {"bank_a": 520, "bank_b": 480}


def claim_of(stage: Stage, *, part_percent: int = 100) -> tuple[int, int, int]:
    """Tier 1 hands over its invoice and the car maker confirms it, or a part: receivable, root note, amount."""
    car_maker, tier1 = stage.parties["car_maker"], stage.parties["tier1"]
    now = stage.operator.now()
    invoice = dated_today(
        SAMPLE.read_text(encoding="utf-8"), now, says_when_due=stage.can_travel, number=stage.unlike("BAT-2026-0117")
    )
    maturity = None if stage.can_travel else now + TENOR_SECONDS
    due = (
        both("", "")
        if maturity is None
        else both(", due in {seconds} seconds", ",{seconds} 秒后到期", seconds=TENOR_SECONDS)
    )
    registered = stage.play(
        both("The supplier hands over its invoice{due}", "供应商提交发票{due}", due=due),
        tier1.name,
        lambda: tier1.hand_over(invoice, maturity_at=maturity),
        why.HAND_OVER,
    )
    claim = int(registered["receivableId"])
    amount = int(stage.operator.receivable(claim)["faceValueFen"]) * part_percent // 100
    share = f"{part_percent} %"
    part = both("{share}", "其中 {share}", share=share) if part_percent < 100 else both("it all", "全额")
    confirmed = stage.play(
        both(
            "The car maker confirms {part}: {amount}",
            "车企确权{part}:{amount}",
            part=part,
            amount=format_amount(amount),
        ),
        car_maker.name,
        lambda: car_maker.confirm(claim, amount),
        why.CONFIRM,
    )
    return claim, int(confirmed["noteId"]), amount


def endorse(stage: Stage, giver: Party, note: int, taker: Party, value: int, *, name: Phrase) -> int:
    """With recourse; the child note."""
    endorsed = stage.play(
        both("{name}: {amount}", "{name}:{amount}", name=name, amount=format_amount(value)),
        giver.name,
        lambda: giver.endorse(note, taker, value, with_recourse=True),
        why.ENDORSE,
    )
    return int(endorsed["noteId"])


def day_of_maturity(stage: Stage, claim: int) -> str:
    """The UTC day on which a receivable matures."""
    return datetime.fromtimestamp(int(stage.operator.receivable(claim)["maturityAt"]), UTC).strftime("%Y-%m-%d")


def wait_for_maturity(stage: Stage, claim: int) -> None:
    """To the day after maturity, or, where nobody can move the chain's clock, until it comes."""
    if stage.can_travel:
        stage.travel(TENOR_DAYS + 1)
        return
    maturity = int(stage.operator.receivable(claim)["maturityAt"])
    with stage.console.status("waiting for maturity"):
        while stage.operator.now() <= maturity:
            time.sleep(0.2)
    stage.console.print("[dim]    … maturity has come …[/dim]")


def redeem(stage: Stage, note: dict[str, Any]) -> None:
    """The holder has its note paid out."""
    holder = next(party for party in stage.parties.values() if party.account == note["holder"])
    stage.play(
        both("Note {id} is paid to its holder", "凭证 {id} 向持有人兑付", id=note["id"]),
        holder.name,
        lambda: holder.redeem(int(note["id"])),
        why.REDEEM,
    )


def sell_at_best(
    stage: Stage, seller: Party, note: int, claim: int, value: int, *, with_recourse: bool = False
) -> None:
    """Both banks quote; the seller takes the better price: title and cash in one transaction."""
    banks = {role: stage.parties[role] for role in RATES_BPS}
    stage.play(
        both("Asks both banks for a price of {value}", "就 {value} 向两家银行询价", value=format_amount(value)),
        seller.name,
        lambda: seller.ask_for_quotes(claim, value, list(banks.values()), with_recourse=with_recourse),
        why.ASK,
    )
    for role, bank in banks.items():
        give_quote(stage, bank, seller, claim, value, RATES_BPS[role], with_recourse=with_recourse)
    best = next(
        quote for quote in seller.quotes(claim) if quote["state"] == "open" and quote["seller"] == seller.account
    )
    stage.play(
        both("Sells at the better one: {price}", "以较优价格卖出:{price}", price=format_amount(int(best["priceFen"]))),
        seller.name,
        lambda: seller.accept(best["id"], note),
        why.SELL,
    )


def give_quote(
    stage: Stage, bank: Party, seller: Party, claim: int, value: int, rate_bps: int, *, with_recourse: bool
) -> None:
    """A bank signs a firm price."""
    stage.play(
        both("Signs a quote at {rate} % a year", "签署报价:年化 {rate} %", rate=format_amount(rate_bps)),
        bank.name,
        lambda: bank.quote(claim, seller, value, rate_bps=rate_bps, with_recourse=with_recourse),
        why.QUOTE,
    )
