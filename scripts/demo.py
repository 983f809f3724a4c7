"""The demo. `brownie run demo` plays it on brownie's chain, `python scripts/demo.py` on one of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    """Ends with exit status 0 only if every check of the proof holds."""
    from backend.cli import main as feiqian

    arguments = ["demo"] + (["--json"] if os.environ.get("JSON") == "1" else [])
    if "brownie" in sys.modules:
        from brownie import network, web3

        if network.is_connected():
            arguments = ["--rpc-url", web3.provider.endpoint_uri, *arguments]
    feiqian(arguments, prog_name="feiqian")


if __name__ == "__main__":
    main()
