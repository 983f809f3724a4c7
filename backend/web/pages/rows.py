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
    said = request.args.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,18}", said):
        raise InvalidInput(field=name, reason=both("is no place in the list", "不是列表中的位置"))
    return int(said)


def place_by_id(name: str) -> str | None:
    """The same of a list that is kept by id. Raises InvalidInput."""
    said = request.args.get(name, "")
    if said and not re.fullmatch(r"[0-9a-f]{32}", said):
        raise InvalidInput(field=name, reason=both("is no place in the list", "不是列表中的位置"))
    return said or None


def place_of_several(name: str) -> str | None:
    """The same of a list that is kept by block and log. Raises InvalidInput."""
    said = request.args.get(name, "")
    if said and not re.fullmatch(r"[0-9]{1,18}-[0-9]{1,9}(-[0-9]{1,9})?", said):
        raise InvalidInput(field=name, reason=both("is no place in the list", "不是列表中的位置"))
    return said or None


def place_of_numbers(name: str, count: int) -> tuple[int, ...] | None:
    """The same of a list that is kept by several numbers. Raises InvalidInput."""
    said = request.args.get(name, "")
    if said and not re.fullmatch(rf"[0-9]{{1,18}}(-[0-9]{{1,18}}){{{count - 1}}}", said, re.ASCII):
        raise InvalidInput(field=name, reason=both("is no place in the list", "不是列表中的位置"))
    return pages.place_from(said or None)


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
