"""Writes ./network for compose.yaml: a key for each of four Besu validators, the QBFT genesis that names them, and the
lists of who may connect and whose transactions are taken.

    python deploy/besu/make_network.py --keystore var/keystore     the accounts of a backend's keystore may send
    python deploy/besu/make_network.py --account 0x… --account 0x…

What is there already is kept: keys and genesis are made once. Run again with other accounts, it writes permissions.toml
anew.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from pathlib import Path

import rlp
from eth_keys.datatypes import PrivateKey
from web3 import Web3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from backend.chain.node import GAS_LIMIT
from backend.config import write_private

VALIDATORS = 4
BLOCK_SECONDS = 2
FIRST_ADDRESS = 11
"""Validator 1 is 172.30.86.11, as compose.yaml says, and so on."""
QBFT_MIX_HASH = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"


def main() -> None:
    arguments = _arguments()
    folder: Path = arguments.folder
    config = folder / "config"
    keys = [_node_key(folder / "keys" / str(number)) for number in range(1, VALIDATORS + 1)]
    config.mkdir(parents=True, exist_ok=True)
    if not (config / "genesis.json").exists():
        (config / "genesis.json").write_text(json.dumps(genesis(keys), indent=2), encoding="utf-8")
    enodes = [_enode(key, FIRST_ADDRESS + place) for place, key in enumerate(keys)]
    (config / "static-nodes.json").write_text(json.dumps(enodes, indent=2), encoding="utf-8")
    accounts = sorted({Web3.to_checksum_address(account) for account in _accounts(arguments)})
    permissions = f"nodes-allowlist={json.dumps(enodes)}\naccounts-allowlist={json.dumps(accounts)}\n"
    (config / "permissions.toml").write_text(permissions, encoding="utf-8")
    print(f"{folder}: {VALIDATORS} validators, {len(accounts)} accounts that may send")


def genesis(keys: list[PrivateKey]) -> dict[str, object]:
    """The first block: a base fee of zero that stays, and in the extra data (RLP: vanity, validators, no vote, round 0,
    no seals) who seals."""
    validators = sorted(key.public_key.to_canonical_address() for key in keys)
    return {
        "config": {
            "chainId": 8_618_000_000 + secrets.randbelow(1_000_000),
            "berlinBlock": 0,
            "londonBlock": 0,
            "zeroBaseFee": True,
            "qbft": {
                "blockperiodseconds": BLOCK_SECONDS,
                "epochlength": 30_000,
                "requesttimeoutseconds": 2 * BLOCK_SECONDS,
            },
        },
        "nonce": "0x0",
        "timestamp": hex(int(time.time())),
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": "0x1",
        "mixHash": QBFT_MIX_HASH,
        "coinbase": "0x" + "00" * 20,
        "alloc": {},
        "extraData": "0x" + rlp.encode([bytes(32), validators, [], b"", []]).hex(),
    }


def _node_key(folder: Path) -> PrivateKey:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(folder / "nodekey", secrets.token_bytes(32).hex())  # what is there stays
    return PrivateKey(bytes.fromhex((folder / "nodekey").read_text(encoding="ascii")))


def _enode(key: PrivateKey, host: int) -> str:
    return f"enode://{key.public_key.to_bytes().hex()}@172.30.86.{host}:30303"


def _accounts(arguments: argparse.Namespace) -> list[str]:
    kept = arguments.keystore.glob("0x*.json") if arguments.keystore else []
    return [*arguments.account, *(path.stem for path in kept)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent / "network")
    parser.add_argument("--keystore", type=Path, help="The keystore folder of a backend.")
    parser.add_argument("--account", action="append", default=[], help="One more account that may send.")
    return parser.parse_args()


if __name__ == "__main__":
    main()
