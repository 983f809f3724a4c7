"""Who takes part."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import kept, put, update_participant


def on_participant_registered(db: Connection, event: e.ParticipantRegistered) -> None:
    db.execute(
        insert(tables.participants).values(
            id=event.participant_id,
            account=event.account,
            identity_hash=event.identity_hash,
            name=event.name,
            roles=event.roles,
            kyc_valid_until=event.kyc_valid_until,
            frozen=False,
            wants_acceptance=False,
        )
    )


def on_participant_renewed(db: Connection, event: e.ParticipantRenewed) -> None:
    update_participant(db, event.participant_id, roles=event.roles, kyc_valid_until=event.kyc_valid_until)


def on_participant_frozen(db: Connection, event: e.ParticipantFrozen) -> None:
    update_participant(db, event.participant_id, frozen=True)


def on_participant_unfrozen(db: Connection, event: e.ParticipantUnfrozen) -> None:
    update_participant(db, event.participant_id, frozen=False)


def on_acceptance_wanted(db: Connection, event: e.AcceptanceWanted) -> None:
    update_participant(db, event.participant_id, wants_acceptance=event.wanted)


def on_confirmation_limit_set(db: Connection, event: e.ConfirmationLimitSet) -> None:
    put(
        db,
        tables.confirmation_limits,
        {"participant_id": event.participant_id, "currency": event.currency},
        limit=kept(event.limit),
    )
