"""A chain on paper: a node in memory for tests of what real chains do seldom or never on request."""

from __future__ import annotations

from typing import Any

import rlp
from eth_account import Account
from web3 import Web3
from web3.exceptions import Web3RPCError

from backend.chain.contracts import Contracts, Deployment
from backend.chain.node import Block
from backend.errors import ChainUnavailable, both

ADDRESS = Web3.to_checksum_address("0x" + 38 * "0" + "64")


def refusal(message: str, **more: Any) -> Web3RPCError:
    return Web3RPCError(message, rpc_response={"error": {"message": message, **more}})  # type: ignore[typeddict-item]


class PaperChain:
    """Takes signed transactions and, with `mines`, puts each in a block of its own at once.

    `refuses` is said to every transaction; `reverts` maps a call's data to what an estimate or a transaction with it
    says; `gone` makes every call silence. `fork` marks the blocks of another history.
    """

    def __init__(self) -> None:
        self.chain_id = 1337
        self.mines = True
        self.gone = False
        self.development = None
        self.refuses: str | None = None
        self.reverts: dict[str, Web3RPCError] = {}
        self.pool: list[dict[str, Any]] = []
        self.broadcasts: list[str] = []
        self.prepared: list[str] = []
        self.estimates = 0
        self.first_count = 1
        self.price = 20
        self.gas_behind: int | None = None
        self.is_development = False
        self.fork = 0
        self.blocks = [Block(0, f"0x{0:064x}", "0x", 1_000, 10)]
        self.mined: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}

    # ---- what a Node offers

    def head(self) -> Block:
        self._require_up()
        return self.blocks[-1]

    tick = head

    def now(self) -> int:
        return self.head().timestamp

    def block(self, number: int) -> Block | None:
        self._require_up()
        return self.blocks[number] if number < len(self.blocks) else None

    def headers(self, numbers: list[int]) -> list[Block | None]:
        return [self.block(number) for number in numbers]

    def gas_limits(self, transactions: list[dict[str, str]]) -> list[int | Web3RPCError]:
        self._require_up()
        self.estimates += len(transactions)
        return [self.reverts.get(transaction["data"], 21_000) for transaction in transactions]

    def gas_price(self, head: Block) -> int:
        return self.price

    def transaction_count(self, address: str) -> int:
        self._require_up()
        return self.first_count + sum(tx["from"] == address for tx in self.mined.values())

    def transaction_counts(self, addresses: list[str]) -> list[int]:
        return [self.transaction_count(address) for address in addresses]

    def wake_miner(self) -> None:
        if self.is_development:
            self.mine()

    def prepare_accounts(self, *addresses: str) -> None:
        self.prepared += addresses
        if not addresses:
            return
        self.first_count = 1
        if self.refuses and "funds" in self.refuses:
            self.refuses = None

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        answers: list[Any] = []
        for method, parameters in calls:
            try:
                answers.append(self.rpc(method, *parameters))
            except Web3RPCError as no:
                answers.append(no)
        return answers

    def all(self, method: str, parameters: list[list[Any]]) -> list[Any]:
        return [self.rpc(method, *each) for each in parameters]

    def rpc(self, method: str, *params: Any) -> Any:
        self._require_up()
        return getattr(self, method)(*params)

    # ---- JSON-RPC

    def eth_call(self, call: dict[str, str], _block: str) -> str:
        if call["data"] in self.reverts:
            raise self.reverts[call["data"]]
        return "0x"

    def eth_sendRawTransaction(self, raw: str) -> str:
        fields = rlp.decode(bytes.fromhex(raw[2:]))
        tx_hash = Web3.keccak(hexstr=raw).to_0x_hex()
        self.broadcasts.append(tx_hash)
        if self.refuses is not None:
            raise refusal(self.refuses)
        tx = {
            "hash": tx_hash,
            "from": Account.recover_transaction(raw),
            "nonce": int.from_bytes(fields[0], "big"),
            "data": "0x" + fields[5].hex(),
        }
        if tx_hash in self.mined or tx["nonce"] < self.transaction_count(tx["from"]):
            raise refusal("nonce too low")
        if any(pooled["hash"] == tx_hash for pooled in self.pool):
            raise refusal("transaction already imported")
        self.pool.append(tx)
        if self.mines:
            self.mine()
        return tx_hash

    def eth_getTransactionReceipt(self, tx_hash: str) -> dict[str, Any] | None:
        tx = self.mined.get(tx_hash)
        if tx is None:
            return None
        return {
            "blockNumber": hex(tx["block"].number),
            "blockHash": tx["block"].hash,
            "gasUsed": "0x5208",
            "status": "0x0" if tx["data"] in self.reverts else "0x1",
            "logs": self.logs.get(tx_hash, []),
        }

    # ---- what happens

    def mine(self) -> None:
        """A block with whatever of the pool is next for its sender."""
        parent = self.blocks[-1]
        number = parent.number + 1
        block = Block(number, f"0x{self.fork:032x}{number:032x}", parent.hash, parent.timestamp + 1, 10)
        self.blocks.append(block)
        for tx in sorted(self.pool, key=lambda tx: tx["nonce"]):
            if tx["nonce"] == self.transaction_count(tx["from"]):
                self.mined[tx["hash"]] = tx | {"block": block}
                self.pool.remove(tx)

    def reorganise(self, depth: int) -> None:
        """Other blocks, empty ones and one more, take the place of the last `depth`."""
        self.fork += 1
        gone = {block.hash for block in self.blocks[-depth:]}
        del self.blocks[-depth:]
        self.mined = {name: tx for name, tx in self.mined.items() if tx["block"].hash not in gone}
        mines, self.pool = self.pool, []
        for _ in range(depth + 1):
            self.mine()
        self.pool = mines

    def _require_up(self) -> None:
        if self.gone:
            raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))


def paper_contracts(chain: PaperChain) -> Contracts:
    """One settlement token at ADDRESS, on `chain`."""
    deployment = Deployment(chain_id=1337, block=1, contracts={}, tokens={"CNY": ADDRESS}, roles={})
    return Contracts(chain, deployment)  # type: ignore[arg-type]
