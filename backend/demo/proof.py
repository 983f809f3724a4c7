"""What is shown at the end: the proof, and all of it as one JSON object."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from backend.demo.stage import Stage
from backend.reconcile import Reconciliation


def show_proof(console: Console, proof: Reconciliation) -> None:
    """The final table: each check, and what is off if anything is."""
    table = Table(title=f"Proof at block {proof.block}", title_justify="left")
    table.add_column("What must hold")
    table.add_column("Holds")
    for check, holds in proof.checks.items():
        table.add_row(check, "[green]yes[/green]" if holds else "[red]NO[/red]")
    console.print(table)
    for finding in proof.findings:
        console.print(f"[red]{finding}[/red]")


def report(stage: Stage, proof: Reconciliation, seconds: float, flow_seconds: float) -> dict[str, Any]:
    """What happened, as one JSON object."""
    return {
        "steps": [
            {
                "name": step.name,
                "actor": step.actor,
                "tx": step.tx,
                "gas": step.gas,
                "block": step.block,
                "transactions": step.transactions,
                "refusal": step.refusal or None,
                "moves": [
                    {"party": party, "what": what, "changeFen": str(change)} for party, what, change in step.moves
                ],
            }
            for step in stage.steps
        ],
        "records": stage.records,
        "checks": proof.checks,
        "findings": proof.findings,
        "seconds": round(seconds, 2),
        "flowSeconds": round(flow_seconds, 2),
    }
