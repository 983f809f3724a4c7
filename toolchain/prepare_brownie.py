"""Make the installed eth-brownie usable here; safe to run again.

* Its compiled modules have type-check bugs (`networks.default` in brownie-config.yaml raises
  TypeError); the pure-Python files beside them work, so the compiled ones go.
* py-solc-x looks for compilers where SOLCX_BINARY_PATH says, and brownie asks it before it has read any
  setting of the project: a .pth file of this environment says it at every start of Python.
* Networks can only be named in the home folder's network-config.yaml: ours are added there and to
  the template that brownie copies into a new home.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

import yaml

TOOLCHAIN = Path(__file__).resolve().parent

NETWORKS = [
    {
        "name": "Feiqian on Ganache",
        "id": "feiqian-ganache",
        "cmd": "toolchain/ganache",
        "host": "http://127.0.0.1",
        "timeout": 120,
        "cmd_settings": {
            "port": 8546,
            "gas_limit": 30_000_000,
            "accounts": 20,
            "evm_version": "merge",
            "mnemonic": "brownie",
        },
    },
    {
        "name": "Feiqian on Anvil",
        "id": "feiqian-anvil",
        "cmd": "anvil",
        "host": "http://127.0.0.1",
        "timeout": 120,
        "cmd_settings": {
            "port": 8547,
            "gas_limit": 30_000_000,
            "accounts": 20,
            "evm_version": "paris",
            "mnemonic": "test test test test test test test test test test test junk",
        },
    },
]


def drop_compiled_modules(package: Path) -> None:
    for compiled in package.rglob("*.so"):
        compiled.unlink()


def point_to_compiler(site_packages: Path) -> None:
    line = f"import os; os.environ.setdefault('SOLCX_BINARY_PATH', {str(TOOLCHAIN)!r})\n"
    (site_packages / "feiqian_toolchain.pth").write_text(line, encoding="utf-8")


def add_networks(config: Path) -> None:
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    ours = {network["id"] for network in NETWORKS}
    kept = [network for network in settings["development"] if network["id"] not in ours]
    wanted = [*kept, *NETWORKS]
    if settings["development"] != wanted:
        settings["development"] = wanted
        config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def main() -> None:
    site_packages = Path(sysconfig.get_path("purelib"))
    package = site_packages / "brownie"
    drop_compiled_modules(package)
    point_to_compiler(site_packages)
    add_networks(package / "data" / "network-config.yaml")
    at_home = Path.home() / ".brownie" / "network-config.yaml"
    if at_home.exists():
        add_networks(at_home)


if __name__ == "__main__":
    main()
