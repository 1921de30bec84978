"""The run record: what a supervisor started, so that others can find it, and the next one can clean up after it."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

import psutil

from deploy.local.children import Child

Phase = Literal["starting", "ready", "failed", "stopping"]

_GRACE = 10.0
"""Seconds an orphan gets to end by its own signal; the database then has flushed and needs no recovery."""


@dataclass(frozen=True)
class Entry:
    """One process, told from a later one with the same number by the moment it started."""

    name: str
    pid: int
    started: float
    port: int | None = None
    stop_signal: int = signal.SIGTERM

    def find(self) -> psutil.Process | None:
        """The very process, if it still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return None
        return process if same else None


@dataclass(frozen=True)
class Record:
    """What stands in run.json."""

    phase: Phase
    base: int
    supervisor: Entry
    addresses: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    """Every process that belongs to the platform, whether it runs or not."""

    processes: list[Entry] = field(default_factory=list)
    problem: str | None = None

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The record, or None when there is none or it cannot be read."""
        try:
            raw = json.loads(path.read_text())
            processes = [Entry(**one) for one in raw.pop("processes")]
            return cls(**{**raw, "supervisor": Entry(**raw["supervisor"]), "processes": processes})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, path: Path) -> None:
        """Replace the record in one step, so that no reader sees half of it."""
        part = path.with_name(f"{path.name}.part")
        part.write_text(json.dumps(asdict(self), indent=1))
        part.replace(path)


def entry_of_this_process() -> Entry:
    """An entry for the supervisor itself."""
    return Entry("supervisor", os.getpid(), psutil.Process().create_time())


def entries_of(children: Iterable[Child]) -> list[Entry]:
    """Entries for the children that run."""
    found = []
    for child in children:
        pid = child.pid
        if pid is None:
            continue
        try:
            started = psutil.Process(pid).create_time()
        except psutil.Error:
            continue  # ended since
        found.append(Entry(child.spec.name, pid, started, child.spec.port, child.spec.stop_signal))
    return found


def end_orphans(entries: Sequence[Entry]) -> list[str]:
    """End the processes that a dead supervisor left behind; the names of those that were still there.

    A process is touched only if number and start agree with the record, so no stranger is.
    """
    orphans = [(entry, process) for entry in entries if (process := entry.find())]
    for entry, process in orphans:
        _send(process, entry.stop_signal)
    _, alive = psutil.wait_procs([process for _, process in orphans], timeout=_GRACE)
    for process in alive:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=_GRACE)
    return [entry.name for entry, _ in orphans]


def end_supervisor(record: Record, seconds: float = 90) -> bool:
    """Ask the supervisor to stop everything and wait; False when it is still there after that."""
    process = record.supervisor.find()
    if process is None:
        return True
    _send(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while record.supervisor.find() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _send(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.Error):  # ended since, or not ours to end; the caller looks again
        process.send_signal(number)
