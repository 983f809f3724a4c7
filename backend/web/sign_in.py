"""Sign-In with Ethereum messages (EIP-4361): what one says, and whether it convinces.

A message is read with one expression whose parts cannot overlap, so that whoever is not signed in yet cannot keep the
reader busy; what was signed is the text itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from eth_account.messages import encode_defunct
from web3 import Web3

from backend.commands.signatures import digest_of, recovered
from backend.errors import InvalidInput, Unauthenticated, both

FAST_SECONDS = 300
"""So far ahead of ours a wallet's clock may be."""

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"

_SAID = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+"
"""A line as a wallet shows it: nothing in it that a screen takes for the end of one."""

_MESSAGE = re.compile(
    r"(?:https?://)?(?P<domain>[^\s/?#]+)"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<account>0x[0-9a-fA-F]{40})\n\n"
    rf"(?:{_SAID}\n)?\n"
    r"URI: (?P<uri>[!-~]+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[0-9]{1,18})\n"
    r"Nonce: (?P<nonce>[a-zA-Z0-9]{8,32})\n"
    rf"Issued At: (?P<issued_at>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expires_at>{_TIME}))?"
    rf"(?:\nNot Before: (?P<not_before>{_TIME}))?"
    r"(?:\nRequest ID: [!-~]*)?"
    r"(?:\nResources:(?:\n- [!-~]+)*)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Message:
    """What a sign-in message says; times in UTC seconds, `account` with its checksum."""

    text: str
    domain: str
    account: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: int
    expires_at: int | None
    not_before: int | None


def read_message(text: str) -> Message:
    """What a sign-in message says. Raises InvalidInput for anything else."""
    found = _MESSAGE.fullmatch(text)
    try:
        if found is None or not Web3.is_checksum_address(found["account"]):
            raise ValueError
        return Message(
            text=text,
            domain=found["domain"],
            account=found["account"],
            uri=found["uri"],
            chain_id=int(found["chain_id"]),
            nonce=found["nonce"],
            issued_at=_seconds(found["issued_at"]),
            expires_at=_seconds(found["expires_at"]) if found["expires_at"] else None,
            not_before=_seconds(found["not_before"]) if found["not_before"] else None,
        )
    except ValueError:
        raise InvalidInput(field="message", reason=both("is no EIP-4361 message", "不是 EIP-4361 消息")) from None


def require_convincing(message: Message, signature: str, *, domain: str, chain_id: int, now: int) -> int:
    """When the message ends, UTC seconds. Raises Unauthenticated unless it is for this domain, for a page of it and for
    this chain, in time at `now`, has an end, and was signed by the account that it names (rule Y12)."""
    if message.domain != domain:
        raise Unauthenticated(
            reason=both("the message is for {domain}", "消息所指的域名是 {domain}", domain=message.domain)
        )
    if not re.fullmatch(rf"https?://{re.escape(domain)}(?:[/?#].*)?", message.uri):
        raise Unauthenticated(reason=both("the message is for {uri}", "消息所指的网址是 {uri}", uri=message.uri))
    if message.chain_id != chain_id:
        raise Unauthenticated(
            reason=both("the message is for chain {chain}", "消息所指的链是 {chain}", chain=message.chain_id)
        )
    if message.issued_at > now + FAST_SECONDS:
        raise Unauthenticated(reason=both("the message is of the future", "消息的签发时间在将来"))
    if message.expires_at is None:
        raise Unauthenticated(reason=both("the message has no expiry", "消息没有失效时间"))
    if message.expires_at <= now:
        raise Unauthenticated(reason=both("the message has expired", "消息已过期"))
    if message.not_before is not None and message.not_before > now:
        raise Unauthenticated(reason=both("the message is not valid yet", "消息尚未生效"))
    digest = digest_of(encode_defunct(text=message.text))
    if recovered(digest, bytes.fromhex(signature.removeprefix("0x"))) != message.account:
        raise Unauthenticated(
            reason=both("the message was not signed by {account}", "消息不是由 {account} 签名", account=message.account)
        )
    return message.expires_at


def _seconds(iso: str) -> int:
    """UTC seconds of a date and time. Raises ValueError for one that no calendar has."""
    return int(datetime.fromisoformat(iso).timestamp())
