"""Rule B56: a request has an id, which its answer, its lines in the log and its operations bear."""

from __future__ import annotations

import base64
import json

import pytest
import structlog
from click.testing import CliRunner

from backend.cli import main
from backend.testing import Network


def register(feiqian: Network, **headers: str) -> tuple[str, str]:
    """The id of a request and of the operation that it wrote."""
    answer = feiqian.tier1._http.post(
        "/api/v1/receivables",
        json={"invoice": base64.b64encode(feiqian.invoice()).decode()},
        headers={"Prefer": "wait=20", **headers},
    )
    assert answer.status_code == 200
    return answer.headers["X-Request-Id"], answer.json()["id"]


def test_a_request_keeps_the_id_that_it_came_with_or_is_given_one(feiqian: Network) -> None:
    assert register(feiqian, **{"X-Request-Id": "from-the.gateway_7"})[0] == "from-the.gateway_7"
    for unfit in ("", "two words", "x" * 65, "a\tb", "<b>"):
        headers = {"X-Request-Id": unfit} if unfit else {}
        given = feiqian.tier1._http.get("/api/v1/me", headers=headers).headers["X-Request-Id"]
        assert len(given) == 32 and given != unfit
    assert feiqian.tier1._http.get("/api/v1/nothing").headers["X-Request-Id"]


def test_every_line_of_a_request_bears_its_id(feiqian: Network) -> None:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        request, operation = register(feiqian)
    assert {line.get("request") for line in lines if line.get("path") == "/api/v1/receivables"} == {request}
    moves = [line for line in lines if line["event"] == "operation-moved" and line["operation"] == operation]
    assert [line["state"] for line in moves] == ["submitted", "succeeded"]
    assert {line["request"] for line in moves} == {request}
    assert moves[1]["tx"] and moves[1]["block"]


def test_a_trace_goes_from_the_request_to_the_block_and_what_was_told(
    feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, operation = register(feiqian)
    made = feiqian.tier1.operation(operation)
    monkeypatch.setenv("DATABASE_URL", feiqian.world.settings.database)
    for name in (request, operation, made["tx"]):
        shown = CliRunner().invoke(main, ["trace", name], catch_exceptions=False)
        assert shown.exit_code == 0
        for part in (
            request,
            operation,
            made["tx"],
            f"block        {made['block']}",
            "ReceivableRegistered",
            "pending",
        ):
            assert part in shown.output
    found = json.loads(CliRunner().invoke(main, ["trace", operation, "--json"]).output)["operations"][0]
    assert [told["name"] for told in found["told"]] == [event["name"] for event in made["events"]]
    missing = CliRunner().invoke(main, ["trace", "0" * 32])
    assert missing.exit_code == 1 and "no operation" in missing.output


def traced(feiqian: Network, monkeypatch: pytest.MonkeyPatch, operation: str) -> list[str]:
    """The first word of each line of a trace."""
    monkeypatch.setenv("DATABASE_URL", feiqian.world.settings.database)
    shown = CliRunner().invoke(main, ["trace", operation], catch_exceptions=False)
    assert shown.exit_code == 0
    return [line.split()[0] for line in shown.output.splitlines() if not line.lstrip().startswith("20")]


def test_a_trace_says_what_there_is_of_an_act_and_no_more(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is settled here and needs no chain, and one that nobody has sent yet."""
    claim = feiqian.registered()
    asked = feiqian.tier1.ask_for_quotes(claim, 100, [feiqian.bank_a])["id"]
    assert traced(feiqian, monkeypatch, asked) == ["operation", "request"]
    feiqian.world.system.engine.stop()
    waiting = feiqian.tier1.act(f"/receivables/{claim}/withdrawals", wait=0)["id"]
    assert traced(feiqian, monkeypatch, waiting) == ["operation", "request", "call"]


def test_a_trace_says_why_an_act_failed(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = feiqian.registered()
    feiqian.world.system.engine.stop()
    first, second = (feiqian.tier1.act(f"/receivables/{claim}/withdrawals", wait=0)["id"] for _ in range(2))
    feiqian.world.system.engine.start()
    states = [feiqian.world.system.wait(one, 20)["state"] for one in (first, second)]
    assert states == ["succeeded", "failed"]
    assert "error" not in traced(feiqian, monkeypatch, first)
    assert traced(feiqian, monkeypatch, second)[-1] == "error"
    shown = CliRunner().invoke(main, ["trace", second]).output
    assert f"error        WrongStatus {{'receivableId': '{claim}'" in shown
