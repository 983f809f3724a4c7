"""An outbox and a sender over a chain on paper."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from backend.chain.contracts import Call
from backend.chain.keystore import Keystore
from backend.chain.outbox import Intent, Outbox, ended_in, reopen
from backend.chain.sender import Sender
from backend.config import Settings
from backend.database import open_database
from backend.migrations import migrate
from tests.backend.unit.chain.paper_chain import ADDRESS, PaperChain, paper_contracts

PERIOD = 30.0


class Bench:
    """An outbox and a sender over a database of their own and a chain on paper, driven step by step."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.settings = Settings.from_env({}, home=home, keystore_rounds=2, receipt_seconds=PERIOD)
        self.chain = PaperChain()
        self.contracts = paper_contracts(self.chain)
        self.database = open_database(database_url)
        migrate(self.database)
        self.keystore = Keystore(self.settings)
        self.outbox = Outbox(self.database, self.contracts, self.keystore)
        self.clock = 0.0
        self.signer = self.keystore.create()
        self.sender = Sender(self.database, self.contracts, self.keystore, self.settings)

    def restart(self) -> None:
        """A new process: it knows what is in the database, and nothing else. (The leases of one that died are free.)"""
        self.sender.leases.release()
        self.sender = Sender(self.database, self.contracts, self.keystore, self.settings)

    def deploy_anew(self) -> None:
        """A new process, which knows other contracts."""
        other = dataclasses.replace(self.contracts.deployment, tokens={"CNY": "0x" + 40 * "7"})
        self.contracts = type(self.contracts)(self.chain, other)  # type: ignore[arg-type]
        self.restart()

    def step(self, seconds: float = 0.0) -> bool:
        self.clock += seconds
        moved = False
        while self.sender.step(self.sender.lanes(), self.clock):
            moved = True
        return moved

    def wait(self, periods: int) -> None:
        for _ in range(periods):
            self.step(PERIOD)

    def put(self, number: int, signer: str | None = None, **intent: Any) -> str:
        """An intent whose call is told from others by its number."""
        call = self.call(number)
        return str(self.outbox.send(Intent("act", "me", number, **intent), signer or self.signer, call)["id"])

    def call(self, number: int) -> Call:
        return Call("SettlementToken:CNY", "mint", ADDRESS, f"0x{number:08x}")

    def __getitem__(self, operation_id: str) -> dict[str, Any]:
        return self.outbox.operation(operation_id)

    def states(self, operation_id: str) -> list[str]:
        return [entry["state"] for entry in self[operation_id]["history"]]

    def sent(self) -> list[str]:
        """The data of what was mined, in order."""
        by_place = sorted(self.chain.mined.values(), key=lambda tx: (tx["block"].number, tx["nonce"]))
        return [tx["data"] for tx in by_place]


def gone(bench: Bench, ancestor: int) -> int:
    """What the indexer does about operations when blocks above `ancestor` are gone."""
    with bench.database.begin() as db:
        ended = ended_in(db, ancestor + 1, None, bench.contracts.names)
        reopen(db, ended, bench.chain.now())
    return len(ended)
