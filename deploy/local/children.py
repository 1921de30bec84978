"""One child process: how it is started, so that it can neither outlive its supervisor nor lose what it says."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.errors import LocalError

LOG_LIMIT = 16 << 20
"""Bytes after which a log is put aside at the next start; one old log is kept."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

# The kernel sends a child its parent-death signal when the *thread* that made it ends, so all children are made by
# one thread that lives as long as the process.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")


@dataclass(frozen=True)
class ChildSpec:
    """A process to keep running: what to start, how to see that it is ready, how to end it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    """Put over the supervisor's own environment."""

    cwd: Path
    log: Path
    port: int | None = None
    ready: Callable[[int], bool] = lambda _: True
    """Told the process id, says whether it serves."""

    before: Callable[[], None] = lambda: None
    """Called before each start."""

    stage: int = 0
    """A higher stage is stopped earlier; those of one stage are stopped side by side."""

    stop_signal: signal.Signals = signal.SIGTERM
    on_parent_death: signal.Signals = signal.SIGKILL
    stop_seconds: float = 8
    user: int | None = None
    group: int | None = None


@dataclass
class Child:
    """What has become of a spec: its process, when it runs, and how it ended."""

    spec: ChildSpec
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    launched: float = 0.0
    exits: int = 0
    """How many times it ended without being asked to."""

    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    @property
    def exit_code(self) -> int | None:
        """How the last run ended: negative for a signal, None while it runs or was never started."""
        return self.process.poll() if self.process is not None else None

    def launch(self, extra: Mapping[str, str] | None = None) -> None:
        """Start the process now; `extra` goes into the environment of this run only. LocalError when it cannot be."""
        self.spec.before()
        _put_aside(self.spec.log)
        self.process = _spawner.submit(_spawn, self.spec, extra or {}).result()
        self.launched = time.monotonic()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process, a SIGKILL to its whole group; nothing when it does not run."""
        if self.process is None or self.process.poll() is not None:
            return
        try:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        except ProcessLookupError:
            pass  # it ended by itself in this moment

    def stop(self, *, now: bool = False) -> None:
        """End the process and wait: its stop signal, then SIGKILL after its time; `now` goes straight to the latter."""
        if self.process is None:
            return
        if not now:
            self.signal(self.spec.stop_signal)
            self.signal(signal.SIGCONT)  # a frozen process would never read the signal
            with contextlib.suppress(subprocess.TimeoutExpired):  # then it had its time
                self.process.wait(self.spec.stop_seconds)
        self.signal(signal.SIGKILL)
        self.process.wait()


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 32_768))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def child_environment(added: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with what a platform says put over it.

    Failpoints are dropped: one meant for one process must not reach the others.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_FAIL")}
    return {**kept, "PYTHONUNBUFFERED": "1", **added}


def _spawn(spec: ChildSpec, extra: Mapping[str, str]) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def die_with_parent() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(spec.on_parent_death))
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    with spec.log.open("ab") as log:
        try:
            return subprocess.Popen(  # noqa: S603  # a command of ours
                spec.command,
                env=child_environment({**spec.environment, **extra}),
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C in the terminal reaches the supervisor alone, which then stops in order
                preexec_fn=die_with_parent,  # noqa: PLW1509  # one system call, no lock; the only portable hook for it
                user=spec.user,
                group=spec.group,
                extra_groups=[] if spec.user is not None else None,
            )
        except OSError as error:
            raise LocalError(f"{spec.name} cannot be started ({error})", f"see that {spec.command[0]} can be run") from error


def _put_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
