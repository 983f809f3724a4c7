"""Rule B57: a database that is full or read-only is called that; nothing is lost, and what waits goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, insert, text
from sqlalchemy.exc import OperationalError

from backend.reconcile import reconcile
from backend.sdk import Refused
from backend.storage import probes
from backend.testing import Network
from tests.waiting import eventually

Trouble = Callable[[Engine], AbstractContextManager[None]]


@contextmanager
def full(database: Engine) -> Any:
    """As a disk without room for another page."""
    if database.dialect.name != "sqlite":
        pytest.skip("only SQLite can be told that there is no more room")
    with database.connect() as db:
        pages = db.execute(text("PRAGMA page_count")).scalar_one()
    with _session(database, f"PRAGMA max_page_count={pages}"):
        for size in (50_000, 2_000, 100):  # what is free inside is used up
            with suppress(OperationalError), database.begin() as db:
                for _ in range(1_000):
                    with db.begin_nested():
                        db.execute(insert(probes).values(at=0, filler="." * size))
        yield
    with database.begin() as db:
        db.execute(delete(probes))


@contextmanager
def read_only(database: Engine) -> Any:
    is_sqlite = database.dialect.name == "sqlite"
    with _session(database, "PRAGMA query_only=ON" if is_sqlite else "SET default_transaction_read_only = on"):
        yield


@contextmanager
def _session(database: Engine, spoilt: str) -> Any:
    def spoil(connection: Any, _: object) -> None:
        connection.execute(spoilt)
        connection.commit()

    event.listen(database, "connect", spoil)
    database.dispose()
    try:
        yield
    finally:
        event.remove(database, "connect", spoil)
        database.dispose()


CASES = pytest.mark.parametrize(
    ("trouble", "said"), [(full, "its disk is full"), (read_only, "it is read-only")], ids=["full", "read-only"]
)


@CASES
def test_what_cannot_be_kept_is_refused_and_done_once_when_it_can(
    feiqian: Network, trouble: Trouble, said: str
) -> None:
    database, invoice = feiqian.world.system.database, feiqian.invoice(number="BIG") + b" " * 400_000
    with trouble(database):
        for language, words in (("en", said), ("zh", "数据库")):
            client = feiqian.world.client(feiqian.tier1.token)
            client._http.headers["Accept-Language"] = language
            with pytest.raises(Refused) as refusal:
                client.act("/receivables", {"invoice": _base64(invoice)}, key="one")
            assert (refusal.value.status, refusal.value.type) == (503, "storage-unavailable")
            assert words in str(refusal.value)
        assert feiqian.tier1.receivables() == []  # what is kept can be read
        probe = feiqian.world.app.test_client().get("/readyz")
        assert probe.status_code == 503 and probe.json["parts"]["database"]["reason"] == said
    done = feiqian.tier1.act("/receivables", {"invoice": _base64(invoice)}, key="one")
    assert [str(claim["id"]) for claim in feiqian.tier1.receivables()] == [str(done["result"]["receivableId"])]


@CASES
def test_what_is_under_way_waits_and_goes_on(feiqian: Network, trouble: Trouble, said: str) -> None:
    system = feiqian.world.system
    system.engine.stop()
    operations = [
        feiqian.tier1.act("/receivables", {"invoice": _base64(feiqian.invoice())}, wait=0)["id"] for _ in range(5)
    ]
    nonce = system.node.transaction_count(feiqian.tier1.account)
    with trouble(system.database):
        system.engine.start()
        eventually(lambda: system.engine.fault is not None)
        assert feiqian.world.app.test_client().get("/healthz").status_code == 200
        states = {system.outbox.operation(one)["state"] for one in operations}
        assert states <= {"pending", "submitted"} or trouble is full
    for one in operations:
        assert system.wait(one, 20)["state"] == "succeeded"
    assert system.node.transaction_count(feiqian.tier1.account) == nonce + 5
    eventually(lambda: system.engine.fault is None)
    assert reconcile(system).holds


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()
