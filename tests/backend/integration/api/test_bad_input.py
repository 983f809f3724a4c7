"""Whatever is wrong with a request, it is refused by name and nothing happens. The requests are made from the
OpenAPI document, so that a new route or field is tested from its first day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from .driver import Case, Scene, is_chinese, nothing_changes, problem

NAN = object()
"""Stands for the words that are numbers to some readers of JSON and to none of its writers."""

HUGE = "1" + "0" * 400
BODIES = [
    b"", b" ", b"null", b"[]", b"[{}]", b'"x"', b"7", b"true", b"{", b'{"a":}', b"{'a': 1}", b"{} {}", b"\xff\xfe{}",
    b'{"a": "\xed\xa0\x80"}', b"\x00", b"[" * 100_000, b'{"a":' * 100_000, b'{"a": NaN}', b'{"a": -Infinity}',
    b'{"a": 1' + b"0" * 5000 + b"}", b'{"a": 1, "a": 1}', b'{"\\ud800": 1, "\\ud800": 1}',
]  # fmt: skip
CONTENT_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]

WRONG_TYPES = {
    "string": [7, 1.5, True, [], {}, ["x"], {"a": 1}],
    "integer": [
        1.5,
        1.0,
        True,
        "",
        "x",
        " 1",
        "1 ",
        "+1",
        "-1",
        -1,
        "1e3",
        "0x10",
        "1.0",
        "٣",
        "１",
        10**400,
        HUGE,
        [],
        {},
    ],
    "boolean": [0, 1, "true", "false", "", [], {}, 1.0],
    "array": ["x", 7, {}, True],
    "object": ["x", 7, [], True],
}
AMOUNTS = [
    0, -1, 1.0, 1.5, 1.005, 1e3, 1e300, 10**16, 10**400, True, False, "", " ", "0", "-1", "-0", "+1", "1.005", "1.0",
    "1e3", "1E3", ",", "1,000", "1 000", " 100", "100\n", "0x10", "٣", "１００", "１", "九", "NaN", "Infinity", HUGE,
    "10000000000000000", "\ud800", "1\x00", [], {}, ["1"], NAN,
]  # fmt: skip
ACCOUNTS = [
    "", "0x", "0x0", "x" * 42, "0x" + "0" * 40, "0x" + "g" * 40, "0x" + "a" * 39, "0x" + "a" * 41, "a" * 40,
    "0X" + "a" * 40, " 0x" + "a" * 40, "0x" + "a" * 40 + "\n", "vitalik.eth", "0x" + "１" * 40,
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD".swapcase().replace("0X", "0x"), "\ud800", "\x00", 7, [], {},
]  # fmt: skip
TEXTS = [
    "", " ", "\n\t", "\ud800", "a\ud800", "\udfff b", "\x00", "a\x00b", "\x07", "a\x1b[31mb", "\x7f", "\x85", "x" * 201,
    "safe\u202egnp.exe", "\u2066a", 7, 1.5, True, [], {},
]  # fmt: skip


def body_schema(scene: Scene, operation: dict[str, Any]) -> dict[str, Any]:
    return _resolved(scene, operation["requestBody"]["content"]["application/json"]["schema"])


def _resolved(scene: Scene, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        spec = scene.spec
        schema = (spec["components"]["schemas"] | schema.get("$defs", {}))[name]
    return schema


def api_paths(scene: Scene) -> dict[str, Any]:
    """What is beside the API (/healthz and its like) takes nothing that could be wrong."""
    return {path: methods for path, methods in scene.spec["paths"].items() if path.startswith("/api/")}


def routes(scene: Scene) -> Iterator[tuple[str, str, dict[str, Any], Case]]:
    """Method, path, OpenAPI operation and a valid request of every route of the API."""
    for path, methods in api_paths(scene).items():
        for method, operation in methods.items():
            if method in ("get", "post", "delete", "put", "patch"):
                short = path.removeprefix("/api/v1")
                yield method.upper(), short, operation, scene.cases[method.upper(), short]


def wrong_values(scene: Scene, name: str, schema: dict[str, Any]) -> list[Any]:
    """Values that a field of this name and schema must refuse."""
    schema = _resolved(scene, schema)
    options = [_resolved(scene, option) for option in schema.get("anyOf", [schema])]
    types = {option.get("type") for option in options}
    if name.endswith("Fen"):
        none_of_it = any(option.get("minimum") == 0 for option in options)  # then 0 says something
        amounts = [value for value in AMOUNTS if value not in (0, "0") or value is False] if none_of_it else AMOUNTS
        return amounts + ([] if "null" in types else [None])
    pattern = next((option["pattern"] for option in options if "pattern" in option), "")
    values: list[Any] = [NAN]
    if "{40}" in pattern:
        values += ACCOUNTS
    elif "integer" in types:
        least = min((option.get("minimum", 0) for option in options if option.get("type") == "integer"), default=0)
        values += [*WRONG_TYPES["integer"], least - 1]
    elif "boolean" in types:
        values += WRONG_TYPES["boolean"]
    elif "array" in types:
        values += [*WRONG_TYPES["array"], [], [7], [None], [[]], [{}], ["\ud800"], ["x"] * 1000]
    elif "object" in types:
        values += WRONG_TYPES["object"]
    elif name in (
        "name", "identifier", "order", "statement", "reason", "payoutReference", "location", "lot", "inspection",
        "insurance", "recipient", "evidence",
    ):  # fmt: skip
        values += TEXTS
    else:
        values += [*WRONG_TYPES["string"], "", "x", "\ud800", "\x00", "x" * 7_000]
    return values + ([] if "null" in types else [None])


def dumped(body: Any) -> bytes:
    return json.dumps(body, default=lambda value: "NAN" if value is NAN else value).replace('"NAN"', "NaN").encode()


def refused(scene: Scene, method: str, path: str, role: str, *statuses: int, **request: Any) -> dict[str, Any]:
    """The refusal, after asking in both languages."""
    token = scene.tokens[role]
    english = problem(scene.raw.send(method, path, token=token, **request), *statuses)
    chinese = problem(scene.raw.send(method, path, token=token, language="zh-CN", **request), *statuses)
    assert is_chinese(chinese["detail"]) and is_chinese(chinese["title"]), chinese
    assert not is_chinese(english["title"]), english
    assert english["detail"] != chinese["detail"]
    assert {key: english.get(key) for key in ("type", "status", "field")} == {
        key: chinese.get(key) for key in ("type", "status", "field")
    }
    return english


def test_there_is_a_case_for_every_route(scene: Scene) -> None:
    known = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in api_paths(scene).items()
        for method in methods
    }
    assert known == set(scene.cases)
    for method, path, operation, case in routes(scene):
        assert re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", path), case.path.partition("?")[0]), (method, path)
        if "requestBody" in operation:
            assert set(body_schema(scene, operation).get("properties", {})) == set(case.body or {}), (method, path)


def test_a_body_that_is_no_object_is_refused_everywhere(scene: Scene) -> None:
    with nothing_changes(scene.network):
        for method, path, operation, case in routes(scene):
            if "requestBody" not in operation:
                continue
            for data in BODIES:
                answer = refused(scene, method, case.path, case.caller, 400, 422, data=data)
                assert answer["type"] in ("/problems/malformed-request", "/problems/invalid-input"), (path, data[:20])
            for content_type in CONTENT_TYPES:
                refused(scene, method, case.path, case.caller, 415, data=b"{}", content_type=content_type)
            refused(scene, method, case.path, case.caller, 413, data=b" " * (6 * 1024 * 1024 + 1))


def test_a_wrong_value_is_refused_by_the_name_of_its_field(scene: Scene) -> None:
    asked = 0
    with nothing_changes(scene.network):
        for method, path, operation, case in routes(scene):
            if "requestBody" not in operation:
                continue
            schema = body_schema(scene, operation)
            assert case.body is not None
            for name, part in schema.get("properties", {}).items():
                for value in wrong_values(scene, name, part):
                    data = dumped({**case.body, name: value})
                    answer = refused(scene, method, case.path, case.caller, 400, 422, data=data)
                    asked += 1
                    if answer["status"] == 422:
                        assert answer["field"].split(".")[0] == name, (path, name, value, answer)
                if name in schema.get("required", []):
                    rest = {key: value for key, value in case.body.items() if key != name}
                    assert refused(scene, method, case.path, case.caller, 422, body=rest)["field"] == name
            for extra in ("surprise", "Amount_Fen", "", "\ud800", "x" * 10_000, "__proto__", "a\nb"):
                answer = refused(scene, method, case.path, case.caller, 422, body={**case.body, extra: 1})
                assert len(answer["field"]) <= 100
            for name, value in case.body.items():
                twice = f"{json.dumps({name: value})[:-1]}, {json.dumps({**case.body})[1:]}"
                assert name in refused(scene, method, case.path, case.caller, 400, data=twice.encode())["detail"]
    assert asked > 500


@pytest.mark.parametrize(
    "path",
    [
        "/receivables/{receivable_id}/confirmations",
        "/receivables/{receivable_id}/counterclaims",
        "/receivables/{receivable_id}/resolutions",
        "/resolutions/{resolution_id}/acceptances",
    ],
)
def test_the_parts_of_an_own_signature_are_checked_too(scene: Scene, path: str) -> None:
    case = scene.cases["POST", path]
    assert case.body is not None
    own = case.body["own"]
    wrong = {
        "signature": ["", "0x", "0x1", "11" * 65, "0xzz", "0x" + "11" * 4097, "0x" + "１１", 7, None, "\ud800"],
        "nonce": [-1, 2**256, "1" * 79, "", "0x1", 1.5, True, None, HUGE],
        "deadline": [0, -1, 2**40, "", "x", 1.5, True, None, 10**400, HUGE],
        "extra": [1],
    }
    with nothing_changes(scene.network):
        for name, values in wrong.items():
            for value in values:
                body = {**case.body, "own": {**own, name: value}}
                assert refused(scene, "POST", case.path, case.caller, 422, body=body)["field"] == f"own.{name}"
        for name in own:
            body = {**case.body, "own": {key: value for key, value in own.items() if key != name}}
            assert refused(scene, "POST", case.path, case.caller, 422, body=body)["field"] == f"own.{name}"


def test_the_parts_of_an_endorsement_in_a_list_are_checked_too(scene: Scene) -> None:
    """Rule N7: one that is wrong is named by its place, and none stands."""
    case = scene.cases["POST", "/notes/{note_id}/endorsement-lists"]
    assert case.body is not None
    [right] = case.body["endorsements"]
    wrong = {"to": ACCOUNTS, "valueFen": AMOUNTS, "withRecourse": WRONG_TYPES["boolean"], "extra": [1]}
    with nothing_changes(scene.network):
        for name, values in wrong.items():
            for value in values:
                body = {"endorsements": [right, {**right, name: value}]}
                answer = refused(scene, "POST", case.path, "tier1", 400, 422, data=dumped(body))
                if answer["status"] == 422:
                    assert answer["field"] == f"endorsements.1.{name}"
        too_many = {"endorsements": [right] * 51}
        assert refused(scene, "POST", case.path, "tier1", 422, body=too_many)["field"] == "endorsements"
        stranger = {**right, "to": "0x" + "12" * 20}
        body = {"endorsements": [right, stranger]}
        assert refused(scene, "POST", case.path, "tier1", 422, body=body)["field"] == "endorsements.1.to"


def test_a_wrong_query_is_refused_by_the_name_of_its_parameter(scene: Scene) -> None:
    numbers = ["", "-1", "x", "1.5", "1e3", "NaN", "%00", "%ED%A0%80", "９", "9" * 30, "9" * 5000, "0x1", " 1"]
    with nothing_changes(scene.network):
        for method, _, operation, case in routes(scene):
            if method != "GET":
                continue
            for parameter in operation.get("parameters", []):
                if parameter["in"] != "query":
                    continue
                name, schema = parameter["name"], parameter["schema"]
                asking = f"{case.path}{'&' if '?' in case.path else '?'}"
                for value in numbers:
                    found = refused(scene, "GET", f"{asking}{name}={value}", case.caller, 422)
                    assert found["field"] == name, (case.path, name, value, schema)
                refused(scene, "GET", f"{asking}{name}=1&{name}=1", case.caller, 422)
            if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
                for extra in ("surprise=1", "=1", "%ED%A0%80=1", "%00=1"):
                    refused(scene, "GET", f"{case.path}?{extra}", case.caller, 422)


def test_a_wrong_path_is_refused(scene: Scene) -> None:
    strange = ["0", "-1", "1.5", "x", "%00", "%ED%A0%80", "%2e%2e", "9" * 19, "9" * 30, "9" * 5000, "é", "%0a", "1%00",
               "0x1", "'--", "%7B%7D"]  # fmt: skip
    with nothing_changes(scene.network):
        for method, path, _, case in routes(scene):
            if "{" not in path:
                continue
            for value in [*strange, "0" * 32, "F" * 32]:
                wrong = re.sub(r"\{[a-z_]+\}", value, path)
                refused(scene, method, wrong, case.caller, 404, 422, body=case.body)
            if "{account}" in path:
                for value in ("0x" + "0" * 40, "0x" + "a" * 39, "0x" + "g" * 40):
                    wrong = path.replace("{account}", value)
                    assert refused(scene, method, wrong, case.caller, 422, body=case.body)["field"] == "account"
        for path in ("", "/", "/nothing", "/receivables/", "/../etc/passwd", "/%00", "/receivables/1/2/3"):
            refused(scene, "GET", path, "tier1", 404)


def test_a_wrong_method_is_refused_and_told_the_right_ones(scene: Scene) -> None:
    by_path: dict[str, set[str]] = {}
    for method, path in scene.cases:
        by_path.setdefault(path, set()).add(method)
    with nothing_changes(scene.network):
        for method, path, _, case in routes(scene):
            for other in {"GET", "POST", "PUT", "PATCH", "DELETE"} - by_path[path]:
                answer = scene.raw.send(other, case.path, {}, token=scene.tokens[case.caller])
                problem(answer, 405)
                assert set(re.split(r",\s*", answer.headers["Allow"])) - {"HEAD", "OPTIONS"} == by_path[path]
            assert method in by_path[path]


def test_who_says_nothing_or_nonsense_about_itself_is_not_heard(scene: Scene) -> None:
    tokens = ["", " ", "x", "fq_" + "x" * 43, "fqs_" + "x" * 43, "null", "é", "x" * 5000]
    with nothing_changes(scene.network):
        for method, _, operation, case in routes(scene):
            if "anonymous" in case.allowed:
                continue
            assert operation["security"] == [{"bearer": []}]
            for headers in [
                {},
                *({"Authorization": f"Bearer {token}"} for token in tokens),
                {"Authorization": f"Basic {scene.tokens['operator']}"},
                {"Authorization": str(scene.tokens["operator"])},
            ]:
                # before anything else: not even the body is looked at
                answer = scene.raw.send(method, case.path, data=b"{", **headers)
                found = problem(answer, 401)
                assert found["type"] == "/problems/unauthenticated"
                assert answer.headers["WWW-Authenticate"] == 'Bearer realm="feiqian"'
