"""Receivables and notes against the chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from backend.chain.contracts import Contracts
from backend.database import reading
from backend.invoices.currencies import code_of
from backend.money import penalty_due
from backend.projections import tables
from backend.projections.handlers.receivables import STATUSES
from backend.reconcile.found import CHECKS, Reconciliation
from backend.system import System


def notes_on_chain(contracts: Contracts, block: int) -> list[dict[str, Any]]:
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


def check_receivables(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> dict[int, int]:
    """R9, R10, P4. What Repayments keeps for holders, by currency."""
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
    for (obligor, currency), amount in unpaid.items():
        participant_id = contracts.read("Participants", "participantOf", obligor, block=block)[0]
        on_chain = contracts.read("Receivables", "owedBy", participant_id, currency, block=block)
        found.expect(owing, f"{obligor} in {code_of(currency)}", amount, on_chain)
    return held


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


def check_states(system: System, notes: list[dict[str, Any]], found: Reconciliation) -> None:
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
