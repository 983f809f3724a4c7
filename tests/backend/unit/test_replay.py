"""The replay over Brent, against a second way to play it: every day looked at, in fractions."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest
from defusedxml import ElementTree

from backend.config import DAY, ROOT
from backend.loan_arithmetic import Split, Trigger
from backend.replay import (
    Bid,
    Borrower,
    Call,
    Close,
    Originate,
    Publish,
    Repay,
    Sale,
    Series,
    acts_of,
    brent,
    play,
    rows,
)
from backend.replay.play import bands
from backend.replay.prices import in_cents

BARRELS = 1_000


def test_the_prices_are_the_series_in_cents() -> None:
    series = brent()
    lines = (ROOT / "backend/demo/data/brent-daily.csv").read_text(encoding="ascii").splitlines()
    assert lines[0] == "Date,Price"
    assert len(lines) - 1 == len(series.days) == 9_958
    for line, day, cents, at in zip(lines[1:], series.days, series.cents, series.at, strict=True):
        assert line.split(",")[0] == str(day)
        assert Decimal(line.split(",")[1]) * 100 == cents
        assert datetime.fromtimestamp(at, UTC).isoformat() == f"{day}T18:00:00+00:00"


def test_a_price_has_whole_cents_above_zero() -> None:
    with pytest.raises(ValueError, match="whole number of cents"):
        in_cents("1.005")
    for prices in ({}, {date(2020, 1, 1): 0}):
        with pytest.raises(ValueError, match="above zero"):
            Series.of(prices)


# ---- the second way


def lose_by_hand(series: Series, first: int, advance: int) -> tuple[str, bool, int]:
    """What ends the loan of a borrower that never pays, whether it is called, and the loss in cents. Looks at every
    calendar day by the hour of publication; interest and penalty as fractions."""
    prices = dict(zip(series.days, series.cents, strict=True))
    call_bps, sale_bps = bands(advance)
    start = series.days[first]
    ceiling = prices[start] * BARRELS * advance // 10_000
    principal = ceiling
    while principal + int(Fraction(principal * 6, 100 * 360)) > ceiling:
        principal -= 1

    def debt(days: int) -> int:
        interest = Fraction(principal * 6, 100 * 360) * days
        penalty = Fraction(principal * 9, 100 * 360) * max(0, days - 183)
        return principal + int(interest) + int(penalty)

    called: int | None = None
    days = 0
    while True:
        days += 1
        price = prices.get(start + timedelta(days=days))
        if price is None:
            continue
        ltv = Fraction(debt(days) * 10_000, price * BARRELS)
        if days > 183:
            ended = "maturity"
        elif ltv > sale_bps - 1:
            ended = "liquidation"
        elif called is not None and days > called + 3 and ltv > advance:
            ended = "call"
        else:
            if called is None and ltv > call_bps - 1:
                called = days
            continue
        break
    days += 1
    while (bid_on := prices.get(start + timedelta(days=days))) is None:
        days += 1
        if start + timedelta(days=days) in prices:
            break
    if bid_on is not None:
        price = bid_on
    assert price is not None
    return ended, called is not None, max(0, debt(days) - price * BARRELS * 97 // 100)


@pytest.mark.parametrize("advance", [5_000, 7_000, 8_500, 9_000])
def test_two_ways_to_play_a_loan_agree(advance: int) -> None:
    series = brent()
    crash = [index for index, day in enumerate(series.days) if date(2020, 3, 1) <= day <= date(2020, 5, 1)]
    for first in [*range(0, 9_800, 61), *crash]:
        outcome = play(series, first, advance, Borrower.NEVER_PAYS)
        assert (outcome.trigger, outcome.was_called, outcome.loss) == lose_by_hand(series, first, advance)


# ---- the acts


@pytest.mark.parametrize("start", [date(2020, 4, 6), date(2008, 9, 2), date(1990, 10, 11), date(2017, 7, 3)])
@pytest.mark.parametrize("advance", [5_000, 7_000, 9_000])
def test_the_acts_tell_one_story(start: date, advance: int) -> None:
    acts = acts_of(start, advance)
    times = [act.at for act in acts]
    assert times == sorted(set(times)), "each act has a second of its own"
    published, origin, *_, close = acts
    (bid,) = (act for act in acts if isinstance(act, Bid))
    assert isinstance(published, Publish)
    assert isinstance(origin, Originate)
    assert isinstance(close, Close)
    assert origin.value == published.price * BARRELS
    assert origin.drawn == origin.terms.limit == origin.owed.principal
    assert origin.ltv_bps <= advance
    (sale,) = (act for act in acts if isinstance(act, Sale))
    assert sale.ends_at == sale.at + DAY
    assert bid.at <= sale.ends_at < close.at
    paid = close.waterfall
    assert paid.storage + paid.lender.total + paid.borrower == close.proceeds == bid.amount
    assert close.owed.total - paid.lender.total == close.remains.total
    calls = [act for act in acts if isinstance(act, Call)]
    assert len(calls) <= 1
    assert all(act.ltv_bps >= origin.terms.call_bps and act.call_by == act.at + 3 * DAY for act in calls)
    seen = [act.at for act in acts if isinstance(act, Publish)]
    assert all(max(at for at in seen if at <= act.at) + 10 == act.at for act in [*calls, sale]), "on a fresh price"


def test_the_day_on_which_oil_fell_by_half() -> None:
    acts = acts_of(date(2020, 4, 15), 7_000)
    sale, _, bid, close = acts[-4:]
    assert isinstance(sale, Sale)
    assert isinstance(bid, Bid)
    assert isinstance(close, Close)
    assert (sale.trigger, sale.value) == (Trigger.LIQUIDATION, 9_120_00)
    assert bid.amount == 13_356_90
    assert close.remains == Split(principal=516_96)


def test_who_repays_owes_nothing_afterwards() -> None:
    *_, last = acts_of(date(2017, 7, 3), 7_000, Borrower.REPAYS)
    assert isinstance(last, Repay)
    first = next(act for act in acts_of(date(2017, 7, 3), 7_000) if isinstance(act, Originate))
    assert last.at == first.terms.maturity_at
    assert last.taken == Split(interest=first.drawn * 600 * 180 // 3_600_000, principal=first.drawn)


@pytest.mark.parametrize("day", [date(2020, 4, 11), date(1970, 1, 1), date(2030, 1, 1)])
def test_a_day_without_a_price(day: date) -> None:
    with pytest.raises(ValueError, match="has no price"):
        acts_of(day, 7_000)


def test_prices_that_end_before_the_loan() -> None:
    series = brent()
    with pytest.raises(ValueError, match="end before the loan"):
        play(series, len(series.days) - 20, 5_000, Borrower.NEVER_PAYS)
    falling = Series.of({date(2020, 1, 1): 100, date(2020, 1, 2): 10})
    with pytest.raises(ValueError, match="end before the loan"):
        play(falling, 0, 5_000, Borrower.NEVER_PAYS)


def test_a_sale_over_a_weekend_takes_the_last_price_and_closes_with_the_next() -> None:
    series = Series.of({date(2020, 1, 2): 100, date(2020, 1, 3): 10, date(2020, 1, 6): 90})
    *_, sale, bid, close = play(series, 0, 5_000, Borrower.NEVER_PAYS).acts
    assert isinstance(bid, Bid)
    assert bid.amount == 10 * BARRELS * 97 // 100
    assert (bid.at - sale.at, close.at - series.at[-1]) == (DAY - 5, 20)


# ---- the table and the page


@pytest.mark.parametrize("advance", [5_000, 9_000])
def test_both_borrowers_fare_alike_once_the_lender_has_acted_in_the_term(advance: int) -> None:
    series = brent()
    for first in range(0, 9_800, 50):
        never, repays = (play(series, first, advance, borrower) for borrower in Borrower)
        origin, act = never.acts[:2]
        assert isinstance(origin, Originate)
        if act.at < origin.terms.maturity_at:
            assert never == repays
        else:
            assert (repays.trigger, repays.loss, repays.was_called) == (None, 0, False)


def test_the_rows_count_every_start() -> None:
    prices = {date(2020, 1, 1) + timedelta(days=n): 5_000 for n in range(220)}
    (row,) = rows(Series.of(prices), [7_000])[Borrower.NEVER_PAYS]
    assert (row.starts, row.called, row.lost, row.worst_loss, row.worst_start) == (20, 0, 0, 0, None)
    assert row.ended == {Trigger.MATURITY: 20, Trigger.LIQUIDATION: 0, Trigger.CALL: 0, None: 0}
    (row,) = rows(Series.of(prices), [7_000])[Borrower.REPAYS]
    assert row.ended[None] == 20
    prices |= {date(2020, 1, 1) + timedelta(days=n): 1_000 for n in range(10, 220)}
    (row,) = rows(Series.of(prices), [7_000])[Borrower.REPAYS]
    assert (row.ended[Trigger.LIQUIDATION], row.lost, row.lost_share) == (10, 10, 500_000)
    assert row.mean_if_lost // 2 == row.mean_loss
    assert row.worst_start == date(2020, 1, 1)
    with pytest.raises(ValueError, match="too short"):
        rows(Series.of({date(2020, 1, 1): 1}))


def test_the_page_and_the_figure_are_what_the_command_writes() -> None:
    made = script().documents()
    assert {path.name for path in made} == {"brent-replay.md", "brent-replay.svg"}
    for path, text in made.items():
        assert path.read_bytes() == text.encode(), f"{path.name}: run scripts/brent_replay.py"
        if path.suffix == ".svg":
            ElementTree.fromstring(text)


def test_a_page_that_is_not_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    module = script()
    page = tmp_path / "page.md"
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "documents", lambda: {page: "as it is\n"})
    monkeypatch.setattr(module.sys, "argv", ["brent_replay.py", "--check"])
    assert module.main() == 1
    assert capsys.readouterr().err == "page.md is not what the replay makes\n"
    monkeypatch.setattr(module.sys, "argv", ["brent_replay.py"])
    assert module.main() == 0
    monkeypatch.setattr(module.sys, "argv", ["brent_replay.py", "--check"])
    assert module.main() == 0


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("brent_replay", ROOT / "scripts" / "brent_replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
