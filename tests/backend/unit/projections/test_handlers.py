"""Each event means one thing for the read model, and none that anyone can write stops it."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Engine, select

from backend.database import reading
from backend.events.types import Event
from backend.projections import handlers, ledger, tables
from backend.projections.handlers import HANDLERS
from tests.backend.unit.projections.paper_life import (
    BANK,
    HUGE,
    OBLIGOR,
    SUPPLIER,
    Happen,
    books,
    cash,
    confirmation,
    endorsement,
    redeemed,
    registration,
    repaid,
    row,
    settled,
    status_changed,
)
from tests.backend.unit.projections.paper_source import NOBODY, RECEIVABLES, REPAYMENTS, RESERVE, TOKEN, Entry, account

# ---- the table


def test_every_event_has_its_handler() -> None:
    assert HANDLERS.keys() == set(Event.__subclasses__())


@pytest.mark.parametrize(("kind", "handler"), HANDLERS.items(), ids=lambda item: getattr(item, "__name__", "."))
def test_a_handler_is_named_after_its_event_and_takes_it(kind: type[Event], handler: Any) -> None:
    stem = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
    assert handler.__name__ == f"on{stem}"
    assert inspect.signature(handler).parameters["event"].annotation == f"e.{kind.__name__}"


def test_every_handler_of_the_package_is_in_the_table() -> None:
    modules = [module for module in vars(handlers).values() if isinstance(module, ModuleType)]
    written = {function for module in modules for name, function in vars(module).items() if name.startswith("on_")}
    assert written == set(HANDLERS.values())


# ---- participants and cash


def test_participants(database: Engine, happen: Happen) -> None:
    happen(
        ("Participants", "ParticipantRenewed", {"participantId": 1, "roles": 6, "kycValidUntil": 77}),
        ("Participants", "ParticipantFrozen", {"participantId": 1, "orderHash": "0x1"}),
        ("Participants", "ConfirmationLimitSet", {"participantId": 1, "currency": 156, "limit": 5}),
        ("Participants", "ConfirmationLimitSet", {"participantId": 1, "currency": 156, "limit": 7}),
    )
    with reading(database) as db:
        party = db.execute(select(tables.participants).where(tables.participants.c.id == 1)).mappings().one()
    assert (party["roles"], party["kyc_valid_until"], party["frozen"]) == (6, 77, True)
    assert row(database, tables.confirmation_limits)["limit"] == 7
    happen(("Participants", "ParticipantUnfrozen", {"participantId": 1, "orderHash": "0x1"}))
    with reading(database) as db:
        assert not db.execute(select(tables.participants.c.frozen)).scalars().first()


def test_cash_is_issued_moved_frozen_and_redeemed(database: Engine, happen: Happen) -> None:
    happen(
        ("SettlementToken:CNY", "ReserveAttested", {"reserve": 1_000, "evidence": "0x1"}),
        ("SettlementToken:CNY", "Issued", {"to": BANK, "amount": 600}),
        cash(NOBODY, BANK, 600),
        cash(BANK, SUPPLIER, 200),
        cash(BANK, BANK, 50),
        cash(BANK, SUPPLIER, 0),
        ("SettlementToken:CNY", "Frozen", {"account": OBLIGOR, "amount": 9}),
        ("SettlementToken:CNY", "Redeemed", {"holder": SUPPLIER, "amount": 150, "payoutReference": "0x2"}),
        cash(SUPPLIER, NOBODY, 150),
    )
    token = row(database, tables.tokens)
    assert (token["supply"], token["reserve"]) == (450, 850)
    with reading(database) as db:
        found = {r.account: (r.amount, r.frozen) for r in db.execute(select(tables.cash_balances))}
    assert found == {BANK: (400, 0), SUPPLIER: (50, 0), OBLIGOR: (0, 9)}
    assert books(database) == {
        (BANK, ledger.CASH): 400,
        (BANK, ledger.BANK): -600,
        (BANK, ledger.SETTLEMENTS): 200,
        (SUPPLIER, ledger.CASH): 50,
        (SUPPLIER, ledger.BANK): 150,
        (SUPPLIER, ledger.SETTLEMENTS): -200,
    }


# ---- receivables and notes


def test_a_life_from_registration_to_redemption(database: Engine, happen: Happen) -> None:
    happen(*registration())
    assert row(database, tables.receivables)["status"] == "submitted"
    happen(*confirmation())
    assert row(database, tables.used_nonces)["nonce"] == str(HUGE)
    happen(
        *endorsement(400),
        settled(),
        ("Reserve", "NoteInsured", {"noteId": 2, "cash": TOKEN, "amount": 390, "levy": 2}),
        cash(BANK, RESERVE, 2),
        cash(BANK, SUPPLIER, 388),
        ("Settlement", "NonceUsed", {"signer": BANK, "nonce": 4}),
    )
    happen(*repaid(1_000), status_changed(6))
    happen(*redeemed(2, BANK, 400))
    claim = row(database, tables.receivables)
    assert [claim[name] for name in ("status", "confirmed", "repaid", "redeemed", "set_off_waived")] == [
        "repaid",
        1_000,
        1_000,
        400,
        True,
    ]
    with reading(database) as db:
        notes = {
            r.id: (r.holder, r.value, r.parent_id, r.depth, r.with_recourse) for r in db.execute(select(tables.notes))
        }
    assert notes == {1: (SUPPLIER, 600, 0, 0, False), 2: (BANK, 0, 1, 1, True)}
    sale = row(database, tables.settlements)
    assert (sale["value"], sale["price"], sale["note_id"], sale["levy"]) == (400, 390, 2, 2)
    left = books(database)
    assert {who: amount for (who, book), amount in left.items() if book == ledger.SETTLEMENTS} == {}
    assert {who: amount for (who, book), amount in left.items() if book == ledger.CONSIDERATION} == {}
    assert left[SUPPLIER, ledger.DISCOUNT] == 10 == -left[BANK, ledger.DISCOUNT]
    assert left[SUPPLIER, ledger.LEVIES] == 2 == -left[RESERVE, ledger.LEVIES]
    assert left[REPAYMENTS, ledger.CASH] == 600 == -left[REPAYMENTS, ledger.OWED_TO_HOLDERS]
    assert left[SUPPLIER, ledger.NOTES] == 600
    assert (OBLIGOR, ledger.PAYABLES) not in left


def test_a_claim_that_is_sold_for_money_of_another_currency(database: Engine, happen: Happen) -> None:
    """There is no difference between units of two currencies, so no discount: each has its own sum."""
    registered, claimed = registration()
    euros = (*registered[:2], registered[2] | {"currency": 978})
    happen(euros, claimed, *confirmation(), *endorsement(400), cash(NOBODY, BANK, 390))
    happen(settled(levy=0), cash(BANK, SUPPLIER, 390))
    left = books(database)
    assert not any(book in (ledger.DISCOUNT, ledger.SETTLEMENTS, ledger.CONSIDERATION) for _, book in left)
    with reading(database) as db:
        lines = db.execute(select(tables.ledger).where(tables.ledger.c.book == ledger.EXCHANGE)).mappings().all()
    assert {(one["party"], one["currency"], int(one["amount"])) for one in lines} == {
        (SUPPLIER, 978, 400), (BANK, 978, -400), (SUPPLIER, 156, -390), (BANK, 156, 390),
    }  # fmt: skip


def test_somebody_else_pays(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation())
    happen(*repaid(1_000, payer=BANK))
    left = books(database)
    assert (left[BANK, ledger.PAID_FOR_OTHERS], left[OBLIGOR, ledger.PAID_FOR_OTHERS]) == (1_000, -1_000)


def test_a_whole_note_changes_hands(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation())
    happen(("Receivables", "Transfer", {"from": SUPPLIER, "to": BANK, "tokenId": 1}))
    assert row(database, tables.notes)["holder"] == BANK
    assert books(database)[BANK, ledger.NOTES] == 1_000


def test_notes_are_merged(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation(), *endorsement(300), *endorsement(200, child=3))
    before = books(database)
    happen(
        ("Receivables", "TransferValue", {"fromTokenId": 3, "toTokenId": 2, "value": 200}),
        ("Receivables", "NotesMerged", {"fromNoteId": 3, "toNoteId": 2, "value": 200}),
    )
    with reading(database) as db:
        assert {r.id: r.value for r in db.execute(select(tables.notes))} == {1: 500, 2: 500, 3: 0}
    merge = row(database, tables.note_merges)
    assert (merge["from_note_id"], merge["to_note_id"], merge["value"]) == (3, 2, 200)
    assert books(database) == before


@pytest.mark.parametrize(
    ("name", "args", "status", "reason"),
    [
        ("ReceivableRejected", {"obligor": OBLIGOR, "reason": "not ours 不是"}, "rejected", "not ours 不是"),
        ("ReceivableWithdrawn", {"supplier": SUPPLIER}, "withdrawn", ""),
        ("ReceivableExpired", {}, "expired", ""),
    ],
)
def test_what_is_never_confirmed(
    database: Engine, happen: Happen, name: str, args: dict[str, Any], status: str, reason: str
) -> None:
    happen(*registration(), ("Receivables", name, {"receivableId": 1, **args}))
    claim = row(database, tables.receivables)
    assert (claim["status"], claim["reason"]) == (status, reason)


def test_a_fingerprint_claimed_again_after_its_first_claim_fell(database: Engine, happen: Happen) -> None:
    happen(*registration())
    happen(("Fingerprints", "FingerprintClaimed", {"fingerprint": "0xf1", "assetContract": RECEIVABLES, "id": 2}))
    assert row(database, tables.fingerprints)["asset_id"] == 2


# ---- what anyone may write


@pytest.mark.parametrize(
    "changes",
    [
        {"cash": account(666)},
        {"cash": account(666), "price": HUGE},
        {"asset": account(666), "assetKey": HUGE, "deliveredId": HUGE, "value": HUGE},
        {"asset": account(666)},
        {"assetKey": 2},
        {"assetKey": HUGE},
    ],
    ids=["money", "much of such money", "asset", "asset that looks like ours", "claim", "huge claim"],
)
def test_a_settlement_of_things_that_are_not_ours_is_no_settlement(
    database: Engine, happen: Happen, changes: dict[str, Any]
) -> None:
    """Settlement runs any two parties' quote on contracts of their own; that must not stop everybody's books."""
    happen(*registration(), *confirmation(), *endorsement(400))
    before = books(database)
    happen(settled(**changes))
    with reading(database) as db:
        assert db.execute(select(tables.settlements)).first() is None
    assert books(database) == before


@pytest.mark.parametrize(
    ("entry", "table", "column"),
    [
        (("SettlementToken:CNY", "ReserveAttested", {"reserve": HUGE, "evidence": "0x1"}), tables.tokens, "reserve"),
        (("SettlementToken:CNY", "Frozen", {"account": BANK, "amount": HUGE}), tables.cash_balances, "frozen"),
        (
            ("Participants", "ConfirmationLimitSet", {"participantId": 1, "currency": 156, "limit": 2**64 - 1}),
            tables.confirmation_limits,
            "limit",
        ),
    ],
    ids=["reserve", "frozen", "limit"],
)
def test_a_limit_beyond_all_money_is_kept_as_the_most_there_can_be(
    database: Engine, happen: Happen, entry: Entry, table: Any, column: str
) -> None:
    happen(entry)
    assert row(database, table)[column] == 2**63 - 1
