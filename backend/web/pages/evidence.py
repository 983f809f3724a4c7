"""What devices say, in words: their kinds, what they measured, what is wrong with a lot."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal

from backend.errors import Phrase, both
from backend.goods import format_quantity
from backend.web.pages import readers

KINDS: dict[str, Phrase] = {
    "weight": both("weight", "重量"),
    "position": both("position", "位置"),
    "door": both("door", "门磁"),
    "temperature": both("temperature", "温度"),
    "silence": both("silence", "静默"),
}

ALARMS: dict[str, Phrase] = {
    "locked": both("The lot is locked.", "批次已锁定。"),
    "contradiction": both("A device contradicts the receipts.", "设备读数与仓单不符。"),
    "silence": both("A device has been silent for too long.", "设备静默超时。"),
    "uncalibrated": both("A device's calibration has ended.", "设备校准已过期。"),
}

MISFORTUNES: dict[str, Phrase] = {
    "damage": both("damage", "损毁"),
    "shortage": both("shortage", "短少"),
    "contamination": both("contamination", "污染"),
    "loss": both("loss", "灭失"),
}
_ZERO_CELSIUS = 273_150
"""In thousandths of a kelvin."""


def measured(kind: str, value: str, decimals: int = 0, unit: str = "") -> str:
    """A reading with its unit: a weight in the lot's own, a temperature in degrees, of a silence the moment."""
    if kind == "weight":
        return f"{format_quantity(int(value), decimals)} {unit}".strip()
    if kind == "position":
        return readers.t("{value} m from its place", "偏离 {value} 米", value=value)
    if kind == "door":
        return readers.t("open", "开启") if int(value) else readers.t("shut", "关闭")
    if kind == "temperature":
        return f"{format_decimal(degrees(value), format='0.0#')} °C"
    return readers.moment(value)


def degrees(value: str) -> Decimal:
    """Thousandths of a kelvin as degrees Celsius."""
    return Decimal(int(value) - _ZERO_CELSIUS).scaleb(-3)
