"""The contracts on a real local chain, driven by bare JSON-RPC: a call to learn the refusal, a block for what succeeds."""

from __future__ import annotations

import http.client
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.chain.contracts import decode_revert
from backend.chain.deploy import deploy
from backend.chain.keystore import Keystore
from backend.chain.node import LocalChain
from backend.config import Settings
from backend.invoices.currencies import currency

from .encoding import call_data
from .rules.limits import Limits
from .rules.refusals import Refusal

GAS = hex(15_000_000)
FIRST_LIMITS = Limits(10**12, 2, 60, 5, 4, 14, 1, 2, 2, 30, 50, 96, 24)
CURRENCIES = ("CNY", "EUR")


@dataclass(frozen=True)
class Call:
    """A transaction as the interface names it."""

    sender: str
    contract: str
    function: str
    args: tuple[Any, ...]


class Chain:
    def __init__(self, home: Path) -> None:
        limits = FIRST_LIMITS.__dict__
        self.settings = Settings(
            chain="anvil",
            rpc_port=0,
            home=home,
            keystore_rounds=2,
            keystore_passphrase="test",
            admin_delay_seconds=0,
            currencies=",".join(CURRENCIES),
            **limits,
        )
        self.local = LocalChain(self.settings)
        self.node = self.local.start()
        deployment = deploy(self.node, Keystore(self.settings), self.settings)
        self.offices = deployment.roles
        self.codes = {currency(code).numeric: code for code in CURRENCIES}
        self.addresses = dict(deployment.contracts)
        for number, code in self.codes.items():
            self.addresses[f"SettlementToken:{number}"] = deployment.tokens[code]
        self._http = http.client.HTTPConnection("127.0.0.1", self.local.port, timeout=60)
        self._ids = itertools.count()
        self.batch([("evm_setAutomine", [False]), ("anvil_autoImpersonateAccount", [True])])
        self.now = self.node.head().timestamp

    def stop(self) -> None:
        self._http.close()
        self.local.stop()

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
        """The answers, in order."""
        if not calls:
            return []
        body = [{"jsonrpc": "2.0", "id": next(self._ids), "method": m, "params": p} for m, p in calls]
        self._http.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
        answers = {answer["id"]: answer for answer in json.loads(self._http.getresponse().read())}
        return [answers[question["id"]] for question in body]

    def rpc(self, method: str, *params: Any) -> Any:
        (answer,) = self.batch([(method, list(params))])
        assert "error" not in answer, answer
        return answer["result"]

    def fund(self, account: str) -> None:
        self.rpc("anvil_setBalance", account, hex(10**24))

    def data(self, contract: str, function: str, *args: Any) -> dict[str, str]:
        return {"to": self.addresses[contract], "data": call_data(contract, function, args)}

    def do(self, call: Call, now: int) -> Refusal | None:
        """Carries the call out in a block of the second `now`; or says what refuses it, and nothing happens."""
        question = {"from": call.sender, "gas": GAS, **self.data(call.contract, call.function, *call.args)}
        (answer,) = self.batch([("eth_call", [question, "latest", {}, {"time": hex(now)}])])
        if "error" in answer:
            data = answer["error"].get("data")
            assert data, answer
            name, values = decode_revert(data)
            return Refusal(name, tuple(values.values()))
        sent = self.rpc("eth_sendTransaction", question)
        self.rpc("evm_mine", hex(now))
        self.now = now
        receipt = self.rpc("eth_getTransactionReceipt", sent)
        assert int(receipt["status"], 16) == 1, (call, receipt)
        return None

    def snapshot(self) -> tuple[str, int]:
        return self.rpc("evm_snapshot"), self.now

    def revert(self, snapshot: tuple[str, int]) -> None:
        assert self.rpc("evm_revert", snapshot[0])
        self.now = snapshot[1]
