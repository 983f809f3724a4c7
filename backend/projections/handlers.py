"""One handler an event: what it means for the read model. A handler reads and writes only the read model, so
that the same events always make the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.ledger import post

NOBODY = "0x" + 40 * "0"
STATUSES = ("none", "submitted", "confirmed", "rejected", "withdrawn", "expired", "repaid")

Handler = Callable[[Connection, Any], None]


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
        )
    )


def on_participant_renewed(db: Connection, event: e.ParticipantRenewed) -> None:
    _update_participant(db, event.participant_id, roles=event.roles, kyc_valid_until=event.kyc_valid_until)


def on_participant_frozen(db: Connection, event: e.ParticipantFrozen) -> None:
    _update_participant(db, event.participant_id, frozen=True)


def on_participant_unfrozen(db: Connection, event: e.ParticipantUnfrozen) -> None:
    _update_participant(db, event.participant_id, frozen=False)


def on_confirmation_limit_set(db: Connection, event: e.ConfirmationLimitSet) -> None:
    _put(
        db,
        tables.confirmation_limits,
        {"participant_id": event.participant_id, "currency": event.currency},
        limit=_kept(event.limit),
    )


def on_settlement_token_set(db: Connection, event: e.SettlementTokenSet) -> None:
    db.execute(insert(tables.tokens).values(address=event.token, currency=event.currency, supply=0, reserve=0))


def on_fingerprint_claimed(db: Connection, event: e.FingerprintClaimed) -> None:
    _put(
        db,
        tables.fingerprints,
        {"fingerprint": event.fingerprint},
        asset_contract=event.asset_contract,
        asset_id=event.id,
    )


def on_reserve_attested(db: Connection, event: e.ReserveAttested) -> None:
    _update_token(db, event.place.address, reserve=_kept(event.reserve))


def on_cash_redeemed(db: Connection, event: e.CashRedeemed) -> None:
    _update_token(db, event.place.address, reserve=tables.tokens.c.reserve - event.amount)


def on_cash_frozen(db: Connection, event: e.CashFrozen) -> None:
    _put(
        db,
        tables.cash_balances,
        {"token": event.place.address, "account": event.account},
        frozen=_kept(event.amount),
        defaults={"amount": 0},
    )


def on_cash_transferred(db: Connection, event: e.CashTransferred) -> None:
    token, currency = event.place.address, _currency_of_token(db, event.place.address)
    issued, redeemed = event.from_ == NOBODY, event.to == NOBODY
    if not issued:
        _add_cash(db, token, event.from_, -event.value)
    if not redeemed:
        _add_cash(db, token, event.to, event.value)
    if issued or redeemed:
        change = event.value if issued else -event.value
        party = event.to if issued else event.from_
        _update_token(db, token, supply=tables.tokens.c.supply + change)
        post(db, event.place, currency, (party, ledger.CASH, change), (party, ledger.BANK, -change))
        return
    post(
        db,
        event.place,
        currency,
        (event.from_, ledger.CASH, -event.value),
        (event.from_, ledger.SETTLEMENTS, event.value),
        (event.to, ledger.CASH, event.value),
        (event.to, ledger.SETTLEMENTS, -event.value),
    )


def on_receivable_registered(db: Connection, event: e.ReceivableRegistered) -> None:
    db.execute(
        insert(tables.receivables).values(
            id=event.receivable_id,
            supplier=event.supplier,
            obligor=event.obligor,
            currency=event.currency,
            face_value=event.face_value,
            confirmed=0,
            repaid=0,
            redeemed=0,
            status="submitted",
            maturity_at=event.maturity_at,
            confirm_by=event.confirm_by,
            registered_at=event.place.at,
            document_hash=event.document_hash,
            fingerprint=event.fingerprint,
            set_off_waived=False,
            reason="",
        )
    )


def on_receivable_confirmed(db: Connection, event: e.ReceivableConfirmed) -> None:
    _update_receivable(
        db,
        event.receivable_id,
        status="confirmed",
        confirmed=event.amount,
        set_off_waived=event.set_off_waived,
    )
    receivable = _receivable(db, event.receivable_id)
    post(
        db,
        event.place,
        receivable["currency"],
        (receivable["supplier"], ledger.NOTES, event.amount),
        (receivable["supplier"], ledger.TRADE, -event.amount),
        (event.obligor, ledger.PAYABLES, -event.amount),
        (event.obligor, ledger.TRADE, event.amount),
    )


def on_receivable_rejected(db: Connection, event: e.ReceivableRejected) -> None:
    _update_receivable(db, event.receivable_id, status="rejected", reason=event.reason)


def on_receivable_withdrawn(db: Connection, event: e.ReceivableWithdrawn) -> None:
    _update_receivable(db, event.receivable_id, status="withdrawn")


def on_receivable_expired(db: Connection, event: e.ReceivableExpired) -> None:
    _update_receivable(db, event.receivable_id, status="expired")


def on_receivable_repaid(db: Connection, event: e.ReceivableRepaid) -> None:
    receivable = _receivable(db, event.receivable_id)
    _update_receivable(db, event.receivable_id, status="repaid", repaid=tables.receivables.c.repaid + event.amount)
    obligor, custodian = receivable["obligor"], event.place.address
    lines = [
        (obligor, ledger.PAYABLES, event.amount),
        (event.payer, ledger.SETTLEMENTS, -event.amount),
        (custodian, ledger.SETTLEMENTS, event.amount),
        (custodian, ledger.OWED_TO_HOLDERS, -event.amount),
    ]
    if event.payer != obligor:
        lines.append((event.payer, ledger.PAID_FOR_OTHERS, event.amount))
        lines.append((obligor, ledger.PAID_FOR_OTHERS, -event.amount))
    post(db, event.place, receivable["currency"], *lines)


def on_note_transferred(db: Connection, event: e.NoteTransferred) -> None:
    if event.from_ == NOBODY:
        db.execute(
            insert(tables.notes).values(
                id=event.token_id,
                receivable_id=0,
                parent_id=0,
                holder=event.to,
                value=0,
                depth=0,
                endorser=NOBODY,
                with_recourse=False,
                created_at=event.place.at,
            )
        )
        return
    note = _note(db, event.token_id)
    _update_note(db, event.token_id, holder=event.to)
    currency = _receivable(db, note["receivable_id"])["currency"]
    _post_title(db, event, currency, event.from_, event.to, note["value"])


def on_note_slot_changed(db: Connection, event: e.NoteSlotChanged) -> None:
    _update_note(db, event.token_id, receivable_id=event.new_slot)


def on_note_value_transferred(db: Connection, event: e.NoteValueTransferred) -> None:
    if event.from_token_id:
        _update_note(db, event.from_token_id, value=tables.notes.c.value - event.value)
    if event.to_token_id:
        _update_note(db, event.to_token_id, value=tables.notes.c.value + event.value)


def on_note_endorsed(db: Connection, event: e.NoteEndorsed) -> None:
    parent = _note(db, event.note_id)
    _update_note(
        db,
        event.child_id,
        parent_id=event.note_id,
        depth=parent["depth"] + 1,
        endorser=event.endorser,
        with_recourse=event.with_recourse,
    )
    currency = _receivable(db, parent["receivable_id"])["currency"]
    _post_title(db, event, currency, event.endorser, event.endorsee, event.value)


def on_note_redeemed(db: Connection, event: e.NoteRedeemed) -> None:
    _update_receivable(db, event.receivable_id, redeemed=tables.receivables.c.redeemed + event.amount)
    custodian = event.place.address
    post(
        db,
        event.place,
        _receivable(db, event.receivable_id)["currency"],
        (event.holder, ledger.NOTES, -event.amount),
        (event.holder, ledger.SETTLEMENTS, event.amount),
        (custodian, ledger.OWED_TO_HOLDERS, event.amount),
        (custodian, ledger.SETTLEMENTS, -event.amount),
    )


def on_settled(db: Connection, event: e.Settled) -> None:
    """Settlement executes any two parties' quote on any contracts they name, so what is not a claim of ours against
    money of ours says nothing: the title and the cash that did move have their own events."""
    if not _is_claim(db, event.asset, event.asset_key) or not _is_money(db, event.cash):
        return
    db.execute(
        insert(tables.settlements).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            tx_hash=event.place.tx_hash,
            at=event.place.at,
            financier=event.financier,
            seller=event.seller,
            receivable_id=event.asset_key,
            note_id=event.delivered_id,
            value=event.value,
            price=event.price,
            with_recourse=event.with_recourse,
        )
    )
    discount = event.value - event.price
    post(
        db,
        event.place,
        _currency_of_token(db, event.cash),
        (event.seller, ledger.CONSIDERATION, -event.value),
        (event.seller, ledger.SETTLEMENTS, event.price),
        (event.seller, ledger.DISCOUNT, discount),
        (event.financier, ledger.CONSIDERATION, event.value),
        (event.financier, ledger.SETTLEMENTS, -event.price),
        (event.financier, ledger.DISCOUNT, -discount),
    )


def on_confirmation_used(db: Connection, event: e.ConfirmationUsed) -> None:
    _use_nonce(db, "Receivables", event)


def on_quote_used(db: Connection, event: e.QuoteUsed) -> None:
    _use_nonce(db, "Settlement", event)


HANDLERS: dict[type[e.Event], Handler] = {
    e.ParticipantRegistered: on_participant_registered,
    e.ParticipantRenewed: on_participant_renewed,
    e.ParticipantFrozen: on_participant_frozen,
    e.ParticipantUnfrozen: on_participant_unfrozen,
    e.ConfirmationLimitSet: on_confirmation_limit_set,
    e.SettlementTokenSet: on_settlement_token_set,
    e.FingerprintClaimed: on_fingerprint_claimed,
    e.ReserveAttested: on_reserve_attested,
    e.CashRedeemed: on_cash_redeemed,
    e.CashFrozen: on_cash_frozen,
    e.CashTransferred: on_cash_transferred,
    e.ReceivableRegistered: on_receivable_registered,
    e.ReceivableConfirmed: on_receivable_confirmed,
    e.ReceivableRejected: on_receivable_rejected,
    e.ReceivableWithdrawn: on_receivable_withdrawn,
    e.ReceivableExpired: on_receivable_expired,
    e.ReceivableRepaid: on_receivable_repaid,
    e.NoteTransferred: on_note_transferred,
    e.NoteSlotChanged: on_note_slot_changed,
    e.NoteValueTransferred: on_note_value_transferred,
    e.NoteEndorsed: on_note_endorsed,
    e.NoteRedeemed: on_note_redeemed,
    e.Settled: on_settled,
    e.ConfirmationUsed: on_confirmation_used,
    e.QuoteUsed: on_quote_used,
}


# ---- what handlers share


def _post_title(db: Connection, event: e.Event, currency: int, giver: str, taker: str, value: int) -> None:
    post(
        db,
        event.place,
        currency,
        (giver, ledger.NOTES, -value),
        (giver, ledger.CONSIDERATION, value),
        (taker, ledger.NOTES, value),
        (taker, ledger.CONSIDERATION, -value),
    )


def _update_participant(db: Connection, participant_id: int, **values: Any) -> None:
    db.execute(update(tables.participants).where(tables.participants.c.id == participant_id).values(**values))


def _update_receivable(db: Connection, receivable_id: int, **values: Any) -> None:
    db.execute(update(tables.receivables).where(tables.receivables.c.id == receivable_id).values(**values))


def _update_note(db: Connection, note_id: int, **values: Any) -> None:
    db.execute(update(tables.notes).where(tables.notes.c.id == note_id).values(**values))


def _update_token(db: Connection, address: str, **values: Any) -> None:
    db.execute(update(tables.tokens).where(tables.tokens.c.address == address).values(**values))


def _receivable(db: Connection, receivable_id: int) -> Any:
    return db.execute(select(tables.receivables).where(tables.receivables.c.id == receivable_id)).mappings().one()


def _note(db: Connection, note_id: int) -> Any:
    return db.execute(select(tables.notes).where(tables.notes.c.id == note_id)).mappings().one()


def _currency_of_token(db: Connection, address: str) -> int:
    return int(db.execute(select(tables.tokens.c.currency).where(tables.tokens.c.address == address)).scalar_one())


def _is_claim(db: Connection, asset: str, key: int) -> bool:
    claims = tables.fingerprints
    found = select(claims.c.asset_id).where(claims.c.asset_contract == asset, claims.c.asset_id == _kept(key))
    return db.execute(found).first() is not None


def _is_money(db: Connection, address: str) -> bool:
    return db.execute(select(tables.tokens.c.address).where(tables.tokens.c.address == address)).first() is not None


def _kept(number: int) -> int:
    """A limit as a 64-bit column can keep it: what is larger is beyond all the money there can be."""
    return min(number, 2**63 - 1)


def _add_cash(db: Connection, token: str, account: str, change: int) -> None:
    _put(
        db,
        tables.cash_balances,
        {"token": token, "account": account},
        amount=tables.cash_balances.c.amount + change,
        defaults={"amount": change, "frozen": 0},
    )


def _use_nonce(db: Connection, contract: str, event: e.ConfirmationUsed | e.QuoteUsed) -> None:
    db.execute(
        insert(tables.used_nonces).values(
            contract=contract, signer=event.signer, nonce=str(event.nonce), at=event.place.at
        )
    )


def _put(
    db: Connection, table: Any, key: dict[str, Any], *, defaults: dict[str, Any] | None = None, **values: Any
) -> None:
    """Inserts the row with `values` over `defaults`, or updates it with `values`."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    first = {**values, **(defaults or {})}
    db.execute(
        dialect.insert(table).values(**key, **first).on_conflict_do_update(index_elements=list(key), set_=values)
    )
