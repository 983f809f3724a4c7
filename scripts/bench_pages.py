"""How long the server takes for each page, on a read model of many receivables (SQLite).

    python scripts/bench_pages.py [--size 10000]

Each desk as the party that sees the most, and a page of each thing; 40 times each after two to warm up. There is no
chain behind it, so what asks the node (the explorer's blocks and transactions) is left out.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import MISSING, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench_reads_data as data

from backend import logs
from backend.commands.desk import OPERATOR, Desk
from backend.config import UNLIMITED, Settings
from backend.database import open_database
from backend.migrations import migrate
from backend.queries import chain, loans
from backend.queries import warehouse_receipts as goods
from backend.system import System
from backend.web.app import create_app

REPEATS = 40
BAR = 150.0


def pages(database: Engine, size: int) -> list[tuple[str, str, str]]:
    """Name, account and path of each page."""
    middle = size // 2
    core, small, bank, store = (
        data.account(who(1)) for who in (data.obligor, data.supplier, data.financier, data.custodian)
    )
    owner = data.account(data.supplier(middle))
    receipt, lot, loan = (
        page["items"][0]["id"]
        for page in (
            goods.receipts(database, None, None, 0, 1, 0),
            goods.lots(database, None, 0, 1),
            loans.loans(database, None, None, 0, 1, 0, 0),
        )
    )
    return [
        ("desk of a supplier", small, "/desks/supplier"),
        ("desk of a core enterprise", core, "/desks/obligor"),
        ("desk of a financier", bank, "/desks/financier"),
        ("desk of a custodian", store, "/desks/custodian"),
        ("desk of the regulator", OPERATOR, "/desks/regulator"),
        ("a receivable", owner, f"/receivables/{middle}"),
        ("a note", OPERATOR, f"/notes/{3 * middle}"),
        ("a loan", OPERATOR, f"/loans/{loan}"),
        ("a receipt", OPERATOR, f"/receipts/{receipt}"),
        ("a lot", OPERATOR, f"/lots/{lot}"),
        ("a participant", core, f"/participants/{core}"),
        ("a trail", OPERATOR, f"/trails/{middle}"),
        ("a form", small, "/acts/hand-over"),
        ("the door", "", "/door"),
        ("a certificate is checked", "", "/verify"),
    ]


def make(url: str) -> Any:
    """The application over a read model alone, whose clock is that of its last block."""
    settings = Settings.from_env(operator_api_key=data.OPERATOR, open_doors=False, **UNLIMITED)
    database = open_database(url)
    logs.configure(settings)
    now = chain.position(database)["at"]
    node = SimpleNamespace(now=lambda: now, development=None, chain_id=1, is_up=lambda: False)
    deployment = SimpleNamespace(chain_id=1, contracts={}, roles={}, tokens={})
    contracts = cast(Any, SimpleNamespace(node=node, deployment=deployment, names={}))
    keystore = cast(Any, SimpleNamespace(holds=lambda _: True))
    desk = Desk(database, contracts, keystore, cast(Any, None), settings)
    parts: dict[str, Any] = dict.fromkeys(part.name for part in fields(System) if part.default is MISSING)
    parts |= {"settings": settings, "database": database, "desk": desk, "node": node, "contracts": contracts}
    return create_app(System(**parts))


def cost(app: Any, account: str, path: str) -> list[float] | str:
    """Milliseconds of each time; what went wrong, where it did."""
    client = app.test_client()
    if account:
        token, _ = app.extensions["feiqian-access"].open_session(account)
        client.set_cookie("feiqian_session", token)
    taken = []
    for _ in range(REPEATS + 2):
        began = time.perf_counter()
        answer = client.get(path, headers={"Accept": "text/html"})
        taken.append(1_000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            return str(answer.status_code)
    return taken[2:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000, help="receivables in the read model")
    size = parser.parse_args().size
    shown = Table("Page", "p50, ms", "p95, ms", title=f"Server time of pages, {size:,} receivables, SQLite")
    over = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/read-model.sqlite"
        database = open_database(url)
        migrate(database)
        data.fill(database, size)
        app = make(url)
        for name, account, path in pages(database, size):
            taken = cost(app, account, path)
            if isinstance(taken, str):
                shown.add_row(name, f"HTTP {taken}", "")
                over.append(name)
                continue
            p95 = statistics.quantiles(taken, n=20, method="inclusive")[18]
            shown.add_row(name, f"{statistics.median(taken):.1f}", f"{p95:.1f}")
            if p95 >= BAR:
                over.append(name)
    Console().print(shown)
    for name in over:
        print(f"over {BAR:.0f} ms, or not shown: {name}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
