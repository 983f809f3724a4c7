"""What the errors of OpenZeppelin's AccessManager say to people: who may, and what must wait (rules A)."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "AccessManagerAlreadyScheduled": ("operation {operationId} is scheduled already", "操作 {operationId} 已在计划中"),
    "AccessManagerNotScheduled": ("operation {operationId} is not scheduled", "操作 {operationId} 未列入计划"),
    "AccessManagerNotReady": ("operation {operationId} still has to wait", "操作 {operationId} 仍在等待期内"),
    "AccessManagerExpired": ("operation {operationId} waited for too long", "操作 {operationId} 已过期"),
    "AccessManagerBadConfirmation": ("a role is given up by its holder only", "角色只能由持有人本人放弃"),
    "AccessManagerInvalidInitialAdmin": (
        "{initialAdmin} cannot be the first admin",
        "{initialAdmin} 不能作为首任管理员",
    ),
    "AccessManagerLockedRole": ("role {roleId} cannot be changed", "角色 {roleId} 不可更改"),
    "AccessManagerUnauthorizedAccount": ("{msgsender} does not have role {roleId}", "{msgsender} 没有角色 {roleId}"),
    "AccessManagerUnauthorizedCall": (
        "{caller} may not call {selector} of {target}",
        "{caller} 无权调用 {target} 的 {selector}",
    ),
    "AccessManagerUnauthorizedCancel": (
        "{msgsender} may not cancel what {caller} scheduled: {selector} of {target}",
        "{msgsender} 无权取消 {caller} 计划的操作:{target} 的 {selector}",
    ),
    "AccessManagerUnauthorizedConsume": ("only {target} may use up its operations", "只有 {target} 可以消耗其计划操作"),
    "AddressEmptyCode": ("there is no contract at {target}", "{target} 处没有合约"),
    "FailedCall": ("a call within failed", "内部调用失败"),
    "InsufficientBalance": ("{needed} is needed, and {balance} is there", "需要 {needed},余额为 {balance}"),
}
