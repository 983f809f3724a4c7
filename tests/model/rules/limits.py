"""Rules L: limits by date, and the levy."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from .parties import require_office
from .penalty import DAY
from .refusals import ANY, Grounds

if TYPE_CHECKING:
    from .world import World

MOST = 2**63 - 1


@dataclass(frozen=True)
class Limits:
    max_face_value: int
    min_tenor_days: int
    max_tenor_days: int
    confirmation_days: int
    max_depth: int
    max_notes: int
    cut_off_days: int
    acceptance_days: int
    grace_days: int
    penalty_bps_per_day: int
    levy_bps: int
    price_age_hours: int
    count_age_hours: int

    def sensible(self) -> bool:
        return (
            0 < self.max_face_value <= MOST
            and self.min_tenor_days <= self.max_tenor_days
            and self.max_tenor_days > 0
            and self.confirmation_days > 0
            and self.max_notes > 0
            and self.penalty_bps_per_day <= 1_000
            and self.levy_bps <= 1_000
        )


def in_force(w: World) -> Limits:
    """L1: of all that have begun, the last."""
    return next(limits for begins, limits in reversed(w.limits) if begins <= w.now)


def schedule(w: World, caller: str, limits: Limits, begins: int) -> None:
    no = Grounds()
    require_office(w, no, caller, "admin")
    no.when(begins <= w.now, "EffectiveInThePast", begins, w.now)
    no.when(not limits.sensible(), "InvalidLimits", ANY)
    no.stop()
    w.limits = [(since, old) for since, old in w.limits if since <= w.now] + [(begins, limits)]


def check_registration(w: World, no: Grounds, currency: int, face: int, maturity: int) -> None:
    """L3."""
    limits = in_force(w)
    earliest = w.now + limits.min_tenor_days * DAY
    latest = w.now + limits.max_tenor_days * DAY
    no.when(currency not in w.cash, "PolicyRefused", "currency", currency, 0)
    no.when(face > limits.max_face_value, "PolicyRefused", "faceValue.max", face, limits.max_face_value)
    no.when(maturity < earliest, "PolicyRefused", "tenor.min", maturity, earliest)
    no.when(maturity > latest, "PolicyRefused", "tenor.max", maturity, latest)


def check_endorsement(w: World, no: Grounds, depth: int, notes: int) -> None:
    """L4."""
    limits = in_force(w)
    no.when(depth > limits.max_depth, "PolicyRefused", "depth.max", depth, limits.max_depth)
    no.when(notes > limits.max_notes, "PolicyRefused", "notes.max", notes, limits.max_notes)


def levy(w: World, price: int) -> int:
    """L6."""
    exact = Fraction(price * in_force(w).levy_bps, 10_000) + Fraction(1, 2)
    return exact.numerator // exact.denominator
