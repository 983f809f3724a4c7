"""Rule B52: a receiver can tell a delivery from a forgery, and an old one from a new one."""

from __future__ import annotations

import pytest

from backend.live.signing import signature
from backend.sdk.webhooks import NotGenuine, events_of

SECRET, AT = "fqw_secret", 1_767_225_600
BODY = '{"webhook": "1", "events": [{"id": 7, "name": "NoteEndorsed", "said": "汇票"}]}'.encode()
DIGEST = "485d463acdf92ce01905c7d24ac194e9dcdd77840900ca5fbc0d36dfbffb0828"
"""By openssl dgst -sha256 -hmac fqw_secret over "1767225600." and the body."""


def test_the_signature_is_the_one_that_is_written_down() -> None:
    said = signature(SECRET, BODY, AT)
    assert said == f"t={AT},v1={DIGEST}"
    assert [event["id"] for event in events_of(SECRET, said, BODY, now=AT + 299)] == [7]


@pytest.mark.parametrize(
    ("header", "body", "now"),
    [
        (signature("fqw_other", BODY, AT), BODY, AT),
        (signature(SECRET, BODY, AT), BODY + b" ", AT),
        (signature(SECRET, BODY, AT).replace(str(AT), str(AT + 1)), BODY, AT),
        (signature(SECRET, BODY, AT), BODY, AT + 301),
        (signature(SECRET, BODY, AT), BODY, AT - 301),
        ("", BODY, AT),
        ("t=,v1=", BODY, AT),
        (f"t={AT}", BODY, AT),
        (f"t={AT},v1=汇", BODY, AT),
    ],
)
def test_what_is_not_genuine_is_not_taken(header: str, body: bytes, now: int) -> None:
    with pytest.raises(NotGenuine):
        events_of(SECRET, header, body, now=now)
