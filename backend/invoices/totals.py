"""The document totals (BG-22): what is payable, and whether the sums around it hold.

Only what is given is checked, and exactly: EN 16931 has the totals rounded before they are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backend.errors import InvalidInput, Phrase, both
from backend.invoices.amounts import amount, currency_id, minor_units, plain, total
from backend.invoices.currencies import Currency
from backend.invoices.normalise import normalise, quoted
from backend.invoices.ubl import every, few, one, text
from backend.invoices.xmltree import Node

_PAYABLE = "invoice.payable"
_TOTALS = "invoice.totals"

MAX_OF_A_KIND = 1000
"""Allowances and charges, and totals of tax, that a document may have."""

_CHARGE = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class _Totals:
    """Amounts in units of the document currency; None where the document does not give one."""

    lines: Decimal | None  # BT-106
    allowances: Decimal | None  # BT-107
    charges: Decimal | None  # BT-108
    without_tax: Decimal | None  # BT-109
    with_tax: Decimal | None  # BT-112
    prepaid: Decimal | None  # BT-113
    rounding: Decimal | None  # BT-114
    payable: Decimal  # BT-115


def payable(root: Node, line: str, money: Currency) -> int:
    """The amount due for payment (BT-115) in minor units of `money`, the document currency (BT-5).

    `line` is the name of the document's lines ("cac:InvoiceLine"). Raises InvalidInput:
    invoice.payable when the amount is missing, malformed, in another currency, not above zero, too
    large or too precise; invoice.totals when a total is malformed or EN 16931's sums do not hold
    (BR-CO-10 to BR-CO-13, BR-CO-15, BR-CO-16), with both figures.
    """
    group = one(root, "cac:LegalMonetaryTotal", _TOTALS)
    node = one(group, "cbc:PayableAmount", _PAYABLE) if group else None
    if group is None or node is None:
        reason = both(
            "cac:LegalMonetaryTotal/cbc:PayableAmount (BT-115) is missing",
            "缺少 cac:LegalMonetaryTotal/cbc:PayableAmount (应付金额 BT-115)",
        )
        raise InvalidInput(field=_PAYABLE, reason=reason)
    due = amount(node, money, _PAYABLE)
    units = minor_units(due, money, _PAYABLE)
    _check(_read(group, due, money), root, line, money)
    return units


def _read(group: Node, due: Decimal, money: Currency) -> _Totals:
    def given(name: str) -> Decimal | None:
        node = one(group, name, _TOTALS)
        return None if node is None else amount(node, money, _TOTALS)

    return _Totals(
        lines=given("cbc:LineExtensionAmount"),
        allowances=given("cbc:AllowanceTotalAmount"),
        charges=given("cbc:ChargeTotalAmount"),
        without_tax=given("cbc:TaxExclusiveAmount"),
        with_tax=given("cbc:TaxInclusiveAmount"),
        prepaid=given("cbc:PrepaidAmount"),
        rounding=given("cbc:PayableRoundingAmount"),
        payable=due,
    )


def _check(totals: _Totals, root: Node, line: str, money: Currency) -> None:
    lines = _sum_of_lines(root, line, money)
    allowances, charges = _sums_of_allowances(root, money)
    taxes = _sum_of_taxes(root, money)
    _equal(
        both("LineExtensionAmount (BT-106)", "LineExtensionAmount (行净额合计 BT-106)"),
        totals.lines,
        both("the sum of the lines", "各行净额之和"),
        lines,
    )
    _equal(
        both("AllowanceTotalAmount (BT-107)", "AllowanceTotalAmount (折让合计 BT-107)"),
        totals.allowances,
        both("the sum of the allowances", "各项折让之和"),
        allowances,
    )
    _equal(
        both("ChargeTotalAmount (BT-108)", "ChargeTotalAmount (附加费合计 BT-108)"),
        totals.charges,
        both("the sum of the charges", "各项附加费之和"),
        charges,
    )
    _equal(
        both("TaxExclusiveAmount (BT-109)", "TaxExclusiveAmount (不含税金额 BT-109)"),
        totals.without_tax,
        both("lines less allowances plus charges", "行净额合计减折让加附加费"),
        _adding(
            _first(totals.lines, lines),
            -_first_or_zero(totals.allowances, allowances),
            _first_or_zero(totals.charges, charges),
        ),
    )
    _equal(
        both("TaxInclusiveAmount (BT-112)", "TaxInclusiveAmount (价税合计 BT-112)"),
        totals.with_tax,
        both("TaxExclusiveAmount (BT-109) plus the tax", "不含税金额 (BT-109) 加税额"),
        _adding(totals.without_tax, taxes),
    )
    _equal(
        both("PayableAmount (BT-115)", "PayableAmount (应付金额 BT-115)"),
        totals.payable,
        both("TaxInclusiveAmount (BT-112) less prepaid plus rounding", "价税合计 (BT-112) 减预付金额加舍入金额"),
        _adding(totals.with_tax, -_first_or_zero(totals.prepaid), _first_or_zero(totals.rounding)),
    )


def _equal(name: Phrase, given: Decimal | None, how: Phrase, expected: Decimal | None) -> None:
    if given is not None and expected is not None and given != expected:
        reason = both(
            "{name} is {given}, but {how} is {expected}",
            "{name} 为 {given},但{how}为 {expected}",
            name=name,
            given=plain(given),
            how=how,
            expected=plain(expected),
        )
        raise InvalidInput(field=_TOTALS, reason=reason)


def _adding(*terms: Decimal | None) -> Decimal | None:
    known = [term for term in terms if term is not None]
    return total(known) if len(known) == len(terms) else None


def _first(*candidates: Decimal | None) -> Decimal | None:
    return next((candidate for candidate in candidates if candidate is not None), None)


def _first_or_zero(*candidates: Decimal | None) -> Decimal:
    return _first(*candidates, Decimal(0)) or Decimal(0)


def _sum_of_lines(root: Node, line: str, money: Currency) -> Decimal | None:
    """The sum of BT-131, or None when there are no lines or one of them cannot be read."""
    amounts = []
    for node in every(root, line):
        found = every(node, "cbc:LineExtensionAmount")
        if len(found) != 1:
            return None
        try:
            amounts.append(amount(found[0], money, _TOTALS))
        except InvalidInput:
            return None
    return total(amounts) if amounts else None


def _sums_of_allowances(root: Node, money: Currency) -> tuple[Decimal | None, Decimal | None]:
    """The sum of the document's allowances (BT-92) and that of its charges (BT-99), each None without any."""
    amounts: dict[bool, list[Decimal]] = {False: [], True: []}
    for node in few(MAX_OF_A_KIND, root, _TOTALS, "cac:AllowanceCharge"):
        found = one(node, "cbc:Amount", _TOTALS)
        if found is not None:
            amounts[_is_charge(node)].append(amount(found, money, _TOTALS))
    return total(amounts[False]) if amounts[False] else None, total(amounts[True]) if amounts[True] else None


def _is_charge(node: Node) -> bool:
    """What ChargeIndicator says, in any case, spacing or width. An amount of neither kind would be in no sum."""
    written = text(node, "cbc:ChargeIndicator", _TOTALS) or ""
    found = _CHARGE.get(normalise(written))
    if found is None:
        reason = both(
            "ChargeIndicator is {written}, it must be true or false",
            "ChargeIndicator 为 {written},应为 true 或 false",
            written=quoted(written),
        )
        raise InvalidInput(field=_TOTALS, reason=reason)
    return found


def _sum_of_taxes(root: Node, money: Currency) -> Decimal | None:
    """The sum of BT-110, or None without any. Tax in the accounting currency (BT-6, BT-111) is not in it."""
    amounts = []
    for node in few(MAX_OF_A_KIND, root, _TOTALS, "cac:TaxTotal"):
        found = one(node, "cbc:TaxAmount", _TOTALS)
        if found is not None and currency_id(found, _TOTALS) in (None, money.code):
            amounts.append(amount(found, money, _TOTALS))
    return total(amounts) if amounts else None
