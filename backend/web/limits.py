"""How often anybody may ask: what a caller reads and writes, and how often an address may fail to come in (rules Y1 to
Y3). Each process counts for itself, in memory: of several, each gives a caller as much.

`limits` counts, which Flask-Limiter is made of. Its hooks would run before it is known who calls, and shut out whoever
shares an address with one that guesses.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address
from typing import cast

from flask import Flask, current_app, g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from backend.config import Settings
from backend.errors import FeiqianError, TooManyRequests, both
from backend.web.noted import note, noted

_WORDS = {
    "attempts": both("failed attempts to sign in", "失败的登录尝试"),
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
            "attempts": settings.attempts_per_minute,
            "reads": settings.reads_per_minute,
            "writes": settings.writes_per_minute,
        }
        self._items: dict[str, RateLimitItem] = {
            kind: RateLimitItemPerMinute(amount) for kind, amount in most.items() if amount
        }
        self._welcome: set[int] = set()

    def spend(self, kind: str, whose: str) -> None:
        """One more of this kind. Raises TooManyRequests."""
        item = self._items.get(kind)
        if item is not None and not self._window.hit(item, kind, whose):
            raise self._refusal(kind, item, whose)

    @contextmanager
    def attempt(self, whose: str, token: str | None = None) -> Iterator[None]:
        """A try to come in: each that fails is one of those that an address has, and without any left none is looked
        at. A token that was good before is looked at all the same: who shares the address need not suffer."""
        item, known = self._items.get("attempts"), hash(token)
        if item is None:
            yield
            return
        if known not in self._welcome and not self._window.test(item, "attempts", whose):
            raise self._refusal("attempts", item, whose)
        try:
            yield
        except FeiqianError:
            self._welcome.discard(known)
            self._window.hit(item, "attempts", whose)
            raise
        if token is not None:
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
    """This request is one of its caller's, or of its address where nobody is signed in; one of ours from within (rule
    G6) was counted where it came from. Raises TooManyRequests."""
    if not noted("is_counted"):
        caller = g.get("actor")
        kind = "reads" if request.method in _READS else "writes"
        _limits().spend(kind, address() if caller is None else caller.account)


@contextmanager
def attempt(token: str | None = None) -> Iterator[None]:
    """A try to come in, with a token or otherwise. Raises TooManyRequests."""
    with _limits().attempt(address(), token):
        note(is_attempt=True)
        yield


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
