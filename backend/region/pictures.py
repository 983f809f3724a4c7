"""The figures of the report. Labels in English and Chinese; sizes in whole pixels."""

from __future__ import annotations

from backend.money import BPS, format_amount
from backend.pictures import BLUE, GREEN, GREY, INK, ORANGE, bar, closed, legend, line, opening, text
from backend.region import assumptions as a
from backend.region.measures import Concentration, Flow, Funds, Losses, Waits

WIDTH, LEFT, RIGHT, TOP = 720, 60, 20, 46
PALE = "#bcd3ea"

MILLION_FEN = 1_000_000_00


def millions(fen: int) -> str:
    """Yuan in millions, to a hundredth, cut."""
    return format_amount(fen * 100 // MILLION_FEN)


def percent(bps: int) -> str:
    return f"{format_amount(bps)} %"


def tier_words(tier: int) -> str:
    return f"tier {tier} · {' 一二三四五'[tier]}级"


def flows(tiers: dict[int, Flow]) -> str:
    """A column a tier: what it received, parted into what it passed on, sold and held. The band to the next column is
    what was passed on: all that the next tier received."""
    height, wide, tall = 330, 64, 220
    most = max(flow.received for flow in tiers.values()) or 1
    step = (WIDTH - LEFT - RIGHT - wide) // max(1, len(tiers) - 1)
    parts = opening(WIDTH, height, "What each tier received, passed on, sold and held")
    parts += legend(LEFT, 20, [(BLUE, "passed on · 转付"), (GREEN, "sold for cash · 融资"), (GREY, "held · 持有")], 190)
    for place, (tier, flow) in enumerate(tiers.items()):
        x, y = LEFT + place * step, TOP
        passed, sold, held = (tall * amount // most for amount in (flow.passed, flow.sold, flow.held))
        if flow.passed and place + 1 < len(tiers):
            parts.append(
                f'<rect x="{x + wide}" y="{y}" width="{step - wide}" height="{max(1, passed)}" fill="{PALE}"/>'
            )
        for size, colour in ((passed, BLUE), (sold, GREEN), (held, GREY)):
            parts.append(bar(x, y, wide, size, colour))
            y += size
        middle = x + wide // 2
        parts.append(text(middle, y + 16, millions(flow.received), "middle", 11))
        parts.append(text(middle, height - 14, tier_words(tier), "middle"))
    parts.append(text(WIDTH - RIGHT, 20, "million yuan · 百万元", "end", 11))
    return closed(parts)


def concentration(found: Concentration, most: int = 10) -> str:
    """A bar an obligor, the largest first."""
    rows = found.shares[:most]
    height = TOP + 24 * len(rows) + 12
    longest = max((share for _, share in rows), default=1) or 1
    left = 170
    parts = opening(WIDTH, height, "Shares of the largest obligors in what was confirmed")
    parts.append(text(left, 24, f"HHI {found.hhi:,} / 10,000", "start", 14))
    for place, (name, share) in enumerate(rows):
        y = TOP + 24 * place
        parts.append(text(left - 8, y + 13, name, "end", 11))
        size = (WIDTH - left - 90) * share // longest
        parts.append(bar(left, y, max(1, size), 17, BLUE))
        parts.append(text(left + size + 8, y + 13, percent(share), "start", 11))
    return closed(parts)


def cost_of_funds(tiers: dict[int, Funds]) -> str:
    """Two bars a tier: alone at its own rate, and on the platform (discount, with the levy on top)."""
    height = 320
    floor, tall = height - 46, height - 46 - TOP
    highest = max((max(funds.before_bps, funds.after_bps) for funds in tiers.values()), default=1) or 1
    each = (WIDTH - LEFT - RIGHT) // max(1, len(tiers))
    wide = min(46, each // 3)
    parts = opening(WIDTH, height, "Cost of funds by tier, before and after")
    entries = [
        (GREY, "before: alone · 之前:自行融资"),
        (BLUE, "after: discount · 之后:贴现"),
        (ORANGE, "levy · 风险准备金"),
    ]
    parts += legend(LEFT, 20, entries, 215)
    for bps in range(0, highest + 1, 200):
        y = floor - tall * bps // highest
        parts.append(line(LEFT, y, WIDTH - RIGHT, y))
        parts.append(text(LEFT - 6, y + 4, percent(bps).replace(".00", ""), "end", 11))
    for place, (tier, funds) in enumerate(tiers.items()):
        middle = LEFT + each * place + each // 2
        before, after, discount = (
            tall * bps // highest for bps in (funds.before_bps, funds.after_bps, funds.discount_bps)
        )
        parts.append(bar(middle - wide - 3, floor - before, wide, before, GREY))
        parts.append(bar(middle + 3, floor - discount, wide, discount, BLUE))
        parts.append(bar(middle + 3, floor - after, wide, after - discount, ORANGE))
        parts.append(text(middle - wide // 2 - 3, floor - before - 5, percent(funds.before_bps), "middle", 11))
        parts.append(text(middle + wide // 2 + 3, floor - after - 5, percent(funds.after_bps), "middle", 11))
        parts.append(text(middle, floor + 18, tier_words(tier), "middle"))
    return closed(parts)


MARKS = ((1, "1 s"), (60, "1 min"), (3_600, "1 h"), (86_400, "1 d"), (30 * 86_400, "30 d"))


def to_cash(tiers: dict[int, Waits]) -> str:
    """Each tier on a scale on which every step is ten times the one before: median, 95th percentile, and the days of
    the baseline."""
    height = TOP + 34 * len(tiers) + 34
    left = 110

    def x(seconds: int) -> int:
        """By powers of two: whole numbers, and near enough to a logarithm for the eye."""
        found = max(1, seconds)
        whole = found.bit_length() - 1
        part = (found * 64 >> whole) - 64
        return left + (WIDTH - left - 40) * (whole * 64 + part) // (22 * 64)

    parts = opening(WIDTH, height, "From application to cash, by tier")
    entries = [(BLUE, "median · 中位数"), (GREEN, "95 %"), (GREY, "baseline: alone · 基准:自行融资")]
    parts += legend(left, 20, entries, 150)
    bottom = height - 28
    for seconds, words in MARKS:
        parts.append(line(x(seconds), TOP - 8, x(seconds), bottom))
        parts.append(text(x(seconds), height - 10, words, "middle", 11))
    for place, (tier, waits) in enumerate(tiers.items()):
        y = TOP + 34 * place + 12
        alone = a.ALONE_DAYS[tier - 1] * 86_400
        parts.append(text(left - 12, y + 4, tier_words(tier), "end"))
        parts.append(line(x(waits.median), y, x(alone), y, GREY))
        for seconds, colour in ((alone, GREY), (waits.p95, GREEN), (waits.median, BLUE)):
            parts.append(f'<circle cx="{x(seconds)}" cy="{y}" r="6" fill="{colour}"/>')
    return closed(parts)


BEARERS = {"banks": "banks · 资金方", "reserve": "reserve · 风险准备金"}


def losses(found: Losses) -> str:
    """A bar a bearer."""
    rows = [
        *((tier_words(tier), found.borne.get(f"tier {tier}", 0)) for tier in range(1, a.TIERS + 1)),
        *((words, found.borne.get(who, 0)) for who, words in BEARERS.items()),
        ("loans given up · 贷款核销", found.loans),
    ]
    left, height = 170, TOP + 24 * len(rows) + 12
    most = max(amount for _, amount in rows) or 1
    parts = opening(WIDTH, height, "Losses, by who bears them")
    total = max(1, found.total)
    parts.append(text(left, 24, f"{millions(found.total)} million yuan · 百万元", "start", 14))
    for place, (words, amount) in enumerate(rows):
        y = TOP + 24 * place
        size = (WIDTH - left - 170) * amount // most
        parts.append(text(left - 8, y + 13, words, "end", 11))
        parts.append(bar(left, y, size, 17, ORANGE))
        parts.append(
            text(left + size + 8, y + 13, f"{millions(amount)} ({percent(amount * BPS // total)})", "start", 11)
        )
    parts.append(line(left, TOP - 4, left, height - 12, INK))
    return closed(parts)
