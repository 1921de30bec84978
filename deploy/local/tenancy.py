"""The claim of one supervisor on one state folder: lock, clean-up after a dead predecessor, run record."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.local.children import Child
from deploy.local.keys import make_keys
from deploy.local.ports import require_free
from deploy.local.record import Phase, Record, end_orphans, entries_of, entry_of_this_process
from deploy.local.state import Lock, State


class Tenancy:
    """Held from the first start to the last stop. Writes nothing while it is not held."""

    def __init__(self, state: State, base: int, addresses: Callable[[], Mapping[str, str]], catalogue: Path) -> None:
        """`addresses` is asked each time the record is written: what others may be told, no passwords. The places of `catalogue` are enrolled."""
        self.is_held = False
        self._state = state
        self._base = base
        self._addresses = addresses
        self._catalogue = catalogue
        self._lock = Lock(state)
        self._recording = threading.Lock()
        self._phase: Phase = "starting"
        self._problem: str | None = None

    def take(self, wanted_ports: Mapping[int, str], say: Callable[[str], None]) -> None:
        """Claim the folder, end what a killed supervisor left, make the keys. LocalError with the mend."""
        self._state.prepare()
        self._lock.acquire()
        try:
            left = Record.read(self._state.record)
            if left and (names := end_orphans(left.processes)):
                say(f"ended what a killed supervisor had left: {', '.join(names)}")
            require_free(wanted_ports)
            make_keys(self._state.secrets, self._catalogue)
        except BaseException:
            self._lock.release()
            raise
        self.is_held = True
        self._phase, self._problem = "starting", None

    def give_up(self) -> None:
        """Let others claim the folder. A failed run leaves its record, with the reason; an orderly one leaves none."""
        if self._phase != "failed":
            self._state.record.unlink(missing_ok=True)
        self.is_held = False
        self._lock.release()

    def enter(self, phase: Phase, children: Iterable[Child], names: Iterable[str], problem: str | None = None) -> None:
        """Note a new phase."""
        self._phase, self._problem = phase, problem
        self.note(children, names)

    def note(self, children: Iterable[Child], names: Iterable[str]) -> None:
        """Note which processes run now, so that a successor can find them."""
        if not self.is_held:
            return
        with self._recording:
            Record(
                phase=self._phase,
                base=self._base,
                supervisor=entry_of_this_process(),
                addresses=dict(self._addresses()),
                names=list(dict.fromkeys(names)),
                processes=entries_of(list(children)),
                problem=self._problem,
            ).write(self._state.record)
