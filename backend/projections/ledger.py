"""Double entry: every event that moves value posts lines that sum to zero for each party and currency.

An amount is positive where the party has more of the book's subject, negative where it owes more or gave.
`settlements` is where cash and its reason meet: the cash leg comes from the token's own event and the reason
from the contract that moved it, so the book is empty again once both are posted.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, cast, delete, func, select

from backend.events.types import Place
from backend.projections import tables
from backend.projections.bulk import add_many
from backend.projections.rows import Rows

CASH = "cash"
BANK = "bank"
SETTLEMENTS = "settlements"
NOTES = "notes"
PAYABLES = "payables"
TRADE = "trade"
CONSIDERATION = "consideration"
DISCOUNT = "discount"
OWED_TO_HOLDERS = "owed-to-holders"
PAID_FOR_OTHERS = "paid-for-others"
PENALTIES = "penalties"
LEVIES = "levies"
ANSWERED = "answered"
"""What a supplier owes to the holders for dilution (rule J8)."""
COUNTERCLAIMS = "counterclaims"
WITHHELD = "withheld"
ALLOWANCE = "allowance"
"""Against `notes`: what of them is written off."""
LOSSES = "losses"
EXCHANGE = "exchange"
LOANS = "loans"
"""Principal: a claim of the lender, a debt of the borrower."""
COSTS = "costs"
"""What the lender laid out for the goods: a claim of the lender, a debt of the borrower."""
INTEREST = "interest"
PLEDGED = "pledged"
"""Notes in escrow: still the borrower's, and owed to it by who keeps them."""
PROCEEDS = "proceeds"
"""Cash that came for title in escrow and is not applied yet."""
BIDS = "bids"
STORAGE = "storage"
INSURANCE = "insurance"
GOODS = "goods"
"""What goods were bought for, less what they were sold for. Goods themselves are counted in no money."""

Line = tuple[str, str, int]
"""party, book, amount in minor units"""


class Unbalanced(Exception):
    """A posting does not sum to zero: a fault of the program, so the indexer stops at it."""


def post(rows: Rows, place: Place, currency: int, *lines: Line, first_line: int = 0) -> None:
    """Writes the lines of one event in one currency; those of a second currency begin at `first_line`. Raises
    Unbalanced."""
    sums: dict[str, int] = defaultdict(int)
    for party, _book, amount in lines:
        sums[party] += amount
    if any(sums.values()):
        raise Unbalanced(f"{place}: {lines}")
    for number, (party, book, amount) in enumerate(lines, first_line):
        if amount == 0:
            continue
        posted = {
            "block_number": place.block_number,
            "log_index": place.log_index,
            "line": number,
            "at": place.at,
            "party": party,
            "book": book,
            "currency": currency,
            "amount": amount,
        }
        rows.append(tables.ledger, posted)
        rows.sum_up(tables.book_balances, (party, currency, book), amount, 1)


def take_back(db: Connection, after: int) -> None:
    """Takes the lines of the blocks above `after` out of the ledger and of its balances."""
    later = tables.ledger.c.block_number > after
    balances = tables.book_balances
    add_many(db, balances, [dict(row) for row in db.execute(_UNDONE.where(later)).mappings()])
    db.execute(delete(balances).where(balances.c.lines == 0))
    db.execute(delete(tables.ledger).where(later))


_lines = tables.ledger.c
_UNDONE = select(
    _lines.party,
    _lines.currency,
    _lines.book,
    cast(-func.sum(_lines.amount), tables.Amount).label("amount"),
    (-func.count()).label("lines"),
).group_by(_lines.party, _lines.currency, _lines.book)
