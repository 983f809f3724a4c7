"""Forks of validators that were parted, on paper: what real ones come to by chance is laid out here (rule B63)."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from backend.chain.node import Block
from backend.errors import ChainUnavailable
from backend.network import heal, healing

QUORUM = 3


class PaperValidator:
    """It takes a heavier chain from whoever it is connected to, and seals on while three of four hold the same."""

    def __init__(self, number: int, *own: tuple[str, int]) -> None:
        """`own`: the hash and the difficulty of each of its blocks."""
        self.seat = SimpleNamespace(number=number)
        self.node = self
        self.chain = list(own)
        self.seals = True
        self.has_missed_it = False
        self.calls: list[str] = []

    def weight(self) -> int:
        return sum(difficulty for _, difficulty in self.chain)

    def block(self, number: int) -> Block | None:
        return Block(number, self.chain[number][0], "", 0, None) if number < len(self.chain) else None

    def head(self) -> Block:
        found = self.block(len(self.chain) - 1)
        assert found is not None
        return found

    def rpc(self, method: str, wanted: str, _whole: bool) -> dict[str, str]:
        assert method == "eth_getBlockByHash"
        place = [each for each, _ in self.chain].index(wanted)
        return {"totalDifficulty": hex(sum(difficulty for _, difficulty in self.chain[: place + 1]))}

    def call(self, method: str, *params: str) -> None:
        self.calls.append(method)
        if method == "miner_stop":
            self.seals = False
        if method == "debug_setHead":
            del self.chain[int(params[0], 16) + 1 :]

    def seal(self) -> None:
        self.seals = True


class PaperNetwork:
    """Whenever it is asked what the validators agree on, they do what they would do in the meantime."""

    block_seconds = 0

    def __init__(self, *validators: PaperValidator, can_meet: bool = True) -> None:
        self.validators = validators
        self._can_meet = can_meet
        self._are_connected = False

    def running(self) -> list[PaperValidator]:
        return list(self.validators)

    def validator(self, number: int) -> PaperValidator:
        return self.validators[number - 1]

    def heads(self) -> dict[int, Block]:
        return {one.seat.number: one.head() for one in self.validators}

    def head_number(self) -> int:
        return max(head.number for head in self.heads().values())

    def isolate(self, validator: PaperValidator) -> None:
        validator.has_missed_it = False
        self._are_connected = False

    def join(self) -> None:
        self._are_connected = self._can_meet

    def agree_on(self, number: int) -> bool:
        if self._are_connected:
            self._go_on()
        found = {None if (block := one.block(number)) is None else block.hash for one in self.validators}
        return len(found) == 1 and None not in found

    def _go_on(self) -> None:
        heaviest = max(self.validators, key=PaperValidator.weight)
        for one in self.validators:
            if one.weight() < heaviest.weight() and not one.has_missed_it:
                one.chain = list(heaviest.chain)
        alike = [one for one in self.validators if one.seals and one.chain == heaviest.chain]
        if len(alike) >= QUORUM:
            for one in alike:
                one.chain = [*one.chain, (f"block {len(one.chain)}", 2)]


class GoingOn(PaperNetwork):
    """They are joined, and seal between one look at their heads and the next."""

    def heads(self) -> dict[int, Block]:
        found = super().heads()
        self.join()
        self._go_on()
        return found


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(healing, "SEAL_SECONDS", 0.5)
    yield


FIRST = ("genesis", 1)


def network(*chains: tuple[tuple[str, int], ...], can_meet: bool = True) -> Any:
    made = (PaperValidator(number, FIRST, *chain) for number, chain in enumerate(chains, 1))
    return PaperNetwork(*made, can_meet=can_meet)


def test_a_lighter_fork_is_taken_back_without_help() -> None:
    alone, rest = (("a", 1),), (("b", 2), ("c", 2))
    parted = network(alone, rest, rest, rest)
    healed = heal(parted)
    assert healed == healing.Healed(depth=1, was_tied=False)
    assert [one.calls for one in parted.validators] == [[], [], [], []]
    assert {one.block(2).hash for one in parted.validators} == {"c"}


def test_of_forks_that_weigh_the_same_the_longest_stays() -> None:
    """Two blocks out of turn weigh what one in turn does."""
    longer, shorter = (("a", 1), ("b", 1)), (("c", 2),)
    parted = network(shorter, shorter, longer, longer)
    healed = heal(parted)
    assert healed == healing.Healed(depth=1, was_tied=True)
    assert [one.calls for one in parted.validators] == [["miner_stop", "debug_setHead"]] * 2 + [[], []]
    assert all(one.seals for one in parted.validators), "those that were set back seal again"
    assert {one.block(2).hash for one in parted.validators} == {"b"}
    assert len({one.head() for one in parted.validators}) == 1


def test_a_validator_further_behind_learns_of_the_one_that_stays() -> None:
    tied, other = (("a", 2),), (("b", 2),)
    parted = network(tied, tied, other, ())
    assert heal(parted) == healing.Healed(depth=1, was_tied=True)
    assert len({one.head() for one in parted.validators}) == 1


def test_one_that_missed_the_last_block_hears_of_it_when_they_meet_anew() -> None:
    """Two may not seal twice, one has missed the block, and the fourth is behind it."""
    best, other = (("a", 2), ("b", 2)), (("a", 2), ("c", 1))
    parted = network(best, best, other, other[:1])
    for one in parted.validators[2:]:
        one.has_missed_it = True
    assert heal(parted) == healing.Healed(depth=1, was_tied=False)
    assert [one.calls for one in parted.validators] == [[], [], [], []]
    assert {one.block(2).hash for one in parted.validators} == {"b"}


def test_forks_of_the_same_weight_are_left_alone_where_one_goes_on() -> None:
    one, other = (("a", 2),), (("b", 2),)
    parted = GoingOn(*network(one, one, one, other).validators)
    assert heal(parted) == healing.Healed(depth=1, was_tied=False)  # type: ignore[arg-type]
    assert [each.calls for each in parted.validators] == [[], [], [], []]


def test_those_that_do_not_meet_are_said_not_to_agree() -> None:
    parted = network((("a", 2),), (("a", 2),), (("b", 2),), (("b", 2),), can_meet=False)
    with pytest.raises(ChainUnavailable, match="do not agree"):
        heal(parted)
