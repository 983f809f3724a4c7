"""What the torture tests stand on: a chain in this process, backends beside it that may die, one database.

Every test draws its dice from a seed that it prints; SEED repeats it, ROUNDS makes it longer.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import Engine, func, select

from backend.chain.contracts import Contracts
from backend.chain.node import LocalChain, Node, free_port
from backend.chain.outbox import OPEN, operations
from backend.config import UNLIMITED, Settings
from backend.database import open_database, reading
from backend.projections import tables
from backend.sdk import Feiqian, Party
from backend.testing_databases import open_databases
from backend.world import World

OPERATOR_KEY = "the-operator"
RESERVE = 10**12
FUNDS = 10**9
SETTLED_SECONDS = 0.05
"""Anvil has made the blocks of what it was sent before."""

# Backends are forked from a process that has imported everything: they start in a tenth of the time, and die alone.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["backend.cli", "backend.world", "backend.web.app", "backend.reconcile"])

_http = httpx.Client(timeout=5, trust_env=False)


def rounds(short: int) -> int:
    """How often: ROUNDS, or `short` where it is not set."""
    return int(os.environ.get("ROUNDS", short))


def new_dice() -> random.Random:
    """Dice of a seed that is printed."""
    seed = int(os.environ.get("SEED", secrets.randbits(32)))
    print(f"seed {seed}")
    return random.Random(seed)


class Backend:
    """A backend in a process of its own: `feiqian up` on a chain that it joins."""

    def __init__(self, settings: dict[str, object], log: Path, crash_at: str = "") -> None:
        env = {f"FEIQIAN_{name.upper()}": str(value) for name, value in settings.items()}
        self.url = f"http://127.0.0.1:{settings['port']}"
        self.process = _forks.Process(target=_up, args=(env | {"FEIQIAN_CRASH_AT": crash_at}, log), daemon=True)
        self.process.start()

    def is_well(self) -> bool:
        answer = self._health()
        return answer is not None and answer.is_success

    def answers(self) -> bool:
        """Whether it is there, well or not."""
        return self._health() is not None

    def _health(self) -> httpx.Response | None:
        try:
            return _http.get(f"{self.url}/api/v1/health")
        except httpx.HTTPError:
            return None

    def await_health(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_well():
            assert self.process.exitcode is None, "the backend did not start"
            assert time.monotonic() < deadline, "the backend does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def was_killed_within(self, seconds: float) -> bool:
        """Whether it died by SIGKILL in that time."""
        self.process.join(seconds)
        return self.process.exitcode == -9


def _up(env: dict[str, str], log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for name in [name for name in os.environ if name.startswith("FEIQIAN_")]:
        del os.environ[name]
    os.environ.update(env)
    from backend import crashpoints
    from backend.cli import main

    importlib.reload(crashpoints)  # it was imported before the environment was this one
    main(["up"])


@dataclass
class Stage:
    """A deployed network with a bank that holds cash, and whatever backends work on it now."""

    given: dict[str, object]
    chain: LocalChain
    node: Node
    """The test's own way to the chain, past any proxy."""
    database: Engine
    contracts: Contracts
    bank: tuple[str, str, str | None]
    log: Path
    backends: list[Backend] = field(default_factory=list)
    drawn: int = 0
    """How many acts were drawn; each has a number of its own."""

    @classmethod
    def start(cls, home: Path, chain: str | None = None, **more: object) -> Stage:
        """A chain, a deployment and the bank; no backend runs yet. `more` are settings."""
        given: dict[str, object] = {
            "home": home, "deployments": home, "chain": chain or os.environ.get("CHAIN", "ganache"), "rpc_port": 0,
            "port": free_port(), "keystore_rounds": 2, "currencies": "CNY", "operator_api_key": OPERATOR_KEY,
            "receipt_seconds": 1, "poll_seconds": 0.01, "rpc_timeout": 2, **UNLIMITED, **more,
        }  # fmt: skip
        local = LocalChain(Settings.from_env({}, **given))
        node = local.start()
        try:
            given["rpc_url"] = local.url
            world = World.start(Settings.from_env({}, **{**given, "rpc_timeout": 20}))
            try:
                operator = world.operator()
                operator.attest_reserve(RESERVE, "opening statement")
                bank = operator.register("Lake Bank", "LAKE-1", ["financier"])
                operator.issue_cash(bank, FUNDS)
                contracts = Contracts(node, world.system.contracts.deployment)
            finally:
                world.close()
        except BaseException:
            local.stop()
            raise
        database = open_database(Settings.from_env({}, **given).database)
        parts = (bank.name, bank.account, bank.token)
        return cls(given, local, node, database, contracts, parts, home / "backend.log")

    @property
    def settings(self) -> Settings:
        """For a look from this process, past any proxy."""
        return Settings.from_env({}, **{**self.given, "rpc_url": self.chain.url, "rpc_timeout": 20})

    def run(self, crash_at: str = "", **more: object) -> Backend:
        """One more backend; `more` are settings of its own. It may not have started yet."""
        backend = Backend({**self.given, **more}, self.log, crash_at)
        self.backends.append(backend)
        return backend

    def run_well(self, **more: object) -> Backend:
        """One more backend, which answers."""
        backend = self.run(**more)
        backend.await_health()
        return backend

    def kill_all(self) -> None:
        for backend in self.backends:
            backend.kill()
        self.backends.clear()

    def close(self) -> None:
        self.kill_all()
        self.database.dispose()
        self.chain.stop()

    def operator(self, port: object = None, wait: int = 30) -> Feiqian:
        return Feiqian(f"http://127.0.0.1:{port or self.given['port']}", OPERATOR_KEY, wait=wait)

    def party(self, port: object = None) -> Party:
        """The bank."""
        return Party(self.operator(port), *self.bank)

    def reorganise(self, depth: int, dice: random.Random | None = None) -> int:
        """Anvil makes its last `depth` blocks anew, with some transactions of the old ones in them where there are
        dice; how many. Only while it makes no other block: it would lose some for good, and answer null to their
        numbers."""
        self.node.rpc("evm_setAutomine", False)
        try:
            time.sleep(SETTLED_SECONDS)
            staying = _survivors(self.node, depth, dice) if dice else []
            self.node.rpc("anvil_reorg", depth, staying)
        finally:
            self.node.rpc("evm_setAutomine", True)
            self.node.rpc("evm_mine")  # what came in meanwhile
        assert None not in self.node.headers(range(self.node.head().number + 1)), "Anvil lost a block of its own"
        return len(staying)

    def open_operations(self) -> int:
        with reading(self.database) as db:
            return int(db.execute(select(func.count()).where(operations.c.state.in_(OPEN))).scalar_one())

    def is_quiet(self) -> bool:
        """Whether nothing is under way and the read model is that of the latest block."""
        if self.open_operations():
            return False
        with reading(self.database) as db:
            cursor = db.execute(select(tables.cursor)).mappings().first()
        head = self.node.head()
        return cursor is not None and (cursor["block_number"], cursor["block_hash"]) == (head.number, head.hash)

    def await_quiet(self, seconds: float) -> float:
        """Until it is quiet; the seconds that took. A block is made first: once it is read, nobody acts any more on what
        the node may have said wrongly before."""
        began = time.monotonic()
        self.node.rpc("evm_mine")
        while not self.is_quiet():
            assert time.monotonic() < began + seconds, f"it does not come to rest:\n{self.what_is_open()}"
            time.sleep(0.02)
        return time.monotonic() - began

    def what_is_open(self) -> str:
        """For whoever has to find out: the operations under way, and the last words of the backends."""
        columns = operations.c.kind, operations.c.state, operations.c.signer, operations.c.nonce, operations.c.error
        with reading(self.database) as db:
            rows = db.execute(select(*columns).where(operations.c.state.in_(OPEN)).order_by(operations.c.seq)).all()
            cursor = db.execute(select(tables.cursor.c.block_number)).scalar()
        lines = [f"read model at {cursor}, chain at {self.node.head().number}", *(str(tuple(row)) for row in rows[:20])]
        return "\n".join([*lines, *self.last_words()])

    def last_words(self, lines: int = 40) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()[-lines:] if self.log.exists() else []


@contextlib.contextmanager
def staged(home: Path, chain: str | None = None, **more: object) -> Iterator[Stage]:
    """A stage on a database of its own: SQLite, or PostgreSQL where DATABASE says so."""
    with open_databases() as databases:
        stage = Stage.start(home, chain, **{"database_url": databases.new(home), **more})
        try:
            yield stage
        finally:
            stage.close()


def twin(home: Path) -> Path:
    """A home for another backend of the same network: the same keys."""
    other = home / "twin"
    other.mkdir()
    for shared in ("keystore", "secret"):
        (other / shared).symlink_to(home / shared)
    return other


def _survivors(node: Node, depth: int, dice: random.Random) -> list[tuple[str, int]]:
    """Of the transactions in the last `depth` blocks some first ones of each lane, with the place in the new blocks
    that each is to have: the same bytes, in another block."""
    head = node.head().number
    lanes: defaultdict[str, list[str]] = defaultdict(list)
    for number in range(head - depth + 1, head + 1):
        for transaction in node.rpc("eth_getBlockByNumber", hex(number), True)["transactions"]:
            lanes[transaction["from"]].append(transaction["hash"])
    found: list[tuple[str, int]] = []
    for hashes in lanes.values():
        chosen = hashes[: dice.randint(0, len(hashes))]
        places = sorted(dice.choices(range(depth), k=len(chosen)))
        raw = [node.rpc("eth_getRawTransactionByHash", one) for one in chosen]
        found += zip(raw, places, strict=True)
    return found
