"""What an act is about: found for whoever acts, and named as its form names it. Raises NotFound as the queries do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from backend.commands.participants import KYC_DAYS
from backend.config import DAY
from backend.errors import NotFound, Phrase, both
from backend.invoices.currencies import code_of
from backend.queries import (
    adjustments,
    devices,
    lending,
    loans,
    notes,
    participants,
    quotes,
    receipt_quotes,
    receivables,
)
from backend.queries import warehouse_receipts as goods
from backend.web import context
from backend.web.pages import people, readers

Row = Mapping[str, Any]


@dataclass(frozen=True)
class About:
    """`words` names it, `page` shows it; `currency` and `unit` are what its amounts and quantities are counted in;
    `usual` is what the fields of its forms have at first, as a person writes it."""

    words: Phrase = field(default_factory=lambda: both("the network", "全网"))
    page: str = "/"
    currency: str = "CNY"
    unit: str = ""
    row: Row = field(default_factory=dict)
    usual: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @staticmethod
    def name_of(account: str) -> str:
        return participants.names(context.desk().engine, [account]).get(account, account)


def about(kind: str, identifier: str) -> About:
    """The thing of that kind, as the reader may see it. Raises NotFound."""
    if kind in _NUMBERED and not (identifier.isascii() and identifier.isdigit() and len(identifier) <= 18):
        what = _NUMBERED[kind]
        raise NotFound(what=what, id=identifier)
    return _FIND[kind](context.desk().engine, people.reader(), identifier)


def _receivable(engine: Engine, reader: people.Reader, number: str) -> About:
    row = receivables.visible_receivable(engine, int(number), reader.viewer)
    due = receivables.dues(engine, row["id"], context.desk().now())
    code, waits = row["currency"], row["status"] == "submitted"
    wanted = row["faceValueFen"] if waits else due["principalFen"] + due["penaltyFen"]
    return About(
        both("receivable {id}", "应收账款 {id}", id=row["id"]),
        f"/receivables/{row['id']}",
        code,
        row={**row, "due": due},
        usual={"amountFen": readers.plain_amount(wanted, code), "valueFen": readers.plain_amount(wanted, code)},
    )


def _note(engine: Engine, reader: people.Reader, number: str) -> About:
    row = notes.visible_note(engine, int(number), reader.viewer)
    code = receivables.currencies(engine, [row["receivableId"]])[row["receivableId"]]
    worth = readers.plain_amount(row["valueFen"], code)
    usual = {"valueFen": worth, "limitFen": worth}
    return About(both("note {id}", "凭证 {id}", id=row["id"]), f"/notes/{row['id']}", code, row=row, usual=usual)


def _receipt(engine: Engine, reader: people.Reader, number: str) -> About:
    row = goods.visible_receipt(engine, int(number), reader.viewer, context.desk().now())
    return About(
        both("warehouse receipt {id}", "仓单 {id}", id=row["id"]),
        f"/receipts/{row['id']}",
        row["currency"],
        row["unit"],
        row,
        {"quantity": row["quantity"], "value": row["quantity"]},
    )


def _lot(engine: Engine, reader: people.Reader, number: str) -> About:
    row = goods.visible_lot(engine, int(number), reader.viewer)
    words = both("lot {id}", "货物批次 {id}", id=row["id"])
    return About(words, f"/lots/{row['id']}", row["currency"], row["unit"], row)


def _loan(engine: Engine, reader: people.Reader, number: str) -> About:
    hours = context.desk().settings.price_age_hours
    row = loans.visible_loan(engine, int(number), reader.viewer, context.desk().now(), hours * 3_600)
    words = both("loan {id}", "贷款 {id}", id=row["id"])
    usual = {"amountFen": readers.plain_amount(int(row["owedFen"]), row["currency"])}
    return About(words, f"/loans/{row['id']}", row["currency"], row=row, usual=usual)


def _participant(engine: Engine, reader: people.Reader, account: str) -> About:
    row = participants.participant(engine, account)
    words = both("participant {name}", "参与方{name}", name=row["name"])
    in_a_year = datetime.fromtimestamp(context.desk().now() + KYC_DAYS * DAY, UTC).date().isoformat()
    usual = {"roles": row["roles"], "kycValidUntil": in_a_year}
    return About(words, f"/participants/{account}", row=row, usual=usual)


def _quote(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = quotes.visible_quote(engine, identifier, reader.account)
    code = receivables.currencies(engine, [row["receivable_id"]])[row["receivable_id"]]
    words = both(
        "the quote of {name}: {value} {code} of receivable {id} for {price} {code}",
        "{name}的报价:应收账款 {id} 的 {value} {code},价格 {price} {code}",
        name=About.name_of(row["financier"]),
        value=readers.plain_amount(row["value"], code),
        price=readers.plain_amount(row["price"], code),
        code=code,
        id=row["receivable_id"],
    )
    return About(words, f"/receivables/{row['receivable_id']}", code, row=row)


def _receipt_quote(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = receipt_quotes.visible_quote(engine, identifier, reader.account)
    words = both(
        "the quote of {name} for warehouse receipt {id}",
        "{name}对仓单 {id} 的报价",
        name=About.name_of(row["financier"]),
        id=row["receipt_id"],
    )
    return About(words, f"/receipts/{row['receipt_id']}", row=row)


def _loan_request(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = lending.visible_request(engine, identifier, reader.account)
    words = both("the request of {name}", "{name}的贷款申请", name=About.name_of(row["borrower"]))
    code = code_of(row["currency"])
    page = f"/{'receipts' if row['asset'] == 'receipt' else 'notes'}/{row['token_id']}"
    return About(words, page, code, row=dict(row), usual={"limitFen": readers.plain_amount(row["limit"], code)})


def _loan_quote(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = lending.visible_quote(engine, identifier, reader.account)
    request = lending.visible_request(engine, row["request_id"], reader.account)
    code = code_of(request["currency"])
    limit = readers.plain_amount(int(row["terms"]["limit"]), code)
    words = both(
        "the terms of {name}: up to {limit} {code} at {rate}",
        "{name}的贷款条件:最高 {limit} {code},年利率 {rate}",
        name=About.name_of(row["financier"]),
        limit=limit,
        code=code,
        rate=readers.rate(row["terms"]["rateBps"]),
    )
    page = f"/{'receipts' if row['asset'] == 'receipt' else 'notes'}/{row['token_id']}"
    return About(words, page, code, row=row, usual={"amountFen": limit})


def _intake(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = goods.visible_intake(engine, identifier, reader.account)
    return About(both("the intake of lot {lot}", "批次 {lot} 的入库单", lot=row["lot"]), "/", row=row)


def _delivery_order(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = goods.visible_order(engine, identifier, reader.account)
    words = both("the delivery order for {name}", "提货人为{name}的提货单", name=row["recipient"])
    return About(words, f"/receipts/{row['receipt_id']}", row=row)


def _confirmation(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = quotes.confirmation(engine, identifier, reader.account)
    words = both("the confirmation of receivable {id}", "应收账款 {id} 的确权", id=row["receivable_id"])
    return About(words, f"/receivables/{row['receivable_id']}", row=row)


def _counterclaim(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = adjustments.counterclaim(engine, identifier, reader.account)
    words = both("the counterclaim “{words}”", "反债权“{words}”", words=row["statement"])
    return About(words, f"/receivables/{row['receivable_id']}", row=row)


def _resolution(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = adjustments.resolution(engine, identifier, reader.account)
    code = receivables.currencies(engine, [row["receivable_id"]])[row["receivable_id"]]
    words = both(
        "the resolution that {value} {code} are not owed",
        "认定 {value} {code} 无需支付的解决方案",
        value=readers.plain_amount(row["upheld"], code),
        code=code,
    )
    return About(words, f"/receivables/{row['receivable_id']}", code, row=row)


def _device(engine: Engine, reader: people.Reader, device: str) -> About:
    row = devices.visible_device(engine, device, reader.viewer)
    return About(both("device {id}", "设备 {id}", id=device), f"/lots/{row['lotId']}", row=row)


def _operation(engine: Engine, reader: people.Reader, identifier: str) -> About:
    row = context.system().outbox.operation(identifier)
    if people.OPERATOR not in reader.roles and row["actor"] != reader.account:
        raise NotFound(what=both("operation", "操作"), id=identifier)
    words = both("operation {kind}", "操作 {kind}", kind=row["kind"])
    return About(words, f"/operations/{identifier}", row=row)


_NUMBERED = {
    "receivable": both("receivable", "应收账款"),
    "note": both("note", "凭证"),
    "receipt": both("warehouse receipt", "仓单"),
    "lot": both("lot", "货物批次"),
    "loan": both("loan", "贷款"),
}

_FIND: dict[str, Callable[[Engine, people.Reader, str], About]] = {
    "receivable": _receivable,
    "note": _note,
    "receipt": _receipt,
    "lot": _lot,
    "loan": _loan,
    "participant": _participant,
    "quote": _quote,
    "receipt-quote": _receipt_quote,
    "loan-request": _loan_request,
    "loan-quote": _loan_quote,
    "intake": _intake,
    "delivery-order": _delivery_order,
    "confirmation": _confirmation,
    "counterclaim": _counterclaim,
    "resolution": _resolution,
    "device": _device,
    "operation": _operation,
}
