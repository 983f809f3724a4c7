"""What the errors of evidence say to people: watches, devices and what they read (rules E)."""

from __future__ import annotations

from backend.errors import Phrase, both

SENTENCES: dict[str, tuple[str, str]] = {
    # watches
    "WatchMissing": ("lot {lotId} has no watch yet", "批次 {lotId} 尚未设定监测规则"),
    "InvalidWatch": (
        "{member} of the watch over lot {lotId} is out of bounds",
        "批次 {lotId} 监测规则的 {member} 超出允许范围",
    ),
    "WatchLoosened": (
        "the custodian makes the watch over lot {lotId} stricter only, and {member} would be looser",
        "保管人只能收紧批次 {lotId} 的监测规则,而 {member} 被放宽",
    ),
    # devices
    "UnknownDevice": ("{device} is no registered device", "{device} 不是已登记的设备"),
    "DeviceTaken": ("device {device} is registered already", "设备 {device} 已经登记"),
    "DeviceIsRevoked": ("device {device} is revoked", "设备 {device} 已吊销"),
    "NotTheOwner": ("{caller} is not the owner of device {device}", "{caller} 不是设备 {device} 的所有人"),
    "CalibrationEnded": (
        "the calibration of device {device} is good until {calibratedUntil}, which is before {takenAt}",
        "设备 {device} 的校准有效期至 {calibratedUntil},早于 {takenAt}",
    ),
    "CalibrationShortened": (
        "device {device} is calibrated until {calibratedUntil} already",
        "设备 {device} 的校准有效期已至 {calibratedUntil}",
    ),
    # batches
    "InvalidBatch": (
        "a batch cannot go from sequence {firstSequence} to {lastSequence}",
        "批次归档的序号不能从 {firstSequence} 到 {lastSequence}",
    ),
    "SequenceUsed": (
        "sequence {sequence} of device {device} is not above {lastSequence}, the last one",
        "设备 {device} 的序号 {sequence} 不大于上一个序号 {lastSequence}",
    ),
    "RootAnchored": ("root {root} is anchored already", "根 {root} 已经上链"),
    "RootUnknown": ("the device has anchored no root {root}", "该设备没有上链的根 {root}"),
    "NotInBatch": ("reading {leaf} is not in the batch of root {root}", "读数 {leaf} 不在根为 {root} 的归档中"),
    # readings
    "WrongReading": (
        "device {device} does not measure {kind} at lot {lotId}",
        "设备 {device} 不在批次 {lotId} 测量{kind}",
    ),
    "TakenInTheFuture": ("the reading is of {takenAt}, and it is {nowAt}", "读数时间为 {takenAt},现在是 {nowAt}"),
    "TakenTooEarly": (
        "the reading is of {takenAt}, and only what was read after {since} says something",
        "读数时间为 {takenAt},只有 {since} 之后的读数才有证明力",
    ),
    "NoContradiction": (
        "{value} is within the limit of {limit}: it contradicts nothing",
        "{value} 未超出限值 {limit},与仓单不矛盾",
    ),
    "DeliveryMayFollow": (
        "a delivery until {until} may explain the door that opened at {takenAt}",
        "开门时间为 {takenAt},{until} 之前的提货仍可能说明原因",
    ),
    "NotSilent": ("device {device} may be silent until {allowedUntil}", "设备 {device} 在 {allowedUntil} 前允许无数据"),
    "AlreadySeen": (
        "device {device} contradicts lot {lotId} already, and counts once",
        "设备 {device} 对批次 {lotId} 的矛盾已经计入,只计一次",
    ),
    "LotIsEmpty": ("no receipt of lot {lotId} stands for anything", "批次 {lotId} 已无仓单所载货物"),
}

TIMES = {"calibratedUntil", "takenAt", "since", "until", "allowedUntil"}

KINDS: tuple[Phrase, ...] = (
    both("weight", "重量"),
    both("a position", "位置"),
    both("a door", "门"),
    both("a temperature", "温度"),
)
"""In the order in which the contract counts them."""
