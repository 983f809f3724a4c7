"""What every command works with, who is asking, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from backend.chain.contracts import Contracts
from backend.chain.keystore import Keystore
from backend.chain.outbox import Intent, Outbox
from backend.config import Settings
from backend.errors import Forbidden, InvalidInput, Phrase, both
from backend.queries import participants as participant_queries
from backend.roles import WORDS

OPERATOR = "operator"


@dataclass(frozen=True)
class Actor:
    """Whoever is logged in: the operator, or a participant by its account."""

    account: str

    @property
    def is_operator(self) -> bool:
        return self.account == OPERATOR


@dataclass(frozen=True)
class Request:
    """One act as it was asked for: by whom, under which idempotency key, with which body. `kind` names the act."""

    actor: Actor
    key: str | None = None
    body: Any = None
    kind: str = ""
    is_new: bool = False
    """Whether it is known that nothing was done under the key yet."""

    @property
    def intent(self) -> Intent:
        return Intent(self.kind, self.actor.account, self.body, self.key, self.is_new)

    def beside(self, kind: str) -> Intent:
        """Work that goes along with the act, under no key of its own."""
        return Intent(kind, self.actor.account)


@dataclass(frozen=True)
class Desk:
    engine: Engine
    contracts: Contracts
    keystore: Keystore
    outbox: Outbox
    settings: Settings

    def now(self) -> int:
        """The chain's clock, UTC seconds."""
        return self.contracts.node.now()

    def power(self, role: str) -> str:
        """The account of an administrative power: registrar, issuer, attestor, regulator, admin."""
        return self.contracts.deployment.roles[role]


def require_operator(request: Request) -> None:
    """Raises Forbidden unless the operator asks."""
    if not request.actor.is_operator:
        raise Forbidden(reason=both("only the operator may do this", "仅运营方可以执行"))


def require_regulator(desk: Desk, request: Request) -> None:
    """Raises Forbidden unless the operator asks, who carries a regulator's orders out, or a regulator itself (P3), whom
    nothing forbids to act in its role (P5): one that is frozen does not free itself."""
    if request.actor.is_operator:
        return
    known = participant_queries.participant(desk.engine, require_role(desk, request, "regulator"))
    if known["frozen"] or known["kycValidUntil"] < desk.now():
        raise Forbidden(
            reason=both(
                "{account} is frozen, or its identification has ended",
                "{account} 已被冻结或其身份核验已到期",
                account=known["account"],
            )
        )


def require_participant(desk: Desk, request: Request) -> str:
    """The actor's account. Raises Forbidden for the operator and for accounts that are not registered."""
    account = request.actor.account
    if request.actor.is_operator:
        raise Forbidden(reason=both("the operator acts for no participant", "运营方不能代替参与方行事"))
    if not participant_queries.is_participant(desk.engine, account):
        raise Forbidden(reason=_is_no(account, both("participant", "参与方")))
    return account


def require_role(desk: Desk, request: Request, role: str) -> str:
    """The actor's account. Raises Forbidden unless it is a participant with `role`."""
    account = require_participant(desk, request)
    if role not in participant_queries.participant(desk.engine, account)["roles"]:
        raise Forbidden(reason=_is_no(account, WORDS[role]))
    return account


def require_named(desk: Desk, account: str, field: str, role: str | None = None) -> None:
    """Raises InvalidInput on `field` unless the account that stands there is a participant (with `role`)."""
    if not participant_queries.is_participant(desk.engine, account):
        raise InvalidInput(field=field, reason=_is_no(account, both("participant", "参与方")))
    if role is not None and role not in participant_queries.participant(desk.engine, account)["roles"]:
        raise InvalidInput(field=field, reason=_is_no(account, WORDS[role]))


def _is_no(account: str, what: Phrase) -> Phrase:
    return both("{account} is no {what}", "{account} 不是{what}", account=account, what=what)
