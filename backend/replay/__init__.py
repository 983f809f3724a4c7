"""Loans on oil, replayed over the prices that there were: what a lender would have lost, at which advance rate.

`acts_of` gives one loan act by act, with the figures that the contract must arrive at.
"""

from __future__ import annotations

from backend.replay.acts import Act, Bid, Borrower, Call, Close, Originate, Outcome, Publish, Repay, Sale
from backend.replay.play import acts_of, play
from backend.replay.prices import Series, brent
from backend.replay.statistics import Row, rows

__all__ = [
    "Act",
    "Bid",
    "Borrower",
    "Call",
    "Close",
    "Originate",
    "Outcome",
    "Publish",
    "Repay",
    "Row",
    "Sale",
    "Series",
    "acts_of",
    "brent",
    "play",
    "rows",
]
