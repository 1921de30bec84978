"""Reading logs as they grow."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, TextIO


class Follower:
    """Prints what is added to some log files, each line with the name of its process before it."""

    def __init__(self, logs: Mapping[str, Path], *, prefixed: bool = True, out: TextIO | None = None) -> None:
        """`out` is standard output unless said otherwise. Starts at the present end of each file; one that does not exist yet is read from its beginning."""
        self._logs = logs
        self._out = out or sys.stdout
        self._width = max(map(len, logs), default=0) if prefixed else None
        self._open: dict[str, BinaryIO] = {}
        for name, path in logs.items():
            if path.exists():
                self._open[name] = path.open("rb")
                self._open[name].seek(0, 2)

    def run(self, until: Callable[[], bool], every: float = 0.2) -> None:
        """Print until told to end; what was written before that moment is printed still."""
        ended = False
        try:
            while not ended:
                ended = until()
                for name, path in self._logs.items():
                    self._print_new(name, path)
                if not ended:
                    time.sleep(every)
        finally:
            for file in self._open.values():
                file.close()
            self._open.clear()

    def _print_new(self, name: str, path: Path) -> None:
        file = self._open.get(name)
        if file is None:
            if not path.exists():
                return
            file = self._open[name] = path.open("rb")
        for line in file:
            text = line.decode(errors="replace").rstrip("\n")
            print(text if self._width is None else f"{name:<{self._width}} | {text}", file=self._out, flush=True)
        if path.exists() and path.stat().st_ino != _inode(file):
            file.close()
            del self._open[name]  # put aside when its process started again


def _inode(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_ino
