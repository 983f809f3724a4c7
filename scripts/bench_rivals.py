"""Plain loops beside the bench: build, sign, send, wait. Reads what to do from standard input and prints acts/s."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.chain.compile import artifacts


def by_web3(given: dict[str, Any]) -> float:
    from eth_account import Account
    from web3 import HTTPProvider, Web3

    web3 = Web3(HTTPProvider(given["url"]))
    account = Account.from_key(given["key"])
    contract = web3.eth.contract(address=given["address"], abi=artifacts()["Receivables"].abi)
    began = time.perf_counter()
    for _ in range(given["acts"]):
        transaction = contract.functions.endorse(given["note"], given["payee"], 1, True).build_transaction(
            {
                "from": account.address,
                "nonce": web3.eth.get_transaction_count(account.address),
                "gas": 200_000,
                "gasPrice": given["gas_price"],
                "chainId": given["chain_id"],
            }
        )
        signed = account.sign_transaction(transaction)
        receipt = web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(signed.raw_transaction))
        assert receipt["status"] == 1
    return given["acts"] / (time.perf_counter() - began)


def by_brownie(given: dict[str, Any]) -> float:
    from brownie import Contract, accounts, network
    from brownie._config import CONFIG

    name = "feiqian-bench"
    CONFIG.networks[name] = {"id": name, "host": given["url"], "chainid": given["chain_id"], "timeout": 120}
    network.connect(name)
    account = accounts.add(given["key"])
    contract = Contract.from_abi("Receivables", given["address"], artifacts()["Receivables"].abi)
    terms = {"from": account, "gas_limit": 200_000, "gas_price": given["gas_price"], "silent": True}
    began = time.perf_counter()
    for _ in range(given["acts"]):
        assert contract.endorse(given["note"], given["payee"], 1, True, terms).status == 1
    return given["acts"] / (time.perf_counter() - began)


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    print({"web3": by_web3, "brownie": by_brownie}[asked["kind"]](asked))
