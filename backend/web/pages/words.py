"""The words for books, and for what happened."""

from __future__ import annotations

from backend.errors import Phrase, both

BOOKS: dict[str, Phrase] = {
    "cash": both("cash", "现金"),
    "bank": both("bank", "银行存款"),
    "settlements": both("settlements", "清算"),
    "notes": both("notes", "凭证"),
    "payables": both("payables", "应付账款"),
    "trade": both("trade", "贸易"),
    "consideration": both("consideration", "对价"),
    "discount": both("discount", "贴现息"),
    "owed-to-holders": both("owed to holders", "应付持有人"),
    "paid-for-others": both("paid for others", "代付"),
    "penalties": both("penalties", "违约金"),
    "levies": both("levies", "准备金缴费"),
    "answered": both("answered for dilution", "稀释责任"),
    "counterclaims": both("counterclaims", "反债权"),
    "withheld": both("withheld", "暂存款项"),
    "allowance": both("allowance", "减值准备"),
    "losses": both("losses", "损失"),
    "exchange": both("exchange", "汇兑"),
    "loans": both("loans", "贷款"),
    "costs": both("costs", "费用"),
    "interest": both("interest", "利息"),
    "pledged": both("pledged", "质押"),
    "proceeds": both("proceeds", "待清分款项"),
    "bids": both("bids", "竞价款"),
    "storage": both("storage", "仓储费"),
    "insurance": both("insurance", "保险赔款"),
    "goods": both("goods", "货物"),
}
"""By the ledger's own names."""

EVENTS: dict[str, Phrase] = {
    "Transfer": both("moved", "转移"),
    "TransferValue": both("value of a note moved", "凭证金额转移"),
    "ReserveAttested": both("reserve attested", "备付金确认"),
    "Issued": both("cash issued", "结算币发行"),
    "Redeemed": both("cash redeemed", "结算币赎回"),
    "ReceivableConfirmed": both("receivable confirmed", "应收账款确权"),
    "ReceivableRepaid": both("receivable repaid", "应收账款还款"),
    "ReceivableDiluted": both("receivable diluted", "应收账款稀释"),
    "DilutionMadeGood": both("dilution made good", "稀释补足"),
    "DilutionAbsorbed": both("dilution absorbed", "稀释核减"),
    "DisputeResolved": both("dispute ended", "争议解决"),
    "RepaymentAllotted": both("repayment allotted", "还款分配"),
    "NoteEndorsed": both("note endorsed", "凭证背书转让"),
    "NoteRedeemed": both("note redeemed", "凭证兑付"),
    "NoteBoughtBack": both("note bought back", "凭证回购"),
    "NoteCovered": both("note covered by the reserve", "准备金代偿"),
    "NoteInsured": both("levy for the reserve", "准备金缴费"),
    "NoteWrittenOff": both("note written off", "凭证核销"),
    "NotesMerged": both("notes merged", "凭证合并"),
    "Settled": both("sold against cash", "银货两讫成交"),
    "PaymentWithheld": both("payment withheld", "款项暂存"),
    "WithheldPaid": both("withheld payment paid", "暂存款项支付"),
    "LoanOriginated": both("loan given", "贷款成立"),
    "LoanDrawn": both("loan drawn", "贷款放款"),
    "LoanRepaid": both("loan repaid", "贷款还款"),
    "CostsAdvanced": both("costs advanced", "费用垫付"),
    "ProceedsReceived": both("proceeds received", "处置款到账"),
    "ProceedsApplied": both("proceeds applied", "款项清分"),
    "TitlePledged": both("title pledged", "权利质押"),
    "TitleReleased": both("title released", "权利解押"),
    "BidPlaced": both("bid", "出价"),
    "BidReturned": both("bid returned", "竞价款退回"),
    "CollateralSold": both("collateral sold", "质押物处置"),
    "LoanEnded": both("loan ended", "贷款结清"),
    "StoragePaid": both("storage paid", "支付仓储费"),
    "InsurancePaid": both("insurance money paid", "支付保险赔款"),
    "GoodsDelivered": both("goods handed out", "货物出库"),
    "ReceiptSplit": both("receipt split", "仓单拆分"),
}
"""By the contracts' names; what has none here stands under its own."""


def event_words(name: str) -> Phrase | str:
    return EVENTS.get(name, name)
