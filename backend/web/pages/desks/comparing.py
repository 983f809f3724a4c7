"""Offers for the same thing side by side, as the cash that the seller gets (rule G48)."""

from __future__ import annotations

from typing import Any

from backend.money import days_between, discount_rate, levied

Offer = dict[str, Any]


def of_claims(quotes: list[Offer], levy_bps: int) -> list[list[Offer]]:
    """Those for the same part of the same claim on the same terms; with the rate that each price comes to."""
    return _compared([_priced(quote, levy_bps) for quote in quotes], "receivableId", "valueFen", "withRecourse")


def of_goods(quotes: list[Offer]) -> list[list[Offer]]:
    """Those for the same quantity of the same receipt; no levy is paid on goods (rule L6)."""
    return _compared([{**quote, "cashFen": quote["priceFen"]} for quote in quotes], "receiptId", "quantity")


def _priced(quote: Offer, levy_bps: int) -> Offer:
    rate, days = quote["rateBps"], days_between(quote["givenAt"], quote["maturityAt"])
    return {
        **quote,
        "cashFen": quote["priceFen"] - levied(quote["priceFen"], levy_bps),
        "rateBps": discount_rate(quote["valueFen"], quote["priceFen"], days) if rate is None else rate,
    }


def _compared(offers: list[Offer], *same: str) -> list[list[Offer]]:
    """The offers in groups of the `same`, in the order of each group's first; in a group the most cash (`cashFen`)
    first, each with what it falls short of the best (`lessFen`), and whether it is the best of several (`isBest`)."""
    groups: dict[tuple[Any, ...], list[Offer]] = {}
    for offer in offers:
        groups.setdefault(tuple(offer[part] for part in same), []).append(offer)
    for group in groups.values():
        group.sort(key=lambda offer: (-offer["cashFen"], offer["id"]))
        for offer in group:
            offer["lessFen"] = group[0]["cashFen"] - offer["cashFen"]
            offer["isBest"] = len(group) > 1 and not offer["lessFen"]
    return list(groups.values())
