"""What reading costs, however much there is.

    python scripts/bench_reads.py                     10,000 and 100,000 receivables, SQLite and PostgreSQL
    SIZES=10000,100000,1000000 SECONDS=60 python scripts/bench_reads.py
    DATABASES=postgresql python scripts/bench_reads.py
    JSON=1 python scripts/bench_reads.py              the last line is {"pages": […], "load": […], "failed": […]}

For each list of the API, the first page and one half-way down: the median of a whole request within one
process, asked of each size in turn, and the slope: what it costs at the largest size over the smallest. Then 200
requests a second for SECONDS, over a mix of reads, from a client that keeps its pace whatever the answers take, to
gunicorn on loopback. The read models are made by scripts/bench_reads_data.py, PostgreSQL is a private one with its
ordinary durability. Exit status 1 where a slope is over 1.1, or p99 over 50 ms on PostgreSQL or p95 over 100 ms on
SQLite at the largest size.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bench_reads_data as data  # noqa: E402
from bench_reads_app import make  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from backend.database import open_database  # noqa: E402
from backend.migrations import migrate  # noqa: E402
from backend.private_postgresql import PrivatePostgresql  # noqa: E402

SIZES = [int(float(size)) for size in os.environ.get("SIZES", "1e4,1e5").split(",")]
DATABASES = os.environ.get("DATABASES", "sqlite,postgresql").split(",")
SECONDS = int(os.environ.get("SECONDS", "10"))
RATE = int(os.environ.get("RATE", "200"))
WORKERS = int(os.environ.get("WORKERS", str(max(2, os.cpu_count() or 2))))
REPEATS = 60
LIMIT = 20
SLOPE = 1.1
NO_LIST = "no list: "
"""Shown beside the lists and held to nothing: a party's notes are counted, off an index."""
LIMITS = {"postgresql": ("p99", 50.0), "sqlite": ("p95", 100.0)}
"""The promise, in milliseconds."""

Case = tuple[str, str, str, str]
"""what is listed, whose token, the first page, a deep one"""


def cases(size: int) -> list[Case]:
    """Every list of the API, as who sees much of it, and what a party has. The pages are full at every size."""
    deep, deep_id = size // 2, f"{size // 8:032x}"
    core, small, bank, store = (
        data.token(who(1)) for who in (data.obligor, data.supplier, data.financier, data.custodian)
    )
    goods = max(1_000, size // 50) // 2
    found: list[Case] = []

    def add(name: str, token: str, path: str, after: object) -> None:
        path += f"{'&' if '?' in path else '?'}limit={LIMIT}"
        found.append((name, token, path, f"{path}&after={after}"))

    for who, token in (("operator", data.OPERATOR), ("obligor", core), ("supplier", small), ("financier", bank)):
        add(f"receivables, {who}", token, "/receivables", deep)
        if who != "obligor":
            add(f"notes, {who}", token, "/notes", 3 * deep)
    add("disputed receivables, operator", data.OPERATOR, "/receivables?status=disputed", deep)
    add("repaid receivables, obligor", core, "/receivables?status=repaid", deep)
    add("notes of a receivable", core, "/notes?receivableId=51", 3 * 51)
    add("events, operator", data.OPERATOR, "/events", f"{deep}-0")
    add("participants", small, "/participants", data.EVERYBODY // 2)
    add("participants, one role", small, "/participants?role=supplier", data.EVERYBODY // 2)
    for name, path in (("quotes", "/quotes"), ("requests for quotes", "/quote-requests")):
        add(f"{name}, operator", data.OPERATOR, path, deep_id)
        add(f"{name}, financier", bank, path, deep_id)
    add("lots, custodian", store, "/lots", goods)
    add("receipts, custodian", store, "/receipts", 2 * goods)
    add("receipts, operator", data.OPERATOR, "/receipts", 2 * goods)
    add("loans, financier", bank, "/loans", goods)
    add("live loans, operator", data.OPERATOR, "/loans?status=live", goods)
    add("loans, custodian", store, "/loans", goods)
    for who, token in (("obligor", core), ("financier", bank)):
        found.append((f"{NO_LIST}what it has, {who}", token, "/me", "/me"))
    return found


def mix(size: int) -> Callable[[random.Random], tuple[str, str]]:
    """Path and token of a read, drawn at random: what desks ask for."""

    def draw(dice: random.Random) -> tuple[str, str]:
        n = dice.randrange(1, size)
        who = dice.choice((data.obligor, data.supplier, data.supplier, data.financier))(dice.randrange(10**6))
        kind = dice.choices(range(7), (25, 20, 20, 10, 10, 10, 5))[0]
        path = (
            f"/receivables?after={n}&limit=50",
            f"/notes?after={3 * n}&limit=50",
            f"/receivables/{n}",
            "/quotes?limit=50",
            f"/participants/{data.account(who)}",
            f"/participants/{data.account(who)}/statement?limit=50",
            "/me",
        )[kind]
        return path, data.token(data.supplier(n) if kind == 2 else who)

    return draw


# ---- the cost of a page


def costs(urls: dict[int, str]) -> dict[str, dict[int, tuple[float, float]]]:
    """Milliseconds of the first and of a deep page of each list at each size. The sizes take turns, request by request:
    what else the machine does meanwhile is the same for all of them."""
    clients = {size: make(url).test_client() for size, url in urls.items()}

    def ask(size: int, path: str, token: str) -> Any:
        answer = clients[size].get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def cost(paths: dict[int, tuple[str, str]]) -> dict[int, float]:
        taken: dict[int, list[float]] = {size: [] for size in urls}
        for _ in range(REPEATS):
            for size, (path, token) in paths.items():
                began = time.perf_counter()
                ask(size, path, token)
                taken[size].append(time.perf_counter() - began)
        return {size: 1_000 * statistics.median(times) for size, times in taken.items()}

    found = {}
    listed = {size: [*cases(size), _statement(size, ask)] for size in urls}
    for number, (name, *_) in enumerate(listed[SIZES[0]]):
        pages: list[dict[int, float]] = []
        for place in (2, 3):
            paths = {size: (found_cases[number][place], found_cases[number][1]) for size, found_cases in listed.items()}
            for size, (path, token) in paths.items():
                assert ask(size, path, token).get("items", path), f"{name} is empty"
            pages.append(cost(paths))
        found[name] = {size: (pages[0][size], pages[1][size]) for size in urls}
    return found


def _statement(size: int, ask: Callable[[int, str, str], Any]) -> Case:
    core = data.obligor(1)
    books = f"/participants/{data.account(core)}/statement?limit={LIMIT}"
    below = ask(size, f"{books}&afterBlock={size // 2}", data.token(core))["next"]
    return "statement, obligor", data.token(core), books, f"{books}&after={below}"


# ---- the load


@contextmanager
def served(database_url: str) -> Iterator[int]:
    """gunicorn on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = os.environ | {"FEIQIAN_DATABASE_URL": database_url, "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}
    options = "--keep-alive 75 --graceful-timeout 5 --log-level error --worker-class gthread --threads 8"
    options += f" --bind 127.0.0.1:{port} --workers {WORKERS}"
    command = [sys.executable, "-m", "gunicorn", "bench_reads_app:make()", *options.split()]
    server = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < deadline, "gunicorn does not answer"
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


async def load(port: int, draw: Callable[[random.Random], tuple[str, str]], seconds: int) -> list[float]:
    """Milliseconds from when each request was due to the end of its answer: who comes late is not forgiven."""
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    taken: list[float] = []

    async def one(path: str, token: str, due: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("HTTP/1.1 200"), (path, head)
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        await reader.readexactly(int(headers["content-length"]))
        taken.append(1_000 * (time.perf_counter() - due))
        if headers.get("connection") == "close":
            writer.close()
        else:
            idle.append((reader, writer))

    dice = random.Random(5)
    began = time.perf_counter()
    tasks = []
    for number in range(RATE * seconds):
        due = began + number / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(*draw(dice), due)))
    await asyncio.gather(*tasks)
    return taken


def percentiles(taken: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(taken, n=100, method="inclusive")
    return {"p50": cut[49], "p95": cut[94], "p99": cut[98]}


# ---- all of it


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.db"
        return
    with PrivatePostgresql(fsync="on", synchronous_commit="on", full_page_writes="on", shared_buffers="1GB",
                           max_wal_size="8GB", work_mem="16MB") as server:  # fmt: skip
        yield server.create


def main() -> int:
    say = Console(stderr=True, width=110)
    pages: list[dict[str, Any]] = []
    loads: list[dict[str, Any]] = []
    failed: list[str] = []
    for kind in DATABASES:
        with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as new:
            urls = {}
            for size in SIZES:
                urls[size] = new(f"reads{size}")
                began = time.monotonic()
                database = open_database(urls[size])
                migrate(database)
                data.fill(database, size)
                database.dispose()
                say.print(f"· {kind}: {size:,} receivables made in {time.monotonic() - began:.0f} s")
            found = costs(urls)
            for size, url in urls.items():
                with served(url) as port:
                    asyncio.run(load(port, mix(size), 3))  # caches, connections
                    measured = percentiles(asyncio.run(load(port, mix(size), SECONDS)))
                loads.append({"database": kind, "size": size, **measured})
        for name, by_size in found.items():
            for place, which in enumerate(("first", "deep")):
                medians = [round(by_size[size][place], 2) for size in SIZES]
                slope = round(by_size[SIZES[-1]][place] / by_size[SIZES[0]][place], 2)
                pages.append({"database": kind, "list": name, "page": which, "ms": medians, "slope": slope})
    show(say, pages, loads)
    failed += [
        f"{row['database']}: {row['list']}, {row['page']} page: {row['slope']}"
        for row in pages
        if row["slope"] > SLOPE and not row["list"].startswith(NO_LIST)
    ]
    for row in loads:
        which, most = LIMITS[row["database"]]
        if row["size"] == SIZES[-1] and row[which] > most:
            failed.append(f"{row['database']}: {which} {row[which]:.0f} ms of {most:.0f}")
    for line in failed:
        say.print(f"over: {line}")
    if os.environ.get("JSON") == "1":
        print(json.dumps({"pages": pages, "load": loads, "failed": failed}))
    return 1 if failed else 0


def show(say: Console, pages: list[dict[str, Any]], loads: list[dict[str, Any]]) -> None:
    table = Table("database", "list", "page", *(f"{size:,}" for size in SIZES), "slope", title="a page, ms (median)")
    for row in pages:
        table.add_row(
            row["database"], row["list"], row["page"], *(f"{ms:.1f}" for ms in row["ms"]), f"{row['slope']:.2f}"
        )
    say.print(table)
    table = Table("database", "receivables", "p50", "p95", "p99", title=f"{RATE} requests/s for {SECONDS} s, ms")
    for row in loads:
        table.add_row(row["database"], f"{row['size']:,}", *(f"{row[name]:.1f}" for name in ("p50", "p95", "p99")))
    say.print(table)


if __name__ == "__main__":
    sys.exit(main())
