"""Throughput, block time and finality of four geth validators on this machine, and of three of them.

    python scripts/bench_network.py           the table (make bench-network)
    JSON=1 python scripts/bench_network.py    the last line is one JSON object

TRANSACTIONS=n and ACTS=n change how many are sent, FEIQIAN_NETWORK_BLOCK_SECONDS the time between blocks. The network
is made for this and thrown away.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from eth_account import Account  # noqa: E402
from repeating import repeating  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from backend import logs  # noqa: E402
from backend.chain.finality import CLIQUE_CONFIRMATIONS  # noqa: E402
from backend.chain.node import Node  # noqa: E402
from backend.chain.signing import sign  # noqa: E402
from backend.config import UNLIMITED, Settings  # noqa: E402
from backend.network import Network  # noqa: E402
from backend.world import World  # noqa: E402

TRANSACTIONS = int(os.environ.get("TRANSACTIONS", "2000"))
ACTS = int(os.environ.get("ACTS", "400"))
KEYS = 20
CLIENTS = 8
ALONE = 10
GAS = 60_000
LOOK_SECONDS = 0.05


class Watch:
    """Sees every validator's head as it moves, and how many blocks each takes back."""

    def __init__(self, network: Network) -> None:
        self.seen: dict[int, dict[int, str]] = {one.seat.number: {} for one in network.running()}
        self.arrived: dict[int, float] = {}
        """When the first validator was seen with a block of that number."""
        self.depths: list[int] = []
        self._network = network

    def look(self) -> None:
        for one in self._network.running():
            self._look(one.seat.number, one.node)

    def _look(self, number: int, node: Node) -> None:
        known, block = self.seen[number], node.head()
        first = not known
        gone = [height for height in known if height > block.number]
        for height in gone:
            del known[height]
        taken_back = len(gone)
        while known.get(block.number) != block.hash:
            taken_back += block.number in known
            known[block.number] = block.hash
            self.arrived.setdefault(block.number, time.monotonic())
            before = node.block(block.number - 1)
            if first or before is None:
                break
            block = before
        if taken_back:
            self.depths.append(taken_back)


def measure(network: Network, world: World, label: str) -> dict[str, Any]:
    watch = Watch(network)
    with repeating(LOOK_SECONDS, watch.look):
        begun = network.head_number()
        transactions = _blast(network, world)
        acts, latencies = _acts(world, label)
        ended = network.head_number()
    node = network.validators[0].node
    stamps = [block.timestamp for block in map(node.block, range(begun, ended + 1)) if block is not None]
    gaps = [later - earlier for earlier, later in pairwise(stamps)]
    seen = watch.arrived
    waits = [seen[n + CLIQUE_CONFIRMATIONS] - seen[n] for n in seen if n + CLIQUE_CONFIRMATIONS in seen]
    return {
        "validators": len(network.running()),
        "transactionsPerSecond": round(transactions, 1),
        "actsPerSecond": round(acts, 1),
        "actSecondsMedian": round(statistics.median(latencies), 2),
        "actSecondsMax": round(max(latencies), 2),
        "blocks": len(gaps),
        "blockSecondsMean": round(statistics.mean(gaps), 2),
        "blockSecondsMax": max(gaps),
        "finalSecondsMedian": round(statistics.median(waits), 2),
        "takenBack": len(watch.depths),
        "takenBackDepthMax": max(watch.depths, default=0),
    }


def _blast(network: Network, world: World) -> float:
    """Transactions a second, signed before, from the first that a bare client sends to the last in a block."""
    contracts, node = world.system.contracts, network.validators[0].node
    call = contracts.call_data(contracts.token("CNY"), "approve", contracts.address("Settlement"), 1)
    keys = [Account.create() for _ in range(KEYS)]
    signed = [
        sign(key, nonce=nonce, gas_price=0, gas=GAS, to=call.to, data=call.data, chain_id=node.chain_id).raw
        for nonce in range(TRANSACTIONS // KEYS)
        for key in keys
    ]
    begun = time.monotonic()
    node.all("eth_sendRawTransaction", [["0x" + raw.hex()] for raw in signed])
    while any(node.transaction_count(key.address) < TRANSACTIONS // KEYS for key in keys):
        time.sleep(LOOK_SECONDS)
    return len(signed) / (time.monotonic() - begun)


def _acts(world: World, label: str) -> tuple[float, list[float]]:
    """Acts a second of several clients at once, from the first request to the last that is final in the read model; and
    the seconds that each of a few took, one after another."""
    operator = world.operator()
    bank = operator.register(f"Bank {label}", f"BANK-{label}", ["financier"])
    body = {"to": bank.account, "amountFen": "1", "currency": "CNY"}
    begun = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = list(clients.map(lambda n: operator.act("/cash/issues", body, key=f"{label}-{n}", wait=0), range(ACTS)))
    for operation in asked:
        operator.finish(operation, seconds=300)
    rate = ACTS / (time.monotonic() - begun)
    latencies = []
    for _ in range(ALONE):
        begun = time.monotonic()
        operator.issue_cash(bank, 1)
        latencies.append(time.monotonic() - begun)
    assert operator.cash(bank) == ACTS + ALONE
    return rate, latencies


ROWS = {
    "transactions a second, bare client": "transactionsPerSecond",
    "acts a second, HTTP in to final in the read model": "actsPerSecond",
    "seconds of an act alone, median": "actSecondsMedian",
    "seconds of an act alone, most": "actSecondsMax",
    "blocks": "blocks",
    "seconds a block, mean": "blockSecondsMean",
    "seconds a block, most": "blockSecondsMax",
    f"seconds until {CLIQUE_CONFIRMATIONS} blocks are on top, median": "finalSecondsMedian",
    "times that a validator took blocks back": "takenBack",
    "most blocks that it took back at once": "takenBackDepthMax",
}


def main() -> None:
    as_json = os.environ.get("JSON") == "1" or "--json" in sys.argv[1:]
    logs.configure(Settings.from_env())
    with tempfile.TemporaryDirectory(prefix="feiqian-bench-") as folder:
        home = Path(folder)
        network = Network.lay_out(Settings.from_env(None, home=home, network_port=0))
        try:
            network.up()
            given = {"home": home, "deployments": home, "rpc_url": network.url, "currencies": "CNY"}
            settings = Settings.from_env(None, **given, keystore_rounds=2, poll_seconds=0.01, **UNLIMITED)
            world = World.start(settings)
            try:
                world.operator().attest_reserve(10**9, "statement")
                figures = [measure(network, world, "all")]
                network.validator(len(network.validators)).kill()
                figures.append(measure(network, world, "one-down"))
            finally:
                world.close()
        finally:
            network.down()
    _show(figures, network.block_seconds)
    if as_json:
        print(json.dumps({"blockSeconds": network.block_seconds, "runs": figures}))


def _show(figures: list[dict[str, Any]], block_seconds: int) -> None:
    title = f"Clique, a block every {block_seconds} s, all on one machine of {os.cpu_count()} cores"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for run in figures:
        table.add_column(f"{run['validators']} of 4", justify="right")
    for label, key in ROWS.items():
        table.add_row(label, *(f"{run[key]:,}" for run in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
