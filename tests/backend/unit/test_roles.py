"""Roles: the bits that the contract keeps, and the words for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend import roles
from backend.errors import InvalidInput


def test_the_bits_are_those_of_the_contract() -> None:
    source = Path("contracts/libraries/Roles.sol").read_text(encoding="utf-8")
    declared = {name.lower(): int(bit) for name, bit in re.findall(r"constant ([A-Z]+) = (\d+);", source)}
    everything = declared.pop("all")
    assert declared == roles.BITS
    assert everything == sum(roles.BITS.values())


def test_names_and_bits_are_two_ways_to_say_one_thing() -> None:
    assert roles.names(roles.mask(["obligor", "supplier", "supplier"])) == ["supplier", "obligor"]
    assert set(roles.WORDS) == set(roles.BITS)


@pytest.mark.parametrize(
    ("given", "field"), [(["king"], "roles.0"), (["supplier", "protocol"], "roles.1"), ([], "roles")]
)
def test_roles_that_nobody_can_have_are_refused(given: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        roles.mask(given)
    assert refusal.value.field == field
    assert refusal.value.describe("zh") != refusal.value.describe("en")


def test_words_in_both_languages() -> None:
    assert roles.words(6) == "obligor, financier"
    assert roles.words(6).zh == "付款人、资金方"
