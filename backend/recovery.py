"""After a restore: what the outbox still has to send may have been sent since the backup was made (rule B47)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import rlp
from sqlalchemy import select
from web3 import Web3

from backend.chain.outbox import Row, move, operations
from backend.database import reading
from backend.system import System

_Call = tuple[str, str, str]


def find_sent(system: System, after_block: int) -> int:
    """Looks for the calls of pending operations in the blocks after `after_block`, and takes what it finds for theirs,
    the first for the first: they are followed, not sent again. How many there were."""
    waiting = _waiting(system)
    if not waiting:
        return 0
    found = 0
    node, at = system.node, system.node.head().timestamp
    for number in range(after_block + 1, node.head().number + 1):
        block = node.rpc("eth_getBlockByNumber", hex(number), True)
        for transaction in block["transactions"]:
            queue = waiting.get(_call(transaction["from"], transaction["to"] or "", transaction["input"]))
            if queue and (raw := _signed_bytes(transaction)) is not None:
                nonce, tx_hash = int(transaction["nonce"], 16), transaction["hash"]
                note = f"found in block {number}: it was sent after the backup"
                with system.database.begin() as db:
                    price = str(int(transaction["gasPrice"], 16))
                    values = {"nonce": nonce, "tx_hash": tx_hash, "raw": raw, "gas_price": price}
                    move(db, queue.pop(0), "submitted", at, note, **values)
                found += 1
    return found


def _waiting(system: System) -> dict[_Call, list[Row]]:
    query = select(operations).where(operations.c.raw.is_(None), operations.c.state.in_(("pending", "suspended")))
    queues: dict[Any, list[Row]] = defaultdict(list)
    with reading(system.database) as db:
        for row in db.execute(query.order_by(operations.c.seq)).mappings():
            queues[_call(row["signer"], row["to"], row["data"])].append(row)
    return queues


def _signed_bytes(transaction: dict[str, Any]) -> bytes | None:
    """What was broadcast: not every node gives it back. None for another kind than is sent here (EIP-2718): something
    else sent that with the same key."""
    numbers = [int(transaction[name], 16) for name in ("nonce", "gasPrice", "gas", "value", "v", "r", "s")]
    nonce, price, gas, value, *signature = numbers
    to, data = bytes.fromhex(transaction["to"][2:]), bytes.fromhex(transaction["input"][2:])
    raw = bytes(rlp.encode([nonce, price, gas, to, value, data, *signature]))
    return raw if "0x" + Web3.keccak(raw).hex().removeprefix("0x") == transaction["hash"] else None


def _call(signer: str, to: str, data: str) -> _Call:
    return signer.lower(), to.lower(), data.lower()
