"""What an event looks like on the stage: what is said of it, from whom to whom something travels, and how much.

A party is an argument of the event, or is reached from what the event is about: `claim.obligor`, `loan.borrower`. Where
there is no taker nothing travels, and the giver lights up.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.errors import Phrase
from backend.web.pages.acts.act import does

CASH, TITLE, PAPER = "cash", "title", "paper"
"""What travels: money, a right, or a message."""


@dataclass(frozen=True)
class Movement:
    """`amount` is an argument (with a dot: of a struct), counted in the currency of what the event is about, or, of
    `goods`, in the unit of the lot. `words` may name arguments."""

    words: Phrase
    giver: str
    taker: str = ""
    amount: str = ""
    kind: str = PAPER
    is_goods: bool = False
    is_plain: bool = False
    """Left out where something else of the same transaction says what the transfer was for."""


def _says(en: str, zh: str, giver: str, taker: str = "", amount: str = "", kind: str = PAPER) -> Movement:
    return Movement(does(en, zh), giver, taker, amount, kind)


def _goods(en: str, zh: str, giver: str, taker: str, amount: str) -> Movement:
    return Movement(does(en, zh), giver, taker, amount, TITLE, is_goods=True)


MOVEMENTS: dict[str, Movement] = {
    # people and money
    "ParticipantRegistered": _says("{name} is taken in", "{name} 已登记", "operator", "account"),
    "ParticipantFrozen": _says("is frozen", "已被冻结", "operator", "participant"),
    "ParticipantUnfrozen": _says("is no longer frozen", "已解除冻结", "operator", "participant"),
    "CashTransferred": _says("pays", "付款", "from", "to", "value", CASH),
    "ReserveAttested": _says("attests the reserve", "证明储备", "operator", "", "reserve"),
    "CashRedeemed": _says("turns tokens into money at the bank", "将代币兑回银行存款", "holder", "operator"),
    "CashFrozen": _says("has cash frozen", "部分现金被冻结", "account", "", "amount"),
    "WithheldPaid": _says("is paid what was withheld", "获付暂存款项", "holder", "", "amount"),
    "PaymentWithheld": _says("is owed money that is withheld", "应收款项被暂存", "holder", "", "amount"),
    # receivables
    "ReceivableRegistered": _says(
        "hands over invoice {receivableId}", "提交应收账款 {receivableId}", "supplier", "obligor", "faceValue"
    ),
    "ReceivableConfirmed": _says(
        "confirms receivable {receivableId}",
        "确权应收账款 {receivableId}",
        "obligor",
        "claim.supplier",
        "amount",
        TITLE,
    ),
    "ReceivableRejected": _says(
        "rejects receivable {receivableId}", "拒绝应收账款 {receivableId}", "obligor", "claim.supplier"
    ),
    "ReceivableWithdrawn": _says(
        "withdraws receivable {receivableId}", "撤回应收账款 {receivableId}", "supplier", "claim.obligor"
    ),
    "ReceivableExpired": _says(
        "receivable {receivableId} has expired", "应收账款 {receivableId} 已过期", "claim.supplier"
    ),
    "ReceivableRepaid": _says(
        "has paid on receivable {receivableId}", "已就应收账款 {receivableId} 付款", "payer", "", "principal"
    ),
    "RepaymentAllotted": _says("divides what came in", "分配已到账款项", "escrow", "", "principal"),
    "NoticeGiven": _says("gives notice of assignment", "发出债权转让通知", "by", "claim.obligor"),
    "ReceivableDisputed": _says("disputes a part", "提出争议", "obligor", "claim.supplier", "amount"),
    "DisputeResolved": _says(
        "the dispute is resolved; not owed", "争议已解决;无需支付", "claim.supplier", "claim.obligor", "upheld"
    ),
    "ReceivableDiluted": _says("less is owed", "债权稀释", "claim.supplier", "claim.obligor", "amount"),
    # notes
    "NoteEndorsed": _says("endorses note {childId}", "背书转让凭证 {childId}", "endorser", "endorsee", "value", TITLE),
    "EndorsementAccepted": _says("accepts note {noteId}", "接受凭证 {noteId}", "holder"),
    "EndorsementDeclined": _says(
        "note {noteId} is declined", "凭证 {noteId} 被拒收", "note.holder", "endorser", "value"
    ),
    "Settled": _says("sells", "卖出", "seller", "financier", "value", TITLE),
    "NoteRedeemed": _says("is paid out on note {noteId}", "凭证 {noteId} 获得兑付", "holder", "", "principal"),
    "RecourseClaimed": _says("goes back on note {noteId}", "就凭证 {noteId} 追索", "holder", "endorser", "amount"),
    "NotePlaceTaken": _says("gives up note {noteId}", "让出凭证 {noteId}", "holder", "to", "value", TITLE),
    "NoteWrittenOff": _says("writes note {noteId} off", "核销凭证 {noteId}", "holder", "", "amount"),
    "NoteCovered": _says("covers note {noteId}", "代偿凭证 {noteId}", "reserve", "holder", "amount"),
    "NoteLockedByDispute": _says("note {noteId} is locked", "凭证 {noteId} 被锁定", "note.holder", "", "amount"),
    "DilutionAbsorbed": _says("bears it with note {noteId}", "以凭证 {noteId} 吸收", "supplier", "", "amount"),
    "NotesMerged": _says("merges notes", "合并凭证", "note.holder", "", "value"),
    "NoteBoughtBack": _says("buys note {noteId} back", "回购凭证 {noteId}", "endorser", "", "amount"),
    "NoteTransferred": Movement(
        does("assigns note {tokenId}", "转让凭证 {tokenId}"), "from", "to", kind=TITLE, is_plain=True
    ),
    "DilutionMadeGood": _says("makes the dilution good", "补足稀释金额", "payer", "", "amount"),
    # goods
    "LotTakenIn": _says("takes lot {lotId} in", "入库批次 {lotId}", "custodian"),
    "ReceiptTransferred": Movement(
        does("hands receipt {tokenId} over", "转让仓单 {tokenId}"), "from", "to", kind=TITLE, is_plain=True
    ),
    "MisfortuneReported": _says("reports a misfortune", "报告货物损失", "lot.custodian"),
    "SilenceSeen": _says("a device has been silent for too long", "设备长时间无读数", "lot.custodian"),
    "LotUnlocked": _says("lot {lotId} is unlocked", "批次 {lotId} 已解锁", "operator", "lot.custodian"),
    "ReceiptUnfrozen": _says("releases receipt {receiptId}", "解冻仓单 {receiptId}", "operator", "receipt.holder"),
    "ReceiptIssued": _goods(
        "issues receipt {receiptId}", "签发仓单 {receiptId}", "lot.custodian", "holder", "quantity"
    ),
    "ReceiptSplit": _goods("splits receipt {childId} off", "拆出仓单 {childId}", "receipt.holder", "to", "quantity"),
    "GoodsDelivered": _goods("delivers goods", "提货出库", "lot.custodian", "holder", "quantity"),
    "GoodsLost": _goods("reports goods lost", "报告货物灭失", "lot.custodian", "holder", "quantity"),
    "StoragePaid": _says("pays storage", "支付仓储费", "payer", "", "amount"),
    "InsurancePaid": _says("pays insurance money", "支付保险赔款", "payer", "to", "amount"),
    "LotLocked": _says("lot {lotId} is locked", "批次 {lotId} 被锁定", "lot.custodian"),
    "ReceiptFrozen": _says("freezes receipt {receiptId}", "冻结仓单 {receiptId}", "operator", "receipt.holder"),
    "ContradictionSeen": _says("a device contradicts the receipts", "设备读数与仓单矛盾", "lot.custodian"),
    "PricePublished": _says("publishes a price", "发布价格", "oracle", "", "price"),
    # loans
    "LoanOriginated": _says("lends on a pledge", "发放质押贷款", "lender", "borrower"),
    "LoanDrawn": _says("has drawn on loan {loanId}", "已就贷款 {loanId} 提款", "borrower", "", "amount"),
    "TitlePledged": _says("puts title in escrow", "货权进入托管", "loan.borrower", "escrow", "", TITLE),
    "TitleReleased": _says("title is released", "货权解押", "escrow", "loan.borrower", "", TITLE),
    "TitleReturned": _says("title comes home", "货权归还", "escrow", "loan.borrower", "", TITLE),
    "TitleSold": _says("title goes to the buyer", "货权交付买方", "escrow", "buyer", "", TITLE),
    "LoanRepaid": _says("has paid on loan {loanId}", "已就贷款 {loanId} 还款", "payer", "", "split.principal"),
    "MarginCalled": _says("calls for margin", "发出补仓通知", "loan.lender", "loan.borrower"),
    "MarginCured": _says("the call is answered", "补仓完成", "loan.borrower", "loan.lender"),
    "LoanDefaulted": _says("is in default", "贷款违约", "loan.borrower", "loan.lender", "debt"),
    "LoanWaived": _says("waives what is owed", "豁免欠款", "loan.lender", "loan.borrower"),
    "LoanEnded": _says("loan {loanId} has ended", "贷款 {loanId} 已结清", "loan.borrower", "loan.lender"),
    "SaleOpened": _says("opens a sale", "启动处置", "loan.lender", "", "minimum"),
    "BidPlaced": _says("bids", "出价", "bidder", "", "amount"),
    "BidReturned": _says("gets its bid back", "取回竞价款", "bidder", "", "amount"),
    "SaleCalledOff": _says("calls the sale off", "撤销处置", "loan.lender"),
    "CostsAdvanced": _says("advances costs", "垫付费用", "loan.lender", "", "amount"),
    "CollateralSold": _says("buys the goods", "买入质押物", "buyer", "", "amount"),
    "SaleFailed": _says("nobody bought", "无人买入", "loan.lender"),
}
"""By the event's name."""

BOOKKEEPING = frozenset(
    {
        *("AgreementUsed", "BidUsed", "ConfirmationUsed", "CountUsed", "GoodsDocumentUsed", "LoanQuoteUsed"),
        *("PriceDocumentUsed", "QuoteUsed", "FingerprintClaimed", "NoteSlotChanged", "NoteValueTransferred"),
        *("AcceptanceAwaited", "AcceptanceWanted", "ConfirmationLimitSet", "ParticipantRenewed", "SettlementTokenSet"),
        *("FaceValueLowered", "LeftPenaltyPaid", "NoteInsured", "ReceivableStatusChanged", "FeedAssigned"),
        *("DeviceCalibrated", "DeviceRegistered", "DeviceRevoked", "ReadingsAnchored", "WatchSet", "LotExtended"),
        *("ReceiptsMerged", "ReplacementEnded", "ReplacementRequested"),
        *("ProceedsApplied", "ProceedsReceived", "TitleKept"),
    }
)
"""What the stage leaves out: spent nonces, settings, and what another event of the same act says."""
