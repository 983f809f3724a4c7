"""Something done again and again beside what is measured."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def repeating(seconds: float, work: Callable[[], None]) -> Iterator[None]:
    """Does `work` every so many seconds, in a thread, until the block is left."""
    ended = threading.Event()

    def keep_on() -> None:
        while not ended.wait(seconds):
            work()

    thread = threading.Thread(target=keep_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
