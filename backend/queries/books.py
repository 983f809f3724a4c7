"""Books: the statement of a party, and the books of all (rules B6, B11)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    RowMapping,
    Select,
    bindparam,
    case,
    func,
    select,
    tuple_,
    union_all,
)

from backend.database import reading
from backend.errors import InvalidInput, both
from backend.invoices.currencies import code_of
from backend.projections import ledger, tables
from backend.queries.pages import AMOUNT

Balances = dict[tuple[str, str, int], int]
"""party, book, currency: amount in minor units, signed as the ledger's lines are"""
Place = tuple[int, int]
"""block, log"""
Mine = dict[str, Any]
"""`party` and `currency` (None: all) of the lines of a statement"""

_lines, _events, _claims, _notes = tables.ledger, tables.events, tables.receivables, tables.notes
_place = tuple_(_lines.c.block_number, _lines.c.log_index)


def statement(
    engine: Engine,
    account: str,
    *,
    currency: int | None = None,
    behind: tuple[int, int | None] = (0, None),
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """A page of a party's books: at most `limit` events behind a place (block, log; without a log all before that
    block), each whole, with the balances before the first and after the last of them. `next` is where to go on from,
    or None: handed in as `after` it brings the balances with it, so that nothing is summed up again. Raises
    InvalidInput for what is no `next` of such a statement."""
    block, log = behind
    place = block, -1 if log is None else log
    mine = {"party": account, "currency": currency}
    with reading(engine) as db:
        if after is not None:
            place, balances = _carried(after, account, currency)
        else:
            balances = _sums(db, mine, place) if place > (0, -1) else {}
        places = _places(db, mine, place, limit + 1)
        shown, more = places[:limit], len(places) > limit
        rows = _entries(db, mine, shown[0], shown[-1]) if shown else []
        claims = _claims_of(db, [number for group in rows if (number := _note_in(group[0]["args"])) is not None])
    opening = _shown_balances(balances)
    items = [_entry(group, balances, claims) for group in rows]
    return {
        "account": account,
        "opening": opening,
        "items": items,
        "closing": _shown_balances(balances),
        "next": _carry(shown[-1], balances, account, currency) if more else None,
    }


def trial_balance(engine: Engine) -> list[dict[str, Any]]:
    """All books of all parties by currency and book: what stands on either side, and what is left of both. The books of
    a currency leave nothing (rule B6)."""
    debit = func.sum(case((_lines.c.amount > 0, _lines.c.amount), else_=0)).label("debit")
    credit = func.sum(case((_lines.c.amount < 0, -_lines.c.amount), else_=0)).label("credit")
    columns = _lines.c.currency, _lines.c.book
    with reading(engine) as db:
        rows = db.execute(select(*columns, debit, credit).group_by(*columns).order_by(*columns)).mappings()
        return [
            {
                "currency": code_of(row["currency"]),
                "book": row["book"],
                "debitFen": int(row["debit"]),
                "creditFen": int(row["credit"]),
                "leftFen": int(row["debit"]) - int(row["credit"]),
            }
            for row in rows
        ]


def _carry(place: tuple[int, int], balances: Balances, account: str, currency: int | None) -> str:
    carried = [[book, code, amount] for (_, book, code), amount in sorted(balances.items()) if amount]
    return base64.urlsafe_b64encode(json.dumps([account, currency, *place, carried]).encode()).decode()


def _carried(after: str, account: str, currency: int | None) -> tuple[tuple[int, int], Balances]:
    try:
        whose, code, block, log, carried = json.loads(base64.b64decode(after, b"-_", validate=True))
        balances = {(account, str(book), int(code)): int(amount) for book, code, amount in carried}
        for _, number, _ in carried:
            code_of(int(number))
        if [whose, code] == [account, currency] and 0 <= block < 2**63 and -1 <= log < 2**31:
            return (int(block), int(log)), balances
    except (ValueError, TypeError, LookupError, RecursionError):
        pass
    raise InvalidInput(field="after", reason=both("is no `next` of this statement", "不是该对账单的 next 值"))


def _sums(db: Connection, mine: Mine, place: Place) -> Balances:
    rows = db.execute(_SUMS[mine["currency"] is None], {**mine, **_at("end", place)})
    return {(party, book, currency): int(amount) for party, book, currency, amount in rows}


def _places(db: Connection, mine: Mine, behind: Place, limit: int) -> list[Place]:
    rows = db.execute(_PLACES[mine["currency"] is None], {**mine, **_at("behind", behind), "amount": limit})
    return [(block, log) for block, log in rows]


def _with_events() -> Select[Any]:
    """Every line with the event behind it, in the order they happened."""
    same = (_events.c.block_number == _lines.c.block_number) & (_events.c.log_index == _lines.c.log_index)
    named = _events.c.tx_hash, _events.c.contract, _events.c.address, _events.c.name, _events.c.args
    order = _lines.c.block_number, _lines.c.log_index, _lines.c.line
    return select(_lines, *named).join(_events, same).order_by(*order)


def _place_of(row: RowMapping) -> tuple[int, int]:
    return row["block_number"], row["log_index"]


def _entries(db: Connection, mine: Mine, first: Place, last: Place) -> list[list[RowMapping]]:
    rows = db.execute(_ENTRIES[mine["currency"] is None], {**mine, **_at("first", first), **_at("end", last)})
    return [list(group) for _, group in groupby(rows.mappings(), _place_of)]


def _at(name: str, place: Place) -> dict[str, int]:
    return {f"{name}_block": place[0], f"{name}_log": place[1]}


def _said(name: str) -> Any:
    """A place that is said by `_at`."""
    return tuple_(bindparam(f"{name}_block", type_=BigInteger()), bindparam(f"{name}_log", type_=Integer()))


def _mine(query: Select[Any]) -> tuple[Select[Any], Select[Any]]:
    """Of one party: in one currency, and in all."""
    every = query.where(_lines.c.party == bindparam("party"))
    return every.where(_lines.c.currency == bindparam("currency")), every


_sum_of = _lines.c.party, _lines.c.book, _lines.c.currency
_SUMS = _mine(select(*_sum_of, func.sum(_lines.c.amount)).where(_place <= _said("end")).group_by(*_sum_of))
_PLACES = _mine(
    select(_lines.c.block_number, _lines.c.log_index)
    .where(_place > _said("behind"))
    .distinct()
    .order_by(_lines.c.block_number, _lines.c.log_index)
    .limit(AMOUNT)
)
_ENTRIES = _mine(_with_events().where(_place >= _said("first"), _place <= _said("end")))
"""Each in one currency, and in all."""


def _entry(group: list[RowMapping], balances: Balances, claims: dict[int, int]) -> dict[str, Any]:
    """One event and its lines; `balances` are moved on by them."""
    lines = []
    for row in group:
        key = row["party"], row["book"], row["currency"]
        balances[key] = balances.get(key, 0) + row["amount"]
        lines.append(
            {
                "book": row["book"],
                "currency": code_of(row["currency"]),
                "amountFen": row["amount"],
                "balanceFen": balances[key],
            }
        )
    first = group[0]
    return {
        "at": first["at"],
        "block": first["block_number"],
        "logIndex": first["log_index"],
        "tx": first["tx_hash"],
        "contract": first["contract"],
        "event": first["name"],
        **_subject(group, claims),
        "lines": lines,
    }


def _subject(group: list[RowMapping], claims: dict[int, int]) -> dict[str, int | None]:
    """Which note and which receivable an event is about, if any; `claims` are the receivables of notes."""
    if any(row["book"] == ledger.GOODS for row in group):
        return {"receivableId": None, "noteId": None}
    args = group[0]["args"]
    note = _note_in(args)
    claim = args.get("receivableId", args.get("assetKey"))
    if claim is None and note is not None:
        claim = claims.get(note)
    return {"receivableId": claim, "noteId": note}


def _note_in(args: dict[str, Any]) -> int | None:
    return next((args[name] for name in ("childId", "deliveredId", "noteId", "tokenId") if name in args), None)


def _claims_of(db: Connection, notes: list[int] | None = None) -> dict[int, int]:
    """The receivable of each note; of all notes where none are named."""
    query = select(_notes.c.id, _notes.c.receivable_id)
    found = db.execute(query if notes is None else query.where(_notes.c.id.in_(notes)))
    return {row.id: row.receivable_id for row in found}


def _shown_balances(balances: Balances) -> list[dict[str, Any]]:
    found = sorted((code_of(currency), book, amount) for (_, book, currency), amount in balances.items() if amount)
    return [{"currency": currency, "book": book, "amountFen": amount} for currency, book, amount in found]


@dataclass(frozen=True)
class Kind:
    """Lines that belong in one account of one currency: of a party and book, of one sign, and either posted by the
    party's own contract or by another one's event. `since` is when the first was posted."""

    party: str
    book: str
    currency: int
    is_positive: bool
    is_own: bool
    since: int


class Books:
    """The books of all at one moment."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def cursor(self) -> RowMapping | None:
        """The last block that is in the books."""
        return self._db.execute(select(tables.cursor)).mappings().first()

    def names(self) -> dict[str, tuple[int, str]]:
        """Number and name of every participant, by its account."""
        table = tables.participants
        return {
            account: (number, name)
            for account, number, name in self._db.execute(select(table.c.account, table.c.id, table.c.name))
        }

    def kinds(self) -> list[Kind]:
        """All kinds of lines there are."""
        lines = _with_events().order_by(None).subquery()
        is_own = (lines.c.party == lines.c.address).label("is_own")
        is_positive = (lines.c.amount > 0).label("is_positive")
        columns = lines.c.party, lines.c.book, lines.c.currency, is_positive, is_own
        rows = self._db.execute(select(*columns, func.min(lines.c.at)).group_by(*columns))
        return [
            Kind(party, book, currency, bool(positive), bool(own), since)
            for party, book, currency, positive, own, since in rows
        ]

    def entries(self) -> Iterator[tuple[dict[str, Any], list[RowMapping]]]:
        """Every event that posted, whole, in the order they happened: what it is about, and its lines."""
        claims = _claims_of(self._db)
        rows = self._db.execute(_with_events(), execution_options={"yield_per": 1_000}).mappings()
        for _, group in groupby(rows, _place_of):
            lines = list(group)
            yield _subject(lines, claims), lines

    def balances(self) -> Balances:
        """What parties have and owe as the read model's own tables say it, beside the ledger: cash, notes, what
        obligors owe, what suppliers answer for, and what is withheld for holders."""
        cash, tokens, withheld = tables.cash_balances, tables.tokens, tables.withheld
        obligor_owes = _claims.c.confirmed - _claims.c.reduced - _claims.c.repaid
        supplier_owes = _claims.c.reduced - _claims.c.absorbed - _claims.c.made_good
        queries: dict[str, Select[Any]] = {
            ledger.CASH: select(cash.c.account, tokens.c.currency, func.sum(cash.c.amount))
            .join(tokens, tokens.c.address == cash.c.token)
            .group_by(cash.c.account, tokens.c.currency),
            ledger.NOTES: select(_notes.c.holder, _claims.c.currency, func.sum(_notes.c.value))
            .join(_claims, _claims.c.id == _notes.c.receivable_id)
            .group_by(_notes.c.holder, _claims.c.currency),
            ledger.PAYABLES: select(_claims.c.obligor, _claims.c.currency, -func.sum(obligor_owes)).group_by(
                _claims.c.obligor, _claims.c.currency
            ),
            ledger.ANSWERED: select(_claims.c.supplier, _claims.c.currency, -func.sum(supplier_owes)).group_by(
                _claims.c.supplier, _claims.c.currency
            ),
            ledger.LOANS: _principals(),
            ledger.WITHHELD: select(withheld.c.holder, withheld.c.currency, func.sum(withheld.c.amount)).group_by(
                withheld.c.holder, withheld.c.currency
            ),
        }
        return {
            (party, book, currency): int(amount)
            for book, query in queries.items()
            for party, currency, amount in self._db.execute(query)
        }


def _principals() -> Select[Any]:
    """What lenders have out, and what borrowers owe."""
    loans = tables.loans
    sides = union_all(
        select(loans.c.lender.label("party"), loans.c.currency, loans.c.principal.label("amount")),
        select(loans.c.borrower.label("party"), loans.c.currency, (-loans.c.principal).label("amount")),
    ).subquery()
    return select(sides.c.party, sides.c.currency, func.sum(sides.c.amount)).group_by(sides.c.party, sides.c.currency)


@contextmanager
def all_books(engine: Engine) -> Iterator[Books]:
    with reading(engine) as db:
        yield Books(db)
