"""Why each act of a story is done, for somebody who lends or borrows and has never seen a chain."""

from __future__ import annotations

from backend.errors import both

TIME = both(
    "Nothing happens but that days pass: this chain is a development chain, whose clock can be moved on. Everything"
    " that counts days (interest, maturity, penalty) counts by the chain's clock.",
    "这里只是时间流逝:开发链的时钟可以向前拨。利息、到期日、违约金等一切以天计的事项,均以链上时钟为准。",
)

# ---- claims and notes

HAND_OVER = both(
    "The supplier has delivered and waits for its money. It registers the invoice as a receivable; its fingerprint "
    "is taken from what was invoiced, so the same invoice cannot be financed a second time, here or under another "
    "number.",
    "供应商已交货,等待收款。它将发票登记为应收账款;指纹由发票内容计算得出,因此同一张发票不能换个编号重复融资。",
)
CONFIRM = both(
    "The core enterprise signs that it owes this amount on that day, whoever holds the claim then. From here on the"
    " claim is as good as the core enterprise's word, and stands as a note that can be split and passed on.",
    "核心企业签字确认:到期日无论谁持有该债权,均按此金额付款(确权)。自此债权以核心企业信用为依托,形成可拆分、可流转的凭证。",
)
ENDORSE = both(
    "Instead of cash the supplier pays its own supplier with a part of the note: the core enterprise's credit "
    "reaches the next tier. With recourse, who passes it on stands in for it.",
    "供应商以凭证的一部分代替现金支付给自己的供应商,核心企业的信用由此传导至下一级。有追索权背书时,背书人承担担保责任。",
)
ASK = both(
    "The holder wants cash before maturity and asks two banks at once; neither sees the other's offer.",
    "持有人希望在到期前取得资金,同时向两家银行询价;银行之间互不可见对方报价。",
)
QUOTE = both(
    "A bank's offer is a signed document and not yet a transaction: it costs no gas, binds the bank until its "
    "deadline, and can be accepted once.",
    "银行报价是一份签名文件,尚不是交易:不消耗 Gas,在有效期内对银行有约束力,且只能被接受一次。",
)
SELL = both(
    "Delivery versus payment: the note goes to the bank and the cash to the seller in one transaction, or neither "
    "moves. A small levy goes to the reserve fund.",
    "券款对付:凭证交付银行与资金支付卖方在同一笔交易内完成,否则双方均不发生变动。少量提取金计入风险准备金。",
)
REPAY = both(
    "At maturity the core enterprise pays once into the contract. It need not know who holds the notes by now.",
    "到期日核心企业一次性付款至合约,无需知道凭证此时由谁持有。",
)
REDEEM = both(
    "The holder of the note is paid out of what came in: the bank that bought it gets the face value and has earned"
    " the discount.",
    "凭证持有人从已到账款项中获得兑付:买入凭证的银行收回面值,贴现息即其收益。",
)

# ---- a dispute

NOTICE = both(
    "The core enterprise is told that the claim was assigned: from now on paying the old creditor does not "
    "discharge it.",
    "将债权转让通知付款人:自此向原债权人付款不再产生清偿效力。",
)
PAST_HOLDERS = both(
    "This must not go through: after notice of assignment the money belongs to the holders. The contract refuses it.",
    "此操作不得成功:转让通知送达后,款项应归持有人。合约予以拒绝。",
)
DISPUTE = both(
    "A part of the goods is faulty. The disputed amount is locked in the notes wherever they went, and the rest of "
    "the claim stays good.",
    "部分货物存在质量问题。争议金额在各凭证(无论流转至何处)中被锁定,其余债权不受影响。",
)
LOCKED = both(
    "What is locked by a dispute cannot be passed on to somebody who does not know of it. The contract refuses it.",
    "争议锁定的金额不能转给不知情的第三方。合约予以拒绝。",
)
PROPOSE = both(
    "The supplier signs how the dispute is to end. It binds only once the other side signs the same words.",
    "供应商签署争议解决方案;须对方签署相同内容后方才生效。",
)
AGREE = both(
    "Both have signed the same. What is not owed is taken from the supplier's own note first: the bank that bought "
    "in good faith loses nothing.",
    "双方签署了相同内容。无需支付的部分先从供应商自己的凭证中扣减(稀释):善意买入的银行不受损失。",
)
PART = both(
    "The core enterprise pays a part only. Nobody is preferred: what came in belongs to all holders in proportion.",
    "核心企业仅支付一部分。任何持有人均不优先:已到账款项按比例归全体持有人。",
)
SETTLE = both(
    "A settlement run pays everybody whose notes matured that day, in as few transactions as it takes, and leaves "
    "not a fen over.",
    "清分批次向当日到期的全体持有人付款,交易笔数尽可能少,分毫不差。",
)
LATE = both(
    "After grace each day begun costs a penalty. It goes to those who waited, and is paid before the principal.",
    "宽限期后逾期每一日计收违约金。违约金归等待收款的持有人,并先于本金清偿。",
)

# ---- a default

RECOURSE = both(
    "The core enterprise did not pay, grace is over: the holder turns to who endorsed the note to it. The arrow of "
    "the endorsements, walked backwards.",
    "核心企业未付款且宽限期已过:持有人向其背书人追索,即沿背书链反向追溯。",
)
BUY_BACK = both(
    "Who is called on pays the holder and takes its place: it now holds the claim, and may go further back itself.",
    "被追索人向持有人付款并取得其地位:成为新的债权人,并可继续向前手追索。",
)
NOBODY = both(
    "This bank bought without recourse, at a lower price for the risk: there is nobody to turn to. The contract "
    "refuses it.",
    "该银行以无追索权方式买入,价格中已包含风险对价:无人可追索。合约予以拒绝。",
)
COVER = both(
    "The levy of all financings has filled a reserve fund. It takes the first loss as far as it reaches, and steps "
    "into the holder's place for what it paid.",
    "各笔融资提取的费用形成风险准备金,以其余额为限承担首损,并就已付部分取得持有人地位。",
)
WRITE_OFF = both(
    "The bank gives the rest up in its books. The claim itself stays: whoever pays later pays those who hold it.",
    "银行将剩余部分在账面核销。债权本身依然存在:日后回款仍归持有人。",
)
AFTER_ALL = both(
    "Money that comes after everything finds its way all the same: the core enterprise pays what is owed with the "
    "penalty.",
    "款项虽迟,去向不变:核心企业偿付全部欠款及违约金。",
)

# ---- oil

TAKE_IN = both(
    "A warehouse receipt: the custodian signs what came into its tank, and the title to it is one token. The same "
    "lot cannot be registered twice.",
    "电子仓单:保管人签署入库文件,货权即为一枚代币。同一批货物不能重复登记。",
)
ASK_LOAN = both(
    "The trader needs cash and does not want to sell: it asks for a loan over the oil in the tank.",
    "贸易商需要资金但不愿出售:以罐内原油申请质押贷款。",
)
QUOTE_LOAN = both(
    "The bank signs its terms: how much of the value it lends, at which LTV it calls for margin, at which it sells.",
    "银行签署贷款条件:融资比例、补仓线与处置线。",
)
COUNT = both(
    "No pledge on paper alone: the custodian counts the goods afresh, and takes note of who has the right to them.",
    "不仅凭单据质押:保管人重新盘点货物,并确认质权人。",
)
TAKE_LOAN = both(
    "The title goes into escrow of the loan and the cash to the trader, in one transaction. What sits in escrow "
    "cannot be pledged, sold or delivered twice.",
    "货权进入贷款托管与资金支付给贸易商在同一笔交易内完成。托管中的货权不能重复质押、出售或提货。",
)
TWICE = both(
    "The fraud that made warehouse financing infamous: the same goods, pledged twice. It is refused.",
    "仓单融资中臭名昭著的欺诈:一货多押。系统予以拒绝。",
)
CALL = both(
    "The price fell and the loan stands for too much of the goods' value: margin is called. The trader has three days.",
    "油价下跌,质押率超过补仓线:发出补仓通知。贸易商有三天时间补足。",
)
TOP_UP = both(
    "The trader answers with more oil: the same loan, better covered.",
    "贸易商追加原油质押:贷款不变,担保更足。",
)
PAY_DOWN = both(
    "The trader answers with cash, just as much as brings the LTV back to where it began.",
    "贸易商以现金补足,金额恰使质押率回到初始水平。",
)
RELEASE = both(
    "Paid in part, the loan needs less cover: a part of the goods is released, and no more than the rest allows.",
    "部分还款后所需担保减少:解押部分货物,以剩余担保充足为限。",
)
LOAN_PAID = both(
    "All is paid and the title comes home in the same transaction.",
    "贷款结清,货权在同一笔交易内归还。",
)
OPEN_SALE = both(
    "The call went unanswered. The bank does not take the oil, it opens a sale to everybody with a lowest price.",
    "补仓通知未获回应。银行不直接取走原油,而是公开处置并设定底价。",
)
BID = both(
    "A bid is signed and its cash waits in escrow; who is outbid gets it back at once.",
    "竞价须签名,资金进入托管;被超越者立即取回资金。",
)
CLOSE_SALE = both(
    "The waterfall, in one transaction: storage first, then the lender, and what is left to the owner of the oil.",
    "处置款在同一笔交易内按顺序分配:先付仓储费,再还贷款,余额归货主。",
)
