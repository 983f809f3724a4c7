"""What several stories do."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from backend.demo.cast import SAMPLE, TENOR_DAYS, TENOR_SECONDS, dated_today
from backend.demo.stage import Stage
from backend.money import format_amount
from backend.sdk import Party

RATES_BPS = {"bank_a": 520, "bank_b": 480}


def claim_of(stage: Stage, *, part_percent: int = 100) -> tuple[int, int, int]:
    """Tier 1 hands over its invoice and the car maker confirms it, or a part: receivable, root note, amount."""
    car_maker, tier1 = stage.parties["car_maker"], stage.parties["tier1"]
    now = stage.operator.now()
    invoice = dated_today(SAMPLE.read_text(encoding="utf-8"), now, says_when_due=stage.can_travel)
    maturity = None if stage.can_travel else now + TENOR_SECONDS
    due = "" if maturity is None else f", due in {TENOR_SECONDS} seconds"
    registered = stage.play(
        f"The supplier hands over its invoice{due}",
        tier1.name,
        lambda: tier1.hand_over(invoice, maturity_at=maturity),
    )
    claim = int(registered["receivableId"])
    amount = int(stage.operator.receivable(claim)["faceValueFen"]) * part_percent // 100
    part = f"{part_percent} %" if part_percent < 100 else "it all"
    confirmed = stage.play(
        f"The car maker confirms {part}: {format_amount(amount)}",
        car_maker.name,
        lambda: car_maker.confirm(claim, amount),
    )
    return claim, int(confirmed["noteId"]), amount


def endorse(stage: Stage, giver: Party, note: int, taker: Party, value: int, *, name: str) -> int:
    """With recourse; the child note."""
    endorsed = stage.play(
        f"{name}: {format_amount(value)}", giver.name, lambda: giver.endorse(note, taker, value, with_recourse=True)
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
    stage.play(f"Note {note['id']} is paid to its holder", holder.name, lambda: holder.redeem(int(note["id"])))


def sell_at_best(
    stage: Stage, seller: Party, note: int, claim: int, value: int, *, with_recourse: bool = False
) -> None:
    """Both banks quote; the seller takes the better price: title and cash in one transaction."""
    banks = {role: stage.parties[role] for role in RATES_BPS}
    stage.play(
        f"Asks both banks for a price of {format_amount(value)}",
        seller.name,
        lambda: seller.ask_for_quotes(claim, value, list(banks.values()), with_recourse=with_recourse),
    )
    for role, bank in banks.items():
        give_quote(stage, bank, seller, claim, value, RATES_BPS[role], with_recourse=with_recourse)
    best = next(
        quote for quote in seller.quotes(claim) if quote["state"] == "open" and quote["seller"] == seller.account
    )
    stage.play(
        f"Sells at the better one: {format_amount(int(best['priceFen']))}",
        seller.name,
        lambda: seller.accept(best["id"], note),
    )


def give_quote(
    stage: Stage, bank: Party, seller: Party, claim: int, value: int, rate_bps: int, *, with_recourse: bool
) -> None:
    """A bank signs a firm price."""
    stage.play(
        f"Signs a quote at {format_amount(rate_bps)} % a year",
        bank.name,
        lambda: bank.quote(claim, seller, value, rate_bps=rate_bps, with_recourse=with_recourse),
    )
