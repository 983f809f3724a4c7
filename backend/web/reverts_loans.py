"""What the errors of loans, of the title that stands for them, and of its sale say to people."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "UnknownLoan": ("there is no loan {loanId}", "没有贷款 {loanId}"),
    "WrongLoanStatus": ("loan {loanId} is {status}", "贷款 {loanId} {status}"),
    "InvalidTerms": ("the quote's {field} is out of bounds", "报价的 {field} 超出允许范围"),
    "NotTheBorrower": ("{caller} is not the borrower of loan {loanId}", "{caller} 不是贷款 {loanId} 的借款人"),
    "NotTheLender": ("{caller} is not the lender of loan {loanId}", "{caller} 不是贷款 {loanId} 的出借人"),
    "NoGoodPrice": (
        "loan {loanId} has no price that is fresh and of the feed's oracle",
        "贷款 {loanId} 没有有效期内且由指定预言机发布的价格",
    ),
    "LtvTooHigh": (
        "the debt would be {ltvBps} basis points of the collateral's value, and {limitBps} are lent",
        "债务将达到质押物价值的 {ltvBps} 个基点,融资比例上限为 {limitBps} 个基点",
    ),
    "LtvBelowCall": (
        "the debt is {ltvBps} basis points of the collateral's value, and margin is called from {callBps} on",
        "债务为质押物价值的 {ltvBps} 个基点,达到 {callBps} 个基点才可要求补仓",
    ),
    "LimitExceeded": ("{amount} would be drawn, and {undrawn} are left", "申请放款 {amount},剩余额度为 {undrawn}"),
    "Matured": ("loan {loanId} matured at {maturityAt}", "贷款 {loanId} 已于 {maturityAt} 到期"),
    "CallOpen": ("a margin call on loan {loanId} is open until {callBy}", "贷款 {loanId} 的补仓通知有效至 {callBy}"),
    "NoCall": ("no margin call on loan {loanId} is open", "贷款 {loanId} 没有未决的补仓通知"),
    "LoanNotInDefault": ("loan {loanId} is not in default", "贷款 {loanId} 未违约"),
    "NothingToApply": ("no proceeds of loan {loanId} wait", "贷款 {loanId} 没有待分配的款项"),
    "NotEnforcement": ("only the enforcement contract may do this, not {caller}", "仅处置合约可以调用,而非 {caller}"),
    "SafeCastOverflowedUintDowncast": ("{value} does not fit into {bits} bits", "{value} 超出 {bits} 位"),
    # title in escrow
    "UnknownAsset": ("{asset} is neither receipts nor notes", "{asset} 既不是仓单合约,也不是凭证合约"),
    "NotPledged": ("token {tokenId} does not stand for loan {loanId}", "权利凭证 {tokenId} 未质押于贷款 {loanId}"),
    "NotPartOfNote": (
        "note {tokenId} is released whole, not by {value}",
        "凭证 {tokenId} 只能整体解押,不能解押 {value}",
    ),
    "TooManyTitles": (
        "loan {loanId} has {limit} titles, and more may not stand for it",
        "贷款 {loanId} 已有 {limit} 项质押,不能再增加",
    ),
    "WrongCurrency": (
        "the title is in currency {currency}, the loan in {expected}",
        "质押物币种为 {currency},贷款币种为 {expected}",
    ),
    "WrongFeed": (
        "the goods are priced by {feed}, the loan's by {expected}",
        "该货物的价格源为 {feed},贷款的价格源为 {expected}",
    ),
    "CountOfAnother": (
        "the count is of receipt {receiptId} for {pledgee}, not of what is pledged here",
        "盘点确认针对仓单 {receiptId}、质权人 {pledgee},与本次质押不符",
    ),
    "CountShort": (
        "{counted} of receipt {receiptId} were counted, and it stands for {needed}",
        "仓单 {receiptId} 盘点数量为 {counted},少于所载的 {needed}",
    ),
    "CountStale": (
        "the count is of {countedAt}, and {oldest} is the oldest that is taken",
        "盘点时间为 {countedAt},不得早于 {oldest}",
    ),
    "CountInTheFuture": ("the count is of {countedAt}, and it is {nowAt}", "盘点时间为 {countedAt},现在是 {nowAt}"),
    "CoverEnds": (
        "insurance or expiry of receipt {tokenId} ends at {coveredUntil}, and the loan runs until {needed}",
        "仓单 {tokenId} 的保险或有效期止于 {coveredUntil},贷款期至 {needed}",
    ),
    "NotAPayer": ("{caller} pays for no title", "{caller} 不是质押物的付款合约"),
    "NotLoans": ("only the loan contract may do this, not {caller}", "仅贷款合约可以调用,而非 {caller}"),
    "CutOffTooEarly": (
        "notes of receivable {receivableId} stop moving at {cutOffAt}, before those that stand already, at {needed}",
        "应收账款 {receivableId} 的凭证转让截止时间 {cutOffAt} 早于已质押凭证的 {needed}",
    ),
    # sale
    "WorthLess": (
        "{worth} stands for loan {loanId}, and {expected} stood when the bid was placed",
        "贷款 {loanId} 的质押物价值为 {worth},低于出价时的 {expected}",
    ),
    "NotInSale": ("loan {loanId} is not in sale", "贷款 {loanId} 未在处置中"),
    "InvalidWindow": (
        "a sale of {window} seconds is not allowed: from {least} to {most}",
        "处置期限 {window} 秒不符合要求:{least} 至 {most} 秒",
    ),
    "SaleOver": ("bids for loan {loanId} were taken until {endsAt}", "贷款 {loanId} 的竞价已于 {endsAt} 截止"),
    "SaleRuns": ("the sale of loan {loanId} runs until {endsAt}", "贷款 {loanId} 的处置竞价至 {endsAt}"),
    "BidTooLow": ("{amount} is bid, and the least is {least}", "出价 {amount} 低于最低价 {least}"),
    "NotEnoughGas": ("{gas} gas is left, and {needed} is needed", "剩余 gas {gas},至少需要 {needed}"),
    "NotMyself": ("only the contract itself may do this, not {caller}", "仅合约自身可以调用,而非 {caller}"),
}

TIMES = {"callBy", "countedAt", "oldest", "coveredUntil", "endsAt"}
