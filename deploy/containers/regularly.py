"""Runs a module of ours by the clock: `python -m deploy.containers.regularly "sun 03:30" services.metrics.recount [ARGUMENT …]`.

"03:30": each day; "sun 03:30": each Sunday, of Asia/Shanghai. A run that fails is told and changes nothing: the next one comes at its time, and what it should
have done is watched by an alarm. `--alive`: 0 while such a process lives in this container, for its health check.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from deploy.local.modules import module_command
from services.kernel.clock import Clock, system_clock
from services.kernel.days import SHANGHAI

ALIVE = Path("/tmp/regularly")  # noqa: S108  # the container's own; nobody else writes there
_LOOK_EVERY_S = 20
_DEAD_AFTER_S = 90
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class When(NamedTuple):
    """A time of day, and the weekday (0: Monday) if it is not each day."""

    hour: int
    minute: int
    weekday: int | None

    @classmethod
    def read(cls, text: str) -> "When":
        """Of "03:30" or "sun 03:30"; ValueError for anything else."""
        day, _, at = text.rpartition(" ")
        moment = datetime.strptime(at, "%H:%M")  # noqa: DTZ007  # a time of day
        if day and day.lower() not in _DAYS:
            raise ValueError(f"{day} is none of {', '.join(_DAYS)}")
        return cls(moment.hour, moment.minute, _DAYS.index(day.lower()) if day else None)

    def after(self, now: datetime) -> datetime:
        """The next such moment; one that is now has passed."""
        local = now.astimezone(SHANGHAI)
        found = local.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        while found <= local or (self.weekday is not None and found.weekday() != self.weekday):
            found += timedelta(days=1)
        return found


def wait_until(moment: datetime, clock: Clock, sleep: Callable[[float], None]) -> None:
    """Returns at the moment; says every few seconds that it lives."""
    while (left := (moment - clock()).total_seconds()) > 0:
        ALIVE.touch()
        sleep(min(left, _LOOK_EVERY_S))


def run_once(command: Sequence[str]) -> int:
    """The command to its end; says every few seconds that it lives."""
    child = subprocess.Popen(command)  # noqa: S603  # a module of ours
    try:
        while True:
            ALIVE.touch()
            try:
                return child.wait(_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait(10)


def is_alive(now: float) -> bool:
    """Whether somebody said so lately."""
    try:
        return now - ALIVE.stat().st_mtime < _DEAD_AFTER_S
    except OSError:
        return False


def _end(*_: int | FrameType | None) -> NoReturn:
    sys.exit(0)  # the first process of a container has no default for signals


def main(arguments: Sequence[str]) -> int:
    """The command."""
    if list(arguments) == ["--alive"]:
        return 0 if is_alive(time.time()) else 1
    if len(arguments) < 2:
        sys.stderr.write(__doc__ or "")
        return 2
    when = When.read(arguments[0])
    signal.signal(signal.SIGTERM, _end)
    while True:
        moment = when.after(system_clock())
        sys.stdout.write(f"{arguments[1]} runs next at {moment:%Y-%m-%d %H:%M}\n")
        wait_until(moment, system_clock, time.sleep)
        code = run_once(module_command(*arguments[1:]))
        sys.stdout.write(f"{arguments[1]} ended with {code}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
