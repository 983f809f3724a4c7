"""What is recorded of a story, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.commands.signatures import SignedDocument
from backend.demo.stage import Step
from backend.errors import Phrase

Holdings = dict[str, list[dict[str, Any]]]
"""What each account has, as backend/queries/stage.py tells it."""


@dataclass(frozen=True)
class Cue:
    """What comes next: an act that waits, by whom and why."""

    name: Phrase
    actor: str
    why: Phrase
    heading: Phrase | None


@dataclass(frozen=True)
class Recorded:
    """A step as it was: what was played, what everybody had `before` and after it, the stretch of the feed that tells
    of it, and what was signed for it."""

    number: int
    cue: Cue
    step: Step
    before: Holdings
    after: Holdings
    told: tuple[int, int]
    documents: tuple[SignedDocument, ...]


@dataclass
class Tape:
    """What was recorded, and where the picture stands: `shown` steps are to be seen, 0 is the opening."""

    steps: list[Recorded] = field(default_factory=list)
    shown: int = 0

    @property
    def is_at_end(self) -> bool:
        return self.shown >= len(self.steps)
