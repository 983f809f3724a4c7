"""Whatever a node does but answer is ChainUnavailable; what it refuses is its own sentence."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from web3.exceptions import Web3RPCError

from backend.chain import node as nodes
from backend.chain.contracts import is_revert, revert_data
from backend.chain.node import BATCH_BYTES, GAS_LIMIT, Node, free_port
from backend.errors import ChainUnavailable, Conflict

Answer = Callable[[BaseHTTPRequestHandler, Any], None]


class Server:
    """An HTTP server on loopback that answers every POST with `answer`."""

    def __init__(self) -> None:
        self.answer: Answer = lambda handler, request: None
        self.methods: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.methods += [call["method"] for call in (request if isinstance(request, list) else [request])]
                outer.answer(self, request)

            def log_message(self, *_: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def says(status: int, content: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _request: Any) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def results(**by_method: Any) -> Answer:
    """JSON-RPC results by method, of one call or many; a callable is called with the parameters."""

    def of(call: Any) -> dict[str, Any]:
        result = by_method[call["method"]]
        result = result(*call["params"]) if callable(result) else result
        return {"jsonrpc": "2.0", "id": call["id"], "result": result}

    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        shown = [of(call) for call in request] if isinstance(request, list) else of(request)
        says(200, json.dumps(shown).encode())(handler, request)

    return answer


def hangs_up(handler: BaseHTTPRequestHandler, _request: Any) -> None:
    handler.close_connection = True
    handler.connection.close()


def stops_half_way(handler: BaseHTTPRequestHandler, _request: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"result": "0x')
    handler.close_connection = True


ERROR = b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"insufficient funds"}}'


@pytest.mark.parametrize(
    "answer",
    [
        says(200, b"<html>Bad gateway</html>"),
        says(200, b""),
        says(200, b"[]"),
        says(200, b"null"),
        says(200, b'"0x1"'),
        says(200, b'{"jsonrpc":"2.0","id":1}'),
        says(200, b'{"error":"a string"}'),
        says(200, b'{"result":"\xff\xfe"}'),
        says(500, b"oops"),
        says(500, ERROR),
        says(503, b'{"jsonrpc":"2.0","id":1,"result":"0x539"}'),
        says(404, b"not here"),
        says(429, b"slow down"),
        hangs_up,
        stops_half_way,
    ],
)
def test_what_is_no_answer_is_silence(server: Server, answer: Answer) -> None:
    server.answer = answer
    node = Node(server.url, 5)
    with pytest.raises(ChainUnavailable) as silence:
        node.rpc("eth_chainId")
    assert silence.value.describe("zh") != silence.value.describe("en")
    assert not node.is_up()


def test_a_node_that_hangs_is_given_up(server: Server) -> None:
    server.answer = lambda handler, request: time.sleep(2)
    started = time.monotonic()
    with pytest.raises(ChainUnavailable, match="no answer"):
        Node(server.url, 0.2).rpc("eth_chainId")
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("url", [f"http://127.0.0.1:{free_port()}", "http://nowhere.invalid", "ftp://x"])
def test_a_node_that_is_not_there(url: str) -> None:
    with pytest.raises(ChainUnavailable):
        Node(url, 1).rpc("eth_chainId")


@pytest.mark.parametrize("status", [200, 400])
def test_a_refusal_of_the_node_itself(server: Server, status: int) -> None:
    server.answer = says(status, ERROR)
    with pytest.raises(Web3RPCError, match="insufficient funds"):
        Node(server.url, 5).rpc("eth_sendRawTransaction", "0x")


def test_web3_goes_the_same_way(server: Server) -> None:
    server.answer = says(502, b"gateway")
    with pytest.raises(ChainUnavailable, match="HTTP 502"):
        _ = Node(server.url, 5).web3.eth.block_number


def test_the_chain_id_is_asked_for_once(server: Server) -> None:
    server.answer = results(eth_chainId="0x539")
    node = Node(server.url, 5)
    assert [node.chain_id, node.chain_id] == [1337, 1337]
    assert server.methods == ["eth_chainId"]


def block(number: int, **more: Any) -> dict[str, Any]:
    return {"number": hex(number), "hash": f"0x{number:064x}", "parentHash": "0x0", "timestamp": "0x64", **more}


def test_blocks(server: Server) -> None:
    server.answer = results(
        eth_getBlockByNumber=lambda which, _: None if which == "0x9" else block(7, baseFeePerGas="0x8"),
        eth_gasPrice="0x5",
        web3_clientVersion="Geth/v1.13",
    )
    node = Node(server.url, 5)
    assert node.block(9) is None
    head = node.head()
    assert (head.number, head.timestamp, head.base_fee) == (7, 100, 8)
    assert node.gas_price(head) == 16, "twice the base fee"
    server.answer = results(eth_getBlockByNumber=block(7), eth_gasPrice="0x5")
    assert node.gas_price(node.head()) == 5, "what the node asks, where there is no base fee"
    server.answer = results(eth_getBlockByNumber=None)
    with pytest.raises(ChainUnavailable, match="no block"):
        node.head()


def test_an_idle_development_chain_is_moved_on(server: Server) -> None:
    server.answer = results(web3_clientVersion="Ganache/v7.9.2", evm_mine="0x0", eth_getBlockByNumber=block(1))
    node = Node(server.url, 5)
    assert [node.now(), node.now()] == [100, 100]
    assert server.methods.count("evm_mine") == 1, "at most once a second"
    assert server.methods.count("web3_clientVersion") == 1


def test_a_head_that_was_seen_is_where_the_next_act_is_tried(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """An act that was seen in its block is not tried again on the block before."""
    monkeypatch.setattr("backend.chain.node.FRESH_SECONDS", 60)
    server.answer = results(web3_clientVersion="Geth/v1.13", eth_getBlockByNumber=block(1))
    node = Node(server.url, 5)
    before = node.tick()
    server.answer = results(web3_clientVersion="Geth/v1.13", eth_getBlockByNumber=block(2))
    assert node.tick() == before, "so soon nobody is asked again"
    assert node.tick() != node.head() == node.tick()


def test_nobody_waits_for_another_who_moves_the_clock(server: Server) -> None:
    server.answer = results(web3_clientVersion="anvil/v1", eth_getBlockByNumber=block(1))
    node = Node(server.url, 5)
    assert node.development is not None
    with node._ticking:
        assert node.now() == 100


def test_a_shared_network_has_no_clock_to_move(server: Server) -> None:
    server.answer = results(web3_clientVersion="Geth/v1.13", eth_getBlockByNumber=block(1))
    node = Node(server.url, 5)
    assert node.now() == 100
    with pytest.raises(Conflict, match="only a development chain") as refusal:
        node.travel(60)
    assert "开发链" in refusal.value.describe("zh")
    node.prepare_accounts("0x" + 40 * "1")
    assert set(server.methods) == {"web3_clientVersion", "eth_getBlockByNumber"}, "nobody is funded there"


@pytest.mark.parametrize(
    ("client", "asked", "answer", "gas"),
    [
        ("Geth/v1.13", "eth_estimateGas", "0x4e20", 30_000),
        ("anvil/v1", "debug_traceCall", {"gasUsed": "0x4e20"}, 30_000),
        ("anvil/v1", "debug_traceCall", {"gasUsed": hex(GAS_LIMIT - 1)}, GAS_LIMIT),
        ("Ganache/v7.9.2", "eth_call", "0x", GAS_LIMIT),
    ],
)
def test_what_a_transaction_may_take(server: Server, client: str, asked: str, answer: Any, gas: int) -> None:
    server.answer = results(web3_clientVersion=client, **{asked: answer})
    assert Node(server.url, 5).gas_limit({"to": "0x" + 40 * "1", "data": "0x0000"}) == gas
    assert server.methods == ["web3_clientVersion", asked]


def test_a_trace_that_ends_in_a_revert_is_a_refusal(server: Server) -> None:
    frame = {"gasUsed": "0x4e20", "error": "execution reverted", "output": "0x5e7ad06b"}
    server.answer = results(web3_clientVersion="anvil/v1", debug_traceCall=frame)
    with pytest.raises(Web3RPCError) as refusal:
        Node(server.url, 5).gas_limit({"to": "0x" + 40 * "1", "data": "0x" + 20_000 * "0"})
    assert is_revert(refusal.value)
    assert revert_data(refusal.value) == "0x5e7ad06b"


def test_an_unknown_snapshot(server: Server) -> None:
    server.answer = results(web3_clientVersion="Ganache/v7", evm_revert=False)
    development = Node(server.url, 5).development
    assert development is not None
    with pytest.raises(Conflict, match="no snapshot 0x9"):
        development.revert("0x9")


# ---- many calls in one request


def answers(shown: Callable[[list[Any]], Any]) -> Answer:
    """The JSON that `shown` makes of a batch."""

    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        says(200, json.dumps(shown(request)).encode())(handler, request)

    return answer


def test_a_batch_is_answered_in_the_order_of_the_calls(server: Server) -> None:
    server.answer = answers(
        lambda asked: [
            {"id": call["id"], "result": call["params"][0]}
            if call["params"][0] % 2
            else {"id": call["id"], "error": {"message": f"no {call['params'][0]}"}}
            for call in reversed(asked)
        ]
    )
    found = Node(server.url, 2).batch([("echo", [number]) for number in range(450)])
    assert [item for item in found if isinstance(item, int)] == list(range(1, 450, 2))
    assert [str(item.message) for item in found if isinstance(item, Web3RPCError)][:2] == ["no 0", "no 2"]
    assert Node(server.url, 2).batch([]) == []


def test_large_calls_travel_in_several_requests(server: Server) -> None:
    """A node that refuses a request for its size would refuse it again for ever."""
    sizes: list[int] = []

    def shown(asked: list[Any]) -> list[Any]:
        sizes.append(len(json.dumps(asked)))
        return [{"id": call["id"], "result": call["params"][0][:2]} for call in asked]

    server.answer = answers(shown)
    calls = [("echo", [f"{number:02}" + "0" * 50_000]) for number in range(60)]
    calls.insert(30, ("echo", ["xx" + "0" * 2 * BATCH_BYTES]))
    found = Node(server.url, 2).batch(calls)
    assert found == [call[1][0][:2] for call in calls]
    assert [size > 1.1 * BATCH_BYTES for size in sizes].count(True) == 1, "the one that is too large by itself"
    assert len(sizes) == 5, sizes


@pytest.mark.parametrize(
    "shown",
    [
        lambda asked: [{"id": call["id"], "result": 1} for call in asked[1:]],
        lambda asked: [{"id": 0, "result": 1} for _ in asked],
        lambda asked: {"error": {"message": "no batches here"}},
        lambda asked: "nonsense",
        lambda asked: [{"id": call["id"]} for call in asked],
    ],
)
def test_a_batch_that_is_answered_in_part_is_no_answer(server: Server, shown: Callable[[list[Any]], Any]) -> None:
    server.answer = answers(shown)
    with pytest.raises(ChainUnavailable):
        Node(server.url, 2).batch([("echo", [1]), ("echo", [2])])


def test_one_that_is_refused_among_many(server: Server) -> None:
    server.answer = answers(
        lambda asked: [
            {"id": call["id"], "result": block(1)}
            if call["params"][0] == "0x1"
            else {"id": call["id"], "error": {"code": -32000, "message": "missing trie node"}}
            for call in asked
        ]
    )
    node = Node(server.url, 2)
    (first,) = node.headers([1])
    assert first is not None and first.number == 1
    with pytest.raises(Web3RPCError, match="missing trie node"):
        node.headers([1, 2])


# ---- the way to it


@pytest.mark.parametrize(("method", "times"), [("eth_chainId", 2), ("evm_increaseTime", 1)])
def test_what_must_not_be_done_twice_is_not_asked_again(server: Server, method: str, times: int) -> None:
    """Where the connection ends under the question: a clock that is moved on twice does not come back."""
    server.answer = hangs_up
    with pytest.raises(ChainUnavailable, match="no answer"):
        Node(server.url, 2).rpc(method, 60)
    assert server.methods == times * [method]


def test_the_name_and_password_of_a_url_are_told_to_the_node(server: Server) -> None:
    told: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        told.append(handler.headers["Authorization"])
        results(eth_chainId="0x539")(handler, request)

    server.answer = answer
    assert Node(server.url.replace("//", "//lake:p%40ss@"), 2).chain_id == 1337
    assert Node(server.url, 2).chain_id == 1337
    assert told == ["Basic " + base64.b64encode(b"lake:p@ss").decode(), None]


def test_a_proxy_of_the_environment_is_for_the_outside_world(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, request: Any) -> None:
        paths.append(handler.path)
        results(eth_chainId="0x539")(handler, request)

    server.answer = answer
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "inside.example")
    assert Node("http://chain.example/rpc", 2).chain_id == 1337
    assert Node(server.url, 2).chain_id == 1337
    assert not Node("http://inside.example", 2).is_up()
    assert paths == ["http://chain.example/rpc", "/"]


# ---- a development chain that does not do what it is told


def test_an_account_that_ganache_does_not_keep(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key would sign a first transaction that anybody could send again."""
    monkeypatch.setattr(nodes, "SEEN_SECONDS", 0.2)
    server.answer = results(
        web3_clientVersion="Ganache/v7.9.2",
        evm_setAccountBalance=True,
        evm_setAccountNonce=True,
        eth_getTransactionCount="0x0",
    )
    with pytest.raises(ChainUnavailable, match="does not keep") as silence:
        Node(server.url, 2).prepare_accounts("0x" + 40 * "1")
    assert "未保存" in silence.value.describe("zh")


@pytest.mark.parametrize(("mines", "asked"), [(True, ["evm_mine"]), (False, [])])
def test_a_miner_is_woken_where_it_makes_blocks_by_itself(server: Server, mines: bool, asked: list[str]) -> None:
    server.answer = results(web3_clientVersion="anvil/v1", anvil_getAutomine=mines, evm_mine="0x0")
    Node(server.url, 2).wake_miner()
    assert server.methods == ["web3_clientVersion", "anvil_getAutomine", *asked]
