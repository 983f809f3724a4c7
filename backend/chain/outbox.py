"""The outbox: every intent, written down before anything is sent, with all that became of it.

States: pending → submitted → succeeded | failed. An intent that sends nothing (a signed document) succeeds
as it is written. `suspended` is what the node does not take: the sender keeps offering it, but somebody
should look (its `error` says why). Where a reorganisation takes a final operation's block away, it is
submitted again. What its actor took back has failed with the error Cancelled, unless a block had it first.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    false,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from web3.exceptions import Web3RPCError

from backend import audit
from backend.chain.contracts import Call, Contracts, decode_revert, refused
from backend.chain.keystore import Keystore
from backend.chain.node import Block
from backend.correlation import request_id
from backend.crashpoints import crash_point
from backend.database import metadata, reading
from backend.errors import ContractRefused, IdempotencyConflict, KeyNotHeld, NotFound

log = structlog.get_logger(__name__)

OPEN = ("pending", "submitted", "suspended")
FINAL = ("succeeded", "failed")

operations = Table(
    "operations",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("actor", String(64), nullable=False, index=True),
    Column("idempotency_key", String(255)),
    Column("body_hash", String(64)),
    Column("state", String(16), nullable=False, index=True),
    Column("signer", String(42)),
    Column("contract", String(64)),
    Column("function", String(64)),
    Column("to", String(42)),
    Column("data", String),
    Column("nonce", BigInteger),
    Column("raw", LargeBinary),
    Column("tx_hash", String(66), index=True),
    Column("block_number", BigInteger, index=True),
    Column("block_hash", String(66)),
    Column("gas_used", BigInteger),
    Column("result", JSON),
    Column("error", JSON),
    Column("gas_price", String(32)),
    Column("replacements", Integer, nullable=False, default=0, server_default="0"),
    Column("cancel_wanted", Boolean, nullable=False, default=False, server_default=false()),
    Column("is_cancel", Boolean, nullable=False, default=False, server_default=false()),
    Column("request_id", String(64), index=True),
    Column("was_block", BigInteger),
    UniqueConstraint("actor", "idempotency_key"),
    Index("ix_operations_signer_nonce", "signer", "nonce"),
    Index("ix_operations_signer_state", "signer", "state"),
)

operation_history = Table(
    "operation_history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", String),
)

_ADD = insert(operations)
_ADD_HISTORY = insert(operation_history)
_EARLIER = select(operations).where(
    operations.c.actor == bindparam("actor"), operations.c.idempotency_key == bindparam("key")
)
_BUSY = select(operations.c.id).where(operations.c.signer == bindparam("signer"), operations.c.state.in_(OPEN)).limit(1)

# Asked for by their blocks alone: SQLite would rather read all that ever ended, by their state, at every round.
_IN_BLOCKS = select(operations).where(
    operations.c.block_number >= bindparam("first", type_=BigInteger()),
    operations.c.block_number <= bindparam("last", type_=BigInteger()),
)
_LAST = 2**63 - 1

Row = Mapping[Any, Any]


class MovedElsewhere(Exception):
    """An operation is no longer in the state it was read in: another engine works on the same database."""


@dataclass(frozen=True)
class Intent:
    """Who wants what, under which key. `body` is what makes two requests the same."""

    kind: str
    actor: str
    body: Any = None
    idempotency_key: str | None = None
    is_new: bool = False
    """Whether it is known that no operation has the key yet."""

    @property
    def body_hash(self) -> str:
        canonical = json.dumps([self.kind, self.body], sort_keys=True, default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()


class Outbox:
    """Where commands put intents. `wake` is called after each, so that nobody has to poll for new ones."""

    def __init__(self, engine: Engine, contracts: Contracts, keystore: Keystore) -> None:
        self.engine = engine
        self.contracts = contracts
        self.keystore = keystore
        self.wake: Callable[[], None] = lambda: None

    def earlier(self, intent: Intent) -> Row | None:
        """The operation of the same actor and key. Raises IdempotencyConflict where its body was another."""
        if intent.idempotency_key is None:
            return None
        with reading(self.engine) as connection:
            asked = {"actor": intent.actor, "key": intent.idempotency_key}
            row = connection.execute(_EARLIER, asked).mappings().first()
        if row is not None and row["body_hash"] != intent.body_hash:
            raise IdempotencyConflict(key=intent.idempotency_key)
        return row

    def send(self, intent: Intent, signer: str, *calls: Call, result: dict[str, Any] | None = None) -> Row:
        """Writes one operation a call, to be sent in this order by `signer`; the last one is returned.

        A single act is tried first: what the contract would refuse now is refused here, and nothing is written.
        Where the signer has work under way the present state says little, so the sender decides. `result` is what
        is known of the outcome already. Raises KeyNotHeld (with the transaction, for the party's own wallet),
        ContractRefused, ChainUnavailable, IdempotencyConflict.
        """
        if not intent.is_new and (known := self.earlier(intent)) is not None:
            return known
        head = self.contracts.node.tick()
        try:
            if len(calls) == 1 and not calls[0].is_bulk and not self._is_busy(signer):
                self._try(signer, calls[0], head)
        except ContractRefused:
            if (known := self.earlier(intent)) is not None:
                return known  # it was done meanwhile, for another who asked the same
            raise
        self._require_key(signer, calls[-1])

        def write(connection: Connection) -> Row:
            for call in calls[:-1]:
                part = Intent(f"{intent.kind}:{call.function}", intent.actor)
                _write(connection, part, "pending", head.timestamp, signer, call)
            return _write(connection, intent, "pending", head.timestamp, signer, calls[-1], result)

        row = self._once(intent, write)
        crash_point("outbox.written")
        self.wake()
        return row

    def simulate(self, signer: str, call: Call) -> None:
        """Raises ContractRefused for what the contract would refuse now; where the signer has work under way the
        present state says little, so nothing is refused yet."""
        if not self._is_busy(signer):
            with suppress(Web3RPCError):  # the node's own trouble: sending will tell
                self.contracts.gas_limit(signer, call, self.contracts.node.tick())

    def settle(self, intent: Intent, at: int, work: Callable[[Connection], dict[str, Any]]) -> Row:
        """Runs `work` and records what it returns as the result, in one transaction: nothing goes to the chain."""
        if (known := self.earlier(intent)) is not None:
            return known
        return self._once(
            intent, lambda connection: _write(connection, intent, "succeeded", at, result=work(connection))
        )

    def take_back(self, operation_id: str) -> None:
        """Asks for an operation to be cancelled: it is not sent, or its nonce is given to a transfer of nothing, and a
        block decides between the two. What has ended stays as it is. Raises NotFound."""
        self.operation(operation_id)
        open_still = update(operations).where(operations.c.id == operation_id, operations.c.state.in_(OPEN))
        with self.engine.begin() as connection:
            connection.execute(open_still.values(cancel_wanted=True))
        self.wake()

    def operation(self, operation_id: str) -> dict[str, Any]:
        """An operation with its history. Raises NotFound."""
        with reading(self.engine) as connection:
            row = connection.execute(select(operations).where(operations.c.id == operation_id)).mappings().first()
            if row is None:
                raise NotFound(what="operation", id=operation_id)
            history = connection.execute(
                select(operation_history.c.state, operation_history.c.at, operation_history.c.note)
                .where(operation_history.c.operation_id == operation_id)
                .order_by(operation_history.c.id)
            ).mappings()
            return {**row, "history": [dict(entry) for entry in history]}

    def last_block(self, operation: Row) -> int | None:
        """The last block that has something of what the same request wrote, such as a new participant's approvals: 0
        where nothing of it went to the chain, None while any of it is under way."""
        if operation["request_id"] is None:
            return int(operation["block_number"] or 0)
        under_way = case((operations.c.state.in_(("pending", "submitted")), 1), else_=0)
        query = select(func.max(under_way), func.max(operations.c.block_number))
        with reading(self.engine) as connection:
            is_open, last = connection.execute(query.where(operations.c.request_id == operation["request_id"])).one()
        return None if is_open else int(last or 0)

    def _once(self, intent: Intent, write: Callable[[Connection], Row]) -> Row:
        """Writes in one transaction; where another request with the same key was faster, the operation is its."""
        try:
            with self.engine.begin() as connection:
                return write(connection)
        except IntegrityError:
            if (known := self.earlier(intent)) is None:
                raise
            return known

    def _try(self, signer: str, call: Call, head: Block) -> None:
        try:
            self.contracts.gas_limit(signer, call, head)
        except Web3RPCError as no:
            raise refused(no, call.contract) from no

    def _require_key(self, signer: str, call: Call) -> None:
        try:
            self.keystore.account(signer)
        except KeyNotHeld:
            transaction = {"to": call.to, "data": call.data, "chainId": self.contracts.deployment.chain_id}
            raise KeyNotHeld(address=signer, transaction=transaction) from None

    def _is_busy(self, signer: str) -> bool:
        with reading(self.engine) as connection:
            return connection.execute(_BUSY, {"signer": signer}).first() is not None


def _write(
    connection: Connection,
    intent: Intent,
    state: str,
    at: int,
    signer: str | None = None,
    call: Call | None = None,
    result: dict[str, Any] | None = None,
) -> Row:
    row: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "kind": intent.kind,
        "actor": intent.actor,
        "idempotency_key": intent.idempotency_key,
        "body_hash": intent.body_hash,
        "state": state,
        "signer": signer,
        "result": result,
        "request_id": request_id(),
    }
    if call is not None:
        row |= {"contract": call.contract, "function": call.function, "to": call.to, "data": call.data}
    connection.execute(_ADD, row)
    connection.execute(_ADD_HISTORY, {"operation_id": row["id"], "state": state, "at": at})
    audit.record(connection, intent.actor, "accepted", kind=intent.kind, operation=row["id"])
    return {**dict.fromkeys(operations.columns.keys()), **row, "history": [{"state": state, "at": at, "note": None}]}


@dataclass(frozen=True)
class Move:
    """An operation's way from the state it was read in to the next, with the columns that change."""

    row: Row
    state: str
    at: int
    note: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def move(connection: Connection, operation: Row, state: str, at: int, note: str = "", **values: Any) -> Row:
    """As `move_all`, for one; the operation as it is then."""
    (after,) = move_all(connection, [Move(operation, state, at, note, values)])
    return after


def move_all(connection: Connection, moves: Sequence[Move]) -> list[Row]:
    """Makes the moves, with their history; the operations as they are then. Raises MovedElsewhere where one of them is
    no longer in the state it was read in."""
    alike: dict[tuple[str, ...], list[Move]] = {}
    for one in moves:
        alike.setdefault(tuple(sorted(one.values)), []).append(one)
    for names, group in alike.items():
        changed = (
            update(operations)
            .where(operations.c.id == bindparam("its_id"), operations.c.state == bindparam("its_state"))
            .values(state=bindparam("next_state"), **{name: bindparam(f"next_{name}") for name in names})
        )
        values = [
            {"its_id": one.row["id"], "its_state": one.row["state"], "next_state": one.state}
            | {f"next_{name}": value for name, value in one.values.items()}
            for one in group
        ]
        if connection.execute(changed, values).rowcount != len(group):
            raise MovedElsewhere(", ".join(one.row["id"] for one in group))
    if moves:
        history = [
            {"operation_id": one.row["id"], "state": one.state, "at": one.at, "note": one.note or None} for one in moves
        ]
        connection.execute(_ADD_HISTORY, history)
    after: list[Row] = [{**one.row, **one.values, "state": one.state} for one in moves]
    for row in after:
        log.info(
            "operation-moved",
            request=row["request_id"],
            operation=row["id"],
            state=row["state"],
            tx=row["tx_hash"],
            block=row["block_number"],
        )
    return after


def ended_in(connection: Connection, first: int, last: int | None, contracts: Iterable[str]) -> list[Row]:
    """Operations on `contracts` that ended in the blocks [first, last] (or from `first` on), in their order."""
    known = set(contracts)
    rows = connection.execute(_IN_BLOCKS, {"first": first, "last": _LAST if last is None else last}).mappings()
    found = [row for row in rows if row["state"] in FINAL and row["to"] in known]
    return sorted(found, key=lambda row: int(row["seq"]))


def reopen(connection: Connection, ended: Iterable[Row], at: int) -> None:
    """Their block is gone: they are followed again, and sent again with the same bytes where need be, in the order they
    were asked for: what one lane did may have followed from another."""
    for operation in ended:
        known = {key: value for key, value in (operation["result"] or {}).items() if key != "events"}
        move(
            connection,
            operation,
            "submitted",
            at,
            f"block {operation['block_number']} is gone",
            block_number=None,
            block_hash=None,
            gas_used=None,
            error=None,
            result=known or None,
            was_block=operation["block_number"],
        )


def error_json(refusal: ContractRefused) -> dict[str, Any]:
    """How an operation keeps the reason of its failure. Numbers as strings: JSON's are not exact past 2^53."""
    params = refusal.params
    return {"error": params["error"], "arguments": exact(params["arguments"]), "contract": params["contract"]}


def error_of(data: str, contract: str) -> dict[str, Any]:
    """The same of the bytes (0x-hex) that a contract reverted with."""
    name, arguments = decode_revert(data)
    return {"error": name, "arguments": exact(arguments), "contract": contract}


def exact(value: Any) -> Any:
    """Numbers as strings, however deep."""
    if isinstance(value, Mapping):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
