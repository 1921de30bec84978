"""The processes of a platform, as data: what runs, in which stage, on which port, with whose database account."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.local.ports import METRICS


@dataclass(frozen=True)
class Process:
    """A Python module that serves `/healthz`, `/readyz` and `/metrics` on its port."""

    name: str
    module: str
    offset: int
    """Its port's distance from the base port."""

    role: str | None
    """The database account, or None for a process without a database."""

    stage: int
    """A higher stage is stopped earlier: first the doors, then what reads, then what writes."""


@dataclass(frozen=True)
class Step:
    """A Python module that is run to its end before the services start."""

    name: str
    module: str
    role: str | None
    """The database account, or None for one that asks the broker alone."""

    tells: bool = False
    """Whether what it said last is worth telling whoever starts the platform."""


@dataclass(frozen=True)
class Plan:
    """Everything besides the broker and the database."""

    steps: Sequence[Step] = field(default_factory=tuple)
    services: Sequence[Process] = field(default_factory=tuple)


OWNER = "wangge_owner"

_WRITE, _READ, _DOOR = 1, 2, 3

_STEPS = (
    Step("migrate", "services.kernel.postgres.migrate", OWNER),
    Step("catalogue", "services.kernel.versions.activate", OWNER, tells=True),
    Step("topics", "services.kernel.topics", None),
)

_SERVICES = (
    Process("members", "services.members.main", 1, "wangge_members", _WRITE),
    Process("activities", "services.activities.main", 2, "wangge_activities", _WRITE),
    Process("cases", "services.cases.main", 3, "wangge_cases", _WRITE),
    Process("members-relay", "services.members.relay", 11, "wangge_members", _READ),
    Process("activities-relay", "services.activities.relay", 12, "wangge_activities", _READ),
    Process("cases-relay", "services.cases.relay", 13, "wangge_cases", _READ),
)

_DOORS = (
    Process("gateway", "services.gateway.main", 0, "wangge_gateway", _DOOR),
    Process("intake", "services.gateway.intake", 15, "wangge_gateway", _DOOR),
)


def standard_plan(workers: int = 1) -> Plan:
    """The platform as it is, with so many metrics workers."""
    metrics = [Process(f"metrics-{n}", "services.metrics.worker", METRICS + n - 1, "wangge_metrics", _READ) for n in range(1, workers + 1)]
    return Plan(_STEPS, (*_SERVICES, *metrics, *_DOORS))
