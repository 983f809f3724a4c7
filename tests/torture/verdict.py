"""The verdict after every torture: nothing is lost, nothing is doubled, and everyone says the same.

It is reached from the chain itself, past any proxy and past the backend, and then held against the database.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from backend.chain.outbox import operations
from backend.database import reading
from backend.projections.indexer import read_model_digest
from backend.queries.audit import verify
from backend.reconcile import reconcile
from backend.system import System
from tests.torture.clients import Act, Mark
from tests.torture.stage import FUNDS, RESERVE, Stage

RECOVERY_SECONDS = 5.0
GAP_SECONDS = 30.0
LOADED = 3
"""How much slower a machine may be that has other things to do."""

_TOLD_APART_BY = {"Issued": "amount", "ReserveAttested": "reserve", "Redeemed": "payoutReference"}


def judge(stage: Stage, acts: Sequence[Act], told: Mapping[str, set[str]] | None = None) -> None:
    """Each act happened once, each key is one operation, every lane is whole, and the read model is the chain's.

    The backends must be at rest or dead. `acts` are all that were drawn on this stage; `told` is what clients heard.
    """
    rows = _operations_of(stage, acts)
    _each_key_one_operation(rows, acts, told or {})
    _each_act_once(stage, acts, {row.idempotency_key for row in rows if row.state == "failed"})
    _lanes_are_whole(stage)
    read_model_is_the_chains(stage)
    assert verify(stage.database).wrong == "", "each operation has its row of the audit log, in one chain"


def await_recovery(stage: Stage, since: float, *, of: str) -> float:
    """Until all is at rest; the seconds since `since` (monotonic), which are printed and bounded."""
    stage.await_quiet(LOADED * GAP_SECONDS)
    seconds = time.monotonic() - since
    print(f"{of}: at rest after {seconds:.2f} s")
    assert seconds <= LOADED * RECOVERY_SECONDS, f"{of}: {seconds:.1f} s to recover, {RECOVERY_SECONDS:g} are allowed"
    return seconds


def marks_on_chain(stage: Stage) -> Counter[Mark]:
    """How often each act happened, by the one value that tells it from all others. Cash of others than the bank is no
    act that was drawn."""
    token = stage.contracts.address(stage.contracts.token("CNY"))
    raw = stage.node.rpc("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "address": token})
    found = [log for log in map(stage.contracts.decode_log, raw) if log is not None and log.name in _TOLD_APART_BY]
    return Counter(
        (log.name, log.args[_TOLD_APART_BY[log.name]])
        for log in found
        if log.args.get("to", stage.bank[1]) == stage.bank[1]
    )


def transactions_on_chain(stage: Stage) -> list[tuple[str, int, str]]:
    """Signer, nonce and hash of every transaction, in the order of the chain."""
    every = range(stage.node.head().number + 1)
    blocks = stage.node.batch([("eth_getBlockByNumber", [hex(number), True]) for number in every])
    return [(tx["from"].lower(), int(tx["nonce"], 16), tx["hash"]) for block in blocks for tx in block["transactions"]]


def _operations_of(stage: Stage, acts: Sequence[Act]) -> Sequence[Row[Any]]:
    columns = (
        operations.c.idempotency_key,
        operations.c.id,
        operations.c.state,
        operations.c.tx_hash,
        operations.c.error,
    )
    keys = [act.key for act in acts]
    with reading(stage.database) as db:
        return db.execute(select(*columns).where(operations.c.idempotency_key.in_(keys))).all()


def _each_key_one_operation(rows: Sequence[Row[Any]], acts: Sequence[Act], told: Mapping[str, set[str]]) -> None:
    assert Counter(row.idempotency_key for row in rows) == Counter(act.key for act in acts)
    surely = {act.key for act in acts if not act.may_fail}
    unfinished = [tuple(row) for row in rows if row.state not in ("succeeded", "failed")]
    assert not unfinished, unfinished
    failed = [tuple(row) for row in rows if row.state == "failed" and row.idempotency_key in surely]
    assert not failed, failed
    hashes = [row.tx_hash for row in rows if row.tx_hash is not None]
    assert len(set(hashes)) == len(hashes), "two operations with one transaction"
    known = {row.idempotency_key: {row.id} for row in rows}
    assert told.items() <= known.items(), "somebody was told of another operation"


def _each_act_once(stage: Stage, acts: Sequence[Act], failed: set[str]) -> None:
    """What succeeded is on the chain once, what failed is not, and neither is anything else."""
    happened = marks_on_chain(stage)
    wanted = Counter([("ReserveAttested", RESERVE), ("Issued", FUNDS)])
    wanted += Counter(act.mark for act in acts if act.key not in failed)
    lost, doubled = wanted - happened, happened - wanted
    assert not lost, f"lost: {dict(lost)}"
    assert not doubled, f"doubled, or never asked for: {dict(doubled)}"


def _lanes_are_whole(stage: Stage) -> None:
    """The nonces of each signer follow one another, and every transaction of a lane is that of an operation."""
    by_signer: defaultdict[str, list[int]] = defaultdict(list)
    on_chain = transactions_on_chain(stage)
    for signer, nonce, _ in on_chain:
        by_signer[signer].append(nonce)
    for signer, nonces in by_signer.items():
        assert nonces == list(range(nonces[0], nonces[0] + len(nonces))), f"lane of {signer}: {nonces}"
    with reading(stage.database) as db:
        sent = db.execute(
            select(operations.c.signer, operations.c.nonce, operations.c.tx_hash, operations.c.state)
        ).all()
    sent = [row for row in sent if row.tx_hash is not None]
    assert not [row for row in sent if row.state not in ("succeeded", "failed")], "something is still open"
    signers = {row.signer.lower() for row in sent}
    ours = Counter(entry for entry in on_chain if entry[0] in signers)
    assert ours == Counter((row.signer.lower(), row.nonce, row.tx_hash) for row in sent)


def read_model_is_the_chains(stage: Stage) -> None:
    """Byte for byte what the chain alone makes of it (one of the checks of `reconcile`), and it adds up."""
    used = read_model_digest(stage.database)
    system = System.open(stage.settings)
    try:
        findings = reconcile(system).findings
        assert not findings, f"rebuilt: {findings}"
    finally:
        system.close()
    assert read_model_digest(stage.database) == used, "rebuilt: it was not yet at the head"
