"""The stories that can be played, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.demo.cast import CAST, Cast
from backend.demo.stage import Stage
from backend.demo.stories import confirmation, default, dispute, oil
from backend.errors import Phrase


@dataclass(frozen=True)
class Story:
    """`play` acts on a stage with the parties of the cast; `needs_travel` where it cannot be told on a chain whose
    clock stands."""

    title: Phrase
    play: Callable[[Stage], None]
    needs_travel: bool = True
    cast: Cast = CAST


STORIES: dict[str, Story] = {
    "confirmation": Story(confirmation.TITLE, confirmation.play, needs_travel=False),
    "dispute": Story(dispute.TITLE, dispute.play),
    "default": Story(default.TITLE, default.play),
    "oil": Story(oil.TITLE, oil.play, cast=oil.CAST),
}
