"""The proof: is what we say what the chain says, and does it add up? Everything is read at one block."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from backend.chain.contracts import Contracts
from backend.chain.logs import LogSource
from backend.database import open_database, reading
from backend.goods import feed_of, from_word
from backend.invoices.currencies import code_of
from backend.migrations import migrate
from backend.money import penalty_due
from backend.projections import ledger, tables
from backend.projections.handlers.receivables import STATUSES
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
    "every claim and every note is what the chain says",
    "goods conserved in every lot",
    "every lot, receipt and price is what the chain says",
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
    _check_states(system, notes, found)
    _check_goods(system, found)
    _check_prices(system, found)
    _check_books(system, found)
    _check_rebuild(system, found)
    return found


def _notes_on_chain(contracts: Contracts, block: int) -> list[dict[str, Any]]:
    count = contracts.read("Receivables", "noteCount", block=block)
    numbers = [(number,) for number in range(1, count + 1)]
    found = contracts.read_each("Receivables", "noteOf", numbers, block=block)
    locked = contracts.read_each("Adjustments", "lockedOf", numbers, block=block)
    insured = contracts.read_each("Reserve", "insuredOf", numbers, block=block)
    endorsers = sorted({(note["endorserId"],) for note in found})
    accounts = contracts.read_each("Participants", "accountOf", endorsers, block=block)
    account_of = {number: account for (number,), account in zip(endorsers, accounts, strict=True)}
    return [
        {
            "id": number,
            "holder": note["holder"],
            "value": note["value"],
            "receivable_id": note["receivableId"],
            "parent_id": note["parentId"],
            "depth": note["depth"],
            "endorser": account_of[note["endorserId"]],
            "with_recourse": note["withRecourse"],
            "accept_by": note["acceptBy"],
            "locked": lock,
            "insured": insurance,
        }
        for (number,), note, lock, insurance in zip(numbers, found, locked, insured, strict=True)
    ]


def _check_receivables(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> None:
    """R9, R10, P4, and every state of ours against the chain's."""
    contracts, block = system.contracts, found.block
    conserved, owing = CHECKS[0], CHECKS[2]
    live: dict[int, int] = defaultdict(int)
    for note in notes:
        live[note["receivable_id"]] += note["value"]
    held: dict[int, int] = defaultdict(int)
    unpaid: dict[tuple[str, int], int] = defaultdict(int)
    for claim in _claims_on_chain(contracts, block):
        number, account, adjustment = claim["id"], claim["account"], claim["adjustment"]
        obligor_owes = claim["confirmed"] - adjustment["reduced"] - account["repaid"]
        supplier_owes = adjustment["reduced"] - adjustment["absorbed"] - account["made_good"]
        waits = account["repaid"] + account["made_good"] - account["redeemed"]
        worth = claim["confirmed"] - adjustment["absorbed"] - account["redeemed"]
        found.expect(conserved, f"live value of receivable {number}", live[number], worth)
        found.expect(conserved, f"claims and cash of receivable {number}", obligor_owes + supplier_owes + waits, worth)
        if min(obligor_owes, supplier_owes, waits, claim["face_value"] - claim["confirmed"]) < 0:
            found.doubt(
                conserved, f"receivable {number}: {obligor_owes}, {supplier_owes}, {waits}: none may be negative"
            )
        held[claim["currency"]] += waits + account["penalty_paid"] - claim["penalty"]["redeemed"]
        unpaid[claim["obligor"], claim["currency"]] += obligor_owes
    _check_custody(system, held, found)
    for (obligor, currency), amount in unpaid.items():
        participant_id = contracts.read("Participants", "participantOf", obligor, block=block)[0]
        on_chain = contracts.read("Receivables", "owedBy", participant_id, currency, block=block)
        found.expect(owing, f"{obligor} in {code_of(currency)}", amount, on_chain)


def _claims_on_chain(contracts: Contracts, block: int) -> Iterator[dict[str, Any]]:
    for number in range(1, contracts.read("Receivables", "receivableCount", block=block) + 1):
        fields = contracts.read("Receivables", "receivableOf", number, block=block)
        repaid, made_good, redeemed, penalty_paid = contracts.read("Repayments", "accountOf", number, block=block)
        accrued, late_days, penalty_redeemed = contracts.read("Repayments", "penaltyOf", number, block=block)
        reduced, absorbed, disputed, notice_at, dispute_id = contracts.read(
            "Adjustments", "adjustmentOf", number, block=block
        )
        yield {
            "id": number,
            "obligor": fields[1],
            "currency": fields[2],
            "face_value": fields[3],
            "status": fields[6],
            "confirmed": fields[8],
            "account": {
                "repaid": repaid,
                "made_good": made_good,
                "redeemed": redeemed,
                "penalty_paid": penalty_paid,
            },
            "penalty": {"accrued": accrued, "late_days": late_days, "redeemed": penalty_redeemed},
            "adjustment": {
                "reduced": reduced,
                "absorbed": absorbed,
                "disputed": disputed,
                "notice_at": notice_at,
                "dispute_id": dispute_id,
            },
        }


def _check_custody(system: System, held: dict[int, int], found: Reconciliation) -> None:
    """R10, M6. What Repayments keeps is what it owes, and any contract keeps what it withholds."""
    contracts, block, covered = system.contracts, found.block, CHECKS[1]
    with reading(system.database) as db:
        rows = db.execute(select(tables.withheld)).mappings().all()
    kept: dict[str, dict[int, int]] = {"Repayments": held}
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


def _check_states(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> None:
    """Every column that the chain can be asked for."""
    contracts, block, same = system.contracts, found.block, CHECKS[7]
    with reading(system.database) as db:
        claims = {row["id"]: row for row in db.execute(select(tables.receivables)).mappings()}
        ours = {row["id"]: row for row in db.execute(select(tables.notes)).mappings()}
    for claim in _claims_on_chain(contracts, block):
        row = claims.get(claim["id"])
        if row is None:
            found.doubt(same, f"receivable {claim['id']} is not in the read model")
            continue
        account, penalty, adjustment = claim["account"], claim["penalty"], claim["adjustment"]
        found.expect(same, f"status of receivable {row['id']}", row["status"], STATUSES[claim["status"]])
        found.expect(same, f"face value of receivable {row['id']}", row["face_value"], claim["face_value"])
        for name, value in {**account, **adjustment}.items():
            found.expect(same, f"{name} of receivable {row['id']}", row[name], value)
        kept = (int(row["penalty_accrued"]), row["late_days"], row["penalty_redeemed"])
        found.expect(same, f"penalty of receivable {row['id']}", kept, tuple(penalty.values()))
        due = contracts.read("Repayments", "dueOf", claim["id"], block=block)[0]
        at = contracts.node.block(block)
        assert at is not None
        found.expect(same, f"penalty due on receivable {row['id']}", penalty_due(row, at.timestamp), due)
    for note in notes:
        shown = ours.get(note["id"])
        if shown is None:
            found.doubt(same, f"note {note['id']} is not in the read model")
            continue
        for column, theirs in note.items():
            found.expect(same, f"{column} of note {note['id']}", shown[column], theirs)


def _check_goods(system: System, found: Reconciliation) -> None:
    """W12, and every column of lots and receipts that the chain can be asked for."""
    contracts, block, conserved, same = system.contracts, found.block, CHECKS[8], CHECKS[9]
    name = "WarehouseReceipts"
    with reading(system.database) as db:
        lots = {row["id"]: row for row in db.execute(select(tables.lots)).mappings()}
        receipts = {row["id"]: row for row in db.execute(select(tables.receipts)).mappings()}
    lot_numbers = [(number,) for number in range(1, contracts.read(name, "lotCount", block=block) + 1)]
    numbers = [(number,) for number in range(1, contracts.read(name, "receiptCount", block=block) + 1)]
    live: dict[int, int] = defaultdict(int)
    waiting = contracts.read_each(name, "replacementOf", numbers, block=block)
    views = contracts.read_each(name, "receiptOf", numbers, block=block)
    for (number,), receipt, (to, at) in zip(numbers, views, waiting, strict=True):
        live[receipt["lotId"]] += receipt["quantity"]
        theirs = {_COLUMNS.get(field, field): value for field, value in receipt.items()}
        theirs |= {"replacement_to": to if at else "", "replacement_at": at}
        _compare(found, same, f"receipt {number}", receipts.get(number), theirs)
    for (number,), lot in zip(lot_numbers, contracts.read_each(name, "lotOf", lot_numbers, block=block), strict=True):
        left = lot["counted"] - lot["delivered"] - lot["lost"]
        found.expect(conserved, f"live quantity of lot {number}", live[number], left)
        theirs = {_COLUMNS.get(field, field): value for field, value in lot.items()}
        theirs |= {word: from_word(lot[word]) for word in ("commodity", "grade", "unit")}
        theirs["feed"] = feed_of(lot["commodity"], lot["grade"], lot["unit"], lot["currency"])
        _compare(found, same, f"lot {number}", lots.get(number), theirs)


def _check_prices(system: System, found: Reconciliation) -> None:
    """The oracle and the last price of every feed."""
    contracts, block, same = system.contracts, found.block, CHECKS[9]
    with reading(system.database) as db:
        rows = list(db.execute(select(tables.feeds)).mappings())
    for row in rows:
        price, observed_at, published_by = contracts.read("Prices", "lastOf", row["feed"], block=block)
        theirs = {
            "oracle": contracts.read("Prices", "oracleOf", row["feed"], block=block),
            "price": price,
            "observed_at": observed_at,
            "published_by": published_by if price else "",
        }
        _compare(found, same, f"feed {row['feed']}", row, theirs)


_COLUMNS = {
    "lotId": "lot_id",
    "chargedUntil": "charged_until",
    "placeHash": "place_hash",
    "documentHash": "document_hash",
    "insuredUntil": "insured_until",
    "expiresAt": "expires_at",
    "milliPerUnitDay": "milli_per_unit_day",
    "lastDeliveryAt": "last_delivery_at",
}
"""Where a contract's field has another name than ours."""


def _compare(found: Reconciliation, check: str, what: str, row: Any, theirs: dict[str, Any]) -> None:
    if row is None:
        found.doubt(check, f"{what} is not in the read model")
        return
    for column, value in theirs.items():
        found.expect(check, f"{column} of {what}", row[column], value)


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
