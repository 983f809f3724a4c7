"""What a lender on oil would have lost since 1987, by advance rate.

    python scripts/brent_replay.py            writes docs/brent-replay.md and docs/brent-replay.svg
    python scripts/brent_replay.py --check    writes nothing; exit 1 where one of them is not what it would write

Nothing but the prices in backend/demo/data goes in, so the same bytes come out.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.loan_arithmetic import Trigger  # noqa: E402
from backend.money import format_amount  # noqa: E402
from backend.pictures import BLUE, bar, closed, line, opening, text  # noqa: E402
from backend.replay import Borrower, Row, Sale, Series, acts_of, brent, rows  # noqa: E402
from backend.replay.acts import Act, Bid, Call, Close, Originate, Publish, Repay  # noqa: E402
from backend.replay.play import bands  # noqa: E402

PAGE = ROOT / "docs" / "brent-replay.md"
FIGURE = ROOT / "docs" / "brent-replay.svg"
EXAMPLE_BPS = 7_000


def main() -> int:
    wrong = [path for path, text in documents().items() if not _is_as_it_should(path, text)]
    for path in wrong:
        print(f"{path.relative_to(ROOT)} is not what the replay makes", file=sys.stderr)
    return 1 if wrong else 0


def _is_as_it_should(path: Path, text: str) -> bool:
    if "--check" in sys.argv:
        return path.exists() and path.read_bytes() == text.encode()
    path.write_bytes(text.encode())
    return True


def documents() -> dict[Path, str]:
    """What the two files must say."""
    series = brent()
    table = rows(series)
    never, repays = table[Borrower.NEVER_PAYS], table[Borrower.REPAYS]
    return {PAGE: page(series, never, repays), FIGURE: figure(never)}


# ---- the page

PAGE_TEXT = """\
# Loans on Brent crude, replayed

Had a bank lent on a thousand barrels of Brent at the rules of `Loans.sol` (docs/SPECIFICATION.md, rules K) on
any day with a price since {first}, to a borrower that pays nothing at all: how often would the sale of the oil
not have covered the debt, and by how much?

![Share of loans with a loss, by advance rate](brent-replay.svg)

    .venv/bin/python scripts/brent_replay.py

writes this page and the figure again, to the byte, in less than a minute.

## The borrower that never pays

One loan starts on each of {starts} days, from {first} to {last}.

{never}

- **Called**: loans with a margin call. **Ended by**: what let the lender sell: a call that was not cured, LTV at or
  above the liquidation band, or debt after maturity and grace. Where several hold, maturity counts before the band,
  the band before the call.
- **Lost**: loans whose sale brought less than principal, interest and penalty at its close.
- Mean and worst loss are shares of the principal, cut, not rounded. The mean over all counts a loan without a loss as
  zero.

## The borrower that repays at maturity

It pays all at maturity if it was never called by then, and nothing if it was.

{repays}

Nearly the same loans lose: what hurts is a fall during the term, between a call and the end of the sale.

## One loan, act by act

The worst start at an advance of {example_percent}. `backend.replay.acts_of(date({example_date}),
{example_bps})` gives these acts, with terms and splits, for a test to hold against the contract.

{example}

## What is assumed

- Collateral: 1,000 barrels. Advance as in the table; the margin call comes 10 points above it, the liquidation band
  20 points above it, but no higher than 95 % and 98 %: the bands must be in order (K4).
- The loan: the most that can be drawn at once, 6 % a year (ACT/360), penalty rate 9 % a year, 180 days, 3 days of
  grace. What is drawn bears its first day of interest at once, which counts in LTV, so a little less than value ×
  advance is drawn.
- Prices: one for each day of the series, published at 18:00 UTC of that day and good for 96 hours. No price is made
  up for a day without one. In a longer gap the last price is stale, and there is neither call nor liquidation until
  the next.
- The lender looks at the loan seconds after each publication, and at no other time. It calls where LTV is at or above
  the call band, and sells where it may. The borrower has 3 days to cure, inclusive, and does not; nobody has a call
  reviewed that a better price would have cured.
- The sale: a window of one day and a single bidder, that offers 97 % of the last price when the window ends. The
  reserve price is a cent a barrel, so its bid wins. The sale is closed after the first publication on or after the
  day on which the window ends. Debt grows until then.
- Storage costs nothing here (tariff 0), nor do transport, inspection, levies and the court. Real ones make losses
  larger.
- A start counts if 200 days of prices follow it: 180 of the term, 3 of grace, and what a sale takes over holidays.

Neighbouring starts share nearly all of their prices: the counts say what happened, not how probable it is. The spot
price of a benchmark stands for what a tank of oil would have brought; a buyer in a crash may offer less than 97 % of
it.

## Source

U.S. Energy Information Administration, Europe Brent Spot Price FOB, dollars per barrel, daily, {data_first} to
{data_last} (`backend/demo/data/brent-daily.csv`). A publication of the U.S. government, in the public domain.
"""


def page(series: Series, never: list[Row], repays: list[Row]) -> str:
    example = next(row for row in never if row.advance_bps == EXAMPLE_BPS)
    day = example.worst_start
    assert day is not None
    starts = never[0].starts
    return PAGE_TEXT.format(
        first=series.days[0],
        last=series.days[starts - 1],
        starts=f"{starts:,}",
        never=_table(never),
        repays=_table(repays),
        example=_example(acts_of(day, EXAMPLE_BPS)),
        example_percent=_percent(EXAMPLE_BPS * 100, 0),
        example_date=f"{day.year}, {day.month}, {day.day}",
        example_bps=EXAMPLE_BPS,
        data_first=series.days[0],
        data_last=series.days[-1],
    )


def _table(table: list[Row]) -> str:
    heads = ["Advance", "Call at", "Sold at", "Starts", "Called", "Ended by call", "by band", "by maturity", "Repaid"]
    heads += ["Lost", "Lost, share", "Mean loss, all", "Mean loss, lost", "Worst loss", "Worst start"]
    if not any(row.ended[None] for row in table):
        heads.remove("Repaid")
    lines = ["| " + " | ".join(heads) + " |", "|" + "---:|" * len(heads)]
    for row in table:
        call_bps, liquidation_bps = bands(row.advance_bps)
        cells = {
            "Advance": _percent(row.advance_bps * 100, 0),
            "Call at": _percent(call_bps * 100, 0),
            "Sold at": _percent(liquidation_bps * 100, 0),
            "Starts": f"{row.starts:,}",
            "Called": f"{row.called:,}",
            "Ended by call": f"{row.ended[Trigger.CALL]:,}",
            "by band": f"{row.ended[Trigger.LIQUIDATION]:,}",
            "by maturity": f"{row.ended[Trigger.MATURITY]:,}",
            "Repaid": f"{row.ended[None]:,}",
            "Lost": f"{row.lost:,}",
            "Lost, share": _percent(row.lost_share, 2),
            "Mean loss, all": _percent(row.mean_loss, 3),
            "Mean loss, lost": _percent(row.mean_if_lost, 2),
            "Worst loss": _percent(row.worst_loss, 2),
            "Worst start": str(row.worst_start or "–"),
        }
        lines.append("| " + " | ".join(cells[head] for head in heads) + " |")
    return "\n".join(lines)


def _example(acts: tuple[Act, ...]) -> str:
    lines = ["| Days | Act | US dollars |", "|---:|---|---:|"]
    begun = acts[0].at
    for act in acts:
        told, amount = _told(act)
        lines.append(f"| {(act.at - begun) // 86_400} | {told} | {format_amount(amount)} |")
    return "\n".join(lines)


def _told(act: Act) -> tuple[str, int]:
    """An act in words, and its amount in cents."""
    match act:
        case Publish():
            return "price of a barrel", act.price
        case Originate():
            return f"drawn on goods worth {format_amount(act.value)}", act.drawn
        case Call():
            return f"margin call, LTV {_percent(act.ltv_bps * 100, 2)}; owed", act.owed.total
        case Sale():
            return f"sale opened ({act.trigger}), LTV {_percent(act.ltv_bps * 100, 2)}; owed", act.owed.total
        case Bid():
            return "bid", act.amount
        case Close():
            return f"sale closed, {format_amount(act.owed.total)} owed; not covered", act.remains.total
        case Repay():
            return "repaid", act.taken.total


def _percent(parts_per_million: int, decimals: int) -> str:
    """Cut, not rounded."""
    return f"{format_amount(parts_per_million // 10 ** (4 - decimals), decimals)} %"


# ---- the figure

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 44, 46
BAR, STEP_PPM = 40, 100_000


def figure(table: list[Row]) -> str:
    """A bar an advance rate: the share of the loans with a loss. Whole pixels only."""
    highest = -(-max(row.lost_share for row in table) // STEP_PPM) * STEP_PPM or STEP_PPM
    floor = HEIGHT - BOTTOM
    tall = floor - TOP
    each = (WIDTH - LEFT - RIGHT) // len(table)
    parts = [
        *opening(WIDTH, HEIGHT, "Share of loans with a loss, by advance rate"),
        text(LEFT, 22, "Loans on Brent whose sale did not cover the debt, of all starts since 1987", "start", 14),
    ]
    for share in range(0, highest + 1, STEP_PPM):
        y = floor - tall * share // highest
        parts.append(line(LEFT, y, WIDTH - RIGHT, y))
        parts.append(text(LEFT - 6, y + 4, _percent(share, 0), "end"))
    for number, row in enumerate(table):
        height = max(1, tall * row.lost_share // highest) if row.lost else 0
        middle = LEFT + each * number + each // 2
        x, y = middle - BAR // 2, floor - height
        parts.append(bar(x, y, BAR, height, BLUE))
        parts.append(text(middle, y - 5, _percent(row.lost_share, 2), "middle"))
        parts.append(text(middle, floor + 17, _percent(row.advance_bps * 100, 0), "middle"))
    parts.append(text((LEFT + WIDTH - RIGHT) // 2, HEIGHT - 8, "advance rate (borrower that never pays)", "middle"))
    return closed(parts)


if __name__ == "__main__":
    sys.exit(main())
