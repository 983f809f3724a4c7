"""Receivables and notes against the chain."""

from __future__ import annotations

from collections import defaultdict
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


def claims_on_chain(contracts: Contracts, block: int) -> list[dict[str, Any]]:
    """Every receivable as its contract shows it, with what the others keep of it by the names of our columns."""
    count = contracts.read("Receivables", "receivableCount", block=block)
    numbers = [(number,) for number in range(1, count + 1)]
    views = contracts.read_each("Receivables", "receivableOf", numbers, block=block)
    accounts = contracts.read_each("Repayments", "accountOf", numbers, block=block)
    penalties = contracts.read_each("Repayments", "penaltyOf", numbers, block=block)
    dues = contracts.read_each("Repayments", "dueOf", numbers, block=block)
    adjustments = contracts.read_each("Adjustments", "adjustmentOf", numbers, block=block)
    return [
        {
            **view,
            "id": number,
            "account": {
                "repaid": account["repaid"],
                "made_good": account["madeGood"],
                "redeemed": account["redeemed"],
                "penalty_paid": account["penaltyPaid"],
            },
            "penalty": penalty,
            "penalty_due": due[0],
            "adjustment": {
                "reduced": adjustment["reduced"],
                "absorbed": adjustment["absorbed"],
                "disputed": adjustment["disputed"],
                "notice_at": adjustment["noticeAt"],
                "dispute_id": adjustment["disputeId"],
            },
        }
        for (number,), view, account, penalty, due, adjustment in zip(
            numbers, views, accounts, penalties, dues, adjustments, strict=True
        )
    ]


def check_receivables(
    system: System, claims: list[dict[str, Any]], notes: list[dict[str, Any]], found: Reconciliation
) -> dict[int, int]:
    """R9, R10, P4. What Repayments keeps for holders, by currency."""
    contracts, block = system.contracts, found.block
    conserved, owing = CHECKS[0], CHECKS[2]
    live: dict[int, int] = defaultdict(int)
    for note in notes:
        live[note["receivable_id"]] += note["value"]
    held: dict[int, int] = defaultdict(int)
    unpaid: dict[tuple[str, int], int] = defaultdict(int)
    for claim in claims:
        number, account, adjustment = claim["id"], claim["account"], claim["adjustment"]
        obligor_owes = claim["confirmed"] - adjustment["reduced"] - account["repaid"]
        supplier_owes = adjustment["reduced"] - adjustment["absorbed"] - account["made_good"]
        waits = account["repaid"] + account["made_good"] - account["redeemed"]
        worth = claim["confirmed"] - adjustment["absorbed"] - account["redeemed"]
        found.expect(conserved, f"live value of receivable {number}", live[number], worth)
        found.expect(conserved, f"claims and cash of receivable {number}", obligor_owes + supplier_owes + waits, worth)
        if min(obligor_owes, supplier_owes, waits, claim["faceValue"] - claim["confirmed"]) < 0:
            found.doubt(
                conserved, f"receivable {number}: {obligor_owes}, {supplier_owes}, {waits}: none may be negative"
            )
        held[claim["currency"]] += waits + account["penalty_paid"] - claim["penalty"]["redeemed"]
        unpaid[claim["obligor"], claim["currency"]] += obligor_owes
    obligors = contracts.read_each("Participants", "participantOf", [(who,) for who, _ in unpaid], block=block)
    asked = [(obligor[0], currency) for obligor, (_, currency) in zip(obligors, unpaid, strict=True)]
    on_chain = contracts.read_each("Receivables", "owedBy", asked, block=block)
    for ((obligor, currency), amount), owed in zip(unpaid.items(), on_chain, strict=True):
        found.expect(owing, f"{obligor} in {code_of(currency)}", amount, owed)
    return held


def check_states(
    system: System, claims: list[dict[str, Any]], notes: list[dict[str, Any]], found: Reconciliation
) -> None:
    """Every column that the chain can be asked for."""
    same = CHECKS[7]
    at = system.node.block(found.block)
    assert at is not None
    with reading(system.database) as db:
        receivables = {row["id"]: row for row in db.execute(select(tables.receivables)).mappings()}
        ours = {row["id"]: row for row in db.execute(select(tables.notes)).mappings()}
    for claim in claims:
        row = receivables.get(claim["id"])
        if row is None:
            found.doubt(same, f"receivable {claim['id']} is not in the read model")
            continue
        found.expect(same, f"status of receivable {row['id']}", row["status"], STATUSES[claim["status"]])
        found.expect(same, f"face value of receivable {row['id']}", row["face_value"], claim["faceValue"])
        for name, value in {**claim["account"], **claim["adjustment"]}.items():
            found.expect(same, f"{name} of receivable {row['id']}", row[name], value)
        kept = (int(row["penalty_accrued"]), row["late_days"], row["penalty_redeemed"])
        found.expect(same, f"penalty of receivable {row['id']}", kept, tuple(claim["penalty"].values()))
        due = penalty_due(row, at.timestamp)
        found.expect(same, f"penalty due on receivable {row['id']}", due, claim["penalty_due"])
    for note in notes:
        shown = ours.get(note["id"])
        if shown is None:
            found.doubt(same, f"note {note['id']} is not in the read model")
            continue
        for column, theirs in note.items():
            found.expect(same, f"{column} of note {note['id']}", shown[column], theirs)
