"""The read model made again beside the one in use."""

from __future__ import annotations

import tempfile
from pathlib import Path

from backend.chain.finality import confirmations
from backend.chain.logs import LogSource
from backend.database import open_database
from backend.migrations import migrate
from backend.projections.indexer import Indexer, read_model_digest
from backend.reconcile.found import CHECKS, Reconciliation
from backend.system import System


def check_rebuild(system: System, found: Reconciliation) -> None:
    """Builds the read model again beside the one in use, from the chain alone."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = open_database(f"sqlite:///{Path(folder) / 'rebuilt.db'}")
        try:
            migrate(fresh)
            again = Indexer(fresh, LogSource(system.contracts), confirmations(system.node, system.settings))
            while again.catch_up() < system.indexer.position():
                pass
            system.indexer.catch_up()
            rebuilt, used = read_model_digest(fresh), read_model_digest(system.database)
        finally:
            fresh.dispose()
    for name, digest in used.items():
        found.expect(CHECKS[6], f"table {name}", digest[:12], rebuilt[name][:12])
