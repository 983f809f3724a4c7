"""The sender: takes what is pending to the chain and sees it through.

One lane a signer, in the order of the intents. A nonce and the bytes signed with it are stored before anything
is broadcast, so whatever happens in between, a restart sends the same bytes again and nothing is sent twice.

What the node does not take is offered again every `receipt_seconds`, with the same bytes; after PATIENCE_PERIODS
offers it is suspended, with the node's reason in its `error`, and goes on being offered. What stands behind it in
its lane waits, except where the suspended one can no longer happen:

* NodeRefused, NotMined: the node's answer (funds, price, a fault of its own), or no block for long.
* NonceTaken: the signer's key was used elsewhere, and another transaction has this one's nonce. It was not
  executed; it is not signed anew, because a reorganisation could then bring both. Ask again under a new key.
* OtherDeployment: it was meant for contracts that this chain does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, func, select
from web3.exceptions import Web3RPCError

from backend.chain.contracts import Call, Contracts, contract_refused
from backend.chain.keystore import Keystore
from backend.chain.node import error_message
from backend.chain.outbox import OPEN, MovedElsewhere, Row, error_json, exact, move, operations
from backend.config import Settings
from backend.database import reading
from backend.errors import ContractRefused

log = structlog.get_logger(__name__)

PATIENCE_PERIODS = 3

_HOPELESS = ("NonceTaken", "OtherDeployment")
_KNOWN_ALREADY = ("already known", "already imported", "known transaction")


@dataclass
class _Attempt:
    """What this process knows of an operation's way to the chain."""

    due: float
    """When to offer it next, monotonic seconds."""
    offers: int = 0
    answer: str | None = None
    """Why the node does not take it; None where it does."""


class _Stand(Enum):
    """How an operation leaves the one behind it in its lane."""

    THROUGH = "it no longer matters"
    UNDER_WAY = "it can be sent, but not before this one"
    STUCK = "it has to wait"


class Sender:
    def __init__(self, engine: Engine, contracts: Contracts, keystore: Keystore, settings: Settings) -> None:
        self.engine = engine
        self.contracts = contracts
        self.keystore = keystore
        self._patience = settings.receipt_seconds
        self._attempts: dict[str, _Attempt] = {}
        self._moved = False

    def lanes(self) -> list[str]:
        """The signers that have anything open, the longest waiting first."""
        with reading(self.engine) as connection:
            return list(
                connection.execute(
                    select(operations.c.signer)
                    .where(operations.c.state.in_(OPEN))
                    .group_by(operations.c.signer)
                    .order_by(func.min(operations.c.seq))
                ).scalars()
            )

    def is_busy(self) -> bool:
        """Whether anything is under way that should end soon."""
        with reading(self.engine) as connection:
            return (
                connection.execute(
                    select(operations.c.id).where(operations.c.state.in_(("pending", "submitted"))).limit(1)
                ).first()
                is not None
            )

    def chain_was_lost(self) -> None:
        """What was under way is offered again at once when the chain is back: the same bytes."""
        self._attempts.clear()

    def step(self, signer: str, clock: float) -> bool:
        """One round over a signer's open operations; whether anything moved. `clock` is monotonic seconds.

        Raises ChainUnavailable: the round is then repeated later, and nothing is lost.
        """
        self._moved = False
        front = True  # all before it are through
        try:
            for operation in self._open(signer):
                attempt = self._attempts.setdefault(operation["id"], _Attempt(due=clock))
                if front and self._moved and attempt.answer is not None:
                    attempt.due = clock  # the one it waited for is through
                stand = self._advance(operation, attempt, clock, front=front)
                if stand is _Stand.STUCK:
                    break
                front = front and stand is _Stand.THROUGH
        except MovedElsewhere:
            return True
        return self._moved

    def _advance(self, operation: Row, attempt: _Attempt, clock: float, *, front: bool) -> _Stand:
        if operation["to"] not in self.contracts.names:
            self._suspend(operation, "OtherDeployment", "its contract is not of this deployment")
            return _Stand.THROUGH
        hopeless = operation["state"] == "suspended" and operation["error"]["error"] in _HOPELESS
        if hopeless and clock < attempt.due:
            return _Stand.THROUGH
        if operation["raw"] is None:
            signed = self._sign(operation, attempt, clock, front=front)
            if signed is None:
                return _Stand.STUCK
            operation = signed
            if operation["state"] == "failed":
                return _Stand.THROUGH
            self._broadcast(operation, attempt, clock)
        if front and self._finish(operation):
            return _Stand.THROUGH
        if clock >= attempt.due:
            suspended = self._offer_again(operation, attempt, clock, front=front)
            if front and not suspended and attempt.answer is None and self._finish(operation):
                return _Stand.THROUGH
        if hopeless:
            return _Stand.THROUGH
        return _Stand.UNDER_WAY if attempt.answer is None else _Stand.STUCK

    def _open(self, signer: str) -> list[Row]:
        with reading(self.engine) as connection:
            return list(
                connection.execute(
                    select(operations)
                    .where(operations.c.signer == signer, operations.c.state.in_(OPEN))
                    .order_by(operations.c.seq)
                ).mappings()
            )

    # ---- pending → submitted

    def _sign(self, operation: Row, attempt: _Attempt, clock: float, *, front: bool) -> Row | None:
        """The operation, submitted with nonce and signed bytes stored, or failed; None where it has to wait."""
        if clock < attempt.due:
            return None
        call = Call(operation["contract"], operation["function"], operation["to"], operation["data"])
        signer, node = operation["signer"], self.contracts.node
        count = node.transaction_count(signer) if front else 0
        if front and count == 0:
            node.prepare_account(signer)
            count = node.transaction_count(signer)
        head = node.head()
        try:
            gas = self.contracts.gas_limit(signer, call, head)
        except ContractRefused as refusal:
            if not front:
                return None  # what it depends on may be under way
            return self._move(operation, "failed", head.timestamp, "refused before sending", error=error_json(refusal))
        except Web3RPCError as refusal:
            self._not_taken(attempt, clock, error_message(refusal.rpc_response))
            self._lose_patience(operation, attempt)
            return None
        price, account = node.gas_price(head), self.keystore.account(signer)
        with self.engine.begin() as connection:
            nonce = max(count, self._last_nonce(connection, signer) + 1)
            if front and nonce > count:
                return None  # one that was final vanished with its block: the indexer finds it and reopens it
            transaction: dict[str, Any] = {
                "to": call.to,
                "data": call.data,
                "value": 0,
                "gas": gas,
                "gasPrice": price,
                "nonce": nonce,
                "chainId": node.chain_id,
            }
            signed = account.sign_transaction(transaction)
            values = {
                "nonce": nonce,
                "raw": bytes(signed.raw_transaction),
                "tx_hash": signed.hash.to_0x_hex(),
                "error": None,
            }
            move(connection, operation, "submitted", head.timestamp, f"nonce {nonce}", **values)
        self._moved = True
        return {**operation, **values, "state": "submitted"}

    def _last_nonce(self, connection: Connection, signer: str) -> int:
        """The highest nonce given to an operation of this deployment; -1 before the first."""
        last = connection.execute(
            select(operations.c.nonce)
            .where(
                operations.c.signer == signer,
                operations.c.nonce.is_not(None),
                operations.c.to.in_(list(self.contracts.names)),
            )
            .order_by(operations.c.nonce.desc())
            .limit(1)
        ).scalar()
        return -1 if last is None else int(last)

    # ---- submitted: until a block has it

    def _broadcast(self, operation: Row, attempt: _Attempt, clock: float) -> None:
        attempt.due = clock + self._patience
        answer = self._refusal(operation)
        if answer is not None and "funds" in answer.lower():
            self.contracts.node.prepare_account(operation["signer"])
            answer = self._refusal(operation)
        if answer is not None:
            log.warning("node-refused", operation=operation["id"], answer=answer)
        elif attempt.answer is not None:
            attempt.offers = 0  # it has changed its mind
        attempt.answer = answer

    def _refusal(self, operation: Row) -> str | None:
        try:
            self.contracts.node.rpc("eth_sendRawTransaction", "0x" + operation["raw"].hex())
        except Web3RPCError as refusal:
            message = error_message(refusal.rpc_response)
            return None if any(known in message.lower() for known in _KNOWN_ALREADY) else message
        return None

    def _offer_again(self, operation: Row, attempt: _Attempt, clock: float, *, front: bool) -> bool:
        """Broadcasts the same bytes again where that can help (Ganache hangs on a nonce that is not the next);
        whether it was suspended."""
        if not front:
            self._broadcast(operation, attempt, clock)
            return False
        nonce, count = operation["nonce"], self.contracts.node.transaction_count(operation["signer"])
        if count == nonce:
            attempt.offers += 1
            self._broadcast(operation, attempt, clock)
        elif count > nonce:
            self._not_taken(attempt, clock, f"another transaction has nonce {nonce}")
            return self._lose_patience(operation, attempt, "NonceTaken")
        else:
            self._not_taken(attempt, clock, f"the chain is at nonce {count}, before {nonce}")
        return self._lose_patience(operation, attempt)

    def _not_taken(self, attempt: _Attempt, clock: float, answer: str) -> None:
        attempt.due = clock + self._patience
        attempt.offers += 1
        attempt.answer = answer

    def _lose_patience(self, operation: Row, attempt: _Attempt, reason: str | None = None) -> bool:
        """Suspends what was offered often enough."""
        if attempt.offers < PATIENCE_PERIODS:
            return False
        reason = reason or ("NodeRefused" if attempt.answer is not None else "NotMined")
        answer = attempt.answer or f"no block has it after {attempt.offers * self._patience:g} seconds"
        return self._suspend(operation, reason, answer)

    def _suspend(self, operation: Row, error: str, reason: str) -> bool:
        if operation["state"] == "suspended" and operation["error"]["error"] == error:
            return False
        why = {"error": error, "arguments": {"reason": reason}, "contract": operation["contract"]}
        log.error("operation-suspended", operation=operation["id"], error=error, reason=reason)
        self._move(operation, "suspended", self.contracts.node.head().timestamp, reason, error=why)
        return True

    # ---- submitted → succeeded | failed

    def _finish(self, operation: Row) -> bool:
        """Whether a block has it; the operation is then final."""
        node = self.contracts.node
        receipt = node.rpc("eth_getTransactionReceipt", operation["tx_hash"])
        block = node.block(int(receipt["blockNumber"], 16)) if receipt else None
        if block is None or block.hash != receipt["blockHash"]:
            return False
        values: dict[str, Any] = {
            "block_number": block.number,
            "block_hash": block.hash,
            "gas_used": int(receipt["gasUsed"], 16),
            "error": None,
        }
        succeeded = int(receipt["status"], 16) == 1
        if succeeded:
            values["result"] = {**(operation["result"] or {}), **self._result(receipt)}
        else:
            values["error"] = error_json(self._reason(operation, block.number))
        state = "succeeded" if succeeded else "failed"
        self._move(operation, state, block.timestamp, f"block {block.number}", **values)
        return True

    def _result(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        decoded = [self.contracts.decode_log(raw) for raw in receipt["logs"]]
        return {
            "events": [
                {"contract": event.contract, "name": event.name, "args": exact(event.args)}
                for event in decoded
                if event is not None
            ]
        }

    def _reason(self, operation: Row, block: int) -> ContractRefused:
        request = {"from": operation["signer"], "to": operation["to"], "data": operation["data"]}
        try:
            self.contracts.node.rpc("eth_call", request, hex(block - 1))
        except Web3RPCError as refusal:
            return contract_refused(refusal, operation["contract"])
        return ContractRefused(error="Reverted", arguments={}, contract=operation["contract"])

    def _move(self, operation: Row, state: str, at: int, note: str, **values: Any) -> Row:
        with self.engine.begin() as connection:
            move(connection, operation, state, at, note, **values)
        self._moved = True
        if state != "suspended":
            self._attempts.pop(operation["id"], None)
        return {**operation, **values, "state": state}
