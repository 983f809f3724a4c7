"""For whoever receives deliveries: is this one from Feiqian, and new?

@app.post("/feiqian")
def receive():
    for event in events_of(SECRET, request.headers["Feiqian-Signature"], request.get_data()):
        ...  # event["id"] may come twice: keep the last one that was worked through
    return "", 204
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

TOLERANCE_SECONDS = 300


class NotGenuine(Exception):
    """The delivery was not signed with the secret, or is too old."""


def events_of(
    secret: str,
    signature: str,
    body: bytes,
    *,
    tolerance: int = TOLERANCE_SECONDS,
    now: float | None = None,
) -> list[dict[str, Any]]:
    """The events of a delivery in their order. `signature` is the header Feiqian-Signature, `body` what was sent, byte
    for byte; one signed more than `tolerance` seconds before or after `now` (UTC) is not taken. Raises NotGenuine."""
    parts = dict(part.strip().partition("=")[::2] for part in signature.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdigit()) or len(at) > 12:
        raise NotGenuine("the signature names no time")
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(digest.encode(), parts.get("v1", "").encode()):
        raise NotGenuine("the signature is not of this body under this secret")
    if abs((time.time() if now is None else now) - int(at)) > tolerance:
        raise NotGenuine("the delivery is too old")
    return list(json.loads(body)["events"])
