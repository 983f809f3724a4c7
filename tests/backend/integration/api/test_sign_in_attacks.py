"""Ways to come in as somebody else, or twice, with a Sign-In with Ethereum message (rule Y12): each is refused with a
problem that the OpenAPI document names, and opens no session."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eth_account import Account
from sqlalchemy import select

from backend.testing import Network
from backend.web import access

from .driver import Answer, Raw, own_wallet, problem
from .sign_in_door import ORDER, Door, iso, soon


class Guarded(Door):
    """A door that somebody tries to break: what opens, and how it says no."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.network = network
        documented = network.world.app.spec["paths"]["/api/v1/auth/sessions"]["post"]["responses"]
        self.documented = {int(status) for status in documented}

    def sessions(self) -> list[tuple[Any, ...]]:
        with self.network.world.system.database.connect() as db:
            return sorted(tuple(row) for row in db.execute(select(access.sessions)))

    def refuses(self, message: str, signature: str | None = None, *, status: int = 401) -> str:
        """Why."""
        before = self.sessions()
        answer = self.enter(message, signature)
        found = problem(answer, status)
        assert answer.status in self.documented
        assert "token" not in answer.body and self.sessions() == before
        return str(found["detail"])


@pytest.fixture
def door(feiqian: Network) -> Guarded:
    guarded = Guarded(feiqian)
    assert guarded.enter(guarded.message()).status == 200, "what is not attacked comes in"
    return guarded


def parts(signature: str) -> tuple[bytes, int, int]:
    """r, s and v."""
    raw = bytes.fromhex(signature[2:])
    return raw[:32], int.from_bytes(raw[32:64]), raw[64]


def test_01_a_message_that_opened_is_sent_again(door: Guarded) -> None:
    message = door.message()
    signature = door.sign(message)
    assert door.enter(message, signature).status == 200
    assert "nonce" in door.refuses(message, signature)


def test_02_many_send_one_message_at_once(door: Guarded) -> None:
    message = door.message()
    signature, before = door.sign(message), door.sessions()
    gate, answers = threading.Barrier(8), list[Answer]()

    def enter() -> None:
        body = {"message": message, "signature": signature}
        gate.wait()
        answers.append(Raw(door.network).send("POST", "/auth/sessions", body))

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] + [401] * 7
    assert len(door.sessions()) == len(before) + 1


def test_03_two_messages_share_a_nonce(door: Guarded) -> None:
    nonce, other = door.nonce()["nonce"], Account.create()
    assert door.enter(door.message(nonce=nonce)).status == 200
    theirs = door.message(nonce=nonce, account=other.address)
    assert "nonce" in door.refuses(theirs, door.sign(theirs, other))


def test_04_a_nonce_is_tried_again_after_a_failure(door: Guarded) -> None:
    message = door.message()
    door.refuses(message, door.sign(message, Account.create()))
    assert "nonce" in door.refuses(message)


@pytest.mark.parametrize("nonce", ["0" * 24, "f" * 24, "aaaaaaaaaaaaaaaa", "00000000"])
def test_05_a_nonce_that_was_not_given_here(door: Guarded, nonce: str) -> None:
    assert "nonce" in door.refuses(door.message(nonce=nonce))


def test_06_a_nonce_that_was_given_too_long_ago(door: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    message = door.message(tail="\nExpiration Time: 2999-01-01T00:00:00Z")
    later = access._now() + door.network.world.settings.sign_in_seconds
    monkeypatch.setattr(access, "_now", lambda: later)
    assert "nonce" in door.refuses(message)


@pytest.mark.parametrize(
    "shape", ["evil.example", "{0}.evil.example", "evil.{0}", "{0}:80", "user@{0}", "https://evil.example"]
)
def test_07_a_message_for_another_domain(door: Guarded, shape: str) -> None:
    domain = door.nonce()["domain"]
    assert "is for" in door.refuses(door.message(domain=shape.format(domain)))


def test_08_a_domain_that_only_looks_the_same(door: Guarded) -> None:
    domain = door.nonce()["domain"]
    assert "is for" in door.refuses(door.message(domain=domain.replace("1", "\uff11")))
    door.refuses(door.message(domain=f"javascript://{domain}"), status=422)


@pytest.mark.parametrize(
    "shape",
    ["https://evil.example", "http://{0}.evil.example/", "http://{0}@evil.example", "http://evil.example/?http://{0}",
     "javascript://{0}", "ftp://{0}", "{0}", "http://{0}1"],
)  # fmt: skip
def test_09_an_address_of_another_site(door: Guarded, shape: str) -> None:
    domain = door.nonce()["domain"]
    assert "is for" in door.refuses(door.message(uri=shape.format(domain)))


@pytest.mark.parametrize("chain", [0, 1, 10**17])
def test_10_a_message_for_another_chain(door: Guarded, chain: int) -> None:
    assert f"chain {chain}" in door.refuses(door.message(chain=chain))


def test_11_a_message_that_has_ended_or_has_no_end(door: Guarded) -> None:
    now = datetime.now(UTC)
    for end in (now - timedelta(seconds=1), now - timedelta(days=400)):
        assert "expired" in door.refuses(door.message(tail=f"\nExpiration Time: {iso(end)}"))
    assert "no expiry" in door.refuses(door.message(tail=""))


def test_12_a_message_whose_time_has_not_come(door: Guarded) -> None:
    assert "not valid yet" in door.refuses(door.message(tail=soon(not_before=60)))


def test_13_a_message_of_the_future(door: Guarded) -> None:
    later = iso(datetime.now(UTC) + timedelta(hours=1))
    assert "future" in door.refuses(door.message(issued=later, tail="\nExpiration Time: 2999-01-01T00:00:00Z"))


def test_14_the_other_signature_that_fits(door: Guarded) -> None:
    message = door.message()
    r, s, v = parts(door.sign(message))
    assert "not signed by" in door.refuses(message, "0x" + (r + (ORDER - s).to_bytes(32) + bytes([55 - v])).hex())


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 35, 255])
def test_15_a_signature_with_another_v(door: Guarded, v: int) -> None:
    message = door.message()
    r, s, _ = parts(door.sign(message))
    assert "not signed by" in door.refuses(message, "0x" + (r + s.to_bytes(32) + bytes([v])).hex())


@pytest.mark.parametrize(
    ("r", "s"), [(0, 0), (0, 1), (1, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 1), (1, 1)]
)  # fmt: skip
def test_16_a_signature_off_the_curve(door: Guarded, r: int, s: int) -> None:
    for v in (27, 28):
        made = "0x" + (r.to_bytes(32) + s.to_bytes(32) + bytes([v])).hex()
        assert "not signed by" in door.refuses(door.message(), made)


def test_17_a_compact_signature_or_one_with_a_tail(door: Guarded) -> None:
    for length in (64, 66, 130):
        message = door.message()
        raw = bytes.fromhex(door.sign(message)[2:])
        door.refuses(message, "0x" + (raw * 2)[:length].hex())


def test_18_the_name_of_another(door: Guarded) -> None:
    for account in (door.network.tier1.account, own_wallet(door.network, "supplier", "91310000MA1OWN0009")[0].account):
        message = door.message(account=account)
        assert account in door.refuses(message, door.sign(message))


def test_19_the_name_of_a_contract(door: Guarded) -> None:
    """EIP-1271 would let a contract say yes to anything: none is asked."""
    for account in door.network.world.system.contracts.deployment.contracts.values():
        message = door.message(account=account)
        assert account in door.refuses(message)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("Good day.", "Give all I have."), ("Good day.\n", ""), ("URI: http", "URI: https"), ("Expiration Time: 2", "Expiration Time: 3"),
     ("\nIssued At", "a\nIssued At")],
)  # fmt: skip
def test_20_a_message_that_was_changed_after_it_was_signed(door: Guarded, was: str, becomes: str) -> None:
    message = door.message()
    assert was in message
    door.refuses(message.replace(was, becomes), door.sign(message))


@pytest.mark.parametrize("version", ["0", "2", "1.0", "01", "1 ", ""])
def test_21_another_version(door: Guarded, version: str) -> None:
    door.refuses(door.message(version=version), status=422)


@pytest.mark.parametrize(
    "changes",
    [
        {"statement": "Good day.\r\nURI: http://evil.example\n"},
        {"statement": "Good day.\rNonce: 12345678\n"},
        {"statement": "Good day.\u2028URI: http://evil.example\n"},
        {"statement": "Good day.\x1b[2K\n"},
        {"statement": "Good day.\x85more\n"},
        {"statement": "Good\x00day\n"},
        {"statement": "Good day.\nURI: http://evil.example\n"},
        {"uri": "http://127.0.0.1\r\nSet-Cookie: a=b"},
        {"nonce": "12345678\nNonce: 87654321"},
        {"version": "1\nVersion: 1"},
        {"tail": "\nExpiration Time: 2999-01-01T00:00:00Z\nExpiration Time: 2999-01-01T00:00:00Z"},
        {"tail": "\nNot Before: 2020-01-01T00:00:00Z\nExpiration Time: 2999-01-01T00:00:00Z"},
        {"tail": "\nExpiration Time: 2999-01-01T00:00:00Z\nRequest ID: 7\rNot Before: x"},
        {"tail": "\nExpiration Time: 2999-01-01T00:00:00Z\nResources:\n- a\x0bb"},
        {"tail": "\r\nExpiration Time: 2999-01-01T00:00:00Z"},
        {"tail": "\nExpiration Time: 2999-01-01T00:00:00Z\n"},
    ],
)
def test_22_lines_that_are_slipped_in(door: Guarded, changes: dict[str, str]) -> None:
    door.refuses(door.message(**changes), status=422)


def test_23_lines_in_windows_manner(door: Guarded) -> None:
    message = door.message().replace("\n", "\r\n")
    door.refuses(message, status=422)


def test_24_a_message_that_is_too_long(door: Guarded) -> None:
    door.refuses(door.message(statement="x" * 4_000 + "\n"), status=422)
    door.refuses(door.message(tail=soon() + "\nResources:" + "\n- a" * 1_500), status=422)


def test_25_a_body_that_says_more_than_it_may(door: Guarded) -> None:
    message = door.message()
    body = {"message": message, "signature": door.sign(message)}
    before = door.sessions()
    for more in ({"account": door.network.tier1.account}, {"expiresAt": 2**40}, {"token": "fqs_mine"}):
        problem(door.raw.send("POST", "/auth/sessions", body | more), 422)
    twice = f'{{"message": "x", "message": {message!r}, "signature": "0x11"}}'.replace("'", '"').encode()
    problem(door.raw.send("POST", "/auth/sessions", data=twice), 400)
    assert door.sessions() == before
    assert door.raw.send("POST", "/auth/sessions", body).status == 200, "what was not read spent no nonce"


def test_26_a_session_that_is_told_to_last_for_ever(door: Guarded) -> None:
    answer = door.enter(door.message(tail="\nExpiration Time: 9999-12-31T23:59:59Z"))
    assert answer.body["expiresAt"] <= access._now() + door.network.world.settings.session_seconds
