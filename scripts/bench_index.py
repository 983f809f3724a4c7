"""How fast a chain becomes rows: the indexer beside a plain loop of web3's get_logs and SQLAlchemy's ORM.

    CHAIN=anvil python scripts/bench_index.py [--events 20000]

Starts a node, deploys, makes a chain with so many events (claims that are registered, confirmed and endorsed), then
lets both read it from its first block, one after the other, each into a database of its own. With DATABASE_URL the
indexer fills that database too. Its tables must be empty.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.chain.logs import LogSource
from backend.chain.node import LocalChain
from backend.chain.signing import sign
from backend.config import Settings
from backend.database import open_database, reading
from backend.migrations import migrate
from backend.projections import tables
from backend.projections.indexer import Indexer
from scripts.bench_gas_world import CNY, FACE, HOLDERS, MATURITY, World
from scripts.bench_index_plain import Found, PlainLoop, Watch

EVENTS = {"ganache": 3_000, "anvil": 40_000}
TIMES = {"ganache": 5, "anvil": 20}
"""How many times the plain loop's pace is asked of the indexer."""
PAYEES = 3
EVENTS_A_CLAIM = 2 + 5 + 4 * PAYEES
IN_A_BLOCK = 60
"""Transactions, where the node lets us say when a block ends."""


class Claims:
    """Claims by the thousand, signed beforehand and sent in batches: all by one supplier, so that their order is
    known."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sender = world.accounts["supplier"]
        self._nonce = world.node.transaction_count(self._sender)
        self._price = int(world.node.rpc("eth_gasPrice"), 16) * 2
        self._payees = itertools.cycle(world.accounts[holder] for holder in HOLDERS)
        self._receivable, self._note = world.last_receivable(), world.last_note()

    def make(self, count: int) -> None:
        raw = [transaction for _ in range(count) for transaction in self._claim()]
        node, anvil = self._world.node, "anvil" in str(self._world.node.rpc("web3_clientVersion")).lower()
        if anvil:
            node.rpc("evm_setAutomine", False)
        hashes: list[Any] = []
        for first in range(0, len(raw), IN_A_BLOCK):
            batch = raw[first : first + IN_A_BLOCK]
            hashes += node.batch([("eth_sendRawTransaction", [one]) for one in batch])
            if anvil:
                node.rpc("evm_mine")
        if anvil:
            node.rpc("evm_setAutomine", True)
        last = node.rpc("eth_getTransactionReceipt", hashes[-1])
        assert last is not None and last["status"] == "0x1", (
            f"the chain did not take the last act: {last or hashes[-1]}"
        )

    def _claim(self) -> list[str]:
        """A claim that is registered, confirmed and endorsed to some payees."""
        self._receivable += 1
        number, root = self._receivable, self._note + 1
        self._note += 1 + PAYEES
        world, document = self._world, self._world.document(self._receivable)
        fingerprint = keccak(text=f"fingerprint {number}")
        terms = world.accounts["obligor"], CNY, FACE, MATURITY, document, fingerprint
        shares = [(next(self._payees), FACE // 10, False) for _ in range(PAYEES)]
        return [
            self._signed(400_000, "register", *terms),
            self._signed(700_000, "confirm", *world.confirmation(number)),
            self._signed(200_000 + 320_000 * PAYEES, "endorseMany", root, shares),
        ]

    def _signed(self, gas: int, function: str, *args: Any) -> str:
        call = self._world.contracts.call_data("Receivables", function, *args)
        signed = sign(
            self._world.keys.account(self._sender),
            nonce=self._nonce,
            gas_price=self._price,
            gas=gas,
            to=call.to,
            data=call.data,
            chain_id=self._world.node.chain_id,
        )
        self._nonce += 1
        return "0x" + signed.raw.hex()


def rows_in(database: Engine) -> int:
    with reading(database) as db:
        return sum(
            int(db.execute(select(func.count()).select_from(table)).scalar_one())
            for table in [*tables.READ_MODEL, tables.feed]
        )


def events_in(database: Engine) -> int:
    with reading(database) as db:
        return int(db.execute(select(func.count()).select_from(tables.events)).scalar_one())


def indexed(source: LogSource, url: str, profile: bool) -> Found:
    """The indexer from the first block to the head."""
    database = open_database(url)
    migrate(database)
    profiler = cProfile.Profile(time.thread_time)
    if profile:
        profiler.enable()
    watch = Watch()
    Indexer(database, source).catch_up()
    seconds, cpu = watch.read()
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(35)
    found = events_in(database), rows_in(database), seconds, cpu
    database.dispose()
    return found


def main() -> int:
    chain = os.environ.get("CHAIN", "ganache")
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=EVENTS[chain])
    options.add_argument("--profile", action="store_true", help="show where the indexer's time goes")
    wanted = options.parse_args()
    console = Console(width=max(100, Console().width))
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_env(
            {}, home=Path(home), chain=chain, rpc_port=0, rpc_timeout=120, keystore_rounds=2, currencies="CNY"
        )
        node_process = LocalChain(settings)
        node = node_process.start()
        try:
            world = World(node, settings)
            console.print(f"{chain}: deployed, {len(HOLDERS)} parties at work; making {wanted.events:,} events …")
            began = time.perf_counter()
            Claims(world).make(-(-wanted.events // EVENTS_A_CLAIM))
            console.print(f"a chain of {node.head().number:,} blocks, made in {time.perf_counter() - began:.1f} s")
            source = LogSource(world.contracts)
            plain = PlainLoop(world.contracts, f"sqlite:///{home}/plain.db").run()
            ours = {"indexer, SQLite": indexed(source, f"sqlite:///{home}/ours.db", wanted.profile)}
            if "DATABASE_URL" in os.environ:
                ours["indexer, PostgreSQL"] = indexed(source, os.environ["DATABASE_URL"], wanted.profile)
        finally:
            node_process.stop()
    return show(console, chain, {"get_logs and ORM": plain, **ours})


def show(console: Console, chain: str, found: dict[str, Found]) -> int:
    table = Table(title=f"An existing chain on {chain}, all rows committed")
    for name in ("", "events", "rows", "seconds", "CPU s", "events/s", "rows/s", "ratio"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    pace = {name: events / seconds for name, (events, _, seconds, _) in found.items()}
    plain = pace["get_logs and ORM"]
    for name, (events, rows, seconds, cpu) in found.items():
        numbers = (
            f"{events:,}",
            f"{rows:,}",
            f"{seconds:.2f}",
            f"{cpu:.2f}",
            f"{pace[name]:,.0f}",
            f"{rows / seconds:,.0f}",
        )
        table.add_row(name, *numbers, f"{pace[name] / plain:.1f}")
    console.print(table)
    reached = pace["indexer, SQLite"] / plain
    console.print(f"asked: {TIMES[chain]} times the plain loop; reached: {reached:.1f}")
    return 0 if reached >= TIMES[chain] else 1


if __name__ == "__main__":
    sys.exit(main())
