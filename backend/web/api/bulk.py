"""Many acts of one kind in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from backend.chain.outbox import Row
from backend.commands import bulk as commands
from backend.commands.cash import issue_cash
from backend.commands.notes import accept_note, decline_note, endorse_note, redeem_note
from backend.commands.receivables import confirm_receivable, repay_receivable
from backend.web import context
from backend.web.api.shared import documents_write, topic
from backend.web.schemas import (
    BulkBody,
    BulkConfirmation,
    BulkEndorsement,
    BulkIssue,
    BulkNote,
    BulkRepayment,
)

blueprint = topic("bulk")


def _confirmation(item: BulkConfirmation) -> commands.Item:
    terms = {"amount": item.amount_fen, "set_off_waived": item.set_off_waived, "carry": True}
    return (item.receivable_id,), {**terms, "valid_seconds": None, "own": None}


def _endorsement(item: BulkEndorsement) -> commands.Item:
    return (item.note_id, item.to, item.value_fen), {"with_recourse": item.with_recourse}


def _note(item: BulkNote) -> commands.Item:
    return (item.note_id,), {}


def _repayment(item: BulkRepayment) -> commands.Item:
    return (item.receivable_id, item.amount_fen), {}


def _issue(item: BulkIssue) -> commands.Item:
    return (item.currency, item.to, item.amount_fen), {}


ACTS: dict[str, tuple[Callable[..., Row], Callable[[Any], commands.Item]]] = {
    "receivable.confirm": (confirm_receivable, _confirmation),
    "receivable.repay": (repay_receivable, _repayment),
    "note.endorse": (endorse_note, _endorsement),
    "note.accept": (accept_note, _note),
    "note.decline": (decline_note, _note),
    "note.redeem": (redeem_note, _note),
    "cash.issue": (issue_cash, _issue),
}
"""What can be done in bulk: the command of each act, and its arguments from an item."""


@blueprint.post("/bulk")
@blueprint.input(BulkBody, arg_name="body")
@documents_write(blueprint)
def bulk(body: BulkBody) -> Response:
    """Do up to 100 acts of one kind at once; the result tells what became of each. What the contract refuses stops no
    other; what is refused before that refuses them all."""
    command, arguments = ACTS[body.root.act]
    return context.write(commands.do_bulk, command, [arguments(item) for item in body.root.items])
