"""Rows as a page shows them: with the names of the parties, and the currency that amounts are counted in."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from backend.errors import InvalidInput, both
from backend.queries import pages, participants, receivables
from backend.web import context

LIMIT = 20
NOBODY = "0x" + 40 * "0"

Page = dict[str, Any]


def place(name: str) -> int:
    """Where a list goes on that is kept by number: the argument of that name. Raises InvalidInput."""
    return int(place_said(name, "[0-9]{1,18}", "0"))


def place_by_id(name: str) -> str | None:
    """The same of a list that is kept by id. Raises InvalidInput."""
    return place_said(name, "[0-9a-f]{32}") or None


def place_in_chain(name: str, count: int = 2) -> tuple[int, ...] | None:
    """The same of a list that is kept by block, log and so on, `count` numbers in all. Raises InvalidInput."""
    return pages.place_from(place_said(name, rf"[0-9]{{1,18}}(-[0-9]{{1,9}}){{{count - 1}}}") or None)


def place_by_day(name: str) -> tuple[int, ...] | None:
    """The same of a list that is kept by time and number. Raises InvalidInput."""
    return pages.place_from(place_said(name, "[0-9]{1,18}-[0-9]{1,18}") or None)


def place_said(name: str, pattern: str, first: str = "") -> str:
    """What the argument of that name says, `first` where it is not there. Raises InvalidInput unless that is of the
    pattern."""
    said = request.args.get(name, first)
    if said != first and not re.fullmatch(pattern, said, re.ASCII):
        raise InvalidInput(field=name, reason=both("is no place in the list", "不是列表中的位置"))
    return said


def named(page: Page, *fields: str) -> Page:
    """The page, each row with `names`: the party behind each of `fields`, which hold accounts."""
    known = names_of(row[field] for row in page["items"] for field in fields)
    for row in page["items"]:
        row["names"] = {field: known[row[field]] for field in fields}
    return page


def names_of(accounts: Any) -> dict[str, str]:
    """The name of each account; of one that is no participant, the account itself."""
    wanted = set(accounts)
    return (
        {account: account for account in wanted}
        | {NOBODY: "", "": ""}
        | participants.names(context.desk().engine, wanted)
    )


def counted(page: Page) -> Page:
    """The page, each row of which names a receivable, with the `currency` of that."""
    codes = receivables.currencies(context.desk().engine, {row["receivableId"] for row in page["items"]})
    for row in page["items"]:
        row["currency"] = codes[row["receivableId"]]
    return page
