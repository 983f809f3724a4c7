"""A claim's life on paper: the events that contracts write for it, and how to read what came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, select

from backend.database import reading
from backend.projections import tables
from tests.backend.unit.projections.paper_source import NOBODY, RECEIVABLES, REPAYMENTS, TOKEN, Entry, account

SUPPLIER, OBLIGOR, BANK = account(1_001), account(1_002), account(1_003)
HUGE = 2**256 - 1
GRACE_ENDS_AT = 1_000
"""Before the first block of the paper chain: every day counts for the penalty."""
PENALTY_BPS = 5
Happen = Callable[..., None]


def row(database: Engine, table: Any) -> dict[str, Any]:
    with reading(database) as db:
        return dict(db.execute(select(table)).mappings().one())


def books(database: Engine) -> dict[tuple[str, str], int]:
    """What is left in each party's books; every party's sum is zero."""
    table = tables.ledger
    with reading(database) as db:
        rows = db.execute(
            select(table.c.party, table.c.book, func.sum(table.c.amount)).group_by(table.c.party, table.c.book)
        ).all()
    sums: dict[str, int] = {}
    for party, _, amount in rows:
        sums[party] = sums.get(party, 0) + int(amount)
    assert not any(sums.values())
    return {(party, book): int(amount) for party, book, amount in rows if amount}


def cash(giver: str, taker: str, value: int) -> Entry:
    return "SettlementToken:CNY", "Transfer", {"from": giver, "to": taker, "value": value}


def registration(number: int = 1, face_value: int = 1_000) -> list[Entry]:
    return [
        (
            "Receivables",
            "ReceivableRegistered",
            {
                "receivableId": number,
                "supplier": SUPPLIER,
                "obligor": OBLIGOR,
                "currency": 156,
                "faceValue": face_value,
                "maturityAt": 9_000,
                "confirmBy": 5_000,
                "cutOffAt": 8_500,
                "documentHash": "0xd",
                "fingerprint": f"0xf{number}",
            },
        ),
        (
            "Fingerprints",
            "FingerprintClaimed",
            {"fingerprint": f"0xf{number}", "assetContract": RECEIVABLES, "id": number},
        ),
    ]


def minted(note: int, receivable: int, to: str, value: int, parent: int = 0) -> list[Entry]:
    return [
        ("Receivables", "Transfer", {"from": NOBODY, "to": to, "tokenId": note}),
        ("Receivables", "SlotChanged", {"tokenId": note, "oldSlot": 0, "newSlot": receivable}),
        ("Receivables", "TransferValue", {"fromTokenId": parent, "toTokenId": note, "value": value}),
    ]


def confirmation(value: int = 1_000) -> list[Entry]:
    return [
        ("Receivables", "NonceUsed", {"signer": OBLIGOR, "nonce": HUGE}),
        *minted(1, 1, SUPPLIER, value),
        (
            "Receivables",
            "ReceivableConfirmed",
            {
                "receivableId": 1,
                "obligor": OBLIGOR,
                "noteId": 1,
                "amount": value,
                "setOffWaived": True,
                "graceEndsAt": GRACE_ENDS_AT,
                "penaltyBpsPerDay": PENALTY_BPS,
            },
        ),
    ]


def endorsement(value: int, child: int = 2) -> list[Entry]:
    return [
        *minted(child, 1, BANK, value, parent=1),
        (
            "Receivables",
            "NoteEndorsed",
            {
                "noteId": 1,
                "childId": child,
                "endorser": SUPPLIER,
                "endorsee": BANK,
                "value": value,
                "withRecourse": True,
            },
        ),
    ]


def settled(**changes: Any) -> Entry:
    return (
        "Settlement",
        "Settled",
        {
            "financier": BANK,
            "seller": SUPPLIER,
            "assetKey": 1,
            "asset": RECEIVABLES,
            "deliveredId": 2,
            "value": 400,
            "cash": TOKEN,
            "price": 390,
            "withRecourse": True,
            "nonce": 4,
            "levy": 2,
            **changes,
        },
    )


def notes(database: Engine) -> dict[int, dict[str, Any]]:
    """All notes by number."""
    with reading(database) as db:
        return {found["id"]: dict(found) for found in db.execute(select(tables.notes)).mappings()}


def status_changed(status: int) -> Entry:
    return "Receivables", "ReceivableStatusChanged", {"receivableId": 1, "status": status}


def repaid(principal: int, *, penalty: int = 0, payer: str = OBLIGOR) -> list[Entry]:
    """A payment, with its cash."""
    values = {"receivableId": 1, "payer": payer, "principal": principal, "penalty": penalty, "excess": 0}
    return [("Repayments", "ReceivableRepaid", values), cash(payer, REPAYMENTS, principal + penalty)]


def redeemed(note: int, holder: str, principal: int, *, penalty: int = 0) -> list[Entry]:
    """A note that is paid, with its cash."""
    values = {"noteId": note, "receivableId": 1, "holder": holder, "principal": principal, "penalty": penalty}
    return [
        ("Receivables", "TransferValue", {"fromTokenId": note, "toTokenId": 0, "value": principal}),
        ("Repayments", "NoteRedeemed", values),
        cash(REPAYMENTS, holder, principal + penalty),
    ]


def allotted(principal: int, notes: int, *, penalty: int = 0, round: int = 1) -> Entry:
    values = {"receivableId": 1, "round": round, "principal": principal, "penalty": penalty, "weight": 1_000}
    return "Repayments", "RepaymentAllotted", values | {"notes": notes}


def diluted(amount: int, cause: int = 0, by: str = SUPPLIER) -> Entry:
    values = {"receivableId": 1, "cause": cause, "amount": amount, "documentHash": "0xc", "by": by}
    return "Adjustments", "ReceivableDiluted", values


def absorbed(note: int, amount: int) -> list[Entry]:
    return [
        (
            "Adjustments",
            "DilutionAbsorbed",
            {"receivableId": 1, "noteId": note, "supplier": SUPPLIER, "amount": amount},
        ),
        ("Receivables", "TransferValue", {"fromTokenId": note, "toTokenId": 0, "value": amount}),
    ]


def place_taken(note: int, to_note: int, to: str, holder: str, value: int, ancestor: int) -> Entry:
    values = {"noteId": note, "toNoteId": to_note, "to": to, "holder": holder, "value": value, "ancestorId": ancestor}
    return "Receivables", "NotePlaceTaken", values
