"""What the pictures of the desks are drawn from; each figure stands in a table of the page as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backend.web.pages import readers

Row = dict[str, Any]


def by_currency(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each currency, in their order: amounts of two currencies never share a picture."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["currency"], []).append(row)
    return found


def bars(rows: Iterable[Row], label: Callable[[Row], str], **parts: str) -> dict[str, Row]:
    """By currency, a bar for each row, made of its `parts` (field = what it is called) on top of each other."""
    return {
        code: {
            "labels": [label(row) for row in found],
            "series": [{"name": name, "values": [row[field] for row in found]} for field, name in parts.items()],
            "said": [_said(label(row), row, parts, code) for row in found],
            "decimals": readers.decimals_of(code),
        }
        for code, found in by_currency(rows).items()
    }


def _said(label: str, row: Row, parts: dict[str, str], code: str) -> str:
    amounts = (f"{name} {readers.amount(row[field], code)} {code}".strip() for field, name in parts.items())
    return f"{label}: {', '.join(amounts)}"


def loans(rows: Iterable[Row], now: int) -> dict[str, list[Row]]:
    """By currency, each loan as a field as large as what it owes, with its band (rule K9): `sound`, `call`, `sale`
    where it is in default or sold, or `unpriced`; its words say its LTV and until when a call is to be answered."""
    return {
        code: [
            {
                "value": row["owedFen"],
                "band": _band(row),
                "said": _loan(row, code, now),
                "lines": _lines(row),
                "href": f"/loans/{row['id']}",
            }
            for row in found
            if row["owedFen"]
        ]
        for code, found in by_currency(rows).items()
    }


def _band(row: Row) -> str:
    if row["default"] or row["status"] != "live":
        return "sale"
    if row["callBy"] or row["canBeCalled"]:
        return "call"
    return "unpriced" if row["ltvBps"] is None else "sound"


def _ltv(row: Row) -> str:
    return readers.t("no good price", "无有效价格") if row["ltvBps"] is None else readers.ltv(row["ltvBps"])


def _lines(row: Row) -> list[str]:
    """What stands in its field: the loan, its LTV, and the end of a call."""
    called = readers.t("call until {day}", "补仓截止 {day}", day=readers.plain_day(row["callBy"]))
    name = readers.t("Loan {id}", "贷款 {id}", id=row["id"])
    return [name, _ltv(row), *([called] if row["callBy"] else [])]


def _loan(row: Row, code: str, now: int) -> str:
    words = readers.t(
        "Loan {id} of {name}: owes {amount} {code}, LTV {ltv}, call from {call}, sale from {sale}",
        "贷款 {id},借款人{name}:欠款 {amount} {code},质押率 {ltv},补仓线 {call},处置线 {sale}",
        id=row["id"],
        name=row["names"]["borrower"],
        amount=readers.amount(row["owedFen"], code),
        code=code,
        ltv=_ltv(row),
        call=readers.rate(row["callBps"]),
        sale=readers.rate(row["liquidationBps"]),
    )
    if not row["callBy"]:
        return words
    ends = readers.plain_day(row["callBy"])
    late = row["callBy"] < now
    return words + (
        readers.t(", its call ended {day}", ",补仓已于 {day} 截止", day=ends)
        if late
        else readers.t(", answer to its call by {day}", ",补仓截止 {day}", day=ends)
    )
