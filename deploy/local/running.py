"""Finding the platform that runs on a state folder, from another process."""

from dataclasses import dataclass

from deploy.local.environment import Addresses, operators_environment
from deploy.local.errors import LocalError, NotRunningError
from deploy.local.ports import Ports
from deploy.local.probe import is_ready
from deploy.local.record import Record, end_orphans, end_supervisor
from deploy.local.state import State


@dataclass(frozen=True)
class Running:
    """A platform whose supervisor lives."""

    state: State
    record: Record

    @property
    def addresses(self) -> Addresses:
        """Where its parts are. Broker and database are those it was started with, whatever is set here now."""
        told = self.record.addresses
        found = {"WANGGE_KAFKA": told["kafka"], "WANGGE_POSTGRES": f"postgresql://{told['postgres']}"}
        return Addresses(self.state, Ports(self.record.base), {**operators_environment(), **found})

    def states(self) -> list[tuple[str, str, str]]:
        """Name, state and address of every process: ready, starting (up, but not ready) or down."""
        live = {entry.name: entry for entry in self.record.processes if entry.find()}
        rows = []
        for name in self.record.names:
            entry = live.get(name)
            if entry is None:
                rows.append((name, "down", ""))
            elif name in ("kafka", "postgres"):
                rows.append((name, "ready", self.record.addresses[name]))
            else:
                ready = entry.port is not None and is_ready(entry.port)
                rows.append((name, "ready" if ready else "starting", f"http://127.0.0.1:{entry.port}"))
        return rows


def find_running(state: State) -> Running | None:
    """The platform on this state folder, if its supervisor lives."""
    record = Record.read(state.record)
    if record is None or record.supervisor.find() is None:
        return None
    return Running(state, record)


def require_running(state: State) -> Running:
    """The same, or NotRunningError."""
    found = find_running(state)
    if found is None:
        raise NotRunningError(f"nothing runs on {state.root}", "start it with `./run up`")
    return found


def stop_running(state: State) -> bool:
    """Stop the platform, or what a killed supervisor left of it; whether there was any. LocalError when it does not end."""
    record = Record.read(state.record)
    if record is None:
        return False
    lived = record.supervisor.find() is not None
    if not end_supervisor(record):
        raise LocalError(f"the supervisor (process {record.supervisor.pid}) does not end", f"kill it: kill -9 {record.supervisor.pid}")
    left = end_orphans(record.processes)
    state.record.unlink(missing_ok=True)
    return lived or bool(left)
