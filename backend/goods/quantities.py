"""Quantities: decimal strings of a lot's unit outside, whole numbers of 10^-decimals of it inside. Never a float."""

from __future__ import annotations

import re

from backend.errors import InvalidInput, both
from backend.invoices.normalise import quoted

MAX_QUANTITY = 2**63 - 1
MAX_DECIMALS = 18

_WRITTEN = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?", re.ASCII)


def parse_quantity(text: str, decimals: int, field: str = "quantity", *, allow_none: bool = False) -> int:
    """The whole number of 10^-decimals units that `text` ("1250.75") stands for, exactly: zeros after the last decimal
    are allowed, other digits there are refused. Above zero, or zero where `allow_none`.

    Raises InvalidInput on `field`.
    """
    scaled = exact(text, decimals, field)
    if scaled == 0 and not allow_none:
        raise InvalidInput(field=field, reason=both("must be more than zero", "必须大于零"))
    if scaled > MAX_QUANTITY:
        raise InvalidInput(field=field, reason=both("is more than can be counted", "超出可计数的范围"))
    return scaled


def exact(text: str, decimals: int, field: str) -> int:
    """A decimal number in 10^-decimals, exactly. Raises InvalidInput on `field`."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise InvalidInput(
            field=field,
            reason=both(
                "{text} is not a decimal number such as 1250.75",
                "{text} 不是形如 1250.75 的十进制数",
                text=quoted(text),
            ),
        )
    whole, fraction = found[1], (found[2] or "").rstrip("0")
    if len(fraction) > decimals:
        raise InvalidInput(
            field=field,
            reason=both(
                "{text} has more than {decimals} decimals",
                "{text} 的小数位数超过 {decimals} 位",
                text=text,
                decimals=decimals,
            ),
        )
    return int(whole + fraction.ljust(decimals, "0"))


def format_quantity(quantity: int, decimals: int) -> str:
    """A quantity as people write it, with all its decimals: 125075 of 2 decimals → "1250.75"."""
    digits = str(quantity).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
