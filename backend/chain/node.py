"""The node: start a local chain or join one, and the few things only a development chain can do."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import orjson
import structlog
import urllib3
from web3 import Web3
from web3.exceptions import Web3RPCError
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCError, RPCResponse

from backend.config import ROOT, TOOLCHAIN, Settings
from backend.errors import ChainUnavailable, Conflict, SetupIncomplete, both
from backend.processes import command_of, hold

log = structlog.get_logger(__name__)

GAS_LIMIT = 30_000_000
FUNDS_WEI = 10**24
FIRST_BLOCKS_PRICE = 2 * 10**9
"""Wei: twice the base fee that a development chain begins with."""
BATCH = 200
"""Calls in one request."""
BATCH_BYTES = 1_000_000
"""What the calls of one request may come to: nodes refuse large ones (Anvil above 2 MB, geth above 5)."""
FRESH_SECONDS = 0.05
"""So long the clock is not asked for again: requests come closer together than blocks."""
FREE_PORTS = range(20_000, 32_768)
"""Above those that services are known by, below those that systems give to connections going out."""
TICK_SECONDS = 1.0
"""An idle development chain's clock is moved on at most this often."""


@dataclass(frozen=True)
class Block:
    """A block's header. `timestamp` in UTC seconds; `base_fee` in wei, None where the network has none; `bloom` says
    which addresses may have logs in it."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    base_fee: int | None
    bloom: int = 0


class Node:
    """A JSON-RPC connection. Every call either answers or raises ChainUnavailable; nothing hangs."""

    def __init__(self, url: str, timeout: float) -> None:
        self.url = url
        self._provider = _Provider(url, timeout)
        self.web3 = Web3(self._provider)
        self._chain_id: int | None = None
        self._development: DevelopmentCalls | None = None
        self._asked_for_development = False
        self._ticked_at = 0.0
        self._seen: Block
        self._seen_at = -math.inf
        self._ticking = threading.Lock()

    def rpc(self, method: str, *params: Any) -> Any:
        """The result of a raw call. Raises ChainUnavailable, or Web3RPCError where the node itself says no."""
        response = self._provider.make_request(RPCEndpoint(method), list(params))
        if "error" in response:
            raise Web3RPCError(error_message(response), rpc_response=response)
        return response["result"]

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The answers to many raw calls (method, parameters), in their order: the result, or the Web3RPCError of what
        the node says no to. They travel BATCH at a time, or fewer of the large ones. Raises ChainUnavailable; any
        part may have been done then."""
        found: list[Any] = []
        for portion in _portions(calls):
            for answer in self._provider.make_batch(portion):
                no = "error" in answer
                found.append(Web3RPCError(error_message(answer), rpc_response=answer) if no else answer["result"])
        return found

    def all(self, method: str, parameters: Sequence[Sequence[Any]]) -> list[Any]:
        """The results of one method for many parameters. Raises as `rpc`, where the node says no to any of them."""
        answers = self.batch([(method, each) for each in parameters])
        for answer in answers:
            if isinstance(answer, Web3RPCError):
                raise answer
        return answers

    def is_up(self) -> bool:
        try:
            self.rpc("eth_chainId")
        except ChainUnavailable:
            return False
        return True

    @property
    def chain_id(self) -> int:
        """Asked for once: a chain does not change its number."""
        if self._chain_id is None:
            self._chain_id = int(self.rpc("eth_chainId"), 16)
        return self._chain_id

    @property
    def development(self) -> DevelopmentCalls | None:
        """The calls of a development chain, or None on a network that is shared."""
        if not self._asked_for_development:
            client = str(self.rpc("web3_clientVersion")).lower()
            self._development = Ganache(self) if "ganache" in client else Anvil(self) if "anvil" in client else None
            self._asked_for_development = True
        return self._development

    def head(self) -> Block:
        """The latest block."""
        latest = self._block("latest")
        if latest is None:
            raise ChainUnavailable(reason=both("the node has no block", "节点没有任何区块"))
        # Who has seen an act in its block does not try the next one on the block before.
        self._seen, self._seen_at = latest, time.monotonic()
        return latest

    def block(self, number: int) -> Block | None:
        """The block of that number; None where the chain is not that long."""
        return self._block(hex(number))

    def headers(self, numbers: Sequence[int]) -> list[Block | None]:
        """The blocks of those numbers, in their order; None where the chain is not that long."""
        return [_header(found) for found in self.all("eth_getBlockByNumber", [[hex(one), False] for one in numbers])]

    def _block(self, which: str) -> Block | None:
        return _header(self.rpc("eth_getBlockByNumber", which, False))

    def tick(self) -> Block:
        """The latest block, or the one of FRESH_SECONDS ago, whose time is the clock. An idle development chain first
        mines one, or its clock would stand still between two transactions while the next block's does not."""
        development = self.development
        # Where another thread is at it, the clock is moving already.
        if development is not None and self._ticking.acquire(blocking=False):
            try:
                if time.monotonic() - self._ticked_at > TICK_SECONDS:
                    development.mine()
                    self._ticked_at, self._seen_at = time.monotonic(), -math.inf
            finally:
                self._ticking.release()
        return self.head() if time.monotonic() - self._seen_at > FRESH_SECONDS else self._seen

    def now(self) -> int:
        """The clock: UTC seconds."""
        return self.tick().timestamp

    def wake_miner(self) -> None:
        """Has a development chain that makes blocks by itself make one of what waits there. On any other chain somebody
        else makes them."""
        if self.development is not None:
            self.development.wake()

    def travel(self, seconds: int) -> int:
        """Moves the clock of a development chain forward; the new time. Refused on any other."""
        if self.development is None:
            raise Conflict(reason=both("only a development chain can travel in time", "只有开发链可以调整时间"))
        self.development.move_clock(seconds)
        self.development.mine()
        self._seen_at = -math.inf
        return self.head().timestamp

    def keep_time(self) -> None:
        """Moves a development chain's clock to its latest block where it is behind it: what it travelled is not kept
        with its blocks, and time never goes back (rule B13)."""
        behind = self.head().timestamp - int(time.time())
        if behind > 0 and self.development is not None:
            self.development.move_clock(behind)

    def prepare_accounts(self, *addresses: str) -> None:
        """Makes keys able to send: funded on a development chain, nothing elsewhere. May be repeated."""
        if self.development is not None and addresses:
            self.development.fund(addresses)

    def transaction_count(self, address: str) -> int:
        """How many transactions of `address` are in blocks: the nonce that is next."""
        return int(self.rpc("eth_getTransactionCount", address, "latest"), 16)

    def transaction_counts(self, addresses: Sequence[str]) -> list[int]:
        """The same of many."""
        return [
            int(count, 16) for count in self.all("eth_getTransactionCount", [[each, "latest"] for each in addresses])
        ]

    def gas_limit(self, transaction: dict[str, str]) -> int:
        """As `gas_limits`, for one. Raises Web3RPCError where it would revert or the node says no."""
        (answer,) = self.gas_limits([transaction])
        if isinstance(answer, Web3RPCError):
            raise answer
        return answer

    def gas_limits(self, transactions: Sequence[dict[str, str]]) -> list[int | Web3RPCError]:
        """Runs each of `transactions` (from, to, data) on the latest state without sending it: the gas to send it with,
        which leaves room, since what comes before it in its block may change what it takes; or the error, where it
        would revert or the node says no."""
        if self.development is not None:
            return self.development.gas_limits(transactions)
        return [_limit(answer) for answer in self.batch([("eth_estimateGas", [each]) for each in transactions])]

    @property
    def gas_behind(self) -> int | None:
        """The gas of a transaction that nobody tried: all of a block, where every transaction has one of its own; None
        where each must be tried."""
        return None if self.development is None else self.development.gas_behind

    def gas_price(self, head: Block) -> int:
        """Wei for each unit of gas that the transaction after `head` offers: twice the base fee, or, where there
        is none, what the node asks. (Anvil's eth_gasPrice follows the last offer, so it must not be doubled.)

        On a development chain never less than its first blocks take: where it goes back to a snapshot, they may come
        again, and Ganache begins with a transaction that offers less and then takes nothing else at its nonce."""
        price = int(self.rpc("eth_gasPrice"), 16) if head.base_fee is None else 2 * head.base_fee
        return price if self.development is None else max(price, FIRST_BLOCKS_PRICE)


class _Provider(JSONBaseProvider):
    """HTTP for web3 and for us: whatever is no JSON-RPC answer is silence, and silence is ChainUnavailable."""

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__()
        self._url = url
        self._http = _client(url, timeout)
        self._numbers = itertools.count(1)
        """No two calls have the same: a late answer to another question is not taken for this one's."""

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        answer = self._ask(self.encode_rpc_request(method, params), once=method == "evm_increaseTime")
        body = _json(answer)
        if answer.status >= 500 or not _is_answer(body):
            raise _no_json_rpc(answer)
        return body  # type: ignore[no-any-return]

    def make_batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[RPCResponse]:
        """The answers in the order of the calls, in whatever order the node gives them."""
        asked = [
            {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": params}
            for method, params in calls
        ]
        numbers = [one["id"] for one in asked]
        answer = self._ask(orjson.dumps(asked), once=False)
        body = _json(answer)
        known = {item.get("id"): item for item in body if _is_answer(item)} if isinstance(body, list) else {}
        if answer.status >= 500 or known.keys() != set(numbers):
            raise _no_json_rpc(answer)
        return [known[number] for number in numbers]

    def _ask(self, request: bytes, *, once: bool) -> urllib3.BaseHTTPResponse:
        try:
            return self._post(request, once=once)
        except (urllib3.exceptions.HTTPError, OSError) as silence:
            raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答")) from silence

    def _post(self, request: bytes, *, once: bool) -> urllib3.BaseHTTPResponse:
        """Asks again where a kept connection was closed under the question: a busy node may do that earlier than it
        should. All but `once` may be asked twice; signed bytes are the same transaction."""
        try:
            return self._http.request("POST", self._url, body=request)
        except urllib3.exceptions.ProtocolError:
            if once:
                raise
        return self._http.request("POST", self._url, body=request)


def _client(url: str, timeout: float) -> urllib3.PoolManager:
    """What asks the node at `url`; `timeout` in seconds, for connecting and for each wait. A proxy that the environment
    names is for the outside world."""
    parts = urlsplit(url)
    headers = {"Content-Type": "application/json"}
    if parts.username is not None:
        headers |= urllib3.make_headers(basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}")
    options: dict[str, Any] = {"headers": headers, "timeout": timeout, "retries": False, "maxsize": 64}
    host = parts.hostname or ""
    proxy = getproxies().get(parts.scheme)
    if proxy is None or host in ("127.0.0.1", "::1", "localhost") or proxy_bypass(host):
        return urllib3.PoolManager(**options)
    return urllib3.ProxyManager(proxy, **options)


def _portions(calls: Sequence[tuple[str, Sequence[Any]]]) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """The calls in their order, as many together as may travel in one request; one at least."""
    portion: list[tuple[str, Sequence[Any]]] = []
    size = 0
    for call in calls:
        weight = len(orjson.dumps(call[1]))
        if portion and (len(portion) == BATCH or size + weight > BATCH_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(call)
        size += weight
    if portion:
        yield portion


def _header(block: Any) -> Block | None:
    if not block:
        return None
    base_fee = block.get("baseFeePerGas")
    return Block(
        number=int(block["number"], 16),
        hash=block["hash"],
        parent_hash=block["parentHash"],
        timestamp=int(block["timestamp"], 16),
        base_fee=None if base_fee is None else int(base_fee, 16),
        bloom=int(block.get("logsBloom") or "0x0", 16),
    )


def _json(answer: urllib3.BaseHTTPResponse) -> Any:
    try:
        return orjson.loads(answer.data)
    except ValueError:
        return None


def _is_answer(body: Any) -> bool:
    return isinstance(body, dict) and ("result" in body or isinstance(body.get("error"), dict))


def _no_json_rpc(answer: urllib3.BaseHTTPResponse) -> ChainUnavailable:
    return ChainUnavailable(
        reason=both(
            "the node answered HTTP {status} and no JSON-RPC",
            "节点返回 HTTP {status},而非 JSON-RPC 应答",
            status=answer.status,
        )
    )


def error_message(response: Any) -> str:
    """What the node says in a JSON-RPC error."""
    error = (response or {}).get("error")
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)


class DevelopmentCalls(Protocol):
    gas_behind: int | None

    def gas_limits(self, transactions: Sequence[dict[str, str]]) -> list[int | Web3RPCError]: ...
    def mine(self) -> None: ...
    def wake(self) -> None: ...
    def move_clock(self, seconds: int) -> None: ...
    def fund(self, addresses: Sequence[str]) -> None: ...
    def snapshot(self) -> str: ...
    def revert(self, snapshot: str) -> None: ...


SEEN_SECONDS = 10.0


class Ganache:
    gas_behind: int | None = GAS_LIMIT

    def __init__(self, node: Node) -> None:
        self._node = node

    def gas_limits(self, transactions: Sequence[dict[str, str]]) -> list[int | Web3RPCError]:
        """It never answers an eth_estimateGas in whose course it mines a transaction, so it is not asked."""
        answers = self._node.batch([("eth_call", [{**each, "gas": hex(GAS_LIMIT)}, "latest"]) for each in transactions])
        return [one if isinstance(one, Web3RPCError) else GAS_LIMIT for one in answers]

    def mine(self) -> None:
        self._node.rpc("evm_mine")

    def wake(self) -> None:
        """It never sleeps: a transaction is in its block before its sender has an answer."""

    def move_clock(self, seconds: int) -> None:
        self._node.rpc("evm_increaseTime", seconds)

    def fund(self, addresses: Sequence[str]) -> None:
        """Also moves the nonce to 1: Ganache takes a signed nonce 0 for none, so such a transaction could be
        replayed. One after another: of changes that it is given at once it loses some. A change is seen a moment after
        its answer where a block is made meanwhile; whoever asked before would sign nonce 0."""
        for address in addresses:
            self._node.rpc("evm_setAccountBalance", address, hex(FUNDS_WEI))
            deadline = time.monotonic() + SEEN_SECONDS
            while self._node.transaction_count(address) == 0:
                if time.monotonic() > deadline:
                    raise ChainUnavailable(
                        reason=both("Ganache does not keep what it is told of an account", "Ganache 未保存账户的变更")
                    )
                self._node.rpc("evm_setAccountNonce", address, "0x1")

    def snapshot(self) -> str:
        return str(self._node.rpc("evm_snapshot"))

    def revert(self, snapshot: str) -> None:
        if not self._node.rpc("evm_revert", snapshot):
            raise Conflict(reason=both("the chain knows no snapshot {name}", "链上没有快照 {name}", name=snapshot))


class Anvil(Ganache):
    gas_behind = None

    def gas_limits(self, transactions: Sequence[dict[str, str]]) -> list[int | Web3RPCError]:
        """Its eth_estimateGas runs a transaction about fifteen times and takes longer than to send it. A trace runs it
        once; what that used is after refunds, which are a fifth of it at most."""
        whole = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        asked = [("debug_traceCall", [each, "latest", whole]) for each in transactions]
        return [_limit(answer) for answer in self._node.batch(asked)]

    def wake(self) -> None:
        """Its miner forgets what waits under load, for good."""
        if self._node.rpc("anvil_getAutomine"):
            self.mine()

    def move_clock(self, seconds: int) -> None:
        self._node.rpc("evm_increaseTime", hex(seconds))

    def fund(self, addresses: Sequence[str]) -> None:
        self._node.all("anvil_setBalance", [[address, hex(FUNDS_WEI)] for address in addresses])


def _limit(answer: Any) -> int | Web3RPCError:
    """The gas to send with what a node estimated or traced; or the error, of a trace as eth_estimateGas says it."""
    if isinstance(answer, Web3RPCError):
        return answer
    if isinstance(answer, str):
        return min(int(answer, 16) * 3 // 2, GAS_LIMIT)
    if "error" in answer:
        error: RPCError = {"code": 3, "message": answer["error"], "data": answer.get("output", "0x")}
        return Web3RPCError(answer["error"], rpc_response={"jsonrpc": "2.0", "error": error})
    return min(int(answer["gasUsed"], 16) * 3 // 2, GAS_LIMIT)


def connect(settings: Settings) -> Node:
    """A connection to the configured chain, whether or not it is up."""
    url = settings.rpc_url or f"http://127.0.0.1:{settings.rpc_port}"
    return Node(url, settings.rpc_timeout)


class LocalChain:
    """A Ganache or Anvil process on loopback that lives as long as this object is not stopped.

    With `data` its blocks stay on disk. A chain that outlived its killed backend is then ended at the next
    start, or it would hold the port and the data for good.
    """

    def __init__(self, settings: Settings, *, data: Path | None = None, port: int | None = None) -> None:
        self._any_port = not (port or settings.rpc_port)
        self.port = port or settings.rpc_port or free_port()
        self._settings = settings
        self._data = data
        self._lock: IO[str] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, wait_seconds: float = 60.0) -> Node:
        """Starts the process and waits until it answers. Raises SetupIncomplete, Conflict or ChainUnavailable."""
        if not (ROOT / "node_modules").exists():
            raise SetupIncomplete(
                reason=both("the local chain is not installed; run 'make setup'", "本地链尚未安装;请运行 make setup")
            )
        self._claim_data()
        try:
            self._require_free_port()
            node = self._start_on_a_port(wait_seconds)
            if self._data is not None:
                node.keep_time()
            return node
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._release_data()

    def kill(self) -> None:
        """SIGKILL, for tests of what happens when a node dies."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._release_data()

    def _start_on_a_port(self, wait_seconds: float) -> Node:
        for _ in range(2 if self._any_port else 0):
            with contextlib.suppress(ChainUnavailable):
                return self._start(wait_seconds)
            self.port = free_port()  # somebody else was given the same one
        return self._start(wait_seconds)

    def _start(self, wait_seconds: float) -> Node:
        with tempfile.TemporaryFile() as complaints:
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=complaints,
                stderr=complaints,
                start_new_session=True,
                cwd=ROOT,
            )
            if self._data is not None:
                (self._data / "pid").write_text(str(self.process.pid), encoding="ascii")
            node = Node(self.url, self._settings.rpc_timeout)
            deadline = time.monotonic() + wait_seconds
            while not node.is_up():
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.process.kill()
                    self.process.wait()
                    complaints.seek(0)
                    log.error("chain-did-not-start", said=complaints.read()[-1_000:].decode(errors="replace"))
                    raise ChainUnavailable(
                        reason=both(
                            "{chain} did not start on port {port}",
                            "{chain} 未能在端口 {port} 启动",
                            chain=self._settings.chain,
                            port=self.port,
                        )
                    )
                time.sleep(0.05)
        return node

    def _require_free_port(self) -> None:
        if not 0 < self.port < 2**16:
            raise SetupIncomplete(
                reason=both(
                    "{port} is no port; set FEIQIAN_RPC_PORT", "{port} 不是端口;请设置 FEIQIAN_RPC_PORT", port=self.port
                )
            )
        with contextlib.closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise Conflict(
                    reason=both(
                        "port {port} is taken; set FEIQIAN_RPC_PORT",
                        "端口 {port} 已被占用;请设置 FEIQIAN_RPC_PORT",
                        port=self.port,
                    )
                )

    def _claim_data(self) -> None:
        """Takes the data for this process, which the system undoes however the process ends; a chain that still
        runs on it is then nobody's, and is ended. Raises Conflict where another process has it."""
        if self._data is None:
            return
        self._lock = hold(self._data / "lock")
        if self._lock is None:
            raise Conflict(
                reason=both(
                    "another backend runs its chain on {folder}",
                    "另一后端正在使用 {folder} 的链数据",
                    folder=self._data,
                )
            )
        pid_file = self._data / "pid"
        pid = pid_file.read_text(encoding="ascii").strip() if pid_file.exists() else ""
        deadline = time.monotonic() + 10
        while pid.isdigit() and str(self._data) in command_of(pid):  # or the number is another process's by now
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.05)

    def _release_data(self) -> None:
        if self._data is not None and self._lock is not None:
            (self._data / "pid").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _command(self) -> list[str]:
        s = self._settings
        if s.chain == "anvil":
            command = [str(TOOLCHAIN / "anvil"), "--port", str(self.port), "--chain-id", str(s.chain_id)]
            command += ["--hardfork", "paris", "--gas-limit", str(GAS_LIMIT), "--accounts", "1", "--silent"]
            command += ["--state", str(self._data / "anvil.json"), "--state-interval", "1"] if self._data else []
            return command
        command = [str(TOOLCHAIN / "ganache"), "--server.port", str(self.port), "--chain.chainId", str(s.chain_id)]
        command += ["--chain.networkId", str(s.chain_id), "--chain.hardfork", "merge", "--wallet.totalAccounts", "1"]
        command += ["--miner.blockGasLimit", str(GAS_LIMIT), "--logging.quiet", "true"]
        return command + (["--database.dbPath", str(self._data / "ganache")] if self._data else [])


def free_port() -> int:
    """A loopback port nobody listens on now. The system itself would give one of those that connections going out take
    too: one of these might have it before it is used."""
    while True:
        port = secrets.choice(FREE_PORTS)
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def forget(folder: Path) -> None:
    """Removes a local chain's data."""
    shutil.rmtree(folder, ignore_errors=True)
