"""Processor time of other processes: on a machine that others use as well it says more than the clock on the wall."""

import os
from collections.abc import Mapping

import psutil


def seconds(pid: int) -> float:
    """User and system time of a process and of all its children, those that have ended included; of this process, its own alone."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    if pid == os.getpid():
        return float(times.user + times.system)
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        try:
            mine = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += mine.user + mine.system
    return total


class Meter:
    """The time that named processes have used since it was made."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._before = {name: seconds(pid) for name, pid in self._pids.items()}

    def read(self) -> dict[str, float]:
        """Seconds by name."""
        return {name: seconds(pid) - self._before[name] for name, pid in self._pids.items()}
