"""Financing: asked for, quoted, sold (rules F)."""

from __future__ import annotations

from dataclasses import replace

from backend.errors import both
from backend.web.pages.acts.act import Act, Risk, Said, does
from backend.web.pages.acts.catalogue.notes import LIABLE, RECOURSE, STAND_IN
from backend.web.pages.acts.fields import Amount, Parties, Party, Percent, Quantity, Span
from backend.web.pages.acts.subjects import Row

_HOLDERS, _FINANCIER = ("supplier", "financier"), ("financier",)
_BANKS = Parties("financiers", both("Financiers", "资金方"), role="financier")
_VALID = Span("validSeconds", both("Good for, days", "有效期(天)"), required=False, usual="1")
FIRM = Risk(
    both(
        "A quote is firm: until it ends or you take it back, the other side can have it done at once.",
        "报价具有约束力:在到期或撤回之前,对方可随时成交。",
    )
)


def _with_recourse(said: Said, row: Row) -> bool:
    return bool(row["with_recourse"])


ACTS = (
    Act(
        "ask-quotes",
        both("Ask for quotes", "询价"),
        "/quote-requests",
        does(
            "You ask {financiers} what they pay for {valueFen} of {subject}, {withRecourse}. They may then see it.",
            "贵方就{subject}的 {valueFen}({withRecourse})向{financiers}询价,对方因此可以查看该应收账款。",
        ),
        _HOLDERS,
        subject="receivable",
        fields=(Amount("valueFen", both("Value", "金额")), _BANKS, RECOURSE),
        risks=(LIABLE,),
        given=lambda about: {"receivableId": about.row["id"]},
    ),
    Act(
        "give-quote",
        both("Quote", "报价"),
        "/quotes",
        does(
            "You sign to buy {valueFen} of {subject} from {seller} at {rateBps} a year, {withRecourse}.",
            "贵方签署报价:以年化 {rateBps} 向{seller}买入{subject}的 {valueFen},{withRecourse}。",
        ),
        _FINANCIER,
        subject="receivable",
        fields=(
            Party("seller", both("Seller", "卖方")),
            Amount("valueFen", both("Value", "金额")),
            Percent("rateBps", both("Rate a year, %", "年化利率(%)")),
            RECOURSE,
            _VALID,
        ),
        risks=(FIRM,),
        given=lambda about: {"receivableId": about.row["id"]},
    ),
    Act(
        "sell",
        both("Sell at this quote", "按此报价成交"),
        "/quotes/{id}/acceptances",
        does(
            "You sell at {subject}. The note goes, the cash comes, in one transaction.",
            "贵方按{subject}成交,凭证与款项在同一笔交易中交割。",
        ),
        _HOLDERS,
        subject="quote",
        risks=(replace(LIABLE, applies=_with_recourse),),
        consents=(replace(STAND_IN, applies=_with_recourse),),
    ),
    Act(
        "cancel-quote",
        both("Take the quote back", "撤回报价"),
        "/quotes/{id}/cancellations",
        does("{subject} is void.", "撤回{subject}。"),
        _FINANCIER,
        subject="quote",
    ),
    Act(
        "ask-receipt-quotes",
        both("Ask for offers", "询价"),
        "/receipts/{id}/quote-requests",
        does(
            "You ask {financiers} what they pay for {quantity} of {subject}.",
            "贵方就{subject}的 {quantity} 向{financiers}询价。",
        ),
        _HOLDERS,
        subject="receipt",
        fields=(Quantity("quantity", both("Quantity", "数量")), _BANKS),
    ),
    Act(
        "give-receipt-quote",
        both("Offer", "报价"),
        "/receipts/{id}/quotes",
        does(
            "You sign to buy {quantity} of {subject} for {priceFen}.",
            "贵方签署报价:以 {priceFen} 买入{subject}的 {quantity}。",
        ),
        _FINANCIER,
        subject="receipt",
        fields=(
            Quantity("quantity", both("Quantity", "数量")),
            Amount("priceFen", both("Price for all of it", "总价")),
            _VALID,
        ),
        risks=(FIRM,),
    ),
    Act(
        "sell-receipt",
        both("Sell at this offer", "按此报价成交"),
        "/receipt-quotes/{id}/acceptances",
        does(
            "You sell at {subject}. The title goes, the cash comes, in one transaction.",
            "贵方按{subject}成交,货权与款项在同一笔交易中交割。",
        ),
        _HOLDERS,
        subject="receipt-quote",
    ),
    Act(
        "cancel-receipt-quote",
        both("Take the offer back", "撤回报价"),
        "/receipt-quotes/{id}/cancellations",
        does("{subject} is void.", "撤回{subject}。"),
        _FINANCIER,
        subject="receipt-quote",
    ),
)
