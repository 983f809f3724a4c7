"""What every act costs, measured on a local chain against its ceiling.

    python scripts/bench_gas.py            the table; exit 1 where an act is over its ceiling, or has none
    python scripts/bench_gas.py --write    docs/gas.md again, and the ceilings that follow the figures
    JSON=1 python scripts/bench_gas.py     the last line is {"gas": {act: n}, "ceilings": {act: n}, "over": [act]}

FEIQIAN_CHAIN=anvil measures on Anvil. Clock, keys and documents are fixed, so a second run gives the same numbers.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bench_gas_acts  # noqa: E402
from bench_gas_world import HOLDERS, Measured, World  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from backend.chain.node import LocalChain  # noqa: E402
from backend.config import Settings  # noqa: E402

PROMISED = {
    "register": 140_000,
    "confirm": 150_000,
    "endorse": 118_000,
    "transfer": 60_000,
    "confirm_and_settle": 280_000,
}
"""These ceilings no measurement moves. All others are the figure of the last --write and 2 %."""

ROOM_PERCENT = 2
CEILINGS = Path(__file__).with_name("bench_gas_ceilings.json")
PAGE = ROOT / "docs" / "gas.md"
CONTRACTS = (
    "Participants",
    "SettlementToken",
    "Receivables",
    "Settlement",
    "Repayments",
    "Adjustments",
    "Reserve",
)
"""In the order of the table."""


def measure() -> tuple[list[Measured], str]:
    """What each act cost, and the name of the chain it was measured on. Starts and stops the chain."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home),
            chain=Settings.from_env().chain,
            rpc_port=0,
            rpc_timeout=60,
            currencies="CNY",
            keystore_rounds=2,
        )
        chain = LocalChain(settings)
        try:
            measured = bench_gas_acts.measure(World(chain.start(), settings), settings)
        finally:
            chain.stop()
    return sorted(measured, key=lambda m: CONTRACTS.index(m.contract)), settings.chain


def ceilings() -> dict[str, int]:
    kept: dict[str, int] = json.loads(CEILINGS.read_text(encoding="ascii"))
    return kept | PROMISED


def write_ceilings(measured: Iterable[Measured]) -> None:
    kept = {m.act: m.gas + m.gas * ROOM_PERCENT // 100 for m in measured if m.act not in PROMISED}
    CEILINGS.write_text(json.dumps(kept, indent=2) + "\n", encoding="ascii")


def verdict(m: Measured, ceiling: int | None) -> str:
    if ceiling is None:
        return "no ceiling"
    return "ok" if m.gas <= ceiling else f"OVER by {m.gas - ceiling:,}"


def per_note(m: Measured) -> str:
    return f"{m.gas // m.notes:,}" if m.notes else ""


def row(m: Measured, ceiling: int | None) -> tuple[str, ...]:
    shown = "" if ceiling is None else f"{ceiling:,}"
    return m.act, m.what, f"{m.gas:,}", per_note(m), shown, verdict(m, ceiling)


def page(rows: Iterable[tuple[str, ...]], chain: str) -> str:
    """docs/gas.md."""
    table = "\n".join(f"| `{act}` | " + " | ".join(rest) + " |" for act, *rest in rows)
    promised = ", ".join(f"`{act}`" for act in PROMISED)
    return f"""# Gas

What each act costs, against the ceiling it must stay under. `scripts/bench_gas.py --write` makes this page;
the same script without it fails when an act passes its ceiling.

The ceilings of {promised} are promises.
Each other one is what the act cost at the last `--write` and {ROOM_PERCENT} %, so that nothing becomes dearer unseen.

| Act | What is called | Gas | A note | Ceiling | Verdict |
|---|---|---:|---:|---:|---|
{table}

## Conditions

- The gas used by the receipt of one transaction, the 21,000 of every transaction included, on {chain.capitalize()}.
  "A note" is that divided by the number of notes.
- solc and its settings are those of `brownie-config.yaml`; the contracts are wired as `feiqian deploy` does it.
- Every guard is on: participants with roles and KYC dates, the obligor's confirmation limit, policy limits, the
  fingerprint registry, an AccessManager before every power, the levy and the insurance of what is sold.
- The parties have done business before: giver and taker hold a note, hold cash, and have spent a nonce of the same
  256; the obligor already owes something; Repayments and Reserve already keep cash. A party's first act costs up to
  17,100 more for each slot that is written for the first time.
- Standing approvals are given beforehand: the seller's operator approval and the allowances of who pays.
- Where there are many notes, they are equal, one is the supplier's and the others belong to {len(HOLDERS)} holders
  in turn. The amount that is divided leaves odd units: the dear case of the largest remainder.
- Signers are keys (EOAs); an ERC-1271 account adds what its own check costs.
"""


def main() -> int:
    measured, chain = measure()
    if "--write" in sys.argv[1:]:
        write_ceilings(measured)
    most = ceilings()
    rows = [row(m, most.get(m.act)) for m in measured]
    table = Table("Act", "What is called", title=f"Gas on {chain}")
    for heading in ("Gas", "A note", "Ceiling"):
        table.add_column(heading, justify="right")
    table.add_column("Verdict")
    for cells in rows:
        table.add_row(*cells)
    Console(width=130).print(table)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(rows, chain), encoding="utf-8")
    over = [m.act for m in measured if verdict(m, most.get(m.act)) != "ok"]
    if os.environ.get("JSON") == "1":
        print(json.dumps({"gas": {m.act: m.gas for m in measured}, "ceilings": most, "over": over}))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
