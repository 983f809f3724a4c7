"""The region: `python scripts/region.py` plays it on a chain of its own, as `make region` does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

OPTIONS = ("SEED", "SCALE", "DEFAULT_RATE_BPS", "DISPUTE_RATE_BPS")


def main() -> None:
    """Ends with exit status 0 only if every check of the proof holds."""
    from backend.cli import main as feiqian

    arguments = ["--chain", os.environ.get("CHAIN", "ganache"), "region"]
    for name in OPTIONS:
        if name in os.environ:
            arguments += [f"--{name.lower().replace('_', '-')}", os.environ[name]]
    feiqian(arguments, prog_name="feiqian")


if __name__ == "__main__":
    main()
