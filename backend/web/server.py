"""The API as processes of its own: gunicorn, each worker with many threads, so that streams leave room for requests.

A worker reads and writes the database and asks the chain; sending and indexing is done elsewhere. It is told the
deployment before it starts, so that one that has to be started again needs no chain for that.
"""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from backend.chain.contracts import Deployment
from backend.chain.node import connect
from backend.config import Settings
from backend.processes import settle

GRACE_SECONDS = 10
"""How long requests that are served when the server is told to stop may take."""


class WebServer(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, deployment: Deployment) -> None:
        self._settings = settings
        self._deployment = deployment
        super().__init__()

    def load_config(self) -> None:
        host = self._settings.host
        options: dict[str, Any] = {
            "bind": f"{f'[{host}]' if ':' in host else host}:{self._settings.port}",
            "worker_class": "gthread",
            "workers": self._settings.web_workers,
            "threads": self._settings.web_threads,
            "timeout": self._settings.max_wait_seconds + 30,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 5,
            "loglevel": "warning",
            "proc_name": "feiqian-web",
            "control_socket_disable": True,
            "post_worker_init": _end_streams_first,
            "worker_exit": _close,
            "child_exit": _forget,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in a worker."""
        from backend.system import System
        from backend.web.app import create_app

        app = create_app(System.open(self._settings, connect(self._settings), self._deployment))
        settle()
        return app

    def run(self) -> None:
        """Serves until it is told to stop."""
        import backend.web.app  # noqa: F401  # once, for all workers

        _Arbiter(self).run()


class _Arbiter(Arbiter):  # type: ignore[misc]
    """A second signal to stop does not wait for anybody."""

    _is_leaving = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        if sig in (signal.SIGTERM, signal.SIGINT):
            if self._is_leaving:
                self.kill_workers(signal.SIGKILL)
                os._exit(128 + sig)
            self._is_leaving = True
            sig = signal.SIGTERM
        super().signal(sig, frame)


def _end_streams_first(worker: Any) -> None:
    """A stream has no end of its own; the others may finish."""
    streams = worker.wsgi.extensions["feiqian-streams"]

    def leave(number: int, frame: FrameType | None) -> None:
        streams.closing.set()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, leave)


def _close(_: Any, worker: Any) -> None:
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["feiqian"].close()


def _forget(_: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
