"""One validator: its process, and the calls that only its own machine may make (over its IPC socket)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from web3.providers.ipc import IPCProvider
from web3.types import RPCEndpoint

from backend.chain.node import GAS_LIMIT, Node, error_message
from backend.errors import ChainUnavailable, SetupIncomplete, both
from backend.network.genesis import VALIDATORS, Layout, Seat, seat_folder
from backend.processes import command_of

START_SECONDS = 60.0
END_SECONDS = 20.0
CALL_SECONDS = 10
LAST_LINES = 200
TROUBLE = ("Fatal", "ERROR", "panic:", "fatal error:")
POOL = 16_384
"""Transactions that a pool keeps, in all and of one account: no lane is cut off because it was heard out of order."""


class Validator:
    """A seat and the process on it, if one runs."""

    def __init__(self, layout: Layout, seat: Seat, folder: Path, geth: Path) -> None:
        self.seat = seat
        self.folder = seat_folder(folder, seat.number)
        self.node = Node(seat.url, CALL_SECONDS)
        self._layout = layout
        self._geth = geth

    def pid(self) -> int | None:
        """Its process, by its command line; None where none runs."""
        file = self.folder / "pid"
        pid = file.read_text(encoding="ascii").strip() if file.exists() else ""
        return int(pid) if pid.isdigit() and f"--datadir {self.folder} " in command_of(pid) else None

    def start(self) -> None:
        """Starts its process where none runs; `await_answer` says when it is there. Raises SetupIncomplete."""
        if self.pid() is not None:
            return
        if not (self.folder / "geth" / "chaindata").exists():
            self._run_to_its_end("init", str(self.folder.parent / "genesis.json"))
        with (self.folder / "geth.log").open("ab") as log:
            process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (self.folder / "pid").write_text(str(process.pid), encoding="ascii")
        while self.pid() is None and process.poll() is None:  # it has no command line for a moment
            time.sleep(0.01)

    def await_answer(self) -> None:
        """Raises ChainUnavailable with its last words where it ended, or does not answer."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.node.is_up() and (self.folder / "geth.ipc").exists()):
            if self.pid() is None or time.monotonic() > deadline:
                self.kill()
                raise ChainUnavailable(reason=self._silent())
            time.sleep(0.05)

    def seal(self) -> None:
        """Takes its turns from now on, and any price: flags and files refuse one of zero, at run time it is taken."""
        self.call("miner_setGasPrice", "0x0")
        self.call("miner_start")

    def stop(self) -> None:
        """Ends it in order: it writes down what it knows."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: it writes down nothing."""
        self._end(signal.SIGKILL)

    def call(self, method: str, *params: Any) -> Any:
        """The result of a call over IPC. Raises ChainUnavailable."""
        provider = IPCProvider(self.folder / "geth.ipc", timeout=CALL_SECONDS)
        try:
            answer = provider.make_request(RPCEndpoint(method), list(params))
        except Exception as silence:
            raise ChainUnavailable(reason=self._silent()) from silence
        finally:
            if provider._socket is not None and provider._socket.sock is not None:
                provider._socket.sock.close()
        if "error" in answer:
            raise ChainUnavailable(
                reason=both(
                    "validator {number} refuses {method}: {said}",
                    "验证节点 {number} 拒绝 {method}:{said}",
                    number=self.seat.number,
                    method=method,
                    said=error_message(answer),
                )
            )
        return answer["result"]

    def _silent(self) -> str:
        log = self.folder / "geth.log"
        said = log.read_text(encoding="utf-8", errors="replace").split("\n")[-LAST_LINES:] if log.exists() else []
        trouble = [line for line in said if line.startswith(TROUBLE)]
        return both(
            "validator {number} does not answer (it last said: {said})",
            "验证节点 {number} 无应答(最后输出:{said})",
            number=self.seat.number,
            said="".join((trouble or [line for line in said if line])[-1:]) or "-",
        )

    def _end(self, how: signal.Signals) -> None:
        for step in (how, signal.SIGKILL):  # each once: geth takes impatience for a reason to panic
            deadline = time.monotonic() + END_SECONDS
            if (pid := self.pid()) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, step)
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(0.05)
        (self.folder / "pid").unlink(missing_ok=True)

    def _run_to_its_end(self, *arguments: str) -> None:
        command = [str(self._geth), "--datadir", str(self.folder), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SetupIncomplete(
                reason=both(
                    "geth {what} failed: {said}",
                    "geth {what} 失败:{said}",
                    what=arguments[0],
                    said=done.stderr.strip().rpartition("\n")[2],
                )
            )

    def _command(self) -> list[str]:
        folder, seat = self.folder, self.seat
        command = [str(self._geth), "--datadir", str(folder), "--config", str(folder / "config.toml")]
        command += ["--networkid", str(self._layout.chain_id), "--nodekey", str(folder / "nodekey")]
        command += ["--nodiscover", "--nat", "none", "--netrestrict", "127.0.0.0/8", "--maxpeers", str(VALIDATORS - 1)]
        command += ["--http", "--http.addr", "127.0.0.1", "--http.port", str(seat.rpc_port)]
        command += ["--http.api", "eth,net,web3,txpool", "--authrpc.addr", "127.0.0.1", "--authrpc.port", "0"]
        # Its account is open to seal with and for nothing else: it holds nothing and has no role in any contract.
        command += ["--allow-insecure-unlock", "--unlock", seat.account, "--password", str(folder / "password")]
        command += ["--miner.etherbase", seat.account, "--miner.gaslimit", str(GAS_LIMIT), "--miner.recommit", "1s"]
        # Every block's state is on disk: a validator that is killed goes on where it was, and so do four.
        command += ["--syncmode", "full", "--gcmode", "archive", "--state.scheme", "hash", "--snapshot=false"]
        for limit in ("accountslots", "globalslots", "accountqueue", "globalqueue"):
            command += [f"--txpool.{limit}", str(POOL)]
        return [*command, "--cache", "64", "--verbosity", "3", "--ipcpath", "geth.ipc"]
