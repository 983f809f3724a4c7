"""A small region on a real chain: its proof holds, and its report says what the API says (rules B70 to B73)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend import demo
from backend.errors import Conflict
from backend.money import format_amount
from backend.region import run
from backend.region.assumptions import Size
from backend.region.plan import make_plan
from backend.testing import Network

TINY = Size(cores=2, suppliers=(2, 2, 2, 1, 1), banks=2, custodians=1)


def test_the_report_says_what_the_api_says(
    feiqian: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = make_plan(5, TINY, default_bps=1, dispute_bps=1)
    path = tmp_path / "region.html"
    assert run(feiqian.world, plan, path=path, command="the command"), capsys.readouterr().out
    page = path.read_text(encoding="utf-8")
    shown = dict(re.findall(r'class="card">([^<]+) <span.*?<b>([^<]+)</b>', page))

    operator = feiqian.operator
    claims, notes = operator.receivables(), operator.notes()
    assert shown["Claims"] == str(len(claims)) == str(len(plan.claims))
    assert shown["Notes"] == str(len(notes))
    confirmed = sum(int(claim["confirmedFen"]) for claim in claims)
    assert confirmed == sum(claim.confirmed for claim in plan.claims)
    assert shown["Confirmed"] == f"{_millions(confirmed)} M CNY"

    used = [quote for quote in operator.quotes() if quote["state"] == "used"]
    value = sum(int(quote["valueFen"]) for quote in used)
    assert len(used) == sum(1 for claim in plan.claims for part in claim.parts if part.sold)
    assert shown["Financed"] == f"{len(used)} · {_millions(value)} M CNY"

    unpaid = sum(
        int(claim["confirmedFen"]) - int(claim["reducedFen"]) - int(claim["repaidFen"])
        for claim in claims
        if claim["status"] != "repaid"
    )
    given_up = sum(
        int(act["principal"])
        for row in operator.loans()
        for act in operator.loan(int(row["id"]))["acts"]
        if act["act"] == "waived"
    )
    assert unpaid > 0, "nobody failed"
    assert unpaid == sum(int(note["valueFen"]) for note in notes)
    assert shown["Losses"] == f"{_millions(unpaid + given_up)} M CNY"
    assert "THEY ARE NOT" not in page

    assert "The proof holds." in page
    assert {claim["status"] for claim in claims} == {"repaid", "confirmed"}
    assert all(row["status"] == "ended" for row in operator.loans())
    assert "the command" in page
    assert re.search(r"<b>\d+ MB · \d+ MB</b>", page)
    assert "<script" not in page, "a report runs nothing"
    assert not re.search(r'(src|href)="', page), "a report fetches nothing"
    assert page.count("<svg") == 5


def test_where_nobody_moves_the_clock_nothing_is_played(
    feiqian: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A region and a story about goods need months that do not pass on a chain that is shared."""
    system = feiqian.world.system
    monkeypatch.setattr(type(system.node), "development", None)
    path, before = tmp_path / "region.html", feiqian.operator.participants()
    with pytest.raises(Conflict, match="development chain") as refusal:
        run(feiqian.world, make_plan(5, TINY, default_bps=1, dispute_bps=1), path=path, command="the command")
    assert "开发链" in refusal.value.describe("zh")
    with pytest.raises(Conflict, match="the story needs a development chain"):
        demo.run(system, feiqian.operator, story="default")
    assert feiqian.operator.participants() == before and not path.exists()


def _millions(fen: int) -> str:
    return format_amount(fen * 100 // 1_000_000_00)
