"""Reading EIP-4361 messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidInput
from backend.web.sign_in import read_message

EXAMPLE = """example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Expiration Time: 2021-10-01T00:00:00.5+08:00
Not Before: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""


def test_the_standards_own_example() -> None:
    message = read_message(EXAMPLE)
    assert message.text == EXAMPLE
    assert (message.domain, message.chain_id, message.nonce) == ("example.com", 1, "32891756")
    assert message.account == "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
    assert (message.expires_at, message.not_before) == (1_633_017_600, 1_633_019_124)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_the_ends_of_the_calendar(end: str) -> None:
    assert read_message(EXAMPLE.replace("2021-10-01T00:00:00.5+08:00", end)).expires_at is not None


@given(st.integers(0, len(EXAMPLE) - 1), st.text(max_size=3))
def test_a_message_is_read_or_refused(position: int, typed: str) -> None:
    text = EXAMPLE[:position] + typed + EXAMPLE[position + 1 :]
    try:
        assert read_message(text).text == text
    except InvalidInput as refusal:
        assert refusal.field == "message"
