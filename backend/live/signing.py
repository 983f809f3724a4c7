"""How a delivery is signed: HMAC-SHA256 under the webhook's secret over the time, a dot, and the body as it is sent.

    Feiqian-Signature: t=1767225600,v1=5257a869…

The receiver makes the same and compares in constant time, and refuses a time that is long ago: backend.sdk.webhooks
does both. The time is the host's, UTC seconds.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Feiqian-Signature"


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the header."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
