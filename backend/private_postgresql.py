"""A PostgreSQL of one's own, for tests and measurements: in a folder that is thrown away, reached over a socket in it.
Nothing of it is for keeping: it does not wait for the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

OLDEST = 15
START_SECONDS = 30.0
_ACCOUNT = "postgres"
"""Whose processes they are where root starts them: PostgreSQL refuses root."""
_UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NotInstalled(Exception):
    """There is no PostgreSQL here, or none that is new enough."""


class PrivatePostgresql:
    """Runs from `__enter__` to `close`, which takes its data away too."""

    def __init__(self, **parameters: str) -> None:
        """`parameters` are the server's, over those that make it fast. Raises NotInstalled."""
        self._programs = programs()
        self._parameters = _UNSAFE_AND_FAST | {"listen_addresses": "", "max_connections": "200"} | parameters
        self._folder = Path(tempfile.mkdtemp(prefix="feiqian-postgresql-"))
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PrivatePostgresql:
        owner = _owner()
        if owner:
            shutil.chown(self._folder, _ACCOUNT, _ACCOUNT)
        data, log = self._folder / "data", self._folder / "log"
        made = [
            str(self._programs / "initdb"),
            "-D",
            str(data),
            "-U",
            _ACCOUNT,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        try:
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **owner)
            settings = [f"--{name}={value}" for name, value in self._parameters.items()]
            with log.open("ab") as out:
                self._server = subprocess.Popen(
                    [self._programs / "postgres", "-D", data, "-k", self._folder, *settings],
                    stdout=out,
                    stderr=out,
                    cwd=self._folder,
                    **owner,
                )
            self._await_start(log)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(2)
            except subprocess.TimeoutExpired:
                self._server.send_signal(3)  # SIGQUIT: at once, whoever is connected
                self._server.wait(10)
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """How the database `name` is reached."""
        url = URL.create("postgresql", username=_ACCOUNT, database=name, query={"host": str(self._folder)})
        return url.render_as_string(hide_password=False)

    def create(self, name: str, template: str = "template0") -> str:
        """Makes a database, as a copy of `template` that nobody may be using; its URL."""
        self._say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self._say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _say(self, statement: str) -> None:
        engine = self._admin()
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _admin(self) -> Engine:
        url = self.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
        return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def _await_start(self, log: Path) -> None:
        assert self._server is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._say("SELECT 1")
            except OperationalError as silence:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL does not start: {log.read_text()[-2_000:]}") from silence
            time.sleep(0.05)


def _owner() -> dict[str, Any]:
    """As whom the server is started."""
    return {"user": _ACCOUNT, "group": _ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs, where Debian puts them or on the path."""
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    numbered = [(int(folder.parent.name), folder) for folder in versions if folder.parent.name.isdigit()]
    if numbered and max(numbered)[0] >= OLDEST:
        return max(numbered)[1]
    found = shutil.which("initdb")
    if found is None:
        raise NotInstalled(f"PostgreSQL {OLDEST} or later is not installed")
    return Path(found).resolve().parent
