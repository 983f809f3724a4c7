"""Amounts and times as attackers choose them: small, at an edge, anything, the most there is."""

from __future__ import annotations

import random

from ..rules.penalty import DAY

MOST = 2**63 - 1


class Dice(random.Random):
    def amount(self, *near: int, most: int = MOST) -> int:
        """Most often at or beside one of `near`, never above `most` nor below nothing."""
        kind = self.randrange(8)
        if near and kind < 4:
            found = self.choice(near) + self.choice((-1, 0, 0, 0, 1))
        elif kind == 4:
            found = self.randint(0, 10)
        elif kind == 5:
            found = self.choice((0, 1, most, most - 1))
        elif kind == 6:
            found = self.randint(0, most)
        else:
            found = self.randint(0, 2 ** self.randint(1, 63))
        return min(max(found, 0), most)

    def wait(self, *edges: int) -> int:
        """Seconds until next time: none, to an edge or a second beside it, some seconds, days, seldom years."""
        kind = self.randrange(8)
        ahead = [edge for edge in edges if edge > 1]
        if kind < 2 and ahead:
            return self.choice(ahead) + self.choice((-1, 0, 1))
        if kind < 4:
            return self.choice((0, 1, DAY - 1, DAY, DAY + 1))
        if kind < 7:
            return self.randint(0, 40 * DAY)
        return self.randint(0, 400 * DAY)

    def bps(self, most: int = 10_000) -> int:
        return min(most, self.choice((0, 1, most, self.randint(0, most), self.randint(0, 2_000))))
