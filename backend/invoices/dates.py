"""Dates as UBL writes them."""

from __future__ import annotations

import re
from datetime import date

from backend.errors import InvalidInput, both
from backend.invoices.normalise import quoted

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?")


def day(written: str, field: str) -> date:
    """The calendar day of an xs:date ("2026-01-15", also "2026-01-15Z" and "2026-01-15+08:00").

    The time zone is dropped: the day printed on the invoice is the day. Raises InvalidInput on
    `field` for any other form and for days that do not exist.
    """
    match = _WRITTEN.fullmatch(written.strip(" \t\r\n"))
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise InvalidInput(
        field=field,
        reason=both(
            "{date} is not a date such as 2026-01-15", "{date} 不是形如 2026-01-15 的日期", date=quoted(written)
        ),
    )
