"""What became of transactions: the block that has each, how it ended there, and whether that is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, RowMapping
from web3.exceptions import Web3RPCError

from backend.chain import replacements
from backend.chain.contracts import Contracts, contract_refused
from backend.chain.node import Block
from backend.chain.outbox import Move, Row, error_json, exact
from backend.errors import ContractRefused


@dataclass(frozen=True)
class Mined:
    """What of an operation a block has."""

    row: Row
    """The operation, with its own bytes or others at its nonce."""
    receipt: Mapping[str, Any]
    block: Block
    beside_read_model: bool
    """Whether the chain had the block that the read model stood on when it was asked for this one."""


class Endings:
    def __init__(self, engine: Engine, contracts: Contracts) -> None:
        self.engine = engine
        self.contracts = contracts

    def mined(self, rows: Sequence[Row], read_model: RowMapping | None) -> dict[str, Mined]:
        """By operation: what of it a block has. `read_model` is where that stands, as it was before this is asked.
        Raises ChainUnavailable."""
        node = self.contracts.node
        candidates = replacements.candidates(self.engine, rows)
        answers = node.all("eth_getTransactionReceipt", [[one["tx_hash"]] for one in candidates])
        receipts = [(one, answer) for one, answer in zip(candidates, answers, strict=True) if answer]
        if not receipts:
            return {}
        numbers = sorted({int(receipt["blockNumber"], 16) for _, receipt in receipts})
        *headers, last = node.headers([*numbers, read_model["block_number"] if read_model else 0])
        beside = read_model is not None and last is not None and last.hash == read_model["block_hash"]
        blocks = dict(zip(numbers, headers, strict=True))
        found = {}
        for one, receipt in receipts:
            block = blocks[int(receipt["blockNumber"], 16)]
            if block is not None and block.hash == receipt["blockHash"]:
                found[str(one["id"])] = Mined(one, receipt, block, beside)
        return found

    def move(self, row: Row, mined: Mined) -> Move:
        """The last move of an operation. Raises ChainUnavailable where it failed and the reason has to be asked for."""
        receipt, block, is_cancel = mined.receipt, mined.block, mined.row["is_cancel"]
        values: dict[str, Any] = {
            "raw": mined.row["raw"],
            "tx_hash": mined.row["tx_hash"],
            "is_cancel": is_cancel,
            "block_number": block.number,
            "block_hash": block.hash,
            "gas_used": int(receipt["gasUsed"], 16),
            "error": None,
            "result": row["result"],
            "was_block": None,
        }
        succeeded = int(receipt["status"], 16) == 1 and not is_cancel
        if succeeded:
            values["result"] = {**(row["result"] or {}), **self._result(receipt)}
        elif is_cancel:
            values["error"] = {"error": "Cancelled", "arguments": {}, "contract": row["contract"]}
        else:
            values["error"] = error_json(self._reason(row, block.number))
        return Move(row, "succeeded" if succeeded else "failed", block.timestamp, f"block {block.number}", values)

    def _result(self, receipt: Mapping[str, Any]) -> dict[str, Any]:
        decoded = [self.contracts.decode_log(raw) for raw in receipt["logs"]]
        return {
            "events": [
                {"contract": event.contract, "name": event.name, "args": exact(event.args)}
                for event in decoded
                if event is not None
            ]
        }

    def _reason(self, row: Row, block: int) -> ContractRefused:
        """Why it was refused: on the state before its block, or, where what came before it in that block was why, on
        the state after."""
        request = {"from": row["signer"], "to": row["to"], "data": row["data"]}
        for state in (block - 1, block):
            try:
                self.contracts.node.rpc("eth_call", request, hex(state))
            except Web3RPCError as refusal:
                return contract_refused(refusal, row["contract"])
        return ContractRefused(error="Reverted", arguments={}, contract=row["contract"])


def is_sure(mined: Mined, before: RowMapping | None, now: RowMapping | None) -> bool:
    """Whether no reorganisation can have come between the block and the read model unseen (rule B29), which stood at
    `before` when the chain was asked and stands at `now`: it will come to the block and compare, or the block is of the
    history that it stands on, so that a rewind finds what ended there."""
    number = mined.block.number
    if now is None or number > now["block_number"]:
        return True
    if before is None or number > before["block_number"]:
        return False
    return mined.beside_read_model and bool(before["history"] == now["history"])
