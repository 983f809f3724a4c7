"""What happens, as it happens, and webhooks: the part of the client that follows the feed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import httpx

Json = dict[str, Any]

SILENCE_SECONDS = 45.0
"""A stream has a heartbeat every 15 seconds; one that is silent for so long is broken."""
LONGEST_PAUSE = 5.0


class LiveReads:
    """Mixed into Feiqian."""

    get: Callable[..., Json]
    post: Callable[..., Json]
    _http: httpx.Client
    _read: Callable[[httpx.Response], Json]

    def stream(self, after: int | None = None, *, names: Sequence[str] = (), follow: bool = True) -> Iterator[Json]:
        """Events and retractions as they happen, from now on or `after` a position; a connection that breaks is taken
        up where it broke. `id` is the position, `kind` event or retraction, `name` the contract's event, `args` its
        values (numbers as strings). Without `follow` it ends where the feed does. Raises Refused."""
        position, pause = after, 0.1
        while True:
            query = {"after": position, "names": ",".join(names) or None, "follow": str(follow).lower()}
            try:
                for mark, event in self._frames({name: value for name, value in query.items() if value is not None}):
                    position, pause = mark, 0.1
                    if event is not None:
                        yield event
                if not follow:
                    return
            except httpx.TransportError:
                pass
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)

    def hook(self, url: str, *, names: Sequence[str] = (), after: int | None = None) -> Json:
        """Registers a webhook; `secret` is in the answer and not shown again. backend.sdk.webhooks reads what comes."""
        body: Json = {"url": url, "events": list(names) or None}
        return self.post("/webhooks", body if after is None else {**body, "after": after})

    def hooks(self) -> list[Json]:
        """My webhooks, and how far each has been told."""
        return list(self.get("/webhooks")["items"])

    def unhook(self, webhook_id: str) -> Json:
        """Ends a webhook."""
        return self._read(self._http.delete(f"/api/v1/webhooks/{webhook_id}"))

    def resume_hook(self, webhook_id: str) -> Json:
        """Has a webhook tried again at once, suspended or not."""
        return self.post(f"/webhooks/{webhook_id}/resumptions")

    def _frames(self, query: Json) -> Iterator[tuple[int, Json | None]]:
        """Positions, each with its event where there is one. Raises Refused, httpx.TransportError; a server that is
        overloaded or restarting counts as one that does not answer."""
        timeout = httpx.Timeout(30.0, read=SILENCE_SECONDS)
        with self._http.stream("GET", "/api/v1/events/stream", params=query, timeout=timeout) as answer:
            if answer.status_code in (502, 503, 504):
                raise httpx.RemoteProtocolError(f"HTTP {answer.status_code}")
            if answer.is_error:
                answer.read()
                self._read(answer)
            yield from _parsed(answer.iter_lines())


def _parsed(lines: Iterable[str]) -> Iterator[tuple[int, Json | None]]:
    """Frames of text/event-stream; one that was cut off is none."""
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            found[name] = value
        elif not line:
            if "id" in found:
                yield int(found["id"]), json.loads(found["data"]) if "data" in found else None
            found = {}
