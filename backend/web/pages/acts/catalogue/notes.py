"""Acts on notes: endorsed, assigned, merged, redeemed, with recourse (rules N, X, V)."""

from __future__ import annotations

from dataclasses import replace

from backend.errors import both
from backend.web.pages.acts.act import Act, Consent, Risk, does
from backend.web.pages.acts.fields import Amount, Flag, Number, Party, Payees

_HOLDERS = ("supplier", "financier")
_PARTIES = ("supplier", "obligor", "financier")
_LEVEL = Number("level", both("How many endorsements up (0: the last)", "向前追溯的背书层数(0 为最近一手)"), usual="0")
RECOURSE = Flag(
    "withRecourse",
    both("Recourse", "追索权"),
    usual="yes",
    yes=both("with recourse", "有追索权"),
    no=both("without recourse", "无追索权"),
)
LIABLE = Risk(
    both(
        "If the obligor does not pay, whoever then holds it can have you buy it back at face value.",
        "付款人到期未付时,届时的持有人可要求贵方按面值回购。",
    ),
    lambda said, row: said.get("withRecourse") == "yes",
)
STAND_IN = Consent(
    "recourse",
    both("I stand in for the obligor with this amount.", "我方以该金额对付款人承担回购责任。"),
    lambda said, row: said.get("withRecourse") == "yes",
)

ACTS = (
    Act(
        "endorse",
        both("Endorse", "背书转让"),
        "/notes/{id}/endorsements",
        does(
            "{valueFen} of {subject} pass to {to}, {withRecourse}. The rest stays yours.",
            "{subject}中的 {valueFen} 转让给{to},{withRecourse};其余仍归贵方。",
        ),
        _HOLDERS,
        subject="note",
        fields=(
            Party("to", both("To", "受让人")),
            Amount("valueFen", both("Value", "金额"), hint=both("A part splits the note.", "填写部分金额即拆分凭证。")),
            RECOURSE,
        ),
        risks=(LIABLE,),
        consents=(STAND_IN,),
    ),
    Act(
        "endorse-many",
        both("Endorse to several", "多笔背书转让"),
        "/notes/{id}/endorsement-lists",
        does(
            "Of {subject} pass {endorsements}. All of them or none; the rest stays yours.",
            "{subject}:{endorsements}。各笔同时成交或均不成交,其余仍归贵方。",
        ),
        _HOLDERS,
        subject="note",
        fields=(
            Payees(
                "endorsements",
                both("To whom, and how much", "受让人与金额"),
                hint=both("Rows that stay empty are left out.", "空行不计。"),
            ),
        ),
        risks=(LIABLE,),
        consents=(
            replace(
                STAND_IN,
                words=both(
                    "I stand in for the obligor with the amounts that pass with recourse.",
                    "我方以有追索权转让的金额对付款人承担回购责任。",
                ),
            ),
        ),
    ),
    Act(
        "assign",
        both("Assign the whole note", "整张转让"),
        "/notes/{id}/assignments",
        does(
            "{subject} passes to {to} as it is, without recourse to you. What earlier endorsers owe goes with it.",
            "{subject}整张转让给{to},对贵方无追索权;对此前背书人的权利随之转移。",
        ),
        _HOLDERS,
        subject="note",
        fields=(Party("to", both("To", "受让人")),),
    ),
    Act(
        "accept-note",
        both("Accept", "接受"),
        "/notes/{id}/acceptances",
        does("You take {subject}, which was endorsed to you.", "贵方接受背书转让来的{subject}。"),
        _HOLDERS,
        subject="note",
    ),
    Act(
        "decline-note",
        both("Decline", "拒收"),
        "/notes/{id}/declinations",
        does("{subject} goes back to whoever endorsed it.", "{subject}退回背书人。"),
        _PARTIES,
        subject="note",
    ),
    Act(
        "merge",
        both("Merge", "合并"),
        "/notes/{id}/merges",
        does("{valueFen} of {subject} go into your note {into}.", "{subject}中的 {valueFen} 并入贵方凭证 {into}。"),
        _HOLDERS,
        subject="note",
        fields=(
            Number("into", both("Into note", "并入凭证编号")),
            Amount("valueFen", both("Value", "金额")),
        ),
    ),
    Act(
        "give-notice",
        both("Give notice", "发出转让通知"),
        "/notes/{id}/notices",
        does(
            "The obligor is told that {subject} was assigned: from then on only paying its holder discharges.",
            "通知付款人{subject}已转让:此后付款人只有向持有人付款方可免责。",
        ),
        _HOLDERS,
        subject="note",
    ),
    Act(
        "redeem",
        both("Redeem", "兑付"),
        "/notes/{id}/redemptions",
        does("What was paid in for {subject} goes to its holder.", "将{subject}已收款项兑付给持有人。"),
        _PARTIES,
        subject="note",
    ),
    Act(
        "claim-recourse",
        both("Claim recourse", "行使追索权"),
        "/notes/{id}/recourse-claims",
        does(
            "You turn to the endorser {level} endorsements up for {subject}.",
            "贵方就{subject}向前 {level} 手背书人追索。",
        ),
        _HOLDERS,
        subject="note",
        fields=(_LEVEL,),
    ),
    Act(
        "buy-back",
        both("Buy back", "回购"),
        "/notes/{id}/buy-backs",
        does(
            "You pay the holder of {subject} its whole value and take its place.",
            "贵方向{subject}的持有人支付全部金额并取得其地位。",
        ),
        _HOLDERS,
        subject="note",
        fields=(_LEVEL,),
        risks=(Risk(both("Your cash goes at once.", "款项将立即支付。")),),
        consents=(Consent("pay", both("I pay the whole value.", "我方支付全部金额。")),),
    ),
    Act(
        "write-off",
        both("Write off", "核销"),
        "/notes/{id}/write-offs",
        does(
            "You give {subject} up in your books; what still comes in is yours.",
            "贵方在账上核销{subject};此后收回的款项仍归贵方。",
        ),
        _HOLDERS,
        subject="note",
        consents=(Consent("loss", both("I take the loss.", "我方确认该损失。")),),
    ),
    Act(
        "cover",
        both("Have the reserve pay", "申请准备金代偿"),
        "/notes/{id}/covers",
        does(
            "The reserve pays what is insured of {subject} and takes that place.",
            "准备金按承保金额代偿{subject}并取得相应权利。",
        ),
        _PARTIES,
        subject="note",
    ),
)
