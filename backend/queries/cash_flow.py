"""The cash of a receivable, from its lines in the books: what was paid in for it, what holders were paid, and what its
notes were sold for. Amounts are minor units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Engine, Select, String, func, literal, or_, select, union_all

from backend.database import reading
from backend.invoices.currencies import code_of
from backend.projections import ledger, tables

_lines, _events, _about, _sales = tables.ledger, tables.events, tables.events_of_things, tables.settlements
_PAID_IN = ("ReceivableRepaid", "DilutionMadeGood")
_PAID_OUT = ("NoteRedeemed",)


def cash_flow(engine: Engine, receivable_id: int, viewer: str | None) -> list[dict[str, Any]]:
    """Who paid whom, summed up: `kind` is paid_in (`to` is ""), paid_out (`from` is "") or bought; with `from`, `to`,
    `currency` and `amountFen`. What a note was sold for is for its two sides alone (None sees all)."""
    mine = () if viewer is None else (or_(_sales.c.financier == viewer, _sales.c.seller == viewer),)
    parts = (
        _of_claim("paid_in", receivable_id, _PAID_IN, _lines.c.party, literal("", String), -_lines.c.amount),
        _of_claim("paid_out", receivable_id, _PAID_OUT, literal("", String), _lines.c.party, _lines.c.amount),
        _bought(receivable_id).where(*mine),
    )
    found = union_all(*parts).subquery()
    query = select(found).order_by(found.c.kind, found.c.payer, found.c.payee, found.c.currency)
    with reading(engine) as db:
        return [
            {
                "kind": row["kind"],
                "from": row["payer"],
                "to": row["payee"],
                "currency": code_of(row["currency"]),
                "amountFen": int(row["sum"]),
            }
            for row in db.execute(query).mappings()
        ]


def _summed(kind: str, payer: Any, payee: Any, amount: Any) -> Select[Any]:
    columns = literal(kind, String).label("kind"), payer.label("payer"), payee.label("payee"), _lines.c.currency
    query = select(*columns, func.sum(amount).label("sum"))
    parties = [column for column in (payer, payee) if isinstance(column, Column)]
    return query.where(_lines.c.book == ledger.SETTLEMENTS, amount > 0).group_by(*parties, _lines.c.currency)


def _of_claim(
    kind: str, receivable_id: int, names: tuple[str, ...], payer: Any, payee: Any, amount: Any
) -> Select[Any]:
    here = (_about.c.kind == "receivable") & (_about.c.number == receivable_id)
    event = (_events.c.block_number == _about.c.block_number) & (_events.c.log_index == _about.c.log_index)
    line = (_lines.c.block_number == _about.c.block_number) & (_lines.c.log_index == _about.c.log_index)
    joined = _about.join(_events, event).join(_lines, line)
    return _summed(kind, payer, payee, amount).select_from(joined).where(here, _events.c.name.in_(names))


def _bought(receivable_id: int) -> Select[Any]:
    """Looked for in the blocks in which something happened to its notes: no index leads from a receivable to sales."""
    notes = select(tables.notes.c.id).where(tables.notes.c.receivable_id == receivable_id)
    blocks = select(_about.c.block_number).where(_about.c.kind == "note", _about.c.number.in_(notes))
    line = (
        (_lines.c.block_number == _sales.c.block_number)
        & (_lines.c.log_index == _sales.c.log_index)
        & (_lines.c.party == _sales.c.seller)
    )
    return (
        _summed("bought", _sales.c.financier, _sales.c.seller, _lines.c.amount)
        .select_from(_sales.join(_lines, line))
        .where(_sales.c.block_number.in_(blocks), _sales.c.receivable_id == receivable_id)
    )
