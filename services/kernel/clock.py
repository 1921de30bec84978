"""The time, as an argument: rooms ask a clock, tests hand in a frozen one."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """The machine's present moment, in UTC."""
    return datetime.now(UTC)
