"""Each event means one thing for the read model, and none that anyone can write stops it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from paper_source import NOBODY, RECEIVABLES, TOKEN, Entry, PaperSource, account, registered
from sqlalchemy import Engine, func, select

from backend.database import open_database, reading
from backend.events.types import Event
from backend.migrations import migrate
from backend.projections import handlers, ledger, tables
from backend.projections.handlers import HANDLERS
from backend.projections.indexer import Indexer

SUPPLIER, OBLIGOR, BANK = account(1_001), account(1_002), account(1_003)
HUGE = 2**256 - 1
Happen = Callable[..., None]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def happen(database: Engine) -> Happen:
    """Puts events in a block of their own and reads it."""
    source = PaperSource()
    indexer = Indexer(database, source)  # type: ignore[arg-type]

    def happens(*events: Entry) -> None:
        source.add(*events)
        indexer.catch_up()

    happens(("Policy", "SettlementTokenSet", {"currency": 156, "token": TOKEN}), *(registered(n) for n in (1, 2, 3)))
    return happens


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
            {"receivableId": 1, "obligor": OBLIGOR, "noteId": 1, "amount": value, "setOffWaived": True},
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
            **changes,
        },
    )


# ---- the table


def test_every_event_has_its_handler() -> None:
    assert HANDLERS.keys() == set(Event.__subclasses__())


@pytest.mark.parametrize(("kind", "handler"), HANDLERS.items(), ids=lambda item: getattr(item, "__name__", "."))
def test_a_handler_is_named_after_its_event_and_takes_it(kind: type[Event], handler: Any) -> None:
    stem = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
    assert handler.__name__ == f"on{stem}"
    assert inspect.signature(handler).parameters["event"].annotation == f"e.{kind.__name__}"


def test_every_handler_of_the_module_is_in_the_table() -> None:
    written = {function for name, function in vars(handlers).items() if name.startswith("on_")}
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
        cash(BANK, SUPPLIER, 390),
        ("Settlement", "NonceUsed", {"signer": BANK, "nonce": 4}),
    )
    happen(
        ("Receivables", "ReceivableRepaid", {"receivableId": 1, "payer": OBLIGOR, "amount": 1_000}),
        cash(OBLIGOR, RECEIVABLES, 1_000),
    )
    happen(
        ("Receivables", "TransferValue", {"fromTokenId": 2, "toTokenId": 0, "value": 400}),
        ("Receivables", "NoteRedeemed", {"noteId": 2, "receivableId": 1, "holder": BANK, "amount": 400}),
        cash(RECEIVABLES, BANK, 400),
    )
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
    assert (sale["value"], sale["price"], sale["note_id"]) == (400, 390, 2)
    left = books(database)
    assert {who: amount for (who, book), amount in left.items() if book == ledger.SETTLEMENTS} == {}
    assert {who: amount for (who, book), amount in left.items() if book == ledger.CONSIDERATION} == {}
    assert left[SUPPLIER, ledger.DISCOUNT] == 10 == -left[BANK, ledger.DISCOUNT]
    assert left[RECEIVABLES, ledger.CASH] == 600 == -left[RECEIVABLES, ledger.OWED_TO_HOLDERS]
    assert left[SUPPLIER, ledger.NOTES] == 600
    assert (OBLIGOR, ledger.PAYABLES) not in left


def test_somebody_else_pays(database: Engine, happen: Happen) -> None:
    happen(*registration(), *confirmation())
    happen(
        ("Receivables", "ReceivableRepaid", {"receivableId": 1, "payer": BANK, "amount": 1_000}),
        cash(BANK, RECEIVABLES, 1_000),
    )
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
