"""Where SQLite's writers queue, of all threads and processes that share a file.

SQLite itself lets a writer sleep for longer and longer while another one writes, up to a tenth of a second at a time:
with many short transactions nobody writes most of the time. Here the threads of a process wait for each other, and the
first of each process asks for a lock beside the file again and again. It is only about whose turn it is: SQLite's own
lock still decides, and the system gives up whatever a process held that died.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

PAUSE_SECONDS = 0.0003
_HANDLE, _HOLDS = "writers-handle", "holds-writers-handle"


class WriterQueue:
    def __init__(self, path: str, wait_seconds: float) -> None:
        self._path = f"{path}.writers"
        self._wait = wait_seconds
        self._turn = threading.Lock()
        self._left_at = 0.0

    def install(self, engine: Engine) -> None:
        """Frees the place of a writer whose connection is given back, which is after its transaction ended, and its
        handle when the connection is closed."""
        event.listen(engine, "checkin", lambda _, record: self.leave(record))
        event.listen(engine, "close", lambda _, record: self._forget(record))

    def enter(self, connection: Connection) -> None:
        """Waits for its turn; after too long it goes on without, for SQLite to say what is the matter."""
        info, deadline = connection.info, time.monotonic() + self._wait
        if info.get(_HOLDS) or not self._turn.acquire(timeout=self._wait):
            return
        try:
            handle = info.get(_HANDLE)
            if handle is None:
                handle = info[_HANDLE] = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if time.monotonic() - self._left_at < PAUSE_SECONDS:
                time.sleep(PAUSE_SECONDS)  # another process may have waited longer
            while not info.get(_HOLDS) and time.monotonic() < deadline:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    info[_HOLDS] = True
                except BlockingIOError:
                    time.sleep(PAUSE_SECONDS)
        finally:
            if not info.get(_HOLDS):
                self._turn.release()

    def leave(self, holder: Connection | ConnectionPoolEntry) -> None:
        """Gives its place up, where it has one."""
        if holder.info.pop(_HOLDS, False):
            fcntl.flock(holder.info[_HANDLE], fcntl.LOCK_UN)
            self._left_at = time.monotonic()
            self._turn.release()

    def _forget(self, record: ConnectionPoolEntry) -> None:
        self.leave(record)
        handle = record.info.pop(_HANDLE, None)
        if handle is not None:
            os.close(handle)
