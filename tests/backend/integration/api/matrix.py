"""Who may do what, asked and not said: every route of the OpenAPI document, by every kind of caller, for what is its
business and for what is that of others."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend.testing import Network

from .driver import Answer, Case, Scene, make_other_scene, make_scene, problem

Route = tuple[str, str]
Answers = dict[tuple[Route, str, bool], str]
"""By route, role, and whether the thing is of others."""

ROLES = {
    "anonymous": "nobody known", "wallet": "wallet", "tier1": "supplier", "tier2": "another supplier",
    "car_maker": "core enterprise", "bank_a": "financier", "bank_b": "another financier", "warehouse": "custodian",
    "oracle": "oracle", "regulator": "regulator", "operator": "operator",
}  # fmt: skip
COLUMNS = [role for role in ROLES if role not in ("tier2", "bank_b")]
"""Of the table: what those others may is what the supplier and the financier may with what is not theirs."""
ELSEWHERE = {"tier1": "tier2", "tier2": "tier1", "bank_a": "bank_b", "bank_b": "bank_a",
             "car_maker": "oracle", "warehouse": "oracle"}  # fmt: skip
"""What a caller is where the other firms are: their partner, or, as the oracle is everywhere, a stranger."""
BUSINESS = {False: {"tier1", "car_maker", "bank_a", "warehouse"}, True: {"tier2", "bank_b"}}
"""Those who are a party to ours, and to what is of others: they know that it is there, whatever they may do with it."""
PUBLIC = "/participants/{account}", "/feeds/{feed}"
"""Things that every member sees listed: that there is one is no secret."""
NUMBERS, IDS = ("receivable", "note", "lot", "receipt", "loan", "thing"), "0" * 32
NOBODY = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
LISTS = (
    "/receivables", "/notes", "/quotes", "/quote-requests", "/lots", "/receipts", "/intakes", "/delivery-orders",
    "/receipt-quotes", "/loans", "/loan-requests", "/loan-quotes", "/counts", "/webhooks",
)  # fmt: skip


@dataclass
class Both:
    """Two groups of firms in one network, each with one of everything. `accounts` are the callers'."""

    ours: Scene
    others: Scene
    accounts: dict[str, str]

    @classmethod
    def of(cls, network: Network) -> Both:
        ours = make_scene(network)
        known = [role for role in ROLES if role != "anonymous"]
        accounts = {role: ours.raw.send("GET", "/me", token=ours.tokens[role]).body["account"] for role in known}
        return cls(ours, make_other_scene(ours), accounts)

    def questions(self) -> Iterator[tuple[Route, str, bool, Case, bool]]:
        """Route, role, whether the thing is of others, the request, and whether it may succeed."""
        for route, case in self.ours.cases.items():
            for role in ROLES:
                yield route, role, False, case, role in case.allowed
                if "{" in route[1]:
                    foreign = self.others.cases[route]
                    yield route, role, True, foreign, ELSEWHERE.get(role, role) in foreign.allowed

    def ask(self, route: Route, role: str, case: Case) -> Answer:
        return self.ours.call(route[0], case, role)


def hidden(both: Both, route: Route, role: str, case: Case, answer: Answer) -> None:
    """Raises AssertionError where a refusal tells the caller more than that of what is not there."""
    method, path = route
    if path.startswith(PUBLIC):
        return
    parts = dict(zip(path.split("/"), case.path.split("?")[0].split("/"), strict=True))
    absent, told = path, json.dumps(answer.body)
    for name, value in parts.items():
        if name.startswith("{") and name not in ("{kind}", "{sequence}"):
            nothing = _nothing(name)
            absent = absent.replace(name, nothing)
            told = re.sub(rf"\b{re.escape(value.removesuffix('.pdf'))}\b", nothing.removesuffix(".pdf"), told)
    absent = absent.replace("{kind}", parts.get("{kind}", "")).replace("{sequence}", parts.get("{sequence}", ""))
    theirs = both.ours.raw.send(method, absent, case.body, token=both.ours.tokens[role])
    assert (answer.status, told) == (theirs.status, json.dumps(theirs.body)), (route, role)


def _nothing(name: str) -> str:
    if name == "{device}":
        return NOBODY
    is_number = any(name.startswith(f"{{{number}_id}}") for number in NUMBERS)
    return ("4711" if is_number else IDS) + (".pdf" if name.endswith(".pdf") else "")


def secrets_of(both: Both) -> set[str]:
    """What the things of both groups say: whatever the operator reads of them that has a digit in it and is long enough
    not to stand somewhere by chance."""
    found: set[str] = set()
    for scene in (both.ours, both.others):
        for (method, path), case in scene.cases.items():
            if method == "GET" and ("{" in path or path in LISTS) and not path.startswith("/operations"):
                answer = scene.raw.send(method, case.path, token=scene.tokens["operator"])
                found |= set(values(answer.body))
    return {value for value in found if len(value) >= 6 and any(letter.isdigit() for letter in value)}


def values(body: Any) -> Iterator[str]:
    if isinstance(body, dict | list):
        for item in body.values() if isinstance(body, dict) else body:
            yield from values(item)
    elif isinstance(body, str | int) and not isinstance(body, bool):
        yield str(body)


def refused(both: Both, route: Route, role: str, case: Case, secrets: set[str]) -> Answer:
    """Asks what must be refused, in a way that says nothing of the thing."""
    answer = both.ask(route, role, case)
    problem(answer, *([401] if role == "anonymous" else [403, 404]))
    _require_documented(both, route, answer)
    said, known = json.dumps(answer.body, ensure_ascii=False), f"{_sent(case)} {both.accounts.get(role)}"
    leaked = {value for value in secrets if value in said and value not in known}
    assert not leaked, (route, role, leaked)
    return answer


def _require_documented(both: Both, route: Route, answer: Answer) -> None:
    documented = both.ours.spec["paths"][f"/api/v1{route[1]}"][route[0].lower()]["responses"]
    assert str(answer.status) in documented, (route, answer.status, "is not in the OpenAPI document")


def _sent(case: Case) -> str:
    body = case.body or {}
    papers = [base64.b64decode(body[name]).decode() for name in ("invoice", "creditNote") if name in body]
    return " ".join([case.path, json.dumps(body), *papers])


def let_in(both: Both, route: Route, role: str, case: Case) -> Answer:
    """Asks what may succeed; whatever the answer is, it is not that the caller may not."""
    scene = both.ours
    if route == ("DELETE", "/webhooks/{webhook_id}"):  # what one deletes the next does not find
        made = scene.call("POST", scene.cases["POST", "/webhooks"], role)
        case = Case(role, f"/webhooks/{made.body['id']}")
    answer = both.ask(route, role, case)
    assert answer.status not in (401, 403, 404), (route, role, answer.body)
    _require_documented(both, route, answer)
    if route == ("DELETE", "/auth/sessions") and role == "wallet":
        scene.tokens[role] = _access(scene).open_session(both.accounts[role])[0]
    if route == ("DELETE", "/participants/{account}/api-keys"):
        for name, revoked in both.accounts.items():
            if revoked in case.path:
                scene.tokens[name] = _access(scene).issue_api_key(revoked)
    return answer


def page(answers: Answers) -> str:
    """docs/authorisation.md."""
    lines = [
        "# Who may do what",
        "",
        "Every route of the OpenAPI document, asked as every kind of caller; written by `scripts/authorisation.py` and held to",
        "what is answered by `tests/backend/integration/api/test_who_may.py`. ✓: it may, as far as the state of things lets it.",
        "A number: it is refused with that status. Where two stand, the first is for a thing that the supplier, the core",
        "enterprise, the financier and the custodian here are the parties to, the second for the same thing of other firms.",
        "404 stands for what is not there and for what is not the caller's business: nobody can tell which.",
        "",
        "| Route | " + " | ".join(ROLES[role] for role in COLUMNS) + " |",
        "|---|" + "---|" * len(COLUMNS),
    ]
    for route in sorted({key[0] for key in answers}, key=lambda each: (each[1].split("/")[1], each[1], each[0])):
        cells = []
        for role in COLUMNS:
            own, foreign = answers[route, role, False], answers.get((route, role, True))
            cells.append(own if foreign in (None, own) else f"{own} / {foreign}")
        lines.append(f"| `{route[0]} {route[1]}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def ask_everything(both: Both) -> Answers:
    """What each is answered: first what is refused, then what is let in. The engine stands still meanwhile, so that
    nobody's act takes the thing from the next."""
    both.ours.network.world.system.engine.stop()
    secrets, answers, wrong = secrets_of(both), {}, []
    questions = sorted(both.questions(), key=lambda asked: (asked[-1], asked[0][0] == "DELETE"))
    for route, role, foreign, case, may in questions:
        try:
            if may:
                let_in(both, route, role, case)
                answers[route, role, foreign] = "✓"
            else:
                answer = refused(both, route, role, case, secrets)
                if role not in BUSINESS[foreign]:
                    hidden(both, route, role, case, answer)
                answers[route, role, foreign] = str(answer.status)
        except AssertionError as mistake:
            wrong.append(f"{route} {role} {'foreign' if foreign else 'own'}: {mistake}")
    assert not wrong, "\n".join(wrong)
    return answers


def _access(scene: Scene) -> Any:
    return scene.network.world.app.extensions["feiqian-access"]
