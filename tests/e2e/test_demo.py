"""The demo as a visitor starts it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from backend.cli import main
from backend.demo import stories
from backend.demo.cast import CAST
from backend.demo.stage import Stage
from backend.projections import tables
from backend.reconcile import CHECKS
from backend.world import World


def _demo(monkeypatch: pytest.MonkeyPatch, chain: str, *arguments: str) -> Result:
    for name in ("RPC_URL", "RPC_PORT", "HOME"):
        monkeypatch.delenv(f"FEIQIAN_{name}", raising=False)
    return CliRunner().invoke(main, ["--chain", chain, "demo", *arguments])


@pytest.fixture
def chain() -> str:
    import os

    return os.environ.get("CHAIN", "ganache")


def test_the_story_ends_with_everyone_paid_and_the_proof(monkeypatch: pytest.MonkeyPatch, chain: str) -> None:
    result = _demo(monkeypatch, chain, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["checks"] == dict.fromkeys(CHECKS, True)
    sent = [step for step in report["steps"] if step["tx"]]
    assert len({step["tx"] for step in sent}) == len(sent) >= 8
    assert all(step["gas"] > 21_000 for step in sent)
    assert [step["block"] for step in sent] == sorted(step["block"] for step in sent)

    paid = [move for step in report["steps"] if "is paid to its holder" in step["name"] for move in step["moves"]]
    assert sum(int(move["changeFen"]) for move in paid if move["what"] == "cash") == 95_000_000
    assert sum(int(move["changeFen"]) for move in paid if move["what"] == "notes") == -95_000_000
    cash = [int(move["changeFen"]) for step in report["steps"] for move in step["moves"] if move["what"] == "cash"]
    assert sum(cash) == 0
    sold = [step for step in report["steps"] if step["name"].startswith("Sells")]
    assert all(move["party"] != CAST.people["bank_a"].name for step in sold for move in step["moves"])


def test_exit_status_tells_when_the_proof_fails(monkeypatch: pytest.MonkeyPatch, chain: str) -> None:
    started: list[World] = []
    start = World.start

    def remember(*args: object, **kwargs: object) -> World:
        started.append(start(*args, **kwargs))  # type: ignore[arg-type]
        return started[-1]

    real = stories.STORIES["confirmation"]

    def corrupted(stage: Stage) -> None:
        real.play(stage)
        with started[0].system.database.begin() as db:
            db.execute(update(tables.cash_balances).values(amount=tables.cash_balances.c.amount + 1))

    monkeypatch.setattr(World, "start", remember)
    monkeypatch.setitem(stories.STORIES, "confirmation", replace(real, play=corrupted))
    result = _demo(monkeypatch, chain)
    assert result.exit_code == 1
    assert "NO" in result.output


@pytest.mark.parametrize("story", ["dispute", "default", "oil"])
def test_what_goes_wrong_ends_with_the_proof_too(monkeypatch: pytest.MonkeyPatch, chain: str, story: str) -> None:
    result = _demo(monkeypatch, chain, "--story", story, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["checks"] == dict.fromkeys(CHECKS, True)
    assert report["findings"] == []
    moves = [move for step in report["steps"] for move in step["moves"]]
    assert sum(int(move["changeFen"]) for move in moves if move["what"] == "cash") == 0, (
        "whole and part, all is paid out"
    )
    assert any(step["refusal"] for step in report["steps"])
