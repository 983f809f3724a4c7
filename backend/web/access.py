"""Who is calling: Sign-In with Ethereum (EIP-4361) for people, API keys for scripts.

A session token and an API key are shown once and kept as SHA-256; a sign-in nonce is spent by the attempt
that names it, whether it succeeds or not.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Executable,
    String,
    Table,
    bindparam,
    cast,
    delete,
    insert,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError, TimeoutError

from backend.chain.node import Node
from backend.commands.desk import OPERATOR, Actor
from backend.config import Settings
from backend.database import metadata, reading
from backend.errors import Unauthenticated, both
from backend.web.sign_in import read_message, require_convincing

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("account", String(64), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("revoked", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
)

sign_in_nonces = Table(
    "sign_in_nonces",
    metadata,
    Column("nonce", String(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", String(42), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False, server_default="0"),
)

_OF_SESSION = select(sessions.c.account, sessions.c.seen_at).where(
    sessions.c.digest == bindparam("digest"),
    sessions.c.expires_at > bindparam("now", type_=BigInteger()),
    sessions.c.seen_at > bindparam("idle_since", type_=BigInteger()),
)
_ACCOUNT = union_all(
    select(api_keys.c.account, cast(null(), BigInteger)).where(
        api_keys.c.digest == bindparam("digest"), ~api_keys.c.revoked
    ),
    _OF_SESSION,
)
"""Whose a key or a session is, and when the session was used last; nobody's is both."""
SEEN_SECONDS = 60
"""The use of a session is written down no more often than that."""


class Access:
    """Issues and checks credentials. Its clock is the host's: a session must not outlive a journey in chain time,
    and a chain that stands still must not keep one alive."""

    def __init__(self, engine: Engine, node: Node, settings: Settings) -> None:
        self._engine = engine
        self._node = node
        self._settings = settings
        self._operator_digest = _digest(settings.operator_api_key or settings.secret("operator-api-key"))

    # ---- API keys

    def issue_api_key(self, account: str) -> str:
        """A new API key for `account`, which is not shown again."""
        key = "fq_" + secrets.token_urlsafe(32)
        with self._engine.begin() as db:
            db.execute(
                insert(api_keys).values(
                    id=secrets.token_hex(8), account=account, digest=_digest(key), revoked=False, at=_now()
                )
            )
        return key

    def revoke_api_keys(self, account: str) -> int:
        """Revokes all API keys of `account` and ends its sessions, whatever they were opened with; how many keys there
        were."""
        with self._engine.begin() as db:
            db.execute(delete(sessions).where(sessions.c.account == account))
            done = db.execute(
                update(api_keys).where(api_keys.c.account == account, ~api_keys.c.revoked).values(revoked=True)
            )
            return done.rowcount

    def actor(self, token: str) -> Actor:
        """Whoever a bearer token belongs to. Raises Unauthenticated."""
        digest = _digest(token)
        if hmac.compare_digest(digest, self._operator_digest):
            return Actor(OPERATOR)
        return self._actor(_ACCOUNT, digest)

    def actor_of_session(self, token: str, *, is_use: bool = True) -> Actor:
        """Whoever a session belongs to; that it is asked keeps the session from idling, if it `is_use`. Raises
        Unauthenticated."""
        return self._actor(_OF_SESSION, _digest(token), is_use=is_use)

    def _actor(self, question: Executable, digest: str, *, is_use: bool = True) -> Actor:
        now, idle = _now(), self._settings.session_idle_seconds
        with reading(self._engine) as db:
            asked = {"digest": digest, "now": now, "idle_since": now - idle if idle else -1}
            found = db.execute(question, asked).first()
        if found is None:
            raise Unauthenticated(reason=both("the token is unknown, revoked or expired", "令牌不存在、已撤销或已过期"))
        account, seen_at = found
        if is_use and seen_at is not None and now - seen_at >= SEEN_SECONDS:
            self._seen(digest, now)
        return Actor(str(account))

    def _seen(self, digest: str, now: int) -> None:
        """Writes down that a session is used. A database that takes nothing now ends it the earlier, no more."""
        with suppress(DBAPIError, TimeoutError), self._engine.begin() as db:
            db.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))

    # ---- Sign-In with Ethereum

    def sign_in_nonce(self) -> str:
        """A nonce for one sign-in, good for `sign_in_seconds`."""
        nonce = secrets.token_hex(12)
        with self._engine.begin() as db:
            db.execute(delete(sign_in_nonces).where(sign_in_nonces.c.expires_at <= _now()))
            db.execute(insert(sign_in_nonces).values(nonce=nonce, expires_at=_now() + self._settings.sign_in_seconds))
        return nonce

    def sign_in(self, message: str, signature: str) -> tuple[str, str, int]:
        """Token, account and expiry (UTC seconds) for a signed EIP-4361 message.

        The message must name our domain, our chain, a nonce of ours and an expiry. Raises InvalidInput for what is
        no such message, Unauthenticated for one that does not convince.
        """
        parsed = read_message(message)
        self._spend_nonce(parsed.nonce)
        now = _now()
        ends = require_convincing(
            parsed, signature, domain=self._settings.sign_in_domain, chain_id=self._node.chain_id, now=now
        )
        token, expires = self.open_session(parsed.account, ends)
        return token, parsed.account, expires

    def open_session(self, account: str, ends: int | None = None) -> tuple[str, int]:
        """A new session of `account`, its token and its expiry (UTC seconds): `ends` at the latest."""
        now = _now()
        expires = now + self._settings.session_seconds
        expires = expires if ends is None else min(expires, ends)
        token = "fqs_" + secrets.token_urlsafe(32)
        with self._engine.begin() as db:
            db.execute(delete(sessions).where(sessions.c.expires_at <= now))
            db.execute(insert(sessions).values(digest=_digest(token), account=account, expires_at=expires, seen_at=now))
        return token, expires

    def sign_out(self, token: str) -> None:
        with self._engine.begin() as db:
            db.execute(delete(sessions).where(sessions.c.digest == _digest(token)))

    def _spend_nonce(self, nonce: str) -> None:
        with self._engine.begin() as db:
            spent = db.execute(
                delete(sign_in_nonces).where(sign_in_nonces.c.nonce == nonce, sign_in_nonces.c.expires_at > _now())
            ).rowcount
        if not spent:
            raise Unauthenticated(reason=both("the nonce is unknown, used or expired", "随机数不存在、已使用或已过期"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
