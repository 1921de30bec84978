"""The state folder: everything a platform keeps on this machine, and the lock that makes it one platform's."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.local.errors import AlreadyRunningError, LocalError

CHECKOUT = Path(__file__).resolve().parents[2]

MINIMUM_FREE = 1 << 30
"""Bytes: PostgreSQL's write-ahead log alone may take this much before a checkpoint returns it."""


@dataclass(frozen=True)
class State:
    """Where things lie below one state folder. Makes nothing until `prepare`."""

    root: Path

    @property
    def logs(self) -> Path:
        """One file for each process, `NAME.log`."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """Keys and passwords, readable by the owner only."""
        return self.root / "secrets"

    @property
    def kafka(self) -> Path:
        """The broker's settings and data."""
        return self.root / "kafka"

    @property
    def postgres(self) -> Path:
        """The database cluster, unless the folder cannot be reached by its account."""
        return self.root / "postgres"

    @property
    def record(self) -> Path:
        """What runs now: processes, ports, since when."""
        return self.root / "run.json"

    @property
    def outside(self) -> Path:
        """Where the cluster goes when the account that runs it cannot enter `root`: a folder of its own for each `root`."""
        return Path("/var/tmp") / f"wangge-{hashlib.sha256(str(self.root).encode()).hexdigest()[:12]}"  # noqa: S108  # made with 0711 and its owner checked

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self.logs / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders. LocalError when this account may not write there or the disk is nearly full."""
        try:
            for folder, mode in ((self.root, 0o755), (self.logs, 0o755), (self.secrets, 0o700), (self.kafka, 0o700)):
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
            probe = self.root / ".writable"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise LocalError(
                f"cannot write to the state folder {self.root} ({error.strerror})",
                "start it as the owner of that folder, or name another with --state",
            ) from error
        free = shutil.disk_usage(self.root).free
        if free < MINIMUM_FREE:
            raise LocalError(
                f"only {free >> 20} MB are free where {self.root} lies, at least {MINIMUM_FREE >> 20} MB are needed",
                "free some space, or name a folder on another disk with --state",
            )

    def is_ours(self) -> bool:
        """Whether the folder was made by `prepare`; another must not be deleted by a mistyped name."""
        return (self.root / "lock").exists() and self.secrets.is_dir()

    def delete(self) -> None:
        """Forget everything: figures, events, keys. The platform must not be running."""
        shutil.rmtree(self.outside, ignore_errors=True)
        if self.root.exists():
            shutil.rmtree(self.root)


def locate(chosen: Path | str | None = None, environment: Mapping[str, str] = os.environ) -> State:
    """The state folder meant by `--state`, else WANGGE_STATE, else `.data` in the checkout.

    A relative path is taken from where `./run` was called, not from the checkout it changes to.
    """
    return State(called_path(chosen or environment.get("WANGGE_STATE") or CHECKOUT / ".data", environment))


def called_path(named: Path | str, environment: Mapping[str, str] = os.environ) -> Path:
    """A path as the person meant it who called `./run`, from the folder where that was."""
    return Path(os.path.abspath(os.path.join(environment.get("WANGGE_CALLED_FROM", ""), named)))  # noqa: PTH100, PTH118  # keeps symlinks


class Lock:
    """Held for as long as a supervisor lives; the kernel frees it when the process dies, however it dies."""

    def __init__(self, state: State) -> None:
        """Nothing is locked before `acquire`."""
        self._path = state.root / "lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """AlreadyRunningError when another process holds it."""
        handle = self._path.open("a")
        for _ in range(5):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(0.05)  # `is_held` in another process takes it for a moment
            else:
                self._file = handle
                return
        handle.close()
        raise AlreadyRunningError(f"a platform already runs on {self._path.parent}", "see `./run status`")

    def release(self) -> None:
        """Let the next one in; harmless when not held."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def is_held(self) -> bool:
        """Whether some process, this one included, holds it."""
        if not self._path.exists():
            return False
        with self._path.open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False
