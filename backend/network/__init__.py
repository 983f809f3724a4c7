"""A proof-of-authority network on this machine: four geth validators that seal in turn (Clique), each a process of its
own with a folder of its own, all on loopback. They outlive the command that started them."""

from backend.network.healing import heal
from backend.network.network import Network

__all__ = ["Network", "heal"]
