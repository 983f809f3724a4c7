"""Where contracts keep what is certified (rule Z2)."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from backend.certificates import layouts


class _Memory(dict[tuple[str, int], int]):
    def word(self, contract: str, slot: int) -> int:
        return self.get((contract, slot), 0)

    def address(self, contract: str) -> int:
        raise NotImplementedError


def test_what_is_written_down_is_what_the_compiler_says() -> None:
    """Rule Z2. Where this fails, a contract has changed: `python -m backend.certificates.layouts` writes it down again,
    and certificates of the older deployment need the older file (docs/adr/0023)."""
    found = layouts.from_compiler()
    assert layouts.layouts() == found
    assert layouts.FILE.read_text(encoding="utf-8") == layouts.written(found)


def test_what_fills_more_than_a_word_cannot_be_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would certify a text of a contract is told so, and does not write down half of it."""
    monkeypatch.setitem(layouts.VARIABLES, "SettlementToken", ("_name",))
    with pytest.raises(NotImplementedError, match="string is not kept in one word"):
        layouts.from_compiler()


def test_packed_members_come_out_of_their_word() -> None:
    place = layouts.layouts()["Receivables"]["_notes"]
    slot = int.from_bytes(keccak((7).to_bytes(32, "big") + place["slot"].to_bytes(32, "big")), "big")
    holder, value, claim = 0xAB << 152 | 0xCD, 2**64 - 1, 9
    words = _Memory({("Receivables", slot): holder | value << 160 | claim << 224})
    note = layouts.read(words, "Receivables", "_notes", 7)
    assert (note["holder"], note["value"], note["receivableId"]) == (holder, value, claim)
    assert layouts.read(words, "Receivables", "_notes", 8)["value"] == 0


def test_a_mapping_within_a_struct_is_read_under_its_own_key() -> None:
    outer = layouts.layouts()["Authority"]["_roles"]["slot"]
    role = keccak((1).to_bytes(32, "big") + outer.to_bytes(32, "big"))
    slot = int.from_bytes(keccak((0xAA).to_bytes(32, "big") + role), "big")
    words = _Memory({("Authority", slot): 5 | 99 << 48})
    assert layouts.read(words, "Authority", "_roles", 1).under(0xAA)["members"]["since"] == 5
    assert layouts.read(words, "Authority", "_roles", 2).under(0xAA)["members"]["since"] == 0
