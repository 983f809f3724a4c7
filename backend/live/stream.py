"""The feed as server-sent events (rule B50). The id of an event is its position in the feed: whoever comes back with
the last one it saw goes on behind it. A heartbeat has an id, too, so that what is not the viewer's business is not
looked through twice."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator

from sqlalchemy import Engine

from backend.live.rows import shown
from backend.live.tail import Tail
from backend.queries import feed

HEARTBEAT_SECONDS = 15.0
PULSE_SECONDS = 2.0
"""A server learns that a reader has gone when it writes to it: pages that people leaf through come and go."""
LOOK_UP_SECONDS = 1.0
"""How often a stream that waits looks whether it should end."""


class Streams:
    """All streams of this process. `closing` ends them, so that a server that stops need not wait for their readers."""

    def __init__(self, database: Engine, most: int, counted: Callable[[int], None] = lambda change: None) -> None:
        """`counted` is told +1 where a stream begins and -1 where it ends."""
        self._database = database
        self._counted = counted
        self._tail = Tail(database)
        self._places = threading.BoundedSemaphore(most)
        self.closing = threading.Event()

    def open(
        self,
        viewer: str | None,
        position: int,
        names: Collection[str],
        *,
        follow: bool,
        is_welcome: Callable[[], bool],
    ) -> Iterator[str] | None:
        """The frames after `position`; None where there is no place for one more reader. Without `follow` they end
        where the feed does; a reader that is no longer welcome is let go at the next heartbeat."""
        if self.closing.is_set() or not self._places.acquire(blocking=False):
            return None
        self._counted(1)
        return _Held(self._frames(viewer, position, names, follow, is_welcome), self._free)

    def _free(self) -> None:
        self._places.release()
        self._counted(-1)

    def _frames(
        self, viewer: str | None, position: int, names: Collection[str], follow: bool, is_welcome: Callable[[], bool]
    ) -> Generator[str, None, None]:
        yield f"retry: 1000\n{_mark(position)}"
        beat = pulse = time.monotonic()
        while not self.closing.is_set():
            page = feed.after(self._database, position, viewer, names)
            for row in page.rows:
                event = json.dumps(shown(row), ensure_ascii=False)
                yield f"id: {row['seq']}\nevent: {row['kind']}\ndata: {event}\n\n"
            moved, position = page.position > position, page.position
            if not moved and not follow:
                yield _mark(position)
                return
            if time.monotonic() - beat >= HEARTBEAT_SECONDS:
                if not is_welcome():
                    return
                yield f": still here\n{_mark(position)}"
                beat = pulse = time.monotonic()
            elif not moved and time.monotonic() - pulse >= PULSE_SECONDS:
                yield ":\n\n"
                pulse = time.monotonic()
            if not moved:
                self._tail.wait(position, LOOK_UP_SECONDS)


class _Held:
    """Frames that give their place free when they end, however they end: a reader that goes away before the first one
    never starts them."""

    def __init__(self, frames: Generator[str, None, None], free: Callable[[], None]) -> None:
        self._frames = frames
        self._free: Callable[[], None] | None = free

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._frames)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._frames.close()
        free, self._free = self._free, None
        if free is not None:
            free()


def _mark(position: int) -> str:
    """Moves the reader's last id on, without an event."""
    return f"id: {position}\n\n"
