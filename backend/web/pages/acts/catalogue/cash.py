"""Acts on cash: issued against a reserve, redeemed (rules C)."""

from __future__ import annotations

from backend.errors import both
from backend.web.pages.acts.act import Act, Consent, does
from backend.web.pages.acts.fields import Amount, CalendarDay, Field, Party

_OPERATOR = ("operator",)
_CURRENCY = Field("currency", both("Currency", "币种"), usual="CNY")

ACTS = (
    Act(
        "attest-reserve",
        both("Attest the reserve", "确认备付金"),
        "/cash/attestations",
        does(
            "You state that {reserveFen} lie at the bank behind the token: {statement}.",
            "贵方声明银行备付金余额为 {reserveFen}:{statement}。",
        ),
        _OPERATOR,
        fields=(
            _CURRENCY,
            Amount("reserveFen", both("Reserve", "备付金余额")),
            Field("statement", both("Bank statement", "银行对账单")),
        ),
    ),
    Act(
        "issue-cash",
        both("Issue cash", "发行结算币"),
        "/cash/issues",
        does("{to} gets {amountFen} of the settlement token.", "向{to}发行结算币 {amountFen}。"),
        _OPERATOR,
        fields=(_CURRENCY, Party("to", both("To", "接收方")), Amount("amountFen", both("Amount", "金额"))),
    ),
    Act(
        "redeem-cash",
        both("Cash out", "赎回"),
        "/cash/redemptions",
        does(
            "{amountFen} leave the chain and are paid to your bank: {payoutReference}.",
            "{amountFen} 离开链上并支付至贵方银行账户:{payoutReference}。",
        ),
        ("supplier", "obligor", "financier", "custodian"),
        fields=(
            _CURRENCY,
            Amount("amountFen", both("Amount", "金额")),
            Field("payoutReference", both("Reference of the payout", "付款附言")),
        ),
        consents=(Consent("out", both("I give the tokens up.", "我方放弃相应结算币。")),),
    ),
    Act(
        "settle-day",
        both("Settle a day", "执行到期清算"),
        "/settlement-runs",
        does(
            "Whoever holds notes that mature on {day} is paid from what obligors paid in.",
            "以付款人已还款项兑付 {day} 到期的全部凭证。",
        ),
        _OPERATOR,
        fields=(CalendarDay("day", both("Day of maturity", "到期日")),),
    ),
)
