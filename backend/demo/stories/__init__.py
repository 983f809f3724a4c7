"""The stories that can be played, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.demo.cast import take_in
from backend.demo.stage import Stage
from backend.demo.stories import confirmation, default, dispute, oil
from backend.sdk import Feiqian, Party


@dataclass(frozen=True)
class Story:
    """`play` acts on a stage with the parties that `take_in` registers; `needs_travel` where it cannot be told on a
    chain whose clock stands."""

    title: str
    play: Callable[[Stage], None]
    needs_travel: bool = True
    take_in: Callable[[Feiqian], dict[str, Party]] = take_in
    currency: str = "CNY"


STORIES: dict[str, Story] = {
    "confirmation": Story(confirmation.TITLE, confirmation.play, needs_travel=False),
    "dispute": Story(dispute.TITLE, dispute.play),
    "default": Story(default.TITLE, default.play),
    "oil": Story(oil.TITLE, oil.play, take_in=oil.take_in, currency=oil.CURRENCY),
}
