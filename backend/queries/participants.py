"""Who is there, and what they have and owe."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Engine, RowMapping, bindparam, func, literal_column, or_, select

from backend import roles
from backend.database import reading
from backend.errors import NotFound, both
from backend.invoices.currencies import code_of
from backend.projections import ledger, tables
from backend.queries.pages import page

_people = tables.participants
_ALL = select(_people)
_WITH = {role: _ALL.where(tables.has_role(role)) for role in roles.BITS}
_PARTICIPANT = _ALL.where(_people.c.account == bindparam("account"))
_LIMITS = select(tables.confirmation_limits).where(
    tables.confirmation_limits.c.participant_id == bindparam("participant")
)
_ID = select(_people.c.id).where(_people.c.account == bindparam("account"))


def participants(engine: Engine, role: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page of all participants, or of those with `role`, by number."""
    return page(engine, _ALL if role is None else _WITH[role], _people.c.id, after, limit, _shown)


def called(engine: Engine, words: str, limit: int) -> list[dict[str, Any]]:
    """The first participants whose name or account has `words` in it, by number."""
    like = func.lower(_people.c.name).contains(words.lower(), autoescape=True)
    account = func.lower(_people.c.account).contains(words.lower(), autoescape=True)
    query = select(_people).where(or_(like, account)).order_by(_people.c.id).limit(limit)
    with reading(engine) as db:
        return [_shown(row) for row in db.execute(query).mappings()]


def participant(engine: Engine, account: str) -> dict[str, Any]:
    """The participant behind `account`. Raises NotFound."""
    with reading(engine) as db:
        row = db.execute(_PARTICIPANT, {"account": account}).mappings().first()
        if row is None:
            raise NotFound(what=both("participant", "参与方"), id=account)
        limits = db.execute(_LIMITS, {"participant": row["id"]}).mappings()
        shown = {code_of(limit["currency"]): str(limit["limit"]) for limit in limits}
        return {**_shown(row), "confirmationLimits": shown}


def is_participant(engine: Engine, account: str) -> bool:
    with reading(engine) as db:
        return db.execute(_ID, {"account": account}).first() is not None


def names(engine: Engine, accounts: Collection[str]) -> dict[str, str]:
    """The names of those of `accounts` that are participants."""
    with reading(engine) as db:
        rows = db.execute(select(_people.c.account, _people.c.name).where(_people.c.account.in_(list(accounts))))
        return {row.account: row.name for row in rows}


def account_of_identity(engine: Engine, identity_hash: str) -> str | None:
    """The account registered for a legal identity, by its hash."""
    with reading(engine) as db:
        found = db.execute(select(_people.c.account).where(_people.c.identity_hash == identity_hash)).scalar()
        return str(found) if found is not None else None


def withheld_by(engine: Engine, account: str, currency: int) -> list[str]:
    """The contracts that keep money of a currency (ISO 4217 number) for `account` until it may be paid."""
    table = tables.withheld
    with reading(engine) as db:
        mine = table.c.holder == account, table.c.currency == currency, table.c.amount > 0
        return list(db.execute(select(table.c.contract).where(*mine).order_by(table.c.contract)).scalars())


def position(engine: Engine, account: str) -> dict[str, Any]:
    """What a party has and owes: cash, notes by currency, payables, and its books, which say what the notes and the
    payables come to as well, however many there are."""
    with reading(engine) as db:
        books = db.execute(_BOOKS, {"account": account}).all()
        sums = {(row.book, row.currency): int(row.amount) for row in books}
        held = _of_book(sums, ledger.NOTES)
        number = dict.fromkeys(held, db.execute(_NUMBER, {"account": account}).scalar_one()) if held else {}
        if len(held) > 1:
            number = dict(db.execute(_NUMBERS, {"account": account}).tuples().all())
        return {
            "account": account,
            "cash": [
                {"currency": code_of(row.currency), "amountFen": row.amount, "frozenFen": row.frozen}
                for row in db.execute(_CASH, {"account": account})
            ],
            "notes": [
                {"currency": code_of(currency), "count": number[currency], "valueFen": value}
                for currency, value in held.items()
            ],
            "withheld": [
                {"currency": code_of(row.currency), "amountFen": int(row.amount)}
                for row in db.execute(_WITHHELD, {"account": account})
            ],
            "owed": [
                {"currency": code_of(currency), "valueFen": -value}
                for currency, value in _of_book(sums, ledger.PAYABLES).items()
            ],
            "books": [
                {"book": book, "currency": code_of(currency), "amountFen": amount}
                for (book, currency), amount in sums.items()
            ],
        }


def _of_book(sums: dict[tuple[str, int], int], book: str) -> dict[int, int]:
    """What one book comes to in each currency."""
    return {currency: amount for (name, currency), amount in sums.items() if name == book}


_balances, _notes, _claims, _withheld = tables.book_balances, tables.notes, tables.receivables, tables.withheld
_ACCOUNT: BindParameter[str] = bindparam("account")
_BOOKS = (
    select(_balances.c.book, _balances.c.currency, _balances.c.amount)
    .where(_balances.c.party == _ACCOUNT, _balances.c.amount != 0)
    .order_by(_balances.c.currency, _balances.c.book)
)
_live = _notes.c.holder == _ACCOUNT, _notes.c.value > literal_column("0")  # as its index has it
_NUMBER = select(func.count()).select_from(_notes).where(*_live)
_NUMBERS = (
    select(_claims.c.currency, func.count())
    .select_from(_notes)
    .join(_claims, _claims.c.id == _notes.c.receivable_id)
    .where(*_live)
    .group_by(_claims.c.currency)
)
_CASH = (
    select(tables.tokens.c.currency, tables.cash_balances.c.amount, tables.cash_balances.c.frozen)
    .join(tables.tokens, tables.tokens.c.address == tables.cash_balances.c.token)
    .where(tables.cash_balances.c.account == _ACCOUNT)
    .order_by(tables.tokens.c.currency)
)
_WITHHELD = (
    select(_withheld.c.currency, func.sum(_withheld.c.amount).label("amount"))
    .where(_withheld.c.holder == _ACCOUNT, _withheld.c.amount > 0)
    .group_by(_withheld.c.currency)
    .order_by(_withheld.c.currency)
)


def _shown(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "account": row["account"],
        "name": row["name"],
        "identityHash": row["identity_hash"],
        "roles": roles.names(row["roles"]),
        "kycValidUntil": row["kyc_valid_until"],
        "frozen": row["frozen"],
        "wantsAcceptance": row["wants_acceptance"],
    }
