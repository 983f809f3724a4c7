"""Acts on loans: asked for, offered, drawn, repaid, called, sold (rules K)."""

from __future__ import annotations

from backend.config import HOUR
from backend.errors import both
from backend.web.pages.acts.act import Act, Consent, Risk, does
from backend.web.pages.acts.catalogue.quotes import FIRM
from backend.web.pages.acts.fields import Amount, Choice, Day, Number, Parties, Party, Percent, PerUnit, Quantity, Span

_HOLDERS, _LENDER = ("supplier", "financier"), ("financier",)
_ANY = ("supplier", "financier", "obligor", "custodian")
_BANKS = Parties("financiers", both("Financiers", "资金方"), role="financier")
_LIMIT = Amount("limitFen", both("Most over all", "最高额度"))
_AMOUNT = Amount("amountFen", both("Amount", "金额"))
_TOKEN = Number("tokenId", both("Title number", "权利凭证编号"))
_PART = Quantity("value", both("Part (all of it, without one)", "部分数量(默认全部)"), required=False)
_PLEDGED = Risk(
    both("The title goes into escrow. If you fall behind, it is sold.", "权利凭证将转入托管;如发生违约,将被处置变现。")
)
_TERMS = (
    _LIMIT,
    Percent("rateBps", both("Rate a year, %", "年化利率(%)")),
    Percent("penaltyBps", both("Penalty rate a year, %", "罚息年化利率(%)")),
    Day("maturityAt", both("Maturity", "到期日")),
    Number("graceDays", both("Grace, days", "宽限期(天)"), usual="3"),
    Percent("advanceBps", both("Lent up to, % of value", "融资比例上限(%)"), usual="60"),
    Percent("callBps", both("Margin call from, %", "补仓线(%)"), usual="70"),
    Percent("liquidationBps", both("Sale from, %", "处置线(%)"), usual="85"),
    Span("cureSeconds", both("Time to answer a call, hours", "补仓期限(小时)"), usual="48", unit=HOUR),
)
_VALID = Span("validSeconds", both("Good for, days", "有效期(天)"), required=False, usual="1")
ORDER = Choice(
    "order",
    both("Payments go first to", "还款顺序"),
    usual="penalty-interest-principal",
    choices={
        "penalty-interest-principal": both("penalty, interest, principal", "罚息、利息、本金"),
        "interest-penalty-principal": both("interest, penalty, principal", "利息、罚息、本金"),
        "principal-interest-penalty": both("principal, interest, penalty", "本金、利息、罚息"),
    },
)


def _ask(asset: str, value: Quantity | Amount | None) -> Act:
    fields = (_LIMIT, _BANKS) if value is None else (value, _LIMIT, _BANKS)
    return Act(
        f"ask-loan-on-{asset}",
        both("Ask for a loan", "申请贷款"),
        "/loan-requests",
        does(
            "You ask {financiers} for a loan of up to {limitFen} over {subject}.",
            "贵方以{subject}为质押,向{financiers}申请最高 {limitFen} 的贷款。",
        ),
        _HOLDERS,
        subject=asset,
        fields=fields,
        given=lambda about: {"asset": asset, "tokenId": about.row["id"]},
    )


def _offer(name: str, reserve: Amount) -> Act:
    return Act(
        name,
        both("Offer terms", "提供贷款条件"),
        "/loan-requests/{id}/quotes",
        does(
            "You sign to lend up to {limitFen} on {subject} at {rateBps} a year until {maturityAt}.",
            "贵方签署:就{subject}按年化 {rateBps} 提供最高 {limitFen} 的贷款,到期日 {maturityAt}。",
        ),
        _LENDER,
        subject="loan-request",
        fields=(*_TERMS, reserve, ORDER, _VALID),
        risks=(FIRM,),
    )


ACTS = (
    _ask("receipt", _PART),
    _ask("note", None),
    _offer(
        "offer-loan-on-receipt", Amount("reservePriceFen", both("Least price of a unit in a sale", "处置底价(每单位)"))
    ),
    _offer(
        "offer-loan-on-note",
        PerUnit("reservePriceFen", both("Least price in a sale, % of value", "处置底价(占面值 %)")),
    ),
    Act(
        "cancel-loan-quote",
        both("Take the terms back", "撤回贷款条件"),
        "/loan-quotes/{id}/cancellations",
        does("{subject} are void.", "撤回{subject}。"),
        _LENDER,
        subject="loan-quote",
    ),
    Act(
        "take-loan",
        both("Take the loan", "接受并放款"),
        "/loan-quotes/{id}/acceptances",
        does(
            "You take {subject} and draw {amountFen} at once. The title goes into escrow in the same transaction.",
            "贵方接受{subject},立即放款 {amountFen};权利凭证在同一笔交易中转入托管。",
        ),
        _HOLDERS,
        subject="loan-quote",
        fields=(_AMOUNT,),
        risks=(_PLEDGED,),
        consents=(Consent("pledge", both("I pledge this title.", "我方以该权利凭证出质。")),),
    ),
    Act(
        "count",
        both("Sign a count", "签署盘点"),
        "/counts",
        does(
            "You sign for {pledgee} that {quantity} of {subject} are there now.",
            "贵方向{pledgee}签署:{subject}现存 {quantity}。",
        ),
        ("custodian",),
        subject="receipt",
        fields=(
            Party("pledgee", both("For the lender", "质权人"), role="financier"),
            Quantity("quantity", both("Quantity counted", "盘点数量")),
        ),
        consents=(Consent("seen", both("I have counted these goods.", "我方已清点该批货物。")),),
        given=lambda about: {"receiptId": about.row["id"]},
    ),
    Act(
        "draw",
        both("Draw more", "再次放款"),
        "/loans/{id}/drawdowns",
        does("You draw {amountFen} more on {subject}.", "贵方就{subject}再提款 {amountFen}。"),
        _HOLDERS,
        subject="loan",
        fields=(_AMOUNT,),
    ),
    Act(
        "repay-loan",
        both("Repay", "还款"),
        "/loans/{id}/repayments",
        does(
            "You pay {amountFen} on {subject}; what is more than due is not taken.",
            "贵方就{subject}还款 {amountFen};超出应还的部分不会扣款。",
        ),
        _ANY,
        subject="loan",
        fields=(_AMOUNT,),
    ),
    Act(
        "advance-storage",
        both("Advance storage", "垫付仓储费"),
        "/loans/{id}/storage-advances",
        does(
            "You pay the storage of title {tokenId}, as a cost of {subject}.",
            "贵方垫付权利凭证 {tokenId} 的仓储费,计入{subject}的费用。",
        ),
        _LENDER,
        subject="loan",
        fields=(_TOKEN,),
    ),
    Act(
        "top-up",
        both("Top up", "补仓"),
        "/loans/{id}/top-ups",
        does("Title {tokenId} goes into escrow for {subject} too.", "权利凭证 {tokenId} 追加质押于{subject}。"),
        _HOLDERS,
        subject="loan",
        fields=(_TOKEN, _PART),
        risks=(_PLEDGED,),
        consents=(Consent("pledge", both("I pledge this title.", "我方以该权利凭证出质。")),),
    ),
    Act(
        "release",
        both("Take title out", "解押"),
        "/loans/{id}/releases",
        does(
            "{value} of title {tokenId} come back, while {subject} stays covered.",
            "在{subject}保持足额担保的前提下,解押权利凭证 {tokenId} 的 {value}。",
        ),
        _HOLDERS,
        subject="loan",
        fields=(_TOKEN, Quantity("value", both("How much", "数量"))),
    ),
    Act(
        "call-margin",
        both("Call margin", "发出补仓通知"),
        "/loans/{id}/margin-calls",
        does(
            "The borrower of {subject} has to top up or pay down in time.", "要求{subject}的借款人在期限内补仓或还款。"
        ),
        _ANY,
        subject="loan",
    ),
    Act(
        "review-call",
        both("Look at the call again", "复核补仓"),
        "/loans/{id}/call-reviews",
        does(
            "The open margin call of {subject} ends if it is covered again.",
            "如{subject}已恢复足额担保,补仓通知即告终止。",
        ),
        _ANY,
        subject="loan",
    ),
    Act(
        "apply-proceeds",
        both("Apply what came in", "清分款项"),
        "/loans/{id}/proceeds-applications",
        does(
            "What came for the title of {subject} pays the loan; the rest goes to its owner.",
            "{subject}质押物所得款项用于偿还贷款,余额归出质人。",
        ),
        _ANY,
        subject="loan",
    ),
    Act(
        "waive",
        both("Waive", "豁免"),
        "/loans/{id}/waivers",
        does(
            "You give up all that is still owed on {subject}, and the title goes back.",
            "贵方放弃{subject}的全部余欠,并返还权利凭证。",
        ),
        _LENDER,
        subject="loan",
        risks=(Risk(both("It cannot be taken back.", "不可撤回。")),),
        consents=(Consent("loss", both("I take the loss.", "我方确认该损失。")),),
    ),
    Act(
        "return-title",
        both("Have the title handed over", "领取权利凭证"),
        "/loans/{id}/title-returns",
        does("Title of {subject} that waits goes to whoever it belongs to.", "将{subject}待领的权利凭证交还权利人。"),
        _ANY,
        subject="loan",
    ),
    Act(
        "open-sale",
        both("Open a sale", "启动处置"),
        "/loans/{id}/sales",
        does("The title of {subject} is for sale; the highest bid wins.", "公开处置{subject}的质押物,价高者得。"),
        _LENDER,
        subject="loan",
        fields=(Span("windowSeconds", both("Open for, days (1 to 30)", "处置期(1 至 30 天)"), usual="1"),),
        risks=(Risk(both("The borrower loses its title.", "借款人将失去其权利凭证。")),),
        consents=(Consent("default", both("The loan is in default.", "该笔贷款已违约。")),),
    ),
    Act(
        "bid",
        both("Bid", "出价"),
        "/loans/{id}/bids",
        does(
            "You bid {amountFen}. The cash waits in escrow until the sale is closed or somebody bids more.",
            "贵方出价 {amountFen};款项在处置结束或他人出价更高之前处于托管。",
        ),
        _ANY,
        subject="loan",
        fields=(_AMOUNT,),
        consents=(Consent("bind", both("My bid binds me.", "我方出价具有约束力。")),),
    ),
    Act(
        "close-sale",
        both("Close the sale", "结束处置"),
        "/loans/{id}/sale-closings",
        both("The title goes to the highest bid, the cash to whom it is due.", "质押物归最高出价者,款项按顺序分配。"),
        _ANY,
        subject="loan",
    ),
)
