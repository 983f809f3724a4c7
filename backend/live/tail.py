"""The end of the feed, watched once for all who wait for it in this process."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine

from backend.queries import feed

LOOK_SECONDS = 0.1


class Tail:
    """Of all threads that wait one looks at the database, so that a hundred streams cost what one does."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._end = 0
        self._changed = threading.Condition()
        self._looking = threading.Lock()

    def wait(self, position: int, seconds: float) -> bool:
        """Whether the feed goes on after `position`; returns when it does, at the latest after `seconds`."""
        deadline = time.monotonic() + seconds
        while self._end <= position and (left := deadline - time.monotonic()) > 0:
            if self._looking.acquire(blocking=False):
                try:
                    self._look(position, min(left, LOOK_SECONDS))
                finally:
                    self._looking.release()
            else:
                with self._changed:
                    self._changed.wait_for(lambda: self._end > position, min(left, LOOK_SECONDS))
        return self._end > position

    def _look(self, position: int, pause: float) -> None:
        end = feed.end(self._database)
        with self._changed:
            self._end = end
            self._changed.notify_all()
            if end <= position:
                self._changed.wait(pause)
