"""Where SQLite's writers queue, of all threads and processes that share a file.

SQLite itself lets a writer sleep for longer and longer while another one writes, up to a tenth of a second at a time:
with many short transactions nobody writes most of the time. A lock beside the file is asked for every millisecond. It
is only about whose turn it is: SQLite's own lock still decides, and the system gives up whatever a process held that
died.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

PAUSE_SECONDS = 0.001
_HANDLE = "writers-handle"


class WriterQueue:
    def __init__(self, path: str, wait_seconds: float) -> None:
        self._path = f"{path}.writers"
        self._wait = wait_seconds

    def install(self, engine: Engine) -> None:
        """Frees the place of a writer whose transaction ends, and its handle when its connection is closed."""
        event.listen(engine, "commit", self.leave)
        event.listen(engine, "rollback", self.leave)
        event.listen(engine, "close", self._forget)

    def enter(self, connection: Connection) -> None:
        """Waits for its turn; after too long it goes on without, for SQLite to say what is the matter."""
        handle = connection.info.get(_HANDLE)
        if handle is None:
            handle = connection.info[_HANDLE] = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + self._wait
        while time.monotonic() < deadline:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(PAUSE_SECONDS)

    def leave(self, connection: Connection) -> None:
        handle = connection.info.get(_HANDLE)
        if handle is not None:
            fcntl.flock(handle, fcntl.LOCK_UN)

    def _forget(self, _dbapi_connection: Any, record: Any) -> None:
        handle = record.info.pop(_HANDLE, None)
        if handle is not None:
            os.close(handle)
