"""What the stage shows: who is there with what, what an event is about, and what carried it. Amounts are minor
units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, Select, case, func, select

from backend import roles
from backend.database import metadata, reading
from backend.documents.tables import feed_words
from backend.invoices.currencies import code_of
from backend.projections import tables

Row = dict[str, Any]

_people, _claims, _notes, _cash = tables.participants, tables.receivables, tables.notes, tables.cash_balances
_sales = tables.settlements


def people(engine: Engine, first: Collection[str], limit: int) -> tuple[list[Row], int]:
    """Participants by number, those of `first` (accounts) before all others, and how many there are. A supplier has the
    `tier` that its claims and notes show: 1 where an obligor owes it, one more for each endorsement; None where
    nothing shows it yet."""
    protocol = _people.c.roles.op("&")(roles.BITS["protocol"]) == 0
    query = select(_people.c.account, _people.c.name, _people.c.roles, _people.c.frozen).where(protocol)
    with reading(engine) as db:
        count = int(db.execute(select(func.count()).select_from(_people).where(protocol)).scalar_one())
        rows = list(db.execute(query.where(_people.c.account.in_(list(first))).order_by(_people.c.id)).mappings())
        others = query.where(_people.c.account.not_in(list(first))).order_by(_people.c.id)
        rows += db.execute(others.limit(max(0, limit - len(rows)))).mappings()
        accounts = [row["account"] for row in rows]
        owed = select(_claims.c.supplier).distinct().where(_claims.c.supplier.in_(accounts))
        tiers: dict[str, int] = dict.fromkeys(db.execute(owed).scalars(), 1)
        held = select(_notes.c.holder, func.min(_notes.c.depth)).where(_notes.c.holder.in_(accounts))
        sold = (  # a part that was sold is a note of its own, endorsed by the seller
            select(_sales.c.seller, func.min(_notes.c.depth + case((_notes.c.endorser == _sales.c.seller, 0), else_=1)))
            .join(_notes, _notes.c.id == _sales.c.note_id)
            .where(_sales.c.seller.in_(accounts))
        )
        for account, depth in db.execute(held.group_by(_notes.c.holder)):
            tiers.setdefault(account, depth + 1)
        for account, tier in db.execute(sold.group_by(_sales.c.seller)):
            tiers.setdefault(account, tier)
    return [{**row, "roles": roles.names(row["roles"]), "tier": tiers.get(row["account"])} for row in rows], count


def holdings(engine: Engine, accounts: Collection[str]) -> dict[str, list[Row]]:
    """What each of `accounts` has: cash and notes by currency (`unit`), and warehouse receipts by unit of goods, whose
    quantity has `decimals`."""
    found: dict[str, list[Row]] = {account: [] for account in accounts}
    tokens, receipts, lots = tables.tokens, tables.receipts, tables.lots
    cash = (
        select(_cash.c.account, tokens.c.currency, _cash.c.amount)
        .join(tokens, tokens.c.address == _cash.c.token)
        .where(_cash.c.account.in_(list(accounts)), _cash.c.amount > 0)
        .order_by(tokens.c.currency)
    )
    notes = (
        select(_notes.c.holder, _claims.c.currency, func.sum(_notes.c.value), func.count())
        .join(_claims, _claims.c.id == _notes.c.receivable_id)
        .where(_notes.c.holder.in_(list(accounts)), _notes.c.value > 0)
        .group_by(_notes.c.holder, _claims.c.currency)
        .order_by(_claims.c.currency)
    )
    goods = (
        select(receipts.c.holder, lots.c.unit, lots.c.decimals, func.sum(receipts.c.quantity), func.count())
        .join(lots, lots.c.id == receipts.c.lot_id)
        .where(receipts.c.holder.in_(list(accounts)), receipts.c.quantity > 0)
        .group_by(receipts.c.holder, lots.c.unit, lots.c.decimals)
        .order_by(lots.c.unit)
    )
    with reading(engine) as db:
        for account, currency, amount in db.execute(cash):
            found[account].append({"what": "cash", "unit": code_of(currency), "amount": int(amount), "count": 1})
        for account, currency, amount, count in db.execute(notes):
            found[account].append({"what": "notes", "unit": code_of(currency), "amount": int(amount), "count": count})
        for account, unit, decimals, quantity, count in db.execute(goods):
            held_there = {"what": "receipts", "unit": unit, "amount": int(quantity), "count": count}
            found[account].append({**held_there, "decimals": decimals})
    return found


@dataclass(frozen=True)
class Things:
    """Rows of the read model by number (the words of a feed: by its hash)."""

    claims: dict[int, Row] = field(default_factory=dict)
    notes: dict[int, Row] = field(default_factory=dict)
    loans: dict[int, Row] = field(default_factory=dict)
    receipts: dict[int, Row] = field(default_factory=dict)
    lots: dict[int, Row] = field(default_factory=dict)
    feeds: dict[str, Row] = field(default_factory=dict)


def things(
    engine: Engine,
    claims: Iterable[int],
    notes: Iterable[int],
    loans: Iterable[int],
    receipts: Iterable[int],
    lots: Iterable[int],
    feeds: Collection[str],
) -> Things:
    """The things of these numbers, with the receivables of the notes and the lots of the receipts."""

    def found(query: Select[Any], column: Any, numbers: Iterable[int]) -> dict[int, Row]:
        wanted = set(numbers)
        return (
            {row["id"]: dict(row) for row in db.execute(query.where(column.in_(wanted))).mappings()} if wanted else {}
        )

    with reading(engine) as db:
        of_notes = found(select(_notes.c.id, _notes.c.receivable_id, _notes.c.holder), _notes.c.id, notes)
        behind = {*claims, *(note["receivable_id"] for note in of_notes.values())}
        parties = select(_claims.c.id, _claims.c.supplier, _claims.c.obligor, _claims.c.currency)
        l, r, g = tables.loans, tables.receipts, tables.lots  # noqa: E741
        of_receipts = found(select(r.c.id, r.c.lot_id, r.c.holder, r.c.custodian), r.c.id, receipts)
        return Things(
            claims=found(parties, _claims.c.id, behind),
            notes=of_notes,
            loans=found(select(l.c.id, l.c.lender, l.c.borrower, l.c.currency), l.c.id, loans),
            receipts=of_receipts,
            lots=found(
                select(g.c.id, g.c.custodian, g.c.depositor, g.c.unit, g.c.decimals, g.c.currency),
                g.c.id,
                {*lots, *(one["lot_id"] for one in of_receipts.values())},
            ),
            feeds={
                row["feed"]: dict(row)
                for row in db.execute(select(feed_words).where(feed_words.c.feed.in_(list(feeds)))).mappings()
            },
        )


def transactions(engine: Engine, hashes: Collection[str]) -> list[Row]:
    """What the outbox knows of transactions, in the order of their blocks: block, gas, for whom (`actor`), and the
    `calls` that each made."""
    operations = metadata.tables["operations"]
    query = select(operations).where(operations.c.tx_hash.in_(list(hashes))).order_by(operations.c.seq)
    found: dict[str, Row] = {}
    calls: dict[str, list[str]] = defaultdict(list)
    with reading(engine) as db:
        for row in db.execute(query).mappings():
            calls[row["tx_hash"]].append(f"{row['contract']}.{row['function']}")
            found[row["tx_hash"]] = {
                "tx": row["tx_hash"],
                "block": row["block_number"],
                "gas": row["gas_used"],
                "signer": row["signer"],
                "actor": row["actor"],
            }
    rows = [{**row, "calls": calls[tx]} for tx, row in found.items()]
    return sorted(rows, key=lambda row: row["block"] or 0)


def issuable(engine: Engine, currency: int) -> tuple[int, int]:
    """The attested reserve of a currency (ISO 4217 number), and how much more may be issued on it."""
    tokens = tables.tokens
    with reading(engine) as db:
        row = db.execute(select(tokens.c.reserve, tokens.c.supply).where(tokens.c.currency == currency)).one_or_none()
    return (0, 0) if row is None else (int(row.reserve), max(0, int(row.reserve) - int(row.supply)))


def known(engine: Engine, identities: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and account of those participants whose legal identity (its hash) is one of `identities`, by that hash."""
    query = select(_people.c.identity_hash, _people.c.name, _people.c.account)
    with reading(engine) as db:
        rows = db.execute(query.where(_people.c.identity_hash.in_(list(identities))))
        return {row.identity_hash: (row.name, row.account) for row in rows}


def account(engine: Engine, number: int) -> str:
    """The account of a participant by its number; empty where there is none."""
    with reading(engine) as db:
        return str(db.execute(select(_people.c.account).where(_people.c.id == number)).scalar() or "")
