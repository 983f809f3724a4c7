"""Lots, receipts and prices against the chain."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from backend.database import reading
from backend.goods import feed_of, from_word
from backend.projections import tables
from backend.reconcile.found import CHECKS, Reconciliation, compare
from backend.system import System


def check_goods(system: System, found: Reconciliation) -> None:
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
        compare(found, same, f"receipt {number}", receipts.get(number), theirs)
    for (number,), lot in zip(lot_numbers, contracts.read_each(name, "lotOf", lot_numbers, block=block), strict=True):
        left = lot["counted"] - lot["delivered"] - lot["lost"]
        found.expect(conserved, f"live quantity of lot {number}", live[number], left)
        theirs = {_COLUMNS.get(field, field): value for field, value in lot.items()}
        theirs |= {word: from_word(lot[word]) for word in ("commodity", "grade", "unit")}
        theirs["feed"] = feed_of(lot["commodity"], lot["grade"], lot["unit"], lot["currency"])
        compare(found, same, f"lot {number}", lots.get(number), theirs)


def check_prices(system: System, found: Reconciliation) -> None:
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
        compare(found, same, f"feed {row['feed']}", row, theirs)


_COLUMNS = {
    "lotId": "lot_id",
    "chargedUntil": "charged_until",
    "placeHash": "place_hash",
    "documentHash": "document_hash",
    "insuredUntil": "insured_until",
    "expiresAt": "expires_at",
    "milliPerUnitDay": "milli_per_unit_day",
    "lastDeliveryAt": "last_delivery_at",
    "lastMisfortuneAt": "last_misfortune_at",
    "lastUnlockAt": "last_unlock_at",
}
"""Where a contract's field has another name than ours."""
