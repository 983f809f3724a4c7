"""Cash, what each contract keeps for others, and the books."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from backend.database import reading
from backend.invoices.currencies import code_of
from backend.projections import ledger, tables
from backend.reconcile.found import CHECKS, Reconciliation
from backend.system import System


def check_custody(system: System, kept: dict[str, dict[int, int]], found: Reconciliation) -> None:
    """R10, K19, M6. Each contract has the cash of what it keeps for others (by contract and currency), and of what it
    withholds."""
    contracts, block, covered = system.contracts, found.block, CHECKS[1]
    with reading(system.database) as db:
        rows = db.execute(select(tables.withheld)).mappings().all()
    for row in rows:
        kept.setdefault(row["contract"], defaultdict(int))[row["currency"]] += row["amount"]
        on_chain = contracts.read(row["contract"], "withheldOf", row["holder"], row["currency"], block=block)
        found.expect(covered, f"withheld for {row['holder']}", row["amount"], on_chain)
    for code in contracts.deployment.tokens:
        token = contracts.token(code)
        number = contracts.read(token, "currency", block=block)
        for keeper, owed in kept.items():
            cash = contracts.read(token, "balanceOf", contracts.address(keeper), block=block)
            if cash < owed[number]:
                found.doubt(covered, f"{keeper} holds {cash} {code} and owes {owed[number]}")
        supply = contracts.read(token, "totalSupply", block=block)
        reserve = contracts.read(token, "reserve", block=block)
        if supply > reserve:
            found.doubt(covered, f"{supply} {code} are issued against a reserve of {reserve}")


def check_parties(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> None:
    contracts, block = system.contracts, found.block
    on_chain: dict[str, int] = defaultdict(int)
    for note in notes:
        on_chain[note["holder"]] += note["value"]
    with reading(system.database) as db:
        balances = db.execute(
            select(tables.cash_balances.c.account, tables.cash_balances.c.amount, tables.tokens.c.currency).join(
                tables.tokens, tables.tokens.c.address == tables.cash_balances.c.token
            )
        ).all()
        holdings = db.execute(
            select(tables.notes.c.holder, func.sum(tables.notes.c.value)).group_by(tables.notes.c.holder)
        ).all()
        books = db.execute(
            select(
                tables.ledger.c.party,
                tables.ledger.c.currency,
                tables.ledger.c.book,
                func.sum(tables.ledger.c.amount),
            )
            .where(tables.ledger.c.book.in_([ledger.CASH, ledger.NOTES]))
            .group_by(tables.ledger.c.party, tables.ledger.c.currency, tables.ledger.c.book)
        ).all()
    booked = {(party, currency, book): int(amount) for party, currency, book, amount in books}
    actually: dict[tuple[str, int], int] = {}
    for currency in {row.currency for row in balances}:
        accounts = [(row.account,) for row in balances if row.currency == currency]
        cash = contracts.read_each(contracts.token(code_of(currency)), "balanceOf", accounts, block=block)
        actually |= {(account, currency): amount for (account,), amount in zip(accounts, cash, strict=True)}
    for account, amount, currency in balances:
        actual = actually[account, currency]
        found.expect(CHECKS[3], f"cash of {account}", amount, actual)
        found.expect(CHECKS[3], f"cash book of {account}", booked.get((account, currency, ledger.CASH), 0), actual)
    ours = {holder: int(value) for holder, value in holdings}
    for holder in ours.keys() | on_chain.keys():
        found.expect(CHECKS[4], f"notes of {holder}", ours.get(holder, 0), on_chain.get(holder, 0))
        in_books = sum(amount for (party, _, book), amount in booked.items() if (party, book) == (holder, ledger.NOTES))
        found.expect(CHECKS[4], f"note books of {holder}", in_books, on_chain.get(holder, 0))


def check_books(system: System, found: Reconciliation) -> None:
    table, balances = tables.ledger, tables.book_balances
    book = table.c.party, table.c.currency, table.c.book
    with reading(system.database) as db:
        by_book = db.execute(select(*book, func.sum(table.c.amount)).group_by(*book)).all()
        kept = db.execute(select(balances.c.party, balances.c.currency, balances.c.book, balances.c.amount)).all()
        by_event = db.execute(
            select(table.c.block_number, table.c.log_index, func.sum(table.c.amount))
            .group_by(table.c.block_number, table.c.log_index)
            .having(func.sum(table.c.amount) != 0)
        ).all()
    sums = {(party, currency, name): int(amount) for party, currency, name, amount in by_book}
    balance = {(party, currency, name): amount for party, currency, name, amount in kept}
    of_party: dict[tuple[str, int], int] = defaultdict(int)
    for key in sums.keys() | balance.keys():
        party, currency, name = key
        of_party[party, currency] += sums.get(key, 0)
        found.expect(CHECKS[5], f"{name} of {party} in {code_of(currency)}", balance.get(key, 0), sums.get(key, 0))
    for (party, currency), amount in of_party.items():
        found.expect(CHECKS[5], f"books of {party} in {code_of(currency)}", amount, 0)
    for number, index, amount in by_event:
        found.doubt(CHECKS[5], f"event {index} of block {number} leaves {amount}")
