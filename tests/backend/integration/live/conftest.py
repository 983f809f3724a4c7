"""Servers that the tests of the live feed talk to, and receivers that they are called by."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from backend.sdk import Feiqian
from backend.sdk.webhooks import events_of
from backend.testing import Network


class Receiver:
    """Takes deliveries, answers each with the next of `answers` (then 204) once its `gate` is open, and keeps the events
    of those that it took. A delivery that is not genuine fails the test."""

    def __init__(self) -> None:
        self.secret = ""
        self.answers: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.deliveries: list[list[int]] = []
        self.news = threading.Condition()
        self.gate = threading.Event()
        self.gate.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                events = events_of(outer.secret, self.headers["Feiqian-Signature"], body)
                with outer.news:
                    status = outer.answers.pop(0) if outer.answers else 204
                    outer.deliveries.append([event["id"] for event in events])
                    outer.news.notify_all()
                outer.gate.wait(15)
                with outer.news:
                    outer.events += events if status < 300 else []
                    outer.news.notify_all()
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, holds: Callable[[], bool], seconds: float = 15.0) -> None:
        with self.news:
            assert self.news.wait_for(holds, seconds), self.deliveries


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def served(feiqian: Network) -> Callable[[str | None], Feiqian]:
    """Clients over a real connection: a stream through WSGI alone would have no reader to go away."""
    listener = socket.create_server(("127.0.0.1", 0))
    feiqian.world.serve(listener)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return lambda token: Feiqian(url, token)
