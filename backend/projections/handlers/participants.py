"""Who takes part."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import kept
from backend.projections.rows import Rows


def on_participant_registered(rows: Rows, event: e.ParticipantRegistered) -> None:
    rows.add(
        tables.participants,
        id=event.participant_id,
        account=event.account,
        identity_hash=event.identity_hash,
        name=event.name,
        roles=event.roles,
        kyc_valid_until=event.kyc_valid_until,
        frozen=False,
        wants_acceptance=False,
    )


def on_participant_renewed(rows: Rows, event: e.ParticipantRenewed) -> None:
    rows.change(tables.participants, event.participant_id, roles=event.roles, kyc_valid_until=event.kyc_valid_until)


def on_participant_frozen(rows: Rows, event: e.ParticipantFrozen) -> None:
    rows.change(tables.participants, event.participant_id, frozen=True)


def on_participant_unfrozen(rows: Rows, event: e.ParticipantUnfrozen) -> None:
    rows.change(tables.participants, event.participant_id, frozen=False)


def on_acceptance_wanted(rows: Rows, event: e.AcceptanceWanted) -> None:
    rows.change(tables.participants, event.participant_id, wants_acceptance=event.wanted)


def on_confirmation_limit_set(rows: Rows, event: e.ConfirmationLimitSet) -> None:
    rows.put(tables.confirmation_limits, event.participant_id, event.currency, limit=kept(event.limit))
