"""The backend dies between any two steps and comes back: each intent becomes exactly one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.chain import outbox, sender
from backend.chain.endings import Endings
from backend.chain.logs import LogSource
from backend.chain.node import _Provider
from backend.chain.sender import Sender
from backend.projections import indexer


class Crash(BaseException):
    """The process ends here."""


Patch = Callable[[pytest.MonkeyPatch], None]


def before(owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> Patch:
    """Dies as `name` is called."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        original = getattr(owner, name)

        def dies(*arguments: Any, **named: Any) -> Any:
            if when(*arguments, **named):
                raise Crash
            return original(*arguments, **named)

        monkeypatch.setattr(owner, name, dies)

    return patch


def after(owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> Patch:
    """Dies as `name` returns."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        original = getattr(owner, name)

        def dies(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            if when(*arguments, **named):
                raise Crash
            return result

        monkeypatch.setattr(owner, name, dies)

    return patch


def calling(method: str) -> Callable[..., bool]:
    return lambda _provider, calls: any(called == method for called, _ in calls)


def moving(state: str) -> Callable[..., bool]:
    return lambda _connection, moves: any(move.state == state for move in moves)


POINTS: dict[str, Patch] = {
    "after the intent is written": before(Sender, "_sign"),
    "after the trial": after(Sender, "_tried"),
    "as the nonce is taken": after(Sender, "_last_nonce"),
    "before nonce and bytes are committed": after(sender, "move_all", moving("submitted")),
    "after nonce and bytes are committed": before(Sender, "_broadcast", lambda _sender, rows, _clock: bool(rows)),
    "as they are broadcast": before(_Provider, "make_batch", calling("eth_sendRawTransaction")),
    "after the node took them": after(_Provider, "make_batch", calling("eth_sendRawTransaction")),
    "before the receipt": before(Sender, "_finish"),
    "after the receipt": after(_Provider, "make_batch", calling("eth_getTransactionReceipt")),
    "before the end is written": after(Endings, "move"),
    "before the end is committed": after(sender, "move_all", moving("succeeded")),
    "after the end is committed": before(Sender, "_offer_again"),
    "as the logs are read": before(LogSource, "_logs"),
    "before the rows are committed": after(indexer, "_apply"),
    "between rows and operations": before(outbox, "reopen"),
    "after the rows are committed": after(indexer.Indexer, "step"),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_step(bench: Any, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    supply, issues, attestations = bench.supply(), bench.transactions(), bench.transactions("attestor")
    ids = [bench.issue(1), bench.issue(20), bench.attest(10**15), bench.issue(300)]
    with monkeypatch.context() as patched:
        POINTS[point](patched)
        with pytest.raises(Crash):
            for _ in range(5):
                bench.system.engine.step()
    bench.restart()
    assert bench.finish(*ids) == ["succeeded"] * 4
    assert bench.supply() - supply == 321
    assert bench.transactions() - issues == 3
    assert bench.transactions("attestor") - attestations == 1
    operations = [bench.system.outbox.operation(one) for one in ids]
    assert len({operation["tx_hash"] for operation in operations}) == 4
    nonces = [operation["nonce"] for operation in operations if operation["kind"] == "cash.issue"]
    assert nonces == list(range(issues, issues + 3)), "in the order of the intents"
    for operation in operations:
        assert [entry["state"] for entry in operation["history"]] == ["pending", "submitted", "succeeded"]
    assert bench.read_model_is_the_chains()


def test_crash_after_crash_after_crash(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    supply, issues = bench.supply(), bench.transactions()
    ids = [bench.issue(10**number) for number in range(5)]
    for point in POINTS.values():
        with monkeypatch.context() as patched:
            point(patched)
            try:
                for _ in range(3):
                    bench.system.engine.step()
            except Crash:
                pass
        bench.restart()
    assert bench.finish(*ids) == ["succeeded"] * 5
    assert bench.supply() - supply == 11_111
    assert bench.transactions() - issues == 5
    assert bench.read_model_is_the_chains()


def test_a_key_repeated_across_a_crash_is_the_same_operation(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    supply = bench.supply()
    first = bench.issue(5, key="once")
    with monkeypatch.context() as patched:
        POINTS["after the node took them"](patched)
        with pytest.raises(Crash):
            bench.system.engine.step()
    assert bench.issue(5, key="once") == first
    bench.restart()
    assert bench.finish(first) == ["succeeded"]
    assert bench.issue(5, key="once") == first
    assert bench.supply() - supply == 5
