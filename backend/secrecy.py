"""Who can reach what must stay secret: the keystore, and the private files beside it (rule Y8)."""

from __future__ import annotations

import os
import stat

from backend.config import Settings
from backend.errors import Phrase, SetupIncomplete, both

PLACES = ("keystore", "secret", "operator-api-key")
"""In home; what lies in the keystore is reached through its folder alone."""


def exposed(settings: Settings) -> list[Phrase]:
    """What others than whoever runs this can read or write, or own, each with the command that mends it."""
    found = []
    for name in PLACES:
        path = settings.home / name
        try:
            there = path.stat()
        except FileNotFoundError:
            continue
        if there.st_uid != os.geteuid():
            found.append(
                both(
                    "{path} belongs to another user: chown {user} '{path}'",
                    "{path} 属于其他用户:chown {user} '{path}'",
                    path=path,
                    user=os.geteuid(),
                )
            )
        elif there.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            found.append(
                both(
                    "{path} is open to others: chmod go-rwx '{path}'",
                    "{path} 可被其他用户访问:chmod go-rwx '{path}'",
                    path=path,
                )
            )
    return found


def require_private(settings: Settings) -> None:
    """Raises SetupIncomplete where others could sign for everybody."""
    for reason in exposed(settings):
        raise SetupIncomplete(reason=reason)
