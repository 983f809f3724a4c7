"""What surrounds the acts: documents, pages, health, headers, and how failures inside show outside."""

from __future__ import annotations

import json
import re
import threading
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection, event

from backend.chain.node import Node
from backend.errors import ChainUnavailable, both
from backend.queries import participants as participant_queries
from backend.testing import Network

from .driver import FACE, Raw, Scene, is_chinese, nothing_changes, problem

WAITING = "/operations/", "/events/stream", "/clock"
"""What waits, for what comes later or for the chain."""
SPELT_OUT = "/certificates/", "/devices/{device}/next-batch"
"""Documents that are signed have all numbers as digits."""


def test_the_document_comes_back_as_it_was_handed_over(feiqian: Network) -> None:
    invoice = feiqian.invoice(amount=FACE)
    claim = feiqian.tier1.hand_over(invoice)["result"]["receivableId"]
    client, path = Raw(feiqian).client, f"/api/v1/receivables/{claim}/document"
    answer = client.get(path, headers={"Authorization": f"Bearer {feiqian.car_maker.token}"})
    assert (answer.status_code, answer.data) == (200, invoice)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receivable-{claim}.xml"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    reading = feiqian.tier2.post("/invoices/readings", {"invoice": _base64(invoice)})
    assert reading["payable"] == feiqian.tier1.receivable(int(claim))["invoice"]["payable"]


def test_every_problem_has_a_page_in_both_languages(feiqian: Network) -> None:
    client = Raw(feiqian).client
    for kind, status in (("contract-refused", 409), ("invalid-input", 422), ("internal", 500)):
        for language in ("en", "zh-CN"):
            page = client.get(f"/problems/{kind}", headers={"Accept-Language": language})
            assert page.status_code == 200 and f"HTTP {status}" in page.text
            assert f'<html lang="{language}">' in page.text
            assert is_chinese(re.search("<h1[^>]*>(.*)</h1>", page.text)[1]) is (language != "en")  # type: ignore[index]
    assert client.get("/problems/none").status_code == 404


def test_the_documentation_needs_no_other_server(feiqian: Network) -> None:
    client = Raw(feiqian).client
    page = client.get("/docs")
    assert page.status_code == 200
    linked = re.findall(r'(?:src|href|url)\s*[=:]\s*"([^"]+)"', page.text)
    assert len(linked) > 3 and all(address.startswith("/") for address in linked)
    assert client.get("/assets/swagger-ui.css").status_code == 200
    for path in ("/assets/passwd", "/assets/../app.py", "/assets/%2e%2e%2fpackage.json"):
        assert client.get(path).status_code == 404


def test_the_specification_is_whole(scene: Scene) -> None:
    spec = Raw(scene.network).client.get("/api/v1/openapi.json").get_json()
    assert spec["openapi"] == "3.1.0"
    texts = json.dumps(spec)
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            assert operation.get("summary"), (method, path)
            assert {"200", "201", "202"} & set(responses), (method, path)
            for parameter in operation.get("parameters", []):
                assert parameter["in"] != "path" or parameter["schema"] != {"type": "string"}, (method, path)
            assert "422" in responses or path.endswith(("/health", "/healthz", "/readyz", "/metrics")), (method, path)
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= set(responses), path
            assert "429" in responses or not path.startswith("/api/"), (method, path)
            if "202" in responses:
                names = {parameter["name"] for parameter in operation["parameters"]}
                assert {"Idempotency-Key", "Prefer"} <= names
                assert {"200", "401", "403", "404", "409", "503"} <= set(responses), path
    assert "application/problem+json" in texts


def test_a_failure_inside_tells_nothing_of_itself(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> NoReturn:
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr(participant_queries, "participants", fail)
    raw = Raw(feiqian)
    for language in ("en", "zh"):
        answer = raw.send("GET", "/participants", token=feiqian.tier1.token, language=language)
        assert problem(answer, 500)["type"] == "/problems/internal"
        assert "1234" not in json.dumps(answer.body)
        assert is_chinese(answer.body["detail"]) is (language == "zh")


def test_while_the_chain_is_silent_nothing_is_taken_in_and_everything_is_readable(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = scene.network
    network.world.system.engine.stop()

    def silent(*_: Any) -> NoReturn:
        raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))

    with nothing_changes(network), monkeypatch.context() as patch:
        patch.setattr(Node, "rpc", silent)
        for method, path in [("POST", "/receivables"), ("POST", "/notes/{note_id}/endorsements"),
                             ("POST", "/quotes"), ("GET", "/clock")]:  # fmt: skip
            case = scene.cases[method, path]
            answer = scene.call(method, case, case.caller)
            assert problem(answer, 503)["type"] == "/problems/chain-unavailable"
            assert answer.headers["Retry-After"] == "1"
        for path in ("/receivables", "/notes", "/quotes", f"/receivables/{scene.submitted}", "/me"):
            assert scene.raw.send("GET", path, token=scene.tokens["tier1"]).status == 200


def test_health_says_when_the_engine_stands(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, engine = Raw(feiqian), feiqian.world.system.engine
    assert raw.send("GET", "/health").body["status"] == "ok"
    trouble = both("OperationalError: {file} is full", "{file} 已满", file="/secret/place/feiqian.db")
    monkeypatch.setattr(type(engine), "fault", trouble)
    answer = raw.send("GET", "/health")
    assert problem(answer, 503)["type"] == "/problems/chain-unavailable"
    assert "secret" not in json.dumps(answer.body)


def test_answers_are_not_kept_by_anyone_on_the_way(feiqian: Network) -> None:
    for path, status in (("/me", 200), ("/nothing", 404), ("/health", 200)):
        answer = Raw(feiqian).send("GET", path, token=feiqian.tier1.token)
        assert answer.status == status
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "language"),
    [("zh", "zh"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("zh-Hans-CN", "zh"), ("en;q=0.1, zh;q=0.9", "zh"), ("fr", "en"),
     ("", "en"), ("*", "en"), ("en-GB", "en"), ("zh;q=0, en", "en"), ("\xff\xfe", "en")],
)  # fmt: skip
def test_which_language_is_spoken(feiqian: Network, asked: str, language: str) -> None:
    answer = Raw(feiqian).send("GET", "/nothing", language=asked)
    assert answer.headers["Content-Language"] == language
    assert is_chinese(problem(answer, 404)["detail"]) is (language == "zh")


def test_a_read_sees_one_moment_from_the_token_on(scene: Scene) -> None:
    """Rule B41."""
    begun: list[int] = []

    def count(connection: Connection) -> None:
        if connection.get_execution_options().get("reading"):  # a certificate is written down, too
            begun.append(threading.get_ident())

    database = scene.network.world.system.database
    event.listen(database, "begin", count)
    try:
        for (method, path), case in scene.cases.items():
            if method == "GET" and not path.startswith(WAITING):
                begun.clear()
                assert scene.call("GET", case, case.caller).status == 200
                assert begun.count(threading.get_ident()) == 1, path
    finally:
        event.remove(database, "begin", count)


def test_amounts_are_strings_and_rates_and_times_are_integers_wherever_they_stand(scene: Scene) -> None:
    def named(ending: str, value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [item for key, item in value.items() if key.endswith(ending)] + [
                found for item in value.values() for found in named(ending, item)
            ]
        return [found for item in value for found in named(ending, item)] if isinstance(value, list) else []

    bodies = [
        scene.call("GET", case, case.caller).body
        for (method, path), case in scene.cases.items()
        if method == "GET" and not path.startswith(SPELT_OUT)
    ]
    for ending, kind in (("Fen", str), ("Bps", int), ("At", int), ("Until", int)):
        seen = [value for body in bodies for value in named(ending, body) if value is not None]
        assert len(seen) > 10 and {type(value) for value in seen} == {kind}, ending


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()
