"""The proof: is what we say what the chain says, and does it add up? Everything is read at one block."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from backend.chain.contracts import Contracts
from backend.chain.logs import LogSource
from backend.database import open_database, reading
from backend.invoices.currencies import code_of
from backend.migrations import migrate
from backend.projections import ledger, tables
from backend.projections.indexer import Indexer, read_model_digest
from backend.system import System

CHECKS = (
    "value conserved in every receivable",
    "cash in each contract covers what it owes",
    "obligors owe what is not repaid",
    "cash of every party equals the chain's",
    "notes of every party equal the chain's",
    "books balance to zero",
    "read model rebuilt from the chain equals the one in use",
)


@dataclass
class Reconciliation:
    """What was checked at `block`. `findings` says what is off, in words; empty where all holds."""

    block: int
    checks: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(CHECKS, True))
    findings: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return all(self.checks.values())

    def expect(self, check: str, what: str, ours: Any, theirs: Any) -> None:
        """Records a finding under `check` unless both are equal."""
        if ours != theirs:
            self.doubt(check, f"{what}: {ours} is not {theirs}")

    def doubt(self, check: str, finding: str) -> None:
        self.checks[check] = False
        self.findings.append(f"{check}: {finding}")


def reconcile(system: System) -> Reconciliation:
    """Compares the read model, the books and the chain. Raises ChainUnavailable."""
    block = system.indexer.catch_up()
    found = Reconciliation(block)
    notes = _notes_on_chain(system.contracts, block)
    _check_receivables(system, notes, found)
    _check_parties(system, notes, found)
    _check_books(system, found)
    _check_rebuild(system, found)
    return found


def _notes_on_chain(contracts: Contracts, block: int) -> list[dict[str, Any]]:
    count = contracts.read("Receivables", "noteCount", block=block)
    found = []
    for note_id in range(1, count + 1):
        holder, value, receivable_id, parent_id, *_ = contracts.read("Receivables", "noteOf", note_id, block=block)
        found.append(
            {
                "id": note_id,
                "holder": holder,
                "value": value,
                "receivable": receivable_id,
                "parent": parent_id,
            }
        )
    return found


def _check_receivables(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> None:
    contracts, block = system.contracts, found.block
    conserved, covered, owing = CHECKS[0], CHECKS[1], CHECKS[2]
    live: dict[int, int] = defaultdict(int)
    for note in notes:
        live[note["receivable"]] += note["value"]
    held: dict[int, int] = defaultdict(int)
    unpaid: dict[tuple[str, int], int] = defaultdict(int)
    count = contracts.read("Receivables", "receivableCount", block=block)
    for receivable_id in range(1, count + 1):
        fields = contracts.read("Receivables", "receivableOf", receivable_id, block=block)
        _supplier, obligor, currency = fields[0], fields[1], fields[2]
        confirmed, repaid, redeemed = fields[8], fields[9], fields[10]
        found.expect(conserved, f"live value of receivable {receivable_id}", live[receivable_id], confirmed - redeemed)
        if not 0 <= redeemed <= repaid <= confirmed:
            found.doubt(conserved, f"receivable {receivable_id}: {redeemed} ≤ {repaid} ≤ {confirmed} does not hold")
        held[currency] += repaid - redeemed
        unpaid[obligor, currency] += confirmed - repaid
    address = contracts.address("Receivables")
    for code in contracts.deployment.tokens:
        token = contracts.token(code)
        cash = contracts.read(token, "balanceOf", address, block=block)
        number = contracts.read(token, "currency", block=block)
        if cash < held[number]:
            found.doubt(covered, f"Receivables holds {cash} {code} and owes {held[number]}")
        supply = contracts.read(token, "totalSupply", block=block)
        reserve = contracts.read(token, "reserve", block=block)
        if supply > reserve:
            found.doubt(covered, f"{supply} {code} are issued against a reserve of {reserve}")
    for (obligor, currency), amount in unpaid.items():
        participant_id = contracts.read("Participants", "participantOf", obligor, block=block)[0]
        on_chain = contracts.read("Receivables", "owedBy", participant_id, currency, block=block)
        found.expect(owing, f"{obligor} in {code_of(currency)}", amount, on_chain)


def _check_parties(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> None:
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
    for account, amount, currency in balances:
        actual = contracts.read(contracts.token(code_of(currency)), "balanceOf", account, block=block)
        found.expect(CHECKS[3], f"cash of {account}", amount, actual)
        found.expect(CHECKS[3], f"cash book of {account}", booked.get((account, currency, ledger.CASH), 0), actual)
    ours = {holder: int(value) for holder, value in holdings}
    for holder in ours.keys() | on_chain.keys():
        found.expect(CHECKS[4], f"notes of {holder}", ours.get(holder, 0), on_chain.get(holder, 0))
        in_books = sum(amount for (party, _, book), amount in booked.items() if (party, book) == (holder, ledger.NOTES))
        found.expect(CHECKS[4], f"note books of {holder}", in_books, on_chain.get(holder, 0))


def _check_books(system: System, found: Reconciliation) -> None:
    table = tables.ledger
    with reading(system.database) as db:
        by_party = db.execute(
            select(table.c.party, table.c.currency, func.sum(table.c.amount)).group_by(table.c.party, table.c.currency)
        ).all()
        by_event = db.execute(
            select(table.c.block_number, table.c.log_index, func.sum(table.c.amount))
            .group_by(table.c.block_number, table.c.log_index)
            .having(func.sum(table.c.amount) != 0)
        ).all()
    for party, currency, amount in by_party:
        found.expect(CHECKS[5], f"books of {party} in {code_of(currency)}", int(amount), 0)
    for number, index, amount in by_event:
        found.doubt(CHECKS[5], f"event {index} of block {number} leaves {amount}")


def _check_rebuild(system: System, found: Reconciliation) -> None:
    """Builds the read model again beside the one in use, from the chain alone."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = open_database(f"sqlite:///{Path(folder) / 'rebuilt.db'}")
        try:
            migrate(fresh)
            again = Indexer(fresh, LogSource(system.contracts))
            while again.catch_up() < system.indexer.position():
                pass
            system.indexer.catch_up()
            rebuilt, used = read_model_digest(fresh), read_model_digest(system.database)
        finally:
            fresh.dispose()
    for name, digest in used.items():
        found.expect(CHECKS[6], f"table {name}", digest[:12], rebuilt[name][:12])
