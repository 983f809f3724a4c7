"""Who is there, and what they have and owe."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, RowMapping, bindparam, func, or_, select

from backend import roles
from backend.database import reading
from backend.errors import NotFound, both
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.pages import page

_people = tables.participants
_ID = select(_people.c.id).where(_people.c.account == bindparam("account"))


def participants(engine: Engine, role: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page of all participants, or of those with `role`, by number."""
    query = select(_people)
    if role is not None:
        query = query.where(tables.has_role(role))
    return page(engine, query, _people.c.id, after, limit, _shown)


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
        row = db.execute(select(_people).where(_people.c.account == account)).mappings().first()
        if row is None:
            raise NotFound(what=both("participant", "参与方"), id=account)
        limits = db.execute(
            select(tables.confirmation_limits).where(tables.confirmation_limits.c.participant_id == row["id"])
        ).mappings()
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
    """What a party has and owes: cash, notes by currency, payables, and its books."""
    ledger, receivables, notes = tables.ledger, tables.receivables, tables.notes
    with reading(engine) as db:
        cash = db.execute(
            select(tables.tokens.c.currency, tables.cash_balances.c.amount, tables.cash_balances.c.frozen)
            .join(tables.tokens, tables.tokens.c.address == tables.cash_balances.c.token)
            .where(tables.cash_balances.c.account == account)
            .order_by(tables.tokens.c.currency)
        ).mappings()
        held = db.execute(
            select(receivables.c.currency, func.count().label("count"), func.sum(notes.c.value).label("value"))
            .join(receivables, receivables.c.id == notes.c.receivable_id)
            .where(notes.c.holder == account, notes.c.value > 0)
            .group_by(receivables.c.currency)
        ).mappings()
        owed = db.execute(
            select(
                receivables.c.currency,
                func.sum(receivables.c.confirmed - receivables.c.reduced - receivables.c.repaid).label("value"),
            )
            .where(receivables.c.obligor == account, receivables.c.status.in_(("confirmed", "disputed")))
            .group_by(receivables.c.currency)
        ).mappings()
        kept = db.execute(
            select(tables.withheld.c.currency, func.sum(tables.withheld.c.amount).label("amount"))
            .where(tables.withheld.c.holder == account, tables.withheld.c.amount > 0)
            .group_by(tables.withheld.c.currency)
            .order_by(tables.withheld.c.currency)
        ).mappings()
        books = db.execute(
            select(ledger.c.book, ledger.c.currency, func.sum(ledger.c.amount).label("amount"))
            .where(ledger.c.party == account)
            .group_by(ledger.c.book, ledger.c.currency)
            .order_by(ledger.c.currency, ledger.c.book)
        ).mappings()
        return {
            "account": account,
            "cash": [
                {"currency": code_of(row["currency"]), "amountFen": row["amount"], "frozenFen": row["frozen"]}
                for row in cash
            ],
            "notes": [
                {"currency": code_of(row["currency"]), "count": row["count"], "valueFen": int(row["value"])}
                for row in held
            ],
            "withheld": [{"currency": code_of(row["currency"]), "amountFen": int(row["amount"])} for row in kept],
            "owed": [{"currency": code_of(row["currency"]), "valueFen": int(row["value"])} for row in owed],
            "books": [
                {"book": row["book"], "currency": code_of(row["currency"]), "amountFen": int(row["amount"])}
                for row in books
                if row["amount"]
            ],
        }


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
