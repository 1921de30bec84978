"""Keeps children running: starts them, starts them again with growing pauses, stops them in order."""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy.local.children import Child, ChildSpec, tail
from deploy.local.errors import LocalError, UsageError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY = 30.0
"""Seconds up after which a process counts as well again and its next pause is the first one."""

EXITS_AT_START = 3
"""A process that ended this often before it was ready will not get ready by waiting."""

_LOOK_EVERY = 0.1


@dataclass
class _Pause:
    length: float = FIRST_PAUSE
    due: float | None = None


class Supervisor:
    """Holds the children of one platform, in the order they were added.

    With `restart` false a child that ends stays down until `start` is called: tests that kill want to see it so.
    """

    def __init__(self, *, restart: bool = True, changed: Callable[[], None] = lambda: None, say: Callable[[str, str], None] = lambda _n, _t: None) -> None:
        """`changed` is called after a child started or ended, `say` with a name and what happened to it."""
        self.children: dict[str, Child] = {}
        self.restart = restart
        self._changed = changed
        self._say = say
        self._pauses: dict[str, _Pause] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    def add(self, spec: ChildSpec) -> Child:
        """Make a child known, or known anew under its name; it is not started yet."""
        with self._lock:
            old = self.children.get(spec.name)
            if old is not None:
                old.spec = spec
                return old
            self._pauses[spec.name] = _Pause()
            self.children[spec.name] = Child(spec)
            return self.children[spec.name]

    def child(self, name: str) -> Child:
        """The child of that name. UsageError when there is none."""
        if name not in self.children:
            raise UsageError(f"there is no process {name}", f"known are {', '.join(self.children)}")
        return self.children[name]

    def start(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        """Start a child that does not run; `extra` is added to its environment for this run only."""
        child = self.child(name)
        with self._lock:
            if child.pid is None:
                child.wanted = True
                child.exits = 0
                self._pauses[name] = _Pause()
                child.launch(extra)
        self._changed()
        self._watch()

    def stop(self, name: str, *, now: bool = False) -> None:
        """End a child and wait for it; it stays down."""
        child = self.child(name)
        with self._lock:
            child.wanted = False
            self._pauses[name].due = None
        child.stop(now=now)
        self._changed()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a child behind the supervisor's back, as an accident would."""
        self.child(name).signal(number)

    def wait_ready(self, name: str, seconds: float = 60) -> None:
        """Return once the child serves. LocalError with the end of its log when it does not get there."""
        child = self.child(name)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid = child.pid
            if pid is not None and child.spec.ready(pid):
                return
            if child.exit_code is not None and (not self.restart or child.exits >= EXITS_AT_START):
                raise LocalError(f"{name} ended with code {child.exit_code} before it was ready", f"its log is {child.spec.log}", tail=tail(child.spec.log))
            if self._closing.wait(0.05):
                raise LocalError(f"{name} was stopped before it was ready")
        raise LocalError(f"{name} was not ready after {seconds:.0f} s", f"its log is {child.spec.log}", tail=tail(child.spec.log))

    def interrupt(self) -> None:
        """Let those who wait for a child to get ready give up at once; `close` comes next."""
        self._closing.set()

    def kill_all(self) -> None:
        """Kill every child at once, in the middle of an orderly stop too."""
        for child in self.children.values():
            child.signal(signal.SIGKILL)

    def close(self, *, now: bool = False) -> None:
        """Stop all children, a higher stage before a lower one; `now` kills them."""
        self._closing.set()
        self.stop_stages(now=now)
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        self._closing.clear()

    def stop_stages(self, *, above: int = -1, now: bool = False) -> None:
        """Stop all children of stages above one, those of a stage side by side."""
        stopping = [child for child in self.children.values() if child.spec.stage > above]
        with self._lock:
            for child in stopping:
                child.wanted = False
        for stage in sorted({child.spec.stage for child in stopping}, reverse=True):
            running = [child for child in stopping if child.spec.stage == stage and child.pid is not None]
            if running:
                with ThreadPoolExecutor(len(running)) as pool:
                    list(pool.map(lambda child: child.stop(now=now), running))
        self._changed()

    def _watch(self) -> None:
        with self._lock:
            if self._watcher is None or not self._watcher.is_alive():
                self._watcher = threading.Thread(target=self._look, name="supervisor", daemon=True)
                self._watcher.start()

    def _look(self) -> None:
        noticed: dict[str, object] = {}
        while not self._closing.wait(_LOOK_EVERY):
            for name, child in list(self.children.items()):
                with self._lock:
                    if not child.wanted or child.exit_code is None:
                        continue
                    if noticed.get(name) is not child.process:
                        noticed[name] = child.process
                        self._ended(name, child)
                    else:
                        self._start_again_when_due(name, child)

    def _ended(self, name: str, child: Child) -> None:
        child.exits += 1
        pause = self._pauses[name]
        if time.monotonic() - child.launched > STEADY:
            pause.length = FIRST_PAUSE
        if self.restart:
            pause.due = time.monotonic() + pause.length
            self._say(name, f"ended with code {child.exit_code}, starts again in {pause.length:g} s")
            pause.length = min(pause.length * 2, LONGEST_PAUSE)
        else:
            self._say(name, f"ended with code {child.exit_code}")
        self._changed()

    def _start_again_when_due(self, name: str, child: Child) -> None:
        pause = self._pauses[name]
        if pause.due is None or time.monotonic() < pause.due:
            return
        pause.due = None
        try:
            child.launch()
        except LocalError as error:
            self._say(name, str(error))
            pause.due = time.monotonic() + LONGEST_PAUSE
        self._changed()
