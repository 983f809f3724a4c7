"""The API against requests that nobody thought of: Schemathesis makes them from the OpenAPI document, as every role.

    python scripts/fuzz_api.py [--cases 2000] [--seed 1] [--roles supplier,operator] [words of routes]

The backend runs in this process over a network in which there is one of everything; each role gets a fresh one. The
same requests are made as each role. Two of three fit the document, and most of these are aimed, for each role anew, at
things that exist or are replaced by one that is valid, so that acts reach the chain; the others break the document.
Fails on an answer of 5xx, on a status, a media type or a body that the document does not promise, and where a request
that breaks the document is obeyed. The same seed makes the same requests.
JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from rich.console import Console
from rich.table import Table
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fuzz_api_aim import Aim

from backend import logs
from backend.testing import open_base, open_network, settings_in
from backend.testing_databases import open_databases
from tests.backend.integration.api.driver import Scene, make_scene

ROLES = (
    "anonymous", "wallet", "supplier", "core enterprise", "financier", "custodian", "oracle", "regulator", "operator",
)  # fmt: skip
CHECKS = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
]
PLAIN = {"Accept-Encoding": "identity"}
"""Nobody unpacks an answer on its way to the checks."""
SECONDS_A_WAIT = 1
"""The most that Prefer: wait may ask for: some of what is asked here never ends."""
LAST = ("unfreezes", "renewals", "calibrations", "revocation", "freezes", "api-keys", "auth/sessions", "clock/travels")
"""What takes much from those that come after it."""
SHOWN = 1_000
"""So many characters are told of a request and of its answer."""


@dataclass
class Made:
    """A request that was made up, and its parts as they were, before it is aimed."""

    route: Any
    mode: GenerationMode
    case: Any
    parts: tuple[Any, Any, Any]


@dataclass
class Tally:
    """What was asked as one role, and what came back."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """By route and what is wrong with its answer: the first request that showed it."""
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: float = 0.0


def main() -> int:
    arguments = _arguments()
    os.environ.setdefault("CHAIN", "anvil")
    load_all_checks()
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory() as folder, open_databases() as databases:
        home = Path(folder)
        chosen = settings_in(home, databases, max_wait_seconds=SECONDS_A_WAIT, poll_seconds=0.05, log_level="CRITICAL")
        logs.configure(chosen)
        with open_base(chosen) as base:
            requests = _make(base.world.app, arguments)
            for number, role in enumerate(arguments.roles):
                (home / str(number)).mkdir()
                with open_network(base, databases, home / str(number)) as network:
                    tallies[role] = _ask_as(role, make_scene(network), requests, arguments.seed)
                _tell(role, tallies[role])
    return _report(tallies, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--cases", type=lambda text: int(float(text)), default=int(float(os.environ.get("CASES", 2_000)))
    )
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", 1)))
    parser.add_argument("--roles", type=lambda text: text.split(","), default=list(ROLES))
    parser.add_argument("--json", action="store_true", default=os.environ.get("JSON") == "1")
    parser.add_argument("words", nargs="*", help="only routes with one of these in their method and path")
    return parser.parse_args()


def _make(app: Any, arguments: argparse.Namespace) -> list[Made]:
    """Requests to every route, as many to each as to every other; where one has no more, the others get more."""
    began = time.monotonic()
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    document.config.generation.update(with_security_parameters=False)  # the role's token is put in here
    routes = [found.ok() for found in document.get_all_operations()]
    routes = [each for each in routes if not arguments.words or any(word in each.label for word in arguments.words)]
    wanted = -(-arguments.cases // len(arguments.roles))
    made: list[Made] = []
    turn = 0
    while routes and len(made) < wanted:
        left, tired = wanted - len(made), set()
        for place, route in enumerate(routes):
            share = left * (place + 1) // len(routes) - left * place // len(routes)
            broken = share // 3 if list(route.iter_parameters()) or route.body else 0
            found = 0
            for mode, count in (GenerationMode.POSITIVE, share - broken), (GenerationMode.NEGATIVE, broken):
                fresh = _made_up(route, mode, count, f"{arguments.seed} {turn} {route.label} {mode}") if count else []
                made += fresh
                found += len(fresh)
            if found < share:
                tired.add(route.label)
        routes, turn = [each for each in routes if each.label not in tired], turn + 1
    made.sort(key=lambda each: max((LAST.index(word) for word in LAST if word in each.route.label), default=-1))
    print(f"{len(made)} requests made in {time.monotonic() - began:.0f} s", flush=True)
    return made


def _made_up(route: Any, mode: GenerationMode, count: int, word: str) -> list[Made]:
    """So many requests to one route, or as many as there are."""
    found: list[Made] = []

    @seed(int.from_bytes(hashlib.sha256(word.encode()).digest()[:8]))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=route.as_strategy(generation_mode=mode))
    def keep(case: Any) -> None:
        found.append(Made(route, mode, case, (case.path_parameters, case.query, case.body)))

    keep()
    return found[:count]


def _ask_as(role: str, scene: Scene, requests: list[Made], number: int) -> Tally:
    """Asks everything as one role. What is wrong is noted, and asking goes on."""
    tally, began, app = Tally(), time.monotonic(), scene.network.world.app
    aim, token, route, headers = Aim(scene, random.Random(f"{number} {role}")), _tokens(role, scene), None, PLAIN
    for made in requests:
        if made.route is not route:
            route, fresh = made.route, token()
            headers = PLAIN if fresh is None else PLAIN | {"Authorization": f"Bearer {fresh}"}
        _ask(made, headers, aim, tally, app)
    tally.seconds = time.monotonic() - began
    return tally


def _ask(made: Made, headers: dict[str, str], aim: Aim, tally: Tally, app: Any) -> None:
    case = made.case
    case.path_parameters, case.query, case.body = made.parts
    if made.mode is GenerationMode.POSITIVE:
        aim.take(case)
    if case.path.endswith("/stream") and isinstance(case.query, dict):
        case.query = {**case.query, "follow": "false"}  # else it never ends
    tally.cases += 1
    try:
        answer = case.call(headers=headers, app=app)
    except Exception as error:
        _note(tally, made.route, f"{type(error).__name__}: {error}".splitlines()[0], case, headers)
        return
    tally.statuses[answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as wrong:
        for failure in wrong.exceptions:
            said = f"{failure.message[:SHOWN]}\n{answer.content[:SHOWN].decode(errors='replace')}"
            _note(tally, made.route, f"{answer.status_code}: {failure.title}", case, headers, said)


def _note(tally: Tally, route: Any, wrong: str, case: Any, headers: dict[str, str], more: str = "") -> None:
    key = route.label, wrong
    tally.failed[key] += 1
    if key not in tally.failures:
        try:
            asked = case.as_curl_command(headers=headers)
        except Exception:
            asked = repr(case)
        tally.failures[key] = f"{asked[:SHOWN]}\n{more}"


def _tokens(role: str, scene: Scene) -> Callable[[], str | None]:
    """What makes a token of the role: some routes end the one that they are asked with."""
    network, access = scene.network, scene.network.world.app.extensions["feiqian-access"]
    if role in ("anonymous", "operator"):
        return lambda: scene.tokens[role]
    if role == "wallet":
        account = scene.raw.send("GET", "/me", token=scene.tokens["wallet"]).body["account"]
        return lambda: str(access.open_session(account)[0])
    parties = {
        "supplier": network.tier1, "core enterprise": network.car_maker, "financier": network.bank_a,
        "custodian": network.warehouse, "oracle": network.oracle, "regulator": scene.regulator,
    }  # fmt: skip
    return lambda: str(access.issue_api_key(parties[role].account))


def _tell(role: str, tally: Tally) -> None:
    print(f"{role}: {tally.cases} cases in {tally.seconds:.0f} s, {sum(tally.failed.values())} failed", flush=True)
    for (route, wrong), asked in tally.failures.items():
        print(f"  {route}: {wrong} ({tally.failed[route, wrong]}×)\n    {asked}", file=sys.stderr, flush=True)


def _report(tallies: dict[str, Tally], arguments: argparse.Namespace) -> int:
    statuses = sorted({status for tally in tallies.values() for status in tally.statuses})
    table = Table(title=f"Cases by role and status, seed {arguments.seed}")
    table.add_column("Role")
    for column in ("Cases", *map(str, statuses), "Failed", "Seconds"):
        table.add_column(column, justify="right")
    for role, tally in tallies.items():
        counts = [f"{tally.statuses[status]:,}" for status in statuses]
        failed = str(sum(tally.failed.values()))
        table.add_row(role, f"{tally.cases:,}", *counts, failed, f"{tally.seconds:.0f}")
    every = sum((tally.statuses for tally in tallies.values()), Counter())
    cases = sum(tally.cases for tally in tallies.values())
    failed = sum(sum(tally.failed.values()) for tally in tallies.values())
    seconds = sum(tally.seconds for tally in tallies.values())
    table.add_section()
    table.add_row("all", f"{cases:,}", *(f"{every[status]:,}" for status in statuses), str(failed), f"{seconds:.0f}")
    Console(width=140).print(table)
    holds = not failed and cases >= arguments.cases
    print(f"{cases:,} cases, {failed} failed")
    if arguments.json:
        by_role = {role: {"cases": tally.cases, "statuses": dict(tally.statuses)} for role, tally in tallies.items()}
        print(json.dumps({"seed": arguments.seed, "cases": cases, "failed": failed, "roles": by_role, "holds": holds}))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
