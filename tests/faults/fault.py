"""What a fault is, and what is found after it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from deploy.local.platform import Platform

Happen = Callable[[Platform, random.Random], None]
"""Brings the accident about while events are told, and returns when every process runs again. What it leaves to chance it draws from the generator."""


class Fault(NamedTuple):
    """An accident with a name."""

    name: str
    happen: Happen
    via: Literal["http", "kafka"] = "http"  # the door at which events are told meanwhile
    short: bool = True  # belongs to the short form, which every run of the tests goes through

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Verdict:
    """What became of the accepted events of one attempt. `recovery_s` counts from the end of the accident to figures without lag."""

    events: int
    lost: tuple[str, ...]  # accepted, and not in the log
    doubled: tuple[str, ...]  # more than once in the log
    unexplained: tuple[str, ...]  # figures that differ from the ledger, differences of the recount, processes that gave up
    recovery_s: float

    @property
    def is_clean(self) -> bool:
        """Whether every accepted event counts exactly once."""
        return not (self.lost or self.doubled or self.unexplained)

    def findings(self) -> Mapping[str, tuple[str, ...]]:
        """What was found, by sort; nothing where nothing was."""
        return {sort: found for sort, found in vars(self).items() if isinstance(found, tuple) and found}
