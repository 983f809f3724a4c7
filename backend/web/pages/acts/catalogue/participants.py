"""Acts on participants and prices (rules P, O)."""

from __future__ import annotations

from backend.errors import both
from backend.roles import BITS, WORDS
from backend.web.pages.acts.act import Act, Consent, does
from backend.web.pages.acts.fields import Amount, Choices, Day, Field, Flag, Party

_OPERATOR, _ORDERS = ("operator",), ("operator", "regulator")
_ANYBODY = ("supplier", "obligor", "financier", "custodian", "carrier", "oracle", "registrar", "regulator")
_ORDER = Field("order", both("Order number", "命令编号"))
_ROLES = Choices("roles", both("Roles", "角色"), choices={name: WORDS[name] for name in BITS if name != "protocol"})
_CURRENCY = Field("currency", both("Currency", "币种"), usual="CNY")

ACTS = (
    Act(
        "register-participant",
        both("Take a participant in", "登记参与方"),
        "/participants",
        does("{name} ({identifier}) takes part as {roles}.", "{name}({identifier})以{roles}身份加入。"),
        _OPERATOR,
        fields=(
            Field("name", both("Name", "名称")),
            Field(
                "identifier",
                both("Legal identifier", "法人识别号"),
                hint=both("Such as a social credit code", "如统一社会信用代码"),
            ),
            _ROLES,
            Field(
                "account",
                both("Its own wallet (the keystore makes a key, without one)", "自有钱包地址(默认由密钥库生成)"),
                required=False,
            ),
            Day("kycValidUntil", both("Identified until", "身份核验有效期至"), required=False),
        ),
    ),
    Act(
        "renew-participant",
        both("Identify anew", "更新身份核验"),
        "/participants/{id}/renewals",
        does(
            "{subject} is identified until {kycValidUntil}, as {roles}.",
            "{subject}身份核验有效期至 {kycValidUntil},角色为{roles}。",
        ),
        _OPERATOR,
        subject="participant",
        fields=(
            _ROLES,
            Day("kycValidUntil", both("Identified until", "身份核验有效期至")),
        ),
    ),
    Act(
        "set-limit",
        both("Set a confirmation limit", "设定确权额度"),
        "/participants/{id}/confirmation-limits",
        does("{subject} may owe {limitFen} at most.", "{subject}的确权余额不得超过 {limitFen}。"),
        _OPERATOR,
        subject="participant",
        fields=(_CURRENCY, Amount("limitFen", both("Limit", "额度"))),
    ),
    Act(
        "freeze-participant",
        both("Freeze", "冻结"),
        "/participants/{id}/freezes",
        does(
            "By order {order}, {subject} can move nothing, and what it is paid waits.",
            "依据命令 {order},{subject}不得处分任何资产,应收款项暂存。",
        ),
        _ORDERS,
        subject="participant",
        fields=(_ORDER,),
        consents=(Consent("order", both("The order is in force.", "该命令已生效。")),),
    ),
    Act(
        "unfreeze-participant",
        both("Lift the freeze", "解除冻结"),
        "/participants/{id}/unfreezes",
        does("By order {order}, {subject} is free again.", "依据命令 {order},{subject}解除冻结。"),
        _ORDERS,
        subject="participant",
        fields=(_ORDER,),
    ),
    Act(
        "give-approvals",
        both("Let the contracts move it", "授权合约"),
        "/participants/{id}/approvals",
        does(
            "The contracts may move your title and cash, as each act that you sign says and no further.",
            "授权合约按您逐笔签署的操作转移您的权利与资金,不得超出其范围。",
        ),
        _ANYBODY,
        subject="participant",
    ),
    Act(
        "collect-withheld",
        both("Be paid what was withheld", "领取暂存款项"),
        "/participants/{id}/withheld-payments",
        does("What was withheld while {subject} was frozen is paid.", "支付{subject}冻结期间的暂存款项。"),
        (*_ANYBODY, "operator"),
        subject="participant",
        fields=(_CURRENCY,),
    ),
    Act(
        "wish-acceptance",
        both("Be asked first", "受让前征询"),
        "/participants/{id}/acceptance-wishes",
        does("An endorsement to you stands {wanted}.", "对贵方的背书转让{wanted}生效。"),
        _ANYBODY,
        subject="participant",
        fields=(
            Flag(
                "wanted",
                both("Endorsements to me stand", "对我方的背书转让"),
                yes=both("when I have accepted them", "经我方接受后"),
                no=both("at once", "立即"),
            ),
        ),
    ),
    Act(
        "assign-feed",
        both("Name an oracle", "指定价格预言机"),
        "/feeds",
        does(
            "{oracle} publishes the price of {commodity} {grade} ({unit}).",
            "由{oracle}发布{commodity} {grade}({unit})的价格。",
        ),
        _OPERATOR,
        fields=(
            Field("commodity", both("Commodity", "品名")),
            Field("grade", both("Grade", "等级")),
            Field("unit", both("Unit", "单位")),
            _CURRENCY,
            Party("oracle", both("Oracle", "预言机"), role="oracle"),
        ),
    ),
)
