"""Acts on operations and on the clock (rules G36, G37)."""

from __future__ import annotations

from backend.errors import both
from backend.roles import BITS
from backend.web.pages.acts.act import Act, Risk, does
from backend.web.pages.acts.fields import Span

ACTS = (
    Act(
        "cancel-operation",
        both("Take it back", "撤回"),
        "/operations/{id}/cancellations",
        does(
            "{subject} is taken back, unless a block has it before: its state says what a block decided.",
            "撤回{subject};若已上链则不再撤回,结果以区块为准。",
        ),
        ("operator", *(role for role in BITS if role != "protocol")),
        subject="operation",
    ),
    Act(
        "travel",
        both("Move the clock", "调整时间"),
        "/clock/travels",
        does(
            "The clock of this development chain moves {seconds} days forward, for everybody. It never goes back.",
            "开发链的时间前移 {seconds} 天,对所有参与方生效,且不可回退。",
        ),
        ("operator",),
        fields=(Span("seconds", both("Days", "天数"), usual="1"),),
        risks=(
            Risk(
                both(
                    "What falls due in between is overdue at once: maturities, margin calls, offers.",
                    "其间到期的事项(到期日、补仓期限、报价)将立即逾期或失效。",
                )
            ),
        ),
    ),
)
