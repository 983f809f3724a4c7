"""How a reader sees things: language, amounts, moments, rates. All of it takes what the read model has (whole minor
units, UTC seconds, basis points) and gives text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_decimal
from flask import g, request
from markupsafe import Markup

from backend.errors import Phrase
from backend.invoices import currency
from backend.web import problems
from backend.web.pages.cookies import called

COOKIE = "feiqian_language"
LANGUAGES = {"en": "English", "zh": "中文"}
WORTHLESS = 1_000_000
LAST = 253_402_300_799
"""The last second that a calendar has: what is beyond is said to have no end."""
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}


def choose_language() -> None:
    """For this request: what the reader chose once, or what the browser prefers."""
    chosen = request.cookies.get(called(COOKIE))
    g.language = chosen if chosen in LANGUAGES else problems.language()


def t(en: str, zh: str, **values: object) -> str:
    """The text of the reader's language, with `values` filled in."""
    return (zh if problems.language() == "zh" else en).format(**values)


def said(phrase: object) -> str:
    """A phrase in the reader's language; what has one language stays as it is."""
    return problems.spoken(phrase) if isinstance(phrase, Phrase) else str(phrase)


def amount(minor: int | str, code: str) -> str:
    """Minor units of a currency: 123456 of CNY is 1,234.56."""
    decimals = currency(code).decimals
    exact = Decimal(int(minor)).scaleb(-decimals)
    return format_decimal(exact, format=f"#,##0.{'0' * decimals}" if decimals else "#,##0", locale=_locale())


def decimals_of(code: str) -> int:
    return currency(code).decimals


def plain_amount(minor: int | str, code: str) -> str:
    """The same as it is written into a form, whatever the language: 1234.56."""
    return format(Decimal(int(minor)).scaleb(-currency(code).decimals), "f")


def money(minor: int | str, code: str) -> str:
    """The same with its currency, as one piece that a screen reader says once."""
    return Markup('<span class="amount">{} <small>{}</small></span>').format(amount(minor, code), code)


def day(seconds: int | str) -> str:
    """A day, of the calendar in UTC: 1 Mar 2026, 2026年3月1日."""
    if int(seconds) > LAST:
        return t("without end", "长期")
    return Markup('<time datetime="{}">{}</time>').format(_at(seconds).date().isoformat(), plain_day(seconds))


def plain_day(seconds: int | str) -> str:
    """The same without its markup."""
    return t("without end", "长期") if int(seconds) > LAST else format_date(_at(seconds), "medium", _locale())


def month(seconds: int | str) -> str:
    """A month of the calendar in UTC: March 2026, 2026年3月."""
    return Markup('<time datetime="{}">{}</time>').format(f"{_at(seconds):%Y-%m}", plain_month(seconds))


def plain_month(seconds: int | str) -> str:
    """The same without its markup."""
    return str(format_skeleton("yMMMM", _at(seconds), locale=_locale()))


def moment(seconds: int | str) -> str:
    """A moment in UTC, to the minute."""
    if int(seconds) > LAST:
        return t("without end", "长期")
    at = _at(seconds)
    shown = format_datetime(at, "medium", locale=_locale())
    return Markup('<time datetime="{}">{} UTC</time>').format(at.isoformat(), shown)


def rate(bps: int | str) -> str:
    """Basis points as per cent: 480 is 4.80 %."""
    return f"{format_decimal(Decimal(int(bps)).scaleb(-2), format='#,##0.00', locale=_locale())} %"


def ltv(bps: int | str) -> str:
    """A loan-to-value; beyond a hundred times the value there is as good as none."""
    return rate(bps) if int(bps) < WORTHLESS else t("worthless", "无价值")


def short(account: str) -> str:
    """An address, shortened for the eye; the whole one is its title."""
    return Markup('<code title="{0}">{1}…{2}</code>').format(account, account[:6], account[-4:])


def _at(seconds: int | str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _locale() -> str:
    return _LOCALES[problems.language()]
