"""Asks every route of the API as every kind of caller, and writes what it is answered to docs/authorisation.md.

tests/backend/integration/api/test_who_may.py compares; what is refused must tell nothing, and fails here too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend import logs
from backend.config import ROOT
from backend.testing import open_base, open_network, settings_in
from backend.testing_databases import open_databases
from tests.backend.integration.api import matrix


def main() -> int:
    os.environ.setdefault("CHAIN", "anvil")
    with tempfile.TemporaryDirectory() as folder, open_databases() as databases:
        home = Path(folder)
        (home / "network").mkdir()
        settings = settings_in(home, databases, log_level="CRITICAL")
        logs.configure(settings)
        with (
            open_base(settings) as base,
            open_network(base, databases, home / "network") as network,
        ):
            answers = matrix.ask_everything(matrix.Both.of(network))
    (ROOT / "docs" / "authorisation.md").write_text(matrix.page(answers), encoding="utf-8")
    print(f"{len(answers)} questions asked of {len({route for route, _, _ in answers})} routes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
