"""A proxy before a node that does what networks and nodes do: it loses, delays, repeats and reorders, and it lies.

It stands on loopback between one backend and its node; the test's own calls go past it. Which calls it harms is drawn
from a seed; how many of each fault it did is counted, so that a test can see that there were any.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from web3 import Web3

Json = dict[str, Any]

OF_A_REQUEST = (
    "dropped",  # the connection ends, the node never hears of it
    "answer-lost",  # the node does it, the connection ends
    "delayed",
    "silent",  # no answer within the caller's patience
    "bad-gateway",
    "bad-gateway-after",  # the node does it, and HTTP 502 is the answer
    "cut-short",  # the node does it, half of the answer arrives
    "answered-twice",  # the same answer stands on the connection twice
)
OF_A_CALL = (
    "error-after",  # the node does it, and an error is the answer
    "forwarded-twice",  # the node does it twice, the second answer is given
)
OF_A_READ = ("old-answer",)  # what the node said to the same question a while ago
OF_A_TRANSACTION = (
    "underpriced",  # refused here, the node never hears of it
    "replacement-underpriced",
    "nonce-too-low",
    "lost-by-the-pool",  # the hash is the answer, the node never hears of it
)
OF_A_BATCH = (
    "partial",  # some answers are missing
    "reordered",
    "repeated",  # some answers are there twice
)
FAULTS = OF_A_REQUEST + OF_A_CALL + OF_A_READ + OF_A_TRANSACTION + OF_A_BATCH

_SEND = "eth_sendRawTransaction"
_READS = (
    "eth_getBlockByNumber",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_getLogs",
    "eth_getBlockReceipts",
)
_REFUSALS = {
    "underpriced": "transaction underpriced",
    "replacement-underpriced": "replacement transaction underpriced",
    "nonce-too-low": "nonce too low",
}


class FaultProxy:
    """HTTP JSON-RPC on loopback, single calls and batches. `harm` and `heal` may be called at any time."""

    def __init__(self, target: str, dice: random.Random, *, silence: float) -> None:
        """`silence` seconds are more than a caller waits for an answer."""
        self.happened: Counter[str] = Counter()
        self._target = target
        self._dice = dice
        self._silence = silence
        self._faults: tuple[str, ...] = ()
        self._rate = 0.0
        self._lock = threading.Lock()
        self._healed = threading.Event()
        self._idle = threading.Condition()
        self._under_way = 0
        self._is_held = False
        self._earlier: dict[str, deque[Json]] = {}
        self._http = httpx.Client(timeout=30, trust_env=False, limits=httpx.Limits(max_connections=None))
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def harm(self, *faults: str, rate: float) -> None:
        """From now on each request or call suffers one of `faults` with probability `rate`."""
        assert set(faults) <= set(FAULTS)
        self._healed.clear()
        self._faults, self._rate = faults, rate

    def heal(self) -> None:
        """From now on everything passes, and nothing is held back."""
        self._faults = ()
        self._healed.set()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """For as long as this lasts the node has nothing to do: what it was asked is answered, and nothing new comes."""
        with self._idle:
            self._is_held = True
            self._idle.wait_for(lambda: not self._under_way)
        try:
            yield
        finally:
            with self._idle:
                self._is_held = False
                self._idle.notify_all()

    def close(self) -> None:
        self.heal()
        self._server.shutdown()
        self._server.server_close()
        self._http.close()

    def _draw(self, kinds: Sequence[str]) -> str | None:
        with self._lock:
            possible = [fault for fault in self._faults if fault in kinds]
            if not possible or self._dice.random() >= self._rate:
                return None
            fault = self._dice.choice(possible)
            self.happened[fault] += 1
            return fault

    # ---- one request

    def handle(self, body: bytes, wire: _Handler) -> None:
        try:
            asked = json.loads(body)
        except ValueError:  # the caller died as it was asking
            return wire.hang_up()
        fault = self._draw(OF_A_REQUEST)
        if fault == "delayed":
            self._healed.wait(self._dice.uniform(0.01, self._silence / 8))
        elif fault == "silent":
            self._healed.wait(self._silence)
            return wire.hang_up()
        elif fault == "dropped":
            return wire.hang_up()
        elif fault == "bad-gateway":
            return wire.answer(b"<html>Bad Gateway</html>", 502)
        try:
            answer = self._answer_batch(asked) if isinstance(asked, list) else self._answer(asked)
        except httpx.HTTPError:
            return wire.hang_up()
        said = json.dumps(answer).encode()
        if fault == "answer-lost":
            return wire.hang_up()
        if fault == "bad-gateway-after":
            return wire.answer(b"<html>Bad Gateway</html>", 502)
        if fault == "cut-short":
            return wire.answer(said, cut=True)
        return wire.answer(said, times=2 if fault == "answered-twice" else 1)

    def _answer_batch(self, asked: list[Json]) -> list[Json]:
        answers = self._answers(asked)
        fault = self._draw(OF_A_BATCH) if len(asked) > 1 else None
        with self._lock:
            if fault == "partial":
                return self._dice.sample(answers, len(answers) - self._dice.randint(1, len(answers) - 1))
            if fault == "repeated":
                return answers + self._dice.sample(answers, self._dice.randint(1, len(answers)))
            if fault == "reordered":
                self._dice.shuffle(answers)
        return answers

    def _answers(self, asked: list[Json]) -> list[Json]:
        """A batch as the calls in it fare: those that suffer nothing travel together, in their order."""
        suffering = [self._fault_of(call) for call in asked]
        if not any(suffering):
            answers = self._forward(asked)
            for call, answer in zip(asked, _in_order(asked, answers), strict=True):
                self._remember(call, answer)
            return list(answers)
        return [self._suffer(call, fault) for call, fault in zip(asked, suffering, strict=True)]

    def _answer(self, call: Json) -> Json:
        return self._suffer(call, self._fault_of(call))

    # ---- one call

    def _fault_of(self, call: Json) -> str | None:
        kinds = OF_A_CALL
        if call["method"] == _SEND:
            kinds += OF_A_TRANSACTION
        if call["method"] in _READS:
            kinds += OF_A_READ
        return self._draw(kinds)

    def _suffer(self, call: Json, fault: str | None) -> Json:
        if fault in _REFUSALS:
            return _error(call, _REFUSALS[fault])
        if fault == "lost-by-the-pool":
            return {"jsonrpc": "2.0", "id": call["id"], "result": Web3.keccak(hexstr=call["params"][0]).to_0x_hex()}
        if fault == "old-answer":
            with self._lock:
                earlier = self._earlier.get(_question(call))
                if earlier:
                    return {**self._dice.choice(earlier), "id": call["id"]}
        answer: Json = self._forward(call)
        self._remember(call, answer)
        if fault == "forwarded-twice":
            return dict(self._forward(call))
        return _error(call, "internal error") if fault == "error-after" else answer

    def _forward(self, asked: Any) -> Any:
        with self._idle:
            self._idle.wait_for(lambda: not self._is_held)
            self._under_way += 1
        try:
            return self._http.post(self._target, json=asked).json()
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _remember(self, call: Json, answer: Json) -> None:
        if call["method"] in _READS:
            with self._lock:
                self._earlier.setdefault(_question(call), deque(maxlen=4)).append(answer)


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the caller had no more patience, or was killed
            super().handle()

    def do_POST(self) -> None:
        self.proxy.handle(self.rfile.read(int(self.headers["Content-Length"])), self)

    def answer(self, body: bytes, status: int = 200, *, times: int = 1, cut: bool = False) -> None:
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        if cut:
            self.wfile.write(head + body[: len(body) // 2])
            self.hang_up()
        else:
            self.wfile.write((head + body) * times)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


def _question(call: Json) -> str:
    return json.dumps([call["method"], call["params"]])


def _error(call: Json, message: str) -> Json:
    return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": message}}


def _in_order(asked: list[Json], answers: list[Json]) -> list[Json]:
    known = {answer["id"]: answer for answer in answers}
    return [known[call["id"]] for call in asked]
