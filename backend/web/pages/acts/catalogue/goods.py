"""Acts on warehouse receipts and the goods behind them (rules W)."""

from __future__ import annotations

from backend.errors import both
from backend.web.pages.acts.act import Act, Consent, Risk, does
from backend.web.pages.acts.fields import Amount, Choice, Day, Field, LongText, Number, Party, Quantity
from backend.web.pages.evidence import MISFORTUNES

_CUSTODIAN, _HOLDERS = ("custodian",), ("supplier", "financier")
_ORDERS = ("operator", "regulator")
_QUANTITY = Quantity("quantity", both("Quantity", "数量"))
_TO = Party("to", both("To", "受让人"))
_ORDER = Field("order", both("Order number", "命令编号"))
_CAPITALS = both("In capitals, as BRENT", "大写,如 BRENT")

ACTS = (
    Act(
        "take-in",
        both("Take goods in", "货物入库"),
        "/intakes",
        does(
            "You sign that {quantity} {unit} of {commodity} {grade} lie at {location} for {depositor}, who gets the "
            "warehouse receipt.",
            "贵方签署:{location}存有{depositor}的{commodity} {grade} {quantity} {unit},并由其取得仓单。",
        ),
        _CUSTODIAN,
        fields=(
            Party("depositor", both("Depositor", "存货人")),
            Field("commodity", both("Commodity", "品名"), hint=_CAPITALS),
            Field("grade", both("Grade", "等级"), hint=_CAPITALS),
            Field("unit", both("Unit", "单位"), hint=both("In capitals, as BBL", "大写,如 BBL")),
            _QUANTITY,
            Field("location", both("Place", "仓位")),
            Field("lot", both("Number of the lot", "批次号")),
            Field("inspection", both("Inspection", "检验报告编号")),
            Field("insurance", both("Insurance", "保险单号")),
            Day("insuredUntil", both("Insured until", "保险有效期至")),
            Day("expiresAt", both("Receipt expires", "仓单有效期至")),
            Number(
                "storageMilliFenPerUnitDay",
                both("Storage, thousandths of a minor unit for a unit a day", "仓储费(每单位每日,千分之一分)"),
                usual="0",
            ),
        ),
        risks=(
            Risk(both("You answer for these goods to whoever holds the receipt.", "贵方就该批货物对仓单持有人负责。")),
        ),
        consents=(Consent("seen", both("I have counted these goods.", "我方已清点该批货物。")),),
    ),
    Act(
        "issue-receipt",
        both("Carry to the chain", "提交上链"),
        "/intakes/{id}/issues",
        does("{subject} becomes a warehouse receipt.", "{subject}签发为仓单。"),
        ("custodian", "supplier"),
        subject="intake",
    ),
    Act(
        "cancel-intake",
        both("Take the intake back", "撤回入库单"),
        "/intakes/{id}/cancellations",
        does("{subject} is void.", "{subject}作废。"),
        _CUSTODIAN,
        subject="intake",
    ),
    Act(
        "split-receipt",
        both("Split", "拆分"),
        "/receipts/{id}/splits",
        does("{quantity} of {subject} become a receipt of their own.", "将{subject}中的 {quantity} 拆分为新仓单。"),
        _HOLDERS,
        subject="receipt",
        fields=(_QUANTITY, Party("to", both("For (you, without one)", "新仓单持有人(默认本方)"), required=False)),
    ),
    Act(
        "merge-receipt",
        both("Merge", "合并"),
        "/receipts/{id}/merges",
        does("{subject} goes into your receipt {into}.", "{subject}并入贵方仓单 {into}。"),
        _HOLDERS,
        subject="receipt",
        fields=(Number("into", both("Into receipt", "并入仓单编号")),),
    ),
    Act(
        "transfer-receipt",
        both("Endorse the receipt", "背书转让仓单"),
        "/receipts/{id}/transfers",
        does("The title to the goods of {subject} passes to {to}.", "{subject}的货权转让给{to}。"),
        _HOLDERS,
        subject="receipt",
        fields=(_TO,),
        risks=(Risk(both("You are paid nothing by this act.", "该操作本身不产生付款。")),),
        consents=(Consent("title", both("I give the title away.", "我方转让货权。")),),
    ),
    Act(
        "order-delivery",
        both("Order goods out", "开立提货单"),
        "/receipts/{id}/delivery-orders",
        does(
            "The custodian hands {quantity} of {subject} to {recipient}. The receipt shrinks by that.",
            "保管人将{subject}的 {quantity} 交付给{recipient},仓单数量相应减少。",
        ),
        _HOLDERS,
        subject="receipt",
        fields=(_QUANTITY, Field("recipient", both("Who fetches them", "提货人"))),
    ),
    Act(
        "deliver",
        both("Hand the goods out", "出库交付"),
        "/delivery-orders/{id}/deliveries",
        does("You have handed the goods of {subject} out.", "贵方已按{subject}交付货物。"),
        _CUSTODIAN,
        subject="delivery-order",
        risks=(Risk(both("It cannot be undone.", "交付后不可撤销。")),),
        consents=(Consent("gone", both("The goods have left.", "货物已出库。")),),
    ),
    Act(
        "cancel-delivery-order",
        both("Take the order back", "撤回提货单"),
        "/delivery-orders/{id}/cancellations",
        does("{subject} is void.", "{subject}作废。"),
        _HOLDERS,
        subject="delivery-order",
    ),
    Act(
        "pay-storage",
        both("Pay storage", "支付仓储费"),
        "/receipts/{id}/storage-payments",
        does("You pay the storage of {subject} up to now.", "贵方支付{subject}截至目前的仓储费。"),
        (*_HOLDERS, "custodian"),
        subject="receipt",
    ),
    Act(
        "pay-insurance",
        both("Pay insurance money", "支付保险赔款"),
        "/receipts/{id}/insurance-payments",
        does(
            "You pay {amountFen} of insurance money to the holder of {subject}.",
            "贵方向{subject}持有人支付保险赔款 {amountFen}。",
        ),
        (*_HOLDERS, "custodian"),
        subject="receipt",
        fields=(Amount("amountFen", both("Amount", "金额")),),
    ),
    Act(
        "report-misfortune",
        both("Report damage or loss", "报告损毁或短少"),
        "/lots/{id}/misfortunes",
        does(
            "You report: {kind}, {quantity} of {subject}. Everybody who holds a receipt of it sees that.",
            "贵方报告{subject}发生{kind},数量 {quantity};所有持有该批次仓单者均可见。",
        ),
        _CUSTODIAN,
        subject="lot",
        fields=(
            Choice(
                "kind",
                both("What happened", "情形"),
                choices=MISFORTUNES,
            ),
            Quantity("quantity", both("Quantity lost (0 locks the lot)", "损失数量(0 表示锁定批次)"), usual="0"),
            LongText("evidence", both("Report", "报告内容")),
        ),
    ),
    Act(
        "extend",
        both("Extend insurance or expiry", "延长保险或仓单有效期"),
        "/lots/{id}/extensions",
        does("Insurance and expiry of {subject} are extended.", "延长{subject}的保险与仓单有效期。"),
        _CUSTODIAN,
        subject="lot",
        fields=(
            Day("insuredUntil", both("Insured until", "保险有效期至"), required=False),
            Day("expiresAt", both("Receipt expires", "仓单有效期至"), required=False),
        ),
    ),
    Act(
        "unlock-lot",
        both("Unlock by order", "依命令解锁"),
        "/lots/{id}/unlocks",
        does("By order {order}, {subject} is unlocked.", "依据命令 {order},{subject}解除锁定。"),
        _ORDERS,
        subject="lot",
        fields=(_ORDER,),
    ),
    Act(
        "freeze-receipt",
        both("Freeze", "冻结"),
        "/receipts/{id}/freezes",
        does(
            "By order {order}, {subject} is frozen: it cannot be moved, pledged or delivered.",
            "依据命令 {order},{subject}被冻结:不得转让、质押或提货。",
        ),
        _ORDERS,
        subject="receipt",
        fields=(_ORDER,),
        consents=(Consent("order", both("The order is in force.", "该命令已生效。")),),
    ),
    Act(
        "unfreeze-receipt",
        both("Lift the freeze", "解除冻结"),
        "/receipts/{id}/unfreezes",
        does("By order {order}, {subject} is free again.", "依据命令 {order},{subject}解除冻结。"),
        _ORDERS,
        subject="receipt",
        fields=(_ORDER,),
    ),
    Act(
        "ask-replacement",
        both("Replace the holder's key", "补发仓单"),
        "/receipts/{id}/replacement-requests",
        does(
            "{subject} is to pass to {to}, because its holder has lost its key. The holder may object "
            "until the waiting time is over.",
            "{subject}的持有人遗失密钥,拟补发给{to};等待期内原持有人可提出异议。",
        ),
        _CUSTODIAN,
        subject="receipt",
        fields=(_TO, LongText("evidence", both("Report", "报告内容"))),
    ),
    Act(
        "object-replacement",
        both("Object: I have my key", "异议:密钥未遗失"),
        "/receipts/{id}/replacement-objections",
        does("You say that your key is not lost; {subject} stays yours.", "贵方声明密钥未遗失,{subject}仍归贵方。"),
        _HOLDERS,
        subject="receipt",
    ),
    Act(
        "replace-receipt",
        both("Have it replaced", "执行补发"),
        "/receipts/{id}/replacements",
        does("The waiting time is over: {subject} passes to whoever was named.", "等待期已过:{subject}补发给指定人。"),
        (*_HOLDERS, "custodian", "operator"),
        subject="receipt",
    ),
)
