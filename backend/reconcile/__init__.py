"""The proof: is what we say what the chain says, and does it add up? Everything is read at one block."""

from __future__ import annotations

from backend.reconcile.claims import check_receivables, check_states, claims_on_chain, notes_on_chain
from backend.reconcile.found import CHECKS, Reconciliation
from backend.reconcile.goods import check_goods, check_prices
from backend.reconcile.lending import check_loans
from backend.reconcile.money import check_books, check_custody, check_parties
from backend.reconcile.rebuild import check_rebuild
from backend.system import System

__all__ = ["CHECKS", "Reconciliation", "reconcile"]


def reconcile(system: System) -> Reconciliation:
    """Compares the read model, the books and the chain. Raises ChainUnavailable."""
    block = system.indexer.catch_up()
    found = Reconciliation(block)
    claims, notes = claims_on_chain(system.contracts, block), notes_on_chain(system.contracts, block)
    kept = {"Repayments": check_receivables(system, claims, notes, found), **check_loans(system, found)}
    check_custody(system, kept, found)
    check_parties(system, notes, found)
    check_states(system, claims, notes, found)
    check_goods(system, found)
    check_prices(system, found)
    check_books(system, found)
    check_rebuild(system, found)
    return found
