"""The table that says what an event looks like on the stage (rule G20)."""

from __future__ import annotations

from dataclasses import fields

from backend.events.decoding import EVENTS, _camel
from backend.web.pages.stage.movements import BOOKKEEPING, MOVEMENTS

KINDS = {kind.__name__: kind for kind in EVENTS.values()}
THINGS = {
    "claim": {"supplier", "obligor"},
    "note": {"holder"},
    "loan": {"lender", "borrower"},
    "receipt": {"holder", "custodian"},
    "lot": {"custodian", "depositor"},
}


def test_every_event_travels_or_is_left_out_knowingly() -> None:
    assert MOVEMENTS.keys() | BOOKKEEPING == KINDS.keys()
    assert MOVEMENTS.keys().isdisjoint(BOOKKEEPING)


def test_the_table_names_what_events_have() -> None:
    for name, spec in MOVEMENTS.items():
        arguments = {_camel(one.name) for one in fields(KINDS[name])} | {"operator", "escrow", "reserve"}
        arguments |= {"participant"} if "participantId" in arguments else set()
        for party in filter(None, (spec.giver, spec.taker)):
            thing, _, side = party.partition(".")
            assert side in THINGS[thing] if side else party in arguments, (name, party)
        assert not spec.amount or spec.amount.partition(".")[0] in arguments, (name, spec.amount)
        said = dict.fromkeys(arguments, 1)
        assert "{" not in str(spec.words).format(**said) + spec.words.zh.format(**said)
        assert spec.words.zh != str(spec.words)
