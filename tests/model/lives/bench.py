"""The contracts that count, in harnesses (../harness) that play many lives in one eth_call; nothing is ever sent."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from typing import Any

from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector

from backend.chain.compile import artifacts, compiled, contract_sources
from backend.chain.deploy import made_by
from backend.chain.node import Node, free_port
from backend.config import ROOT, TOOLCHAIN

HARNESS = ROOT / "tests" / "model" / "harness"
GAS = 10**15
PLACES = {
    "Loans": ("_loans", 6, {"startedAt": (0, 20), "status": (0, 27), "maturityAt": (1, 20)}),
    "Enforcement": ("_sales", 5, {"endsAt": (0, 20)}),
}
"""What Elapsing.sol takes for granted of the storage: variable, slot, and word and byte of its members."""


class Bench:
    """An Anvil with the harnesses on it."""

    def __init__(self) -> None:
        _check_places()
        port = free_port()
        command = [TOOLCHAIN / "anvil", "--port", str(port), "--hardfork", "paris", "--silent", "--accounts", "1"]
        command += [
            "--gas-limit",
            str(GAS),
            "--disable-code-size-limit",
            "--no-request-size-limit",
            "--memory-limit",
            str(2**32),
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT)
        self._node = Node(f"http://127.0.0.1:{port}", 600)
        self._nonce = 0
        try:
            self._await_start()
            (self._deployer,) = self._node.rpc("eth_accounts")
            self._deploy_all()
        except BaseException:
            self.close()
            raise

    def play(self, kind: str, words: Sequence[int]) -> list[int]:
        """What the harness says to the words of many lives."""
        address, selector = self._plays[kind]
        data = selector + (32).to_bytes(32, "big") + len(words).to_bytes(32, "big")
        data += b"".join(word.to_bytes(32, "big") for word in words)
        answer = self._node.rpc("eth_call", {"to": address, "data": "0x" + data.hex(), "gas": hex(GAS)}, "latest")
        said = bytes.fromhex(answer[2:])
        return [int.from_bytes(said[at : at + 32], "big") for at in range(64, len(said), 32)]

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    # ---- inside

    def _deploy_all(self) -> None:
        harness = {
            path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in HARNESS.glob("*.sol")
        }
        made = compiled(contract_sources() | harness, list(harness))
        real = artifacts()
        loans = self._deploy(made["LoanLives"].bytecode)
        enforcement = self._next(1)
        lending = self._deploy(
            made["ElapsingLoans"].bytecode,
            *[("address", at) for at in (loans, loans, loans, enforcement, loans, loans)],
        )
        self._deploy(
            made["ElapsingEnforcement"].bytecode, *[("address", at) for at in (loans, loans, lending, loans, loans)]
        )
        self._send(loans, _call("connect(address,address)", lending, enforcement))
        claims = self._deploy(made["ClaimLives"].bytecode)
        adjustments = self._next(1)
        repayments = self._deploy(
            real["Repayments"].bytecode, *[("address", at) for at in (claims, adjustments, claims, claims, claims)]
        )
        self._deploy(
            real["Adjustments"].bytecode,
            *[("address", at) for at in (claims, claims, repayments, claims, claims, claims)],
        )
        self._send(claims, _call("connect(address,address)", repayments, adjustments))
        divisions = self._deploy(made["Divisions"].bytecode)
        self._plays = {
            "loans": (loans, function_signature_to_4byte_selector("play(uint256[])")),
            "claims": (claims, function_signature_to_4byte_selector("play(uint256[])")),
            "divisions": (divisions, function_signature_to_4byte_selector("divide(uint256[])")),
            "prices": (divisions, function_signature_to_4byte_selector("levy(uint256[])")),
        }

    def _next(self, ahead: int) -> str:
        """Where the contract will stand that is made after `ahead` others from now."""
        return made_by(self._deployer, self._nonce + ahead)

    def _deploy(self, bytecode: str, *arguments: tuple[str, Any]) -> str:
        packed = encode([kind for kind, _ in arguments], [value for _, value in arguments])
        return str(self._send(None, bytecode + packed.hex())["contractAddress"])

    def _send(self, to: str | None, data: str) -> dict[str, Any]:
        transaction = {"from": self._deployer, "data": data, "gas": hex(10**8)} | ({"to": to} if to else {})
        sent = self._node.rpc("eth_sendTransaction", transaction)
        while (receipt := self._node.rpc("eth_getTransactionReceipt", sent)) is None:
            time.sleep(0.01)
        assert int(receipt["status"], 16) == 1, receipt
        self._nonce += 1
        return dict(receipt)

    def _await_start(self) -> None:
        deadline = time.monotonic() + 60
        while not self._node.is_up():
            assert self._process.poll() is None and time.monotonic() < deadline, "Anvil did not start"
            time.sleep(0.05)


def _call(signature: str, *addresses: str) -> str:
    packed = encode(["address"] * len(addresses), addresses)
    return "0x" + (function_signature_to_4byte_selector(signature) + packed).hex()


def _check_places() -> None:
    for contract, (variable, slot, members) in PLACES.items():
        layout = artifacts()[contract].layout
        (found,) = (one for one in layout["storage"] if one["label"] == variable)
        assert int(found["slot"]) == slot, (contract, found)
        struct = layout["types"][layout["types"][found["type"]]["value"]]
        places = {one["label"]: (int(one["slot"]), one["offset"]) for one in struct["members"]}
        assert {name: places[name] for name in members} == members, (contract, places)
