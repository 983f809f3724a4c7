"""Acts on receivables: handed over, confirmed, disputed, repaid (rules R, J, M)."""

from __future__ import annotations

from backend.errors import both
from backend.web.pages.acts.act import Act, Consent, Risk, does
from backend.web.pages.acts.fields import Amount, Day, Field, File, Flag, LongText

_SUPPLIER, _OBLIGOR = ("supplier",), ("obligor",)
_PARTIES = ("supplier", "obligor", "financier")
_ORDERS = ("operator", "regulator")
_AMOUNT = Amount("amountFen", both("Amount", "金额"))
_UPHELD = Amount("upheldFen", both("Not owed", "无需支付的金额"))

ACTS = (
    Act(
        "hand-over",
        both("Hand over an invoice", "提交发票"),
        "/receivables",
        both(
            "The invoice becomes a receivable that its buyer is asked to confirm. Its fingerprint is kept: nobody can "
            "hand the same invoice over again.",
            "该发票登记为应收账款,等待买方确权。系统保存其指纹:任何人不得重复登记同一张发票。",
        ),
        _SUPPLIER,
        fields=(
            File("invoice", both("Invoice (UBL 2.1 XML)", "发票(UBL 2.1 XML)")),
            Day("maturityAt", both("Maturity, where the invoice has none", "到期日(发票未载明时填写)"), required=False),
        ),
    ),
    Act(
        "confirm",
        both("Confirm", "确权"),
        "/receivables/{id}/confirmations",
        does(
            "You bind yourself to pay {amountFen} at maturity to whoever then holds the notes of {subject}.",
            "贵方承诺在到期日向{subject}的凭证持有人支付 {amountFen}。",
        ),
        _OBLIGOR,
        subject="receivable",
        fields=(
            _AMOUNT,
            Flag(
                "setOffWaived",
                both("Set-off", "抵销权"),
                usual="yes",
                yes=both("waived: no counterclaim against later holders", "放弃:不以反债权对抗其后的持有人"),
                no=both("kept for counterclaims that are acknowledged", "保留:限于经确认的反债权"),
            ),
        ),
        risks=(Risk(both("A confirmation cannot be taken back.", "确权后不可撤回。")),),
        consents=(
            Consent(
                "pay",
                both(
                    "I have checked the goods and the invoice, and owe this amount.",
                    "我方已核对货物与发票,确认应付该金额。",
                ),
            ),
            Consent(
                "set-off",
                both("I waive set-off against whoever holds the notes.", "我方放弃对凭证持有人的抵销权。"),
                lambda said, row: said.get("setOffWaived") == "yes",
            ),
        ),
    ),
    Act(
        "reject",
        both("Reject", "拒绝确权"),
        "/receivables/{id}/rejections",
        does(
            "You refuse {subject}: “{reason}”. It ends here.",
            "贵方拒绝对{subject}确权:“{reason}”。该应收账款即告终结。",
        ),
        _OBLIGOR,
        subject="receivable",
        fields=(LongText("reason", both("Reason", "理由")),),
    ),
    Act(
        "withdraw",
        both("Withdraw", "撤回"),
        "/receivables/{id}/withdrawals",
        does("You take {subject} back before it is confirmed.", "贵方在确权之前撤回{subject}。"),
        _SUPPLIER,
        subject="receivable",
    ),
    Act(
        "expire",
        both("Close as expired", "逾期关闭"),
        "/receivables/{id}/expirations",
        does("{subject} was not confirmed in time and is closed.", "{subject}未在期限内确权,予以关闭。"),
        _PARTIES,
        subject="receivable",
    ),
    Act(
        "cancel-confirmation",
        both("Take the confirmation back", "撤回待提交的确权"),
        "/confirmations/{id}/cancellations",
        does("{subject}, which nobody carried to the chain yet, is void.", "{subject}尚未上链,予以作废。"),
        _OBLIGOR,
        subject="confirmation",
    ),
    Act(
        "repay",
        both("Repay", "还款"),
        "/receivables/{id}/repayments",
        does(
            "You pay {amountFen} on {subject}. The contract keeps it for whoever holds the notes; what is more than "
            "due stays with you.",
            "贵方就{subject}支付 {amountFen},由合约保管并付给凭证持有人;超出应付的部分不会扣款。",
        ),
        _OBLIGOR,
        subject="receivable",
        fields=(_AMOUNT,),
    ),
    Act(
        "pay-directly",
        both("Pay the supplier directly", "直接向供应商付款"),
        "/receivables/{id}/direct-payments",
        does("You pay {amountFen} to the supplier, outside the notes.", "贵方绕开凭证,直接向供应商支付 {amountFen}。"),
        _OBLIGOR,
        subject="receivable",
        fields=(_AMOUNT,),
        risks=(
            Risk(
                both(
                    "It discharges you only until you are told of an assignment. After notice you would pay twice.",
                    "仅在收到转让通知之前可免除债务;收到通知后如此付款,可能需要付两次。",
                )
            ),
        ),
        consents=(Consent("twice", both("I know that I may have to pay again.", "我方知悉可能需再次付款。")),),
    ),
    Act(
        "make-good",
        both("Make dilution good", "补足稀释款"),
        "/receivables/{id}/dilution-payments",
        does(
            "You pay {amountFen} of what you owe because {subject} shrank.", "因{subject}被稀释,贵方补足 {amountFen}。"
        ),
        _SUPPLIER,
        subject="receivable",
        fields=(_AMOUNT,),
    ),
    Act(
        "allot",
        both("Allot what was paid", "分配已还款项"),
        "/receivables/{id}/allotments",
        does("What came in for {subject} is shared among its notes.", "将{subject}的还款分配给各张凭证。"),
        _PARTIES,
        subject="receivable",
    ),
    Act(
        "credit",
        both("Hand over a credit note", "提交红字发票"),
        "/receivables/{id}/credit-notes",
        does("{subject} shrinks by the amount of the credit note.", "{subject}按红字发票金额相应减少。"),
        _SUPPLIER,
        subject="receivable",
        fields=(File("creditNote", both("Credit note (UBL 2.1 XML)", "红字发票(UBL 2.1 XML)")),),
        risks=(Risk(both("You owe the holders what the notes lose.", "凭证因此减少的金额由贵方向持有人补足。")),),
        consents=(Consent("shrink", both("I owe what the notes lose.", "凭证减少的金额由我方承担。")),),
    ),
    Act(
        "absorb",
        both("Let my notes absorb it", "以自持凭证吸收"),
        "/receivables/{id}/absorptions",
        does(
            "What the supplier owes because {subject} shrank is taken from notes that it still holds.",
            "{subject}的稀释款以供应商仍持有的凭证抵扣。",
        ),
        _PARTIES,
        subject="receivable",
    ),
    Act(
        "dispute",
        both("Dispute", "提出争议"),
        "/receivables/{id}/disputes",
        does(
            "{amountFen} of {subject} are locked wherever its notes went, until the dispute ends: “{reason}”.",
            "{subject}中的 {amountFen} 无论凭证流转至何处均被锁定,直至争议解决:“{reason}”。",
        ),
        _OBLIGOR,
        subject="receivable",
        fields=(_AMOUNT, LongText("reason", both("What is wrong", "争议事由"))),
        consents=(Consent("lock", both("This locks money of the holders.", "知悉此举将锁定持有人的款项。")),),
    ),
    Act(
        "resolve",
        both("Propose how it ends", "提出解决方案"),
        "/receivables/{id}/resolutions",
        does(
            "You sign that {upheldFen} of the disputed amount of {subject} are not owed. It counts when the other side "
            "signs the same.",
            "贵方签署:{subject}争议金额中的 {upheldFen} 无需支付。对方签署同一方案后生效。",
        ),
        ("supplier", "obligor"),
        subject="receivable",
        fields=(_UPHELD,),
    ),
    Act(
        "accept-resolution",
        both("Accept", "接受方案"),
        "/resolutions/{id}/acceptances",
        does("You sign {subject}; the dispute ends so.", "贵方签署{subject},争议就此解决。"),
        ("supplier", "obligor"),
        subject="resolution",
        risks=(Risk(both("It cannot be taken back.", "签署后不可撤回。")),),
    ),
    Act(
        "order-resolution",
        both("End the dispute by order", "依监管命令终结争议"),
        "/receivables/{id}/orders",
        does(
            "By order {order}, {upheldFen} of the disputed amount of {subject} are not owed.",
            "依据命令 {order},{subject}争议金额中的 {upheldFen} 无需支付。",
        ),
        _ORDERS,
        subject="receivable",
        fields=(_UPHELD, Field("order", both("Order number", "命令编号"))),
    ),
    Act(
        "acknowledge-counterclaim",
        both("Acknowledge a counterclaim", "确认反债权"),
        "/receivables/{id}/counterclaims",
        does(
            "You sign that the obligor has {amountFen} against you: “{statement}”. It may set it off "
            "against {subject}.",
            "贵方确认付款人对贵方享有 {amountFen} 的债权:“{statement}”,可与{subject}抵销。",
        ),
        _SUPPLIER,
        subject="receivable",
        fields=(
            _AMOUNT,
            LongText("statement", both("What it is for", "债权说明")),
            Day("arisenAt", both("Arisen on", "发生日")),
            Day("dueAt", both("Due on", "到期日")),
        ),
        consents=(Consent("owe", both("I owe this to the obligor.", "我方确认对付款人负有该债务。")),),
    ),
    Act(
        "set-off",
        both("Set off", "抵销"),
        "/counterclaims/{id}/set-offs",
        does("You set {subject} off: you owe that much less.", "贵方以{subject}抵销,应付金额相应减少。"),
        _OBLIGOR,
        subject="counterclaim",
    ),
)
