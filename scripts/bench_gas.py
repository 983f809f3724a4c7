"""What every act costs, measured on a local chain against its ceiling.

    python scripts/bench_gas.py            the table; exit 1 where an act is over its ceiling
    python scripts/bench_gas.py --write    the same, and docs/gas.md again
    JSON=1 python scripts/bench_gas.py     the last line is {"gas": {act: n}, "ceilings": {act: n}}

FEIQIAN_CHAIN=anvil measures on Anvil. Clock, keys and documents are fixed, so a second run gives the same numbers.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from eth_account import Account  # noqa: E402
from eth_account.messages import encode_typed_data  # noqa: E402
from eth_utils import keccak  # noqa: E402
from eth_utils.abi import function_abi_to_4byte_selector  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from backend.chain.compile import artifacts  # noqa: E402
from backend.chain.node import LocalChain, Node  # noqa: E402
from backend.config import DAY, Settings  # noqa: E402

CEILINGS = {
    "register": 140_000,
    "confirm": 150_000,
    "endorse": 118_000,
    "transfer": 60_000,
    "confirm_and_settle": 280_000,
}

ACTS = {
    "register": "Receivables.register",
    "confirm": "Receivables.confirm, the whole face value",
    "endorse": "Receivables.endorse, part of a note, with recourse (a split)",
    "transfer": "Receivables.transferFrom, a whole note (ERC-721)",
    "confirm_and_settle": "Settlement.confirmAndSettle, the whole note, without recourse",
    "confirm_and_settle_part": "Settlement.confirmAndSettle, part of the note, with recourse",
    "settle": "Settlement.settle, a whole note, without recourse",
    "settle_part": "Settlement.settle, part of a note, with recourse",
    "merge": "Receivables.transferFrom, all the value of a note into another",
    "reject": "Receivables.reject, a reason of 20 bytes",
    "withdraw": "Receivables.withdraw",
    "expire": "Receivables.expire",
    "repay": "Receivables.repay",
    "redeem": "Receivables.redeem",
    "cancel_nonce": "Settlement.cancelNonce",
    "mint": "SettlementToken.mint",
    "cash_transfer": "SettlementToken.transfer",
    "participant_register": "Participants.register, a name of 20 bytes",
}

CNY = 156
FACE = 1_000_000_00
NOW = 2_208_988_800  # 2040-01-01: the chain's clock is set there, so that signed dates never change
MATURITY = NOW + 180 * DAY
DEADLINE = NOW + 10 * DAY
FAR = 2**40 - 1
SUPPLIER, OBLIGOR, FINANCIER, PROTOCOL = 1, 2, 4, 256
REGISTRAR_ROLE, ISSUER_ROLE, ATTESTOR_ROLE = 1, 2, 3

CONFIRMATION = [
    ("uint256", "receivableId"),
    ("address", "supplier"),
    ("bytes32", "documentHash"),
    ("uint256", "faceValue"),
    ("uint256", "maturityAt"),
    ("uint256", "amount"),
    ("bool", "setOffWaived"),
    ("uint256", "nonce"),
    ("uint256", "deadline"),
]
QUOTE = [
    ("address", "financier"),
    ("address", "seller"),
    ("address", "asset"),
    ("uint256", "assetKey"),
    ("bytes32", "documentHash"),
    ("uint256", "value"),
    ("address", "cash"),
    ("uint256", "price"),
    ("bool", "withRecourse"),
    ("uint256", "nonce"),
    ("uint256", "deadline"),
]


class Bench:
    """The deployed contracts with all their guards on, and parties who have done business before."""

    def __init__(self, node: Node, chain_id: int) -> None:
        self.node, self.web3, self.chain_id = node, node.web3, chain_id
        self.gas: dict[str, int] = {}
        self.keys = {
            name: Account.from_key(keccak(text=f"bench {name}"))
            for name in ("admin", "registrar", "issuer", "attestor", "supplier", "supplier2", "obligor", "bank", "new")
        }
        for key in self.keys.values():
            node.prepare_account(key.address)
        self.price = node.gas_price(node.head()) * 2
        self.nonces = 0
        self._deploy()
        self._admit_parties()
        self._reach_steady_state()

    def address(self, name: str) -> str:
        return str(self.keys[name].address)

    # ---- chain

    def send(self, sender: str, call: Any, act: str | None = None) -> Any:
        """Sends a call or a constructor and returns its receipt; `act` keeps the gas under that name."""
        key = self.keys[sender]
        transaction = call.build_transaction(
            {
                "from": key.address,
                "nonce": self.web3.eth.get_transaction_count(key.address),
                "chainId": self.chain_id,
                "gas": 15_000_000,
                "gasPrice": self.price,
            }
        )
        raw = key.sign_transaction(transaction).raw_transaction
        receipt = self.web3.eth.wait_for_transaction_receipt(self.web3.eth.send_raw_transaction(raw), poll_latency=0.02)
        if receipt["status"] != 1:
            call.call({"from": key.address})  # raises with the reason
            raise SystemExit(f"{act or call} was refused")
        if act:
            self.gas[act] = receipt["gasUsed"]
        return receipt

    def _create(self, name: str, *arguments: Any) -> Any:
        artifact = artifacts()[name]
        factory = self.web3.eth.contract(abi=artifact.abi, bytecode=artifact.bytecode)
        receipt = self.send("admin", factory.constructor(*arguments))
        return self.web3.eth.contract(address=receipt["contractAddress"], abi=artifact.abi)

    # ---- the world

    def _deploy(self) -> None:
        limits = (10**15, 1, 366, 30, 20, 500)
        self.authority = self._create("Authority", self.address("admin"))
        authority = self.authority.address
        self.participants = self._create("Participants", authority)
        self.policy = self._create("Policy", authority, limits)
        self.fingerprints = self._create("Fingerprints", authority)
        self.cash = self._create("SettlementToken", authority, self.participants.address, "Feiqian CNY", "fCNY", CNY, 2)
        self.receivables = self._create(
            "Receivables", self.participants.address, self.policy.address, self.fingerprints.address
        )
        self.settlement = self._create("Settlement", self.participants.address, self.receivables.address)
        for role, holder, target, acts in (
            (REGISTRAR_ROLE, "registrar", self.participants, ("register", "renew", "setConfirmationLimit")),
            (ISSUER_ROLE, "issuer", self.cash, ("mint",)),
            (ATTESTOR_ROLE, "attestor", self.cash, ("attestReserve",)),
        ):
            selectors = [function_abi_to_4byte_selector(target.get_function_by_name(act).abi) for act in acts]
            self.send("admin", self.authority.functions.setTargetFunctionRole(target.address, selectors, role))
            self.send("admin", self.authority.functions.grantRole(role, self.address(holder), 0))
        self.send("admin", self.policy.functions.setSettlementToken(CNY, self.cash.address))
        self.send("admin", self.fingerprints.functions.admit(self.receivables.address))

    def _admit_parties(self) -> None:
        for name, address, roles in (
            ("supplier", self.address("supplier"), SUPPLIER),
            ("supplier2", self.address("supplier2"), SUPPLIER),
            ("obligor", self.address("obligor"), OBLIGOR),
            ("bank", self.address("bank"), FINANCIER),
            ("receivables", self.receivables.address, PROTOCOL),
        ):
            identity = keccak(text=name)
            self.send("registrar", self.participants.functions.register(address, identity, roles, FAR, name))
        limit = self.participants.functions.setConfirmationLimit(self.address("obligor"), CNY, 10**14)
        self.send("registrar", limit)
        self.send("admin", self.cash.functions.setCap(10**15))
        self.send("attestor", self.cash.functions.attestReserve(10**15, keccak(text="statement")))
        for name in ("bank", "obligor", "supplier"):
            self.send("issuer", self.cash.functions.mint(self.address(name), 10**12))

    def _reach_steady_state(self) -> None:
        """Everybody holds a note, has spent a nonce, and keeps some cash; the contract keeps some too."""
        unlimited = 2**256 - 1
        self.send("bank", self.cash.functions.approve(self.settlement.address, unlimited))
        self.send("obligor", self.cash.functions.approve(self.receivables.address, unlimited))
        for seller in ("supplier", "supplier2"):
            self.send(seller, self.receivables.functions.setApprovalForAll(self.settlement.address, True))
        note = self.confirmed()
        for to in ("supplier2", "bank"):
            self.send("supplier", self.receivables.functions.endorse(note, self.address(to), 1_000_00, False))
        quote = self.quote(1, FACE // 10, False)
        self.send("supplier", self.settlement.functions.settle(*quote, note))
        self.confirmed()
        self.send("obligor", self.receivables.functions.repay(2, FACE))

    # ---- documents and the steps before an act

    def register(self, act: str | None = None) -> int:
        """Registers one more receivable; its number."""
        count = int(self.receivables.functions.receivableCount().call()) + 1
        call = self.receivables.functions.register(
            self.address("obligor"), CNY, FACE, MATURITY, self.document(count), keccak(text=f"fingerprint {count}")
        )
        self.send("supplier", call, act)
        return count

    @staticmethod
    def document(receivable: int) -> bytes:
        return bytes(keccak(text=f"invoice {receivable}"))

    def sign(self, signer: str, contract: Any, domain: str, kind: str, fields: Any, values: tuple[Any, ...]) -> bytes:
        message = encode_typed_data(
            {"name": domain, "version": "1", "chainId": self.chain_id, "verifyingContract": contract.address},
            {kind: [{"name": name, "type": type_} for type_, name in fields]},
            {name: value for (_, name), value in zip(fields, values, strict=True)},
        )
        return bytes(self.keys[signer].sign_message(message).signature)

    def next_nonce(self) -> int:
        self.nonces += 1
        return self.nonces

    def confirmation(self, receivable: int) -> tuple[Any, bytes]:
        """A signed confirmation of the whole face value."""
        nonce, document = self.next_nonce(), self.document(receivable)
        shown = (receivable, self.address("supplier"), document, FACE, MATURITY, FACE, True, nonce, DEADLINE)
        signed = self.sign("obligor", self.receivables, "Feiqian Receivables", "Confirmation", CONFIRMATION, shown)
        return (receivable, FACE, True, nonce, DEADLINE), signed

    def quote(self, receivable: int, value: int, recourse: bool) -> tuple[Any, bytes]:
        """A signed quote for `value` of the supplier's note, at 2 % discount."""
        words = (
            self.address("bank"),
            self.address("supplier"),
            self.receivables.address,
            receivable,
            self.document(receivable),
            value,
            self.cash.address,
            value * 98 // 100,
            recourse,
            self.next_nonce(),
            DEADLINE,
        )
        return words, self.sign("bank", self.settlement, "Feiqian Settlement", "Quote", QUOTE, words)

    def confirmed(self, act: str | None = None) -> int:
        """Registers and confirms one more receivable; its root note."""
        receivable = self.register()
        call = self.receivables.functions.confirm(*self.confirmation(receivable))
        self.send("supplier", call, act)
        return int(self.receivables.functions.noteCount().call())

    # ---- the measurement

    def measure(self) -> dict[str, int]:
        notes, sell = self.receivables.functions, self.settlement.functions
        self.register("register")
        root = self.confirmed("confirm")
        self.send("supplier", notes.endorse(root, self.address("supplier2"), FACE // 4, True), "endorse")
        transfer = self.receivables.get_function_by_signature("transferFrom(address,address,uint256)")
        child = root + 1
        self.send("supplier2", transfer(self.address("supplier2"), self.address("bank"), child), "transfer")

        for act, value, recourse in (
            ("confirm_and_settle", FACE, False),
            ("confirm_and_settle_part", FACE // 4, True),
        ):
            receivable = self.register()
            documents = (*self.confirmation(receivable), *self.quote(receivable, value, recourse))
            self.send("supplier", sell.confirmAndSettle(*documents), act)
        for act, value, recourse in (("settle", FACE, False), ("settle_part", FACE // 4, True)):
            note = self.confirmed()
            receivable = int(notes.receivableCount().call())
            self.send("supplier", sell.settle(*self.quote(receivable, value, recourse), note), act)

        note = self.confirmed()
        self.send("supplier", notes.endorse(note, self.address("bank"), FACE // 4, False))
        self.send("supplier", notes.endorse(note, self.address("bank"), FACE // 4, False))
        merge = self.receivables.get_function_by_signature("transferFrom(uint256,uint256,uint256)")
        self.send("bank", merge(note + 1, note + 2, FACE // 4), "merge")

        self.send("obligor", notes.reject(self.register(), "goods never received."[:20]), "reject")
        self.send("supplier", notes.withdraw(self.register()), "withdraw")
        self.send("bank", sell.cancelNonce(self.next_nonce()), "cancel_nonce")
        self.send("issuer", self.cash.functions.mint(self.address("bank"), 1_000_00), "mint")
        self.send("bank", self.cash.functions.transfer(self.address("supplier"), 1_000_00), "cash_transfer")
        newcomer = self.participants.functions.register(
            self.address("new"), keccak(text="new"), SUPPLIER, FAR, "Example Castings Ltd"
        )
        self.send("registrar", newcomer, "participant_register")

        note = self.confirmed()
        self.send("obligor", notes.repay(int(notes.receivableCount().call()), FACE), "repay")
        self.send("supplier", notes.redeem(note), "redeem")

        late = self.register()
        self.node.rpc("evm_increaseTime", 31 * DAY)
        self.node.rpc("evm_mine")
        self.send("bank", notes.expire(late), "expire")
        return {act: self.gas[act] for act in ACTS}


def set_clock(node: Node) -> None:
    """Moves a fresh development chain to the fixed date."""
    ahead = NOW - node.head().timestamp
    node.travel(ahead)


def measure() -> tuple[dict[str, int], str]:
    """Gas by act, and the name of the chain it was measured on. Starts and stops the chain."""
    settings = Settings.from_env(rpc_port=0, rpc_url="", chain_id=1337)
    chain = LocalChain(settings)
    try:
        node = chain.start()
        set_clock(node)
        return Bench(node, settings.chain_id).measure(), settings.chain
    finally:
        chain.stop()


def ceiling(act: str) -> str:
    return f"{CEILINGS[act]:,}" if act in CEILINGS else ""


def verdict(act: str, gas: int) -> str:
    if act not in CEILINGS:
        return ""
    return "ok" if gas <= CEILINGS[act] else f"OVER by {gas - CEILINGS[act]:,}"


def page(gas: dict[str, int], chain: str) -> str:
    """docs/gas.md."""
    rows = "\n".join(
        f"| `{act}` | {ACTS[act]} | {used:,} | {ceiling(act)} | {verdict(act, used)} |" for act, used in gas.items()
    )
    return f"""# Gas

What each act costs, against the ceiling it must stay under. `scripts/bench_gas.py --write` makes this page;
the same script without it fails when an act passes its ceiling.

| Act | What is called | Gas | Ceiling | Verdict |
|---|---|---:|---:|---|
{rows}

## Conditions

- The gas used by the receipt of one transaction, the 21,000 of every transaction included, on {chain.capitalize()}.
- solc and its settings are those of `brownie-config.yaml`.
- Every guard is on: participants with roles and KYC dates, the obligor's confirmation limit, policy limits, the
  fingerprint registry, an AccessManager before every power.
- The parties have done business before: giver and taker hold a note, hold cash, and have spent a nonce of the same
  256; the obligor already owes something; Receivables already keeps cash. A party's first act costs up to 17,100 more
  for each slot that is written for the first time.
- Standing approvals are given beforehand: the seller's operator approval and the financier's and obligor's allowance.
- Signers are keys (EOAs); an ERC-1271 account adds what its own check costs.
"""


def main() -> int:
    gas, chain = measure()
    table = Table("Act", "What is called", title=f"Gas on {chain}")
    for heading in ("Gas", "Ceiling"):
        table.add_column(heading, justify="right")
    table.add_column("Verdict")
    for act, used in gas.items():
        table.add_row(act, ACTS[act], f"{used:,}", ceiling(act), verdict(act, used))
    Console(width=120).print(table)
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "gas.md").write_text(page(gas, chain), encoding="utf-8")
    if os.environ.get("JSON") == "1":
        print(json.dumps({"gas": gas, "ceilings": CEILINGS}))
    return 1 if any(gas[act] > most for act, most in CEILINGS.items()) else 0


if __name__ == "__main__":
    sys.exit(main())
