"""An act as a person does it: what is asked, what it will do in words, what it risks, and where the API does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.errors import Phrase
from backend.web.pages.acts.fields import Field
from backend.web.pages.acts.subjects import About, Row

Said = Mapping[str, str]
"""What a person wrote, by the name of the field."""


def does(en: str, zh: str) -> Phrase:
    """What an act does, with the places of its fields left open."""
    phrase = Phrase(en)
    phrase.zh = zh
    return phrase


Applies = Callable[[Said, Row], bool]
"""Whether it applies to what was written, and to the subject as it is."""


@dataclass(frozen=True)
class Risk:
    """What may go against whoever acts, where it may: always, or when `applies` says so."""

    words: Phrase
    applies: Applies = lambda said, row: True


@dataclass(frozen=True)
class Consent:
    """One thing that is agreed to with a tick of its own, before the act can be done. Never two in one."""

    name: str
    words: Phrase
    applies: Applies = lambda said, row: True


@dataclass(frozen=True)
class Act:
    """`path` is the API's, under /api/v1, with {id} for the subject; `does` says what will happen, with the fields'
    names and the subject's words ({subject}) filled in."""

    name: str
    title: Phrase
    path: str
    does: Phrase
    roles: tuple[str, ...]
    subject: str | None = None
    fields: tuple[Field, ...] = ()
    risks: tuple[Risk, ...] = ()
    consents: tuple[Consent, ...] = ()
    given: Callable[[About], dict[str, Any]] = field(default=lambda about: {})
    """What the API is told beside the fields, from the subject."""

    def is_open_to(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles may do such a thing at all (the operator has the role `operator`)."""
        return not roles.isdisjoint(self.roles)
