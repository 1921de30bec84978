"""How far a replay has come: a bar on a terminal, a line every few seconds elsewhere. Always on standard error."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.emit import Event, Told

_EVERY_S = 5.0


@contextmanager
def shown(place: str, total: int) -> Iterator[Told]:
    """What to call after each batch."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[day]}"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(f"telling {place}", total=total, day="")
            yield lambda batch: progress.update(task, advance=len(batch), day=_day(batch))
        return
    yield _Lines(place, total).told


def say(text: str) -> None:
    """One line to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class _Lines:
    def __init__(self, place: str, total: int) -> None:
        self._place = place
        self._total = total
        self._told = 0
        self._next = 0.0

    def told(self, batch: Sequence[Event]) -> None:
        self._told += len(batch)
        if time.monotonic() >= self._next or self._told == self._total:
            self._next = time.monotonic() + _EVERY_S
            say(f"telling {self._place}: {self._told} of {self._total} events, {_day(batch)}")


def _day(batch: Sequence[Event]) -> str:
    return str(batch[-1]["time"])[:10]
