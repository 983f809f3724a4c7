"""A Mosquitto that a test starts, stops and starts again."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Broker:
    binary: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    anonymous: bool = True
    """Whether it lets anybody in; else nobody."""

    def start(self) -> None:
        """Returns when it answers."""
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous {str(self.anonymous).lower()}\npersistence true\n"
            f"persistence_location {self.folder}/\nuser {os.environ.get('USER') or 'root'}\n"
        )
        self.process = subprocess.Popen(
            [self.binary, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=(self.folder / "log").open("ab")
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError("the broker does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None
