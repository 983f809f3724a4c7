"""Rule B53: on a network that is shared, no delivery goes inside."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.live.addresses import Unreachable, check, destination

INSIDE = [
    "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "64:ff9b::7f00:1",
]  # fmt: skip


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(None, None, None, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_however_it_is_written(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "93.184.215.14", address)
    with pytest.raises(InvalidInput, match="public"):
        check("https://hooks.example.com/x", anywhere=False)
    with pytest.raises(Unreachable):
        destination("https://hooks.example.com/x", anywhere=False)
    check("http://hooks.example.com/x", anywhere=True)


def test_a_delivery_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "93.184.215.14")
    check("https://hooks.example.com/x", anywhere=False)
    goal = destination("https://hooks.example.com:8443/x?y=1", anywhere=False)
    assert str(goal.url) == "https://93.184.215.14:8443/x?y=1"
    assert (goal.host, goal.header) == ("hooks.example.com", "hooks.example.com:8443")


@pytest.mark.parametrize(
    "url",
    ["", "hooks", "ftp://a.example/", "https://", "https://u:p@a.example/", "https://a.example/#x", "http://a:b:c/",
     "https://a.example/" + "x" * 2_000],
)  # fmt: skip
def test_what_is_no_address_is_refused_anywhere(url: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check(url, anywhere=True)
    assert refusal.value.field == "url"


def test_plain_http_is_for_development_chains() -> None:
    with pytest.raises(InvalidInput, match="https"):
        check("http://a.example/", anywhere=False)
    check("http://127.0.0.1:9/", anywhere=True)
