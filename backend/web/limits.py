"""How often anybody may ask: what a caller reads and writes, and how often an address may try to come in (rules Y1 to
Y3). Each process counts for itself, in memory: of several, each gives a caller as much.

`limits` counts, which Flask-Limiter is made of. Its hooks would run before it is known who calls, and shut out whoever
shares an address with one that guesses.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address
from typing import cast

from flask import Flask, current_app, g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from backend.config import Settings
from backend.errors import TooManyRequests, Unauthenticated, both
from backend.queries.participants import is_participant
from backend.web.noted import note, noted

_WORDS = {
    "sign-ins": both("attempts to sign in", "登录尝试"),
    "tokens": both("tokens or keys that fail", "无效的令牌或密钥"),
    "reads": both("reads", "查询"),
    "writes": both("writes", "写入"),
}
_READS = ("GET", "HEAD", "OPTIONS")
_WELCOME = 10_000
"""So many tokens are remembered that were good."""


class Limits:
    def __init__(self, settings: Settings) -> None:
        self._window = FixedWindowRateLimiter(MemoryStorage())
        most = {
            "sign-ins": settings.attempts_per_minute,
            "tokens": settings.attempts_per_minute,
            "reads": settings.reads_per_minute,
            "writes": settings.writes_per_minute,
        }
        self._items: dict[str, RateLimitItem] = {
            kind: RateLimitItemPerMinute(amount) for kind, amount in most.items() if amount
        }
        self._welcome: set[int] = set()
        self.members: set[str] = set()
        """Accounts that were found to be participants: they do not cease to be."""

    def spend(self, kind: str, whose: Callable[[], str]) -> None:
        """One more of this kind. Raises TooManyRequests."""
        item = self._items.get(kind)
        if item is not None and not self._window.hit(item, kind, by := whose()):
            raise self._refusal(kind, item, by)

    @contextmanager
    def showing(self, token: str, whose: str) -> Iterator[None]:
        """A token or key is looked at, which counts where it fails; with too many that failed none is looked at. One
        that was good before is looked at all the same: who shares the address need not suffer."""
        item, known = self._items.get("tokens"), hash(token)
        if item is None:
            yield
            return
        if known not in self._welcome and not self._window.test(item, "tokens", whose):
            raise self._refusal("tokens", item, whose)
        try:
            yield
        except Unauthenticated:
            self._welcome.discard(known)
            self._window.hit(item, "tokens", whose)
            raise
        if len(self._welcome) >= _WELCOME:
            self._welcome.clear()
        self._welcome.add(known)

    def _refusal(self, kind: str, item: RateLimitItem, whose: str) -> TooManyRequests:
        resets = self._window.get_window_stats(item, kind, whose).reset_time
        seconds, what = max(1, math.ceil(resets - time.time())), _WORDS[kind]
        return TooManyRequests(most=item.amount, what=what, seconds=seconds)


def install(app: Flask, settings: Settings) -> None:
    app.extensions["feiqian-limits"] = Limits(settings)


def spend() -> None:
    """This request is one of its caller's; one of ours from within (rule G6) was counted where it came from. Raises
    TooManyRequests."""
    if not noted("is_counted"):
        _limits().spend("reads" if request.method in _READS else "writes", _caller)


def sign_in() -> None:
    """This request is one of the sign-ins of its address. Raises TooManyRequests."""
    _limits().spend("sign-ins", address)
    note(is_attempt=True)


@contextmanager
def showing(token: str) -> Iterator[None]:
    """This request comes with a token or key, which is looked at inside. Raises TooManyRequests."""
    with _limits().showing(token, address()):
        note(is_attempt=True)
        yield


def _caller() -> str:
    """The operator or a participant; its address for anybody else: wallets are to be had in any number."""
    actor, members = g.get("actor"), _limits().members
    if actor is None:
        return address()
    if not actor.is_operator and actor.account not in members:
        if not is_participant(current_app.extensions["feiqian"].database, actor.account):
            return address()
        members.add(actor.account)
    return str(actor.account)


def address() -> str:
    """Whence the request comes; of IPv6 the part that a network has, whose hosts choose the rest."""
    said = request.remote_addr or ""
    try:
        whole = IPv6Address(said)
    except ValueError:
        return said
    return str(whole.ipv4_mapped or IPv6Address(int(whole) >> 64 << 64))


def _limits() -> Limits:
    return cast(Limits, current_app.extensions["feiqian-limits"])
