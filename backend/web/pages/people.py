"""Who looks at a page: by name, with which roles, and how much of the network it may see."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from backend.commands.desk import Actor
from backend.errors import Forbidden, Phrase, both
from backend.queries import participants
from backend.web import context
from backend.web.pages import sessions

OPERATOR = "operator"
REGULATOR = "regulator"


@dataclass(frozen=True)
class Reader:
    account: str
    name: str
    roles: frozenset[str]

    @property
    def viewer(self) -> str | None:
        """As queries have it: None sees all."""
        return None if self.sees_all else self.account

    @property
    def sees_all(self) -> bool:
        return not self.roles.isdisjoint((OPERATOR, REGULATOR))


def reader() -> Reader:
    """Whoever is signed in. Raises Unauthenticated."""
    if "reader" not in g:
        g.reader = _known(sessions.reader())
    return g.reader  # type: ignore[no-any-return]


def reader_if_any() -> Reader | None:
    return None if g.get("actor") is None else reader()


def require(*roles: str) -> Reader:
    """Whoever is signed in, with one of `roles`. Raises Unauthenticated, or Forbidden."""
    found = reader()
    if found.roles.isdisjoint(roles):
        raise Forbidden(reason=both("this page is for others", "您的角色无权查看此页面"))
    return found


def require_member() -> None:
    """Raises Forbidden for accounts that are signed in and not registered: anybody has a wallet."""
    if not reader().roles:
        raise Forbidden(reason=both("this page is for participants", "此页面仅供参与方查看"))


DESKS: dict[str, Phrase] = {
    "supplier": both("Supplier", "供应商"),
    "obligor": both("Core enterprise", "核心企业"),
    "financier": both("Financier", "资金方"),
    "custodian": both("Custodian", "保管人"),
    "operator": both("Operator", "运营方"),
    "regulator": both("Regulator", "监管机构"),
}
"""The desks that there are, by the role that they are for."""


def desks_of(who: Reader) -> dict[str, Phrase]:
    """Those that are this reader's; the operator stands in for the regulator, whose orders it carries out."""
    mine = who.roles | ({REGULATOR} if OPERATOR in who.roles else set())
    return {role: words for role, words in DESKS.items() if role in mine}


def _known(actor: Actor) -> Reader:
    if actor.is_operator:
        return Reader(actor.account, "", frozenset((OPERATOR,)))
    engine = context.desk().engine
    if not participants.is_participant(engine, actor.account):
        return Reader(actor.account, "", frozenset())
    known = participants.participant(engine, actor.account)
    return Reader(actor.account, known["name"], frozenset(known["roles"]))
