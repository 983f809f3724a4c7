"""The sender: takes what is pending to the chain and sees it through.

One lane a signer, in the order of the intents; all lanes travel together, many calls in one request. A nonce and the
bytes signed with it are stored before anything is broadcast, under the lane's lease, so whatever happens in between,
a restart sends the same bytes again and nothing is sent twice, by however many processes.

What the node does not take is offered again every `receipt_seconds`, with the same bytes; after PATIENCE_PERIODS
offers it is suspended, with the node's reason in its `error`, and goes on being offered. What stands behind it in
its lane waits, except where the suspended one can no longer happen:

* NodeRefused, NotMined: the node's answer (funds, price, a fault of its own), or no block for long.
* NonceTaken: the signer's key was used elsewhere, and another transaction has this one's nonce. It was not
  executed; it is not signed anew, because a reorganisation could then bring both. Ask again under a new key.
* OtherDeployment: it was meant for contracts that this chain does not have.

What the network leaves lying for its price is signed once more, at the same nonce and a better price, and what its
actor takes back gives its nonce to a transfer of nothing (`replacements.py`).
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, bindparam, func, select
from web3.exceptions import Web3RPCError

from backend.chain import position, replacements
from backend.chain.contracts import Call, Contracts
from backend.chain.endings import Endings, is_sure
from backend.chain.keystore import Keystore
from backend.chain.node import BATCH, Block, error_message
from backend.chain.outbox import OPEN, Move, MovedElsewhere, Row, error_json, move, move_all, operations
from backend.chain.replacements import BUMP, CANCEL, Replacement
from backend.chain.signing import Signed, sign
from backend.config import Settings
from backend.crashpoints import crash_point
from backend.database import reading
from backend.errors import ContractRefused, FeiqianError
from backend.leases import LeaseLost, Leases

log = structlog.get_logger(__name__)

PATIENCE_PERIODS = 3
WINDOW = 100
"""Operations of a lane that are looked at together."""
LYING_BLOCKS = 3
"""Blocks that pass over a transaction before its price is thought to be why."""
STILL_SECONDS = 0.25
"""How long nothing that is under way may come to a block before the node's miner is woken."""
CHUNK_SECONDS = 0.5
"""How long a node should work on what it is given at once."""

_IS_OPEN = operations.c.state.in_(OPEN)
_SIGNERS = (
    select(operations.c.signer).where(_IS_OPEN).group_by(operations.c.signer).order_by(func.min(operations.c.seq))
)
_UNDER_WAY = select(operations.c.id).where(operations.c.state.in_(("pending", "submitted"))).limit(1)
_VANISHED = (
    select(operations.c.signer, func.min(operations.c.seq))
    .where(operations.c.state == "submitted", operations.c.was_block.is_not(None))
    .group_by(operations.c.signer)
)
_LANE = (
    select(operations)
    .where(operations.c.signer == bindparam("signer"), _IS_OPEN)
    .order_by(operations.c.seq)
    .limit(WINDOW)
)
_LAST_NONCE = (
    select(operations.c.nonce)
    .where(
        operations.c.signer == bindparam("signer"),
        operations.c.nonce.is_not(None),
        operations.c.to.in_(bindparam("contracts", expanding=True)),
    )
    .order_by(operations.c.nonce.desc())
    .limit(1)
)

_HOPELESS = ("NonceTaken", "OtherDeployment")
_KNOWN_ALREADY = ("already known", "already imported", "known transaction")
_UNDERPRICED = ("underpriced", "max fee", "fee too low", "less than block base fee")


@dataclass
class _Attempt:
    """What this process knows of an operation's way to the chain."""

    due: float
    """When to offer it next, monotonic seconds."""
    offers: int = 0
    answer: str | None = None
    """Why the node does not take it; None where it does."""
    block: int | None = None
    """The latest block when these bytes were first found waiting."""


@dataclass
class _Lane:
    """A signer's open operations in the order of their intents, as they stand in this round."""

    signer: str
    operations: list[Row]
    count: int | None = None
    """The nonce that is next on the chain, where somebody asked."""
    through: set[str] = field(default_factory=set)
    """Operations that no longer matter to those behind them."""
    hopeless: list[Row] = field(default_factory=list)
    """Those of them that it is time to look into all the same: a reorganisation may have given their nonce back."""

    def under_way(self) -> list[Row]:
        return [row for row in self.operations if row["raw"] is not None and row["id"] not in self.through]

    def unsigned(self) -> list[Row]:
        return [row for row in self.operations if row["raw"] is None and row["id"] not in self.through]

    @property
    def front(self) -> Row | None:
        """The first that those behind it wait for."""
        return next((row for row in self.operations if row["id"] not in self.through), None)

    def update(self, row: Row) -> None:
        self.operations = [row if known["id"] == row["id"] else known for known in self.operations]


class Sender:
    """Drives the lanes whose number is `share[0]` modulo `share[1]`: several workers of a process then never want the
    same one."""

    def __init__(
        self,
        engine: Engine,
        contracts: Contracts,
        keystore: Keystore,
        settings: Settings,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self.engine = engine
        self.contracts = contracts
        self.keystore = keystore
        self.leases = Leases(engine)
        self._endings = Endings(engine, contracts)
        self._share = share
        self._patience = settings.receipt_seconds
        self._attempts: dict[str, _Attempt] = {}
        self._chunk = 8
        self._moved = False
        self.is_behind = False
        """Whether the last round left acts unsigned that only waited for their turn."""
        self._gone: dict[str, int] = {}
        self._still_since = 0.0
        self._faults: list[FeiqianError] = []

    def lanes(self) -> list[str]:
        """The signers that have anything open, the longest waiting first."""
        with reading(self.engine) as connection:
            signers = connection.execute(_SIGNERS).scalars()
            return [signer for signer in signers if int(signer[-8:], 16) % self._share[1] == self._share[0]]

    def is_busy(self) -> bool:
        """Whether anything is under way that should end soon."""
        with reading(self.engine) as connection:
            return connection.execute(_UNDER_WAY).first() is not None

    def chain_was_lost(self) -> None:
        """What was under way is offered again at once when the chain is back: the same bytes."""
        self._attempts.clear()

    def step(self, signers: Sequence[str], clock: float) -> bool:
        """One round over the open operations of `signers`, as far as their lanes are free; whether anything moved.
        `clock` is monotonic seconds.

        Raises ChainUnavailable: the round is then repeated later, and nothing is lost.
        """
        self._moved, self.is_behind, self._faults = False, False, []
        held = self.leases.hold([_lease(signer) for signer in signers])
        mine = [signer for signer in signers if _lease(signer) in held]
        if not mine:
            return False
        self._gone = self._vanished()
        try:
            lanes = self._open(mine)
            for lane in lanes:
                self._set_aside(lane, clock)
            self._broadcast([*self._take_back(lanes), *self._sign(lanes, clock)], clock)
            self._finish(lanes)
            self._offer_again(lanes, clock)
            self._nudge(lanes, clock)
        except (MovedElsewhere, LeaseLost):
            return True
        if self._faults:
            raise self._faults[0]
        return self._moved

    def _vanished(self) -> dict[str, int]:
        """By signer: the place in the outbox of its first operation that a reorganisation took from its block, and that
        no block has yet."""
        with reading(self.engine) as connection:
            return {str(signer): int(seq) for signer, seq in connection.execute(_VANISHED)}

    def _turn(self, signer: str) -> float:
        """Up to which place in the outbox a lane may be sent again: what was asked for later may have followed from
        what another lane did before, and comes after it."""
        return min((seq for other, seq in self._gone.items() if other != signer), default=math.inf)

    def _open(self, signers: list[str]) -> list[_Lane]:
        lanes = []
        with reading(self.engine) as connection:
            for signer in signers:
                rows = connection.execute(_LANE, {"signer": signer}).mappings()
                lanes.append(_Lane(signer, [dict(row) for row in rows]))
        return [lane for lane in lanes if lane.operations]

    def _set_aside(self, lane: _Lane, clock: float) -> None:
        """What can no longer happen, or was found so and is not due to be looked at again, holds nobody up."""
        for row in lane.operations:
            attempt = self._attempts.setdefault(row["id"], _Attempt(due=clock))
            if row["to"] not in self.contracts.names:
                self._suspend(row, "OtherDeployment", "its contract is not of this deployment")
                lane.through.add(row["id"])
            elif row["state"] == "suspended" and row["error"]["error"] in _HOPELESS:
                lane.through.add(row["id"])
                lane.hopeless += [row] if clock >= attempt.due else []

    def _take_back(self, lanes: list[_Lane]) -> list[Row]:
        """What its actor no longer wants: it fails where nothing is signed yet, and else gives its nonce to a transfer
        of nothing; those transfers."""
        replaced = []
        for lane in lanes:
            for row in [row for row in lane.operations if row["cancel_wanted"] and not row["is_cancel"]]:
                if row["raw"] is None:
                    refusal = ContractRefused(error="Cancelled", arguments={}, contract=row["contract"])
                    self._fail(row, self.contracts.node.head(), refusal, "taken back before it was sent")
                    lane.through.add(row["id"])
                elif row["id"] not in lane.through:
                    price = replacements.better_price(row, self.contracts.node.gas_price(self.contracts.node.head()))
                    replaced.append(self._replace(row, CANCEL, price))
                    lane.update(replaced[-1])
        return replaced

    # ---- pending → submitted

    def _sign(self, lanes: list[_Lane], clock: float) -> list[Row]:
        """Gives nonces to what can go, and stores the signed bytes; those operations."""
        wanting = [lane for lane in lanes if self._may_sign(lane, clock) and self._has_key(lane)]
        if not wanting:
            return []
        self._count([lane for lane in wanting if not lane.under_way()])
        head = self.contracts.node.head()
        turn = max(1, self._chunk // len(wanting))
        ready = self._tried(wanting, turn, head, clock)
        if not any(ready.values()):
            return []
        price = self.contracts.node.gas_price(head)
        with self.engine.begin() as connection:
            self.leases.confirm(connection, [_lease(lane.signer) for lane in wanting if ready[lane.signer]])
            moves = []
            for lane in wanting:
                moves += self._numbered(connection, lane, ready[lane.signer], price, head)
            crash_point("sender.signed")
            rows = move_all(connection, moves)
        crash_point("sender.stored")
        self._moved = self._moved or bool(rows)
        for row in rows:
            next(lane for lane in wanting if lane.signer == row["signer"]).update(row)
            self._attempts[row["id"]] = _Attempt(due=clock)
        self.is_behind = any(len(ready[lane.signer]) == turn and lane.unsigned() for lane in wanting)
        return rows

    def _may_sign(self, lane: _Lane, clock: float) -> bool:
        """Whether the next unsigned one may go now, as far as this process knows."""
        waiting = lane.unsigned()
        if not waiting or self._gone:
            return False  # nothing new is tried on a state that lacks what was there
        if any(self._attempts[row["id"]].answer is not None for row in lane.under_way()):
            return False  # nothing overtakes what the node does not take
        return clock >= self._attempts[waiting[0]["id"]].due

    def _has_key(self, lane: _Lane) -> bool:
        """A key that does not open stops its lane alone."""
        try:
            self.keystore.account(lane.signer)
        except FeiqianError as fault:
            self._faults.append(fault)
            return False
        return True

    def _count(self, lanes: list[_Lane]) -> list[int]:
        """Asks for the next nonce of each lane. A key that the chain does not know is made ready first: it is new, or
        the chain went back to before it was."""
        node, signers = self.contracts.node, [lane.signer for lane in lanes]
        counts = dict(zip(signers, node.transaction_counts(signers), strict=True))
        if unknown := [signer for signer in signers if counts[signer] == 0]:
            node.prepare_accounts(*unknown)
            counts |= zip(unknown, node.transaction_counts(unknown), strict=True)
        for lane in lanes:
            lane.count = counts[lane.signer]
        return [counts[signer] for signer in signers]

    def _tried(self, lanes: list[_Lane], turn: int, head: Block, clock: float) -> dict[str, list[tuple[Row, int]]]:
        """By signer: the operations that can be signed now, up to `turn`, each with its gas; what a contract refuses
        has failed, and what is behind one that has to wait waits too.

        An operation is tried on the latest state. Where others of its lane come before it, that state says little:
        what is refused then waits for them. A chain that gives every transaction a block of its own is not even asked:
        it takes as long to try one as to do it, and a refusal costs nothing there.
        """
        behind = self.contracts.node.gas_behind
        asked: list[tuple[str, Call]] = []
        if behind is None:
            asked = [(lane.signer, _call(row)) for lane in lanes for row in lane.unsigned()[:turn]]
        answers = dict(zip(asked, self.contracts.gas_limits(asked, head), strict=True))
        ready: dict[str, list[tuple[Row, int]]] = {}
        for lane in lanes:
            ready[lane.signer] = []
            for row in lane.unsigned()[:turn]:
                first = not lane.under_way() and not ready[lane.signer]
                answer = answers.get((lane.signer, _call(row)), behind)
                if isinstance(answer, int):
                    ready[lane.signer].append((row, answer))
                elif isinstance(answer, ContractRefused) and first:
                    self._fail(row, head, answer)
                    lane.through.add(row["id"])
                else:
                    if isinstance(answer, Web3RPCError):
                        self._not_taken(self._attempts[row["id"]], clock, error_message(answer.rpc_response))
                        self._lose_patience(row)
                    break
        return ready

    def _numbered(
        self, connection: Connection, lane: _Lane, ready: list[tuple[Row, int]], price: int, head: Block
    ) -> list[Move]:
        """The moves that give the lane's next nonces to `ready`."""
        if not ready:
            return []
        nonce = self._last_nonce(connection, lane.signer) + 1
        if lane.count is not None:
            if nonce > lane.count:
                return []  # one that was final vanished with its block: the indexer finds it and reopens it
            nonce = lane.count
        account, moves = self.keystore.account(lane.signer), []
        for number, (row, gas) in enumerate(ready, nonce):
            signed = sign(
                account,
                nonce=number,
                gas_price=price,
                gas=gas,
                to=row["to"],
                data=row["data"],
                chain_id=self.contracts.node.chain_id,
            )
            values = {
                "nonce": number,
                "raw": signed.raw,
                "tx_hash": signed.tx_hash,
                "gas_price": str(price),
                "error": None,
            }
            moves.append(Move(row, "submitted", head.timestamp, f"nonce {number}", values))
        return moves

    def _last_nonce(self, connection: Connection, signer: str) -> int:
        """The highest nonce given to an operation of this deployment; -1 before the first."""
        ours = {"signer": signer, "contracts": list(self.contracts.names)}
        last = connection.execute(_LAST_NONCE, ours).scalar()
        return -1 if last is None else int(last)

    # ---- submitted: until a block has it

    def _broadcast(self, rows: Sequence[Row], clock: float) -> None:
        """Gives the node the bytes of `rows`, in their order."""
        if not rows:
            return
        for row in rows:
            self._attempts[row["id"]].due = clock + self._patience
        answers = self._refusals(rows)
        short = [row for row, answer in zip(rows, answers, strict=True) if answer and "funds" in answer.lower()]
        self.contracts.node.prepare_accounts(*dict.fromkeys(row["signer"] for row in short))
        again = dict(zip((row["id"] for row in short), self._refusals(short), strict=True))
        for row, said in zip(rows, answers, strict=True):
            answer, attempt = again.get(row["id"], said), self._attempts[row["id"]]
            if answer is not None:
                log.warning("node-refused", operation=row["id"], tx=row["tx_hash"], answer=answer)
            elif attempt.answer is not None:
                attempt.offers = 0  # it has changed its mind
            attempt.answer = answer
        crash_point("sender.broadcast")

    def _refusals(self, rows: Sequence[Row]) -> list[str | None]:
        """What the node says against each; None where it takes it. It is given as much at once as it does in
        CHUNK_SECONDS: some execute what they are given before they answer."""
        found: list[str | None] = []
        while len(found) < len(rows):
            chunk = rows[len(found) : len(found) + self._chunk]
            asked = [("eth_sendRawTransaction", ["0x" + row["raw"].hex()]) for row in chunk]
            began, self._chunk = time.monotonic(), 1  # as if it failed
            answers = self.contracts.node.batch(asked)
            took = max(time.monotonic() - began, 0.001)
            self._chunk = max(1, min(BATCH, int(len(chunk) * CHUNK_SECONDS / took), 2 * max(8, len(chunk))))
            found += [_objection(answer) for answer in answers]
        return found

    def _offer_again(self, lanes: list[_Lane], clock: float) -> None:
        """What no block has although it is due: the first of a lane is looked into; what is behind it only waits
        for it (Ganache hangs on a nonce that is not the next)."""
        due = [(lane, row) for lane in lanes for row in (lane.hopeless or self._first_due(lane, clock))]
        if not due:
            return
        head = self.contracts.node.head()
        counts = self._count([lane for lane, _ in due])
        retaken: list[_Lane] = []
        reasons: dict[str, str | None] = {}
        for (lane, row), count in zip(due, counts, strict=True):
            attempt, nonce = self._attempts[row["id"]], row["nonce"]
            if count == nonce:
                attempt.offers += 1
                improved = self._improved(row, attempt, head)
                lane.update(improved)
                self._broadcast([improved], clock)
                if attempt.answer is None:
                    self._broadcast(_behind(lane, improved, self._turn(lane.signer)), clock)
                    retaken.append(lane)
            elif count > nonce:
                self._not_taken(attempt, clock, f"another transaction has nonce {nonce}")
                reasons[row["id"]] = "NonceTaken"
            else:
                self._not_taken(attempt, clock, f"the chain is at nonce {count}, before {nonce}")
        if retaken:
            self.contracts.node.wake_miner()
        self._finish(retaken)
        for _, row in due:
            if row["id"] in self._attempts:  # it did not end meanwhile
                self._lose_patience(row, reasons.get(row["id"]))

    def _nudge(self, lanes: list[_Lane], clock: float) -> None:
        """Where nothing that is under way came to a block for a while, a development chain may have forgotten it."""
        if self._moved or not any(lane.under_way() for lane in lanes):
            self._still_since = clock
        elif clock - self._still_since >= STILL_SECONDS:
            self._still_since = clock
            self.contracts.node.wake_miner()

    def _first_due(self, lane: _Lane, clock: float) -> list[Row]:
        """The first of the lane, where it is under way and it is time to look into it."""
        row = lane.front
        if row is None or row["raw"] is None or clock < self._attempts[row["id"]].due:
            return []
        return [row] if row["was_block"] is None or row["seq"] < self._turn(lane.signer) else []

    def _improved(self, row: Row, attempt: _Attempt, head: Block) -> Row:
        """The operation, signed again at its nonce where the network leaves it lying for its price."""
        underpriced = attempt.answer is not None and any(word in attempt.answer.lower() for word in _UNDERPRICED)
        attempt.block = head.number if attempt.block is None else attempt.block
        lying = attempt.answer is None and head.number - attempt.block >= LYING_BLOCKS
        asked, paid = self.contracts.node.gas_price(head), int(row["gas_price"] or 0)
        if not (lying or (underpriced and asked > paid)) or paid == 0:
            return row
        return self._replace(row, CANCEL if row["is_cancel"] else BUMP, replacements.better_price(row, asked))

    def _replace(self, row: Row, kind: str, price: int) -> Row:
        """Stores other bytes for the operation's nonce, and keeps those it had: either may come to a block."""
        to, data = (row["signer"], "0x") if kind == CANCEL else (row["to"], row["data"])
        gas = replacements.CANCEL_GAS if kind == CANCEL else replacements.gas_of(row["raw"])
        signed: Signed = sign(
            self.keystore.account(row["signer"]),
            nonce=row["nonce"],
            gas_price=price,
            gas=gas,
            to=to,
            data=data,
            chain_id=self.contracts.node.chain_id,
        )
        at = self.contracts.node.head().timestamp
        with self.engine.begin() as connection:
            self.leases.confirm(connection, [_lease(row["signer"])])
            after = replacements.replace(connection, row, Replacement(kind, signed, price), at)
        crash_point("sender.replaced")
        self._attempts[row["id"]].block = None
        log.warning("operation-replaced", operation=row["id"], kind=kind, nonce=row["nonce"], price=price)
        self._moved = True
        return after

    def _not_taken(self, attempt: _Attempt, clock: float, answer: str) -> None:
        attempt.due = clock + self._patience
        attempt.offers += 1
        attempt.answer = answer

    def _lose_patience(self, row: Row, reason: str | None = None) -> None:
        """Suspends what was offered often enough."""
        attempt = self._attempts[row["id"]]
        if attempt.offers < PATIENCE_PERIODS:
            return
        reason = reason or ("NodeRefused" if attempt.answer is not None else "NotMined")
        answer = attempt.answer or f"no block has it after {attempt.offers * self._patience:g} seconds"
        self._suspend(row, reason, answer)

    def _suspend(self, row: Row, error: str, reason: str) -> None:
        if row["state"] == "suspended" and row["error"]["error"] == error:
            return
        why = {"error": error, "arguments": {"reason": reason}, "contract": row["contract"]}
        log.error("operation-suspended", operation=row["id"], error=error, reason=reason)
        with self.engine.begin() as connection:
            move(connection, row, "suspended", self.contracts.node.head().timestamp, reason, error=why)
        self._moved = True

    def _fail(self, row: Row, head: Block, refusal: ContractRefused, note: str = "refused before sending") -> None:
        with self.engine.begin() as connection:
            move(connection, row, "failed", head.timestamp, note, error=error_json(refusal))
        self._moved = True
        self._attempts.pop(row["id"], None)

    # ---- submitted → succeeded | failed

    def _finish(self, lanes: Iterable[_Lane]) -> None:
        """Sees which operations a block has; they are final then. A lane's first is asked for, and where it is
        through, all that follow."""
        waiting = [(lane, lane.under_way()) for lane in lanes]
        first = [row for lane, rows in waiting for row in (*lane.hopeless, *rows[:1])]
        if not first:
            return
        with reading(self.engine) as connection:
            seen = position.read(connection)
        done = self._endings.mined(first, seen)
        rest = [row for _, rows in waiting if rows and rows[0]["id"] in done for row in rows[1:]]
        done |= self._endings.mined(rest, seen)
        if not done:
            return
        moves = {row["id"]: self._endings.move(row, done[row["id"]]) for row in _ended(waiting, done)}
        with self.engine.begin() as connection:
            now = position.read(connection)
            ended = _ended(waiting, {name for name, mined in done.items() if is_sure(mined, seen, now)})
            sure = [moves[row["id"]] for row in ended]
            replacements.keep(connection, [one for one in sure if one.values["tx_hash"] != one.row["tx_hash"]])
            move_all(connection, sure)
        crash_point("sender.finished")
        if not sure:
            return
        self._moved = True
        for lane, rows in waiting:
            if gone := {row["id"] for row in (*lane.hopeless, *rows)} & {row["id"] for row in ended}:
                lane.through |= gone
                lane.hopeless = [row for row in lane.hopeless if row["id"] not in gone]
                for row in lane.under_way():  # what it waited for is through
                    if self._attempts[row["id"]].answer is not None:
                        self._attempts[row["id"]].due = 0.0
        for row in ended:
            self._attempts.pop(row["id"], None)


def _lease(signer: str) -> str:
    return f"lane:{signer}"


def _call(row: Row) -> Call:
    return Call(row["contract"], row["function"], row["to"], row["data"])


def _objection(answer: Any) -> str | None:
    message = error_message(answer.rpc_response) if isinstance(answer, Web3RPCError) else None
    known = message is None or any(phrase in message.lower() for phrase in _KNOWN_ALREADY)
    return None if known else message


def _behind(lane: _Lane, row: Row, turn: float) -> list[Row]:
    """What is under way in the lane after `row`, as far as the nonces follow each other and its turn goes."""
    found: list[Row] = []
    for other in lane.under_way():
        if other["nonce"] == row["nonce"] + 1 + len(found) and other["seq"] < turn:
            found.append(other)
    return found


def _ended(waiting: Sequence[tuple[_Lane, list[Row]]], done: Container[str]) -> list[Row]:
    """Those of the lanes that are done: all of the hopeless, and of the others as far as none before them is not."""
    return [row for lane, rows in waiting for row in (*lane.hopeless, *_leading(rows, done)) if row["id"] in done]


def _leading(rows: list[Row], done: Container[str]) -> list[Row]:
    """Those of a lane that are done, up to the first that is not."""
    return list(itertools.takewhile(lambda row: row["id"] in done, rows))
