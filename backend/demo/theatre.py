"""The theatre: where stories are played on the network that everybody uses, one at a time."""

from __future__ import annotations

import threading

from backend.demo.playing import Play
from backend.demo.stories import STORIES
from backend.errors import Conflict, InvalidInput, both
from backend.sdk import Feiqian
from backend.system import System

PACES = {"calm": 6.0, "brisk": 2.5, "fast": 0.2}
"""Seconds between two steps that go on by themselves."""


class Theatre:
    def __init__(self, system: System) -> None:
        self.play: Play | None = None
        self._system = system
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether stories may be played: on a development chain whose doors are open, and in the process that acts on
        it, for a play lives in one process."""
        system = self._system
        return system.settings.has_open_doors and system.engine.is_running and system.node.development is not None

    def begin(self, name: str, operator: Feiqian, *, is_running: bool, pace: str) -> Play:
        """Begins a story. Raises InvalidInput, or Conflict while another one is under way."""
        if name not in STORIES:
            raise InvalidInput(field="story", reason=both("there is no such story", "没有该剧本"))
        with self._lock:
            if self.play is not None and self.play.is_under_way:
                raise Conflict(
                    reason=both(
                        "a story is under way ({title}); end it first",
                        "已有剧本正在进行({title});请先结束",
                        title=self.play.story.title,
                    )
                )
            self._leave()
            self.play = Play(self._system, operator, name, STORIES[name], is_running=is_running, pace=pace_of(pace))
            self.play.begin()
            return self.play

    def close(self) -> None:
        """Ends what is played."""
        with self._lock:
            self._leave()

    def _leave(self) -> None:
        if self.play is not None:
            self.play.close()


def pace_of(name: str) -> float:
    """Raises InvalidInput."""
    if name not in PACES:
        raise InvalidInput(field="pace", reason=both("is calm, brisk or fast", "应为 calm、brisk 或 fast"))
    return PACES[name]
