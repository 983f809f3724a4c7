"""How near the node's own speed the whole way is: HTTP in, final in the read model.

    CHAIN=anvil python scripts/bench.py [--acts 400] [--bulk 2000] [--json]

The act is an endorsement of a part of a note; LANES suppliers do it side by side. In one run, on one chain:

* the ceiling: the same transactions, signed beforehand, given to the node by a bare client a hundred at a time;
* single acts: one request each over kept-alive connections to `feiqian web`, with `feiqian sender` and
  `feiqian indexer` as processes of their own, until the last is final and in the read model;
* bulk acts: a hundred a request;
* beside it a plain web3.py loop (build, sign, send, wait) and brownie;
* ceiling and bulk of an act that writes little, too: a payee accepts what was endorsed to it. How much bulk gains is
  how much of a transaction is not the act itself: most of an acceptance, little of an endorsement.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from repeating import repeating

from backend import logs
from backend.chain.node import LocalChain, free_port
from backend.chain.outbox import OPEN, operations
from backend.chain.signing import sign
from backend.config import ROOT, UNLIMITED, Settings
from backend.database import reading
from backend.invoices.minimal import make_invoice
from backend.processes import beside
from backend.projections import tables
from backend.sdk import Party
from backend.world import World

LANES = 8
FACE = 100_000_000_00
BULK = 100
NOTES = 400
"""Endorsements of one claim's root note; a claim may have 500 notes."""
ACTS = {"ganache": (480, 1_600), "anvil": (2_400, 12_000)}
BARS = {"ganache": (0.85, "≥ 3 × the ceiling of single acts"), "anvil": (0.25, "≥ 1,000 acts/s")}
LIGHT = {"ganache": (240, 800), "anvil": (2_400, 8_000)}
"""Acceptances: so many at the ceiling, so many in bulk."""
GAS = 200_000


class Stand:
    """A chain, a deployment, and LANES suppliers with notes enough for `acts` endorsements each."""

    def __init__(self, home: Path, chain: str, acts: int) -> None:
        self.settings = Settings.from_env(
            {},
            home=home,
            deployments=home,
            chain=chain,
            rpc_port=free_port(),
            port=free_port(),
            rpc_timeout=120,
            keystore_rounds=2,
            operator_api_key="the-operator",
            currencies="CNY",
            gather_seconds=0.1,
            **UNLIMITED,
        )
        logs.configure(self.settings)
        self.chain = LocalChain(self.settings)
        self.chain.start()
        self.settings = self.settings.model_copy(update={"rpc_url": self.chain.url})
        self.world = World.start(self.settings)
        self.node, self.contracts = self.world.system.node, self.world.system.contracts
        operator = self.world.operator()
        owner = operator.register("Works", "OBLIGOR-1", ["obligor"], limits={"CNY": 1_000 * FACE})
        self.payee = operator.register("Payee", "PAYEE-1", ["supplier"])
        self.suppliers = [operator.register(f"Lane {lane}", f"LANE-{lane}", ["supplier"]) for lane in range(LANES)]
        self._stock = [
            [self._note(operator.now(), owner, lane, number) for number in range(-(-acts // NOTES) + 3)]
            for lane in range(LANES)
        ]
        self._left = [NOTES] * LANES
        self.world.system.engine.stop()

    def _note(self, now: int, owner: Party, lane: int, number: int) -> int:
        day = time.strftime("%Y-%m-%d", time.gmtime(now))
        due = time.strftime("%Y-%m-%d", time.gmtime(now + 90 * 86_400))
        invoice = make_invoice(amount=FACE, issued=day, due=due, number=f"{lane}-{number}", currency="CNY",
                               seller=f"LANE-{lane}", buyer="OBLIGOR-1")  # fmt: skip
        claim = int(self.suppliers[lane].hand_over(invoice)["result"]["receivableId"])
        return int(owner.confirm(claim, FACE)["result"]["noteId"])

    def note(self, lane: int, endorsements: int = 1) -> int:
        """A note of that lane's supplier that can still be endorsed so often."""
        if self._left[lane] < endorsements:
            self._stock[lane].pop()
            self._left[lane] = NOTES
        self._left[lane] -= endorsements
        return self._stock[lane][-1]

    @property
    def price(self) -> int:
        """What full blocks do not outbid at once."""
        return 10 * self.node.gas_price(self.node.head())

    def close(self) -> None:
        self.world.close()
        self.chain.stop()

    def signed(self, lane: int, count: int) -> list[str]:
        """Endorsements of one fen each, signed, from the supplier's next nonce on."""
        calls = [("endorse", self.note(lane), self.payee.account, 1, True) for _ in range(count)]
        return self._signed(self.suppliers[lane], calls)

    def signed_acceptances(self, notes: list[int]) -> list[str]:
        return self._signed(self.payee, [("accept", note) for note in notes])

    def _signed(self, party: Party, calls: list[tuple[Any, ...]]) -> list[str]:
        key, first = self.world.system.keystore.account(party.account), self.node.transaction_count(party.account)
        raws, price = [], self.price
        for nonce, (function, *given) in enumerate(calls, first):
            call = self.contracts.call_data("Receivables", function, *given)
            signed = sign(key, nonce=nonce, gas_price=price, gas=GAS, to=call.to, data=call.data,
                          chain_id=self.node.chain_id)  # fmt: skip
            raws.append("0x" + signed.raw.hex())
        return raws


def ceiling(stand: Stand, acts: int) -> float:
    """Acts a second of the bare node."""
    each = acts // LANES
    lanes = [stand.signed(lane, each) for lane in range(LANES)]
    return blasted(stand, [raw for turn in zip(*lanes, strict=True) for raw in turn])


def blasted(stand: Stand, raws: list[str]) -> float:
    """Transactions a second that the bare node takes into blocks."""
    began = time.perf_counter()
    hashes: list[str] = []
    for first in range(0, len(raws), 100):
        hashes += stand.node.all("eth_sendRawTransaction", [[raw] for raw in raws[first : first + 100]])
    waiting = hashes[-LANES:]
    with _awake(stand):
        while any(found is None for found in stand.node.all("eth_getTransactionReceipt", [[one] for one in waiting])):
            time.sleep(0.002)
    return len(raws) / (time.perf_counter() - began)


def _awake(stand: Stand) -> contextlib.AbstractContextManager[None]:
    """Anvil's miner forgets what waits, under load; the backend wakes it by itself."""
    return repeating(0.1, stand.node.wake_miner)


def rival(stand: Stand, kind: str, acts: int) -> float | None:
    """Acts a second of a plain loop, in a process of its own; None where it gave up (brownie takes a transaction for
    dropped that its node shows a moment later)."""
    account = stand.suppliers[0].account
    given = {
        "kind": kind, "url": stand.chain.url, "acts": acts, "address": stand.contracts.address("Receivables"),
        "key": bytes(stand.world.system.keystore.account(account).key).hex(), "note": stand.note(0, acts),
        "payee": stand.payee.account, "gas_price": stand.price, "chain_id": stand.node.chain_id,
    }  # fmt: skip
    with _awake(stand):
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("bench_rivals.py"))],
            input=json.dumps(given), capture_output=True, text=True, cwd=ROOT, timeout=300,
        )  # fmt: skip
    if done.returncode:
        print(f"{kind} gave up: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return float(done.stdout.strip().splitlines()[-1])


# ---- the whole way


@contextlib.contextmanager
def backend(stand: Stand) -> Iterator[None]:
    """`feiqian web`, `sender` and `indexer` over the stand's chain and database."""
    with beside(stand.settings, "web", "sender", "indexer") as parts:
        deadline = time.monotonic() + 60
        while not _is_ready(stand):
            if time.monotonic() > deadline or any(part.poll() is not None for part in parts):
                raise RuntimeError("the backend did not start")
            time.sleep(0.1)
        yield


def _is_ready(stand: Stand) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", stand.settings.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def whole_way(
    stand: Stand, requests: list[list[tuple[str, bytes]]], acts: int, parties: list[Party] | None = None
) -> tuple[float, float]:
    """Acts a second from the first request until the last act is final and in the read model; and the 95th percentile
    of the read model's lag behind the chain, seconds. `requests` by lane: path and body of each, from the `parties`
    (the suppliers) side by side."""
    failures: list[str] = []
    callers = parties or stand.suppliers

    def drive(lane: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", stand.settings.port, timeout=120)
        for number, (path, body) in enumerate(requests[lane]):
            headers = {"Authorization": f"Bearer {callers[lane].token}", "Content-Type": "application/json",
                       "Idempotency-Key": f"{id(requests)}-{lane}-{number}"}  # fmt: skip
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in (200, 202):
                failures.append(f"{answer.status} {said[:200]!r}")

    threads = [threading.Thread(target=drive, args=(lane,)) for lane in range(len(callers))]
    with _lag(stand) as lag:
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        while not _is_done(stand):
            time.sleep(0.01)
        took = time.perf_counter() - began
    if failures:
        raise RuntimeError(f"{len(failures)} requests failed: {failures[0]}")
    with reading(stand.world.system.database) as db:
        if db.execute(select(func.count()).where(operations.c.state == "failed")).scalar_one():
            raise RuntimeError("an act failed")
    return acts / took, lag()


def _is_done(stand: Stand) -> bool:
    with reading(stand.world.system.database) as db:
        if db.execute(select(operations.c.id).where(operations.c.state.in_(OPEN)).limit(1)).first():
            return False
        last = db.execute(select(func.max(operations.c.block_number))).scalar()
        return bool(db.execute(select(tables.cursor.c.block_number)).scalar() >= last)


@contextlib.contextmanager
def _lag(stand: Stand) -> Iterator[Callable[[], float]]:
    """Watches how long each block takes into the read model. Seldom: Ganache pays for each question."""
    lags: list[float] = [0.0]
    seen: list[tuple[int, float]] = []

    def watch() -> None:
        head = stand.node.head().number
        with reading(stand.world.system.database) as db:
            read = db.execute(select(tables.cursor.c.block_number)).scalar()
        now = time.monotonic()
        if not seen or head > seen[-1][0]:
            seen.append((head, now))
        while seen and seen[0][0] <= read:
            lags.append(now - seen.pop(0)[1])

    with repeating(0.1, watch):
        yield lambda: sorted(lags)[int(len(lags) * 0.95)]


def singles(stand: Stand, acts: int) -> list[list[tuple[str, bytes]]]:
    body = json.dumps({"to": stand.payee.account, "valueFen": "1", "withRecourse": True}).encode()
    return [
        [(f"/api/v1/notes/{stand.note(lane)}/endorsements", body) for _ in range(acts // LANES)]
        for lane in range(LANES)
    ]


def bulks(stand: Stand, acts: int) -> list[list[tuple[str, bytes]]]:
    def body(lane: int) -> bytes:
        item = {"to": stand.payee.account, "valueFen": "1", "withRecourse": True, "noteId": stand.note(lane, BULK)}
        return json.dumps({"items": [item] * BULK}).encode()

    return [[("/api/v1/bulk/endorsements", body(lane)) for _ in range(acts // LANES // BULK)] for lane in range(LANES)]


def acceptances(notes: list[int]) -> list[list[tuple[str, bytes]]]:
    bodies = [
        json.dumps({"items": [{"noteId": note} for note in notes[first : first + BULK]]}).encode()
        for first in range(0, len(notes), BULK)
    ]
    return [[("/api/v1/bulk/acceptances", body) for body in bodies]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Acts a second, over the node's own ceiling, in one run.")
    chain = os.environ.get("CHAIN", "ganache")
    parser.add_argument("--acts", type=int, default=ACTS[chain][0])
    parser.add_argument("--bulk", type=int, default=ACTS[chain][1])
    parser.add_argument("--light", type=int, default=LIGHT[chain][0], help="acceptances at the ceiling")
    parser.add_argument("--light-bulk", type=int, default=LIGHT[chain][1], help="acceptances in bulk")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="feiqian-bench-") as folder:
        single, bulk = wanted.acts // LANES * LANES, max(1, wanted.bulk // LANES // BULK) * LANES * BULK
        step = LANES * BULK
        light = wanted.light, -(-(wanted.light + wanted.light_bulk) // step) * step - wanted.light
        stand = Stand(Path(folder), chain, (3 * single + bulk + sum(light)) // LANES + single // 10)
        try:
            found = measured(stand, single, bulk) | measured_light(stand, *light)
        finally:
            stand.close()
    if wanted.json:
        print(json.dumps({"chain": chain, **found}))
    else:
        show(chain, found)


def measured(stand: Stand, acts: int, bulk: int) -> dict[str, Any]:
    before = ceiling(stand, acts)
    with backend(stand):
        single, lag = whole_way(stand, singles(stand, acts), acts)
        many, lag_of_many = whole_way(stand, bulks(stand, bulk), bulk)
    top = (before + ceiling(stand, acts)) / 2  # the machine is shared: before and after
    plain = max(20, acts // 20)
    return {
        "acts": acts, "bulkActs": bulk, "ceiling": top, "single": single, "bulk": many, "lagP95": lag,
        "bulkLagP95": lag_of_many, "web3": rival(stand, "web3", plain), "brownie": rival(stand, "brownie", plain),
    }  # fmt: skip


def measured_light(stand: Stand, acts: int, bulk: int) -> dict[str, Any]:
    """The same of acceptances, by one payee."""
    with backend(stand):
        wish = f"/api/v1/participants/{stand.payee.account}/acceptance-wishes"
        whole_way(stand, [[(wish, b'{"wanted": true}')]], 1, [stand.payee])
        whole_way(stand, bulks(stand, acts + bulk), acts + bulk)
        waiting = [int(note["id"]) for note in stand.payee.notes() if note["acceptBy"]]
        many, lag = whole_way(stand, acceptances(waiting[:bulk]), bulk, [stand.payee])
    top = blasted(stand, stand.signed_acceptances(waiting[bulk:]))
    return {
        "lightActs": acts, "lightBulkActs": bulk, "lightCeiling": top, "lightBulk": many, "lightBulkLagP95": lag,
    }  # fmt: skip


def show(chain: str, found: dict[str, Any]) -> None:
    table = Table(title=f"{chain}: HTTP in, final in the read model")
    for heading in ("Way", "Acts", "Acts/s", "Over its ceiling", "Bar", "Lag p95"):
        table.add_column(heading, justify="left" if heading in ("Way", "Bar") else "right")

    def row(name: str, acts: Any, pace: float | None, top: float, bar: str = "", lag: float | None = None) -> None:
        if pace is None:
            table.add_row(name, "", "gave up")
            return
        table.add_row(name, f"{acts:,}" if acts else "", f"{pace:,.1f}", f"{pace / top:.2f}", bar,
                      "" if lag is None else f"{lag:.2f} s")  # fmt: skip

    single, bulk = BARS[chain]
    top, light = found["ceiling"], found["lightCeiling"]
    row("endorsements: bare client, signed beforehand", found["acts"], top, top)
    row("one a request", found["acts"], found["single"], top, f"≥ {single}", found["lagP95"])
    row(f"{BULK} a request", found["bulkActs"], found["bulk"], top, bulk, found["bulkLagP95"])
    row("web3.py, one by one", None, found["web3"], top)
    row("brownie, one by one", None, found["brownie"], top)
    table.add_section()
    row("acceptances: bare client, signed beforehand", found["lightActs"], light, light)
    row(f"{BULK} a request", found["lightBulkActs"], found["lightBulk"], light, bulk, found["lightBulkLagP95"])
    Console().print(table)


if __name__ == "__main__":
    main()
