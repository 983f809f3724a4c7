"""The plain way to index, to be compared with: web3's get_logs for each kind of event, SQLAlchemy's ORM for rows."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy.orm import Session, registry
from web3 import Web3

from backend.chain.abi import plain
from backend.chain.contracts import Contracts
from backend.database import metadata, open_database
from backend.events.decoding import EVENTS
from backend.projections import tables

RANGE = 500
NOBODY = "0x" + 40 * "0"
KEPT = ("events", "blocks", "receivables", "notes", "fingerprints", "used_nonces")


Found = tuple[int, int, float, float]
"""Events, rows, seconds, and seconds of this process's own work: what is left of it on a busy machine."""


class Watch:
    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self._began[0], time.process_time() - self._began[1]


class PlainLoop:
    """For each range of blocks and each kind of event one get_logs; for each event its row, and the row that it is
    about (claim, note, fingerprint or nonce: no ledger, no feed), committed block by block."""

    def __init__(self, contracts: Contracts, url: str) -> None:
        self._contracts = contracts
        self._web3 = contracts.node.web3
        self._engine = open_database(url)
        metadata.create_all(self._engine)
        mapper = registry()
        self._kinds: dict[str, type[Any]] = {name: type(name, (), {}) for name in KEPT}
        for name, kind in self._kinds.items():
            mapper.map_imperatively(kind, getattr(tables, name).to_metadata(mapper.metadata))
        self._times: dict[int, Any] = {}

    def run(self) -> Found:
        """From the first block to the head."""
        watch, events, rows = Watch(), 0, 0
        head = self._web3.eth.block_number
        for first in range(self._contracts.deployment.block, head + 1, RANGE):
            for block in self._blocks(first, min(head, first + RANGE - 1)):
                with Session(self._engine) as session:
                    rows += self._keep_block(session, block[0]["blockNumber"])
                    for log in block:
                        rows += self._keep(session, log)
                    session.commit()
                events += len(block)
        return events, rows, *watch.read()

    def _blocks(self, first: int, last: int) -> list[list[Any]]:
        """The logs of a range, block by block."""
        found: dict[int, list[Any]] = {}
        for name in self._contracts.names.values():
            contract = self._contracts.at(name)
            for artifact, event in EVENTS:
                if artifact == name.partition(":")[0]:
                    for log in contract.events[event]().get_logs(from_block=first, to_block=last):
                        found.setdefault(log["blockNumber"], []).append((log["logIndex"], name, log))
        ordered = (sorted(found[number], key=lambda entry: entry[0]) for number in sorted(found))
        return [[{**log, "contract": name} for _, name, log in block] for block in ordered]

    def _keep_block(self, session: Session, number: int) -> int:
        block = self._web3.eth.get_block(number)
        self._times[number] = block["timestamp"]
        session.add(
            self._new(
                "blocks",
                number=number,
                hash=block["hash"].to_0x_hex(),
                parent_hash=block["parentHash"].to_0x_hex(),
                timestamp=block["timestamp"],
            )
        )
        return 1

    def _keep(self, session: Session, log: dict[str, Any]) -> int:
        """The event, and what it is about; how many rows that were."""
        args = {name: _plain(value) for name, value in log["args"].items()}
        at = self._times[log["blockNumber"]]
        session.add(
            self._new(
                "events",
                block_number=log["blockNumber"],
                log_index=log["logIndex"],
                block_hash=log["blockHash"].to_0x_hex(),
                tx_hash=log["transactionHash"].to_0x_hex(),
                contract=log["contract"],
                address=log["address"],
                name=log["event"],
                args=args,
                at=at,
            )
        )
        return 1 + self._keep_subject(session, log["contract"], log["event"], args, at)

    def _keep_subject(self, session: Session, contract: str, event: str, args: dict[str, Any], at: int) -> int:
        if event == "ReceivableRegistered":
            session.add(self._new("receivables", **registered(args, at)))
        elif event == "ReceivableConfirmed":
            claim = session.get(self._kinds["receivables"], args["receivableId"])
            assert claim is not None
            claim.status, claim.confirmed = "confirmed", args["amount"]
            claim.grace_ends_at, claim.penalty_bps_per_day = args["graceEndsAt"], args["penaltyBpsPerDay"]
            return 0
        elif event == "FingerprintClaimed":
            values = {"fingerprint": args["fingerprint"], "asset_contract": args["assetContract"]}
            session.merge(self._new("fingerprints", **values, asset_id=args["id"]))
        elif event == "NonceUsed":
            values = {"contract": contract, "signer": args["signer"], "nonce": str(args["nonce"])}
            session.add(self._new("used_nonces", **values, at=at))
        elif contract == "Receivables" and event == "Transfer" and args["from"] == NOBODY:
            session.add(self._new("notes", **minted(args, at)))
        elif contract == "Receivables":
            self._change_notes(session, event, args)
            return 0
        else:
            return 0
        return 1

    def _change_notes(self, session: Session, event: str, args: dict[str, Any]) -> None:
        changes: list[tuple[int, dict[str, Any]]] = []
        notes = self._kinds["notes"]
        if event == "Transfer":
            changes = [(args["tokenId"], {"holder": args["to"]})]
        elif event == "SlotChanged":
            changes = [(args["tokenId"], {"receivable_id": args["newSlot"]})]
        elif event == "NoteEndorsed":
            values = {"parent_id": args["noteId"], "endorser": args["endorser"], "with_recourse": args["withRecourse"]}
            changes = [(args["childId"], values)]
        elif event == "TransferValue":
            for number, value in ((args["fromTokenId"], -args["value"]), (args["toTokenId"], args["value"])):
                if number:
                    note: Any = session.get(notes, number)
                    note.value += value
        for number, values in changes:
            note = session.get(notes, number)
            for name, value in values.items():
                setattr(note, name, value)

    def _new(self, kind: str, **values: Any) -> Any:
        row = self._kinds[kind]()
        for name, value in values.items():
            setattr(row, name, value)
        return row


def registered(args: dict[str, Any], at: int) -> dict[str, Any]:
    nothing = (
        "confirmed", "reduced", "absorbed", "disputed", "dispute_id", "repaid", "made_good", "redeemed", "penalty_paid",
        "penalty_redeemed", "late_days", "penalty_bps_per_day", "notice_at",
    )  # fmt: skip
    return {
        **dict.fromkeys(nothing, 0),
        "id": args["receivableId"],
        "supplier": args["supplier"],
        "obligor": args["obligor"],
        "currency": args["currency"],
        "face_value": args["faceValue"],
        "penalty_accrued": "0",
        "status": "submitted",
        "maturity_at": args["maturityAt"],
        "confirm_by": args["confirmBy"],
        "cut_off_at": args["cutOffAt"],
        "grace_ends_at": args["maturityAt"],
        "registered_at": at,
        "document_hash": args["documentHash"],
        "fingerprint": args["fingerprint"],
        "set_off_waived": False,
        "reason": "",
    }


def minted(args: dict[str, Any], at: int) -> dict[str, Any]:
    nothing = (
        "receivable_id", "parent_id", "value", "depth", "accept_by", "locked", "locked_for", "insured", "written_off",
        "served_round",
    )  # fmt: skip
    fixed = {"endorser": NOBODY, "with_recourse": False, "flag": "", "created_at": at}
    return {**dict.fromkeys(nothing, 0), **fixed, "id": args["tokenId"], "holder": args["to"]}


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {name: _plain(part) for name, part in value.items()}
    return Web3.to_hex(value) if isinstance(value, bytes) else plain(value)
