"""Every event of every contract is either acted on or ignored by name; none is forgotten."""

from __future__ import annotations

from dataclasses import fields

import pytest

from backend.chain.compile import artifacts
from backend.chain.contracts import Log
from backend.events import types
from backend.events.decoding import EVENTS, IGNORED, _camel, decode

CONTRACTS = (
    "Authority", "Participants", "Policy", "Fingerprints", "Receivables", "Repayments", "Adjustments", "Reserve",
    "Settlement", "SettlementToken", "WarehouseReceipts", "Prices", "Loans", "Collateral", "Enforcement",
    "Attestations",
)  # fmt: skip


def declared(contract: str) -> dict[str, list[str]]:
    """The events in a contract's ABI, with the names of their values."""
    return {
        item["name"]: [value["name"] for value in item["inputs"]]
        for item in artifacts()[contract].abi
        if item["type"] == "event"
    }


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_event_is_acted_on_or_ignored_by_name(contract: str) -> None:
    acted_on = {name for source, name in EVENTS if source == contract}
    ignored = IGNORED.get(contract, frozenset())
    assert acted_on | ignored == declared(contract).keys()
    assert not acted_on & ignored


def test_no_contract_is_unknown() -> None:
    assert {source for source, _ in EVENTS} | IGNORED.keys() == set(CONTRACTS)


@pytest.mark.parametrize(("source", "kind"), EVENTS.items(), ids=lambda item: getattr(item, "__name__", "."))
def test_fields_are_the_contracts_own(source: tuple[str, str], kind: type[types.Event]) -> None:
    ours = [_camel(field.name) for field in fields(kind) if field.name != "place"]
    theirs = declared(source[0])[source[1]]
    assert set(ours) <= set(theirs)
    assert len(ours) == len(theirs), "a value that nobody wants is left out on purpose, and then said here"


def test_every_event_class_is_found_by_its_source() -> None:
    assert set(EVENTS.values()) == set(types.Event.__subclasses__())
    assert len(EVENTS) == sum(1 + len(kind.also_from) for kind in types.Event.__subclasses__())


def log(contract: str, name: str, **args: object) -> Log:
    return Log(contract, "0x" + 40 * "5", name, args, 7, "0x" + 64 * "b", "0x" + 64 * "c", 2)


def test_decoding() -> None:
    event = decode(log("SettlementToken:CNY", "Transfer", **{"from": "0xa", "to": "0xb", "value": 5}), 1_000)
    assert isinstance(event, types.CashTransferred)
    assert (event.from_, event.to, event.value) == ("0xa", "0xb", 5)
    assert (event.place.at, event.place.block_number, event.place.log_index) == (1_000, 7, 2)
    assert (event.place.contract, event.place.address) == ("SettlementToken:CNY", "0x" + 40 * "5")


def test_the_same_name_is_another_event_elsewhere() -> None:
    event = decode(log("Receivables", "Transfer", **{"from": "0xa", "to": "0xb", "tokenId": 5}), 1_000)
    assert isinstance(event, types.NoteTransferred)


def test_what_is_ignored_is_nothing() -> None:
    assert decode(log("SettlementToken:CNY", "CapSet", cap=1), 1_000) is None
