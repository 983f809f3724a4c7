"""The four together: up, down, one killed and brought back, parted and joined."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.chain.node import Block
from backend.config import Settings
from backend.errors import ChainUnavailable, Conflict, InvalidInput, both
from backend.network.genesis import Layout, lay_out
from backend.network.healing import agree
from backend.network.install import install
from backend.network.validators import Validator
from backend.processes import hold

MEET_SECONDS = 60.0
CUT_LOOKS = 3
CUT_PAUSE = 0.3
PATIENCE_SECONDS = 5.0
DIAL_SECONDS = 45.0
"""geth dials nobody twice within 35 seconds."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """How one validator stands. `head` is None where it does not answer."""

    validator: Validator
    pid: int | None
    head: Block | None
    peers: int


class Network:
    """The network of a home. Whoever changes it holds it (`held`); looking at it needs no leave."""

    def __init__(self, folder: Path, layout: Layout, binary: Path) -> None:
        self.folder = folder
        self.layout = layout
        self.validators = [Validator(layout, seat, folder, binary) for seat in layout.seats]

    @classmethod
    def lay_out(cls, settings: Settings) -> Network:
        """The network of this home, laid out where there is none. Raises SetupIncomplete without geth or Go."""
        folder, binary = _folder(settings), install()
        return cls(folder, Layout.load(folder) or lay_out(folder, settings), binary)

    @classmethod
    def find(cls, settings: Settings) -> Network | None:
        """The network of this home; None where none was laid out. Raises SetupIncomplete without geth or Go."""
        layout = Layout.load(_folder(settings))
        return None if layout is None else cls(_folder(settings), layout, install())

    @property
    def url(self) -> str:
        """Where a backend joins: the first validator."""
        return self.validators[0].seat.url

    @property
    def block_seconds(self) -> int:
        return self.layout.block_seconds

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else changes the network meanwhile. Raises Conflict."""
        lock = hold(self.folder / "lock")
        if lock is None:
            raise Conflict(reason=both("another command works on the network", "另一命令正在操作该网络"))
        with lock:
            yield

    def is_up(self) -> bool:
        return all(validator.pid() is not None for validator in self.validators)

    def up(self, report: Report = lambda line: None) -> None:
        """Starts what does not run, and returns when all are connected and seal. Where that fails, what was started is
        ended again. Raises ChainUnavailable."""
        resting = [validator for validator in self.validators if validator.pid() is None]
        try:
            self._up(report)
        except BaseException:
            for validator in resting:
                validator.stop()
            raise

    def _up(self, report: Report) -> None:
        for validator in self.validators:
            validator.start()
        for validator in self.validators:
            validator.await_answer()
            report(f"validator {validator.seat.number} listens on {validator.seat.url}")
        self.join()
        for validator in self.validators:
            validator.seal()
        agree(self)  # the first blocks that they seal, each before it has heard of the others', may weigh the same

    def down(self) -> None:
        """Ends all validators; their chain stays."""
        for validator in self.validators:
            validator.stop()

    def validator(self, number: int) -> Validator:
        """Raises InvalidInput where there is none of that number."""
        if not 1 <= number <= len(self.validators):
            raise InvalidInput(
                field="validator",
                reason=both("is 1 to {last}", "应为 1 至 {last}", last=len(self.validators)),
            )
        return self.validators[number - 1]

    def partition(self, *sides: set[int]) -> None:
        """Cuts every connection between validators of different sides; it lasts until they are joined, or one of them
        starts again. Raises InvalidInput where a validator is on no side, or on two."""
        if sorted(number for side in sides for number in side) != [v.seat.number for v in self.validators]:
            raise InvalidInput(
                field="sides",
                reason=both("name every validator once, as in 1,2 3,4", "每个验证节点应恰好出现一次,例如 1,2 3,4"),
            )
        side_of = {number: side for side in map(frozenset, sides) for number in side}
        deadline, quiet = time.monotonic() + DIAL_SECONDS, 0
        while quiet < CUT_LOOKS:
            for one in self.running():
                for other in self.validators:
                    if side_of[one.seat.number] != side_of[other.seat.number]:
                        one.call("admin_removePeer", other.seat.enode)
            time.sleep(CUT_PAUSE)  # a dial that was under way comes through after it was forbidden
            known = [one for one in self.standings() if one.pid is not None]
            is_cut = all(one.peers < len(side_of[one.validator.seat.number]) for one in known)
            quiet = quiet + 1 if is_cut else 0
            if time.monotonic() > deadline:
                raise ChainUnavailable(
                    reason=both("the validators do not let go of each other", "验证节点无法断开连接")
                )

    def isolate(self, validator: Validator) -> None:
        """Cuts one validator off from all others."""
        number = validator.seat.number
        self.partition({number}, {other.seat.number for other in self.validators} - {number})

    def join(self) -> None:
        """Has all that run know each other, and returns when they do. Raises ChainUnavailable.

        The later one dials; only where that does not help (it may not dial the same one twice in half a minute) the
        earlier one does, or both would dial at once and refuse each other.
        """
        for later, seconds in ((True, PATIENCE_SECONDS), (False, DIAL_SECONDS)):
            for one in self.running():
                for other in self.running():
                    if one is not other and (one.seat.number > other.seat.number) is later:
                        one.call("admin_addPeer", other.seat.enode)
            if self._meet(seconds):
                return
        raise ChainUnavailable(reason=both("the validators do not find each other", "验证节点无法互相连接"))

    def restart(self, number: int) -> None:
        """Brings one validator back, and returns when it has what the others have. Raises ChainUnavailable."""
        validator = self.validator(number)
        validator.start()
        validator.await_answer()
        self.join()
        validator.seal()
        self.await_block(self.head_number())

    def _meet(self, seconds: float) -> bool:
        """Whether all that run are connected, within `seconds`."""
        deadline = time.monotonic() + seconds
        while any(one.peers < len(self.running()) - 1 for one in self.standings() if one.pid is not None):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def running(self) -> list[Validator]:
        return [validator for validator in self.validators if validator.pid() is not None]

    def standings(self) -> list[Standing]:
        return [_standing(validator) for validator in self.validators]

    def heads(self) -> dict[int, Block]:
        """The latest block of each validator that answers."""
        return {one.validator.seat.number: one.head for one in self.standings() if one.head is not None}

    def head_number(self) -> int:
        """How far the furthest is. Raises ChainUnavailable where none answers."""
        heads = self.heads()
        if not heads:
            raise ChainUnavailable(reason=both("no validator answers", "没有验证节点应答"))
        return max(head.number for head in heads.values())

    def await_block(self, number: int, seconds: float = MEET_SECONDS) -> None:
        """Returns when all that run have block `number`, the same. Raises ChainUnavailable."""
        deadline = time.monotonic() + seconds
        while not self.agree_on(number):
            if time.monotonic() > deadline:
                raise ChainUnavailable(
                    reason=both(
                        "the validators do not agree on block {number}",
                        "验证节点对区块 {number} 未达成一致",
                        number=number,
                    )
                )
            time.sleep(0.1)

    def agree_on(self, number: int) -> bool:
        """Whether all that run have the same block of that number."""
        try:
            found = {block.hash if block else None for block in (one.node.block(number) for one in self.running())}
        except ChainUnavailable:
            return False
        return len(found) == 1 and None not in found


def _standing(validator: Validator) -> Standing:
    pid = validator.pid()
    if pid is None:
        return Standing(validator, None, None, 0)
    try:
        return Standing(validator, pid, validator.node.head(), int(validator.node.rpc("net_peerCount"), 16))
    except ChainUnavailable:
        return Standing(validator, pid, None, 0)


def _folder(settings: Settings) -> Path:
    return settings.home.resolve() / "network"
