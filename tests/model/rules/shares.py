"""J5, M4: dividing in proportion, the odd units to the largest remainders, among equals to the lower note."""

from __future__ import annotations

from fractions import Fraction


def divide(amount: int, weights: dict[int, int]) -> dict[int, int]:
    """Each note's share of `amount`. Quotas are exact fractions; nobody's share is a unit or more off its quota."""
    total = sum(weights.values())
    if amount == 0 or total == 0:
        return dict.fromkeys(weights, 0)
    quotas = {note: Fraction(amount * weight, total) for note, weight in weights.items()}
    shares = {note: quota.numerator // quota.denominator for note, quota in quotas.items()}
    odd = amount - sum(shares.values())
    for note in sorted(quotas, key=lambda note: (shares[note] - quotas[note], note))[:odd]:
        shares[note] += 1
    return shares
