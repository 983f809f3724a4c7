"""Every page that there is: nobody who is not signed in sees it, save for those that are for everybody; and a page of what
is others' is the page of what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from backend.testing import Network
from tests.backend.integration.api.driver import Scene, make_scene
from tests.backend.integration.api.matrix import values

from .browser import Browser

FOR_EVERYBODY = {
    "/door", "/verify", "/docs", "/docs/oauth2-redirect", "/assets/<name>", "/problems/<kind>", "/healthz", "/readyz", "/metrics",
}  # fmt: skip
THINGS = ("receivables", "notes", "receipts", "lots", "loans", "trails", "operations", "certificates")


@pytest.fixture
def scene(feiqian: Network) -> Scene:
    return make_scene(feiqian)


def pages(scene: Scene) -> Iterator[tuple[str, str]]:
    """The rule and an address of each page that is looked at."""
    numbers = {
        "receivables": scene.confirmed, "trails": scene.confirmed, "notes": scene.note, "receipts": scene.receipt,
        "lots": scene.lot, "loans": scene.loan, "explorer": 1,
    }  # fmt: skip
    words = {
        "account": scene.network.tier1.account, "address": scene.network.tier1.account, "operation_id": scene.operation,
        "kind": "note", "thing_id": str(scene.note), "tx_hash": "0x" + "0" * 64, "name": "hand-over", "identifier": "1",
    }  # fmt: skip
    for rule in scene.network.world.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            known = words | {"number": str(numbers.get(rule.rule.split("/")[1], 0))}
            yield rule.rule, re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part, known=known: known[part[1]], rule.rule)


def test_who_is_not_signed_in_is_shown_the_door_everywhere(scene: Scene) -> None:
    stranger, asked = Browser(scene.network), 0
    secrets = set(values(scene.network.operator.receivable(scene.confirmed)))
    for rule, address in pages(scene):
        if rule in FOR_EVERYBODY:
            continue
        answer = stranger.get(address)
        assert answer.status_code == 303 and answer.headers["Location"] == "/door", (rule, answer.status_code)
        assert not [value for value in secrets if len(value) > 8 and value in answer.text], rule
        asked += 1
    assert asked > 25, "all pages"


def test_a_page_of_what_is_others_is_the_page_of_what_is_not_there(scene: Scene) -> None:
    """Rule G8."""
    tried = 0
    for account in (scene.network.tier2.account, scene.network.bank_b.account, scene.network.oracle.account):
        browser = Browser(scene.network).enter_as(account)
        for rule, address in pages(scene):
            if rule.split("/")[1] in THINGS and "<" in rule:
                theirs = re.sub(
                    r"/[0-9a-f]+(\.pdf)?$", "/4711\\1" if "operation" not in rule else "/" + "0" * 32, address
                )
                there, absent = browser.get(address), browser.get(theirs)
                assert there.status_code == absent.status_code and there.status_code in (403, 404), rule
                assert _plain(there.text, address) == _plain(absent.text, theirs), rule
                tried += 1
    assert tried == 3 * 9


def _plain(page: str, address: str) -> str:
    """What a page says, without the address that was asked for."""
    main = re.search("<main.*</main>", page, re.DOTALL)
    assert main is not None
    said = re.sub("<[^>]*>", " ", main[0])
    return re.sub(rf"\b{address.rpartition('/')[2].removesuffix('.pdf')}\b", "", said.replace(address, ""))
