"""How a certificate is read by people: the name of each fact, and its value in either language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backend.errors import Phrase, both
from backend.invoices.currencies import CURRENCIES
from backend.money import format_amount
from backend.queries import loans, receivables

LABELS: dict[str, Phrase] = {
    "holder": both("Holder", "持有人"),
    "valueFen": both("Value", "凭证金额"),
    "lockedFen": both("Locked by a dispute", "争议锁定金额"),
    "supplier": both("Supplier", "供应商"),
    "obligor": both("Obligor", "付款人"),
    "currency": both("Currency", "币种"),
    "faceValueFen": both("Face value", "面值"),
    "confirmedFen": both("Confirmed by the obligor", "付款人已确权金额"),
    "reducedFen": both("Reduced (dilution)", "稀释金额"),
    "disputedFen": both("In dispute", "争议金额"),
    "repaidFen": both("Repaid", "已还款金额"),
    "owedFen": both("Owed by the obligor", "付款人未付金额"),
    "receivableId": both("Of receivable", "所属应收账款"),
    "parentId": both("Endorsed out of note", "源自凭证"),
    "endorser": both("Endorsed by", "背书人"),
    "depth": both("Endorsements since the root", "背书层级"),
    "withRecourse": both("With recourse", "有追索权"),
    "acceptBy": both("To be accepted by", "待签收截止"),
    "setOffWaived": both("Set-off waived", "已放弃抵销"),
    "status": both("Status", "状态"),
    "maturityAt": both("Maturity", "到期日"),
    "custodian": both("Custodian", "保管人"),
    "lotId": both("Of lot", "所属货批"),
    "commodity": both("Goods", "货物"),
    "grade": both("Grade", "等级"),
    "quantity": both("Quantity", "数量"),
    "unit": both("Unit", "计量单位"),
    "insuredUntil": both("Insured until", "保险有效期至"),
    "expiresAt": both("Storage ends", "仓储期至"),
    "storagePaidUntil": both("Storage paid until", "仓储费付至"),
    "frozen": both("Frozen", "冻结"),
    "locked": both("Locked by evidence", "因证据锁定"),
    "lender": both("Lender", "资金方"),
    "borrower": both("Borrower", "借款人"),
    "limitFen": both("Limit", "贷款额度"),
    "undrawnFen": both("Not drawn", "未放款额度"),
    "principalFen": both("Principal owed", "未还本金"),
    "costsFen": both("Costs owed", "未付费用"),
    "rateBps": both("Interest a year", "年利率"),
    "penaltyBps": both("Penalty a year", "罚息年利率"),
    "startedAt": both("Began", "起始日"),
    "graceDays": both("Days of grace", "宽限期(天)"),
    "collateral": both("Pledged", "质押物"),
    "titles": both("Numbers of what is pledged", "质押物编号"),
    "fingerprint": both("Fingerprint", "指纹"),
    "documentHash": both("Hash of the documents", "文件哈希"),
    "placeHash": both("Hash of the place", "仓储地点哈希"),
    "number": both("Invoice", "发票号码"),
    "issueDate": both("Issued", "开票日期"),
    "seller": both("Seller", "销售方"),
    "buyer": both("Buyer", "购买方"),
    "invoiceCurrency": both("Invoice currency", "发票币种"),
    "payableFen": both("Payable", "应付金额"),
    "location": both("Place", "仓储地点"),
    "lot": both("Lot", "批号"),
    "inspection": both("Inspection", "检验"),
    "insurance": both("Insurance", "保险"),
}

_TITLES = {"note": both("notes", "凭证"), "receipt": both("warehouse receipts", "仓单")}


def told(name: str, facts: Mapping[str, Any]) -> Phrase:
    """The value of a fact as people read it: amounts in their currency, days, rates, words. What cannot be (a day of
    the year 30,000) stays as it is: contracts of strangers may hold anything."""
    try:
        return _told(name, facts)
    except (ValueError, OverflowError, OSError):
        return _as_is(str(facts[name]))


def _told(name: str, facts: Mapping[str, Any]) -> Phrase:
    value = facts[name]
    if isinstance(value, bool):
        return both("yes", "是") if value else both("no", "否")
    if name == "status":
        return (receivables.STATUSES if "supplier" in facts else loans.STATUSES)[value]
    if name == "collateral":
        return _TITLES[value]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _as_is(", ".join(value) or "–")
    if name.endswith("Fen") and facts.get("currency") in CURRENCIES:
        code = facts["currency"]
        return _as_is(f"{format_amount(int(value), CURRENCIES[code].decimals)} {code}")
    if name.endswith(("At", "Until", "By")):
        return _as_is(datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%d %H:%M UTC"))
    if name.endswith("Bps"):
        return _as_is(f"{format_amount(int(value))} %")
    return _as_is(str(value))


def labelled(name: str, facts: Mapping[str, Any]) -> Phrase:
    """A fact with its name before it."""
    label, value = LABELS[name], told(name, facts)
    phrase = Phrase(f"{label}: {value}")
    phrase.zh = f"{label.zh}:{value.zh}"
    return phrase


def behind(words: Mapping[str, str]) -> list[tuple[Phrase, str]]:
    """The words behind a thing with their names, an amount in its currency."""
    facts = {**words, "currency": words.get("invoiceCurrency")}
    found = []
    for name, label in LABELS.items():
        if name in words and name != "invoiceCurrency":
            found.append((label, str(told(name, facts)) if words[name].isdecimal() else plain(words[name])))
    return found


def listed(words: Mapping[str, str]) -> Phrase:
    """The same in one line."""
    pairs = behind(words)
    phrase = Phrase("; ".join(f"{label} {said}" for label, said in pairs))
    phrase.zh = ";".join(f"{label.zh} {said}" for label, said in pairs)
    return phrase


def plain(text: str) -> str:
    """What somebody wrote, without what would move a terminal or turn a line around."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)[:300]


def _as_is(text: str) -> Phrase:
    phrase = Phrase(plain(text))
    phrase.zh = phrase
    return phrase
