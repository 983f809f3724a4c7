"""Sign-In with Ethereum, sessions and API keys, with everything that can be wrong about them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from eth_account import Account
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from backend.errors import Unauthenticated
from backend.sdk import Refused
from backend.testing import Network
from backend.web import access
from tests.backend.integration.pages.browser import Browser

from .driver import own_wallet, problem
from .sign_in_door import ORDER, Door, iso, soon


@pytest.fixture
def door(feiqian: Network) -> Door:
    return Door(feiqian)


def test_a_wallet_signs_in_and_out(feiqian: Network, door: Door) -> None:
    answer = door.enter(door.message())
    assert answer.status == 200 and answer.body["account"] == door.wallet.address
    token = answer.body["token"]
    assert door.me(token).body == {
        "account": door.wallet.address, "roles": [],
        "position": {"account": door.wallet.address, "cash": [], "notes": [], "owed": [], "withheld": [],
                         "books": []},
    }  # fmt: skip
    feiqian.operator.register("A firm", "91310000MA1FIRM001", ["supplier"], account=door.wallet.address)
    assert door.me(token).body["roles"] == ["supplier"]
    assert door.raw.send("DELETE", "/auth/sessions", token=token).status == 200
    problem(door.me(token), 401)
    problem(door.raw.send("DELETE", "/auth/sessions", token=token), 401)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"statement": ""},
        {"domain": None},
        {"tail": "\nExpiration Time: 2999-01-01T00:00:00.123456789+08:00"},
        {"tail": "{soon}\nNot Before: 2020-01-01T00:00:00Z\nRequest ID: 7\nResources:\n- https://a.b\n- ipfs://c"},
    ],
)
def test_messages_that_wallets_write_are_understood(door: Door, changes: dict[str, Any]) -> None:
    if changes.get("domain", "") is None:
        changes = {"domain": f"http://{door.nonce()['domain']}"}
    if "tail" in changes:
        changes = {"tail": changes["tail"].format(soon=soon())}
    assert door.enter(door.message(**changes)).status == 200


def test_a_message_opens_once(door: Door) -> None:
    message = door.message()
    assert door.enter(message).status == 200
    assert problem(door.enter(message), 401)["detail"] == "the nonce is unknown, used or expired"


def test_an_attempt_that_fails_spends_the_nonce(door: Door) -> None:
    message = door.message()
    problem(door.enter(message, door.sign(message, Account.create())), 401)
    problem(door.enter(message), 401)


def test_a_nonce_that_was_never_given_or_is_old_opens_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    problem(door.enter(door.message(nonce="0123456789abcdef01234567")), 401)
    message = door.message(tail="\nExpiration Time: 2999-01-01T00:00:00Z")
    later = int(time.time()) + 301
    monkeypatch.setattr(access, "_now", lambda: later)
    assert "nonce" in problem(door.enter(message), 401)["detail"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"domain": "evil.example"}, "domain"),
        ({"domain": "127.0.0.1"}, "127.0.0.1"),
        ({"chain": 1}, "chain 1"),
        ({"chain": "01337"}, ""),
        ({"tail": ""}, "no expiry"),
        ({"tail": "\nExpiration Time: 2020-01-01T00:00:00Z"}, "expired"),
        ({"tail": "{soon}\nNot Before: 2999-01-01T00:00:00Z"}, "not valid yet"),
    ],
)
def test_a_message_that_was_meant_otherwise_does_not_convince(
    door: Door, changes: dict[str, Any], complaint: str
) -> None:
    if "tail" in changes:
        changes = {"tail": changes["tail"].format(soon=soon())}
    if changes.get("chain") == "01337":
        changes = {"chain": int(door.nonce()["chainId"]) + 1}
    found = problem(door.enter(door.message(**changes)), 401)
    assert complaint.replace("domain", "is for") in found["detail"]


def test_a_signature_of_another_or_of_something_else_does_not_convince(door: Door) -> None:
    good = bytes.fromhex(door.sign(door.message())[2:])
    message = door.message()
    signature = bytes.fromhex(door.sign(message)[2:])
    r, s, v = signature[:32], int.from_bytes(signature[32:64]), signature[64]
    forged = [
        good,
        bytes(65),
        b"\xff" * 65,
        signature[:64],
        signature + b"\0",
        b"\1",
        r + (ORDER - s).to_bytes(32) + bytes([55 - v]),
        signature[:64] + bytes([v - 27]),
        signature[:64] + bytes([v + 10]),
        signature[:64] + bytes([55 - v]),
        bytes.fromhex(door.sign(message, Account.create())[2:]),
    ]
    for attempt in forged:
        changed = door.message()
        problem(door.enter(changed, "0x" + attempt.hex()), 401)
    for made in (signature[:64] + bytes([v]), r + (ORDER - s).to_bytes(32) + bytes([55 - v])):
        answer = door.enter(message, "0x" + made.hex())
        assert (answer.status == 200) is (made == signature)


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "0x" + "ab" * 20},
        {"account": "0x1"},
        {"version": "2"},
        {"chain": "x"},
        {"chain": "-1"},
        {"chain": "9" * 400},
        {"nonce": "short"},
        {"nonce": "with-dashes-1"},
        {"nonce": "x" * 33},
        {"issued": "yesterday"},
        {"issued": "2025-02-31T00:00:00Z"},
        {"issued": "2025-01-01T23:59:60Z"},
        {"tail": "\nExpiration Time: 2025-01-01"},
        {"tail": "\nExpiration Time: 2025-01-01T00:00:00"},
        {"tail": "\nExpiration Time: 2025-13-01T00:00:00Z"},
        {"tail": "\nExpiration Time: 2025-01-01T00:00:00+25:00"},
        {"tail": "\nExpiration Time: 99999-01-01T00:00:00Z"},
        {"tail": "\nSurprise: yes"},
        {"tail": "\n"},
        {"statement": "two\nlines\n"},
        {"uri": ""},
        {"domain": "a/b"},
        {"domain": ""},
    ],
)
def test_what_is_no_sign_in_message_is_refused(door: Door, changes: dict[str, Any]) -> None:
    assert problem(door.enter(door.message(**changes)), 422)["field"] == "message"


def test_nothing_keeps_the_reader_busy(door: Door) -> None:
    message = door.message()
    long = ["a" * 4000, "1:" * 2000, "http://" * 571, "\n" * 4000, "- " * 2000]
    long += [message.replace("Good day.", "x" * 3500)]
    long += [message.replace("URI: ", "URI: " + "a.%41" * 700), message + "\nResources:" + "\n- a" * 800]
    long += [message + "\nResources:" + "\n- a" * 800 + "\n-", "a" * 3900 + " wants you to sign in with"]

    def seconds(texts: list[str]) -> float:
        started = time.process_time()
        for text in texts:
            door.enter(text, "0x" + "11" * 65)
        return time.process_time() - started

    assert seconds(long) < 20 * seconds([message] * len(long))


def test_a_session_ends_with_its_message_and_at_the_latest_after_its_hours(
    door: Door, feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())
    short = door.enter(door.message(tail=f"\nExpiration Time: {iso(datetime.fromtimestamp(now + 100, UTC))}")).body
    long = door.enter(door.message(tail="\nExpiration Time: 2999-01-01T00:00:00Z")).body
    assert short["expiresAt"] == now + 100
    assert abs(long["expiresAt"] - now - feiqian.world.settings.session_seconds) < 5
    monkeypatch.setattr(access, "_now", lambda: now + 99)
    assert door.me(short["token"]).status == 200
    monkeypatch.setattr(access, "_now", lambda: now + 100)
    problem(door.me(short["token"]), 401)
    assert door.me(long["token"]).status == 200
    monkeypatch.setattr(access, "_now", lambda: int(long["expiresAt"]))
    problem(door.me(long["token"]), 401)


LASTING = "\nExpiration Time: 2999-01-01T00:00:00Z"


def test_a_session_that_nobody_uses_ends(door: Door, feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule G1."""
    now, idle = int(time.time()), feiqian.world.settings.session_idle_seconds
    used, left = (door.enter(door.message(tail=LASTING)).body["token"] for _ in range(2))
    open_page = feiqian.world.app.extensions["feiqian-access"]
    for hour in (1, 2):
        at = now + hour * (idle - 10)
        monkeypatch.setattr(access, "_now", lambda at=at: at)
        assert door.me(used).status == 200
        if hour == 1:
            open_page.actor_of_session(left, is_use=False)
    problem(door.me(left), 401)
    with pytest.raises(Unauthenticated):
        open_page.actor_of_session(left)
    monkeypatch.setattr(access, "_now", lambda: now + 2 * (idle - 10) + idle + 1)
    problem(door.me(used), 401)
    assert feiqian.tier1.me()["account"] == feiqian.tier1.account, "a key does not idle"


def test_where_sessions_do_not_idle_they_last_their_hours(
    door: Door, feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = door.enter(door.message(tail=LASTING)).body["token"]
    lasting = feiqian.world.settings.model_copy(update={"session_idle_seconds": 0})
    monkeypatch.setattr(feiqian.world.app.extensions["feiqian-access"], "_settings", lasting)
    monkeypatch.setattr(access, "_now", lambda: int(time.time()) + 11 * 3600)
    assert door.me(token).status == 200


def test_a_session_is_good_while_its_use_cannot_be_written_down(
    door: Door, feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, now = door.enter(door.message()).body["token"], int(time.time())
    monkeypatch.setattr(access, "_now", lambda: now + 120)

    def full(*_: Any) -> None:
        raise OperationalError("UPDATE", {}, Exception("database or disk is full"))

    monkeypatch.setattr(access, "update", full)
    assert door.me(token).status == 200


def test_time_travel_on_the_chain_does_not_end_sessions(door: Door, feiqian: Network) -> None:
    token = door.enter(door.message()).body["token"]
    feiqian.operator.travel(days=30)
    assert door.me(token).status == 200


def test_secrets_are_not_kept(door: Door, feiqian: Network) -> None:
    token = door.enter(door.message()).body["token"]
    with feiqian.world.system.database.connect() as db:
        kept = repr([list(db.execute(select(table))) for table in (access.sessions, access.api_keys)])
    assert token not in kept and str(feiqian.tier1.token) not in kept


def test_api_keys_are_issued_used_and_revoked(feiqian: Network, door: Door) -> None:
    path = f"/participants/{feiqian.tier1.account}/api-keys"
    keys = [door.raw.send("POST", path, {}, token=str(feiqian.tier1.token)).body["apiKey"] for _ in range(2)]
    by_operator = feiqian.operator.post(path)["apiKey"]
    for key in (*keys, by_operator):
        assert door.me(key).body["account"] == feiqian.tier1.account
    assert door.raw.send("DELETE", path, token=keys[0]).body == {"account": feiqian.tier1.account, "revoked": 4}
    for key in (*keys, by_operator, str(feiqian.tier1.token)):
        problem(door.me(key), 401)
    assert feiqian.tier2.me()["account"] == feiqian.tier2.account
    assert door.me(str(feiqian.world.settings.operator_api_key)).body["roles"] == ["operator"]


def test_who_revokes_its_keys_ends_its_sessions_too(feiqian: Network) -> None:
    """Whoever had the key may have come in with it: a session outlives no key (rule G1)."""
    thief = Browser(feiqian)
    thief.post("/door/key", {"key": str(feiqian.tier1.token)})
    other = Browser(feiqian).enter_as(feiqian.tier2.account)
    assert not thief.is_outside
    feiqian.world.app.extensions["feiqian-access"].revoke_api_keys(feiqian.tier1.account)
    assert thief.is_outside and not other.is_outside


def test_the_operator_makes_no_key_for_a_party_with_its_own_wallet(feiqian: Network, door: Door) -> None:
    party, _ = own_wallet(feiqian, "supplier", "91310000MA1OWN0001")
    path = f"/participants/{party.account}/api-keys"
    with pytest.raises(Refused) as refusal:
        feiqian.operator.post(path)
    assert refusal.value.status == 403
    assert door.me(party.post(path)["apiKey"]).body["account"] == party.account


def test_nobody_issues_or_revokes_the_keys_of_another(feiqian: Network, door: Door) -> None:
    path = f"/participants/{feiqian.tier1.account}/api-keys"
    for method in ("POST", "DELETE"):
        problem(door.raw.send(method, path, {}, token=str(feiqian.tier2.token)), 403)
    problem(door.raw.send("POST", f"/participants/{door.wallet.address}/api-keys", {}, token="x"), 401)
    unknown = door.raw.send(
        "POST", f"/participants/{door.wallet.address}/api-keys", {}, token=feiqian.world.settings.operator_api_key
    )
    problem(unknown, 404)
    assert feiqian.tier1.me()["account"] == feiqian.tier1.account
