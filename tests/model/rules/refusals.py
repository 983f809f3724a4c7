"""Why an act is refused. The rules name conditions and no order among them, so the model collects every ground there
is: a contract is right when it names any one of them, and wrong when it refuses without one or accepts with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Unknown:
    """A value that the model cannot know, such as a hash: equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "?"


ANY = Unknown()


@dataclass(frozen=True)
class Refusal:
    """The name of a custom error and its values, in the order in which the interface declares them."""

    name: str
    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.values))})"


class Refused(Exception):
    def __init__(self, grounds: list[Refusal]) -> None:
        super().__init__(" or ".join(map(str, grounds)))
        self.grounds = grounds


class Grounds:
    """Collects grounds; `stop` refuses where there are any."""

    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def when(self, condition: Any, name: str, *values: Any) -> None:
        if condition:
            self.found.append(Refusal(name, values))

    def stop(self) -> None:
        if self.found:
            raise Refused(self.found)

    def now(self, name: str, *values: Any) -> Refused:
        """The refusal after which nothing more can be asked, for what is asked about does not exist."""
        self.when(True, name, *values)
        return Refused(self.found)
