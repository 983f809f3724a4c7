"""What our cookies are called. Over https no other host, and no page over http, can set one of these (`__Host-`)."""

from __future__ import annotations

from flask import request


def called(name: str) -> str:
    """The name of a cookie for this request. Browsers take the prefix with Secure alone, so http has none."""
    return f"__Host-{name}" if request.is_secure else name
