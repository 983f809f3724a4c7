"""Where a webhook may point (rule B53): on a network that is shared, nowhere inside.

A name is looked up at each delivery, and the delivery goes to an address that was looked at: a name that changes its
meaning in between leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

import httpx

from backend.errors import InvalidInput, both

LONGEST = 2_000
_SCHEMES = ("http", "https")


class Unreachable(Exception):
    """The name leads nowhere, or where no delivery may go."""


@dataclass(frozen=True)
class Destination:
    """A URL by address, and the name that it has."""

    url: httpx.URL
    host: str
    """For the Host header and the certificate."""

    @property
    def header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.url.port is None else f"{name}:{self.url.port}"


def check(url: str, *, anywhere: bool) -> None:
    """Raises InvalidInput for a URL that no delivery can or may go to. With `anywhere` it may be plain HTTP and point
    inside."""
    parsed = _parsed(url)
    if not anywhere and parsed.scheme != "https":
        raise InvalidInput(field="url", reason=both("must be https on this network", "在此网络上必须使用 https"))
    if not anywhere:
        try:
            destination(url, anywhere=False)
        except Unreachable:
            raise InvalidInput(
                field="url", reason=both("does not lead to a public address", "不指向任何公网地址")
            ) from None


def destination(url: str, *, anywhere: bool) -> Destination:
    """The address that a delivery to `url` goes to. Raises Unreachable."""
    parsed = httpx.URL(url)
    try:
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
        found = socket.getaddrinfo(parsed.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("the name cannot be resolved") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not anywhere and not all(map(_is_public, addresses)):
        raise Unreachable("it leads to a private address")
    return Destination(parsed.copy_with(host=addresses[0]), parsed.host)


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        parsed = httpx.URL("")
    if len(url) > LONGEST or parsed.scheme not in _SCHEMES or not parsed.host:
        raise InvalidInput(
            field="url",
            reason=both("must be an http or https address", "应为 http 或 https 地址"),
        )
    if parsed.userinfo or parsed.fragment:
        raise InvalidInput(field="url", reason=both("must not have a user or a fragment", "不得包含用户信息或片段标识"))
    return parsed


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _behind_nat64(address)
        if inner:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _behind_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None
