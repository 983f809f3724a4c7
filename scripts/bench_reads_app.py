"""What gunicorn serves for scripts/bench_reads.py: the API over a read model alone. There is no chain behind it, so
only reads are asked for."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, cast

from apiflask import APIFlask
from bench_reads_data import OPERATOR

from backend import logs
from backend.commands.desk import Desk
from backend.config import UNLIMITED, Settings
from backend.database import open_database
from backend.system import System
from backend.web.app import create_app

NO_CHAIN = cast(Any, None)


def make(database_url: str | None = None) -> APIFlask:
    settings = Settings.from_env(operator_api_key=OPERATOR, **UNLIMITED)
    logs.configure(settings)
    database = open_database(database_url or settings.database)
    desk = Desk(database, NO_CHAIN, NO_CHAIN, NO_CHAIN, settings)
    parts: dict[str, Any] = dict.fromkeys((part.name for part in fields(System) if part.default is MISSING), NO_CHAIN)
    system = System(**parts | {"settings": settings, "database": database, "desk": desk})
    return create_app(system)
