"""Acts on devices and what they watch (rules E)."""

from __future__ import annotations

from backend.errors import both
from backend.web.pages.acts.act import Act, Consent, Risk, does
from backend.web.pages.acts.fields import Celsius, Choice, Day, Field, Flag, Number, Percent, Span

_OWNERS = ("custodian", "carrier")
_FOR_GOOD = Risk(both("It is for good.", "不可恢复。"))

ACTS = (
    Act(
        "watch-lot",
        both("Have it watched", "设置监控"),
        "/lots/{id}/watches",
        does(
            "{subject} is watched: so many devices must contradict before it is locked. Later it can only be stricter.",
            "对{subject}设置监控:达到规定数量的设备读数相悖时锁定;此后只能更严格。",
        ),
        ("custodian",),
        subject="lot",
        fields=(
            Percent("toleranceBps", both("Tolerance, % of the quantity", "允差(占数量 %)"), usual="1"),
            Span("maxSilenceSeconds", both("Longest silence, days", "最长静默(天)"), usual="1"),
            Number("quorum", both("Devices that must contradict", "触发锁定的设备数"), usual="2"),
            Celsius(
                "maxMilliKelvin", both("Warmest, °C (no limit, without one)", "最高温度(°C,默认不限)"), required=False
            ),
            Number("maxMetres", both("Furthest from its place, metres", "允许偏离距离(米)"), usual="100"),
        ),
    ),
    Act(
        "register-device",
        both("Register a device", "登记设备"),
        "/lots/{id}/devices",
        does("Device {device} ({kind}) watches {subject}.", "设备 {device}({kind})监控{subject}。"),
        _OWNERS,
        subject="lot",
        fields=(
            Field("device", both("Address of its key", "设备密钥地址")),
            Choice(
                "kind",
                both("What it measures", "测量类型"),
                choices={
                    "weight": both("weight", "重量"),
                    "position": both("position", "位置"),
                    "door": both("door", "门磁"),
                    "temperature": both("temperature", "温度"),
                },
            ),
            Day("calibratedUntil", both("Calibrated until", "校准有效期至")),
            Flag(
                "simulated",
                both("Source of readings", "读数来源"),
                yes=both("simulated, for good", "模拟(不可更改)"),
                no=both("a sensor", "真实传感器"),
            ),
        ),
    ),
    Act(
        "calibrate-device",
        both("Tell of a calibration", "登记校准"),
        "/devices/{id}/calibrations",
        does("{subject} is calibrated until {calibratedUntil}.", "{subject}的校准有效期至 {calibratedUntil}。"),
        _OWNERS,
        subject="device",
        fields=(Day("calibratedUntil", both("Calibrated until", "校准有效期至")),),
    ),
    Act(
        "revoke-device",
        both("Revoke", "吊销"),
        "/devices/{id}/revocations",
        does("{subject} is no longer believed.", "{subject}此后不再被采信。"),
        _OWNERS,
        subject="device",
        risks=(_FOR_GOOD,),
        consents=(Consent("revoke", both("I revoke it for good.", "我方确认永久吊销。")),),
    ),
    Act(
        "revoke-device-by-order",
        both("Revoke by order", "依命令吊销"),
        "/devices/{id}/revocation-orders",
        does("By order {order}, {subject} is no longer believed.", "依据命令 {order},{subject}不再被采信。"),
        ("operator", "regulator"),
        subject="device",
        fields=(Field("order", both("Order number", "命令编号")),),
        risks=(_FOR_GOOD,),
    ),
    Act(
        "report-silence",
        both("Report silence", "报告静默"),
        "/devices/{id}/silence-reports",
        does(
            "{subject} has been silent for longer than allowed; its lot is locked.",
            "{subject}静默超时,其批次将被锁定。",
        ),
        ("custodian", "carrier", "supplier", "financier"),
        subject="device",
    ),
)
