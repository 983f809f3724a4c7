"""What the contracts' errors say to people. A sentence for each, in both languages; amounts are minor units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend import roles
from backend.errors import Phrase, both
from backend.queries.loans import STATUSES as LOAN_STATUSES
from backend.queries.receivables import STATUSES
from backend.web import reverts_authority, reverts_evidence, reverts_loans

_TIMES = {
    "maturityAt",
    "cutOffAt",
    "acceptBy",
    "graceEndsAt",
    "noticeAt",
    "confirmBy",
    "deadline",
    "nowAt",
    "validUntil",
    "effectiveAt",
    "expiresAt",
    "observedAt",
    "lastObservedAt",
    "goodUntil",
}
_STATUS_WORDS = list(STATUSES.values())
_LOAN_STATUS_WORDS = list(LOAN_STATUSES.values())

SENTENCES: dict[str, tuple[str, str]] = {
    # many acts at once, and acts taken back
    "BulkItemWithoutReason": (
        "act {item} ended without a reason; none was done",
        "第 {item} 项无故终止;所有操作均未执行",
    ),
    "Cancelled": ("it was taken back before a block had it", "在上链前已撤回"),
    # participants
    "UnknownParticipant": ("{account} is no participant", "{account} 不是参与方"),
    "UnknownParticipantId": ("there is no participant {participantId}", "没有编号为 {participantId} 的参与方"),
    "AccountTaken": (
        "account {account} belongs to participant {participantId}",
        "账户 {account} 属于参与方 {participantId}",
    ),
    "IdentityTaken": ("the identity belongs to participant {participantId}", "该主体已登记为参与方 {participantId}"),
    "InvalidParticipant": (
        "a participant needs an account, an identity and a role that exist",
        "参与方须有有效的账户、主体标识和角色",
    ),
    "RoleMissing": ("{account} is no {role}", "{account} 不是{role}"),
    "Frozen": ("{account} is frozen", "{account} 已被冻结"),
    "KycExpired": (
        "the identification of {account} was valid until {validUntil}",
        "{account} 的身份认证有效期至 {validUntil}",
    ),
    "OrderMissing": ("the order is missing", "缺少监管指令"),
    # receivables
    "UnknownReceivable": ("there is no receivable {receivableId}", "没有应收账款 {receivableId}"),
    "WrongStatus": ("receivable {receivableId} is {status}", "应收账款 {receivableId} {status}"),
    "InvalidAmount": (
        "the amount {amount} must be more than zero and at most {limit}",
        "金额 {amount} 须大于零且不超过 {limit}",
    ),
    "DocumentMissing": ("a receivable needs its document", "应收账款须附文件"),
    "SelfObligation": ("participant {participantId} cannot owe itself", "参与方 {participantId} 不能对自己负债"),
    "ConfirmationTooLate": (
        "receivable {receivableId} could be confirmed until {confirmBy}",
        "应收账款 {receivableId} 的确权期限为 {confirmBy}",
    ),
    "NotYetExpired": (
        "receivable {receivableId} can be confirmed until {confirmBy}",
        "应收账款 {receivableId} 在 {confirmBy} 前仍可确权",
    ),
    "NotTheObligor": (
        "{caller} is not the obligor of receivable {receivableId}",
        "{caller} 不是应收账款 {receivableId} 的付款人",
    ),
    "NotTheSupplier": (
        "{caller} is not the supplier of receivable {receivableId}",
        "{caller} 不是应收账款 {receivableId} 的供应商",
    ),
    "ConfirmationLimitExceeded": (
        "the obligor would owe {owed}, and its confirmation limit is {limit}",
        "付款人确权后将欠 {owed},超过其确权额度 {limit}",
    ),
    "NothingDue": ("nothing is due on receivable {receivableId}", "应收账款 {receivableId} 没有应付款项"),
    "NotYetMature": (
        "receivable {receivableId} matures at {maturityAt}; before it a part payment waits",
        "应收账款 {receivableId} 于 {maturityAt} 到期,到期前部分还款暂不分配",
    ),
    "NotInDefault": (
        "grace on receivable {receivableId} ends at {graceEndsAt}",
        "应收账款 {receivableId} 的宽限期至 {graceEndsAt}",
    ),
    "AllotmentOpen": (
        "money of receivable {receivableId} is divided, and {left} notes have not had their share",
        "应收账款 {receivableId} 正在清分,尚有 {left} 张凭证未兑付",
    ),
    "NothingToAllot": (
        "there is nothing to divide on receivable {receivableId}",
        "应收账款 {receivableId} 无可清分款项",
    ),
    "NotAbsorbed": (
        "the supplier owes {owed} for dilution, and its note {noteId} has to absorb it first",
        "供应商因稀释尚欠 {owed},须先以其凭证 {noteId} 抵减",
    ),
    "NotesIncomplete": (
        "the notes listed are worth {listed}, and all notes of receivable {receivableId} are worth {live}",
        "所列凭证合计 {listed},应收账款 {receivableId} 的全部凭证合计 {live}",
    ),
    "NotesUnordered": ("note {noteId} stands out of order", "凭证 {noteId} 的顺序有误"),
    "WrongReceivable": ("note {noteId} is of receivable {receivableId}", "凭证 {noteId} 属于应收账款 {receivableId}"),
    # adjustments
    "NotTheAssignor": (
        "{caller} is neither supplier, endorser nor holder of note {noteId}",
        "{caller} 不是凭证 {noteId} 的供应商、背书人或持有人",
    ),
    "NothingAssigned": ("note {noteId} was not assigned to anybody", "凭证 {noteId} 未发生转让"),
    "NoticeWasGiven": (
        "the obligor of receivable {receivableId} had notice of assignment at {noticeAt}",
        "应收账款 {receivableId} 的付款人已于 {noticeAt} 收到转让通知",
    ),
    "SetOffWaived": (
        "the obligor waived set-off on receivable {receivableId}",
        "付款人已放弃对应收账款 {receivableId} 的抵销权",
    ),
    "CounterclaimTooLate": (
        "the counterclaim is of {at}, and for receivable {receivableId} it may be no later than {limit}",
        "反债权时间为 {at},对应收账款 {receivableId} 不得晚于 {limit}",
    ),
    "NoDispute": (
        "receivable {receivableId} has no open dispute {disputeId}",
        "应收账款 {receivableId} 没有编号为 {disputeId} 的未决争议",
    ),
    # recourse and reserve
    "RecourseEnds": (
        "recourse of note {noteId} ends at note {atNoteId}: it was endorsed without recourse, or by nobody",
        "凭证 {noteId} 的追索止于凭证 {atNoteId}:其为无追索权背书,或未经背书",
    ),
    "NotTheEndorser": (
        "{endorser} endorsed it there, not {caller}",
        "该手背书人是 {endorser},不是 {caller}",
    ),
    "NotTheHolder": ("{holder} holds note {noteId}, not {caller}", "凭证 {noteId} 的持有人是 {holder},不是 {caller}"),
    "NotInsured": ("note {noteId} is not insured", "凭证 {noteId} 未受保障"),
    "NothingToCover": ("there is nothing to cover of note {noteId}", "凭证 {noteId} 无可代偿金额"),
    "NotSettlement": ("only the settlement contract may say so, not {caller}", "仅结算合约可以调用,而非 {caller}"),
    "FingerprintTaken": (
        "the same thing is registered already, as number {id} of its kind",
        "同一标的已登记,编号为 {id}",
    ),
    "FingerprintMissing": ("the fingerprint is missing", "缺少指纹"),
    "NotAnAssetContract": ("{caller} may not claim fingerprints", "{caller} 不能登记指纹"),
    # notes
    "UnknownNote": ("there is no note {noteId}", "没有凭证 {noteId}"),
    "NotAuthorised": ("{caller} may not move note {noteId}", "{caller} 无权处分凭证 {noteId}"),
    "InsufficientAllowance": (
        "{operator} may move {allowed} of note {noteId}, and {needed} is needed",
        "{operator} 可处分凭证 {noteId} 的 {allowed},需要 {needed}",
    ),
    "InsufficientValue": (
        "note {noteId} has a value of {value}, and {needed} is needed",
        "凭证 {noteId} 的金额为 {value},需要 {needed}",
    ),
    "WrongHolder": (
        "{holder} holds note {noteId}, not {expected}",
        "凭证 {noteId} 的持有人是 {holder},不是 {expected}",
    ),
    "WrongClaim": (
        "note {noteId} is of receivable {receivableId}, not of the one that was quoted",
        "凭证 {noteId} 属于应收账款 {receivableId},与报价不符",
    ),
    "AfterCutOff": (
        "notes of receivable {receivableId} could move until {cutOffAt}",
        "应收账款 {receivableId} 的凭证转让截止于 {cutOffAt}",
    ),
    "AcceptancePending": (
        "note {noteId} waits for its payee's acceptance until {acceptBy}",
        "凭证 {noteId} 在 {acceptBy} 前待收票人签收",
    ),
    "AcceptanceNotAwaited": ("note {noteId} waits for no acceptance", "凭证 {noteId} 无需签收"),
    "AcceptanceTooLate": ("note {noteId} could be accepted until {acceptBy}", "凭证 {noteId} 的签收期限为 {acceptBy}"),
    "NoteLocked": ("{locked} of note {noteId} is locked by a dispute", "凭证 {noteId} 中 {locked} 因争议被锁定"),
    "NotASibling": ("{caller} is none of the platform's contracts", "{caller} 不是本平台的合约"),
    "NotMergeable": ("notes {fromNoteId} and {toNoteId} cannot be merged", "凭证 {fromNoteId} 与 {toNoteId} 不能合并"),
    "NothingToRedeem": ("note {noteId} has no value left", "凭证 {noteId} 已无可兑付金额"),
    "ReceiverRefused": ("{receiver} does not take the title", "{receiver} 拒收权利凭证"),
    "ERC721InvalidReceiver": ("{receiver} does not take the title", "{receiver} 拒收权利凭证"),
    # warehouse receipts
    "UnknownLot": ("there is no lot {lotId}", "没有批次 {lotId}"),
    "UnknownReceipt": ("there is no receipt {receiptId} for goods", "没有仓单 {receiptId},或其货物已提清"),
    "InvalidQuantity": (
        "the quantity {quantity} must be more than zero and at most {limit}, in the smallest part of the unit",
        "数量 {quantity} 须大于零且不超过 {limit}(以计量单位的最小份计)",
    ),
    "InvalidIntake": ("the intake's {field} is missing or cannot be", "入库单的 {field} 缺失或无效"),
    "NotTheCustodian": (
        "{custodian} keeps lot {lotId}, not {caller}",
        "批次 {lotId} 的保管人是 {custodian},不是 {caller}",
    ),
    "WrongLot": (
        "receipt {receiptId} is of lot {lotId}, with other documents",
        "仓单 {receiptId} 属于批次 {lotId},与单据不符",
    ),
    "NotYourReceipt": ("{caller} may not move receipt {receiptId}", "{caller} 无权处分仓单 {receiptId}"),
    "WrongReceiptHolder": (
        "{holder} holds receipt {receiptId}, not {expected}",
        "仓单 {receiptId} 的持有人是 {holder},不是 {expected}",
    ),
    "ReceiptsNotMergeable": (
        "receipts {fromReceiptId} and {toReceiptId} cannot be merged: another lot, holder or storage",
        "仓单 {fromReceiptId} 与 {toReceiptId} 不能合并:批次、持有人或仓储费不同",
    ),
    "NoRecourse": ("goods are sold without recourse", "仓单转让不附追索权"),
    "Expired": ("lot {lotId} expired at {expiresAt}", "批次 {lotId} 已于 {expiresAt} 到期"),
    "ReceiptIsFrozen": ("receipt {receiptId} is frozen", "仓单 {receiptId} 已被冻结"),
    "LotIsLocked": ("lot {lotId} is locked", "批次 {lotId} 已被锁定"),
    "StorageUnpaid": ("storage of {amount} is unpaid on receipt {receiptId}", "仓单 {receiptId} 尚欠仓储费 {amount}"),
    "NothingToPay": ("no storage is due on receipt {receiptId}", "仓单 {receiptId} 没有应付仓储费"),
    "ReceiptsIncomplete": (
        "the receipts listed stand for {listed}, and all receipts of lot {lotId} for {live}",
        "所列仓单合计 {listed},批次 {lotId} 的全部仓单合计 {live}",
    ),
    "ReceiptsUnordered": ("receipt {receiptId} stands out of order", "仓单 {receiptId} 的顺序有误"),
    "TooManyReceipts": (
        "lot {lotId} would have more than {limit} receipts",
        "批次 {lotId} 的仓单将超过 {limit} 张",
    ),
    "RecipientMissing": ("the order does not name who fetches the goods", "提货单未注明提货人"),
    "NotShortened": ("insurance and expiry of lot {lotId} cannot be shortened", "批次 {lotId} 的保险和有效期不能缩短"),
    "InEscrow": ("receipt {receiptId} is pledged", "仓单 {receiptId} 已质押"),
    "NoReplacement": ("no replacement waits for receipt {receiptId}", "仓单 {receiptId} 没有待生效的更换申请"),
    "ReplacementWaits": (
        "the replacement of receipt {receiptId} waits until {effectiveAt}",
        "仓单 {receiptId} 的更换于 {effectiveAt} 生效",
    ),
    "NotAttestations": ("{caller} is not the contract of evidence", "{caller} 不是存证合约"),
    # prices
    "NoOracle": ("feed {feed} has no oracle", "价格源 {feed} 没有预言机"),
    "InvalidPrice": ("the price {price} cannot be", "价格 {price} 无效"),
    "ObservedInTheFuture": (
        "the price was observed at {observedAt}, and it is {nowAt}",
        "价格观察时间为 {observedAt},现在是 {nowAt}",
    ),
    "PriceNotNewer": (
        "the price was observed at {observedAt}, and the last one of feed {feed} at {lastObservedAt}",
        "价格观察时间为 {observedAt},价格源 {feed} 上一价格的观察时间为 {lastObservedAt}",
    ),
    "NoPrice": ("feed {feed} has no price yet", "价格源 {feed} 尚无价格"),
    "PriceStale": (
        "the last price of feed {feed} is of {observedAt} and was good until {goodUntil}",
        "价格源 {feed} 的最新价格观察于 {observedAt},有效期至 {goodUntil}",
    ),
    "PriceNotOfTheOracle": (
        "the last price of feed {feed} is of {publishedBy}, and its oracle is {oracle} now",
        "价格源 {feed} 的最新价格由 {publishedBy} 发布,现任预言机为 {oracle}",
    ),
    # signed documents
    "NonceAlreadyUsed": ("{signer} has used or cancelled nonce {nonce}", "{signer} 的随机数 {nonce} 已使用或已作废"),
    "SignatureExpired": ("the signed document was valid until {deadline}", "签名文件的有效期至 {deadline}"),
    "InvalidSignature": ("the signature is not of {signer}", "签名不是 {signer} 所作"),
    "NotTheSeller": ("only the seller {seller} may accept", "仅卖方 {seller} 可以接受"),
    # cash
    "ERC20InsufficientBalance": (
        "{sender} has {balance} in cash, and {needed} is needed",
        "{sender} 的现金余额为 {balance},需要 {needed}",
    ),
    "ERC20InsufficientAllowance": (
        "{spender} may take {allowance}, and {needed} is needed",
        "{spender} 可动用 {allowance},需要 {needed}",
    ),
    "ERC20InvalidReceiver": ("{receiver} cannot receive cash", "{receiver} 不能接收现金"),
    "ERC20InvalidSender": ("{sender} cannot send cash", "{sender} 不能支付现金"),
    "ERC20InvalidApprover": ("{approver} cannot approve", "{approver} 不能授权"),
    "ERC20InvalidSpender": ("{spender} cannot be approved", "{spender} 不能被授权"),
    "ERC2612ExpiredSignature": ("the permit was valid until {deadline}", "授权签名的有效期至 {deadline}"),
    "ERC2612InvalidSigner": ("the permit of {owner} was signed by {signer}", "{owner} 的授权由 {signer} 签名"),
    "InvalidAccountNonce": (
        "the permit's nonce of {account} is {currentNonce} now",
        "{account} 的授权随机数现为 {currentNonce}",
    ),
    "ERC7943CannotTransact": ("{account} may not hold or move cash", "{account} 不能持有或支付现金"),
    "ERC7943CannotTransfer": ("{amount} may not move from {from} to {to}", "{amount} 不能由 {from} 转给 {to}"),
    "ERC7943InsufficientUnfrozenBalance": (
        "{account} has {unfrozen} that is not frozen, and {amount} is needed",
        "{account} 未冻结余额为 {unfrozen},需要 {amount}",
    ),
    "ExceedsReserve": (
        "{supply} would be issued against a reserve of {reserve}",
        "发行后总量 {supply} 将超过储备 {reserve}",
    ),
    "ExceedsCap": ("{supply} would be issued, and the cap is {cap}", "发行后总量 {supply} 将超过上限 {cap}"),
    "EvidenceMissing": ("evidence is missing", "缺少依据"),
    "SafeERC20FailedOperation": ("the cash {token} did not move", "现金 {token} 未能划转"),
    "ECDSAInvalidSignature": ("the signature cannot be read", "无法读取签名"),
    "ECDSAInvalidSignatureLength": ("the signature has {length} bytes", "签名长度为 {length} 字节"),
    "ECDSAInvalidSignatureS": ("the signature is malleable", "签名不规范"),
    # policy
    "CurrencyTaken": ("currency {currency} has the token {token}", "币种 {currency} 已有代币 {token}"),
    "InvalidSettlementToken": ("{token} is no token of currency {currency}", "{token} 不是币种 {currency} 的代币"),
    "EffectiveInThePast": ("{effectiveAt} is past; it is {nowAt}", "{effectiveAt} 已过;现在是 {nowAt}"),
    "InvalidLimits": ("the limits contradict each other", "限额相互矛盾"),
    # powers and the machine itself
    "AccessManagedUnauthorized": ("{caller} has no such power", "{caller} 没有此权限"),
    "AccessManagedRequiredDelay": (
        "{caller} must announce this {delay} seconds before",
        "{caller} 须提前 {delay} 秒预告",
    ),
    "AccessManagedInvalidAuthority": ("{authority} is no authority", "{authority} 不是授权合约"),
    "ReentrancyGuardReentrantCall": ("the call came back into itself", "调用重入"),
    "InvalidShortString": ("a short string is invalid", "短字符串无效"),
    "StringTooLong": ("a string is too long", "字符串过长"),
    "Error": ("{message}", "合约报错:{message}"),
    "Panic": ("the contract panicked with code {code}", "合约内部错误,代码 {code}"),
}

SENTENCES |= reverts_loans.SENTENCES | reverts_evidence.SENTENCES | reverts_authority.SENTENCES

CLAUSES: dict[str, tuple[str, str]] = {
    "currency": ("no settlement token for currency {value}", "币种 {value} 没有结算代币"),
    "faceValue.max": ("the face value {value} is above {limit}", "面值 {value} 超过上限 {limit}"),
    "tenor.min": ("maturity {value} is before {limit}", "到期日 {value} 早于 {limit}"),
    "tenor.max": ("maturity {value} is after {limit}", "到期日 {value} 晚于 {limit}"),
    "depth.max": (
        "the note would be endorsement {value} in its line, and {limit} are allowed",
        "凭证将为第 {value} 手背书转让,最多 {limit} 手",
    ),
    "notes.max": (
        "the receivable would have {value} notes, and {limit} are allowed",
        "应收账款将有 {value} 张凭证,最多 {limit} 张",
    ),
}
"""Policy's clauses; their refusal is PolicyRefused(clause, value, limit)."""


def sentence(error: str, arguments: Mapping[str, Any]) -> Phrase:
    """What an error of a contract means, with its values."""
    if error == "PolicyRefused":
        return _policy(arguments)
    en, zh = SENTENCES.get(error, ("{error}({arguments})", "合约拒绝:{error}({arguments})"))
    listed = ", ".join(f"{name}={value}" for name, value in arguments.items())
    readable = {name: _readable(error, name, value) for name, value in arguments.items()}
    return both(en, zh, **({"error": error, "arguments": listed} | readable))


def _policy(arguments: Mapping[str, Any]) -> Phrase:
    clause = str(arguments["clause"])
    value, limit = arguments["value"], arguments["limit"]
    if clause.startswith("tenor."):
        value, limit = _moment(value), _moment(limit)
    en, zh = CLAUSES.get(clause, ("{value} against a limit of {limit}", "{value},限额 {limit}"))
    return both(
        f"the policy's clause {{clause}} refuses: {en}",
        f"政策条款 {{clause}} 拒绝:{zh}",
        clause=clause,
        value=value,
        limit=limit,
    )


def _readable(error: str, name: str, value: Any) -> Any:
    if (
        name in _TIMES | reverts_loans.TIMES | reverts_evidence.TIMES
        or (error == "CoverEnds" and name == "needed")
        or (error == "CounterclaimTooLate" and name in ("at", "limit"))
    ):
        return _moment(value)
    if name == "status":
        words = _LOAN_STATUS_WORDS if error == "WrongLoanStatus" else _STATUS_WORDS
        return words[int(value) - 1] if 0 < int(value) <= len(words) else value
    if name == "kind" and 0 <= int(value) < len(reverts_evidence.KINDS):
        return reverts_evidence.KINDS[int(value)]
    if name == "role":
        return roles.words(int(value))
    return value


def _moment(seconds: Any) -> str:
    """UTC seconds as a date and time, where a calendar reaches."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return str(seconds)
