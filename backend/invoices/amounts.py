"""Amounts of money: decimal strings, exact decimals, minor units. Never a float."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

from backend.errors import InvalidInput, both
from backend.invoices.currencies import Currency
from backend.invoices.normalise import normalise, quoted
from backend.invoices.ubl import code, local_name, value
from backend.invoices.xmltree import Node

MAX_MINOR_UNITS = 10**15

_WRITTEN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_MAX_CHARACTERS = 40
_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])
_XML_SPACE = " \t\r\n"


def total(amounts: list[Decimal]) -> Decimal:
    """The exact sum."""
    result = Decimal(0)
    for amount in amounts:
        result = _EXACT.add(result, amount)
    return result


def currency_id(node: Node, field: str) -> str | None:
    """The currencyID of an amount as an alphabetic code in capitals, or None without one."""
    return normalise(code(node, "currencyID", field)).upper() or None


def amount(node: Node, money: Currency, field: str) -> Decimal:
    """The amount of an element, in units of `money` (yuan, not fen), exact.

    Raises InvalidInput on `field` when its currencyID is absent or another than `money`, or when it
    is not written as digits with at most one point and a minus (xs:decimal without the plus sign).
    """
    name = local_name(node)
    written_code = currency_id(node, field)
    if written_code is None:
        reason = both("{name} has no currencyID", "{name} 没有币种属性 currencyID", name=name)
        raise InvalidInput(field=field, reason=reason)
    if written_code != money.code:
        reason = both(
            "{name} is in {code}, but the document currency (BT-5) is {currency}",
            "{name} 的币种为 {code},但发票币种 (BT-5) 为 {currency}",
            name=name,
            code=quoted(written_code),
            currency=money.code,
        )
        raise InvalidInput(field=field, reason=reason)
    written = value(node, field).strip(_XML_SPACE)
    if not written:
        raise InvalidInput(field=field, reason=both("{name} is empty", "{name} 为空", name=name))
    if len(written) > _MAX_CHARACTERS or not _WRITTEN.fullmatch(written):
        reason = both(
            "{name} is {written}, which is not a decimal number such as 1000.00",
            "{name} 为 {written},不是形如 1000.00 的十进制数",
            name=name,
            written=quoted(written),
        )
        raise InvalidInput(field=field, reason=reason)
    return Decimal(written)


def minor_units(units: Decimal, money: Currency, field: str) -> int:
    """`units` of `money` (BT-115) in its minor units, above zero and at most MAX_MINOR_UNITS.

    Zeros after the last decimal of the currency are allowed, other digits there are refused.
    Raises InvalidInput on `field`.
    """
    if units <= 0:
        reason = both(
            "the amount payable must be above zero, it is {amount}",
            "应付金额必须大于零,实为 {amount}",
            amount=plain(units),
        )
        raise InvalidInput(field=field, reason=reason)
    scaled = units.scaleb(money.decimals, _EXACT)
    if scaled > MAX_MINOR_UNITS:
        reason = both(
            "{amount} {currency} is more than any invoice is for",
            "{amount} {currency} 超出任何发票可能的金额",
            amount=plain(units),
            currency=money.code,
        )
        raise InvalidInput(field=field, reason=reason)
    if scaled != scaled.to_integral_value():
        reason = both(
            "{amount} has more decimals than {currency}, which has {decimals}",
            "{amount} 的小数位数超过币种 {currency} 的 {decimals} 位",
            amount=plain(units),
            currency=money.code,
            decimals=money.decimals,
        )
        raise InvalidInput(field=field, reason=reason)
    return int(scaled)


def plain(units: Decimal) -> str:
    """The number with all its digits, never with an exponent."""
    return f"{units:f}"
